/** The stand-in gateway of the bench, and what calls it: the service's own file for Toss understands every answer. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startHelper } from '../bench/children.ts';
import type { Called, CallsOrder } from '../bench/gateway-calls.ts';
import { order_amount, orderOf, paymentOf } from '../bench/order-names.ts';
import { startGateway } from '../bench/processes.ts';
import { createToss } from '../src/gateway/toss.ts';

const gateway = await startGateway();
after(() => gateway[Symbol.asyncDispose]());

const toss = createToss({
  id: 'toss',
  name: { en: 'Toss', ko: '토스' },
  secretKey: 'a key of the bench',
  api: gateway.api,
  open: () => Promise.reject(new Error('nothing is opened here')),
});
const order = {
  id: orderOf(7),
  amount: order_amount,
  currency: 'KRW',
  expiresAt: new Date('2030-05-01T10:00:00Z'),
  paymentKey: undefined,
  refundAccount: undefined,
};

test('it takes every payment, and says of each that it did', async () => {
  await gateway.behave({ delayMs: 0, lookUps: 'DONE' });
  for (const answer of [
    await toss.confirm(order, paymentOf(order.id)),
    await toss.lookUp(order),
    await toss.lookUp({ ...order, paymentKey: paymentOf(order.id) }),
  ]) {
    assert.equal(answer.state, 'PAID');
    assert.deepEqual(
      { ...answer },
      {
        state: 'PAID',
        orderId: order.id,
        paymentKey: paymentOf(order.id),
        amount: order_amount,
        currency: 'KRW',
        undone: [],
      },
    );
  }
});

test('it says nothing where it is told to, and counts what it was asked', async () => {
  const before = await gateway.behave({ delayMs: 1, lookUps: 'nothing' });
  await assert.rejects(toss.lookUp(order), /Unclear|answered 500/);
  assert.equal((await gateway.behave({ delayMs: 0, lookUps: 'DONE' })) - before, 1);
});

test('what calls it says how many and what it took', async () => {
  await using calls = startHelper<CallsOrder, Called>('gateway-calls.ts');
  const { calls: made, processorSeconds } = await calls.ask({ api: gateway.api, atOnce: 4, seconds: 0.1 });
  assert(made >= 1 && processorSeconds > 0 && processorSeconds < 5, `${made} calls, ${processorSeconds} s`);
});
