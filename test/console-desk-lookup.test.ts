/** The operator looks things up in a real browser: a fan, a seat and who lost it, a file, the audit green and red. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { ReplyOf } from '../src/contract.ts';
import type { Account } from './harness/accounts.ts';
import { endHold } from './harness/backdate.ts';
import { newFans, type Fan } from './harness/box-office.ts';
import { type VisitorOptions } from './harness/browser.ts';
import { eventually } from './harness/eventually.ts';
import { leave, operatorAt as signedIn } from './harness/operator.ts';
import { openPages } from './harness/pages.ts';

const { house, server, office, browser } = await openPages();

const operatorAt = (address: string, options?: VisitorOptions) => signedIn(browser, server, address, options);

/** A seat that was given back, forgotten, bought, and missed twice. */
async function storied() {
  const sale = await office.createConcert({ title: `이야기 ${process.pid}` });
  let attempt = 0;
  // A machine with too much to do says when to come again.
  const account = await eventually(async () => {
    const email = `sky-${process.pid}-${(attempt += 1)}@maejin.example`;
    const body = { email, password: 'long enough', name: '김하늘' };
    const answer = await office.call<Account>('POST', '/api/auth/sign-up/email', { body });
    assert.equal(answer.status, 200);
    return answer;
  });
  const buyer: Fan = { userId: account.body.user.id, token: account.body.token };
  const [sleeper, loser] = newFans(2) as [Fan, Fan];
  const places = new Map<Fan, string>();
  for (const fan of [sleeper, loser, buyer]) places.set(fan, await office.enter(sale.concertId, fan));
  const hold = (fan: Fan) => office.hold(places.get(fan) ?? '', sale.performanceId, [12]);
  const forgotten = (await hold(sleeper)).body.id;
  await hold(loser);
  await endHold(house.sql, forgotten);
  const { id } = (await hold(buyer)).body;
  await office.charge(buyer, 80_000);
  assert.equal((await office.pay(places.get(buyer) ?? '', id)).status, 201);
  await hold(loser);
  await eventually(async () => {
    const [row] = await house.sql<{ refused: number }[]>`
      select refused from seat_refusal_counts where concert_id = ${sale.concertId}`;
    assert.equal(row?.refused, 2);
  });
  return { ...sale, buyer, loser, sleeper, reservationId: id };
}

test('looks a fan and a seat up by keyboard, reads who lost to whom, and takes the file along', async () => {
  const { concertId, performanceId, buyer, loser, reservationId } = await storied();
  const visitor = await operatorAt('/console/audit');
  const { page } = visitor;
  await page.keyboard.press('g');
  await page.keyboard.press('u');
  await page.waitForURL('**/console/users');
  await page.getByRole('searchbox').waitFor();
  await page.getByRole('searchbox').focus();
  await page.keyboard.type('sky-');
  await page.keyboard.press('Enter');
  const found = page.getByRole('link', { name: '김하늘' });
  await found.waitFor();
  await visitor.assertAccessible();
  await found.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '김하늘' }).waitFor();
  await page.getByText('30,000원').first().waitFor();
  await page.getByRole('group', { name: '예매' }).getByText('결제 완료').waitFor();
  await visitor.assertAccessible();
  await page.getByRole('link', { name: 'A구역 2열 2번' }).click();
  await page.getByRole('heading', { name: 'A구역 2열 2번' }).waitFor();
  const losers = page.getByRole('region', { name: '놓친 사람들' });
  await losers.getByText(loser.userId).first().waitFor();
  assert.deepEqual(await losers.locator('tbody tr td:nth-child(4)').allInnerTexts(), [
    '김하늘',
    (
      await house.sql<{ id: string }[]>`
      select user_id as id from reservations where concert_id = ${concertId} and status <> 'CONFIRMED'`
    )[0]?.id ?? '',
  ]);
  await visitor.assertAccessible();
  // The label on the ticket leads there too, and a wrong one says so.
  await page.getByLabel('좌석 이름이나 번호').fill('B-1-1');
  await page.keyboard.press('Enter');
  await page.getByText('그런 좌석이 없어요').waitFor();
  await page.getByLabel('좌석 이름이나 번호').fill('A구역 1열 3번');
  await page.keyboard.press('Enter');
  await page.getByText('아직 아무도 선점하지 않았어요.').waitFor();
  await page.goto(`/console/seat?performance=${performanceId}&seat=51`);
  await page.getByText('그 회차에 그런 좌석이 없어요.').waitFor();
  await page.goto('/console/user?id=nobody');
  await page.getByText('찾는 이용자가 없어요').waitFor();
  await visitor.assertAccessible();
  await page.goto(`/console/reservations?concert=${concertId}`);
  await page.getByText(reservationId).waitFor();
  await visitor.assertAccessible();
  // One field takes whatever was told on the telephone: a part of the number on the ticket, or the seat.
  const search = page.getByRole('searchbox');
  for (const told of [reservationId.slice(-8, -2).toUpperCase(), 'a 2열 2']) {
    await search.fill(told);
    await search.press('Enter');
    await page.waitForURL(`**q=${encodeURIComponent(told).replaceAll('%20', '+')}**`);
    await page.getByText(reservationId).waitFor();
  }
  await page.getByRole('region', { name: '이 이름의 좌석' }).getByRole('link', { name: 'A구역 2열 2번' }).waitFor();
  await visitor.assertAccessible();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'CSV 내려받기' }).click(),
  ]);
  assert.equal(file.suggestedFilename(), `reservations-${concertId}.csv`);
  const text = await readFile(await file.path(), 'utf8');
  assert(text.startsWith('\ufeff') && text.includes(reservationId) && text.includes(buyer.userId));
  await page.getByLabel('상태').selectOption('EXPIRED');
  await page.getByText(reservationId).waitFor({ state: 'detached' });
  assert.match(page.url(), /status=EXPIRED/);
  await leave(visitor);
});

test('the audit is green with its time, red with what was found, and says when it cannot be asked', async () => {
  const { body: audit } = await office.call<ReplyOf<'getAudit', 200>>(
    'GET',
    '/api/v1/admin/audit',
    await office.asOperator(),
  );
  const rules = audit.checks.length;
  for (const language of ['ko', 'en'] as const) {
    const visitor = await operatorAt('/console/audit', { language });
    const { page } = visitor;
    const press = page.getByRole('button', { name: /점검하기$|^Check/ });
    await press.click();
    await page.getByText(new RegExp(`규칙 ${rules}개가 모두|All ${rules} rules hold`)).waitFor();
    await page.getByText(/기준, \d+\.\d\d초|it took \d+\.\d\d s/).waitFor();
    await visitor.assertAccessible();
    const planted = `planted-${language}`;
    await house.sql`insert into wallets (user_id, balance) values (${planted}, 5)`;
    await press.click();
    await page.getByText(/지켜지지 않은 규칙이 1개|One rule is broken/).waitFor();
    await page.getByText(planted).waitFor();
    await visitor.assertAccessible();
    await house.sql`delete from wallets where user_id = ${planted}`;
    await page.route('**/admin/audit', (route) => route.abort());
    await press.click();
    await page.getByText(/연결이 끊겼어요|Connection lost/).waitFor();
    await leave(visitor);
  }
});
