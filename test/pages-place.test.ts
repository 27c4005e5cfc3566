/** A fan's place in line as the pages know it: none on this device, an old one, one whose time is over. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { createCatalog } from '../src/catalog/catalog.ts';
import { createFeed } from '../src/platform/feed.ts';
import { createMetrics } from '../src/platform/metrics.ts';
import { createWaitingRoom } from '../src/waiting-room/gate.ts';
import { endSessions } from './harness/backdate.ts';
import { newFan } from './harness/box-office.ts';
import { visit, type VisitorOptions } from './harness/browser.ts';
import { eventually } from './harness/eventually.ts';
import { admittedTo, charged, holding, type Inside } from './harness/inside.ts';
import { openPages } from './harness/pages.ts';

const { house, server, office, browser } = await openPages();

const admitted = (concertId: string, options?: VisitorOptions) => admittedTo({ browser, server }, concertId, options);
const rememberedBy = ({ page }: Inside, concertId: string) =>
  page.evaluate<string>(`localStorage.getItem('place:${concertId}')`);

for (const [language, title] of [
  ['ko', '이 기기에는 이 공연의 대기 순서가 없어요'],
  ['en', 'This device has no place in line for this concert'],
] as const) {
  test(`who has no place is not told that it is kept (${language})`, async () => {
    const { concertId } = await office.createConcert();
    const fan = await visit(browser, server, { language });
    for (const address of ['dates', 'dates/1']) {
      await fan.open(`/concerts/${concertId}/${address}`);
      await fan.page.getByText(title).waitFor();
      assert.doesNotMatch(await fan.page.locator('main').innerText(), /그대로|is kept/);
      await fan.assertAccessible();
      await fan.page.getByRole('link', { name: /대기실로 가기|Go to the waiting room/ }).click();
      await fan.page.waitForURL(`**/concerts/${concertId}/wait`);
    }
    fan.assertNoComplaints();
    await fan.context.close();
  });
}

test('a place that was given up on another device, where a new one was taken, does not stand in the way of paying', async () => {
  const { concertId, performanceId } = await office.createConcert();
  const fan = await admitted(concertId);
  await charged(office, fan, 50_000);
  const account = { userId: '', token: fan.bearer };
  assert.equal((await office.leave(await rememberedBy(fan, concertId))).status, 204);
  const anew = await office.issue(concertId, account);
  assert.deepEqual([anew.status, anew.body.status], [201, 'ACTIVE']);
  const { id } = (await office.hold(anew.body.token, performanceId, [1])).body;
  await fan.open(`/reservations/${id}`);
  await fan.page.getByRole('button', { name: '50,000원 결제' }).click();
  await fan.page.getByRole('heading', { name: '예매를 마쳤어요' }).waitFor();
  assert.equal((await office.status(anew.body.token)).body.expiredBecause, 'PAID');
  assert.equal((await office.wallet(account)).body.balance, 0);
  fan.assertNoComplaints();
  await fan.context.close();
});

test('a turn that is over takes the hold along: nothing is paid, the money is still there, and no place is taken unasked', async () => {
  const { concertId } = await office.createConcert({ maxActive: 1, graceSeconds: 600 });
  const fan = await admitted(concertId, { language: 'en' });
  await charged(office, fan, 50_000);
  const id = await holding(fan, concertId, /^row 1, seat 1$/);
  const next = (await office.issue(concertId, newFan())).body.token;
  const pay = fan.page.getByRole('button', { name: 'Pay ₩50,000' });
  await pay.waitFor();
  await endSessions(house.sql, concertId);
  await eventually(async () => assert.equal((await office.status(next)).body.status, 'ACTIVE'));
  let taken = 0;
  fan.page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/queue-tokens')) taken += 1;
  });
  await pay.click();
  await fan.page.getByRole('heading', { name: 'Your hold has ended' }).waitFor();
  assert.equal(await fan.page.getByRole('button', { name: /^Pay/ }).count(), 0);
  assert.equal(taken, 0);
  const account = { userId: '', token: fan.bearer };
  assert.equal((await office.reservation(account, id)).body.status, 'EXPIRED');
  assert.equal((await office.wallet(account)).body.balance, 50_000);
  fan.assertNoComplaints();
  await fan.context.close();
});

/** What a screen reader is told at once, each time that it appears or changes. */
const listen = (page: Page) =>
  page.evaluate(`(() => {
    window.alerts = [];
    const note = () => {
      const told = [...document.querySelectorAll('[role=alert]')].map((one) => one.innerText.split('\\n')[0]).join('|');
      if (told !== '' && window.alerts.at(-1) !== told) window.alerts.push(told);
    };
    new MutationObserver(note).observe(document.body, { childList: true, subtree: true, characterData: true });
  })()`);

for (const [page, seats] of [
  ['dates', 'the dates'],
  ['dates/1', 'the seats'],
] as const) {
  test(`when the turn ends over ${seats}, the clock gives way to that, and one alert says so`, async () => {
    const sections = [{ name: 'A', rows: 2, seatsPerRow: 10, grade: 'R', price: 0 }];
    const { concertId } = await office.createConcert({
      sessionSeconds: 8,
      performances: ['01', '02'].map((day) => ({ startsAt: `2030-05-${day}T10:00:00.000Z`, sections })),
    });
    const fan = await admitted(concertId, { language: 'en' });
    await fan.open(`/concerts/${concertId}/${page}`);
    await fan.page.locator('.turn-bar .countdown').waitFor();
    await listen(fan.page);
    await fan.page.locator('.turn-bar').getByText('Your time has ended.').waitFor();
    await fan.page.getByRole('alert').getByText('Your time has ended').waitFor();
    assert.equal(await fan.page.locator('.turn-bar .countdown').count(), 0);
    assert.deepEqual(await fan.page.evaluate('window.alerts'), ['Your time has ended']);
    assert.equal(await fan.page.getByRole('alert').count(), 1);
    await fan.assertAccessible();
    fan.assertNoComplaints();
    await fan.context.close();
  });
}

test('a turn that was given up on another device counts down no further over the seats', async () => {
  const { concertId } = await office.createConcert({ sessionSeconds: 600 });
  const fan = await admitted(concertId, { language: 'en' });
  await fan.open(`/concerts/${concertId}/dates/1`);
  await fan.page.locator('.turn-bar .countdown').waitFor();
  assert.equal((await office.leave(await rememberedBy(fan, concertId))).status, 204);
  await fan.page.getByRole('alert').waitFor();
  await fan.page.locator('.turn-bar').getByText('Your time has ended.').waitFor();
  assert.equal(await fan.page.locator('.turn-bar .countdown').count(), 0);
  assert.equal(await fan.page.getByRole('alert').count(), 1);
  await fan.assertAccessible();
  fan.assertNoComplaints();
  await fan.context.close();
});

/** As when all fans of these concerts sign out everywhere on other devices. */
async function voidAllTokens(): Promise<void> {
  const feed = await createFeed(house.databaseUrl, house.sql);
  const deps = { database: house.database, metrics: createMetrics() };
  const options = { secret: 'unused here', batchMax: 100, retentionDays: 30 };
  const room = createWaitingRoom({ ...deps, feed, catalog: createCatalog({ ...deps, feed }), ...options });
  const rows = await house.sql<{ userId: string }[]>`
    select distinct user_id as "userId" from queue_tokens where status <> 'EXPIRED'`;
  for (const { userId } of rows) await room.voidTokens(userId);
  await feed.close();
}

test('a token made void is replaced without a word, in the waiting room and over the seats', async () => {
  const { concertId } = await office.createConcert({ maxActive: 1, graceSeconds: 3_600 });
  const inside = await admitted(concertId);
  const waiting = await visit(browser, server, {});
  await waiting.signUp();
  await waiting.open(`/concerts/${concertId}/wait?take=1`);
  await waiting.page.locator('#leave').waitFor();
  await inside.open(`/concerts/${concertId}/dates/1`);
  await inside.page.getByRole('button', { name: /^1열 1번$/ }).click();
  const old = { inside: await rememberedBy(inside, concertId) };
  const oldWaiting = await waiting.page.evaluate<string>(`localStorage.getItem('place:${concertId}')`);
  await voidAllTokens();
  await eventually(async () => {
    const now = await waiting.page.evaluate<string>(`localStorage.getItem('place:${concertId}')`);
    assert.notEqual(now, oldWaiting);
    assert.equal((await office.status(now)).body.position, 1, 'the place is the same');
  });
  assert.equal(await waiting.page.locator('#refused .notice').count(), 0);
  await inside.page.getByRole('button', { name: /선점하기|Hold/ }).click();
  await inside.page.waitForURL(/\/reservations\//);
  assert.notEqual(await rememberedBy(inside, concertId), old.inside);
  await waiting.context.close();
  await inside.context.close();
});

test('who is signed out when a token is void is asked to sign in, and has the place again', async () => {
  const { concertId } = await office.createConcert({ maxActive: 1, graceSeconds: 3_600 });
  const token = await office.enter(concertId, newFan());
  assert.notEqual(token, '');
  const waiting = await visit(browser, server, {});
  await waiting.signUp();
  await waiting.open(`/concerts/${concertId}/wait?take=1`);
  await waiting.page.locator('#leave').waitFor();
  await waiting.context.clearCookies();
  await voidAllTokens();
  await waiting.page.locator('#refused .notice').waitFor();
  await waiting.page.locator('#join').waitFor();
  await waiting.context.close();
});
