/** The simulated gateway's page and its buttons, on a real server, by plain forms. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { GatewayOrder } from '../src/gateway/gateway.ts';
import { openHouse } from './harness/house.ts';
import { newOrder, refundAccount, sandboxOf, type SandboxAtHand } from './harness/sandbox.ts';
import type { Server } from './harness/server.ts';

const house = await openHouse();
let server: Server;
/** Another server's, on the same database: what one opens, each of them shows. */
let at: SandboxAtHand;
before(async () => {
  server = await house.start({ SANDBOX: 'on' });
  at = await sandboxOf(house, { publicUrl: server.origin });
});
after(async () => {
  await at.sandbox.close();
  await house.close();
});

function press(url: string, action: string): Promise<Response> {
  return fetch(url, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ action }) });
}

async function textOf(url: string, language: 'ko' | 'en'): Promise<string> {
  const page = await fetch(url, { headers: { 'accept-language': language } });
  assert.equal(page.status, 200);
  assert.equal(page.headers.get('content-language'), language);
  assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'/);
  return page.text();
}

const actionsIn = (text: string): string[] =>
  [...text.matchAll(/name="action" value="([\w-]+)"/g)].map(([, action = '']) => action);

async function statusOf({ id }: GatewayOrder): Promise<string> {
  const [row] = await house.sql<{ status: string }[]>`select status from sandbox_payments where order_id = ${id}`;
  return row?.status ?? '';
}

const misfortunes = [
  'refuse',
  'pay-stay',
  'pay-refused',
  'pay-slow',
  'pay-lost',
  'pay-notice-twice',
  'pay-notice-late',
  'pay-notice-out-of-order',
  'pay-notice-forged',
  'pay-notice-other-amount',
];
const tellings = ['twice', 'late', 'out-of-order', 'forged', 'other-amount'].map((manner) => `notice-${manner}`);

