/** The console's pages of money in a real browser: what is told without being looked for, what to act on, days and files. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { openBrowser } from './harness/browser.ts';
import { openHouse, type House } from './harness/house.ts';
import { aFewDays, orderRow, putMoney } from './harness/money-rows.ts';
import { onDuty } from './harness/on-duty.ts';
import type { Server } from './harness/server.ts';

let house: House;
let server: Server;
let browser: Browser;
const fan = 'jwt:fan-of-orders';

before(async () => {
  browser = await openBrowser();
  house = await openHouse();
  server = await house.start();
});
after(() => Promise.allSettled([browser.close(), house.close()]));

test('nothing is told where all is well; then what is unclear and owed is in view on every page, and a key away', async () => {
  const one = await onDuty({ browser, server }, '/console/money', { language: 'ko' });
  const { page } = one;
  await page.getByText('결과를 모르는 주문도, 미회수 금액도, 보내지 못한 출금도 없어요.').waitFor();
  await page.getByText('지금은 데모 머니예요').waitFor();
  await page.getByText('이 기간에는 결제사를 거친 충전도 출금도 없어요.').waitFor();
  assert.equal(await page.locator('.money-alarm').count(), 0);
  const rows = aFewDays(fan);
  const unclear = ['2026-01-05T01:00:00.000Z', '2026-01-05T00:30:00.000Z'].map((unclearSince, n) =>
    orderRow({ userId: fan, amount: 50_000 + n, method: 'toss', unclearSince }),
  );
  await putMoney(house.sql, { ...rows, orders: [...rows.orders, ...unclear] });
  await house.sql`update withdrawal_parts set ended_at = now() where status = 'FAILED'`;
  await one.open('/console');
  const alarm = page.locator('.money-alarm');
  await alarm.getByText('15분 넘게 결과를 알 수 없는 충전 주문 2건, 100,001원').waitFor();
  await alarm.getByText('지갑에서 미회수 12,000원').waitFor();
  await one.assertAccessible();
  await page.locator('#content').focus();
  await page.keyboard.press('g');
  await page.keyboard.press('m');
  await page.getByRole('heading', { name: '입출금', level: 1 }).waitFor();
  const cells = page.getByRole('group', { name: '결과 미확인' }).locator('tbody tr td:nth-child(2)');
  await cells.first().waitFor();
  const amounts = await cells.allInnerTexts();
  assert.deepEqual(amounts, ['50,001원', '50,000원'], 'the longest first');
  await page.getByRole('group', { name: '출금 처리 중' }).getByText('6,000원').waitFor();
  await page.getByRole('group', { name: '출금 실패' }).getByText('결제사 코드 ALREADY_REFUNDED').waitFor();
  await one.assertAccessible();
  one.assertNoComplaints();
});

test('days are summed by method and taken along; orders are found; on a phone nothing sticks out', async () => {
  const address = '/console/money?from=2026-03-01&to=2026-03-02';
  const one = await onDuty({ browser, server }, address, { language: 'en', width: 390 });
  const { page } = one;
  const days = page.getByRole('group', { name: 'Day by day' });
  const sums = days.locator('tbody tr', { hasText: 'All these days' });
  await sums.first().waitFor();
  const texts = await sums.allInnerTexts();
  assert(
    texts.some((text) => /Sandbox\s+₩47,000\s+3 items/.test(text)),
    texts.join('\n'),
  );
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Day by day as CSV' }).click();
  const file = await download;
  assert.equal(file.suggestedFilename(), 'money-2026-03-01-to-2026-03-02.csv');
  assert.match(await readFile(await file.path(), 'utf8'), /^\ufeffDay \(KST\),Method,/);
  await page.getByRole('link', { name: 'Find an order' }).click();
  await page.getByRole('heading', { name: 'Orders', level: 1 }).waitFor();
  await page.getByLabel('Status').selectOption('owed');
  await page.getByText('Owed ₩12,000').waitFor();
  assert.equal(await page.locator('.table tbody tr').count(), 1);
  await one.assertAccessible();
  await page.getByRole('link', { name: fan }).click();
  await page.getByRole('group', { name: 'Withdrawals' }).getByText('gateway’s code ALREADY_REFUNDED').waitFor();
  assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true);
  await one.assertAccessible();
  one.assertNoComplaints();
});
