/** The turnstile: nobody at one concert waits for the crowd of another. The time that this saves is the bench's to say. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import * as fc from 'fast-check';
import { createTurnstile, type TurnstileOptions } from '../src/platform/turnstile.ts';

/** One iteration of the event loop. */
const iteration = () => new Promise((resolve) => setImmediate(resolve));

/** For tasks that run by themselves, with a clock that stands still. */
const running: TurnstileOptions<() => void> = {
  serve: (task) => task(),
  refuse: () => assert.fail('nobody is refused'),
  now: () => 0,
};

/** Enters a task for each name and answers in what order they were taken up, iteration by iteration. */
async function takenUp(names: readonly string[], perIteration: number, groupOf = (name: string) => name) {
  const turnstile = createTurnstile({ ...running, perIteration });
  const iterations: string[][] = [[]];
  for (const name of names) turnstile.enter({ group: groupOf(name) }, () => iterations.at(-1)?.push(name));
  while (turnstile.waiting > 0) {
    iterations.push([]);
    await iteration();
  }
  return iterations.filter((some) => some.length > 0);
}

test('what there is room for is taken up at once; then a few an iteration, each in its order', async () => {
  assert.deepEqual(await takenUp(['a1', 'a2', 'a3', 'a4', 'a5'], 2, ([line = '']) => line), [
    ['a1', 'a2'],
    ['a3', 'a4'],
    ['a5'],
  ]);
});

test('who comes behind a crowd of another concert is next; without a group of their own they would wait for all', async () => {
  const crowd = Array.from({ length: 200 }, (_, fan) => `hot ${fan}`);
  const groupOf = (name: string): string => name.slice(0, 4);
  const fair = (await takenUp([...crowd, 'calm 0', 'calm 1'], 16, groupOf)).flat();
  assert.equal(fair.indexOf('calm 0'), 17, 'one of the crowd between those who were taken up at once and the calm');
  assert.equal(fair.indexOf('calm 1'), 19);
  const unfair = (await takenUp([...crowd, 'calm 0', 'calm 1'], 16, () => 'one group')).flat();
  assert.equal(unfair.indexOf('calm 0'), 200);
});

test('everybody is taken up once, in the order of their group, never more than an iteration has room for', async () => {
  const arrivals = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 120 });
  await fc.assert(
    fc.asyncProperty(arrivals, fc.integer({ min: 1, max: 20 }), async (groups, perIteration) => {
      const names = groups.map((group, place) => `${group}${place}`);
      const iterations = await takenUp(names, perIteration, ([group = '']) => group);
      assert.ok(iterations.every((some) => some.length <= perIteration));
      const taken = iterations.flat();
      assert.deepEqual(taken.toSorted(), names.toSorted());
      for (const group of 'abc') {
        const own = (all: readonly string[]): string[] => all.filter((name) => name.startsWith(group));
        assert.deepEqual(own(taken), own(names));
      }
      // Nobody waits for more than one of each other group between two of the own.
      for (const [place, name] of taken.entries()) {
        if (place < perIteration || place === 0) continue;
        const [group = ''] = name;
        const ahead = taken.slice(perIteration, place);
        const sinceOwn = ahead.slice(ahead.findLastIndex((other) => other.startsWith(group)) + 1);
        const most = Math.max(
          0,
          ...['a', 'b', 'c'].map((other) => sinceOwn.filter((one) => one.startsWith(other)).length),
        );
        assert.ok(most <= 1, `${name} waited for ${sinceOwn.join(' ')}`);
      }
    }),
  );
});

test('a group that goes on for long is forgotten when it is through', async () => {
  const turnstile = createTurnstile({ ...running, perIteration: 4 });
  let taken = 0;
  for (let round = 0; round < 50; round++) {
    for (let fan = 0; fan < 8; fan++) turnstile.enter({ group: 'hot' }, () => taken++);
    await iteration();
  }
  while (turnstile.waiting > 0) await iteration();
  assert.equal(taken, 400);
  turnstile.enter({ group: 'hot' }, () => taken++);
  await iteration();
  assert.equal(taken, 401);
});

