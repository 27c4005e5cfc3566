/**
 * Notices of Stripe: of which order they speak, and whose they are. The referee of signatures is Stripe's own package, which
 * is installed for this alone and loaded by no server.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as fc from 'fast-check';
import { Stripe } from 'stripe';
import { Refusal } from '../src/refusals.ts';
import { isSignedWith } from '../src/gateway/stripe/signature.ts';
import { api_version } from '../src/gateway/stripe/asking.ts';
import { newId, seconds } from './harness/stripe-account.ts';
import { signatureOf } from './harness/stripe-like.ts';
import { amount, openShop, type Shop } from './harness/stripe-shop.ts';

let shop: Shop;
before(async () => {
  shop = await openShop();
});
after(() => shop.stripe.close());

async function read(type: string, object: object) {
  const { body, headers } = shop.stripe.notice(type, object);
  return shop.gateway.readNotice(headers, body);
}

const invalid = (error: unknown): boolean => error instanceof Refusal && error.code === 'SIGNATURE_INVALID';

describe('a notice speaks of an order', () => {
  test('whatever happened to its session, its money or its refunds', async () => {
    const { account } = shop.stripe;
    const order = await shop.paid();
    const session = account.session(order.paymentKey);
    const charge = account.chargeOf(account.paymentOf(order.paymentKey));
    await shop.gateway.sendBack(order, { id: 'part-1', amount: 1_000 });
    const [ours] = account.refundsOf(charge.payment_intent);
    const notice = { orderId: order.id, isSigned: true };
    const asked = shop.stripe.asked.length;
    for (const type of ['completed', 'async_payment_succeeded', 'async_payment_failed', 'expired']) {
      assert.deepEqual(await read(`checkout.session.${type}`, session), notice);
    }
    assert.deepEqual(await read('charge.refunded', charge), notice);
    for (const type of ['refund.created', 'refund.updated', 'refund.failed', 'charge.refund.updated']) {
      assert.deepEqual(await read(type, ours ?? {}), notice);
    }
    assert.equal(shop.stripe.asked.length, asked);
  });

  test('a dispute, or a refund made at Stripe, is asked about', async () => {
    const { account } = shop.stripe;
    const order = await shop.paid();
    const theirs = account.refund(account.paymentOf(order.paymentKey).id, 1_000);
    const dispute = account.dispute(order.paymentKey, amount);
    const notice = { orderId: order.id, isSigned: true };
    assert.deepEqual(await read('refund.created', theirs), notice);
    for (const type of ['created', 'updated', 'closed', 'funds_withdrawn', 'funds_reinstated']) {
      assert.deepEqual(await read(`charge.dispute.${type}`, dispute), notice);
    }
    // To be sent again.
    shop.stripe.strike(500);
    await shop.unclear(read('charge.dispute.created', dispute));
  });

  test('or of nothing that concerns us', async () => {
    const { account } = shop.stripe;
    const order = await shop.paid();
    const asked = shop.stripe.asked.length;
    assert.equal(await read('payment_intent.succeeded', account.paymentOf(order.paymentKey)), undefined);
    assert.equal(await read('customer.created', { client_reference_id: order.id }), undefined);
    assert.equal(await read('checkout.session.completed', { client_reference_id: 'another shop’s 1' }), undefined);
    assert.equal(await read('charge.refunded', { metadata: { order: 7 } }), undefined);
    assert.equal(await read('charge.refunded', { metadata: {} }), undefined);
    assert.equal(shop.stripe.asked.length, asked);
    assert.equal(await read('charge.dispute.created', { payment_intent: newId('pi'), metadata: {} }), undefined);
    for (const text of ['', '[]', 'null', '{', '{"type":7}', '{}']) {
      const body = Buffer.from(text);
      const headers = { 'stripe-signature': signatureOf(shop.stripe.webhookSecret, body) };
      assert.equal(await shop.gateway.readNotice(headers, body), undefined, text);
    }
  });

  test('and is refused unless it is signed', async () => {
    const { stripe, gateway } = shop;
    const order = await shop.opened();
    const { body, headers } = stripe.notice('checkout.session.completed', stripe.account.session(order.paymentKey));
    const asked = stripe.asked.length;
    const forged = [{}, { 'stripe-signature': ['a', 'b'] }, { 'stripe-signature': signatureOf('whsec_other', body) }];
    for (const wrong of forged) await assert.rejects(async () => gateway.readNotice(wrong, body), invalid);
    const altered = Buffer.from(body.toString().replace(order.id, order.id.replace('order', 'other')));
    await assert.rejects(async () => gateway.readNotice(headers, altered), invalid);
    assert.equal(stripe.asked.length, asked);
  });
});

describe('a signature', () => {
  const secret = 'whsec_between_us';
  const referee = new Stripe('sk_test_referee').webhooks;
  const isFair = (header: string, body: string, of = secret): boolean => {
    try {
      referee.constructEvent(body, header, of);
      return true;
    } catch {
      return false;
    }
  };
  const isOurs = (header: unknown, body: string, of = secret): boolean => isSignedWith(of, header, Buffer.from(body));
  const json = fc.jsonValue().map((value) => JSON.stringify(value));

  test('of the referee is taken, and ours by the referee', () => {
    fc.assert(
      fc.property(json, fc.integer({ min: -290, max: 290 }), (body, ago) => {
        const timestamp = seconds() - ago;
        const theirs = referee.generateTestHeaderString({ payload: body, secret, timestamp });
        assert(isOurs(theirs, body));
        const ours = signatureOf(secret, body, timestamp);
        assert(isFair(ours, body));
        assert.equal(ours, theirs.split(',').slice(0, 2).join(','));
      }),
    );
  });

  const damage: Record<string, (header: string) => string> = {
    'a digit changed': (header) => header.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
    'a digit short': (header) => header.slice(0, -1),
    'a digit more': (header) => `${header}0`,
    'in capitals': (header) => header.replace(/v1=.*/, (v1) => `v1=${v1.slice(3).toUpperCase()}`),
    'another scheme': (header) => header.replace('v1=', 'v0='),
    'another time': (header) => header.replace(/t=\d+/, (time) => `t=${Number(time.slice(2)) - 1}`),
    'no time': (header) => header.replace(/t=\d+,/, ''),
    'a time in words': (header) => header.replace(/t=\d+/, 't=now'),
    'no signature': (header) => header.replace(/,v1=.*/, ''),
    'another’s': () => signatureOf('whsec_of_another', '{"a":1}'),
    nothing: () => '',
    junk: () => '=,=,,t,v1',
    'too old': () => signatureOf(secret, '{"a":1}', seconds() - 302),
  };
  for (const [name, harm] of Object.entries(damage)) {
    test(`is refused by both: ${name}`, () => {
      const body = '{"a":1}';
      const whole = signatureOf(secret, body);
      assert(isOurs(whole, body) && isFair(whole, body));
      assert.equal(isFair(harm(whole), body), false);
      assert.equal(isOurs(harm(whole), body), false);
    });
  }

  test('is refused by both of another text', () => {
    const whole = signatureOf(secret, '{"a":1}');
    for (const body of ['{"a":2}', '{"a":1} ', '{"a": 1}']) assert(!isFair(whole, body) && !isOurs(whole, body));
  });

  test('is one of several while the secret is replaced', () => {
    const body = '{"a":1}';
    const at = seconds();
    const [, ours = ''] = signatureOf(secret, body, at).split(',');
    const [time, old = ''] = signatureOf('whsec_the_old_one', body, at).split(',');
    for (const header of [`${time},${old},${ours}`, `${time},${ours},${old}`, `${time},v0=x,${ours}`]) {
      assert(isFair(header, body) && isOurs(header, body), header);
    }
    const others = `${time},${old},${old}`;
    assert(!isFair(others, body) && !isOurs(others, body));
  });

  // Where we are stricter: the referee takes a time that is far ahead, and the last of two.
  test('is of one time, which is now', () => {
    const body = '{"a":1}';
    const ahead = signatureOf(secret, body, seconds() + 302);
    assert(isFair(ahead, body) && !isOurs(ahead, body));
    const twice = `t=1,${signatureOf(secret, body)}`;
    assert(isFair(twice, body) && !isOurs(twice, body));
  });

  test('is of the shapes that the referee’s types describe', () => {
    assert.equal(api_version, Stripe.API_VERSION);
  });
});
