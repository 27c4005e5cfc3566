/** The lane alone, without a database: what a batch is, who waits for whom, and what is bounded. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createLane, createLanes, OverloadedError } from '../src/platform/lane.ts';
import { dice } from './harness/properties.ts';

/** A lane whose batches end when the test says so. */
function heldLane(limits: { batchMax?: number; pendingMax?: number } = {}) {
  const batches: number[][] = [];
  const gates: PromiseWithResolvers<void>[] = [];
  const lane = createLane<number, string>({
    name: 'held',
    batchMax: 100,
    pendingMax: 1_000,
    ...limits,
    run: async (commands) => {
      batches.push([...commands]);
      const gate = Promise.withResolvers<void>();
      gates.push(gate);
      await gate.promise;
      return commands.map((command) => `done ${command}`);
    },
  });
  const started = async (count: number): Promise<void> => {
    while (batches.length < count) await iteration();
  };
  return { lane, batches, started, end: (batch: number) => gates[batch]?.resolve() };
}

/** One iteration of the event loop. */
const iteration = () => new Promise((resolve) => setImmediate(resolve));

test('a lone command is a batch of one; what comes meanwhile is the next batch, in order of arrival', async () => {
  const { lane, batches, started, end } = heldLane();
  const first = lane.submit(1);
  await started(1);
  const others = [2, 3, 4].map((command) => lane.submit(command));
  await iteration();
  assert.deepEqual(batches, [[1]], 'one batch at a time');
  assert.equal(lane.depth, 3);
  end(0);
  assert.equal(await first, 'done 1');
  await started(2);
  assert.deepEqual(batches[1], [2, 3, 4]);
  assert.equal(lane.depth, 0);
  end(1);
  assert.deepEqual(await Promise.all(others), ['done 2', 'done 3', 'done 4']);
});

test('the next batch is on its way before those of the one before are answered', async () => {
  const { lane, batches, started, end } = heldLane();
  const first = lane.submit(1).then(() => batches.length);
  await started(1);
  const second = lane.submit(2);
  end(0);
  assert.equal(await first, 2);
  end(1);
  await second;
});

test('commands of one iteration of the event loop share the first batch; a batch is bounded', async () => {
  const { lane, batches, started, end } = heldLane({ batchMax: 4 });
  const submitted = Array.from({ length: 10 }, (_, command) => lane.submit(command));
  for (let batch = 0; batch < 3; batch++) {
    await started(batch + 1);
    end(batch);
  }
  await Promise.all(submitted);
  assert.deepEqual(batches, [
    [0, 1, 2, 3],
    [4, 5, 6, 7],
    [8, 9],
  ]);
});

test('an answer goes out only after the batch that it speaks of has ended', async () => {
  const { lane, started, end } = heldLane();
  let answered = false;
  const submitted = lane.submit(1).then(() => (answered = true));
  await started(1);
  await iteration();
  assert.equal(answered, false);
  end(0);
  await submitted;
});

test('whatever arrives when: nothing is lost, doubled or overtaken, each gets its own answer', async () => {
  const arrivals = fc.array(fc.record({ pause: fc.nat(3), count: fc.integer({ min: 1, max: 30 }) }), { maxLength: 12 });
  const property = fc.asyncProperty(arrivals, fc.integer({ min: 1, max: 10 }), async (groups, batchMax) => {
    const batches: number[][] = [];
    const lane = createLane<number, string>({
      name: 'random',
      batchMax,
      pendingMax: 10_000,
      run: async (commands) => {
        batches.push([...commands]);
        for (let turns = commands.length % 3; turns > 0; turns--) await iteration();
        return commands.map((command) => `done ${command}`);
      },
    });
    const submitted: Promise<string>[] = [];
    for (const { pause, count } of groups) {
      for (let turns = pause; turns > 0; turns--) await iteration();
      for (let more = count; more > 0; more--) submitted.push(lane.submit(submitted.length));
    }
    const expected = submitted.map((_, command) => `done ${command}`);
    assert.deepEqual(await Promise.all(submitted), expected);
    assert.deepEqual(batches.flat(), [...submitted.keys()]);
    assert(batches.every(({ length }) => length >= 1 && length <= batchMax));
    await lane.drain();
  });
  await fc.assert(property, dice(60));
});

