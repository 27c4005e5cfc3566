/** Small words that are easily wrong: one of something, nothing of something, and what counts as a number. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endHold } from './harness/backdate.ts';
import { visit } from './harness/browser.ts';
import { admittedTo, holding } from './harness/inside.ts';
import { leave, operatorAt } from './harness/operator.ts';
import { openPages } from './harness/pages.ts';

const { house, server, office, browser } = await openPages();

test('one minute is one minute, and a ticket that cost nothing took nothing', async () => {
  const sections = [{ name: 'A', rows: 1, seatsPerRow: 2, grade: 'R', price: 0 }];
  const { concertId } = await office.createConcert({
    performances: [{ startsAt: '2030-05-01T10:00:00.000Z', sections }],
  });
  const fan = await admittedTo({ browser, server }, concertId, { language: 'en' });
  const { page } = fan;
  const id = await holding(fan, concertId, /^row 1, seat 1$/);
  await endHold(house.sql, id, 59);
  await page.reload();
  await page.getByRole('status').getByText('1 minute left', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Pay ₩0' }).click();
  await page.getByRole('heading', { name: 'These seats are yours' }).waitFor();
  await fan.open('/my');
  const paid = page.getByRole('row', { name: /Payment/ });
  await paid.waitFor();
  assert.equal(await paid.locator('td').nth(2).textContent(), '₩0');
  fan.assertNoComplaints();
  await fan.context.close();
});

test('a date has its weekday in brackets, its zone by name, and the reader’s own time beside it', async () => {
  const { concertId } = await office.createConcert({ title: '먼 곳의 공연' });
  const far = await visit(browser, server, { timezone: 'Europe/Berlin' });
  const { page } = far;
  await far.open('/');
  const bill = page.getByRole('listitem').filter({ hasText: '먼 곳의 공연' });
  assert.match(await bill.locator('.day').innerText(), /^5월\u00a01일\(수\)\s+2030년 · 19:00\u00a0KST$/);
  await far.open(`/concerts/${concertId}`);
  const when = page.locator('.when').first();
  await when.waitFor();
  assert.equal(await when.innerText(), '2030년 5월\u00a01일(수) 19:00\u00a0KST (내 지역 시간 12:00)');
  await page.getByRole('button', { name: 'English' }).click();
  assert.equal(await when.innerText(), 'Wed\u00a01\u00a0May 2030 19:00\u00a0KST (12:00 where you are)');
  far.assertNoComplaints();
  await far.context.close();
});

test('an amount is digits as people write them, and nothing else', async () => {
  const fan = await visit(browser, server, { language: 'en' });
  await fan.signUp();
  const { page } = fan;
  await fan.open('/my');
  await page.getByText('Top up', { exact: true }).click();
  const amount = page.getByLabel('Amount (₩)');
  const charge = page.getByRole('button', { name: /^Top up/ });
  for (const wrong of ['1e5', '0x10', '1,5', '10.5', '-5', '1,0000', '']) {
    await amount.fill(wrong);
    assert.equal((await charge.textContent())?.trim(), 'Top up', wrong);
    await charge.click();
    await page.getByText('Enter an amount from ₩1 to ₩10,000,000.').waitFor();
  }
  await fan.assertAccessible();
  for (const right of ['10000', '10,000', '₩10,000', '10 000', '10,000원']) {
    await amount.fill(right);
    assert.equal(await charge.textContent(), 'Top up ₩10,000', right);
  }
  await charge.click();
  await page.locator('.balance').getByText('₩10,000').waitFor();
  fan.assertNoComplaints();
  await fan.context.close();
});

test('one row of a plan is one row', async () => {
  const duty = await operatorAt(browser, server, '/console/new', { language: 'en' });
  const { page } = duty;
  await page.getByRole('button', { name: 'Import from CSV' }).click();
  await page.getByLabel('Or paste the table as it is').fill('name,rows,seatsPerRow,grade,price\nA,x,20,R,1000\n');
  await page.getByRole('button', { name: 'Check' }).click();
  await page.getByText('One row to correct. Nothing is imported until it is.').waitFor();
  await leave(duty);
});
