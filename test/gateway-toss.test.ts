/** The Toss file against the sandbox's wire, over real HTTP: each way in which a payment may stand, and each no. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Confirmed, GatewayOrder } from '../src/gateway/gateway.ts';
import { GatewayUnclear } from '../src/gateway/gateway.ts';
import { createToss } from '../src/gateway/toss.ts';
import { timeOrderedId } from '../src/platform/ids.ts';
import { openHouse } from './harness/house.ts';
import { newOrder, refundAccount, sandboxOf, type SandboxAtHand } from './harness/sandbox.ts';

const house = await openHouse();
let at: SandboxAtHand;
before(async () => {
  at = await sandboxOf(house);
});
after(async () => {
  await at.sandbox.close();
  await house.close();
});

function paid(order: GatewayOrder, paymentKey: string, undone: readonly unknown[] = []) {
  const { id: orderId, amount, currency } = order;
  return { state: 'PAID', orderId, paymentKey, amount, currency, undone };
}

/** Without the secret, which is another each time. */
function told(standing: Confirmed): object {
  const { secret: _secret, ...rest } = standing as { secret?: string };
  return rest;
}

/** Paid by card, or into an account. */
async function bought(more: Partial<GatewayOrder> = {}, action = 'pay'): Promise<GatewayOrder> {
  const order = newOrder(more);
  const paymentKey = await at.agree(order, action);
  await at.gateway.confirm(order, paymentKey);
  return { ...order, paymentKey };
}

const newPart = (amount: number) => ({ id: `${timeOrderedId()}-1`, amount });

describe('how a payment stands', () => {
  test('ABSENT before anybody agreed, then OPEN, then PAID, by its key and by its order', async () => {
    const order = newOrder();
    assert.deepEqual(await at.gateway.lookUp(order), { state: 'ABSENT' });
    await at.open(order);
    assert.deepEqual(await at.gateway.lookUp(order), { state: 'ABSENT' });
    const paymentKey = await at.agree(order);
    assert.deepEqual(await at.gateway.lookUp(order), { state: 'OPEN', paymentKey, isAgreed: true });
    assert.deepEqual(told(await at.gateway.confirm(order, paymentKey)), paid(order, paymentKey));
    assert.deepEqual(told(await at.gateway.lookUp(order)), paid(order, paymentKey));
    assert.deepEqual(told(await at.gateway.lookUp({ ...order, paymentKey })), paid(order, paymentKey));
  });

  test('OPEN while an account waits for a deposit, with the secret of its notices and its end', async () => {
    const order = newOrder({ refundAccount });
    const paymentKey = await at.agree(order, 'account');
    const waiting = await at.gateway.confirm(order, paymentKey);
    assert(waiting.state === 'OPEN');
    assert.match(waiting.secret ?? '', /^ps_/);
    const [row] = await house.sql<{ due: Date }[]>`
      select date_trunc('second', due_at) as due from sandbox_payments where order_id = ${order.id}`;
    assert.deepEqual(waiting.until, row?.due);
    await at.press(order, 'deposit');
    assert.deepEqual(await at.gateway.lookUp(order), { ...paid(order, paymentKey), secret: waiting.secret });
    await at.press(order, 'undo-deposit');
    assert.deepEqual(await at.gateway.lookUp(order), waiting);
  });

  test('FAILED when an account is cancelled before anybody paid in: no money came, and none went back', async () => {
    const order = await bought({ refundAccount }, 'account');
    assert.deepEqual(await at.gateway.sendBack(order, newPart(1)), {
      state: 'REFUSED',
      because: 'NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT',
    });
    await house.sql`update sandbox_payments set status = 'CANCELED' where order_id = ${order.id}`;
    assert.deepEqual(await at.gateway.lookUp(order), { state: 'FAILED', because: 'CANCELED' });
  });

  test('PAID with what was cancelled at the gateway’s desk', async () => {
    const order = await bought({ amount: 50_001 });
    await at.press(order, 'cancel-half');
    const half = { amount: 25_000, partId: undefined };
    assert.deepEqual(told(await at.gateway.lookUp(order)), paid(order, order.paymentKey ?? '', [half]));
    await at.press(order, 'cancel-rest');
    const rest = { amount: 25_001, partId: undefined };
    assert.deepEqual(told(await at.gateway.lookUp(order)), paid(order, order.paymentKey ?? '', [half, rest]));
  });

  test('FAILED when it was declined in the window, and when its time is up', async () => {
    const declined = newOrder();
    const to = await at.press(declined, 'refuse');
    assert.equal(to?.searchParams.get('code'), 'REJECT_CARD_COMPANY');
    assert.deepEqual(await at.gateway.lookUp(declined), { state: 'FAILED', because: 'REJECT_CARD_COMPANY' });
    const late = newOrder();
    const key = await at.agree(late);
    await house.sql`
      update sandbox_payments set pressed_at = pressed_at - interval '11 minutes' where order_id = ${late.id}`;
    assert.deepEqual(await at.gateway.lookUp(late), { state: 'FAILED', because: 'EXPIRED_PAYMENT' });
    assert.deepEqual(await at.gateway.confirm(late, key), { state: 'REFUSED', because: 'NOT_FOUND_PAYMENT_SESSION' });
  });
});

