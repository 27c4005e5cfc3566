/**
 * Money from outside as fans meet it: topping up through the sandbox and back to the hold, each misfortune that its window
 * offers, and money sent back. After each, what the wallet holds is asked of the API.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import type { ReplyOf } from '../src/contract.ts';
import { type BoxOffice, boxOffice } from './harness/box-office.ts';
import { openBrowser } from './harness/browser.ts';
import { eventually } from './harness/eventually.ts';
import { type House, openHouse } from './harness/house.ts';
import { admittedTo, holding } from './harness/inside.ts';
import { agreed, inWindow, mainButton, payerAt, purseOf, returned, type Order } from './harness/paying-outside.ts';
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
    await page.getByText(said.play).first().waitFor();
    await fan.assertAccessible();
    await mainButton(page).click();
    await page.waitForURL(/\/sandbox\//);
    assert.equal(await page.evaluate('document.documentElement.lang'), language);
    await inWindow(page, 'pay').click();
    await page.waitForURL(returned);
    await page.locator('.returned [role=timer]').waitFor();
    await fan.assertAccessible();
    assert.equal(await purseOf(office, fan).balance(), 50_000);
    await mainButton(page).click();
    await page.waitForURL(`**/reservations/${held}`);
    await mainButton(page).click();
    await page.getByRole('heading', { name: said.stamped }).waitFor();
    assert.equal(await purseOf(office, fan).balance(), 0);
    fan.assertNoComplaints();
    await fan.context.close();
  });
}

test('each thing that may go wrong at a gateway goes wrong once, and the money is right', async () => {
  const fan = await payerAt(browser, server, { language: 'en' });
  const { page } = fan;
  const purse = purseOf(office, fan);
  let amount = 10_000;
  let expected = 0;
  /** An amount of its own, so that each can be told from the others. */
  const open = async (besides = {}): Promise<Order> => {
    const order = await purse.open({ amount: (amount += 1_000), ...besides });
    await page.goto(order.checkout.url ?? '');
    return order;
  };
  const isPaid = async ({ id, amount: paid }: Order): Promise<void> => {
    expected += paid;
    await eventually(async () => assert.equal((await purse.order(id)).status, 'PAID'), 40_000);
    assert.equal(await purse.balance(), expected);
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
    assert.notEqual((await purse.order(order.id)).status, 'PAID', action);
    assert.equal(await purse.balance(), expected, action);
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
    // Whether it is known at once or is being checked for a while: without anybody's doing it is there.
    await page.getByRole('heading', { name: 'Topped up' }).waitFor({ timeout: 40_000 });
    await isPaid(order);
  }
  // The window was closed: nothing is taken until the shop is told, which the link there does, or asks.
  const closed = await open();
  await inWindow(page, 'pay-stay').click();
  await page.getByRole('status').waitFor();
  await page.getByRole('link', { name: 'Go back to the shop' }).click();
  await page.getByRole('heading', { name: 'Topped up' }).waitFor();
  await isPaid(closed);

  // What happens to a payment afterwards.
  const account = { bank: '88', number: '110-123-456789', holder: 'Kim' };
  const deposit = await open({ refundAccount: account });
  await inWindow(page, 'account').click();
  await page.waitForURL(returned);
  // The account is there, and nothing in it.
  await page.getByText('You can close this page. The check goes on').waitFor();
  await page.goto(deposit.checkout.url ?? '');
  await inWindow(page, 'deposit').click();
  await isPaid(deposit);
  for (const how of noticed) {
    await inWindow(page, `notice-${how}`).click();
    await page.getByRole('status').waitFor();
  }
  await inWindow(page, 'undo-deposit').click();
  expected -= deposit.amount;
  await eventually(async () => assert.equal(await purse.balance(), expected), 20_000);
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
    await eventually(async () => assert.equal(await purse.balance(), expected), 20_000);
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

test('money goes back to where it came from, once more to be sure, and what could not be sent is told', async () => {
  const fan = await payerAt(browser, server, { language: 'en' });
  const { page } = fan;
  const purse = purseOf(office, fan);
  for (const amount of [30_000, 20_000]) {
    await page.goto(await agreed(fan, await purse.open({ amount })));
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
  assert.equal(await purse.balance(), 25_000);
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
