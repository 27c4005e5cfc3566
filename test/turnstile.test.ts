/** The turnstile: nobody at one concert waits for the crowd of another. The time that this saves is the bench's to say. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import * as fc from 'fast-check';
import { createTurnstile, mountTurnstile } from '../src/platform/turnstile.ts';

/** One turn of the event loop. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Enters a task for each name and answers in what order they were taken up, turn by turn. */
async function takenUp(names: readonly string[], perTurn: number, lineOf = (name: string) => name) {
  const turnstile = createTurnstile(perTurn);
  const turns: string[][] = [[]];
  for (const name of names) turnstile.enter(lineOf(name), () => turns.at(-1)?.push(name));
  while (turnstile.waiting > 0) {
    turns.push([]);
    await turn();
  }
  return turns.filter((some) => some.length > 0);
}

test('what there is room for is taken up at once; then a few a turn, each in its order', async () => {
  assert.deepEqual(await takenUp(['a1', 'a2', 'a3', 'a4', 'a5'], 2, ([line = '']) => line), [
    ['a1', 'a2'],
    ['a3', 'a4'],
    ['a5'],
  ]);
});

test('who comes behind a crowd of another concert is next; without lines of their own they would wait for all', async () => {
  const crowd = Array.from({ length: 200 }, (_, fan) => `hot ${fan}`);
  const lineOf = (name: string): string => name.slice(0, 4);
  const fair = (await takenUp([...crowd, 'calm 0', 'calm 1'], 16, lineOf)).flat();
  assert.equal(fair.indexOf('calm 0'), 17, 'one of the crowd between those who were taken up at once and the calm');
  assert.equal(fair.indexOf('calm 1'), 19);
  const unfair = (await takenUp([...crowd, 'calm 0', 'calm 1'], 16, () => 'one line')).flat();
  assert.equal(unfair.indexOf('calm 0'), 200);
});

test('everybody is taken up once, in the order of their line, never more than a turn has room for', async () => {
  const arrivals = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 120 });
  await fc.assert(
    fc.asyncProperty(arrivals, fc.integer({ min: 1, max: 20 }), async (lines, perTurn) => {
      const names = lines.map((line, place) => `${line}${place}`);
      const turns = await takenUp(names, perTurn, ([line = '']) => line);
      assert.ok(turns.every((some) => some.length <= perTurn));
      const taken = turns.flat();
      assert.deepEqual(taken.toSorted(), names.toSorted());
      for (const line of 'abc') {
        const own = (all: readonly string[]): string[] => all.filter((name) => name.startsWith(line));
        assert.deepEqual(own(taken), own(names));
      }
      // Nobody waits for more than one of each other line between two of the own.
      for (const [place, name] of taken.entries()) {
        if (place < perTurn || place === 0) continue;
        const [line = ''] = name;
        const ahead = taken.slice(perTurn, place);
        const sinceOwn = ahead.slice(ahead.findLastIndex((other) => other.startsWith(line)) + 1);
        const most = Math.max(
          0,
          ...['a', 'b', 'c'].map((other) => sinceOwn.filter((one) => one.startsWith(other)).length),
        );
        assert.ok(most <= 1, `${name} waited for ${sinceOwn.join(' ')}`);
      }
    }),
  );
});

test('a line that goes on for long is forgotten when it is through', async () => {
  const turnstile = createTurnstile(4);
  let taken = 0;
  for (let round = 0; round < 50; round++) {
    for (let fan = 0; fan < 8; fan++) turnstile.enter('hot', () => taken++);
    await turn();
  }
  while (turnstile.waiting > 0) await turn();
  assert.equal(taken, 400);
  turnstile.enter('hot', () => taken++);
  await turn();
  assert.equal(taken, 401);
});

/** How many of a crowd that never rests are taken up until so many who connect at once have been accepted. */
async function takenUpWhileConnecting(t: TestContext, connections: number, isTold: boolean): Promise<number> {
  const server = createServer((_request, response) => response.end());
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const told = mountTurnstile(server, () => '');
  const turnstile = isTold ? told : createTurnstile();
  let accepted = 0;
  let taken = 0;
  const all = Promise.withResolvers<number>();
  server.on('connection', () => {
    accepted += 1;
    if (accepted === connections) all.resolve(taken);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const ask = (): void => {
    taken += 1;
    // The same fan once more, in the next turn.
    if (accepted < connections) setImmediate(() => turnstile.enter('crowd', ask));
  };
  for (let fan = 0; fan < 64; fan++) turnstile.enter('crowd', ask);
  for (let fan = 0; fan < connections; fan++) {
    const socket = connect(port, '127.0.0.1');
    t.after(() => socket.destroy());
  }
  return all.promise;
}

test('who connects gets through the door though a crowd asks without rest', async (t) => {
  const connections = 200;
  const taken = await takenUpWhileConnecting(t, connections, true);
  assert.ok(taken < 5 * connections, `${taken} requests were taken up before ${connections} connections`);
  // Nobody told the turnstile: a turn is as long as ever, and lets one in.
  const others = await takenUpWhileConnecting(t, connections, false);
  assert.ok(others > 10 * connections, `only ${others} requests were taken up before ${connections} connections`);
});

test('before a server: all are answered; who left while waiting is not served', async (t) => {
  let served = 0;
  const server = createServer((_request, response) => {
    served += 1;
    response.end('served');
  });
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const gone = Promise.withResolvers<void>();
  mountTurnstile(server, ({ socket }) => {
    // As if the client had left the moment its request was read.
    if (served === 0 && socket.remotePort !== undefined) socket.destroy();
    gone.resolve();
    return '';
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => {
    request({ port, host: '127.0.0.1' })
      .on('error', () => resolve())
      .end();
  });
  await gone.promise;
  await turn();
  assert.equal(served, 0);
  served = 1;
  const answers = await Promise.all(
    Array.from({ length: 100 }, async () => (await fetch(`http://127.0.0.1:${port}/`)).text()),
  );
  assert.deepEqual(new Set(answers), new Set(['served']));
  assert.equal(served, 101);
});
