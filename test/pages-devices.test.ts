/** What a device keeps, and what the server knows of the fan: no storage, no cookies, another device of the same fan. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { newFan, newFans } from './harness/box-office.ts';
import { visit, type Visitor } from './harness/browser.ts';
import { openPages } from './harness/pages.ts';

const { house, server, office, browser } = await openPages();

/** One fan inside, and room for nobody else until `leave`. */
async function fullConcert(ahead = 0) {
  const { concertId, performanceId } = await office.createConcert({ maxActive: 1, graceSeconds: 3_600 });
  const inside = await office.enter(concertId, newFan());
  for (const other of newFans(ahead)) await office.issue(concertId, other);
  return { concertId, performanceId, leave: () => office.leave(inside) };
}

/** From the seats page to the paid ticket, with money charged on the way. */
async function buy(page: Page, seat: RegExp): Promise<void> {
  await page.getByRole('button', { name: seat }).click();
  await page.getByRole('button', { name: /선점하기|Hold/ }).click();
  await page.waitForURL(/\/reservations\//);
  await page.getByRole('button', { name: '50,000원 충전' }).last().click();
  await page.getByRole('button', { name: '50,000원 결제' }).click();
  await page.getByRole('heading', { name: '예매를 마쳤어요' }).waitFor();
}

const storages = {
  'is null': `for (const name of ['localStorage', 'sessionStorage'])
    Object.defineProperty(window, name, { configurable: true, get: () => null });`,
  'throws when it is read': `for (const name of ['localStorage', 'sessionStorage'])
    Object.defineProperty(window, name, { configurable: true, get() { throw new DOMException('denied', 'SecurityError'); } });`,
  'is full': `Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };`,
};

for (const [how, script] of Object.entries(storages)) {
  test(`who waits, is called and buys where the storage ${how}`, async () => {
    const { concertId, leave } = await fullConcert(1);
    const fan = await visit(browser, server);
    await fan.context.addInitScript(script);
    const bearer = await fan.signUp();
    await fan.open(`/concerts/${concertId}`);
    await fan.page.getByRole('button', { name: '예매하기' }).click();
    await fan.page.locator('#position').getByText('2', { exact: true }).waitFor();
    // Another document: what memory kept is gone, and the server knows the fan.
    await fan.page.reload();
    await fan.page.locator('#position').getByText('2', { exact: true }).waitFor();
    await fan.open(`/concerts/${concertId}`);
    await fan.page.getByRole('link', { name: '내 대기 순서 보기' }).click();
    await fan.page.locator('#position').waitFor();
    await leave();
    const next = await house.sql<{ userId: string }[]>`
      select user_id as "userId" from queue_tokens where concert_id = ${concertId} and status = 'ACTIVE'`;
    assert.equal(next.length, 1);
    await house.sql`update queue_tokens set expires_at = now() where concert_id = ${concertId} and status = 'ACTIVE'`;
    await fan.page.locator('#enter').click();
    await fan.page.waitForURL(`**/concerts/${concertId}/dates/1`);
    await buy(fan.page, /^1열 1번$/);
    const account = { userId: '', token: bearer };
    assert.equal((await office.wallet(account)).body.balance, 0, 'charged once, paid once');
    assert.equal((await office.entries(account)).body.entries.length, 2);
    fan.assertNoComplaints();
    await fan.context.close();
  });
}

test('without storage a charge whose answer was lost is not made twice, though the page is loaded again', async () => {
  const fan = await visit(browser, server);
  await fan.context.addInitScript(storages['is null']);
  const bearer = await fan.signUp();
  await fan.open('/my');
  await fan.page.getByText('충전하기').click();
  // The server charges, and nobody hears of it.
  await fan.page.route('**/wallet/charges', async (route) => {
    await route.fetch();
    await route.abort();
  });
  const charge = () => fan.page.getByRole('button', { name: '100,000원 충전' }).click();
  await charge();
  await fan.page.getByRole('alert').waitFor();
  await fan.page.unroute('**/wallet/charges');
  await fan.page.reload();
  await fan.page.getByText('충전하기').click();
  await charge();
  await fan.page.getByRole('status').filter({ hasText: '충전했어요' }).waitFor();
  assert.equal((await office.wallet({ token: bearer, userId: '' })).body.balance, 100_000);
  await fan.context.close();
});

test('whoever cannot keep cookies is told so, and not left before a form that does nothing', async () => {
  const fan = await visit(browser, server);
  await fan.page.route('**/api/auth/sign-up/email', async (route) => {
    const response = await route.fetch();
    await fan.context.clearCookies();
    await route.fulfill({ response, headers: { 'content-type': 'application/json' } });
  });
  await fan.open('/join');
  await fan.page.getByRole('button', { name: '회원 가입' }).first().click();
  await fan.page.getByLabel('이름').fill('하늘');
  await fan.page.getByLabel('이메일').fill(`no-cookies-${process.pid}@maejin.example`);
  await fan.page.getByLabel('비밀번호').fill('long enough');
  await fan.page.locator('form').getByRole('button', { name: '회원 가입' }).click();
  await fan.page.getByText('이 브라우저가 쿠키를 막고 있어').waitFor();
  await fan.context.close();
});

/** Another browser with the same account, which has never seen the waiting room. */
async function otherDevice({ context }: Visitor): Promise<Visitor> {
  const other = await visit(browser, server);
  const { cookies } = await context.storageState();
  await other.context.addCookies(cookies.filter(({ name }) => name !== 'maejin_place'));
  return other;
}

test('another device of the same fan shows the place and the turn, and goes on to the paid ticket', async () => {
  const { concertId, leave } = await fullConcert();
  const fan = await visit(browser, server);
  await fan.signUp();
  await fan.open(`/concerts/${concertId}/wait?take=1`);
  await fan.page.locator('#position').waitFor();
  const other = await otherDevice(fan);
  const link = (name: string) => other.page.getByRole('link', { name });
  let asked = 0;
  other.page.on('request', (request) => {
    if (request.method() === 'GET' && request.url().endsWith('/queue-tokens')) asked += 1;
  });
  for (const address of ['/', '/my', `/concerts/${concertId}`]) {
    await other.open(address);
    await other.page.locator(`a[href="/concerts/${concertId}/wait"]`).getByText('내 대기 순서 보기').waitFor();
    assert.equal(await other.page.getByRole('button', { name: '예매하기' }).count(), 0);
    await other.assertAccessible();
  }
  assert.equal(asked, 3, 'once a page');
  await link('내 대기 순서 보기').click();
  await other.page.locator('#position').getByText('1', { exact: true }).waitFor();
  await leave();
  await other.page.locator('#enter').waitFor();
  for (const address of ['/', '/my', `/concerts/${concertId}`]) {
    await other.open(address);
    await other.page.locator(`a[href="/concerts/${concertId}/dates"]`).getByText('내 차례예요').waitFor();
  }
  // A third one, which opens the seats by their address.
  const third = await otherDevice(fan);
  await third.open(`/concerts/${concertId}/dates/1`);
  await buy(third.page, /^1열 1번$/);
  await other.open(`/concerts/${concertId}/wait`);
  await other.page.getByRole('heading', { name: '예매를 마쳤어요' }).waitFor();
  for (const one of [fan, other, third]) {
    one.assertNoComplaints();
    await one.context.close();
  }
});

test('a place given up and taken anew on another device is found where the old one is remembered', async () => {
  const { concertId, leave } = await fullConcert();
  const fan = await visit(browser, server);
  const bearer = await fan.signUp();
  await fan.open(`/concerts/${concertId}/wait?take=1`);
  await fan.page.locator('#position').waitFor();
  const account = { userId: '', token: bearer };
  await fan.open('/');
  assert.equal((await office.leave((await office.issue(concertId, account)).body.token)).status, 204);
  await office.issue(concertId, newFan());
  assert.equal((await office.issue(concertId, account)).body.position, 2);
  await fan.open(`/concerts/${concertId}/wait`);
  await fan.page.locator('#position').getByText('2', { exact: true }).waitFor();
  await leave();
  fan.assertNoComplaints();
  await fan.context.close();
});

test('nobody who is not signed in is asked about', async () => {
  const { concertId } = await fullConcert();
  const fan = await visit(browser, server);
  const asked: string[] = [];
  fan.page.on('request', (request) => {
    if (request.url().endsWith('/queue-tokens')) asked.push(request.url());
  });
  for (const address of ['/', '/my', `/concerts/${concertId}`, `/concerts/${concertId}/dates`]) {
    await fan.open(address);
    await fan.page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' });
    await fan.page.locator('h1, .notice').first().waitFor();
  }
  await fan.open(`/concerts/${concertId}/wait`);
  await fan.page.getByRole('row', { name: /R 50 0 0/ }).waitFor();
  assert.deepEqual(asked, []);
  await fan.context.close();
});

test('who signs out in one tab leaves neither name nor money in the other once it is looked at', async () => {
  const fan = await visit(browser, server, { language: 'en' });
  await fan.signUp();
  await fan.open('/my');
  await fan.page.locator('.balance').waitFor();
  const other = await fan.context.newPage();
  await other.goto('/my');
  await other.getByRole('button', { name: 'Sign out', exact: true }).click();
  await other.waitForURL((url) => url.pathname === '/');
  // As if the first tab were looked at again.
  await fan.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
  await fan.page.getByRole('banner').getByRole('link', { name: 'Sign in' }).waitFor();
  assert.equal(await fan.page.locator('.balance, .account-part').count(), 0);
  fan.assertNoComplaints();
  await fan.context.close();
});
