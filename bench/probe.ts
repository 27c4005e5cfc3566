/** One request by hand: what the service answers is what the bare server then has to answer too. */
import { connect } from 'node:net';
import type { BareAnswer } from './bare.ts';

const patience_ms = 30_000;

/** Sends the bytes and resolves with the answer. Rejects if it is not a 2xx. */
export function probe(port: number, request: Buffer): Promise<BareAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const pieces: Buffer[] = [];
    socket.setTimeout(patience_ms, () => socket.destroy(new Error('no answer')));
    socket.on('error', reject);
    socket.on('data', (piece) => {
      pieces.push(piece);
      const answer = answerIn(Buffer.concat(pieces));
      if (answer === undefined) return;
      socket.destroy();
      if (answer.status >= 200 && answer.status < 300) resolve(answer);
      else reject(new Error(`the service answered ${answer.status} ${answer.body}`));
    });
    socket.write(request);
  });
}

/** The answer, if all of it is there. */
function answerIn(bytes: Buffer): BareAnswer | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const head = bytes.toString('latin1', 0, end);
  const length = Number(/^content-length: *(\d+)$/im.exec(head)?.[1] ?? 0);
  if (bytes.length < end + 4 + length) return undefined;
  return { status: Number(head.slice(9, 12)), body: bytes.toString('utf8', end + 4, end + 4 + length) };
}
