/** Orders and withdrawals by way of Stripe, through the front door of a server that is told to ask a server which speaks like it. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { boxOffice, newFan, type BoxOffice, type Fan } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';
import { orderDesk, type Order } from './harness/orders.ts';
import type { Server } from './harness/server.ts';
import { type StripeLike, openStripeLike, signatureOf } from './harness/stripe-like.ts';
import { topUps } from './harness/topping-up.ts';

let stripe: StripeLike;
let house: House;
let server: Server;
let box: BoxOffice;
let desk: ReturnType<typeof orderDesk>;
before(async () => {
  stripe = await openStripeLike();
  house = await openHouse();
  server = await house.start({
    CHARGES: 'gateway',
    STRIPE_SECRET_KEY: stripe.secretKey,
    STRIPE_WEBHOOK_SECRET: stripe.webhookSecret,
    STRIPE_API: stripe.origin,
  });
  box = boxOffice(server);
  desk = orderDesk(box);
});
after(async () => {
  try {
    await box.assertInvariants();
  } finally {
    await house.close();
    await stripe.close();
  }
});

const sessionOf = ({ id }: Order) => {
  const [session] = stripe.account.sessionsOfOrder(id);
  assert(session !== undefined);
  return session;
};
const open = (fan: Fan): Promise<Order> => desk.opened(fan, { amount: 30_000, method: 'stripe' });
const balanceOf = async (fan: Fan): Promise<number> => (await box.wallet(fan)).body.balance;

async function paid(fan: Fan): Promise<Order> {
  const order = await open(fan);
  stripe.account.pay(sessionOf(order).id);
  const { status, body } = await desk.confirm(fan, order.id, { paymentKey: sessionOf(order).id, amount: 30_000 });
  assert.equal(status, 200);
  assert.equal(body.status, 'PAID');
  return order;
}

/** As Stripe would send it: the bytes that were signed. */
async function tell(type: string, about: object, signed?: (body: Buffer) => string): Promise<number> {
  const { body, headers } = stripe.notice(type, about);
  const signature = signed?.(body) ?? headers['stripe-signature'] ?? '';
  const answer = await fetch(`${server.origin}/webhooks/stripe`, {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': signature },
    body: new Uint8Array(body),
  });
  await answer.arrayBuffer();
  return answer.status;
}

const isPaid = async (fan: Fan, { id }: Order) => (await desk.order(fan, id)).body.status === 'PAID';
const askedLongAgo = ({ id }: Order) => house.sql`
  update charge_orders set asked_at = now() - interval '1 minute' where id = ${id}`;

describe('an order by way of Stripe', () => {
  test('leads to its page, and what is paid there is in the wallet once', async () => {
    const fan = newFan();
    const order = await open(fan);
    assert.deepEqual(order.checkout, { url: sessionOf(order).url });
    const early = await desk.confirm(fan, order.id, { paymentKey: sessionOf(order).id, amount: 30_000 });
    assert.deepEqual([early.status, early.body.status], [202, 'OPEN']);
    stripe.account.pay(sessionOf(order).id);
    const confirmed = await Promise.all(
      Array.from({ length: 10 }, () =>
        desk.confirm(fan, order.id, { paymentKey: sessionOf(order).id, amount: 30_000 }),
      ),
    );
    assert(confirmed.every(({ status, body }) => status === 200 && body.status === 'PAID'));
    assert.equal(await balanceOf(fan), 30_000);
  });

  test('is not paid by another’s session, and open all the same', async () => {
    const [fan, other] = [newFan(), newFan()];
    const [order, theirs] = [await open(fan), await open(other)];
    stripe.account.pay(sessionOf(theirs).id);
    const { code } = await desk.confirm(fan, order.id, { paymentKey: sessionOf(theirs).id, amount: 30_000 });
    assert.equal(code, 'PAYMENT_FAILED');
    assert.equal(await balanceOf(fan), 0);
    stripe.account.pay(sessionOf(order).id);
    const { status } = await desk.confirm(fan, order.id, { paymentKey: sessionOf(order).id, amount: 30_000 });
    assert.equal(status, 200);
    assert.equal(await balanceOf(fan), 30_000);
  });

  test('is found by a notice if the browser never comes back, and by a forged one is not', async () => {
    const fan = newFan();
    const order = await open(fan);
    stripe.account.pay(sessionOf(order).id);
    const forged = (body: Buffer) => signatureOf('whsec_guessed', body);
    assert.equal(await tell('checkout.session.completed', sessionOf(order), forged), 400);
    assert.equal(await tell('customer.created', {}), 200);
    assert.equal(await isPaid(fan, order), false);
    assert.equal(await tell('checkout.session.completed', sessionOf(order)), 200);
    await eventually(async () => assert(await isPaid(fan, order)));
    assert.equal(await tell('checkout.session.completed', sessionOf(order)), 200);
    assert.equal(await balanceOf(fan), 30_000);
  });

  test('fails when Stripe says that it did', async () => {
    const fan = newFan();
    const order = await open(fan);
    stripe.account.wait(sessionOf(order).id);
    stripe.account.settle(sessionOf(order).id, 'badly');
    assert.equal(await tell('checkout.session.async_payment_failed', sessionOf(order)), 200);
    await eventually(async () => assert.equal((await desk.order(fan, order.id)).body.status, 'FAILED'));
    assert.equal(await balanceOf(fan), 0);
  });
});

test('a withdrawal goes back to the card, once', async () => {
  const fan = newFan();
  const order = await paid(fan);
  const tops = topUps(box);
  const { body } = await tops.withdraw(fan, 12_000);
  await eventually(async () => assert.equal((await tops.withdrawal(fan, body.id)).body.status, 'DONE'));
  const refunds = stripe.account.refundsOf(sessionOf(order).payment_intent ?? '');
  assert.deepEqual(
    refunds.map(({ amount, metadata }) => [amount, metadata['order']]),
    [[12_000, order.id]],
  );
  // Stripe tells of our own refund too; it is not taken a second time.
  await askedLongAgo(order);
  assert.equal(await tell('refund.created', refunds[0] ?? {}), 200);
  await eventually(async () => {
    const [{ settled }] = await house.sql<[{ settled: boolean }]>`
      select order_id is null and asked_at > now() - interval '30 seconds' as settled
      from charge_orders left join charge_order_questions on order_id = id where id = ${order.id}`;
    assert(settled);
  });
  assert.equal(await balanceOf(fan), 18_000);
});

test('a dispute takes the money out of the wallet', async () => {
  const fan = newFan();
  const order = await paid(fan);
  await askedLongAgo(order);
  const dispute = stripe.account.dispute(sessionOf(order).id, 30_000);
  // Whose it is could not be asked: to be sent again.
  stripe.strike(500, '/v1/checkout/sessions');
  assert.equal(await tell('charge.dispute.created', dispute), 503);
  assert.equal(await tell('charge.dispute.created', dispute), 200);
  await eventually(async () => assert.equal(await balanceOf(fan), 0));
  const { body } = await box.entries(fan);
  assert.deepEqual(
    body.entries.map(({ kind, amount }) => [kind, amount]),
    [
      ['REVERSAL', -30_000],
      ['CHARGE', 30_000],
    ],
  );
});
