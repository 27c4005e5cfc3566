/** What a fan does in a real browser: from the programme to a paid seat, against others, with a bad line, by keyboard. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endHold } from './harness/backdate.ts';
import { newFan } from './harness/box-office.ts';
import { visit, type Visitor, type VisitorOptions } from './harness/browser.ts';
import { eventually } from './harness/eventually.ts';
import { admittedTo, assertStamped, charged, holding } from './harness/inside.ts';
import { openPages } from './harness/pages.ts';

const { house, server, office, browser } = await openPages();

const admitted = (concertId: string, options?: VisitorOptions) => admittedTo({ browser, server }, concertId, options);

test('from the programme to a stamped ticket, with money charged on the way', async () => {
  const { concertId } = await office.createConcert({ title: '밤의 정원 — Night Garden' });
  const fan = await visit(browser, server, { language: 'ko' });
  const { page } = fan;
  await fan.open('/');
  await page.getByRole('link', { name: '밤의 정원' }).waitFor();
  await fan.assertAccessible();
  await page.getByRole('link', { name: '밤의 정원' }).click();
  await page.getByText('50석 남음').first().waitFor();
  await fan.assertAccessible();
  await page.getByRole('button', { name: '예매하기' }).click();

  await page.getByLabel('이름').fill('하늘');
  await page.getByLabel('이메일').fill('sky');
  await page.getByLabel('비밀번호').fill('short');
  await page.locator('form').getByRole('button', { name: '회원 가입' }).click();
  await page.getByText('이메일 주소를 적어 주세요.').waitFor();
  await fan.assertAccessible();
  await page.getByLabel('이메일').fill(`sky-${process.pid}@maejin.example`);
  await page.getByLabel('비밀번호').fill('long enough');
  await page.locator('form').getByRole('button', { name: '회원 가입' }).click();

  await page.waitForURL(`**/concerts/${concertId}/wait`);
  await page.locator('#enter').waitFor();
  assert.match(await page.title(), /^입장할 차례예요/);
  await fan.assertAccessible();
  await page.locator('#enter').click();
  // One date is no choice.
  await page.waitForURL(`**/concerts/${concertId}/dates/1`);
  await page.getByRole('button', { name: '나란히 2석 찾기' }).click();
  await page.getByText('2석 100,000원').waitFor();
  await fan.assertAccessible();
  await page.getByRole('button', { name: '좌석 선점하기' }).click();

  await page.getByText('100,000원 더 필요해요').waitFor();
  await fan.assertAccessible();
  // What is missing to the won comes first, then rounder sums.
  assert.deepEqual(await page.locator('.preset').allInnerTexts(), ['100,000원', '150,000원', '200,000원', '500,000원']);
  await page.getByRole('button', { name: '100,000원 충전' }).click();
  await page.getByRole('button', { name: '100,000원 결제' }).waitFor();
  assert.match(await page.locator('.sums').innerText(), /결제 후 잔액\s+0원/);
  await page.getByRole('button', { name: '100,000원 결제' }).click();
  await page.getByRole('heading', { name: '예매를 마쳤어요' }).waitFor();
  await fan.assertAccessible();
  await assertStamped(fan);

  await page.getByRole('link', { name: '내 예매' }).last().click();
  await page.getByRole('link', { name: '밤의 정원', exact: true }).waitFor();
  await page.getByText('−100,000원').waitFor();
  await fan.assertAccessible();
  fan.assertNoComplaints();

  // Back at the seats: the turn went with the payment, which is no loss.
  await fan.open(`/concerts/${concertId}/dates/1`);
  await page.getByRole('alert').getByText('예매를 마쳤어요').waitFor();
  await fan.context.close();
});

test('of two fans who press at once, one holds the seat and the other is told at once', async () => {
  const { concertId } = await office.createConcert();
  const fans = await Promise.all([
    admitted(concertId),
    admitted(concertId, { language: 'en', theme: 'dark', width: 360 }),
  ]);
  for (const [index, { page, open }] of fans.entries()) {
    await open(`/concerts/${concertId}/dates/1`);
    // On a phone the list is one tap away from the map.
    if (index === 1) await page.getByRole('button', { name: 'List', exact: true }).click();
    await page.getByRole('button', { name: /^(1열 1번|row 1, seat 1)$/ }).click();
  }
  const pressHold = ({ page }: Visitor) =>
    page.getByRole('button', { name: /선점하기|Hold/ }).evaluate((button: { click: () => void }) => button.click());
  // Without waiting for the button to be ready: a fan who is told first has a button that does nothing.
  await Promise.all(fans.map(pressHold));
  const outcome = ({ page }: Visitor) =>
    Promise.race([
      page.waitForURL(/\/reservations\//).then(() => 'held'),
      page
        .getByText(/이미 선택된 좌석이에요|먼저 선점했어요|Those seats are taken|Somebody else has just taken/)
        .first()
        .waitFor()
        .then(() => 'told'),
    ]);
  const outcomes = await Promise.all(fans.map(outcome));
  assert.deepEqual(outcomes.toSorted(), ['held', 'told']);
  for (const fan of fans) {
    fan.assertNoComplaints();
    await fan.context.close();
  }
});

test('a seat that somebody else takes leaves the selection before the eyes', async () => {
  const { concertId, performanceId } = await office.createConcert();
  const fan = await admitted(concertId);
  await fan.open(`/concerts/${concertId}/dates/1`);
  await fan.page.getByRole('button', { name: /^1열 7번$/ }).click();
  await fan.page.getByText('1석 50,000원').waitFor();
  const other = await office.enter(concertId, newFan());
  assert.equal((await office.hold(other, performanceId, [7])).status, 201);
  await fan.page
    .getByText(/A구역 1열\s7번 좌석은 다른 분이 먼저/)
    .first()
    .waitFor();
  await fan.page.getByRole('button', { name: /^1열 7번, 다른 분이 선점$/ }).waitFor();
  fan.assertNoComplaints();
  await fan.context.close();
});

test('a double click and a lost answer pay once', async () => {
  const { concertId } = await office.createConcert();
  const fan = await admitted(concertId);
  await charged(office, fan, 500_000);
  await holding(fan, concertId, /^1열 1번$/);
  const keys: string[] = [];
  await fan.page.route('**/payment', async (route) => {
    keys.push(route.request().headers()['idempotency-key'] ?? '');
    // The first answer is lost on its way, after the server acted.
    if (keys.length > 1) return route.continue();
    await route.fetch();
    return route.abort();
  });
  await fan.page.getByRole('button', { name: '50,000원 결제' }).dblclick();
  await fan.page.getByRole('heading', { name: '예매를 마쳤어요' }).waitFor();
  assert.equal(keys.length, 2, 'asked again once');
  assert.equal(keys[0], keys[1], 'with the same key');
  const { body } = await office.wallet({ userId: '', token: fan.bearer });
  assert.equal(body.balance, 450_000);
  fan.assertNoComplaints();
  await fan.context.close();
});

test('a hold whose answer is lost is found again', async () => {
  const { concertId } = await office.createConcert();
  const fan = await admitted(concertId, { language: 'en' });
  await fan.page.route('**/api/v1/reservations', async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    await route.fetch();
    return route.abort();
  });
  await holding(fan, concertId, /^row 2, seat 3$/);
  await fan.page.getByRole('heading', { name: 'Pay' }).waitFor();
  await fan.context.close();
});

test('a hold runs out before the eyes, and a released one says so', async () => {
  const { concertId } = await office.createConcert();
  const fan = await admitted(concertId);
  const id = await holding(fan, concertId, /^1열 2번$/);
  await endHold(house.sql, id, 3);
  await fan.page.reload();
  await fan.page.getByRole('heading', { name: '선점 시간이 끝났어요' }).waitFor();
  await fan.page.getByRole('link', { name: '좌석 다시 선택하기' }).waitFor();
  await fan.assertAccessible();
  await holding(fan, concertId, /^1열 3번$/);
  await fan.page.getByRole('button', { name: '선택 취소' }).click();
  await fan.page.getByRole('heading', { name: '선택을 취소했어요' }).waitFor();
  fan.assertNoComplaints();
  await fan.context.close();
});

test('who holds twice is told before paying what goes with it, and the other page shows what became of it', async () => {
  const { concertId } = await office.createConcert();
  const fan = await admitted(concertId);
  await charged(office, fan, 500_000);
  const first = await holding(fan, concertId, /^1열 2번$/);
  await fan.page.getByRole('button', { name: '50,000원 결제' }).waitFor();
  assert.equal(await fan.page.getByText('선점한 좌석이 또 있어요').count(), 0);
  const second = await holding(fan, concertId, /^1열 3번$/);
  await fan.page.getByText('이 공연에서 선점한 좌석이 또 있어요').waitFor();
  await fan.page.getByRole('link', { name: 'A구역 1열 2번' }).click();
  await fan.page.waitForURL(`**/reservations/${first}`);
  await fan.page.getByRole('link', { name: 'A구역 1열 3번' }).waitFor();
  // Meanwhile the second is paid, on another device.
  const { body } = await office.issue(concertId, { userId: '', token: fan.bearer });
  assert.equal((await office.pay(body.token, second)).status, 201);
  await fan.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
  await fan.page.getByRole('heading', { name: '선택을 취소했어요' }).waitFor();
  fan.assertNoComplaints();
  await fan.context.close();
});

test('a clock that is ahead at the end of a hold asks again until the box office says so', async () => {
  const { concertId } = await office.createConcert();
  const fan = await admitted(concertId, { language: 'en' });
  const id = await holding(fan, concertId, /^row 1, seat 4$/);
  await fan.page.route('**/api/v1/time', (route) =>
    route.fulfill({ json: { now: new Date(Date.now() + 3_600_000).toISOString() } }),
  );
  const told: string[] = [];
  fan.page.on('response', (answer) => {
    if (!answer.url().endsWith(`/api/v1/reservations/${id}`)) return;
    const said = answer.json() as Promise<{ status: string }>;
    // One that comes while the page is closed cannot be read any more.
    said.then(({ status }) => told.push(status)).catch(() => undefined);
  });
  await fan.page.reload();
  await eventually(() => assert.deepEqual(told.slice(0, 2), ['HELD', 'HELD']));
  await fan.page.getByText('0:00', { exact: true }).waitFor();
  await endHold(house.sql, id);
  await fan.page.getByRole('heading', { name: 'Your hold has ended' }).waitFor();
  fan.assertNoComplaints();
  await fan.context.close();
});

test('seats are chosen and held by keyboard alone', async () => {
  const { concertId } = await office.createConcert();
  const fan = await admitted(concertId, { language: 'en' });
  const { page } = fan;
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/concerts/${concertId}/dates/1`);
  const first = page.getByRole('button', { name: 'row 1, seat 1', exact: true });
  await first.waitFor();
  await eventually(async () => {
    await page.keyboard.press('Tab');
    assert.match((await page.locator(':focus').getAttribute('aria-label')) ?? '', /^row\s1, seat\s1$/);
  });
  for (const key of ['ArrowRight', 'ArrowDown', 'Space']) await page.keyboard.press(key);
  await page.getByText('1 seat ₩50,000').waitFor();
  await eventually(async () => {
    await page.keyboard.press('Tab');
    assert.equal(await page.locator(':focus').textContent(), 'Hold these seats');
  });
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/reservations\//);
  await page.getByText('A, row 2, seat 2').waitFor();
  fan.assertNoComplaints();
  await fan.context.close();
});

