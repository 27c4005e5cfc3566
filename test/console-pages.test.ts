/** The console in a real browser: who may come in, what is in view, by keyboard, on small screens, without a server. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { visit } from './harness/browser.ts';
import { lineOf, onDuty } from './harness/on-duty.ts';
import { operator } from './harness/server.ts';
import { openPages } from './harness/pages.ts';

const { server, office, browser } = await openPages();

describe('who may come in', () => {
  test('nobody without signing in, and a wrong password is told', async () => {
    const visitor = await visit(browser, server, { language: 'en', theme: 'dark' });
    const { page } = visitor;
    await visitor.open('/console');
    await page.getByRole('heading', { name: 'Operator sign-in' }).waitFor();
    await visitor.assertAccessible();
    await page.getByLabel('E-mail').fill(operator.email);
    await page.getByLabel('Password').fill('not the password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Wrong e-mail or password').waitFor();
    await visitor.assertAccessible();
    await page.getByLabel('Password').fill(operator.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Live' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Operator sign-in' }).waitFor();
    visitor.assertNoComplaints();
  });

  test('a fan who is signed in is told so plainly, and can go on', async () => {
    const fan = await visit(browser, server, { language: 'ko' });
    await fan.signUp();
    await fan.open('/console/log');
    await fan.page.getByRole('heading', { name: '운영자만 들어올 수 있어요' }).waitFor();
    await fan.assertAccessible();
    await fan.page.getByRole('button', { name: '다른 계정으로 로그인' }).click();
    await fan.page.getByRole('heading', { name: '운영자 로그인' }).waitFor();
    fan.assertNoComplaints();
  });
});

test('it is dark until somebody chooses otherwise, and speaks the other language at once', async () => {
  const one = await onDuty({ browser, server }, '/console', { language: 'ko', theme: 'light' });
  const { page } = one;
  await page.getByRole('heading', { name: '실시간', exact: true }).waitFor();
  assert.equal(await page.evaluate('document.documentElement.dataset.theme'), 'dark');
  await page.getByRole('button', { name: '밝게' }).click();
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('heading', { name: 'Live' }).waitFor();
  await one.assertAccessible();
  await page.reload();
  await page.getByRole('heading', { name: 'Live' }).waitFor();
  assert.equal(await page.evaluate('document.documentElement.dataset.theme'), 'light');
  one.assertNoComplaints();
});

test('the list puts the liveliest concert first; its page is a click away, its numbers stay in view', async () => {
  const concertId = await lineOf(office, 3, '맨 앞 — First of All');
  const sections = [{ name: 'A', rows: 1, seatsPerRow: 2, grade: 'R', price: 50_000 }];
  const starts = ['2030-05-01T10:00:00.000Z', '2030-05-02T10:00:00.000Z'];
  await office.createConcert({
    title: '뒤에 — Behind',
    performances: starts.map((startsAt) => ({ startsAt, sections })),
  });
  const one = await onDuty({ browser, server }, '/console', { language: 'ko' });
  const { page } = one;
  const first = page.locator('.table').first().locator('tbody tr').first();
  await first.getByText('맨 앞').waitFor();
  await first.getByText('대기 중').waitFor();
  await page.getByText('2030년 5월 1일(수) – 2030년 5월 2일(목)').waitFor();
  await one.assertAccessible();
  await first.getByRole('link', { name: '맨 앞' }).click();
  await page.getByRole('heading', { name: '맨 앞', level: 1 }).waitFor();
  assert.equal(one.path(), `/console/concerts/${concertId}`);
  await one.shows('waiting', '3');
  await one.shows('sold', '0');
  await page.getByRole('link', { name: '작업 기록', exact: false }).first().click();
  await page.getByRole('heading', { name: '작업 기록' }).waitFor();
  await one.shows('waiting', '3');
  await page.getByRole('button', { name: '모든 공연 보기' }).click();
  await page.locator('.vitals').getByText('모든 공연').waitFor();
  one.assertNoComplaints();
});

test('by keyboard: g and a letter go, ? lists the shortcuts, and letters typed into a field go nowhere', async () => {
  const concertId = await lineOf(office, 1);
  const one = await onDuty({ browser, server }, `/console/concerts/${concertId}`, { language: 'en' });
  const { page } = one;
  await page.getByLabel('People inside at once', { exact: true }).waitFor();
  await page.getByLabel('People inside at once', { exact: true }).focus();
  await page.keyboard.press('g');
  await page.keyboard.press('o');
  assert.equal(one.path(), `/console/concerts/${concertId}`);
  await page.locator('#content').focus();
  await page.keyboard.press('g');
  await page.keyboard.press('o');
  await page.getByRole('heading', { name: 'Log', exact: true }).waitFor();
  assert.equal(one.path(), '/console/log');
  await page.keyboard.press('?');
  const list = page.getByRole('dialog', { name: 'Shortcuts' });
  await list.waitFor();
  await one.assertAccessible();
  await page.keyboard.press('Escape');
  await list.waitFor({ state: 'hidden' });
  await page.keyboard.press('g');
  await page.keyboard.press('l');
  await page.getByRole('heading', { name: 'Live', exact: true }).waitFor();
  one.assertNoComplaints();
});

test('a server that falls silent is told, with the last numbers still there; then they go on', async () => {
  const concertId = await lineOf(office, 2);
  const one = await onDuty({ browser, server }, `/console/concerts/${concertId}`, { language: 'en' });
  await one.shows('waiting', '2');
  await one.page.route('**/api/v1/**', (route) => route.abort());
  await one.page.getByText('The server does not answer.').waitFor();
  await one.assertAccessible();
  await one.shows('waiting', '2');
  await one.page.unroute('**/api/v1/**');
  await one.page.getByText('The server does not answer.').waitFor({ state: 'hidden' });
  one.assertNoComplaints();
});

for (const width of [360, 768]) {
  test(`fits ${width} px: nothing sticks out; sales first, then the brake, then the charts, folded`, async () => {
    const concertId = await lineOf(office, 1);
    const one = await onDuty({ browser, server }, `/console/concerts/${concertId}`, { language: 'ko', width });
    const { page } = one;
    await page.getByRole('group', { name: '등급별 판매' }).waitFor();
    for (const address of [`/console/concerts/${concertId}`, '/console', '/console/log']) {
      await one.open(address);
      await page.getByRole('heading', { level: 1 }).waitFor();
      assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true, address);
      await one.assertAccessible();
    }
    await one.open(`/console/concerts/${concertId}`);
    assert.equal(await page.locator('.chart').count(), 0);
    await page.getByText('대기열, 요청, 서버 차트').focus();
    await page.keyboard.press('Enter');
    await page.locator('.chart canvas').first().waitFor({ timeout: 30_000 });
    assert.equal(await page.locator('.chart .zone').first().innerText(), 'KST', 'whose clock it is');
    const sales = await page.getByRole('group', { name: '등급별 판매' }).boundingBox();
    const brake = await page.getByRole('button', { name: '입장 멈추기' }).boundingBox();
    const chart = await page.locator('.chart').first().boundingBox();
    assert(sales !== null && brake !== null && chart !== null);
    assert(sales.y < brake.y && brake.y < chart.y, [sales.y, brake.y, chart.y].join());
    assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true);
    await one.assertAccessible();
    one.assertNoComplaints();
  });
}
