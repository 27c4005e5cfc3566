/** The Toss file against the sandbox's wire, over real HTTP. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createGateways, openSandbox, type Gateway, type GatewayOrder, type Sandbox } from '../src/gateway/gateway.ts';
import { timeOrderedId } from '../src/platform/ids.ts';
import { openHouse } from './harness/house.ts';

const house = await openHouse();
let sandbox: Sandbox;
let gateway: Gateway;
before(async () => {
  sandbox = await openSandbox({
    database: house.database,
    secret: 'a secret of at least thirty-two characters',
    publicUrl: 'http://tickets.example',
    webhook: 'http://127.0.0.1:9/none',
  });
  gateway = createGateways({ money: { toss: undefined, stripe: undefined }, sandbox }).get('sandbox') as Gateway;
});
after(async () => {
  await sandbox.close();
  await house.close();
});

const back = {
  successUrl: 'http://tickets.example/wallet/return?order=x',
  failUrl: 'http://tickets.example/wallet/return?order=x&failed=1',
  orderName: 'Wallet',
};

function newOrder(more: Partial<GatewayOrder> = {}): GatewayOrder {
  return {
    id: timeOrderedId(),
    amount: 50_000,
    currency: 'KRW',
    expiresAt: new Date(Date.now() + 1_800_000),
    paymentKey: undefined,
    refundAccount: undefined,
    ...more,
  };
}

/** Opened, and its button pressed; answers the key that the browser brings back. */
async function pressed(order: GatewayOrder, action: string): Promise<string> {
  const { checkout } = await gateway.open(order, back);
  assert('url' in checkout);
  const [, , , id = '', seal = ''] = new URL(checkout.url).pathname.split('/');
  const row = await sandbox.find(id, seal);
  assert(row);
  const went = await sandbox.press(row, action);
  assert('to' in went, JSON.stringify(went));
  return new URL(went.to).searchParams.get('paymentKey') ?? '';
}

test('a payment is confirmed once, however often', async () => {
  const order = newOrder();
  assert.deepEqual(await gateway.lookUp(order), { state: 'ABSENT' });
  const key = await pressed(order, 'pay');
  assert.equal((await gateway.lookUp(order)).state, 'OPEN');
  const first = await gateway.confirm(order, key);
  assert.equal(first.state, 'PAID');
  assert.deepEqual(await gateway.confirm(order, key), first);
  assert.deepEqual(await gateway.lookUp(order), first);
  const part = { id: `${timeOrderedId()}-1`, amount: 20_000 };
  assert.deepEqual(await gateway.sendBack({ ...order, paymentKey: key }, part), { state: 'DONE' });
  assert.deepEqual(await gateway.sendBack({ ...order, paymentKey: key }, part), { state: 'DONE' });
  const after = await gateway.lookUp(order);
  assert(after.state === 'PAID');
  assert.deepEqual(after.undone, [{ amount: 20_000, partId: part.id }]);
});