describe('the page', () => {
  test('says in both languages that it is simulated, and needs no script', async () => {
    const url = await at.open(newOrder({ refundAccount }));
    for (const language of ['ko', 'en'] as const) {
      const text = await textOf(url, language);
      assert.match(text, /실제 돈은 움직이지 않아요/);
      assert.match(text, /No real money moves/);
      assert.match(text, language === 'ko' ? /확인한 것은 아니며/ : /has not been verified against Toss/);
      assert.match(text, /지갑 충전 &lt;b&gt;/);
      assert.match(text, language === 'ko' ? /50,000원 결제하기/ : /Pay ₩50,000/);
      assert.doesNotMatch(text, /<script|undefined|\[object/);
      assert.deepEqual(actionsIn(text), ['pay', 'account', 'leave', ...misfortunes]);
    }
  });

  test('has what may be done as things stand', async () => {
    const order = newOrder({ refundAccount });
    const url = await at.open(order);
    const actions = async (): Promise<string[]> => actionsIn(await textOf(url, 'ko'));
    await press(url, 'account');
    assert.deepEqual(
      await actions(),
      misfortunes.filter((action) => action !== 'pay-stay'),
    );
    await house.sql`
      update sandbox_payments set status = 'WAITING_FOR_DEPOSIT', due_at = now() + interval '1 day' where order_id = ${order.id}`;
    assert.deepEqual(await actions(), ['deposit', ...tellings]);
    assert.match(await textOf(url, 'en'), /000-0000-0000-00/);
    await press(url, 'deposit');
    assert.deepEqual(await actions(), ['undo-deposit', 'cancel-half', 'cancel-rest', ...tellings]);
    await press(url, 'cancel-half');
    assert.deepEqual(await actions(), ['cancel-half', 'cancel-rest', ...tellings]);
    await press(url, 'cancel-rest');
    assert.deepEqual(await actions(), tellings);
    assert.match(await textOf(url, 'en'), /Sent back so far/);
    await house.sql`update sandbox_payments set status = 'ABORTED' where order_id = ${order.id}`;
    assert.deepEqual(await actions(), ['leave']);
  });

  test('offers no account to whom nothing could be sent back', async () => {
    const order = newOrder();
    const url = await at.open(order);
    assert(!actionsIn(await textOf(url, 'en')).includes('account'));
    await press(url, 'account');
    assert.equal(await statusOf(order), 'READY');
  });

  test('is found by its whole link alone', async () => {
    const [order, other] = [newOrder(), newOrder()];
    const [url, otherUrl] = [await at.open(order), await at.open(other)];
    const seal = otherUrl.split('/').at(-1) ?? '';
    const swapped = `${url.slice(0, -seal.length)}${seal}`;
    for (const wrong of [url.slice(0, -1), swapped, url.replace(order.id, newOrder().id)]) {
      const page = await fetch(wrong, { headers: { 'accept-language': 'ko' } });
      assert.equal(page.status, 404);
      assert.match(await page.text(), /결제를 찾을 수 없어요/);
      assert.equal((await press(wrong, 'pay')).status, 404);
    }
    assert.deepEqual([await statusOf(order), await statusOf(other)], ['READY', 'READY']);
  });
});

describe('a button', () => {
  test('that pays goes back to the shop with the key of the payment', async () => {
    for (const action of ['pay', ...misfortunes.filter((one) => one !== 'refuse' && one !== 'pay-stay')]) {
      const order = newOrder();
      const went = await press(await at.open(order), action);
      assert.equal(went.status, 303);
      assert.match(went.headers.get('location') ?? '', /^\/wallet/, 'whatever name of this host the browser knows');
      const { pathname, searchParams } = new URL(went.headers.get('location') ?? '', server.origin);
      const { paymentKey = '', ...rest } = Object.fromEntries(searchParams);
      assert.equal(pathname, '/wallet/return');
      assert.deepEqual(rest, { order: order.id, paymentType: 'NORMAL', orderId: order.id, amount: '50000' });
      assert.match(paymentKey, /^sandbox_/);
      assert.equal(await statusOf(order), 'IN_PROGRESS', action);
    }
  });

  test('that stays agrees and says so', async () => {
    const order = newOrder();
    const went = await press(await at.open(order), 'pay-stay');
    assert.match(went.headers.get('location') ?? '', /\?did=pay-stay$/);
    assert.equal(await statusOf(order), 'IN_PROGRESS');
    const page = await fetch(new URL(went.headers.get('location') ?? '', server.origin));
    assert.match(await page.text(), /role="status">Done: Pay and stay here/);
  });

  test('that does not pay goes back and says why', async () => {
    for (const [action, code, status] of [
      ['refuse', 'REJECT_CARD_COMPANY', 'ABORTED'],
      ['leave', 'PAY_PROCESS_CANCELED', 'READY'],
    ] as const) {
      const order = newOrder();
      const to = new URL((await press(await at.open(order), action)).headers.get('location') ?? '', server.origin);
      assert.deepEqual([to.searchParams.get('failed'), to.searchParams.get('code')], ['1', code]);
      assert.equal(await statusOf(order), status);
    }
  });

  test('that does not belong here, and whatever else is sent, changes nothing', async () => {
    const order = newOrder({ refundAccount });
    const url = await at.open(order);
    for (const action of ['deposit', 'undo-deposit', 'cancel-half', ...tellings, 'toString', '__proto__', '', '<b>']) {
      const went = await press(url, action);
      assert.deepEqual([went.status, went.headers.get('location')?.split('?')[1]], [303, 'did=nothing'], action);
    }
    const form = { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } };
    assert.equal((await fetch(url, { ...form, body: `action=${'x'.repeat(300)}` })).status, 413);
    assert.equal(
      (await fetch(url, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'pay' })).status,
      415,
    );
    assert.equal((await fetch(url, { method: 'POST', redirect: 'manual' })).status, 303);
    assert.equal(await statusOf(order), 'READY');
    // Too late to agree.
    await house.sql`update sandbox_payments set expires_at = now() where order_id = ${order.id}`;
    await press(url, 'pay');
    assert.equal(await statusOf(order), 'READY');
    const rows = await house.sql`select from sandbox_notices where order_id = ${order.id}`;
    assert.equal(rows.length, 0);
  });
});

test('its wire is not where visitors come in, and wants its own secret', async () => {
  for (const path of ['/sandbox/api/v1/payments/confirm', '/sandbox/api/v1/payments/x', '/sandbox/checkout']) {
    assert.equal((await fetch(`${server.origin}${path}`)).status, 404);
    assert.equal((await fetch(`${server.origin}${path}`, { method: 'POST' })).status, 404);
  }
  const order = newOrder();
  const paymentKey = await at.agree(order);
  const body = JSON.stringify({ paymentKey, orderId: order.id, amount: order.amount });
  for (const authorization of ['', 'Basic', `Basic ${Buffer.from('test_sk_1:').toString('base64')}`]) {
    const url = `${at.sandbox.api}/v1/payments/confirm`;
    const answer = await fetch(url, { method: 'POST', headers: { authorization }, body });
    assert.equal(answer.status, 401);
    assert.equal(((await answer.json()) as { code: string }).code, 'UNAUTHORIZED_KEY');
  }
  assert.equal(await statusOf(order), 'IN_PROGRESS');
});

test('where it is off there is nothing of it', async () => {
  const without = await house.start();
  const url = new URL(await at.open(newOrder()));
  const there = new URL(url.pathname, without.origin);
  assert.equal((await fetch(there)).status, 404);
  assert.equal((await press(there.href, 'pay')).status, 404);
  assert.equal((await fetch(new URL('/sandbox/checkout.css', without.origin))).status, 404);
});
