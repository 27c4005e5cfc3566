/**
 * The way to a gateway and back: one wish is one order, whatever is pressed, lost or reloaded; and the page that fans come
 * back to, in all its states.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { endHold } from './harness/backdate.ts';
import { type BoxOffice, boxOffice } from './harness/box-office.ts';
import { openBrowser, visit } from './harness/browser.ts';
import { eventually } from './harness/eventually.ts';
import { type House, openHouse } from './harness/house.ts';
import { admittedTo, holding } from './harness/inside.ts';
import { agreed, inWindow, mainButton, payerAt, purseOf, returned } from './harness/paying-outside.ts';
import type { Server } from './harness/server.ts';

let house: House;
let server: Server;
let office: BoxOffice;
let browser: Browser;

before(async () => {
  browser = await openBrowser();
  house = await openHouse();
  server = await house.start({ SANDBOX: 'on' });
  office = boxOffice(server);
});
after(() => Promise.allSettled([browser.close(), house.close()]));

test('the way back: twice, in another tab, signed out, altered, somebody else’s, and for a hold that ended', async () => {
  const { concertId } = await office.createConcert();
  const fan = await admittedTo({ browser, server }, concertId, { language: 'en' });
  const { page, context } = fan;
  const purse = purseOf(office, fan);
  const reservationId = await holding(fan, concertId, /^row 1, seat 1$/);
  const order = await purse.open({ amount: 50_000, reservationId });
  const back = await agreed(fan, order);

  const altered = back.replace('amount=50000', 'amount=5');
  await page.goto(altered);
  await page.getByRole('heading', { name: 'The amount paid is not the amount ordered' }).waitFor();
  await fan.assertAccessible();
  assert.equal(await purse.balance(), 0);

  const other = await payerAt(browser, server, { language: 'en' });
  await other.page.goto(back);
  await other.page.getByText('This payment cannot be found').waitFor();
  await other.assertAccessible();
  await other.page.goto('/wallet/return?order=nonsense');
  await other.page.getByText('This payment cannot be found').waitFor();
  assert.equal(await purseOf(office, other).balance(), 0);
  await other.context.close();

  const cookies = await context.cookies();
  await context.clearCookies();
  await page.goto(back);
  const signIn = page.getByRole('alert').getByRole('link', { name: 'Sign in' });
  await signIn.waitFor();
  await context.addCookies(cookies);
  await endHold(house.sql, reservationId);
  // The form finds that somebody is signed in, and leads back.
  await signIn.click();
  await page.getByText('Your hold has ended meanwhile. The money is in your wallet.').waitFor();
  await fan.assertAccessible();
  const tab = await context.newPage();
  for (const one of [page, tab]) {
    await one.goto(back);
    await one.getByRole('heading', { name: 'Topped up' }).waitFor();
    await one.reload();
    await one.getByRole('heading', { name: 'Topped up' }).waitFor();
  }
  assert.equal(await purse.balance(), 50_000);
  assert.equal((await purse.entries()).length, 1);
  // As if it had come when nobody counted on it any more.
  await house.sql`update charge_orders set expires_at = paid_at - interval '1 second' where id = ${order.id}`;
  await fan.open('/my');
  await page.getByText('Your payment came after the order had expired. It is in your wallet.').waitFor();
  await fan.assertAccessible();
  fan.assertNoComplaints();
  await context.close();
});

test('on a narrow phone with a translator, without storage and by keyboard, an answer that is lost is asked for again', async () => {
  const fan = await visit(browser, server, { language: 'en', width: 320, height: 640, translated: true });
  await fan.context.addInitScript(`for (const name of ['localStorage', 'sessionStorage'])
    Object.defineProperty(window, name, { configurable: true, get: () => null });`);
  const { page } = fan;
  const bearer = await fan.signUp();
  await page.emulateMedia({ forcedColors: 'active' });
  await fan.open('/my');
  await page.locator('.wallet summary').first().press('Enter');
  await page.getByLabel('Amount (₩)').fill('70,000');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/sandbox\//);
  await page.route('**/confirmation', async (route) => {
    await route.fetch();
    await route.abort();
  });
  await inWindow(page, 'pay').press('Enter');
  await page.waitForURL(returned);
  await page.getByText('You can close this page. The check goes on').waitFor();
  await page.unroute('**/confirmation');
  await page.getByRole('heading', { name: 'Topped up' }).waitFor();
  const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
  assert(overflow <= 0, `${overflow} px too wide`);
  // The way on has the focus, and says what happened.
  await eventually(async () => assert.match(await page.evaluate<string>('document.activeElement.innerText'), /wallet/));
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/my$/);
  await page.locator('.balance').getByText('₩70,000').waitFor();
  assert.equal(await purseOf(office, { bearer }).balance(), 70_000);
  fan.assertNoComplaints();
  await fan.context.close();
});

