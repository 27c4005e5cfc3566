/** Who is served when sign-ins and sign-ups come at once: counted in pieces of work, with no password hashed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { OverloadedError } from '../platform/lane.ts';
import { type PasswordQueue, createPasswordQueues } from './password-queues.ts';

/** Asks for one piece of work each, in this order and at once; `order` is who was served when. */
async function rush(queue: (asked: PasswordQueue) => PasswordQueue, atOnce = 1) {
  const { serve } = createPasswordQueues({ atOnce, waiting: 50 }, () => 0);
  const order: PasswordQueue[] = [];
  let serving = 0;
  const ask = (asked: PasswordQueue) =>
    serve(queue(asked), async () => {
      serving += 1;
      assert(serving <= atOnce, `${serving} at once`);
      await Promise.resolve();
      order.push(asked);
      serving -= 1;
    }).then(
      () => true,
      (error: unknown) => {
        assert(error instanceof OverloadedError);
        assert(error.retryAfterSeconds > 0);
        return false;
      },
    );
  const signUps = Array.from({ length: 200 }, () => ask('signUp'));
  const signIns = Array.from({ length: 5 }, () => ask('signIn'));
  const served = async (answers: Promise<boolean>[]): Promise<number> =>
    (await Promise.all(answers)).filter(Boolean).length;
  return { signUps: await served(signUps), signIns: await served(signIns), order };
}

for (const atOnce of [1, 3]) {
  test(`five sign-ins behind 200 sign-ups are served, every other one, ${atOnce} at a time`, async () => {
    const { signUps, signIns, order } = await rush((asked) => asked, atOnce);
    assert.deepEqual({ signUps, signIns }, { signUps: 50 + atOnce, signIns: 5 });
    assert.equal(order.lastIndexOf('signIn'), atOnce + 2 * 4);
  });
}

test('twin: in one queue with the sign-ups they are refused', async () => {
  const { signIns } = await rush(() => 'signUp');
  assert.equal(signIns, 0);
});

test('a place is free again when its work fails, and an empty queue keeps nobody waiting', async () => {
  const { serve } = createPasswordQueues({ atOnce: 1, waiting: 1 }, () => 0);
  for (let round = 0; round < 3; round += 1) {
    const queue = round === 1 ? 'signIn' : 'signUp';
    const failing = serve(queue, () => Promise.reject(new Error('no')));
    const waiting = serve(queue, () => Promise.resolve('served'));
    await assert.rejects(
      serve(queue, () => Promise.resolve()),
      OverloadedError,
    );
    await assert.rejects(failing, /no/);
    assert.equal(await waiting, 'served');
  }
});

test('while the event loop hardly rests, there is a rest between two that hash', async () => {
  for (const [share, isAtOnce] of [
    [0.5, true],
    [0.9, false],
  ] as const) {
    const { serve } = createPasswordQueues({ atOnce: 1, waiting: 5 }, () => share);
    const first = serve('signIn', () => sleep(200));
    let isServed = false;
    const second = serve('signIn', async () => {
      isServed = true;
    });
    await first;
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(isServed, isAtOnce);
    await second;
  }
});
