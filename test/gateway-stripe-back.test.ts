/** Money that goes back through Stripe: parts of ours, refunds made at Stripe, and disputes. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { amount, openShop, type Shop } from './harness/stripe-shop.ts';

let shop: Shop;
before(async () => {
  shop = await openShop();
});
after(() => shop.stripe.close());

const part = (name: string, of = 1_000) => ({ id: `withdrawal-${name}`, amount: of });

describe('a part is sent back', () => {
  test('in pieces, each told as ours, until nothing is left', async () => {
    const { stripe, gateway, undoneOf } = shop;
    const order = await shop.paid();
    assert.deepEqual(await gateway.sendBack(order, part('a', 32_000)), { state: 'DONE' });
    assert.equal(Object.fromEntries(stripe.forms.at(-1) ?? [])['amount'], '32000');
    assert.deepEqual(await gateway.sendBack(order, part('b', 100_000)), { state: 'DONE' });
    assert.deepEqual(await undoneOf(order), [
      { amount: 32_000, partId: 'withdrawal-a' },
      { amount: 100_000, partId: 'withdrawal-b' },
    ]);
    const refused = { state: 'REFUSED', because: 'charge_already_refunded' };
    assert.deepEqual(await gateway.sendBack(order, part('c')), refused);
  });

  test('once: repeated, after a lost answer, of many at once', async () => {
    const { stripe, gateway, unclear } = shop;
    const order = await shop.paid();
    const { payment_intent: intent } = stripe.account.session(order.paymentKey);
    const made = () => stripe.account.refundsOf(intent ?? '').length;
    stripe.strike('lost', '/v1/refunds');
    await unclear(gateway.sendBack(order, part('lost')));
    // The question what was sent was lost, so nothing was.
    assert.equal(made(), 0);
    stripe.alter('/v1/refunds', (list) => {
      stripe.strike('lost', '/v1/refunds');
      return list;
    });
    await unclear(gateway.sendBack(order, part('lost')));
    assert.equal(made(), 1);
    assert.deepEqual(await gateway.sendBack(order, part('lost')), { state: 'DONE' });
    assert.deepEqual(await gateway.sendBack(order, part('lost')), { state: 'DONE' });
    assert.equal(made(), 1);
    stripe.slowness = 20;
    const all = await Promise.all(Array.from({ length: 10 }, () => gateway.sendBack(order, part('raced'))));
    stripe.slowness = 0;
    assert(all.every(({ state }) => state === 'DONE'));
    assert.equal(made(), 2);
  });

  test('once, though Stripe has forgotten the key since', async () => {
    const { stripe, gateway } = shop;
    const order = await shop.paid();
    const { payment_intent: intent } = stripe.account.session(order.paymentKey);
    const made = () => stripe.account.refundsOf(intent ?? '').length;
    assert.deepEqual(await gateway.sendBack(order, part('old')), { state: 'DONE' });
    stripe.forget();
    assert.deepEqual(await gateway.sendBack(order, part('old')), { state: 'DONE' });
    assert.equal(made(), 1);
    // The twin: if it does not see what was made, the key alone would let it go twice.
    stripe.forget();
    stripe.alter('/v1/refunds', (list) => ({ ...list, data: [] }));
    await gateway.sendBack(order, part('old'));
    assert.equal(made(), 2);
    // Of those two, one is ours: we asked for one.
    const ours = (await shop.undoneOf(order)).map(({ partId }) => partId);
    assert.deepEqual(ours, ['withdrawal-old', undefined]);
  });

  test('or is under way, and comes to an end that is told when it is asked for again', async () => {
    const { stripe, gateway, undoneOf } = shop;
    const order = await shop.paid();
    for (const status of ['pending', 'requires_action']) {
      stripe.account.setRefunds(status);
      assert.deepEqual(await gateway.sendBack(order, part(status.replace('_', '-'))), { state: 'PENDING' });
    }
    stripe.account.setRefunds('succeeded');
    assert.deepEqual(await undoneOf(order), []);
    stripe.account.refundSettles('withdrawal-pending', 'succeeded');
    stripe.account.refundSettles('withdrawal-requires-action', 'failed');
    assert.deepEqual(await gateway.sendBack(order, part('pending')), { state: 'DONE' });
    const refused = { state: 'REFUSED', because: 'expired_or_canceled_card' };
    assert.deepEqual(await gateway.sendBack(order, part('requires-action')), refused);
    assert.deepEqual(await undoneOf(order), [{ amount: 1_000, partId: 'withdrawal-pending' }]);
    // One that had gone comes back days later.
    stripe.account.refundSettles('withdrawal-pending', 'failed');
    assert.deepEqual(await undoneOf(order), []);
    stripe.account.setRefunds('canceled');
    assert.deepEqual(await gateway.sendBack(order, part('never')), { state: 'REFUSED', because: 'canceled' });
    stripe.account.setRefunds('succeeded');
  });

  test('or not: too much, nothing paid, another wish under its name', async () => {
    const { gateway, unclear } = shop;
    const order = await shop.paid();
    const tooMuch = await gateway.sendBack(order, part('much', amount + 1));
    assert.deepEqual(tooMuch, { state: 'REFUSED', because: 'invalid_request_error' });
    await unclear(gateway.sendBack(await shop.opened(), part('unpaid')));
    await unclear(gateway.sendBack({ ...order, paymentKey: undefined }, part('nobody')));
    await gateway.sendBack(order, part('two', 1_000));
    await unclear(gateway.sendBack(order, part('two', 2_000)), /something else/);
  });

  test('and an answer of another shape is no answer', async () => {
    const { stripe, gateway, unclear } = shop;
    const order = await shop.paid();
    const changes: ((made: Record<string, unknown>) => unknown)[] = [
      (made) => ({ ...made, amount: 1 }),
      (made) => ({ ...made, metadata: {} }),
      (made) => ({ ...made, status: 'unheard-of' }),
      (made) => ({ ...made, status: null }),
    ];
    for (const [index, change] of changes.entries()) {
      stripe.alter('/v1/refunds', (list) => {
        stripe.alter('/v1/refunds', change);
        return list;
      });
      await unclear(gateway.sendBack(order, part(`shape-${index}`)));
      assert.deepEqual(await gateway.sendBack(order, part(`shape-${index}`)), { state: 'DONE' });
    }
    stripe.alter('/v1/refunds', (list) => ({ ...list, data: [{ payment_intent: 'pi_another' }] }));
    await unclear(gateway.sendBack(order, part('another')), /another list/);
    for (const shape of [{ data: null }, { data: [], has_more: true }, { data: ['re_1'] }]) {
      stripe.alter('/v1/refunds', () => shape);
      await unclear(gateway.sendBack(order, part('list')));
    }
  });
});

describe('what others undo at Stripe', () => {
  test('is told without a part, page after page', async () => {
    const { stripe, undoneOf } = shop;
    const order = await shop.paid();
    const { payment_intent: intent } = stripe.account.session(order.paymentKey);
    await shop.gateway.sendBack(order, part('ours'));
    for (let count = 0; count < 205; count += 1) stripe.account.refund(intent ?? '', 10);
    const undone = await undoneOf(order);
    assert.equal(undone.length, 206);
    assert.deepEqual(undone[0], { amount: 1_000, partId: 'withdrawal-ours' });
    assert(undone.slice(1).every(({ partId, amount: of }) => partId === undefined && of === 10));
  });

  test('asks nothing more while nothing was undone', async () => {
    const { stripe } = shop;
    const order = await shop.paid();
    const asked = stripe.asked.length;
    await shop.undoneOf(order);
    assert.deepEqual(stripe.asked.slice(asked), [`GET /v1/checkout/sessions/${order.paymentKey}`]);
  });

  test('an inquiry takes nothing, a dispute takes its amount, one that is won gives it back', async () => {
    const { stripe, gateway, undoneOf } = shop;
    const order = await shop.paid();
    stripe.account.dispute(order.paymentKey, amount, true);
    assert.deepEqual(await undoneOf(order), []);
    const dispute = stripe.account.dispute(order.paymentKey, 50_000);
    assert.deepEqual(await undoneOf(order), [{ amount: 50_000, partId: undefined }]);
    assert.deepEqual(await gateway.sendBack(order, part('disputed')), { state: 'REFUSED', because: 'charge_disputed' });
    // Though by the rate of that day less came back than went.
    stripe.account.win(dispute);
    assert.deepEqual(await undoneOf(order), []);
  });

  test('no more goes back than came', async () => {
    const { stripe, gateway, undoneOf } = shop;
    const order = await shop.paid();
    await gateway.sendBack(order, part('first', 32_000));
    stripe.account.dispute(order.paymentKey, amount);
    assert.deepEqual(await undoneOf(order), [
      { amount: 32_000, partId: 'withdrawal-first' },
      { amount: 100_000, partId: undefined },
    ]);
  });

  test('a dispute that cannot be read says nothing', async () => {
    const { stripe, gateway, unclear } = shop;
    const order = await shop.paid();
    stripe.account.dispute(order.paymentKey, amount);
    for (const change of [{ balance_transactions: null }, { balance_transactions: [{}] }, { currency: 'usd' }]) {
      stripe.alter('/v1/disputes', (list) => ({
        ...list,
        data: (list['data'] as object[]).map((one) => ({ ...one, ...change })),
      }));
      await unclear(gateway.lookUp(order));
    }
  });
});
