/** What the sandbox tells the shop: once, twice, late, out of order, forged, with another amount, and again until it is taken. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import type { GatewayOrder } from '../src/gateway/gateway.ts';
import { openHouse } from './harness/house.ts';
import { newOrder, refundAccount, sandboxOf, type SandboxAtHand } from './harness/sandbox.ts';

interface Told {
  readonly orderId: string;
  readonly eventType?: string;
  readonly status?: string;
  readonly secret?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

const house = await openHouse();
const heard: Told[] = [];
let answer = 200;
const shop = createServer((request, response) => {
  void Array.fromAsync(request as AsyncIterable<Buffer>).then((parts) => {
    heard.push(JSON.parse(parts.join('')) as Told);
    response.writeHead(answer).end();
  });
});
let at: SandboxAtHand;
before(async () => {
  await new Promise<void>((resolve) => {
    shop.listen(0, '127.0.0.1', resolve);
  });
  at = await sandboxOf(house, { webhook: `http://127.0.0.1:${(shop.address() as AddressInfo).port}/` });
});
after(async () => {
  await at.sandbox.close();
  shop.closeAllConnections();
  shop.close();
  await house.close();
});

/** Runs the duty, and answers what the shop heard by it, in a form that can be compared. */
async function told(): Promise<readonly string[]> {
  heard.length = 0;
  await at.sandbox.duties.find(({ name }) => name === 'sandbox.notices')?.run();
  return heard
    .map(({ eventType, status, data }) =>
      eventType === undefined ? `deposit ${status}` : `${String(data?.['status'])} ${String(data?.['totalAmount'])}`,
    )
    .toSorted();
}

/** Its waiting notices are due. */
const hurry = ({ id }: GatewayOrder) => house.sql`
  update sandbox_notices set send_at = now() - interval '1 second' where order_id = ${id} returning send_at`;

async function confirmed(action: string, more: Partial<GatewayOrder> = {}): Promise<GatewayOrder> {
  const order = newOrder(more);
  const paymentKey = await at.agree(order, action);
  await at.gateway.confirm(order, paymentKey);
  return { ...order, paymentKey };
}

test('each change is told once', async () => {
  const order = await confirmed('pay');
  assert.deepEqual(await told(), ['DONE 50000']);
  assert.deepEqual(at.gateway.readNotice({}, Buffer.from(JSON.stringify(heard[0]))), {
    orderId: order.id,
    isSigned: false,
  });
  assert.deepEqual(await told(), []);
  await at.gateway.sendBack(order, { id: 'abc-1', amount: 1_000 });
  assert.deepEqual(await told(), ['PARTIAL_CANCELED 50000']);
  await at.press(order, 'cancel-rest');
  assert.deepEqual(await told(), ['CANCELED 50000']);
});

test('a deposit is told with the secret of its payment, and its undoing too', async () => {
  const order = await confirmed('account', { refundAccount });
  assert.deepEqual(await told(), ['WAITING_FOR_DEPOSIT 50000', 'deposit WAITING_FOR_DEPOSIT']);
  await at.press(order, 'deposit');
  assert.deepEqual(await told(), ['DONE 50000', 'deposit DONE']);
  const standing = await at.gateway.lookUp(order);
  assert('secret' in standing);
  const deposit = heard.find(({ eventType }) => eventType === undefined);
  assert.deepEqual(at.gateway.readNotice({}, Buffer.from(JSON.stringify(deposit))), {
    orderId: order.id,
    isSigned: false,
    secret: standing.secret,
  });
  await at.press(order, 'undo-deposit');
  assert.deepEqual(await told(), ['WAITING_FOR_DEPOSIT 50000', 'deposit WAITING_FOR_DEPOSIT']);
});

for (const before of ['pay-', ''] as const) {
  const chosen = before === '' ? 'now' : 'with the payment';
  /** The payment, told in this manner. */
  const doneIn = async (manner: string): Promise<GatewayOrder> => {
    if (before !== '') return confirmed(`pay-notice-${manner}`);
    const order = await confirmed('pay');
    await told();
    await at.press(order, `notice-${manner}`);
    return order;
  };

  test(`twice, ${chosen}`, async () => {
    await doneIn('twice');
    assert.deepEqual(await told(), ['DONE 50000', 'DONE 50000']);
  });

  test(`late, ${chosen}`, async () => {
    const order = await doneIn('late');
    assert.deepEqual(await told(), []);
    await hurry(order);
    assert.deepEqual(await told(), ['DONE 50000']);
  });

  test(`out of order, ${chosen}`, async () => {
    const order = await doneIn('out-of-order');
    assert.deepEqual(await told(), ['DONE 50000']);
    await hurry(order);
    assert.deepEqual(await told(), ['IN_PROGRESS 50000']);
  });

  test(`forged, ${chosen}`, async () => {
    const order = await doneIn('forged');
    assert.deepEqual(await told(), ['CANCELED 50000', 'DONE 50000', 'deposit CANCELED']);
    const standing = await at.gateway.lookUp(order);
    assert('secret' in standing);
    for (const { secret, data } of heard.filter(({ status, data }) => (data?.['status'] ?? status) !== 'DONE')) {
      assert.notEqual(secret ?? null, standing.secret);
      assert.notEqual(data?.['paymentKey'], order.paymentKey);
    }
  });

  test(`with another amount, ${chosen}`, async () => {
    await doneIn('other-amount');
    assert.deepEqual(await told(), ['DONE 500000']);
  });
}

test('strikes once: what comes afterwards is told as it is', async () => {
  const order = await confirmed('pay-notice-twice');
  await told();
  await at.press(order, 'cancel-half');
  assert.deepEqual(await told(), ['PARTIAL_CANCELED 50000']);
});

test('comes again until it is taken, and not for ever', async () => {
  answer = 500;
  const order = await confirmed('pay');
  for (let tries = 0; tries < 8; tries++) {
    assert.deepEqual(await told(), ['DONE 50000'], `try ${tries}`);
    assert.deepEqual(await told(), [], 'not at once');
    await hurry(order);
  }
  assert.deepEqual(await told(), []);
  const other = await confirmed('pay');
  await told();
  answer = 200;
  await hurry(other);
  assert.deepEqual(await told(), ['DONE 50000']);
  assert.equal((await hurry(other)).length, 0);
});

test('there are no more waiting than a few of each order', async () => {
  const order = await confirmed('pay');
  for (let pressed = 0; pressed < 60; pressed++) await at.press(order, 'notice-late');
  assert.equal((await hurry(order)).length, 50);
  await told();
});

test('what is older than a month is removed, with all that belongs to it', async () => {
  const [old, young] = [await confirmed('pay-notice-late'), await confirmed('pay-notice-late')];
  await house.sql`
    update sandbox_payments set created_at = created_at - interval '30 days 1 hour' where order_id = ${old.id}`;
  await at.sandbox.duties.find(({ name }) => name === 'sandbox.retention')?.run();
  const left = await house.sql<{ order_id: string }[]>`
    select order_id from sandbox_payments join sandbox_answers using (order_id) join sandbox_notices using (order_id)
    where order_id = any(${[old.id, young.id]}::text[])`;
  assert.deepEqual(
    left.map(({ order_id }) => order_id),
    [young.id],
  );
  assert.deepEqual(await at.gateway.lookUp(old), { state: 'ABSENT' });
});
