/** When a batch hangs: who is told, when, and what is never carried out. The clock and the timers are the test's. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createLane } from '../src/platform/lane.ts';

const transient = (code = '40001') => Object.assign(new Error('try again'), { code });
/** What a command was told, the answer or the refusal. */
const told = (submitted: Promise<string>): Promise<string> =>
  submitted.catch((error: unknown) => `refused: ${error instanceof Error ? error.message : String(error)}`);

/** Lets this process's steady clock run ahead. */
function timeMachine(context: TestContext): (ms: number) => void {
  const now = performance.now.bind(performance);
  let ahead = 0;
  context.mock.method(performance, 'now', () => now() + ahead);
  return (ms) => (ahead += ms);
}

/** A lane whose runs hang until the test ends them, and the clock and the timers in the test's hands. */
function hangingLane(context: TestContext, batchMax = 2) {
  const travel = timeMachine(context);
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const runs: { commands: readonly number[]; end: PromiseWithResolvers<void> }[] = [];
  const lane = createLane<number, string>({
    name: 'hanging',
    batchMax,
    pendingMax: 3,
    run: async (commands) => {
      const end = Promise.withResolvers<void>();
      runs.push({ commands: [...commands], end });
      await end.promise;
      return commands.map((command) => `done ${command}`);
    },
  });
  const said = new Map<number, string>();
  const submit = (command: number): void => {
    void told(lane.submit(command)).then((what) => said.set(command, what));
  };
  const pass = async (ms: number): Promise<void> => {
    travel(ms);
    context.mock.timers.tick(ms);
    await settled();
  };
  return { lane, runs, said, submit, pass };
}

/** Some iterations of the event loop, in which all goes on that can. */
async function settled(): Promise<void> {
  for (let count = 0; count < 20; count++) await new Promise((resolve) => setImmediate(resolve));
}

const overloaded = 'refused: hanging is overloaded';

test('of a batch that hangs, who waits 5 s is told; who stands behind it is never carried out, and makes room', async (context) => {
  const { runs, said, submit, pass } = hangingLane(context);
  for (const command of [1, 2]) submit(command);
  await settled();
  await pass(2_000);
  for (const command of [3, 4, 5, 6]) submit(command);
  await pass(2_800);
  assert.deepEqual([...said], [[6, overloaded]], 'the lane is full');
  await pass(200);
  assert.deepEqual(said.get(1), overloaded);
  assert.deepEqual(said.get(2), overloaded);
  assert(!said.has(3), 'it has not waited as long');
  await pass(2_000);
  for (const command of [3, 4, 5]) assert.equal(said.get(command), overloaded);
  for (const command of [7, 8, 9]) submit(command);
  await settled();
  assert.deepEqual(
    runs.map(({ commands }) => commands),
    [[1, 2]],
    'one batch at a time, however long',
  );
  runs[0]?.end.resolve();
  await settled();
  assert.deepEqual(runs[1]?.commands, [7, 8], 'those who were told are gone');
  runs[1]?.end.resolve();
  await settled();
  runs[2]?.end.resolve();
  await settled();
  assert.deepEqual(
    [7, 8, 9].map((command) => said.get(command)),
    ['done 7', 'done 8', 'done 9'],
  );
});

test('what was told is not run again when its batch fails after all, by chance or by a culprit', async (context) => {
  for (const error of [transient('CONNECTION_CLOSED'), new Error('poison')]) {
    const { runs, said, submit, pass } = hangingLane(context, 4);
    submit(1);
    submit(2);
    await settled();
    await pass(5_000);
    assert.deepEqual([...said.values()], [overloaded, overloaded]);
    submit(3);
    runs[0]?.end.reject(error);
    await settled();
    await pass(250);
    assert.deepEqual(
      runs.map(({ commands }) => commands),
      [[1, 2], [3]],
    );
    runs[1]?.end.resolve();
    await settled();
    assert.equal(said.get(3), 'done 3');
    context.mock.reset();
    context.mock.timers.reset();
  }
});

test('whoever drains a lane whose batch hangs waits no longer than those who asked', async (context) => {
  const { lane, said, submit, pass } = hangingLane(context);
  for (const command of [1, 2, 3]) submit(command);
  await settled();
  let isDrained = false;
  void lane.drain().then(() => (isDrained = true));
  await pass(4_000);
  assert.equal(isDrained, false);
  await pass(1_000);
  assert.equal(said.size, 3);
  assert.equal(isDrained, true);
});

test('a thousand who waited too long are told in many iterations of the event loop', async (context) => {
  const travel = timeMachine(context);
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const lane = createLane<number, string>({
    name: 'crowded',
    batchMax: 1_000,
    pendingMax: 1_000,
    run: () => new Promise(() => undefined),
  });
  let iteration = 0;
  const toldIn = new Map<number, number>();
  const submitted = Array.from({ length: 1_000 }, (_, command) =>
    lane.submit(command).catch(() => toldIn.set(iteration, (toldIn.get(iteration) ?? 0) + 1)),
  );
  await settled();
  travel(5_000);
  context.mock.timers.tick(5_000);
  for (; iteration < 100; iteration++) await new Promise((resolve) => setImmediate(resolve));
  await Promise.all(submitted);
  assert(Math.max(...toldIn.values()) <= 64, JSON.stringify([...toldIn]));
});
