/** Stripe as a gateway, against a server that speaks as Stripe's reference says (harness/stripe-like.ts): orders and how they stand. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Standing } from '../src/gateway/gateway.ts';
import type { Account, Fields } from './harness/stripe-account.ts';
import type { Misfortune } from './harness/stripe-like.ts';
import { amount, back, newOrder, openShop, type OpenOrder, type Shop } from './harness/stripe-shop.ts';

let shop: Shop;
before(async () => {
  shop = await openShop();
});
after(() => shop.stripe.close());

describe('an order is opened', () => {
  test('as a session of its own amount, in whole won, that ends a little after it', async () => {
    const { stripe, gateway } = shop;
    const order = newOrder();
    const { checkout, paymentKey } = await gateway.open(order, back);
    const form = Object.fromEntries(stripe.forms.at(-1) ?? []);
    assert.equal(form['line_items[0][price_data][unit_amount]'], String(amount));
    assert.equal(form['line_items[0][price_data][currency]'], 'krw');
    assert.equal(form['success_url'], `${back.successUrl}&session={CHECKOUT_SESSION_ID}`);
    assert.equal(form['cancel_url'], back.failUrl);
    assert.equal(form['adaptive_pricing[enabled]'], 'false');
    const session = stripe.account.session(paymentKey ?? '');
    assert.equal(session.amount_total, amount);
    assert.equal(session.client_reference_id, order.id);
    assert.equal(session.expires_at, Math.floor(order.expiresAt.getTime() / 1_000) + 300);
    assert.deepEqual(checkout, { url: session.url });
  });

  test('and a repeat is the same session: in another language, after a lost answer, of many at once', async () => {
    const { stripe, gateway, unclear } = shop;
    const order = newOrder();
    const first = await gateway.open(order, back);
    assert.deepEqual(await gateway.open(order, { ...back, orderName: 'Top-up' }), first);

    const lost = newOrder();
    stripe.strike('lost');
    await unclear(gateway.open(lost, back));
    const again = await gateway.open(lost, back);
    assert.equal(stripe.account.sessionsOfOrder(lost.id).length, 1);
    assert.deepEqual(await gateway.open(lost, back), again);

    const raced = newOrder();
    stripe.slowness = 20;
    const all = await Promise.all(Array.from({ length: 10 }, () => gateway.open(raced, back)));
    stripe.slowness = 0;
    assert.equal(new Set(all.map(({ paymentKey }) => paymentKey)).size, 1);
    assert.equal(stripe.account.sessionsOfOrder(raced.id).length, 1);
  });

  test('never for another amount under its id, too late, or in a currency with cents', async () => {
    const { gateway, unclear } = shop;
    const order = await shop.opened();
    await unclear(gateway.open({ ...order, amount: amount + 1 }, back), /idempotency_error/);
    const late = newOrder({ expiresAt: new Date(Date.now() + 24 * 60_000) });
    await unclear(gateway.open(late, back), /invalid_request_error/);
    await assert.rejects(gateway.open(newOrder({ currency: 'USD' }), back), /minor units/);
  });

  test('and what comes back is this order, or it is not opened', async () => {
    const changes: ((session: Fields) => unknown)[] = [
      (session) => ({ ...session, client_reference_id: 'another' }),
      (session) => ({ ...session, amount_total: amount * 100 }),
      (session) => ({ ...session, id: '../refunds' }),
      (session) => ({ ...session, url: null }),
    ];
    for (const change of changes) {
      shop.stripe.alter('/v1/checkout/sessions', change);
      await shop.unclear(shop.gateway.open(newOrder(), back));
    }
  });
});

describe('how it stands', () => {
  const standings: Record<string, [(account: Account, id: string) => void, Partial<Standing>]> = {
    'before anything': [() => undefined, { state: 'OPEN' }],
    'after a card was declined, on a page that is open': [(account, id) => account.decline(id), { state: 'OPEN' }],
    'while a bank takes its time': [(account, id) => account.wait(id), { state: 'OPEN' }],
    paid: [(account, id) => account.pay(id), { state: 'PAID', amount, currency: 'KRW', undone: [] }],
    'paid by that bank': [
      (account, id) => {
        account.wait(id);
        account.settle(id, 'well');
      },
      { state: 'PAID', amount },
    ],
    'refused by that bank': [
      (account, id) => {
        account.wait(id);
        account.settle(id, 'badly');
      },
      { state: 'FAILED', because: 'payment_method_provider_decline' },
    ],
    'when nobody paid in time': [(account, id) => account.expire(id), { state: 'FAILED', because: 'expired' }],
    'when the card that was declined was the last': [
      (account, id) => {
        account.decline(id);
        account.expire(id);
      },
      { state: 'FAILED', because: 'expired' },
    ],
    // It may be said yet that it was paid.
    'when the time was over while a bank was asked': [
      (account, id) => {
        account.wait(id);
        account.expire(id);
      },
      { state: 'OPEN' },
    ],
    'cancelled at Stripe': [
      (account, id) => {
        account.wait(id);
        Object.assign(account.paymentOf(id), { status: 'canceled', cancellation_reason: 'requested_by_customer' });
      },
      { state: 'FAILED', because: 'requested_by_customer' },
    ],
  };
  for (const [name, [happen, expected]] of Object.entries(standings)) {
    test(name, async () => {
      const order = await shop.opened();
      happen(shop.stripe.account, order.paymentKey);
      const standing = await shop.gateway.lookUp(order);
      assert.deepEqual(standing, { ...standing, ...expected });
      assert.deepEqual(await shop.gateway.confirm(order, order.paymentKey), standing);
      if (standing.state === 'PAID') {
        assert.equal(standing.orderId, order.id);
        assert.equal(standing.paymentKey, order.paymentKey);
      }
    });
  }

  test('an order whose session nobody was told of is absent', async () => {
    assert.deepEqual(await shop.gateway.lookUp(newOrder()), { state: 'ABSENT' });
  });

  test('a session that it opened and does not know is none of this account, and no word about the payment', async () => {
    const order = newOrder({ paymentKey: 'cs_test_ofAnotherAccount' });
    await shop.unclear(shop.gateway.lookUp(order), /same account/);
    await shop.unclear(shop.gateway.confirm(order, 'cs_test_ofAnotherAccount'), /same account/);
  });

  test('another key than the order’s confirms nothing, and what is no key goes into no address', async () => {
    const { stripe, gateway } = shop;
    const [mine, other] = [await shop.opened(), await shop.paid()];
    const asked = stripe.asked.length;
    const refused = { state: 'REFUSED', because: 'session_of_another_order' };
    assert.deepEqual(await gateway.confirm(mine, other.paymentKey), refused);
    for (const key of [
      '..',
      '../refunds',
      'cs_test_a/../../refunds',
      'cs_',
      'cs_a?expand=b',
      'pi_1',
      'x'.repeat(200),
    ]) {
      const answer = await gateway.confirm({ ...mine, paymentKey: undefined }, key);
      assert.deepEqual(answer, { state: 'REFUSED', because: 'resource_missing' }, key);
    }
    assert.equal(stripe.asked.length, asked);
    // Where it is not known which session is the order's, the session says whose it is.
    assert.deepEqual(await gateway.confirm({ ...mine, paymentKey: undefined }, other.paymentKey), refused);
    const unknown = await gateway.confirm({ ...mine, paymentKey: undefined }, 'cs_test_unknown');
    assert.deepEqual(unknown, { state: 'REFUSED', because: 'resource_missing' });
    assert.equal((await gateway.lookUp(mine)).state, 'OPEN');
  });
});

describe('what says nothing is unclear, and never paid or failed', () => {
  const misfortunes: Misfortune[] = [
    'lost',
    'away',
    'late',
    'torn',
    'endless',
    'html',
    'list',
    500,
    503,
    429,
    302,
    403,
  ];

  for (const misfortune of misfortunes) {
    test(String(misfortune), async () => {
      const { stripe, unclear } = shop;
      const hasty = shop.gatewayOf({ patienceMs: misfortune === 'late' ? 100 : 5_000 });
      const [fresh, done] = [newOrder(), await shop.paid()];
      const part = { id: `${done.id}-1`, amount: 1_000 };
      const questions: (() => Promise<unknown>)[] = [
        () => hasty.open(fresh, back),
        () => hasty.lookUp(done),
        () => hasty.confirm(done, done.paymentKey),
        () => hasty.sendBack(done, part),
      ];
      for (const question of questions) {
        stripe.strike(misfortune);
        await unclear(question());
      }
      stripe.strike(misfortune, '/v1/refunds');
      await unclear(hasty.sendBack(done, part));
      assert.equal((await hasty.lookUp(done)).state, 'PAID');
      assert.deepEqual(await hasty.sendBack(done, part), { state: 'DONE' });
    });
  }

  test('a key that Stripe does not know', async () => {
    const { unclear } = shop;
    const wrong = shop.gatewayOf({ secretKey: 'sk_test_wrong' });
    const order = await shop.paid();
    const questions: (() => Promise<unknown>)[] = [
      () => wrong.open(newOrder(), back),
      () => wrong.lookUp(order),
      () => wrong.confirm(order, order.paymentKey),
      () => wrong.sendBack(order, { id: 'part-1', amount: 1 }),
    ];
    for (const question of questions) await unclear(question(), /does not know the key STRIPE_SECRET_KEY/);
  });

  const of = (session: Fields): Fields => session['payment_intent'] as Fields;
  const intentWith = (change: Fields) => (session: Fields) => ({
    ...session,
    payment_intent: { ...of(session), ...change },
  });
  const shapes: Record<string, (session: Fields) => unknown> = {
    'an amount as a text': intentWith({ amount_received: String(amount) }),
    'an amount with cents': intentWith({ amount_received: amount + 0.5 }),
    'an amount below zero': intentWith({ amount_received: -amount }),
    'no currency': intentWith({ currency: null }),
    'no charge': intentWith({ latest_charge: null }),
    'a charge that is not shown': intentWith({ latest_charge: 'ch_1' }),
    'a payment that is not shown': (session) => ({ ...session, payment_intent: 'pi_1' }),
    'a payment without a state': intentWith({ status: undefined }),
    'a session that is not paid yet': (session) => ({ ...session, payment_status: 'unpaid' }),
    'another session': (session) => ({ ...session, id: 'cs_test_another' }),
    'nobody’s session': (session) => ({ ...session, client_reference_id: null }),
    'complete without a payment': (session) => ({ ...session, payment_intent: null }),
    'a session in a state that nobody knows': (session) => ({ ...session, payment_intent: null, status: 'paused' }),
  };
  for (const [name, change] of Object.entries(shapes)) {
    test(name, async () => {
      const order: OpenOrder = await shop.paid();
      shop.stripe.alter('/v1/checkout/sessions/', change);
      await shop.unclear(shop.gateway.lookUp(order));
      assert.equal((await shop.gateway.lookUp(order)).state, 'PAID');
    });
  }
});
