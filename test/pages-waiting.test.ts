/** The waiting room in a real browser: the page people look at longest, on good lines and on bad ones. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newFan, newFans } from './harness/box-office.ts';
import { visit, type Visitor, type VisitorOptions } from './harness/browser.ts';
import { openPages } from './harness/pages.ts';

const { house, server, office, browser } = await openPages();

interface Line {
  readonly concertId: string;
  readonly fan: Visitor;
  /** Ends the turn of the one who is inside, so that the next comes in. */
  leave(): Promise<void>;
}

/** One fan is inside, `ahead` wait, and a visitor stands behind them. */
async function line(ahead: number, options: VisitorOptions = {}): Promise<Line> {
  const { concertId } = await office.createConcert({ maxActive: 1, graceSeconds: 600 });
  const inside = await office.enter(concertId, newFan());
  for (const other of newFans(ahead)) assert.equal((await office.issue(concertId, other)).body.status, 'WAIT');
  const fan = await visit(browser, server, options);
  await fan.signUp();
  await fan.open(`/concerts/${concertId}/wait?take=1`);
  await fan.page.locator('#position').waitFor();
  return {
    concertId,
    fan,
    leave: async () => {
      assert.equal((await office.leave(inside)).status, 204);
    },
  };
}

test('waits, is paused with a reason, goes on, and is called', async () => {
  const { fan, concertId, leave } = await line(0);
  const { page } = fan;
  assert.equal(await page.locator('#position').textContent(), '1');
  await page.getByText('바로 다음이 내 차례예요').waitFor();
  await page.getByText('화면을 닫거나 휴대전화가 잠겨도').waitFor();
  await page.getByRole('row', { name: /R 50 0 0/ }).waitFor();
  await fan.assertAccessible();
  await office.updateConcert(concertId, { paused: { reason: '음향을 점검하고 있어요 <b>' } });
  await page.locator('.reason').getByText('음향을 점검하고 있어요 <b>').waitFor();
  await page.getByRole('heading', { name: '입장 속도' }).locator('..').getByText('입장이 잠시 멈춰 있어요').waitFor();
  await leave();
  await fan.assertAccessible();
  assert.equal(await page.locator('#enter').count(), 0, 'nobody is let in while it is paused');
  await office.updateConcert(concertId, { paused: null });
  await page.locator('#enter').waitFor();
  assert.match(await page.title(), /^입장할 차례예요 \d+:\d\d/);
  fan.assertNoComplaints();
  await fan.context.close();
});

test('the phone shakes for whoever touched the page; before that a browser would only note an error', async () => {
  for (const isTouched of [false, true]) {
    const { fan, concertId, leave } = await line(0);
    // Whatever a test asks a page counts as a touch of it. So this one is asked nothing: it tells.
    const page = await fan.context.newPage();
    const told = Promise.withResolvers<number>();
    await page.exposeFunction('tellShaken', told.resolve);
    await page.addInitScript(`{
      let shaken = 0;
      navigator.vibrate = () => (shaken += 1) > 0;
      new MutationObserver(() => document.getElementById('enter') && tellShaken(shaken)).observe(document, { childList: true, subtree: true });
    }`);
    await page.goto(`/concerts/${concertId}/wait`);
    if (isTouched) await page.mouse.click(5, 5);
    await leave();
    assert.equal(await told.promise, isTouched ? 1 : 0);
    fan.assertNoComplaints();
    await fan.context.close();
  }
});

test('whose turn it is hears when nothing is left', async () => {
  const sections = [{ name: 'A', rows: 1, seatsPerRow: 1, grade: 'R', price: 0 }];
  const { concertId, performanceId } = await office.createConcert({
    performances: [{ startsAt: '2030-05-01T10:00:00.000Z', sections }],
  });
  assert.equal((await office.hold(await office.enter(concertId, newFan()), performanceId, [1])).status, 201);
  const fan = await visit(browser, server, { language: 'en' });
  await fan.signUp();
  await fan.open(`/concerts/${concertId}/wait?take=1`);
  await fan.page.locator('#enter').waitFor();
  // The page comes with how the sale stands, which is a second old at most.
  await fan.open(`/concerts/${concertId}/wait`);
  await fan.page.locator('#stand').getByText('held seats may come back').waitFor();
});

test('the place is the same after a reload, on another device, and without any script', async () => {
  const { fan, concertId } = await line(3, { language: 'en' });
  const position = () => fan.page.locator('#position').textContent();
  assert.equal(await position(), '4');
  await fan.page.reload();
  assert.equal(await position(), '4');
  const state = await fan.context.storageState();
  const plain = await browser.newContext({ baseURL: server.origin, javaScriptEnabled: false, storageState: state });
  const page = await plain.newPage();
  await page.goto(`/concerts/${concertId}/wait?lang=ko`);
  assert.equal(await page.locator('#position').textContent(), '4');
  await page.getByText('앞에 3명').waitFor();
  await plain.close();
  // Another device knows the account, not the place.
  const other = await browser.newContext({
    baseURL: server.origin,
    storageState: { cookies: state.cookies.filter(({ name }) => name !== 'maejin_place'), origins: [] },
  });
  const there = await other.newPage();
  await there.goto(`/concerts/${concertId}/wait`);
  // The first paint knows the place too.
  assert.equal(await there.locator('#position').textContent(), '4');
  await there.locator('#connection[data-at=live]').waitFor({ state: 'attached' });
  assert.equal(await there.locator('#position').textContent(), '4');
  await other.close();
  fan.assertNoComplaints();
  await fan.context.close();
});

