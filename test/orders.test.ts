/** Orders through the front door of two servers, paid at the simulated gateway, with whatever goes wrong there. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { boxOffice, newFan, type BoxOffice, type Fan } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';
import { agreed, orderDesk, press, type Order } from './harness/orders.ts';
import type { Server } from './harness/server.ts';

const environment = { CHARGES: 'gateway', SANDBOX: 'on' };

let house: House;
let servers: [Server, Server];
let box: BoxOffice;
let one: ReturnType<typeof orderDesk>;
let other: ReturnType<typeof orderDesk>;
before(async () => {
  house = await openHouse();
  servers = [await house.start(environment), await house.start(environment)];
  box = boxOffice(servers[0]);
  one = orderDesk(box);
  other = orderDesk(boxOffice(servers[1]));
});
after(async () => {
  try {
    await box.assertInvariants();
  } finally {
    await house.close();
  }
});

async function entriesOf(fan: Fan): Promise<string[]> {
  const { body } = await box.entries(fan);
  return body.entries.map(({ kind, amount, reference }) => `${kind} ${amount} ${reference}`);
}

/** So that what the gateway tells next is asked about at once. */
const askedLongAgo = ({ id }: Order) => house.sql`
  update charge_orders set asked_at = now() - interval '1 minute' where id = ${id}`;

const credited = ({ id, amount }: Order): string[] => [`CHARGE ${amount} ${id}`];

describe('an order', () => {
  test('is offered, opened, paid at the gateway, confirmed, and in the wallet', async () => {
    const fan = newFan();
    const { body: ways } = await one.methods('ko');
    assert.deepEqual([ways.open, ways.walletMax], [false, 100_000_000]);
    assert.deepEqual(
      ways.methods.map(({ id, name, currency }) => [id, name, currency]),
      [['sandbox', '샌드박스 (모의 결제)', 'KRW']],
    );
    const order = await one.opened(fan, { amount: 30_000 });
    assert.deepEqual(
      [order.amount, order.method, order.status, order.chargeId, order.unclear, order.reservationId],
      [30_000, 'sandbox', 'OPEN', null, false, null],
    );
    assert.equal(Date.parse(order.expiresAt) - Date.parse(order.createdAt), 1_800_000);
    assert.deepEqual((await other.order(fan, order.id)).body, order);
    const { status, body: paid } = await other.confirm(fan, order.id, await agreed(order));
    assert.equal(status, 200);
    assert(paid.paidAt !== null);
    assert.deepEqual({ ...paid, chargeId: null, paidAt: null }, { ...order, status: 'PAID' });
    const { body: wallet } = await box.entries(fan);
    assert.deepEqual([wallet.entries[0]?.id, await entriesOf(fan)], [paid.chargeId, credited(order)]);
    assert.equal((await box.wallet(fan)).body.balance, 30_000);
    assert.deepEqual((await one.orders(fan)).body, { orders: [paid], nextCursor: null });
  });

  test('is listed newest first, page by page, to its fan alone', async () => {
    const fan = newFan();
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.unshift((await one.opened(fan)).id);
    const first = (await one.orders(fan, '?limit=3')).body;
    const rest = (await other.orders(fan, `?limit=3&cursor=${first.nextCursor}`)).body;
    assert.deepEqual(
      [...first.orders, ...rest.orders].map(({ id }) => id),
      ids,
    );
    assert.equal(rest.nextCursor, null);
    assert.equal((await one.orders(fan, '?cursor=nonsense')).code, 'VALIDATION_FAILED');
    assert.deepEqual((await one.orders(newFan())).body.orders, []);
  });

  test('is opened once under its key, which answers the same whatever became of it', async () => {
    const fan = newFan();
    const first = await one.open(fan, {}, 'a-key');
    const again = await other.open(fan, {}, 'a-key');
    assert.deepEqual([again.status, again.headers.get('idempotent-replayed')], [201, 'true']);
    assert.deepEqual(again.body, first.body);
    await one.confirm(fan, first.body.id, await agreed(first.body));
    assert.deepEqual((await other.open(fan, {}, 'a-key')).body, first.body);
    assert.equal((await one.open(fan, { amount: 20_000 }, 'a-key')).code, 'IDEMPOTENCY_KEY_REUSED');
    assert.equal((await one.orders(fan)).body.orders.length, 1);
  });

  test('is refused where it cannot be paid', async () => {
    const fan = newFan();
    const wrong = async (wish: object): Promise<unknown> => {
      const { code, fields } = await one.open(fan, wish);
      const errors = fields['errors'] as readonly { path: string }[] | undefined;
      return code === 'VALIDATION_FAILED' ? errors?.map(({ path }) => path).join() : code;
    };
    const { minAmount, maxAmount } = (await one.methods()).body.methods[0] ?? assert.fail();
    assert.equal(await wrong({ amount: minAmount - 1 }), 'amount');
    assert.equal(await wrong({ amount: maxAmount + 1 }), 'amount');
    assert.equal(await wrong({ method: 'toss' }), 'method');
    assert.equal(await wrong({ method: 'nobody' }), 'method');
    assert.equal(await wrong({ reservationId: '0123456789-nobody' }), 'reservationId');
    assert.deepEqual((await one.orders(fan)).body.orders, []);
  });

  test('remembers the own hold to come back to, and no other', async () => {
    const [fan, another] = [newFan(), newFan()];
    const { concertId, performanceId } = await box.createConcert();
    const { body: hold } = await box.hold(await box.enter(concertId, fan), performanceId, [1]);
    assert.equal((await one.opened(fan, { reservationId: hold.id })).reservationId, hold.id);
    assert.equal((await one.open(another, { reservationId: hold.id })).code, 'VALIDATION_FAILED');
  });

  test('needs somebody, and is nobody else’s', async () => {
    const [fan, another] = [newFan(), newFan()];
    const order = await one.opened(fan);
    const back = await agreed(order);
    assert.equal((await one.order(another, order.id)).code, 'NOT_FOUND');
    assert.equal((await one.confirm(another, order.id, back)).code, 'NOT_FOUND');
    assert.equal((await one.order({ ...fan, token: 'none' }, order.id)).code, 'UNAUTHENTICATED');
    assert.deepEqual([await entriesOf(fan), await entriesOf(another)], [[], []]);
  });
});