describe('a confirmation', () => {
  test('of a dozen at once is done once, and all hear the same', async () => {
    const order = newOrder();
    const key = await at.agree(order);
    const answers = await Promise.all(Array.from({ length: 12 }, () => at.gateway.confirm(order, key)));
    for (const answer of answers) assert.deepEqual(answer, answers[0]);
    assert.deepEqual(told(answers[0] as Confirmed), paid(order, key));
  });

  test('takes nothing that nobody agreed to', async () => {
    const order = newOrder();
    await at.open(order);
    const [row] = await house.sql`select payment_key from sandbox_payments where order_id = ${order.id}`;
    const answer = await at.gateway.confirm(order, String(row?.['payment_key']));
    assert.deepEqual(answer, { state: 'REFUSED', because: 'NOT_FOUND_PAYMENT_SESSION' });
    assert.deepEqual(await at.gateway.lookUp(order), { state: 'ABSENT' });
  });

  test('is refused for another amount and for another order’s payment, and takes neither', async () => {
    const [order, other] = [newOrder(), newOrder()];
    const [key, otherKey] = [await at.agree(order), await at.agree(other)];
    const refused = { state: 'REFUSED', because: 'INVALID_REQUEST' };
    assert.deepEqual(await at.gateway.confirm({ ...order, amount: 1 }, key), refused);
    assert.deepEqual(await at.gateway.confirm(order, otherKey), { state: 'OPEN', paymentKey: key, isAgreed: true });
    assert.equal((await at.gateway.lookUp(other)).state, 'OPEN');
    for (const made of ['made up', '.', '..', '/', 'a'.repeat(200)]) {
      assert.deepEqual(await at.gateway.confirm(newOrder(), made), { state: 'REFUSED', because: 'NOT_FOUND_PAYMENT' });
      assert.deepEqual(await at.gateway.lookUp(newOrder({ paymentKey: made })), { state: 'ABSENT' });
    }
  });

  test('of what was paid already says how it stands, whatever key was brought', async () => {
    const order = await bought();
    const { paymentKey = '' } = order;
    // As if more than the 15 days had gone by for which keys are known.
    await house.sql`delete from sandbox_answers where order_id = ${order.id}`;
    assert.deepEqual(told(await at.gateway.confirm(order, paymentKey)), paid(order, paymentKey));
    assert.deepEqual(told(await at.gateway.confirm(order, 'of another window')), paid(order, paymentKey));
  });

  test('that the card company declines is refused, and stays so', async () => {
    const order = newOrder();
    const key = await at.agree(order, 'pay-refused');
    const refused = { state: 'REFUSED', because: 'REJECT_CARD_PAYMENT' };
    assert.deepEqual(await at.gateway.confirm(order, key), refused);
    assert.deepEqual(await at.gateway.confirm(order, key), refused);
    assert.deepEqual(await at.gateway.lookUp(order), { state: 'FAILED', because: 'REJECT_CARD_PAYMENT' });
  });

  test('whose answer is lost or late is unclear, took effect, and strikes once', async () => {
    const { api, secretKey, open } = at.sandbox;
    const name = { en: 'Sandbox', ko: '샌드박스' };
    const hasty = createToss({
      id: 'sandbox',
      name,
      secretKey,
      api,
      open,
      patience: { confirmMs: 500, otherMs: 8_000 },
    });
    for (const action of ['pay-lost', 'pay-slow']) {
      const order = newOrder();
      const key = await at.agree(order, action);
      await assert.rejects(hasty.confirm(order, key), GatewayUnclear, action);
      assert.deepEqual(told(await at.gateway.lookUp(order)), paid(order, key));
      await house.sql`delete from sandbox_answers where order_id = ${order.id}`;
      assert.deepEqual(told(await at.gateway.confirm(order, key)), paid(order, key));
    }
  });
});

