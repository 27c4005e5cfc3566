/**
 * Money from outside as fans meet it: topping up through the sandbox and back to the hold, each misfortune that its window
 * offers, the way back in all its states, and money sent back. After each, what the wallet holds is asked of the API.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { ReplyOf } from '../src/contract.ts';
import { endHold } from './harness/backdate.ts';
import { type BoxOffice, boxOffice } from './harness/box-office.ts';
import { openBrowser, visit, type Visitor, type VisitorOptions } from './harness/browser.ts';
import { eventually } from './harness/eventually.ts';
import { type House, openHouse } from './harness/house.ts';
import { admittedTo, holding } from './harness/inside.ts';
import type { Server } from './harness/server.ts';

type Order = ReplyOf<'getChargeOrder', 200>;

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

/** The one thing to do on a page. */
const mainButton = (page: Page) => page.locator('main .button:not(.plain)');
const inWindow = (page: Page, action: string) => page.locator(`button[name=action][value="${action}"]`);
const returned = /\/wallet\/return\?/;

interface Fan extends Visitor {
  readonly bearer: string;
}

async function fanAt(options: VisitorOptions = {}): Promise<Fan> {
  const fan = await visit(browser, server, options);
  return { ...fan, bearer: await fan.signUp() };
}

const balanceOf = async ({ bearer }: { readonly bearer: string }): Promise<number> =>
  (await office.wallet({ userId: '', token: bearer })).body.balance;

let keys = 0;
/** Ordered by the API, as the form does. */
async function ordered({ bearer }: Fan, body: Readonly<Record<string, unknown>>): Promise<Order> {
  const answer = await office.call<Order>('POST', '/api/v1/wallet/charge-orders', {
    bearer,
    key: `order-${(keys += 1)}`,
    body: { method: 'sandbox', ...body },
  });
  assert.equal(answer.status, 201);
  return answer.body;
}
const orderNow = async ({ bearer }: Fan, id: string): Promise<Order> =>
  (await office.call<Order>('GET', `/api/v1/wallet/charge-orders/${id}`, { bearer })).body;

