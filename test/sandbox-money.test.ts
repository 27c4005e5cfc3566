/** Each button of the sandbox, all the way: whatever goes wrong, the wallet has what was paid, once. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { boxOffice, newFan, type Fan } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse } from './harness/house.ts';
import { caller, type Answer } from './harness/http.ts';
import { refundAccount } from './harness/sandbox.ts';
import type { Server } from './harness/server.ts';

const house = await openHouse();
let server: Server;
before(async () => {
  server = await house.start({ SANDBOX: 'on', CHARGES: 'gateway' });
});
after(() => house.close());

const amount = 50_000;

interface Order {
  readonly id: string;
  readonly status: string;
  readonly checkout: { readonly url?: string };
}

async function opened({ token: bearer }: Fan): Promise<{ readonly id: string; readonly url: string }> {
  const body = { amount, method: 'sandbox', refundAccount };
  const { body: order, code } = await caller(server.origin)<Order>('POST', '/api/v1/wallet/charge-orders', {
    bearer,
    key: 'a-key',
    body,
  });
  assert.equal(code, undefined);
  return { id: order.id, url: order.checkout.url ?? '' };
}

async function press(url: string, action: string): Promise<URL> {
  const went = await fetch(url, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ action }) });
  assert.equal(went.status, 303);
  return new URL(went.headers.get('location') ?? '', url);
}

/** As the page that the browser comes back to does. */
function confirm({ token: bearer }: Fan, id: string, back: URL): Promise<Answer<Order>> {
  const body = { paymentKey: back.searchParams.get('paymentKey'), amount: Number(back.searchParams.get('amount')) };
  return caller(server.origin)<Order>('POST', `/api/v1/wallet/charge-orders/${id}/confirmation`, { bearer, body });
}

const orderOf = async ({ token: bearer }: Fan, id: string): Promise<Order> =>
  (await caller(server.origin)<Order>('GET', `/api/v1/wallet/charge-orders/${id}`, { bearer })).body;
const balanceOf = async ({ token: bearer }: Fan): Promise<number> =>
  (await caller(server.origin)<{ balance: number }>('GET', '/api/v1/wallet', { bearer })).body.balance;

/** All that is on its way to the shop arrives now. */
const hurry = async (id: string): Promise<void> => {
  await house.sql`update sandbox_notices set send_at = now() where order_id = ${id}`;
  await house.sql`update charge_order_questions set ask_at = now() where order_id = ${id}`;
};

const paying = [
  'pay',
  'pay-slow',
  'pay-lost',
  'pay-notice-twice',
  'pay-notice-late',
  'pay-notice-out-of-order',
  'pay-notice-forged',
  'pay-notice-other-amount',
] as const;

test('whatever goes wrong with it, what was paid is in the wallet once', { concurrency: true }, async (t) => {
  const ends = paying.map((action) =>
    t.test(action, async () => {
      const fan = newFan();
      const { id, url } = await opened(fan);
      const answer = await confirm(fan, id, await press(url, action));
      // A notice may have been quicker than the answer that was late or lost.
      const isUnclear = action === 'pay-slow' || action === 'pay-lost';
      assert(answer.status === 200 || (isUnclear && answer.status === 202), `${answer.status} ${answer.code}`);
      await hurry(id);
      await eventually(async () => assert.equal((await orderOf(fan, id)).status, 'PAID'), 20_000);
      await press(url, 'notice-twice');
      await press(url, 'notice-forged');
      await eventually(async () => {
        const waiting = await house.sql`select from sandbox_notices where order_id = ${id} and send_at <= now()`;
        assert.equal(waiting.length, 0);
      });
      assert.equal(await balanceOf(fan), amount);
    }),
  );
  await Promise.all(ends);
});

test('whoever is declined, or turns back, has paid nothing', async () => {
  const fan = newFan();
  const { id, url } = await opened(fan);
  const back = await press(url, 'leave');
  assert.equal(back.searchParams.get('failed'), '1');
  const answer = await confirm(fan, id, await press(url, 'pay-refused'));
  assert.deepEqual([answer.status, answer.code], [409, 'PAYMENT_FAILED']);
  assert.equal((await orderOf(fan, id)).status, 'FAILED');
  const other = newFan();
  const declined = await opened(other);
  await press(declined.url, 'refuse');
  await hurry(declined.id);
  await eventually(async () => assert.equal((await orderOf(other, declined.id)).status, 'FAILED'), 20_000);
  assert.deepEqual([await balanceOf(fan), await balanceOf(other)], [0, 0]);
});

test('a deposit counts when it is made, and no more when it is undone; so does what the desk cancels', async () => {
  const fan = newFan();
  const { id, url } = await opened(fan);
  assert.equal((await confirm(fan, id, await press(url, 'account'))).status, 202);
  assert.equal(await balanceOf(fan), 0);
  const becomes = (balance: number) =>
    eventually(async () => {
      await hurry(id);
      assert.equal(await balanceOf(fan), balance);
    }, 20_000);
  await press(url, 'deposit');
  await becomes(amount);
  await press(url, 'undo-deposit');
  await becomes(0);
  const other = newFan();
  const bought = await opened(other);
  await confirm(other, bought.id, await press(bought.url, 'pay'));
  await press(bought.url, 'cancel-half');
  await eventually(async () => {
    await hurry(bought.id);
    assert.equal(await balanceOf(other), amount / 2);
  }, 20_000);
  await boxOffice(server).assertInvariants();
});
