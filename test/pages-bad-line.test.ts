/** The fan's pages while the line is bad: what was there stays, what was said is taken back, nothing happens twice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endHold } from './harness/backdate.ts';
import { newFan } from './harness/box-office.ts';
import { visit, type VisitorOptions } from './harness/browser.ts';
import { eventually } from './harness/eventually.ts';
import { admittedTo } from './harness/inside.ts';
import { openPages } from './harness/pages.ts';

const { house, server, office, browser } = await openPages();

const admitted = (concertId: string, options?: VisitorOptions) => admittedTo({ browser, server }, concertId, options);

test('whoever pressed Hold on a lost line is told so until the line is back, and then it works', async () => {
  const { concertId } = await office.createConcert();
  const fan = await admitted(concertId, { language: 'en' });
  const { page } = fan;
  await fan.open(`/concerts/${concertId}/dates/1`);
  await page.getByRole('button', { name: 'row 1, seat 1', exact: true }).click();
  await fan.context.setOffline(true);
  const stale = page.getByText('Connection lost, so seats may have changed.');
  await stale.waitFor();
  await page.getByRole('button', { name: 'Hold these seats' }).click();
  const refused = page.getByRole('alert').getByText('Connection lost', { exact: true });
  await refused.waitFor();
  await fan.context.setOffline(false);
  await stale.waitFor({ state: 'hidden' });
  await refused.waitFor({ state: 'hidden' });
  // What was chosen is still chosen.
  await page.getByText('1 seat ₩50,000').waitFor();
  await page.getByRole('button', { name: 'Hold these seats' }).click();
  await page.waitForURL(/\/reservations\//);
  fan.assertNoComplaints();
  await fan.context.close();
});

test('a hold whose answer was lost with the line is found when the line is back, and nobody else is blamed', async () => {
  const { concertId } = await office.createConcert();
  const fan = await admitted(concertId, { language: 'en' });
  const { page } = fan;
  await fan.open(`/concerts/${concertId}/dates/1`);
  await page.getByRole('button', { name: 'row 1, seat 1', exact: true }).click();
  await page.route('**/api/v1/reservations', async (route) => {
    const response = await route.fetch();
    assert.equal(response.status(), 201);
    await fan.context.setOffline(true);
    await route.abort();
  });
  await page.getByRole('button', { name: 'Hold these seats' }).click();
  await page.getByRole('alert').getByText('Connection lost', { exact: true }).waitFor();
  await page.unroute('**/api/v1/reservations');
  const said: string[] = [];
  await page.exposeFunction('heard', (text: string) => said.push(text));
  await page.evaluate(`new MutationObserver(() => heard(document.body.textContent))
    .observe(document.body, { subtree: true, childList: true, characterData: true })`);
  await fan.context.setOffline(false);
  await page.waitForURL(/\/reservations\//);
  assert.equal(said.filter((text) => text.includes('Somebody else has')).length, 0);
  fan.assertNoComplaints();
  await fan.context.close();
});

