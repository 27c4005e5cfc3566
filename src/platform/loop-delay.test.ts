/** How late the event loop is: measured for whoever asks, and told by the names that dashboards know. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../test/harness/eventually.ts';
import { watchLoop } from './loop-delay.ts';
import { createMetrics } from './metrics.ts';

const stall_ms = 100;

function stall(): void {
  for (const until = performance.now() + stall_ms; performance.now() < until;);
}

test('a process that does not come back to what is due is found out, also one that had nothing to do before', async () => {
  const loop = watchLoop();
  const [first, second] = [loop.reader(), loop.reader()];
  // Busy at first, and after a second calm: then it is looked seldom, and a stall is seen if something falls due in it.
  for (const pause of [50, 1_500]) {
    await sleep(pause);
    first();
    await eventually(async () => {
      stall();
      await sleep(1);
      const { max, p99 } = first();
      assert(max > stall_ms / 4_000 && p99 > 0 && max < 60, `${max}`);
    });
  }
  const { max, min, mean } = second();
  assert(max >= mean && mean >= min && max > stall_ms / 4_000, 'each reader has all of it');
  assert.deepEqual(second(), { min: 0, max: 0, mean: 0, stddev: 0, p50: 0, p90: 0, p99: 0 });
});

test('dashboards find the delays of the event loop under the names that they know', async () => {
  const text = await createMetrics().text();
  for (const figure of ['', '_min', '_max', '_mean', '_stddev', '_p50', '_p90', '_p99'])
    assert.equal(text.match(new RegExp(`^nodejs_eventloop_lag${figure}_seconds [\\d.e-]+$`, 'gm'))?.length, 1, figure);
});