describe('a confirmation', () => {
  test('of 20 at once on two servers credits once, and all hear the same', async () => {
    const fan = newFan();
    const order = await one.opened(fan);
    const back = await agreed(order);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? one : other).confirm(fan, order.id, back)),
    );
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    assert.equal(new Set(answers.map(({ body }) => JSON.stringify(body))).size, 1);
    assert.deepEqual(await entriesOf(fan), credited(order));
  });

  test('is decided in order: the order, PAID already, the amount, the gateway', async () => {
    const fan = newFan();
    const order = await one.opened(fan);
    const back = await agreed(order);
    assert.equal((await one.confirm(fan, '0'.repeat(22), { ...back, amount: 1 })).code, 'NOT_FOUND');
    const altered = await one.confirm(fan, order.id, { paymentKey: 'nothing', amount: 1 });
    assert.deepEqual([altered.code, altered.fields['expected'], altered.fields['got']], ['AMOUNT_MISMATCH', 10_000, 1]);
    const refused = await one.confirm(fan, order.id, { paymentKey: 'nothing', amount: 10_000 });
    assert.equal(refused.code, 'PAYMENT_FAILED');
    assert.equal((await one.order(fan, order.id)).body.status, 'OPEN', 'it may still be paid');
    assert.deepEqual(await entriesOf(fan), []);
    const paid = await one.confirm(fan, order.id, back);
    const asBefore = await other.confirm(fan, order.id, { paymentKey: 'nothing', amount: 1 });
    assert.deepEqual([asBefore.status, asBefore.body], [200, paid.body]);
  });

  test('takes no other order’s payment, and no altered amount', async () => {
    const fan = newFan();
    const [cheap, dear] = [await one.opened(fan, { amount: 1_000 }), await one.opened(fan, { amount: 90_000 })];
    const back = await agreed(cheap);
    const { code } = await one.confirm(fan, dear.id, { ...back, amount: 90_000 });
    assert.equal(code, 'PAYMENT_FAILED');
    assert.equal((await one.confirm(fan, dear.id, back)).code, 'AMOUNT_MISMATCH');
    assert.deepEqual(await entriesOf(fan), []);
    assert.equal((await one.confirm(fan, cheap.id, back)).status, 200);
    assert.deepEqual(await entriesOf(fan), credited(cheap));
  });

  test('that the gateway refuses fails the order if it has ended with that', async () => {
    const fan = newFan();
    const order = await one.opened(fan);
    assert.equal((await one.confirm(fan, order.id, await agreed(order, 'pay-refused'))).code, 'PAYMENT_FAILED');
    assert.equal((await one.order(fan, order.id)).body.status, 'FAILED');
    assert.deepEqual(await entriesOf(fan), []);
  });

  test('whose answer is lost is credited all the same, and nobody is told that it failed', async () => {
    const fan = newFan();
    const order = await one.opened(fan);
    const { status, body } = await one.confirm(fan, order.id, await agreed(order, 'pay-lost'));
    assert([200, 202].includes(status), `${status}`);
    if (status === 202) assert.deepEqual([body.status, body.unclear], ['OPEN', true]);
    await house.sql`update charge_order_questions set ask_at = now() where order_id = ${order.id}`;
    await eventually(async () => assert.equal((await other.order(fan, order.id)).body.status, 'PAID'), 20_000);
    assert.deepEqual(await entriesOf(fan), credited(order));
  });

  test('of a deposit waits, and the deposit is credited when the gateway tells of it', async () => {
    const fan = newFan();
    const order = await one.opened(fan, { refundAccount: { bank: '88', number: '110-123-456789', holder: '김매진' } });
    const { status, body } = await one.confirm(fan, order.id, await agreed(order, 'account'));
    assert.deepEqual([status, body.status, body.unclear], [202, 'OPEN', false]);
    assert.deepEqual(await entriesOf(fan), []);
    await askedLongAgo(order);
    await press(order, 'deposit');
    await eventually(async () => assert.equal((await one.order(fan, order.id)).body.status, 'PAID'), 20_000);
    assert.deepEqual(await entriesOf(fan), credited(order));
    await askedLongAgo(order);
    await press(order, 'undo-deposit');
    await eventually(async () => assert.equal((await box.wallet(fan)).body.balance, 0), 20_000);
    assert.deepEqual(await entriesOf(fan), [`REVERSAL -10000 ${order.id}-r1`, ...credited(order)]);
  });

  test('late is a confirmation still: what was paid for an order that ran out is in the wallet', async () => {
    const fan = newFan();
    const order = await one.opened(fan);
    const back = await agreed(order);
    await house.sql`update charge_orders set expires_at = now() - interval '1 second' where id = ${order.id}`;
    assert.equal((await one.order(fan, order.id)).body.status, 'EXPIRED', 'from that moment');
    const { status, body } = await one.confirm(fan, order.id, back);
    assert.deepEqual([status, body.status], [200, 'PAID']);
    await house.sql`update charge_orders set expires_at = created_at + interval '30 minutes' where id = ${order.id}`;
    assert.deepEqual(await entriesOf(fan), credited(order));
  });
});
