/** What the pages say when nothing moves: a pause and its end, a server that says nothing, seats held, seats sold. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { estimateTextsOf } from '../web/wait/estimate.ts';
import type { QueueStatus, Sale } from '../web/wait/markup.ts';
import { newFan } from './harness/box-office.ts';
import { visit } from './harness/browser.ts';
import { eventually } from './harness/eventually.ts';
import { lineOf, onDuty } from './harness/on-duty.ts';
import { openPages } from './harness/pages.ts';

const { server, office, browser } = await openPages();

const told = ({ page }: { readonly page: Page }) => page.locator('#told').textContent();

/** The waiting room's first paint for whoever has this place, or none. */
async function painted(concertId: string, place = ''): Promise<string> {
  const headers = { accept: 'text/html', 'accept-language': 'en', cookie: `maejin_place=${place}` };
  return (await fetch(`${server.origin}/concerts/${concertId}/wait`, { headers })).text();
}

/** A hall of two seats that cost nothing, both held by one who is inside; and how to pay for them. */
async function allHeld(maxActive: number) {
  const sections = [{ name: 'A', rows: 1, seatsPerRow: 2, grade: 'R', price: 0 }];
  const { concertId, performanceId } = await office.createConcert({
    maxActive,
    graceSeconds: 600,
    performances: [{ startsAt: '2030-05-01T10:00:00.000Z', sections }],
  });
  const buyer = await office.enter(concertId, newFan());
  const { body } = await office.hold(buyer, performanceId, [1, 2]);
  return {
    concertId,
    pay: async () => {
      assert.equal((await office.pay(buyer, body.id)).status, 201);
      await eventually(async () => assert.match(await painted(concertId), /Every seat is sold/));
    },
  };
}

test('a pause is told with its reason, another reason too, and that it goes on', async () => {
  const concertId = await lineOf(office, 1);
  const fan = await visit(browser, server, { language: 'en' });
  await fan.signUp();
  await fan.open(`/concerts/${concertId}/wait?take=1`);
  await eventually(async () => assert.match((await told(fan)) ?? '', /^Your place in line 2\. /));
  await office.updateConcert(concertId, { paused: { reason: 'Sound check' } });
  await eventually(async () => assert.match((await told(fan)) ?? '', /Admission is paused\. Sound check/));
  await office.updateConcert(concertId, { paused: { reason: 'Rain' } });
  await eventually(async () => assert.match((await told(fan)) ?? '', /Admission is paused\. Rain/));
  await office.updateConcert(concertId, { paused: null });
  await eventually(async () =>
    assert.match((await told(fan)) ?? '', /^Admission has resumed\. Your place in line 2\. /),
  );
  fan.assertNoComplaints();
  await fan.context.close();
});

test('all held is not sold out: the line is open, and what is held may come back', async () => {
  const { concertId, pay } = await allHeld(2);
  const fan = await visit(browser, server, { language: 'en' });
  const { page } = fan;
  await fan.signUp();
  await fan.open(`/concerts/${concertId}`);
  await page.getByText('2 held').first().waitFor();
  await page.getByText('No seats left right now').waitFor();
  assert.equal(await page.getByText('Sold out').count(), 0);
  assert.match(await painted(concertId), /id="join"[\s\S]*held seats may come back/);
  await page.getByRole('button', { name: 'Join the line' }).click();
  await page.locator('#enter').click();
  await page.getByText('2 held').waitFor();
  await page.getByText('This page checks every few seconds').waitFor();
  await fan.open(`/concerts/${concertId}/dates/1`);
  await page.locator('.sheet').getByText('No seats left right now').waitFor();

  // Then they are sold, while somebody whose turn it is looks at the waiting room.
  await fan.open(`/concerts/${concertId}/wait`);
  await page.locator('#stand[data-state=turn]').waitFor();
  await pay();
  // As if the page were looked at again: it asks at once then, and in a few seconds anyway.
  await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
  await page.locator('#stand[data-state=out]').waitFor();
  assert.equal(await page.locator('#enter').count(), 0);
  assert.match(await page.title(), /^Sold out/);
  assert.equal(await told(fan), 'Sold out. It is your turn, but there are no seats left to choose.');
  await fan.assertAccessible();
  await fan.open(`/concerts/${concertId}/dates`);
  await page.getByRole('status').getByText('Sold out').waitFor();
  assert.equal(await page.getByText('This page checks every few seconds').count(), 0);
  await fan.open(`/concerts/${concertId}/dates/1`);
  await page.locator('.sheet').getByText('Every seat is sold').waitFor();
  fan.assertNoComplaints();
  await fan.context.close();
});