test('whoever is asked whether to leave is not asked any more when called', async () => {
  const { fan, leave } = await line(0);
  await fan.page.getByRole('button', { name: '대기 취소', exact: true }).click();
  await fan.page.getByRole('dialog').waitFor();
  await leave();
  await fan.page.locator('#enter').waitFor();
  assert.equal(await fan.page.getByRole('dialog').count(), 0);
  assert.equal(await fan.page.locator(':focus').getAttribute('id'), 'enter');
  fan.assertNoComplaints();
  await fan.context.close();
});

test('a lost line says that the place is kept, and comes back by itself', async () => {
  const { fan, leave } = await line(0);
  await fan.page.waitForFunction('document.getElementById("connection").dataset.at === "live"');
  await fan.context.setOffline(true);
  await fan.page.getByText('연결이 끊겼어요').waitFor();
  await leave();
  await fan.context.setOffline(false);
  await fan.page.locator('#enter').waitFor();
  fan.assertNoComplaints();
  await fan.context.close();
});

test('where streams are blocked, it polls', async () => {
  const { fan, concertId, leave } = await line(0);
  await fan.page.route('**/queue-token/events', (route) => route.abort());
  await fan.open(`/concerts/${concertId}/wait`);
  await fan.page.locator('#position').waitFor();
  await leave();
  await fan.page.locator('#enter').waitFor();
  await fan.context.close();
});

test('how the sale goes is asked for less often further back in a line', async () => {
  const { concertId } = await office.createConcert({ maxActive: 1 });
  const fan = await visit(browser, server);
  await fan.signUp();
  const standing = { concertId, status: 'WAIT', position: 40_000, etaSeconds: null, expiresAt: null, notice: null };
  const far = { ...standing, pollAfterSeconds: 10, expiredBecause: null };
  await fan.page.route('**/queue-token/events', (route) => route.abort());
  await fan.page.route('**/queue-token', (route) => route.fulfill({ json: far }));
  await fan.page.route('**/queue-tokens', (route) => route.fulfill({ status: 201, json: { token: 'far', ...far } }));
  let asked = 0;
  fan.page.on('request', (request) => {
    if (request.url().endsWith('/sale')) asked += 1;
  });
  await fan.page.clock.install();
  await fan.open(`/concerts/${concertId}/wait?take=1`);
  await fan.page.locator('#position').waitFor();
  const before = asked;
  for (let second = 0; second < 60; second++) {
    await fan.page.clock.runFor(1_000);
    // Answers come by a clock of their own.
    await fan.page.evaluate('new Promise((seen) => requestIdleCallback(seen))').catch(() => undefined);
  }
  assert(asked - before >= 1 && asked - before <= 5, `${asked - before} times in a minute`);
  await fan.context.close();
});

test('whoever leaves the line is asked first, and may stand in it again', async () => {
  const { fan, concertId } = await line(1, { theme: 'dark', width: 360 });
  const { page } = fan;
  await page.getByRole('button', { name: '대기 취소', exact: true }).click();
  await fan.assertAccessible();
  await page.getByRole('button', { name: '계속 기다리기' }).click();
  await page.getByRole('button', { name: '대기 취소', exact: true }).click();
  await page.getByRole('button', { name: '대기 취소하기', exact: true }).click();
  await page.waitForURL(new RegExp(`/concerts/${concertId}$`));
  await page.getByRole('button', { name: '예매하기' }).click();
  await page.locator('#position').waitFor();
  fan.assertNoComplaints();
  await fan.context.close();
});

test('a turn that ended says why and offers a new place', async () => {
  const { fan, concertId, leave } = await line(0);
  await leave();
  await fan.page.locator('#enter').waitFor();
  await fan.page.getByRole('button', { name: '대기 취소', exact: true }).click();
  await fan.page.getByRole('dialog').waitFor();
  await house.sql`update queue_tokens set expires_at = now() where concert_id = ${concertId} and expires_at is not null`;
  await fan.page.getByRole('heading', { name: '이용 시간이 끝났어요' }).waitFor();
  assert.equal(await fan.page.getByRole('dialog').count(), 0, 'nobody is asked whether to leave what is over');
  assert.equal(await fan.page.locator(':focus').textContent(), '이용 시간이 끝났어요', 'where one reads on');
  const told = '이용 시간이 끝났어요. 다음 분에게 차례가 넘어갔어요. 좌석이 남아 있으면 다시 대기할 수 있어요.';
  assert.equal(await fan.page.locator('#told').textContent(), told);
  await fan.assertAccessible();
  await fan.page.getByRole('button', { name: '다시 대기하기' }).click();
  await fan.page.locator('#enter').waitFor();
  fan.assertNoComplaints();
  await fan.context.close();
});

test('nothing is wider than the narrowest phone, in both languages and at double size', async () => {
  const { concertId } = await office.createConcert({
    title: '아주 긴 제목을 가진 공연 — A Concert With Quite A Long Title',
  });
  for (const language of ['ko', 'en'] as const) {
    const fan = await visit(browser, server, { language, width: 320 });
    await fan.signUp();
    for (const address of [
      '/',
      '/join',
      `/concerts/${concertId}`,
      `/concerts/${concertId}/wait?take=1`,
      `/concerts/${concertId}/dates/1`,
      '/my',
    ]) {
      await fan.open(address);
      await fan.page.locator('h1').first().waitFor();
      await fan.page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' });
      const over = await fan.page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      assert.equal(over, 0, `${address} in ${language}`);
    }
    fan.assertNoComplaints();
    await fan.context.close();
  }
});
