/** Where the focus is, and what is said aloud, after each deed whose button goes with it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { eventually } from './harness/eventually.ts';
import { admittedTo, holding } from './harness/inside.ts';
import { leave, operatorAt } from './harness/operator.ts';
import { openPages } from './harness/pages.ts';

const { server, office, browser } = await openPages();

/** By tag, and by its name or the beginning of its text. */
const focused = (page: Page) =>
  page.evaluate<string>(`(() => {
    const { tagName, ariaLabel, innerText } = document.activeElement;
    return tagName + ' ' + (ariaLabel ?? innerText.split('\\n')[0]);
  })()`);
const focusIs = (page: Page, wanted: string) => eventually(async () => assert.equal(await focused(page), wanted));

test('after a hold, a charge and a payment by keyboard, the focus is at what came of it', async () => {
  const { concertId } = await office.createConcert();
  const fan = await admittedTo({ browser, server }, concertId, { language: 'en' });
  const { page } = fan;
  await fan.open(`/concerts/${concertId}/dates/1`);
  await page.getByRole('button', { name: 'row 1, seat 1', exact: true }).press('Enter');
  await page.getByRole('button', { name: 'Hold these seats' }).press('Enter');
  await page.waitForURL(/\/reservations\//);
  await focusIs(page, 'H1 Pay');

  // Not enough: the form stays, and so does the focus.
  await page.getByLabel('Amount (₩)').fill('10,000');
  await page.getByRole('button', { name: 'Top up ₩10,000' }).press('Enter');
  await page.getByRole('status').getByText('Topped up. Your balance is ₩10,000.').waitFor();
  assert.match(await focused(page), /^BUTTON Top up/);
  await page.getByLabel('Amount (₩)').fill('40,000');
  await page.getByRole('button', { name: 'Top up ₩40,000' }).press('Enter');
  await page.getByRole('status').getByText('Topped up. Your balance is ₩50,000.').waitFor();
  await focusIs(page, 'DIV Pay');
  await fan.assertAccessible();
  await page.keyboard.press('Tab');
  await focusIs(page, 'BUTTON Pay ₩50,000');
  await page.keyboard.press('Enter');
  await focusIs(page, 'H1 These seats are yours');
  await fan.assertAccessible();
  fan.assertNoComplaints();
  await fan.context.close();
});

test('releasing seats leads to the heading; focus that somebody moved away stays there', async () => {
  const { concertId } = await office.createConcert();
  const fan = await admittedTo({ browser, server }, concertId);
  const { page } = fan;
  await holding(fan, concertId, /^1열 1번$/);
  await page.getByRole('button', { name: '선택 취소' }).press('Enter');
  await focusIs(page, 'H1 선택을 취소했어요');
  await holding(fan, concertId, /^1열 2번$/);
  const theme = page.getByRole('button', { name: '어둡게 보기' });
  await page.getByRole('button', { name: '선택 취소' }).waitFor();
  await theme.focus();
  await page.getByRole('button', { name: '선택 취소' }).evaluate((button: { click: () => void }) => button.click());
  await page.getByRole('heading', { name: '선택을 취소했어요' }).waitFor();
  await focusIs(page, 'BUTTON 어둡게 보기');
  fan.assertNoComplaints();
  await fan.context.close();
});

test('a charge in the wallet is said aloud too, and a link leads to the top of its page', async () => {
  const { concertId } = await office.createConcert();
  const fan = await admittedTo({ browser, server }, concertId, { language: 'en' });
  const { page } = fan;
  await fan.open('/my');
  await page.getByText('Top up', { exact: true }).press('Enter');
  await page.getByRole('button', { name: 'Top up ₩100,000' }).press('Enter');
  await page.getByRole('status').getByText('Topped up. Your balance is ₩100,000.').waitFor();
  assert.match(await focused(page), /^BUTTON Top up/);
  await page.getByRole('link', { name: 'See the concerts' }).press('Enter');
  await page.waitForURL(/\/$/);
  await eventually(async () => assert.match(await focused(page), /^MAIN/));
  fan.assertNoComplaints();
  await fan.context.close();
});

test('in the console too, a link that goes with its page leads to the top of the next', async () => {
  const { concertId } = await office.createConcert({ title: 'Spring Night' });
  const duty = await operatorAt(browser, server, '/console', { language: 'en' });
  await duty.page.locator(`a[href="/console/concerts/${concertId}"]`).press('Enter');
  await duty.page.getByRole('heading', { name: 'Spring Night', level: 1 }).waitFor();
  await eventually(async () => assert.match(await focused(duty.page), /^MAIN/));
  await leave(duty);
});
