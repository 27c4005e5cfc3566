/** The console cancels in a real browser: says what it will do, asks once more, does it once, and tells what became of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onDuty } from './harness/on-duty.ts';
import { paidSeats } from './harness/paid-seats.ts';
import { openPages } from './harness/pages.ts';

const { server, office, browser } = await openPages();

test('a seat is cancelled for its fan, then the date is called off; each says its sums first, and stands in the log', async () => {
  const { concertId, performanceId } = await office.createConcert({
    title: '봄밤 — Spring Night',
    boundToSupply: true,
  });
  const { fan, reservationId } = await paidSeats(office, { concertId, performanceId }, [1, 2]);
  const one = await onDuty({ browser, server }, `/console/reservations?q=${reservationId}`, {
    language: 'en',
    theme: 'dark',
    width: 320,
  });
  const { page } = one;
  const dialog = page.getByRole('dialog');
  await page.getByRole('link', { name: reservationId.slice(-8).toUpperCase() }).click();
  await page.getByRole('heading', { name: 'Cancel for the fan' }).waitFor();
  await page.getByRole('checkbox', { name: /seat 2/ }).uncheck();
  await page.getByLabel('Reason').selectOption({ label: 'Illness' });
  await page.getByLabel('Fee (% of the price)').fill('101');
  await page.getByRole('button', { name: 'Review before cancelling' }).click();
  await page.getByText('Enter a whole number from 0 to 100.').waitFor();
  await page.getByLabel('Fee (% of the price)').fill('10');
  await page.getByText(`${fan.userId} gets ₩45,000 back, into the wallet.`).waitFor();
  await page.getByText('A fee of ₩5,000 is kept.').waitFor();
  await page.getByText('The next in line is let in within 2 seconds.').waitFor();
  await one.assertAccessible();
  await page.getByRole('button', { name: 'Review before cancelling' }).click();
  await dialog.getByText('1 seat can be bought again at once.').waitFor();
  await one.assertAccessible();
  assert.equal((await office.wallet(fan)).body.balance, 0, 'nothing is done before it is confirmed');
  await dialog.getByRole('button', { name: 'Cancel the seats' }).click();
  await page.getByText('1 seat cancelled', { exact: true }).waitFor();
  await page.getByText('Partly cancelled').waitFor();
  assert.equal((await office.wallet(fan)).body.balance, 45_000);
  await one.assertAccessible();

  await one.open(`/console/dates/${performanceId}`);
  await page.getByRole('button', { name: 'Review before calling it off' }).click();
  await page.getByText('Fill in both languages.').waitFor();
  await page.getByLabel('Reason in English').fill('The artist is ill.');
  await page.getByLabel('Reason in Korean').fill('출연자의 건강 문제로 취소돼요.');
  await page.getByLabel('Compensation').fill('10');
  await page.getByText('Refunds 1 reservation with 1 seat in full, ₩50,000').waitFor();
  await page.getByText('That is ₩55,000 in all.').waitFor();
  await one.assertAccessible();
  await page.getByRole('button', { name: 'Review before calling it off' }).click();
  const day = dialog.getByLabel('2030-05-01: type this day to confirm');
  await day.fill('2030-05-02');
  await dialog.getByRole('button', { name: 'Call it off' }).click();
  await dialog.getByText('That is not the day of this date.').waitFor();
  await one.assertAccessible();
  await day.fill('20300501');
  await dialog.getByRole('button', { name: 'Call it off' }).click();
  await page.getByText('Everybody is refunded').first().waitFor();
  await page.getByText('1 of 1 reservation refunded').waitFor();
  assert.equal((await office.wallet(fan)).body.balance, 45_000 + 55_000);
  await page.reload();
  await page.getByRole('progressbar', { name: 'Refunds' }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Review the move' }).count(), 0);
  await one.assertAccessible();

  await one.open(`/console/log?concert=${concertId}`);
  await page.getByText('Called a date off').waitFor();
  await page.getByText('The artist is ill.').waitFor();
  const cancelled = page.getByRole('row', { name: /Cancelled for a fan/ });
  await cancelled.getByText('₩5,000 (10%)').waitFor();
  await one.assertAccessible();
  one.assertNoComplaints();
});

test('the form proposes to bind the line, and says a fault of the refund rules at its field', async () => {
  const one = await onDuty({ browser, server }, '/console/new', { language: 'ko' });
  const { page } = one;
  assert(await page.getByRole('checkbox', { name: '남은 좌석만큼만 입장' }).isChecked());
  await page.getByText('공연 10일 전까지 취소하면').first().waitFor();
  await page.getByRole('radio', { name: '직접 정하기' }).check();
  await page.getByRole('textbox', { name: '2번째 규정, 공연 며칠 전까지' }).fill('10');
  await page.getByRole('textbox', { name: '시간대' }).fill('Seoul');
  await page.getByRole('button', { name: '판매 시작' }).click();
  await page.getByText('윗줄보다 작은 날짜 수여야 해요.').waitFor();
  await page.getByText('Asia/Seoul 같은 시간대 이름을 적어 주세요.').waitFor();
  await one.assertAccessible();
  one.assertNoComplaints();
});