test('an iteration ends when those served in it took long, however few they were', async () => {
  let ms = 0;
  const turnstile = createTurnstile<number>({
    refuse: () => assert.fail('nobody is refused'),
    serve: (taking) => {
      ms += taking;
    },
    now: () => ms,
  });
  const passes: number[] = [];
  for (let request = 0; request < 12; request++) turnstile.enter({ group: 'dear' }, 5);
  for (let request = 0; request < 32; request++) turnstile.enter({ group: 'cheap' }, 0.02);
  passes.push(ms);
  while (turnstile.waiting > 0) {
    const before = ms;
    await iteration();
    passes.push(ms - before);
  }
  assert(Math.max(...passes) < 6.1, `an iteration took ${Math.max(...passes)} ms: ${passes.join(' ')}`);
});

test('those who wait are bounded, and a group that fills the room leaves some for the others', async () => {
  const served: string[] = [];
  const refused: string[] = [];
  const turnstile = createTurnstile<string>({
    serve: (name) => served.push(name),
    refuse: (name) => refused.push(name),
    perIteration: 4,
    waitingMax: 100,
    now: () => 0,
  });
  for (let fan = 0; fan < 1_000; fan++) turnstile.enter({ group: 'hot' }, `hot ${fan}`);
  assert.equal(turnstile.waiting, 50, 'as many as there is room for besides');
  for (let fan = 0; fan < 10; fan++) turnstile.enter({ group: `calm ${fan}` }, `calm ${fan}`);
  for (let flood = 0; flood < 10_000; flood++) turnstile.enter({ group: `group ${flood}` }, 'flood');
  assert(turnstile.waiting <= 100, String(turnstile.waiting));
  assert(!refused.some((name) => name.startsWith('calm')));
  while (turnstile.waiting > 0) await iteration();
  assert.equal(served.filter((name) => name.startsWith('calm')).length, 10);
  assert.equal(served.length + refused.length, 11_010);
});

test('members of a group have the place of one in the rotation, and one among themselves', async () => {
  const served: string[] = [];
  const turnstile = createTurnstile<string>({
    serve: (name) => served.push(name),
    refuse: () => assert.fail('nobody is refused'),
    perIteration: 1,
    now: () => 0,
  });
  const enter = (group: string, member: string, count: number): void => {
    for (let one = 0; one < count; one++) turnstile.enter({ group, member }, `${group}${member}`);
  };
  enter('first', '', 1);
  for (let address = 0; address < 10; address++) enter('strangers ', String(address), 20);
  enter('fans', '', 20);
  while (turnstile.waiting > 0) await iteration();
  const until = served.lastIndexOf('fans');
  assert.equal(until, 40, 'one of the strangers for each of the fans, from however many addresses they come');
  const strangers = served.filter((name) => name.startsWith('strangers'));
  assert.equal(new Set(strangers.slice(0, 10)).size, 10, 'each in rotation');
  assert.equal(strangers.length, 200);
});

test('who has waited too long is refused and not served', async () => {
  let ms = 0;
  const told: string[] = [];
  const turnstile = createTurnstile<string>({
    serve: (name) => told.push(`served ${name}`),
    refuse: (name) => told.push(`refused ${name}`),
    perIteration: 1,
    now: () => ms,
  });
  for (const name of ['one', 'two', 'three']) turnstile.enter({ group: '' }, name);
  await iteration();
  ms = 5_001;
  await iteration();
  assert.deepEqual(told, ['served one', 'served two', 'refused three']);
});

/** How many of a crowd that never rests are taken up until so many who connect at once have been accepted. */
async function takenUpWhileConnecting(t: TestContext, connections: number, isTold: boolean): Promise<number> {
  const server = createServer((_request, response) => response.end());
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const turnstile = createTurnstile(running);
  if (isTold) server.on('connection', turnstile.connected);
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
    // The same fan once more, in the next iteration.
    if (accepted < connections) setImmediate(() => turnstile.enter({ group: 'crowd' }, ask));
  };
  for (let fan = 0; fan < 64; fan++) turnstile.enter({ group: 'crowd' }, ask);
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
  // Nobody told the turnstile: an iteration is as long as ever, and lets one in.
  const others = await takenUpWhileConnecting(t, connections, false);
  assert.ok(others > 10 * connections, `only ${others} requests were taken up before ${connections} connections`);
});
