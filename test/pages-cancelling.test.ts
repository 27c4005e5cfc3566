/**
 * Cancelling as fans meet it: what comes back before and after, the next in line gets the seat, and what becomes of those who have
 * seats on a date that is called off or moved, wherever they look.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newFan } from './harness/box-office.ts';
import { visit, type Visitor, type VisitorOptions } from './harness/browser.ts';
import { callOff, move } from './harness/dates.ts';
import { eventually } from './harness/eventually.ts';
import { boughtAgo, paidSeats, startsIn } from './harness/paid-seats.ts';
import { openPages } from './harness/pages.ts';

const { house, server, office, browser } = await openPages();

const price = 50_000;
const rowOf = (seatsPerRow: number) => [{ name: 'A', rows: 1, seatsPerRow, grade: 'R', price }];
const on = (day: string, seats: number) => ({ startsAt: `2030-05-${day}T10:00:00.000Z`, sections: rowOf(seats) });

/** Somebody with an account, at a browser, who speaks to the box office by themselves too. */
async function fanAt(options: VisitorOptions = {}) {
  const fan = await visit(browser, server, options);
  return { ...fan, own: { userId: '', token: await fan.signUp() } };
}

async function reads({ page }: Visitor, where: string, ...texts: readonly RegExp[]): Promise<void> {
  const place = page.locator(where).first();
  await eventually(async () => {
    const read = (await place.innerText()).replaceAll('\u2060', '').replaceAll(/\s+/g, ' ');
    for (const text of texts) assert.match(read, text);
    // A waiting room looks at the sale every six seconds or so.
  }, 20_000);
}

/** The waiting room before any script. */
async function paintedFor({ context }: Visitor, concertId: string, language: string): Promise<string> {
  const answer = await context.request.get(`/concerts/${concertId}/wait`, { headers: { 'accept-language': language } });
  return answer.text();
}

async function leave(fan: Visitor): Promise<void> {
  fan.assertNoComplaints();
  await fan.context.close();
}

test('a fan cancels one of two seats by what was quoted, though an answer is lost, and the next in line gets the seat', async () => {
  const date = await office.createConcert({ performances: [on('01', 2)], boundToSupply: true, graceSeconds: 600 });
  const fan = await fanAt({ language: 'en', translated: true });
  const { page } = fan;
  const { reservationId } = await paidSeats(office, date, [1, 2], fan.own);
  await startsIn(house, date.performanceId, 8);
  await boughtAgo(house, reservationId, 25);

  const next = await fanAt({ width: 375, height: 780 });
  await next.open(`/concerts/${date.concertId}`);
  await next.page.getByRole('button', { name: '취소표 대기하기' }).click();
  await reads(next, '#estimate', /취소표를 기다리고 있어요/, /보장은 없어요/);
  await reads(next, '#supply', /선택할 수 있는 좌석 0석 · 선점 0석, 다시 나올 수 있어요 · 판매 2석/);
  await reads(next, '#told', /나의 대기 순서 1\. 취소표를 기다리고 있어요/);
  await next.assertAccessible();
  // The server paints the same.
  assert.match(await paintedFor(next, date.concertId, 'ko'), /취소표를 기다리고 있어요.*판매\s2석/s);

  await fan.open('/my');
  await page.locator('.own-act a').click();
  const button = page.locator('.cancelling button.wide');
  await reads(fan, '.cancelling', /10% of the price of each seat/);
  assert.equal(await button.getAttribute('aria-disabled'), 'true');
  await page.getByRole('checkbox').last().check();
  // Enter on a seat sends nothing.
  await page.getByRole('checkbox').last().press('Enter');
  await reads(fan, '.cancelling .sums', /Paid» ₩50,000.*Cancellation fee» −₩5,000.*Refund» ₩45,000/);
  await reads(fan, '.cancelling button.wide', /^«Cancel 1 seat and get ₩45,000 back»$/);
  // Overnight the fee has become another.
  await startsIn(house, date.performanceId, 3);
  await button.click();
  await reads(fan, '.cancelling .notice', /The refund is another by now/, /₩45,000 → ₩40,000/, /Nothing was cancelled/);
  await reads(fan, '.cancelling button.wide', /^«Cancel 1 seat and get ₩40,000 back»$/);
  const keys: (string | undefined)[] = [];
  await page.route('**/cancellation', async (route) => {
    keys.push(route.request().headers()['idempotency-key']);
    if (keys.length > 1) return route.continue();
    await route.fetch();
    return route.abort();
  });
  await button.dblclick();
  await reads(fan, 'h1', /^«Cancelled»$/);
  assert.deepEqual([keys.length, new Set(keys).size], [2, 1]);
  assert.equal(await page.evaluate('document.activeElement.tagName'), 'H1');
  await reads(fan, '.cancelled', /Cancellation fee» −₩10,000.*Refund» ₩40,000.*It is in your wallet/);
  assert.equal((await office.wallet(fan.own)).body.balance, 40_000);

  await next.page.locator('#enter').click();
  await next.page.getByRole('button', { name: '목록' }).click();
  await next.page.getByRole('button', { name: /^1열 2번$/ }).click();
  await next.page.getByRole('button', { name: /선점하기/ }).click();
  await reads(next, '.stub', /A구역 1열 2번/);

  await page.getByRole('link', { name: /See the ticket/ }).click();
  await reads(fan, '.stub', /row 1, seat 1.*Cancelled seat.*row 1, seat 2/);
  await reads(fan, '.given-back', /seat 2.*−₩10,000.*₩40,000/);
  await fan.open('/my');
  await reads(fan, '.own', /1 seat cancelled · Refund ₩40,000/);
  await reads(fan, '.history', /Refund.*\+₩40,000/);
  await leave(fan);
  await leave(next);
  await office.assertInvariants();
});

