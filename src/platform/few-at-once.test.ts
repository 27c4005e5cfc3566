/** How long somebody waits whose work was begun, and whose was not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFewAtOnce } from './few-at-once.ts';
import { OverloadedError } from './overloaded.ts';

const limits = { name: 'work', atOnce: 1, waitingMax: 10 };

test('what was begun is waited for no longer than anything else, unless it ends by itself', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  for (const endsByItself of [false, true]) {
    const { promise, resolve } = Promise.withResolvers<string>();
    const few = createFewAtOnce({ ...limits, endsByItself });
    const begun = few.run(() => promise);
    const waiting = few.run(() => Promise.resolve('never begun'));
    const outcomes = Promise.allSettled([begun, waiting]);
    t.mock.timers.tick(5_000);
    resolve('its own end');
    const [first, second] = await outcomes;
    assert(second.status === 'rejected' && second.reason instanceof OverloadedError);
    if (endsByItself) assert.deepEqual(first, { status: 'fulfilled', value: 'its own end' });
    else assert(first.status === 'rejected' && first.reason instanceof OverloadedError);
    // Its place is free again either way.
    assert.equal(await few.run(() => Promise.resolve('next')), 'next');
  }
});