const stranger = {
  ko: { seat: /^1열 1번$/, stamped: '예매를 마쳤어요', play: '데모 머니예요' },
  en: { seat: /^row 1, seat 1$/, stamped: 'These seats are yours', play: 'play money' },
} as const;
for (const language of ['ko', 'en'] as const) {
  test(`a stranger buys by pressing the main button of each page, in ${language}`, async () => {
    const { concertId } = await office.createConcert();
    const fan = await admittedTo({ browser, server }, concertId, { language });
    const { page } = fan;
    const said = stranger[language];
    const held = await holding(fan, concertId, said.seat);
    await page.getByText(said.play).waitFor();
    await fan.assertAccessible();
    await mainButton(page).click();
    await page.waitForURL(/\/sandbox\//);
    assert.equal(await page.evaluate('document.documentElement.lang'), language);
    await inWindow(page, 'pay').click();
    await page.waitForURL(returned);
    await page.locator('.returned [role=timer]').waitFor();
    await fan.assertAccessible();
    assert.equal(await balanceOf(fan), 50_000);
    await mainButton(page).click();
    await page.waitForURL(`**/reservations/${held}`);
    await mainButton(page).click();
    await page.getByRole('heading', { name: said.stamped }).waitFor();
    assert.equal(await balanceOf(fan), 0);
    fan.assertNoComplaints();
    await fan.context.close();
  });
}

test('each thing that may go wrong at a gateway goes wrong once, and the money is right', async () => {
  const fan = await fanAt({ language: 'en' });
  const { page } = fan;
  let amount = 10_000;
  let expected = 0;
  /** An amount of its own, so that each can be told from the others. */
  const open = async (besides = {}): Promise<Order> => {
    const order = await ordered(fan, { amount: (amount += 1_000), ...besides });
    await page.goto(order.checkout.url ?? '');
    return order;
  };
  const isPaid = async ({ id, amount: paid }: Order): Promise<void> => {
    expected += paid;
    await eventually(async () => assert.equal((await orderNow(fan, id)).status, 'PAID'), 40_000);
    assert.equal(await balanceOf(fan), expected);
  };
  const failing = {
    refuse: 'The card company did not accept it.',
    leave: 'You cancelled the payment',
    'pay-refused': 'The payment did not go through',
  };
  for (const [action, told] of Object.entries(failing)) {
    const order = await open();
    await inWindow(page, action).click();
    await page.getByText(told).waitFor();
    assert.notEqual((await orderNow(fan, order.id)).status, 'PAID', action);
    assert.equal(await balanceOf(fan), expected, action);
  }
  const noticed = ['twice', 'late', 'out-of-order', 'forged', 'other-amount'];
  for (const action of ['pay', ...noticed.map((how) => `pay-notice-${how}`)]) {
    const order = await open();
    await inWindow(page, action).click();
    await page.getByRole('heading', { name: 'Topped up' }).waitFor();
    await isPaid(order);
  }
  for (const action of ['pay-lost', 'pay-slow']) {
    const order = await open();
    await inWindow(page, action).click();
    // First that it is being checked; and then, without anybody's doing, that it is there.
    await page.getByRole('heading', { name: 'Checking your payment' }).waitFor();
    await page.getByRole('heading', { name: 'Topped up' }).waitFor({ timeout: 40_000 });
    await isPaid(order);
  }
  const closed = await open();
  await inWindow(page, 'pay-stay').click();
  await page.getByRole('status').waitFor();
  await isPaid(closed);

  // What happens to a payment afterwards.
  const account = { bank: '88', number: '110-123-456789', holder: 'Kim' };
  const deposit = await open({ refundAccount: account });
  await inWindow(page, 'account').click();
  await page.waitForURL(returned);
  await page.goto(deposit.checkout.url ?? '');
  await inWindow(page, 'deposit').click();
  await isPaid(deposit);
  for (const how of noticed) {
    await inWindow(page, `notice-${how}`).click();
    await page.getByRole('status').waitFor();
  }
  await inWindow(page, 'undo-deposit').click();
  expected -= deposit.amount;
  await eventually(async () => assert.equal(await balanceOf(fan), expected), 20_000);
  const cancelled = await open();
  await inWindow(page, 'pay').click();
  await page.getByRole('heading', { name: 'Topped up' }).waitFor();
  await isPaid(cancelled);
  await page.goto(cancelled.checkout.url ?? '');
  for (const [action, share] of [
    ['cancel-half', 0.5],
    ['cancel-rest', 0.5],
  ] as const) {
    await inWindow(page, action).click();
    expected -= cancelled.amount * share;
    await eventually(async () => assert.equal(await balanceOf(fan), expected), 20_000);
  }
  await fan.open('/my');
  await page
    .getByRole('row', { name: /Top-up reversed/ })
    .first()
    .waitFor();
  await fan.assertAccessible();
  fan.assertNoComplaints();
  await fan.context.close();
  await office.assertInvariants();
});

/** Opens an order's window and agrees there, without following the way back. Answers its address. */
async function agreed({ page }: Fan, { checkout }: Order): Promise<string> {
  await page.goto(checkout.url ?? '');
  await page.route('**/wallet/return?*', (route) => route.abort());
  const asked = page.waitForRequest(returned);
  await inWindow(page, 'pay').click();
  const back = (await asked).url();
  await page.unroute('**/wallet/return?*');
  return back;
}

test('the way back: twice, in another tab, signed out, altered, somebody else’s, and for a hold that ended', async () => {
  const { concertId } = await office.createConcert();
  const fan = await admittedTo({ browser, server }, concertId, { language: 'en' });
  const { page, context } = fan;
  const reservationId = await holding(fan, concertId, stranger.en.seat);
  const order = await ordered(fan, { amount: 50_000, reservationId });
  const back = await agreed(fan, order);

  const altered = back.replace('amount=50000', 'amount=5');
  await page.goto(altered);
  await page.getByRole('heading', { name: 'The amount paid is not the amount ordered' }).waitFor();
  await fan.assertAccessible();
  assert.equal(await balanceOf(fan), 0);

  const other = await fanAt({ language: 'en' });
  await other.page.goto(back);
  await other.page.getByText('This payment cannot be found').waitFor();
  await other.assertAccessible();
  await other.page.goto('/wallet/return?order=nonsense');
  await other.page.getByText('This payment cannot be found').waitFor();
  assert.equal(await balanceOf(other), 0);
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
  assert.equal(await balanceOf(fan), 50_000);
  assert.equal((await office.entries({ userId: '', token: fan.bearer })).body.entries.length, 1);
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
  await page.getByText('Top up', { exact: false }).first().press('Enter');
  await page.getByLabel('Amount').fill('70,000');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/sandbox\//);
  await page.route('**/confirmation', async (route) => {
    await route.fetch();
    await route.abort();
  });
  await inWindow(page, 'pay').press('Enter');
  await page.waitForURL(returned);
  await page.getByRole('heading', { name: 'Checking your payment' }).waitFor();
  await page.unroute('**/confirmation');
  await page.getByRole('heading', { name: 'Topped up' }).waitFor();
  const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
  assert(overflow <= 0, `${overflow} px too wide`);
  await fan.assertAccessible();
  // The way on has the focus, and says what happened.
  await eventually(async () => assert.match(await page.evaluate<string>('document.activeElement.innerText'), /wallet/));
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/my$/);
  await page.locator('.balance').getByText('₩70,000').waitFor();
  assert.equal(await balanceOf({ bearer }), 70_000);
  fan.assertNoComplaints();
  await fan.context.close();
});