test('past its bound the lane refuses at once, and takes commands again when there is room', async () => {
  const { lane, started, end } = heldLane({ pendingMax: 2 });
  const running = lane.submit(0);
  await started(1);
  const waiting = [lane.submit(1), lane.submit(2)];
  await assert.rejects(lane.submit(3), (error) => error instanceof OverloadedError && error.retryAfterSeconds >= 1);
  assert.equal(lane.depth, 2);
  end(0);
  await running;
  await started(2);
  const late = lane.submit(4);
  end(1);
  await started(3);
  end(2);
  assert.deepEqual(await Promise.all([...waiting, late]), ['done 1', 'done 2', 'done 4']);
});

test('drain waits for all that was accepted, and for nothing when there is nothing', async () => {
  const { lane, started, end } = heldLane({ batchMax: 1 });
  await lane.drain();
  const submitted = [lane.submit(1), lane.submit(2)];
  let drained = false;
  const draining = lane.drain().then(() => (drained = true));
  await started(1);
  end(0);
  await started(2);
  await iteration();
  assert.equal(drained, false);
  end(1);
  await draining;
  assert.equal(lane.depth, 0);
  await Promise.all(submitted);
});

test('the measurements name every batch and what waits behind it', async () => {
  const batches: [string, number][] = [];
  const depths: number[] = [];
  const lane = createLane<number, number>({
    name: 'measured',
    batchMax: 2,
    pendingMax: 10,
    metrics: {
      batch: (name, size, seconds) => {
        assert(seconds >= 0);
        batches.push([name, size]);
      },
      depth: (_, commands) => depths.push(commands),
    },
    run: async (commands) => commands,
  });
  await Promise.all([1, 2, 3, 4, 5].map((command) => lane.submit(command)));
  assert.deepEqual(batches, [
    ['measured', 2],
    ['measured', 2],
    ['measured', 1],
  ]);
  assert.deepEqual(depths, [3, 1, 0]);
});

/** Lanes whose commands end when the test says so, by key. */
function heldLanes(lanesMax: number) {
  const gates = new Map<string, PromiseWithResolvers<void>>();
  const ran: string[] = [];
  const lanes = createLanes<number, string>({
    name: 'held lanes',
    batchMax: 10,
    pendingMax: 2,
    lanesMax,
    run: async (key, commands) => {
      const gate = Promise.withResolvers<void>();
      gates.set(key, gate);
      await gate.promise;
      ran.push(key);
      return commands.map((command) => `${key} ${command}`);
    },
  });
  const end = async (key: string): Promise<void> => {
    while (!gates.has(key)) await iteration();
    gates.get(key)?.resolve();
    gates.delete(key);
  };
  return { lanes, ran, end };
}

test('one lane a key: a slow key holds up nobody else, and each answer comes from its own key', async () => {
  const { lanes, ran, end } = heldLanes(10);
  const slow = lanes.submit('hot', 1);
  const quick = lanes.submit('calm', 2);
  await end('calm');
  assert.equal(await quick, 'calm 2');
  assert.deepEqual(ran, ['calm']);
  const waiting = [lanes.submit('hot', 3), lanes.submit('hot', 4)];
  assert.equal(lanes.depth, 2);
  await assert.rejects(lanes.submit('hot', 5), OverloadedError);
  const beside = lanes.submit('calm', 6);
  await end('calm');
  assert.equal(await beside, 'calm 6', 'the bound is each lane’s own');
  let drained = false;
  const draining = lanes.drain().then(() => (drained = true));
  await end('hot');
  assert.equal(await slow, 'hot 1');
  assert.equal(drained, false);
  await end('hot');
  await draining;
  assert.deepEqual(await Promise.all(waiting), ['hot 3', 'hot 4']);
});

test('the number of lanes is bounded, and an idle lane makes room', async () => {
  const { lanes, end } = heldLanes(2);
  const open = [lanes.submit('a', 1), lanes.submit('b', 1)];
  await assert.rejects(lanes.submit('c', 1), OverloadedError);
  await end('a');
  await open[0];
  await iteration();
  const third = lanes.submit('c', 2);
  await assert.rejects(lanes.submit('a', 2), OverloadedError);
  await Promise.all([end('b'), end('c')]);
  assert.equal(await third, 'c 2');
  await lanes.drain();
});

test('lanes of keys that come and go leave nothing behind', async () => {
  const lanes = createLanes<number, string>({
    name: 'passing',
    batchMax: 10,
    pendingMax: 10,
    lanesMax: 3,
    run: async (key) => [key],
  });
  for (let key = 0; key < 100; key++) {
    assert.equal(await lanes.submit(`key ${key}`, key), `key ${key}`);
    await iteration();
  }
  assert.equal(lanes.depth, 0);
});
