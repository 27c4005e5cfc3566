/** A whole purchase, the waiting room and the console with a page translator at work: what is said stays true. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { newFan } from './harness/box-office.ts';
import { visit } from './harness/browser.ts';
import { eventually } from './harness/eventually.ts';
import { lineOf, onDuty } from './harness/on-duty.ts';
import { openPages } from './harness/pages.ts';

const { server, office, browser } = await openPages();

/** What a person reads there, in one line. */
async function read(locator: Locator): Promise<string> {
  return (await locator.innerText()).replaceAll(/\s+/g, ' ').trim();
}

async function reads(locator: Locator, ...expected: readonly string[]): Promise<void> {
  await eventually(async () =>
    assert.deepEqual(
      (await locator.allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' ').trim()),
      expected,
    ),
  );
}

const button = (page: Page | Locator, name: string): Locator =>
  page.getByRole('button', { name: `«${name}»`, exact: true });

/** A clock that a translator leaves alone, and that goes. */
async function runs(clock: Locator): Promise<void> {
  const first = await read(clock);
  assert.match(first, /^\d+:\d\d$/);
  await eventually(async () => assert.notEqual(await read(clock), first));
}

test('a whole purchase: every button says what it does, and money and clocks are right', async () => {
  const { concertId } = await office.createConcert({ title: 'Night Garden', maxActive: 1, graceSeconds: 600 });
  const inside = await office.enter(concertId, newFan());
  const ahead = (await office.issue(concertId, newFan())).body.token;
  const fan = await visit(browser, server, { language: 'en', translated: true });
  const { page } = fan;
  await fan.signUp();
  await fan.open(`/concerts/${concertId}`);
  await button(page, 'Join the line').click();

  await reads(page.locator('#position'), '2');
  await reads(page.locator('#ahead'), '«1 ahead of you»');
  await office.updateConcert(concertId, { paused: { reason: 'Sound check' } });
  await reads(page.locator('.reason'), '«Sound check»');
  await office.updateConcert(concertId, { paused: null });
  await reads(page.locator('.reason'));
  assert.equal((await office.leave(ahead)).status, 204);
  await reads(page.locator('#position'), '1');
  await reads(page.locator('#ahead'), '«You are next»');
  assert.equal((await office.leave(inside)).status, 204);
  await reads(page.locator('#stand h2'), '«It is your turn»');
  await runs(page.locator('#left'));
  await page.locator('#enter').click();

  await page.waitForURL(/\/dates\/1$/);
  await runs(page.locator('.turn-bar .countdown'));
  await reads(page.locator('.sheet .button'), '«Hold these seats»');
  for (const seat of [1, 2, 3]) await page.getByRole('button', { name: `row 1, seat ${seat}`, exact: true }).click();
  await page.getByRole('button', { name: 'row 1, seat 2, chosen' }).click();
  await reads(page.locator('.sheet .sum'), '«2 seats ₩100,000»');
  assert.equal(await page.locator('.picked-seat').count(), 2);
  await button(page, 'Hold these seats').click();

  await page.waitForURL(/\/reservations\//);
  await reads(page.locator('.pay .button'), '«Top up ₩100,000»', '«Release these seats»');
  await button(page, 'Top up ₩100,000').click();
  await reads(page.locator('.pay .button'), '«Pay ₩100,000»', '«Release these seats»');
  await reads(page.locator('.sums dd'), '₩100,000', '₩0');
  await runs(page.locator('.stub .countdown'));
  await button(page, 'Pay ₩100,000').click();
  await reads(page.locator('h1'), '«These seats are yours»');
  await reads(page.locator('.stub .label'), '«Reservation number»');
  assert.match(await read(page.locator('.stub .number')), /^[A-Z0-9]{8}$/);
  await reads(page.locator('.pay .button'));

  await page.locator('.next').getByRole('link', { name: '«My tickets»' }).click();
  await reads(page.locator('.balance'), '«Balance» ₩0«Play money»');
  await page.locator('.wallet summary').click();
  await button(page, 'Top up ₩100,000').click();
  await reads(page.locator('.balance'), '«Balance» ₩100,000«Play money»');
  await reads(page.locator('.history tbody .in, .history tbody .out'), '+₩100,000', '−₩100,000', '+₩100,000');
  fan.assertNoComplaints();
  await fan.context.close();
});

test('words that change come and go: another language, another theme, a seat that somebody takes', async () => {
  const { concertId, performanceId } = await office.createConcert();
  const fan = await visit(browser, server, { language: 'en', translated: true });
  const { page } = fan;
  await fan.signUp();
  await fan.open(`/concerts/${concertId}/wait?take=1`);
  await page.locator('#enter').click();
  await page.getByRole('button', { name: 'row 1, seat 1', exact: true }).click();
  assert.equal((await office.hold(await office.enter(concertId, newFan()), performanceId, [1])).status, 201);
  await page.locator('.told').waitFor();
  await page.getByRole('button', { name: 'row 1, seat 2', exact: true }).click();
  await reads(page.locator('.sheet .sum'), '«1 seat ₩50,000»');
  await reads(page.locator('.head .way').first(), '«Dark»');
  await button(page, 'Dark').click();
  await reads(page.locator('.head .way').first(), '«Light»');
  await button(page, '한국어').click();
  await reads(page.locator('.sheet .sum'), '«1석 50,000원»');
  await reads(page.locator('.head .way').first(), '«밝게 보기»');
  fan.assertNoComplaints();
  await fan.context.close();
});

test('steering: numbers are live, and every button does what it says', async () => {
  const concertId = await lineOf(office, 5);
  const one = await onDuty({ browser, server }, `/console/concerts/${concertId}`, {
    language: 'en',
    translated: true,
  });
  const { page } = one;
  await one.shows('waiting', '5');
  await page.getByRole('slider').fill('4');
  await page.getByText('«Admits about 3 more at once.»').waitFor();
  await button(page, 'Review the change').click();
  const dialog = page.getByRole('dialog');
  await reads(dialog.locator('.button'), '«Cancel»', '«Change»');
  await button(dialog, 'Change').click();
  await page.getByText('«Changed. It is in force on every server.»').waitFor();
  await one.shows('active', '4');
  await one.shows('waiting', '2');

  const brake = page.locator('.brake').first();
  await reads(brake.locator('strong'), '«Fans are being admitted»');
  await button(page, 'Pause admission').click();
  await button(dialog, 'Pause admission').click();
  await reads(dialog.locator('.fault'), '«Say why, in one language at least. Everybody waiting will read it.»');
  await dialog.locator('textarea').first().fill('Sound check');
  await button(dialog, 'Pause admission').click();
  await reads(brake.locator('strong'), '«Admission is paused»');
  await reads(brake.locator('.button'), '«Resume admission»');
  await page.locator('.vitals .badge').waitFor();
  await button(page, 'Resume admission').click();
  await reads(dialog.locator('.button'), '«Cancel»', '«Resume admission»');
  await button(dialog, 'Resume admission').click();
  await reads(brake.locator('strong'), '«Fans are being admitted»');
  await reads(brake.locator('.button'), '«Pause admission»');
  await page.locator('.vitals .badge').waitFor({ state: 'detached' });
  assert.deepEqual((await office.overview(concertId)).body.paused, null);
  one.assertNoComplaints();
  await one.context.close();
});