test('one wish is one order: pressed twice, unheard, gone back from; what cannot be is said before anything is sent', async () => {
  const fan = await fanAt({ language: 'en' });
  const { page } = fan;
  let sent = 0;
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/charge-orders')) sent += 1;
  });
  const orders = async (): Promise<readonly Order[]> =>
    (await office.call<{ orders: Order[] }>('GET', '/api/v1/wallet/charge-orders', { bearer: fan.bearer })).body.orders;
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
    await page.getByLabel('Amount').fill(amount);
    await page.getByLabel('Amount').press('Enter');
    await page.getByText(told).waitFor();
  }
  assert.equal(sent, 0);
  await page.getByLabel('Amount').fill('40000');
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
  await page.getByLabel('Amount').fill('40000');
  await button.dblclick();
  await page.waitForURL(/\/sandbox\//);
  await page.goBack();
  await page.getByText('Top up', { exact: true }).click();
  await page.getByLabel('Amount').fill('40000');
  await button.click();
  await page.waitForURL(/\/sandbox\//);
  assert.deepEqual(
    (await orders()).map(({ amount }) => amount),
    [40_000],
  );

  // Nobody knows whether it was paid: it is not paid once more unasked.
  const [{ id } = { id: '' }] = await orders();
  await house.sql`update charge_orders set unclear_since = now(), ask_at = now() + interval '1 hour' where id = ${id}`;
  await form();
  await page.getByText('Being checked since').waitFor();
  await page.getByLabel('Amount').fill('40000');
  await button.click();
  await page.getByText('A payment of the same amount is still being checked').waitFor();
  await fan.assertAccessible();
  assert.equal((await orders()).length, 1);
  await page.getByRole('button', { name: 'Pay anew all the same' }).click();
  await page.waitForURL(/\/sandbox\//);
  assert.equal((await orders()).length, 2);

  // Declined there: the next try is an order that can be paid, though nobody has heard yet of the end of this one.
  await inWindow(page, 'refuse').click();
  await mainButton(page).click();
  await page.getByText('Top up', { exact: true }).click();
  await page.getByLabel('Amount').fill('40000');
  await button.click();
  await page.getByRole('button', { name: 'Pay anew all the same' }).click();
  await page.waitForURL(/\/sandbox\//);
  await inWindow(page, 'pay').waitFor();
  fan.assertNoComplaints();
  await fan.context.close();
});

test('money goes back to where it came from, once more to be sure, and what could not be sent is told', async () => {
  const fan = await fanAt({ language: 'en' });
  const { page } = fan;
  for (const amount of [30_000, 20_000]) {
    await page.goto(await agreed(fan, await ordered(fan, { amount })));
    await page.getByRole('heading', { name: 'Topped up' }).waitFor();
  }
  await fan.open('/my');
  await page.getByText('Withdraw', { exact: true }).click();
  await page.getByLabel('Amount to withdraw').fill('50,001');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByText('Enter an amount from ₩1 to ₩50,000.').waitFor();
  await page.getByLabel('Amount to withdraw').fill('25,000');
  await page.getByRole('button', { name: 'Continue' }).press('Enter');
  await page.getByText('Withdraw this?').waitFor();
  await fan.assertAccessible();
  await page.getByRole('button', { name: 'Withdraw ₩25,000' }).dblclick();
  await page.locator('.balance').getByText('₩25,000').waitFor();
  assert.equal(await balanceOf(fan), 25_000);
  // The newest first, in two parts; and by itself it is told when they are done.
  await page.getByText('Withdrawals (1)').waitFor();
  await eventually(async () => {
    const { body } = await office.call<ReplyOf<'listWithdrawals', 200>>('GET', '/api/v1/wallet/withdrawals', {
      bearer: fan.bearer,
    });
    assert.deepEqual(
      body.withdrawals.map(({ status, parts }) => [status, parts.map(({ amount }) => amount)]),
      [['DONE', [20_000, 5_000]]],
    );
    assert.equal(body.withdrawable, 25_000);
  }, 20_000);
  await fan.open('/my');
  await page.getByText('Withdrawals (1)').click();
  await page.getByText('Sent back to how you paid.').waitFor();
  await page.getByRole('row', { name: /Withdrawal.*−₩25,000/ }).waitFor();
  await fan.assertAccessible();
  fan.assertNoComplaints();
  await fan.context.close();
  await office.assertInvariants();
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
    await page.getByLabel('Amount').fill('12,000');
    await page.getByLabel('Amount').press('Enter');
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
