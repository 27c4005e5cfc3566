/** Many tabs of one browser, which follow the same place by one stream. */
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { newFan, newFans } from './harness/box-office.ts';
import { visit, type Visitor } from './harness/browser.ts';
import { eventually } from './harness/eventually.ts';
import { openPages } from './harness/pages.ts';

const { house, server, office, browser } = await openPages();
// Streams are counted: those of a test that failed are not the next one's.
afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));

const openStreams = async (): Promise<number> => {
  const metrics = await (await fetch(new URL('/metrics', server.origin))).text();
  return Number(/^maejin_streams (\d+)$/m.exec(metrics)?.[1]);
};

/** So many connections a browser opens to one host over HTTP/1.1. */
const connections_max = 6;

async function openTabs(context: BrowserContext, concertId: string, count: number): Promise<Page[]> {
  const tabs: Page[] = [];
  for (let index = 0; index < count; index++) {
    const tab = await context.newPage();
    await tab.goto(`/concerts/${concertId}/wait`);
    await tab.locator('#connection[data-at=live]').waitFor({ state: 'attached' });
    tabs.push(tab);
  }
  return tabs;
}

/** A fan who waits behind `ahead` others and the one inside. */
async function waiting(ahead: number, script?: string) {
  const { concertId } = await office.createConcert({
    maxActive: 1,
    graceSeconds: 3_600,
    performances: [
      {
        startsAt: '2030-05-01T10:00:00.000Z',
        sections: [{ name: 'A', rows: 5, seatsPerRow: 10, grade: 'R', price: 0 }],
      },
    ],
  });
  const inside = await office.enter(concertId, newFan());
  for (const other of newFans(ahead)) await office.issue(concertId, other);
  const fan = await visit(browser, server);
  if (script !== undefined) await fan.context.addInitScript(script);
  await fan.signUp();
  await fan.open(`/concerts/${concertId}/wait?take=1`);
  await fan.page.locator('#position').waitFor();
  return { concertId, fan, leave: () => office.leave(inside) };
}

const isAt = (page: Page, position: number) =>
  page.locator('#position').getByText(String(position), { exact: true }).waitFor();
/** Says something to all who wait: whoever hears it is connected. */
const pause = (concertId: string, reason: string) => office.updateConcert(concertId, { paused: { reason } });
const hears = (page: Page, reason: string) => page.locator('.reason').getByText(reason).waitFor();
const streamsAre = (count: number, why?: string) =>
  eventually(async () => assert.equal(await openStreams(), count, why), 10_000);
const noLocks = `Object.defineProperty(navigator, 'locks', { value: undefined });`;