describe('a part that is sent back', () => {
  test('goes once, however often it is asked for, and is known by its id', async () => {
    const order = await bought();
    const [first, second] = [newPart(20_000), newPart(5_000)];
    const answers = await Promise.all(Array.from({ length: 10 }, () => at.gateway.sendBack(order, first)));
    for (const answer of answers) assert.deepEqual(answer, { state: 'DONE' });
    // When the gateway has forgotten the key, what it did is what is looked at.
    await house.sql`delete from sandbox_answers where order_id = ${order.id}`;
    assert.deepEqual(await at.gateway.sendBack({ ...order, paymentKey: undefined }, first), { state: 'DONE' });
    assert.deepEqual(await at.gateway.sendBack(order, second), { state: 'DONE' });
    const undone = [first, second].map(({ id: partId, amount }) => ({ amount, partId }));
    assert.deepEqual(told(await at.gateway.lookUp(order)), paid(order, order.paymentKey ?? '', undone));
  });

  test('goes twice where nobody looks and no key is shown', async () => {
    const order = await bought();
    const { api, secretKey } = at.sandbox;
    const cancelled = () =>
      fetch(`${api}/v1/payments/${order.paymentKey}/cancel`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`${secretKey}:`).toString('base64')}` },
        body: JSON.stringify({ cancelReason: 'Wallet withdrawal [part-1]', cancelAmount: 1_000 }),
      });
    assert.deepEqual([(await cancelled()).status, (await cancelled()).status], [200, 200]);
    // The second reason is a copy, so its money is nobody's part.
    const undone = [
      { amount: 1_000, partId: 'part-1' },
      { amount: 1_000, partId: undefined },
    ];
    assert.deepEqual(told(await at.gateway.lookUp(order)), paid(order, order.paymentKey ?? '', undone));
  });

  test('is refused for more than is left, and of what was cancelled', async () => {
    const order = await bought();
    assert.deepEqual(await at.gateway.sendBack(order, newPart(50_001)), {
      state: 'REFUSED',
      because: 'NOT_CANCELABLE_AMOUNT',
    });
    await at.press(order, 'cancel-rest');
    assert.deepEqual(await at.gateway.sendBack(order, newPart(1)), {
      state: 'REFUSED',
      because: 'ALREADY_CANCELED_PAYMENT',
    });
  });

  test('of a payment that Toss does not know is unclear: with another merchant’s key it knows none of ours', async () => {
    await assert.rejects(at.gateway.sendBack(newOrder(), newPart(1)), { name: 'GatewayUnclear' });
  });

  test('of a deposit goes to the account that was told with the order', async () => {
    const order = await bought({ refundAccount }, 'account');
    await at.press(order, 'deposit');
    assert.deepEqual(await at.gateway.sendBack({ ...order, refundAccount: undefined }, newPart(10_000)), {
      state: 'REFUSED',
      because: 'INVALID_REFUND_ACCOUNT_INFO',
    });
    assert.deepEqual(await at.gateway.sendBack(order, newPart(10_000)), { state: 'DONE' });
  });
});

test('a crowd is confirmed, nobody twice', async () => {
  const orders = Array.from({ length: 60 }, () => newOrder());
  const keys = await Promise.all(orders.map((order) => at.agree(order)));
  const answers = await Promise.all(orders.map((order, index) => at.gateway.confirm(order, keys[index] ?? '')));
  assert.deepEqual(
    answers.map(told),
    orders.map((order, index) => paid(order, keys[index] ?? '')),
  );
});