test('refusals have a next step, and signing out everywhere ends the other device too', async () => {
  const { concertId } = await office.createConcert();
  const fan = await visit(browser, server);
  await fan.open('/my');
  await fan.page.getByRole('link', { name: '로그인' }).last().waitFor();
  await fan.open(`/concerts/${concertId}/dates`);
  await fan.page.getByRole('link', { name: '대기실로' }).waitFor();
  await fan.open('/concerts/0000000000');
  await fan.page.getByText('찾을 수 없어요').waitFor();
  await fan.open('/nowhere/at/all');
  await fan.page.getByText('찾을 수 없어요').waitFor();
  const bearer = await fan.signUp();
  await fan.open('/my');
  await fan.page.getByText('아직 티켓이 없어요').waitFor();
  await fan.page.getByRole('button', { name: '모든 기기에서 로그아웃' }).click();
  await fan.page.getByRole('banner').getByRole('link', { name: '로그인' }).waitFor();
  assert.equal((await office.wallet({ userId: '', token: bearer })).status, 401);
  fan.assertNoComplaints();
  await fan.context.close();
});

test('whoever was signed out elsewhere signs in again and goes on; somebody else finds nobody’s place', async () => {
  const { concertId } = await office.createConcert({ maxActive: 5 });
  const fan = await admitted(concertId, { language: 'en' });
  const { page } = fan;
  await holding(fan, concertId, /^row 1, seat 1$/);
  const charge = page.getByRole('button', { name: /^Top up/ });
  await charge.waitFor();
  await page.evaluate(
    `fetch('/api/auth/sign-out', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })`,
  );
  await charge.click();
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.getByLabel('E-mail').waitFor();
  const other = `other-${process.pid}@maejin.example`;
  await office.call('POST', '/api/auth/sign-up/email', { body: { email: other, password: 'long enough', name: 'B' } });
  await page.getByRole('button', { name: 'Sign in' }).first().click();
  await page.getByLabel('E-mail').fill(other);
  await page.getByLabel('Password').fill('long enough');
  await page.locator('form').getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(/\/reservations\//);
  await fan.open(`/concerts/${concertId}/wait`);
  await page.locator('#join').waitFor();
});
