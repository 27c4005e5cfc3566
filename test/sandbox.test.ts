/** The simulated gateway's page and its buttons, on a real server, by plain forms. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSandbox, type Sandbox } from '../src/gateway/gateway.ts';
import { timeOrderedId } from '../src/platform/ids.ts';
import { openHouse } from './harness/house.ts';
import type { Server } from './harness/server.ts';

const house = await openHouse();
let server: Server;
/** Another server's, on the same database: what one opens, each of them shows. */
let sandbox: Sandbox;
before(async () => {
  server = await house.start({ SANDBOX: 'on' });
  sandbox = await openSandbox({
    database: house.database,
    secret: 'a secret of at least thirty-two characters',
    publicUrl: server.origin,
    webhook: `${server.origin}/api/v1/webhooks/sandbox`,
  });
});
after(async () => {
  await sandbox.close();
  await house.close();
});

async function opened(): Promise<string> {
  const order = {
    id: timeOrderedId(),
    amount: 50_000,
    currency: 'KRW',
    expiresAt: new Date(Date.now() + 1_800_000),
    paymentKey: undefined,
    refundAccount: { bank: '88', number: '110-123-456789', holder: '김매진' },
  };
  const { checkout } = await sandbox.open(order, {
    successUrl: `${server.origin}/wallet/return?order=${order.id}`,
    failUrl: `${server.origin}/wallet/return?order=${order.id}&failed=1`,
    orderName: '지갑 충전 <50,000원>',
  });
  assert('url' in checkout);
  return checkout.url;
}

function press(url: string, action: string): Promise<Response> {
  return fetch(url, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ action }) });
}

test('the page says in both languages that it is simulated', async () => {
  const url = await opened();
  const page = await fetch(url, { headers: { 'accept-language': 'ko' } });
  assert.equal(page.status, 200);
  const text = await page.text();
  assert.match(text, /실제 돈은 움직이지 않아요/);
  assert.match(text, /No real money moves/);
  assert.match(text, /지갑 충전 &lt;50,000원&gt;/);
  assert.match(text, /₩50,000/);
  assert.doesNotMatch(text, /<script/);
});

test('paying goes back to the shop with the key of the payment', async () => {
  const went = await press(await opened(), 'pay');
  assert.equal(went.status, 303);
  const to = new URL(went.headers.get('location') ?? '');
  assert.equal(to.pathname, '/wallet/return');
  assert.equal(to.searchParams.get('amount'), '50000');
  assert.match(to.searchParams.get('paymentKey') ?? '', /^sandbox_/);
});

test('an order without its seal leads nowhere', async () => {
  const url = await opened();
  for (const wrong of [url.slice(0, -1), `${url.slice(0, -43)}${'A'.repeat(43)}`]) {
    assert.equal((await fetch(wrong)).status, 404);
    assert.equal((await press(wrong, 'pay')).status, 404);
  }
});