test('eight tabs of one browser hold one stream; one of them buys, and the others show it', async () => {
  const { concertId, fan, leave } = await waiting(1);
  const tabs = [fan.page, ...(await openTabs(fan.context, concertId, 7))];
  for (const tab of tabs) await isAt(tab, 2);
  await streamsAre(1);
  // Whichever reads the stream is closed: another one does at once.
  await fan.page.close();
  const [buyer, ...others] = tabs.slice(1);
  assert(buyer !== undefined);
  await pause(concertId, '잠깐만요');
  for (const tab of [buyer, ...others]) await hears(tab, '잠깐만요');
  await streamsAre(1);
  await office.updateConcert(concertId, { paused: null, maxActive: 3 });
  await leave();
  for (const tab of [buyer, ...others]) await tab.locator('#enter').waitFor();
  await buyer.locator('#enter').click();
  await buyer.waitForURL(`**/concerts/${concertId}/dates/1`);
  const second = others.pop();
  assert(second !== undefined);
  await second.goto(`/concerts/${concertId}/dates/1`);
  await second.getByRole('button', { name: /^1열 2번$/ }).waitFor();
  await streamsAre(2, 'one of the line, one of the seats');
  await buyer.getByRole('button', { name: /^1열 1번$/ }).click();
  await buyer.getByRole('button', { name: /선점하기|Hold/ }).click();
  await buyer.waitForURL(/\/reservations\//);
  await second.getByRole('button', { name: /^1열 1번, / }).waitFor();
  await buyer.getByRole('button', { name: /^0원 결제$/ }).click();
  for (const tab of others) await tab.getByRole('heading', { name: '예매를 마쳤어요' }).waitFor();
  await second.getByRole('alert').waitFor();
  await streamsAre(0);
  await fan.context.close();
});

test('the twin: with a stream a tab, the seventh does not load', async () => {
  const { concertId, fan } = await waiting(0, noLocks);
  const tabs = await openTabs(fan.context, concertId, connections_max - 1);
  await streamsAre(connections_max);
  const seventh = await fan.context.newPage();
  await assert.rejects(seventh.goto(`/concerts/${concertId}/wait`, { timeout: 2_000 }));
  // Not the same page again: what it waited for may come in the middle of the next try.
  await Promise.all([tabs[0]?.close(), seventh.close()]);
  const another = await fan.context.newPage();
  await another.goto(`/concerts/${concertId}/wait`);
  await another.locator('#position').waitFor();
  await fan.context.close();
});

/** As a browser does with a tab that nobody has looked at for long: it has the lock, and answers nothing. */
const freezeLeader = (page: Page) =>
  page.evaluate(`navigator.locks.query().then(({ held }) => {
    for (const { name } of held) navigator.locks.request(name, { steal: true }, () => new Promise(() => undefined));
  })`);

test('a tab that leads and does not answer is relieved by one that is looked at', async () => {
  const { concertId, fan } = await waiting(0);
  await streamsAre(1);
  const elsewhere = await fan.context.newPage();
  await elsewhere.goto('/developers');
  await freezeLeader(elsewhere);
  await streamsAre(0);
  // The tab that had the lead asks who has it now, and hears nothing.
  await streamsAre(1);
  await pause(concertId, '다시 들려요');
  await hears(fan.page, '다시 들려요');
  fan.assertNoComplaints();
  await fan.context.close();
});

test('two fans who use one browser hear of their own places', async () => {
  const { concertId, fan } = await waiting(1);
  const second: Visitor = await visit(browser, server);
  await second.signUp();
  const { cookies } = await second.context.storageState();
  await second.context.close();
  await fan.context.addCookies(cookies);
  const page = await fan.context.newPage();
  // Where one signs in, the places of the one before are forgotten on this device.
  await page.goto('/my');
  await page.getByRole('heading', { name: '내 예매' }).waitFor();
  await eventually(async () => assert.equal(await page.evaluate(`localStorage.getItem('place:${concertId}')`), null));
  await page.goto(`/concerts/${concertId}/wait?take=1`);
  await isAt(page, 3);
  await streamsAre(2);
  await pause(concertId, '둘 다 들려요');
  await hears(page, '둘 다 들려요');
  await hears(fan.page, '둘 다 들려요');
  await isAt(fan.page, 2);
  await isAt(page, 3);
  await fan.context.close();
});

test('a refusal reaches every tab', async () => {
  const { concertId, fan } = await waiting(0);
  const tabs = [fan.page, ...(await openTabs(fan.context, concertId, 2))];
  await streamsAre(1);
  await fan.context.clearCookies();
  await house.sql`update queue_tokens set generation = generation + 1 where concert_id = ${concertId} and status = 'WAIT'`;
  // The board, which was told of no change, reads the room anew when it sees that it missed one.
  await fan.context.setOffline(true);
  await fan.page.getByText('연결이 끊겼어요').waitFor();
  await house.sql`update rooms set version = version + 1 where concert_id = ${concertId}`;
  await eventually(async () => {
    const token = await fan.page.evaluate<string>(`localStorage.getItem('place:${concertId}')`);
    assert.equal((await office.status(token)).code, 'QUEUE_TOKEN_INVALID');
  }, 10_000);
  await fan.context.setOffline(false);
  for (const tab of tabs) await tab.locator('#refused .notice').waitFor();
  await fan.context.close();
});

test('without locks a tab that nobody looks at holds no stream, and is called all the same', async () => {
  const { fan, leave } = await waiting(0, noLocks);
  await streamsAre(1);
  await fan.page.evaluate(`
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'hidden' });
    document.dispatchEvent(new Event('visibilitychange'));`);
  await streamsAre(0);
  await leave();
  await fan.page.locator('#enter').waitFor({ state: 'attached' });
  await fan.page.evaluate(`
    delete document.visibilityState;
    document.dispatchEvent(new Event('visibilitychange'));`);
  await streamsAre(1);
  fan.assertNoComplaints();
  await fan.context.close();
});