test('a date that is called off or moved is told on the ticket, in my page, at the concert, in the seats and in the line', async () => {
  const { concertId, performanceIds } = await office.createConcert({
    performances: [on('01', 10), on('02', 10)],
    maxActive: 3,
    graceSeconds: 600,
  });
  const [first = '', second = ''] = performanceIds;
  const fan = await fanAt({ width: 320, height: 600 });
  const { page } = fan;
  const off = await paidSeats(office, { concertId, performanceId: first }, [1], fan.own);
  const moved = await paidSeats(office, { concertId, performanceId: second }, [2], fan.own);
  const chooser = await fanAt({ language: 'en', theme: 'dark' });
  await chooser.open(`/concerts/${concertId}/wait?take=1`);
  await chooser.page.locator('#enter').waitFor();
  await chooser.open(`/concerts/${concertId}/dates/1`);
  await chooser.page.getByRole('button', { name: 'row 1, seat 3', exact: true }).click();
  const last = await fanAt({ language: 'en' });
  for (let inside = 1; inside < 3; inside++) await office.enter(concertId, newFan());
  await last.open(`/concerts/${concertId}/wait?take=1`);
  await last.page.locator('#position').waitFor();

  assert.equal((await move(office, second, '2030-05-03T11:00:00.000Z')).status, 200);
  const body = { reason: { ko: '가수가 아파요.', en: 'The singer is ill.' }, compensationPercent: 10 };
  assert.equal((await callOff(office, first, { body })).status, 202);

  await reads(
    chooser,
    '.date-off',
    /This date was called off/,
    /The singer is ill\./,
    /released/,
    /See the other dates/,
  );
  assert.equal(await chooser.page.locator('.sheet').count(), 0);
  await chooser.assertAccessible();

  await fan.open(`/reservations/${moved.reservationId}`);
  const fromTo = /5월 2일\(목\) 19:00 KST.*→.*5월 3일\(금\) 20:00 KST/;
  await reads(fan, '.notice', /일정이 바뀌었어요/, fromTo, /수수료 없이 취소할 수 있어요/);
  await fan.assertAccessible();
  await page.getByRole('link', { name: '수수료 없이 취소하기' }).click();
  await reads(fan, '.cancelling .sums', /취소 수수료 0원 환불 금액 50,000원/);
  await fan.assertAccessible();
  await eventually(async () => {
    const { body: told } = await office.reservation(fan.own, off.reservationId);
    assert.equal(told.status, 'CANCELLED');
  });
  await fan.open(`/reservations/${off.reservationId}`);
  await reads(fan, 'h1', /공연이 취소됐어요/);
  await reads(fan, '.notice', /취소된 이유: 가수가 아파요\./, /환불했어요: 50,000원/, /보상금도 드렸어요: 5,000원/);
  await fan.assertAccessible();
  await fan.open('/my');
  await reads(fan, '.own[data-status=CONFIRMED]', fromTo, /예매 취소/);
  await reads(fan, '.own[data-status=CANCELLED]', /공연이 취소됐어요/, /환불 50,000원 · 보상금 5,000원/);
  await reads(fan, '.history', /보상금/);
  await fan.assertAccessible();
  await fan.open(`/concerts/${concertId}`);
  await reads(fan, '.dates', /공연 취소.*가수가 아파요\./, fromTo);
  await reads(fan, '.concert', /취소와 환불.*공연 7일 전까지 취소하면 취소 수수료가 좌석당 티켓 금액의 10%예요/);

  // Whoever waits for nothing is told, at once and before any script.
  assert.equal((await callOff(office, second, { body })).status, 202);
  await reads(last, '#stand', /The show was called off.*Why: The singer is ill\./);
  await last.assertAccessible();
  await reads(last, '#told', /The show was called off\. Why: The singer is ill\./);
  assert.equal(await last.page.evaluate('document.activeElement.id'), 'ended');
  const painted = await paintedFor(last, concertId, 'en');
  assert.match(painted, /The show was called off.*Why: The singer is ill\./s);
  assert.doesNotMatch(painted, /id="(?:position|join|leave)"/);
  await fan.open(`/concerts/${concertId}`);
  await reads(fan, '.take', /공연이 취소됐어요/);
  for (const one of [fan, chooser, last]) await leave(one);
  await office.assertInvariants();
});
