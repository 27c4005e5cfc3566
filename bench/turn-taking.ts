/** A line in which each fan leaves as soon as it is their turn, on one server; the next one listens on another. */
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Build } from './builds.ts';
import { secrets } from './ground.ts';
import { openHttpLine } from './http-line.ts';

const pause_ms = 20;
const patience_ms = 10_000;

/**
 * Fans take their turns for so many seconds: how long after the answer each was told, ms. `asked` and `listening` are ports.
 * The first in line is inside.
 */
export function createTurns({
  build,
  concertId,
  asked,
  listening,
}: {
  readonly build: Build;
  readonly concertId: string;
  readonly asked: number;
  readonly listening: number;
}) {
  const { place } = build.wire.createCredentials(secrets);
  let inside = 1;
  const takeTurn = async (line: Awaited<ReturnType<typeof openHttpLine>>): Promise<number> => {
    const next = await openTurn(listening, build.wire.get('/queue-token/events', place(concertId, inside + 1)));
    const { status } = await line.ask(build.wire.del('/queue-token', place(concertId, inside)));
    const answeredAt = performance.now();
    if (status !== 204) throw new Error(`leaving was answered ${status}`);
    const toldAt = await next.told;
    inside += 1;
    // Told before the answer was read: the other server was no later.
    return Math.max(0, toldAt - answeredAt);
  };
  return async (seconds: number): Promise<readonly number[]> => {
    const heard: number[] = [];
    const line = await openHttpLine(asked);
    const endsAt = performance.now() + seconds * 1_000;
    while (performance.now() < endsAt) {
      heard.push(await takeTurn(line));
      await sleep(pause_ms);
    }
    line.close();
    return heard;
  };
}

/** Resolves when the stream of a waiting fan is open; `told`, when it said that it is their turn. */
function openTurn(port: number, request: Buffer): Promise<{ readonly told: Promise<number> }> {
  const opened = Promise.withResolvers<{ readonly told: Promise<number> }>();
  const told = Promise.withResolvers<number>();
  told.promise.catch(() => undefined);
  const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => socket.write(request));
  const fail = (why: string): void => {
    const error = new Error(`the stream of the next in line: ${why}`);
    opened.reject(error);
    told.reject(error);
    socket.destroy();
  };
  const late = setTimeout(() => fail('nothing was told in time'), patience_ms);
  let text = '';
  socket.on('error', (error) => fail(error.message));
  socket.on('close', () => {
    clearTimeout(late);
    fail('it ended');
  });
  socket.on('data', (piece) => {
    const now = performance.now();
    text += piece.toString('latin1');
    if (!text.startsWith('HTTP/1.1 200')) return fail(text.slice(0, 400));
    if (text.includes('event: status')) opened.resolve({ told: told.promise });
    if (!text.includes('"status":"ACTIVE"')) return undefined;
    told.resolve(now);
    return socket.destroy();
  });
  return opened.promise;
}