test('a hold whose answer was lost, and which ran out before the line was back, is made anew', async () => {
  const { concertId } = await office.createConcert();
  const fan = await admitted(concertId, { language: 'en' });
  const { page } = fan;
  await fan.open(`/concerts/${concertId}/dates/1`);
  await page.getByRole('button', { name: 'row 1, seat 1', exact: true }).click();
  let lost = '';
  await page.route('**/api/v1/reservations', async (route) => {
    const response = await route.fetch();
    ({ id: lost } = (await response.json()) as { id: string });
    await fan.context.setOffline(true);
    await route.abort();
  });
  await page.getByRole('button', { name: 'Hold these seats' }).click();
  await page.getByRole('alert').getByText('Connection lost', { exact: true }).waitFor();
  await page.unroute('**/api/v1/reservations');
  await endHold(house.sql, lost);
  await fan.context.setOffline(false);
  await page.getByText('Connection lost', { exact: true }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Hold these seats' }).click();
  await page.waitForURL(/\/reservations\//);
  assert(!page.url().includes(lost), 'not the one that ran out');
  await page.getByRole('timer').first().waitFor();
  await fan.context.close();
});

test('a hold whose answer was lost is asked for again with its key and is held; another choice is another attempt', async () => {
  const { concertId } = await office.createConcert();
  const fan = await admitted(concertId, { language: 'en' });
  const { page } = fan;
  await fan.open(`/concerts/${concertId}/dates/1`);
  await page.getByRole('button', { name: 'row 1, seat 1', exact: true }).click();
  const asked: { readonly key: string; readonly status: number; readonly replayed: string | undefined }[] = [];
  await page.route('**/api/v1/reservations', async (route) => {
    const response = await route.fetch();
    const { 'idempotency-key': key = '' } = route.request().headers();
    asked.push({ key, status: response.status(), replayed: response.headers()['idempotent-replayed'] });
    return asked.length === 1 ? route.abort() : route.fulfill({ response });
  });
  const said: string[] = [];
  await page.exposeFunction('heard', (text: string) => said.push(text));
  await page.evaluate(`new MutationObserver(() => heard(document.body.textContent))
    .observe(document.body, { subtree: true, childList: true, characterData: true })`);
  await page.getByRole('button', { name: 'Hold these seats' }).click();
  await page.waitForURL(/\/reservations\//);
  const [first, again] = asked;
  assert.match(first?.key ?? '', /^[0-9a-f]{32}$/);
  assert.deepEqual(first, { key: first?.key, status: 201, replayed: undefined });
  assert.deepEqual(again, { key: first?.key, status: 201, replayed: 'true' });
  assert.equal(asked.length, 2);
  assert.deepEqual(
    said.filter((text) => /Somebody else has|Connection lost/.test(text)),
    [],
  );
  await page.goBack();
  await page.getByRole('button', { name: 'row 1, seat 2', exact: true }).click();
  await page.getByRole('button', { name: 'Hold these seats' }).click();
  await page.waitForURL(/\/reservations\//);
  assert.notEqual(asked[2]?.key, first?.key);
  fan.assertNoComplaints();
  await fan.context.close();
});

test('what was loaded stays while nobody answers, and is renewed as soon as somebody does', async () => {
  const sections = [{ name: 'A', rows: 1, seatsPerRow: 10, grade: 'R', price: 0 }];
  const { concertId, performanceId } = await office.createConcert({
    performances: ['01', '02'].map((day) => ({ startsAt: `2030-05-${day}T10:00:00.000Z`, sections })),
  });
  const fan = await admitted(concertId, { language: 'en' });
  const { page } = fan;
  await fan.open(`/concerts/${concertId}/dates`);
  await page.getByText('10 left').nth(1).waitFor();
  let asked = 0;
  await page.route('**/performances?*', (route) => {
    asked += 1;
    return route.abort();
  });
  assert.equal((await office.hold(await office.enter(concertId, newFan()), performanceId, [1])).status, 201);
  // Three tries are one question; with the next one, the page has taken the silence in.
  await eventually(async () => assert(asked > 3), 20_000);
  assert.equal(await page.getByText('10 left').count(), 2);
  assert.equal(await page.getByRole('alert').count(), 0);
  await page.unroute('**/performances?*');
  await page.getByText('9 left').waitFor();
  fan.assertNoComplaints();
  await fan.context.close();
});

test('a charge whose answer was lost, and then the session: signing in again and repeating it charges once', async () => {
  const fan = await visit(browser, server, { language: 'en' });
  await fan.signUp();
  const { page } = fan;
  await fan.open('/my');
  const email = (await page.locator('.account-part').getByText('@maejin.example').textContent()) ?? '';
  const keys: string[] = [];
  const statuses: number[] = [];
  await page.route('**/api/v1/wallet/charges', async (route) => {
    keys.push(route.request().headers()['idempotency-key'] ?? '');
    const response = await route.fetch();
    statuses.push(response.status());
    if (keys.length > 1) return route.fulfill({ response });
    // The server acted and nobody heard of it; then the session ends, as when somebody signs out everywhere.
    const headers = { 'content-type': 'application/json', origin: server.origin };
    assert.equal((await fan.context.request.post('/api/auth/sign-out', { data: {}, headers })).status(), 200);
    return route.abort();
  });
  await page.getByText('Top up', { exact: true }).click();
  await page.getByRole('button', { name: 'Top up ₩100,000' }).click();
  await page.getByRole('alert').getByRole('link', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign in' }).first().click();
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill('a password for tests');
  await page.locator('form').getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(/\/my$/);
  await page.locator('.balance').getByText('₩100,000').waitFor();
  await page.getByText('Top up', { exact: true }).click();
  await page.getByRole('button', { name: 'Top up ₩100,000' }).click();
  await page.getByRole('status').getByText('Topped up. Your balance is ₩100,000.').waitFor();
  assert.deepEqual(statuses.slice(0, 2), [201, 401]);
  assert.equal(new Set(keys).size, 1, keys.join());
  assert.equal(await page.locator('.history tbody tr').count(), 1);
  fan.assertNoComplaints();
  await fan.context.close();
});
