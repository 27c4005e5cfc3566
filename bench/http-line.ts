/** One keep-alive connection that hands over whole answers: for requests that depend on what was answered before. */
import { connect, type Socket } from 'node:net';

export interface Answer {
  /** 0: the connection broke, or nothing came in time. */
  readonly status: number;
  readonly body: string;
}

export interface HttpLine {
  /** One request at a time. */
  ask(request: Buffer): Promise<Answer>;
  readonly closed: boolean;
  close(): void;
}

const no_answer: Answer = { status: 0, body: '' };
const patience_ms = 30_000;

/** Rejects if nobody listens there. `localAddress` is where it comes from; undefined leaves it to the system. */
export function openHttpLine(port: number, patienceMs = patience_ms, localAddress?: string): Promise<HttpLine> {
  return new Promise((resolve, reject) => {
    let answered: ((answer: Answer) => void) | undefined;
    let closed = false;
    const pieces: Buffer[] = [];
    const from = localAddress === undefined ? {} : { localAddress };
    const hand = (answer: Answer): void => {
      const given = answered;
      answered = undefined;
      pieces.length = 0;
      given?.(answer);
    };
    const socket: Socket = connect({ port, host: '127.0.0.1', ...from, noDelay: true });
    socket.setTimeout(patienceMs, () => socket.destroy());
    socket.on('error', reject);
    socket.on('close', () => {
      closed = true;
      hand(no_answer);
    });
    socket.on('data', (piece) => {
      pieces.push(piece);
      const answer = answerIn(pieces.length === 1 ? piece : Buffer.concat(pieces));
      if (answer !== undefined) hand(answer);
    });
    const line: HttpLine = {
      ask: (request) =>
        new Promise((done) => {
          if (closed) return done(no_answer);
          answered = done;
          socket.write(request);
          return undefined;
        }),
      get closed() {
        return closed;
      },
      close: () => socket.destroy(),
    };
    socket.once('connect', () => resolve(line));
  });
}

/** The answer, if all of it is there. */
function answerIn(bytes: Buffer): Answer | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const head = bytes.toString('latin1', 0, end);
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
  if (bytes.length < end + 4 + length) return undefined;
  return { status: Number(head.slice(9, 12)), body: bytes.toString('utf8', end + 4, end + 4 + length) };
}

/** One request on a connection of its own; status 0 if there is nobody. */
export async function askOnce(
  port: number,
  request: Buffer,
  patienceMs?: number,
  localAddress?: string,
): Promise<Answer> {
  const line = await openHttpLine(port, patienceMs, localAddress).catch(() => undefined);
  if (line === undefined) return no_answer;
  try {
    return await line.ask(request);
  } finally {
    line.close();
  }
}