test('one wish is one order: pressed twice, unheard, gone back from; what cannot be is said before anything is sent', async () => {
  const fan = await payerAt(browser, server, { language: 'en' });
  const { page } = fan;
  const purse = purseOf(office, fan);
  let sent = 0;
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/charge-orders')) sent += 1;
  });
  const button = page.getByRole('button', { name: /^Top up ₩[\d,]+$/ });
  const form = async (): Promise<void> => {
    await fan.open('/my');
    await page.getByText('Top up', { exact: true }).click();
  };
  await form();
  for (const [amount, told] of [
    ['99', 'Enter an amount from ₩100 to ₩10,000,000.'],
    ['10,000,001', 'Enter an amount from ₩100 to ₩10,000,000.'],
  ] as const) {
    await page.getByLabel('Amount (₩)').fill(amount);
    await page.getByLabel('Amount (₩)').press('Enter');
    await page.getByText(told).waitFor();
  }
  assert.equal(sent, 0);
  await page.getByLabel('Amount (₩)').fill('40000');
  await page.route('**/charge-orders', async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    // It is made, and nobody hears of it.
    await route.fetch();
    return route.abort();
  });
  await button.click();
  await page.getByRole('alert').waitFor();
  await page.unroute('**/charge-orders');
  await page.reload();
  await page.getByText('Top up', { exact: true }).click();
  await page.getByLabel('Amount (₩)').fill('40000');
  await button.dblclick();
  await page.waitForURL(/\/sandbox\//);
  await page.goBack();
  await page.getByText('Top up', { exact: true }).click();
  await page.getByLabel('Amount (₩)').fill('40000');
  await button.click();
  await page.waitForURL(/\/sandbox\//);
  assert.deepEqual(
    (await purse.orders()).map(({ amount }) => amount),
    [40_000],
  );

  // Nobody knows whether it was paid: it is not paid once more unasked.
  const [{ id } = { id: '' }] = await purse.orders();
  await house.sql`
    update charge_order_questions set unclear_since = now(), ask_at = now() + interval '1 hour' where order_id = ${id}`;
  await form();
  await page.getByText('Being checked since').waitFor();
  await page.getByLabel('Amount (₩)').fill('40000');
  await button.click();
  await page.getByText('A payment of the same amount is still being checked').waitFor();
  await fan.assertAccessible();
  assert.equal((await purse.orders()).length, 1);
  await page.getByRole('button', { name: 'Pay anew all the same' }).click();
  await page.waitForURL(/\/sandbox\//);
  assert.equal((await purse.orders()).length, 2);

  // Declined there: the next try is an order that can be paid, though nobody has heard yet of the end of this one.
  await inWindow(page, 'refuse').click();
  await mainButton(page).click();
  await page.getByText('Top up', { exact: true }).click();
  await page.getByLabel('Amount (₩)').fill('40000');
  await button.click();
  await page.getByRole('button', { name: 'Pay anew all the same' }).click();
  await page.waitForURL(/\/sandbox\//);
  await inWindow(page, 'pay').waitFor();
  fan.assertNoComplaints();
  await fan.context.close();
});

/** In place of Toss's script: what it was given is kept, and it ends as it is told to. */
const standIn = `window.TossPayments = (clientKey) => ({
  payment: (who) => ({
    requestPayment: async (wish) => {
      window.asked = { clientKey, ...who, ...wish };
      throw Object.assign(new Error('closed'), { code: 'USER_CANCEL' });
    },
  }),
});`;

test('Toss’s window is opened by its script on its own page alone, and there is a way back without it', async () => {
  const elsewhere = await openHouse();
  try {
    const keysOfToss = { TOSS_CLIENT_KEY: 'test_ck_stand_in', TOSS_SECRET_KEY: 'test_sk_stand_in' };
    const real = await elsewhere.start({ CHARGES: 'gateway', ...keysOfToss });
    const fan = await visit(browser, real, { language: 'en' });
    const { page } = fan;
    await fan.signUp();
    const script = 'https://js.tosspayments.com/v2/standard';
    await page.route(script, (route) => route.abort());
    await fan.open('/my');
    await page.getByText('Top up', { exact: true }).click();
    assert.equal(await page.getByText(/play money/i).count(), 0, 'real money is not called play money');
    await page.getByLabel('Amount (₩)').fill('12,000');
    await page.getByLabel('Amount (₩)').press('Enter');
    await page.waitForURL(/\/wallet\/checkout\//);
    await page.getByText('The window of Toss Payments could not be loaded').waitFor();
    await fan.assertAccessible();
    await page.unroute(script);
    await page.route(script, (route) => route.fulfill({ contentType: 'text/javascript', body: standIn }));
    await page.getByRole('button', { name: 'Open it again' }).click();
    await page.getByText('The payment window was closed').waitFor();
    const orderId = fan.path().split('/').at(-1);
    assert.deepEqual(await page.evaluate('window.asked'), {
      clientKey: keysOfToss.TOSS_CLIENT_KEY,
      customerKey: '@@ANONYMOUS',
      method: 'CARD',
      amount: { currency: 'KRW', value: 12_000 },
      orderId,
      orderName: 'Wallet top-up',
      successUrl: `${real.origin}/wallet/return?order=${orderId}`,
      failUrl: `${real.origin}/wallet/return?order=${orderId}&failed=1`,
    });
    // The next page is another document, where nothing of the script is left.
    await page.getByRole('link', { name: 'Go to your wallet' }).click();
    await page.locator('.balance').waitFor();
    assert.equal(await page.evaluate('typeof window.TossPayments'), 'undefined');
    await fan.context.close();
  } finally {
    await elsewhere.close();
  }
});