test('sold out invites nobody to a line, and a place that ended is not kept', async () => {
  const { concertId, pay } = await allHeld(1);
  const [waiting, left] = [newFan(), newFan()];
  const [{ body: place }, { body: gone }] = [
    await office.issue(concertId, waiting),
    await office.issue(concertId, left),
  ];
  assert.equal((await office.leave(gone.token)).status, 204);
  const over = await painted(concertId, gone.token);
  assert.match(over, /You left the line[\s\S]*id="join"/);
  assert.doesNotMatch(over, /Your place is kept/);
  const inLine = await painted(concertId, place.token);
  assert.match(inLine, /Your place is kept/);
  assert.doesNotMatch(inLine, /sold/);

  await pay();
  const none = await painted(concertId);
  assert.match(none, /data-state="out"/);
  assert.doesNotMatch(none, /id="join"|Your place is kept/);
  assert.match(await painted(concertId, place.token), /id="estimate"><strong>Sold out<|data-state="out"/);
  assert.doesNotMatch(await painted(concertId, gone.token), /id="join"/);
});

test('an estimate that nobody has, or that the line belies, is not one', () => {
  const status: QueueStatus = {
    concertId: 'abcdefghij',
    status: 'WAIT',
    position: 70,
    etaSeconds: 20,
    expiresAt: null,
    pollAfterSeconds: 2,
    notice: null,
  };
  const seats = { total: 100, available: 50, held: 0, reserved: 50 };
  const sale: Sale = {
    concertId: 'abcdefghij',
    seats,
    grades: [],
    performances: [],
    waiting: 70,
    admittedPerMinute: 90,
    notice: null,
  };
  const text = (view: Partial<Parameters<typeof estimateTextsOf>[0]>) =>
    estimateTextsOf({ language: 'en', status, sale, ...view }).join('. ');
  const unknown = 'How long it will take is not known yet';
  assert.equal(text({}), 'Less than a minute');
  assert.equal(text({ status: { ...status, etaSeconds: null } }), unknown);
  assert.equal(text({ sale: { ...sale, admittedPerMinute: 0 } }), unknown);
  assert.equal(text({ stillSeconds: 61 }), unknown);
  const far = { ...status, etaSeconds: 600 };
  assert.equal(text({ status: far, stillSeconds: 300 }), 'About 8–13 minutes');
  assert.equal(text({ status: far, stillSeconds: 601 }), unknown);
  assert.match(text({ sale: { ...sale, seats: { ...seats, available: 0, reserved: 100 } } }), /^Sold out\. Every seat/);
  assert.equal(text({ sale: { ...sale, seats: { ...seats, available: 0, held: 50 } } }), 'Less than a minute');
});

/** Nothing is answered any more, and nothing is refused either. */
async function hang(page: Page, ...addresses: readonly string[]): Promise<void> {
  for (const address of addresses) await page.route(address, () => undefined);
}

/** Lets the page's own clock run, so that promises between two timers are kept. */
async function pass(page: Page, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) await page.clock.runFor(1_000);
}

test('a server that hangs is told within half a minute, in the waiting room and in the console', async () => {
  const concertId = await lineOf(office, 1);
  const fan = await visit(browser, server, { language: 'en' });
  await fan.signUp();
  await fan.open(`/concerts/${concertId}/wait?take=1`);
  await fan.page.locator('#position').waitFor();
  await hang(fan.page, '**/queue-token', '**/queue-token/events');
  await fan.page.clock.install();
  await fan.open(`/concerts/${concertId}/wait`);
  await fan.page.locator('#position').waitFor();
  await pass(fan.page, 29);
  await fan.page.getByText('Connection lost. Your place is kept; reconnecting.').waitFor();
  await fan.context.close();

  const one = await onDuty({ browser, server }, `/console/concerts/${concertId}`, { language: 'en' });
  await one.page.clock.install();
  await one.page.reload();
  await one.shows('waiting', '2');
  await one.page.getByText('Charts: line, requests, servers').click();
  await one.page.getByText('These are the numbers now.').waitFor();
  await hang(one.page, '**/api/v1/**');
  await pass(one.page, 12);
  const silent = one.page.locator('.silent');
  await silent.getByText('The server does not answer.').waitFor();
  await silent.getByText(/^These numbers are 1[0-9] seconds old\.$/).waitFor();
  await one.page.locator('.panel').getByText('No answer is coming.').first().waitFor();
  assert.equal(await one.page.getByText('These are the numbers now.').count(), 0);
  await one.shows('waiting', '2');
  await one.page.unroute('**/api/v1/**');
  await one.context.close();
});
