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
