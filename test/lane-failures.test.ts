/** When a batch fails: who is refused with whom, what is tried again, and what the lane does afterwards. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import * as fc from 'fast-check';
import { createLane, OverloadedError } from '../src/platform/lane.ts';
import { dice } from './harness/properties.ts';

const transient = (code = '40001') => Object.assign(new Error('try again'), { code });
/** What a command was told, the answer or the refusal. */
const told = (submitted: Promise<string>): Promise<string> =>
  submitted.catch((error: unknown) => `refused: ${error instanceof Error ? error.message : String(error)}`);

test('a refusal is an answer: it reaches its own command and none of its neighbours', async () => {
  const lane = createLane<number, string>({
    name: 'refusing',
    batchMax: 10,
    pendingMax: 10,
    run: async (commands) => commands.map((command) => (command === 2 ? new Error('taken') : `done ${command}`)),
  });
  const submitted = [1, 2, 3].map((command) => lane.submit(command));
  assert.deepEqual(await Promise.all(submitted.map(told)), ['done 1', 'refused: taken', 'done 3']);
});

/** A lane in which some commands break every batch that carries them. */
function poisonedLane(poison: ReadonlySet<number>, code?: string) {
  const runs: { commands: readonly number[]; attempt: number }[] = [];
  const lane = createLane<number, string>({
    name: 'poisoned',
    batchMax: 1_000,
    pendingMax: 1_000,
    run: async (commands, attempt) => {
      runs.push({ commands, attempt });
      const culprit = commands.find((command) => poison.has(command));
      if (culprit === undefined) return commands.map((command) => `done ${command}`);
      throw Object.assign(new Error(`cannot do ${culprit}`), { code });
    },
  });
  return { lane, runs };
}

test('a poisoned command fails alone, found by halving', async () => {
  const { lane, runs } = poisonedLane(new Set([37]), '22P02');
  const submitted = Array.from({ length: 64 }, (_, command) => lane.submit(command));
  const expected = submitted.map((_, command) => (command === 37 ? 'refused: cannot do 37' : `done ${command}`));
  assert.deepEqual(await Promise.all(submitted.map(told)), expected);
  assert.equal(runs.length, 1 + 2 * Math.log2(64));
  assert.equal(await lane.submit(64), 'done 64', 'the lane goes on');
});

test('however many are poisoned and wherever they stand, exactly they fail, and order is kept', async () => {
  const property = fc.asyncProperty(fc.integer({ min: 1, max: 40 }), fc.uniqueArray(fc.nat(39)), async (size, bad) => {
    const poison = new Set(bad);
    const { lane, runs } = poisonedLane(poison);
    const submitted = Array.from({ length: size }, (_, command) => lane.submit(command));
    const expected = submitted.map((_, command) =>
      poison.has(command) ? `refused: cannot do ${command}` : `done ${command}`,
    );
    assert.deepEqual(await Promise.all(submitted.map(told)), expected);
    const carriedOut = runs.flatMap(({ commands }) => (commands.some((each) => poison.has(each)) ? [] : commands));
    assert.deepEqual(
      carriedOut,
      [...submitted.keys()].filter((each) => !poison.has(each)),
    );
  });
  await fc.assert(property, dice(100));
});

test('a batch with answers too few is nobody’s answer', async () => {
  const lane = createLane<number, string>({ name: 'short', batchMax: 9, pendingMax: 9, run: async () => [] });
  const [said] = await Promise.all([told(lane.submit(1)), told(lane.submit(2))]);
  assert.equal(said, 'refused: lane short answered 0 of 1 commands');
});

test('a failure that may pass is tried again as a whole, and told to nobody', async () => {
  const attempts: [number, number][] = [];
  const lane = createLane<number, string>({
    name: 'retried',
    batchMax: 10,
    pendingMax: 10,
    run: async (commands, attempt) => {
      attempts.push([commands.length, attempt]);
      if (attempt < 3) throw transient(['40001', '40P01', 'CONNECTION_CLOSED'][attempt]);
      return commands.map((command) => `done ${command}`);
    },
  });
  const submitted = [1, 2, 3].map((command) => lane.submit(command));
  assert.deepEqual(await Promise.all(submitted.map(told)), ['done 1', 'done 2', 'done 3']);
  assert.deepEqual(attempts, [
    [3, 0],
    [3, 1],
    [3, 2],
    [3, 3],
  ]);
});

test('poison behind a passing failure is found all the same', async () => {
  let failures = 0;
  const lane = createLane<number, string>({
    name: 'both',
    batchMax: 10,
    pendingMax: 10,
    run: async (commands) => {
      if (failures++ % 2 === 0) throw transient();
      if (commands.includes(2)) throw new Error('cannot do 2');
      return commands.map((command) => `done ${command}`);
    },
  });
  const submitted = [1, 2, 3].map((command) => lane.submit(command));
  assert.deepEqual(await Promise.all(submitted.map(told)), ['done 1', 'refused: cannot do 2', 'done 3']);
});

/** Lets this process's steady clock run ahead. */
function timeMachine(context: TestContext): (ms: number) => void {
  const now = performance.now.bind(performance);
  let ahead = 0;
  context.mock.method(performance, 'now', () => now() + ahead);
  return (ms) => (ahead += ms);
}

test('a database that stays away is OVERLOADED for the whole batch, not poison, and the lane recovers', async (context) => {
  const travel = timeMachine(context);
  let away = true;
  let runs = 0;
  const lane = createLane<number, string>({
    name: 'away',
    batchMax: 10,
    pendingMax: 10,
    run: async (commands) => {
      runs++;
      travel(1_000);
      if (away) throw transient('57P03');
      return commands.map((command) => `done ${command}`);
    },
  });
  const submitted = [1, 2, 3].map((command) => lane.submit(command));
  const settled = await Promise.allSettled(submitted);
  assert(settled.every((one) => one.status === 'rejected' && one.reason instanceof OverloadedError));
  assert(runs <= 7, `given up after 5 s of trying, not halved: ${runs} runs`);
  away = false;
  assert.equal(await lane.submit(4), 'done 4');
});

test('the time that a command stood in the lane counts: nobody waits 5 s for an absent database twice', async (context) => {
  const travel = timeMachine(context);
  const seconds: Record<number, number> = {};
  const late: Promise<unknown>[] = [];
  let runs = 0;
  const submit = (command: number) => {
    const since = performance.now();
    return lane.submit(command).catch(() => (seconds[command] = (performance.now() - since) / 1_000));
  };
  const lane = createLane<number, string>({
    name: 'away',
    batchMax: 10,
    pendingMax: 10,
    run: async () => {
      travel(1_000);
      if (++runs === 3) late.push(submit(2));
      throw transient('57P03');
    },
  });
  await submit(1);
  await Promise.all(late);
  assert((seconds[1] ?? 0) > 5 && (seconds[2] ?? 0) > 5, JSON.stringify(seconds));
  assert((seconds[2] ?? Infinity) < 6, JSON.stringify(seconds));
});

test('a batch that needs what is overloaded is not taken for poison', async () => {
  let runs = 0;
  const lane = createLane<number, string>({
    name: 'needy',
    batchMax: 100,
    pendingMax: 100,
    run: async (commands) => {
      if (runs++ === 0) throw new OverloadedError('what it needs');
      return commands.map((command) => `done ${command}`);
    },
  });
  const submitted = Array.from({ length: 64 }, (_, command) => lane.submit(command));
  await Promise.all(submitted);
  assert.equal(runs, 2);
});
