/**
 * Every page and every state of it that matters, a fan's once in Korean on a light phone and once in English on a dark
 * wide screen, the console's on the latter (in Korean its own tests look): axe finds nothing, with every rule on, and
 * nothing jumps when content arrives.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endHold } from './harness/backdate.ts';
import { newFan } from './harness/box-office.ts';
import { visit, type VisitorOptions } from './harness/browser.ts';
import { lineOf } from './harness/on-duty.ts';
import { operator } from './harness/server.ts';
import { openPages } from './harness/pages.ts';

const { house, server, office, browser } = await openPages();

/** Of the console's other pages nobody knows how long a list will be. */
const shift_max = 0.05;
const still_pages = /^\/(?!console)|^\/console\/concerts/;
/** What has moved without anybody's doing since the document was opened, and what it was. */
const countShifts = `window.shifted = { sum: 0, of: [] };
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries()) {
      if (hadRecentInput) continue;
      window.shifted.sum += value;
      window.shifted.of.push(value.toFixed(3), ...sources.map(({ node, previousRect: from, currentRect: to }) =>
        [node?.nodeName, node?.className ?? node?.textContent, from.x, from.y, from.height, '->', to.x, to.y, to.height].join(' ')));
    }
  }).observe({ type: 'layout-shift', buffered: true });`;

/** Somebody who looks at every page; what is wrong with any is told at the end, of all of them at once. */
async function looker(options: VisitorOptions) {
  const visitor = await visit(browser, server, options);
  await visitor.context.addInitScript(countShifts);
  const faults: string[] = [];
  const { page } = visitor;
  const look = async (name: string): Promise<void> => {
    await visitor.assertAccessible().catch((error: Error) => faults.push(`${name}: ${error.message}`));
    const { sum, of } = await page.evaluate<{ sum: number; of: string[] }>('window.shifted');
    if (sum > shift_max && still_pages.test(visitor.path()))
      faults.push(`${name}: moved by ${sum.toFixed(3)}\n${of.join('\n')}`);
    await page.evaluate('window.shifted = { sum: 0, of: [] }');
  };
  return {
    ...visitor,
    look,
    /** Opens an address and looks at it once something of it is there. */
    at: async (address: string, seen: string): Promise<void> => {
      await visitor.open(address);
      await page.locator(seen).first().waitFor();
      await look(address);
    },
    done: async (): Promise<void> => {
      visitor.assertNoComplaints();
      await visitor.context.close();
      assert.deepEqual(faults, [], faults.join('\n\n'));
    },
  };
}

const wide: VisitorOptions = { language: 'en', theme: 'dark', width: 1440, height: 900 };
const walks: Readonly<Record<string, VisitorOptions>> = {
  'in Korean on a light phone': { language: 'ko', theme: 'light', width: 360, height: 740 },
  'in English on a dark wide screen': wide,
};

const two_seats = [{ name: 'A', rows: 1, seatsPerRow: 2, grade: 'R', price: 0 }];
const on = (...days: string[]) => days.map((day) => `2030-05-${day}T10:00:00.000Z`);

async function soldOut(): Promise<string> {
  const { concertId, performanceId } = await office.createConcert({
    title: '매진된 밤',
    maxActive: 2,
    performances: on('01').map((startsAt) => ({ startsAt, sections: two_seats })),
  });
  const buyer = await office.enter(concertId, newFan());
  const { body } = await office.hold(buyer, performanceId, [1, 2]);
  assert.equal((await office.pay(buyer, body.id)).status, 201);
  return concertId;
}

for (const [where, options] of Object.entries(walks)) {
  test(`the fan's pages, ${where}`, async () => {
    const sections = ['R', 'S'].map((name) => ({ name, rows: 8, seatsPerRow: 20, grade: name, price: 99_000 }));
    const { concertId } = await office.createConcert({
      title: '밤의 정원 — Night Garden',
      performances: on('01', '02').map((startsAt) => ({ startsAt, sections })),
    });
    const [line, sold] = [await lineOf(office, 3), await soldOut()];
    const fan = await looker(options);
    const { page, look, at } = fan;
    const press = (name: RegExp) => page.getByRole('button', { name }).first().click();
    await at('/', `a[href="/concerts/${concertId}"]`);
    await at('/?q=Garden', '.found');
    await at('/?q=nothing', '.notice');
    await at(`/concerts/${concertId}`, '.dates li');
    await at(`/concerts/${sold}`, '.dates li');
    for (const address of ['/concerts/0000000000', '/nowhere', '/problems/seat-unavailable', '/developers'])
      await at(address, 'h1');
    await at('/my', '.notice');
    await at(`/concerts/${line}/dates`, '.notice');
    for (const who of [/^(회원 가입|Sign up|Create)/, /^(로그인|Sign in)$/]) {
      await at('/join', 'form');
      await page.locator('main').getByRole('button', { name: who }).first().click();
      await page.locator('form [type=submit]').click();
      await page.locator('[aria-invalid=true]').first().waitFor();
      await look(`join, ${who.source}`);
    }
    const bearer = await fan.signUp();
    await at(`/concerts/${line}/wait`, '#join');
    await at(`/concerts/${line}/wait?take=1`, '#position');
    await office.updateConcert(line, { paused: { reason: { ko: '무대 점검', en: 'Stage check' } } });
    await page
      .getByText(/무대 점검|Stage check/)
      .first()
      .waitFor();
    await look('paused');
    await at('/', `a[href="/concerts/${line}"]`);
    await at('/my', '.lines li');
    await at(`/concerts/${sold}/wait`, 'h1');
    await at(`/concerts/${sold}/wait?take=1`, '[data-state]');
    await at(`/concerts/${sold}/dates`, 'h1');
    await at(`/concerts/${sold}/dates/1`, '.sheet');
    await at(`/concerts/${concertId}/wait?take=1`, '#enter');
    await at(`/concerts/${concertId}/dates`, 'main a[href$="/dates/1"]');
    await at(`/concerts/${concertId}/dates/1`, '.seat-map canvas');
    await page.locator('.together .button').click();
    await page.locator('.picked-seat').first().waitFor();
    await look('chosen');
    if (options.width === 360) {
      await page.locator('.views button').last().click();
      await page.locator('.section').last().click();
      await look('the list');
    }
    await page.locator('.sheet .button').click();
    await page.waitForURL(/\/reservations\//);
    await page.locator('.preset').first().waitFor();
    await look('short of money');
    const held = fan.path();
    assert.equal((await office.charge({ userId: '', token: bearer }, 500_000)).status, 201);
    await at(held, '.stub.held');
    await at('/my', '.own');
    await endHold(house.sql, held.slice('/reservations/'.length));
    await at(held, '.stub.over');
    await fan.open(`/concerts/${concertId}/dates/2`);
    await page.locator('.together .button').click();
    await page.locator('.picked-seat').first().waitFor();
    await page.locator('.sheet .button').click();
    await page.waitForURL(/\/reservations\//);
    await press(/(원 결제|^Pay ₩)/);
    await page.locator('.stub.paid').waitFor();
    await look('paid');
    await at('/my', '.own[data-status=CONFIRMED]');
    await page.locator('details summary').first().click();
    await look('my, opened');
    await at(`/concerts/${concertId}/wait`, 'h1');
    await fan.done();
  });
}

test('the console', async () => {
  const concertId = await lineOf(office, 2);
  const { concertId: other, performanceId } = await office.createConcert({ title: 'Another' });
  const buyer = newFan();
  const { body: held } = await office.hold(await office.enter(other, buyer), performanceId, [1]);
  const duty = await looker(wide);
  const { page, look, at } = duty;
  const press = (name: RegExp) => page.locator('main').getByRole('button', { name }).first().click();
  await at('/console', 'form');
  await page.locator('form [type=submit]').click();
  await look('sign-in, empty');
  const answer = await duty.context.request.post('/api/auth/sign-in/email', { data: operator });
  assert.equal(answer.status(), 200);
  await at('/console', '.which-concert');
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await look('shortcuts');
  await at(`/console/concerts/${concertId}`, 'main h1');
  await page.locator('[data-vital=waiting] strong').waitFor();
  await page.locator('details summary').first().click();
  await page.locator('.chart canvas').first().waitFor();
  await look('charts');
  await press(/입장 멈추기|Pause admission/);
  await page.getByRole('dialog').waitFor();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /입장 멈추기|Pause admission/ })
    .click();
  await look('pausing, with a fault');
  await page.keyboard.press('Escape');
  await page.locator('.settings input').first().fill('77');
  await page.locator('.steer form [type=submit]').click();
  await page.getByRole('dialog').waitFor();
  await look('steering');
  await at('/console/new', '.plan-preview canvas');
  await press(/판매 시작|Put on sale/);
  await page.locator('[aria-invalid=true]').first().waitFor();
  await look('new concert, with faults');
  await press(/CSV로 가져오기|Import from CSV/);
  await look('import');
  await page.locator('.import textarea').fill('name,rows,seatsPerRow,grade,price\nA,x,20,R,1000\n');
  await press(/^(확인하기|Check)$/);
  await page.locator('.import [role=alert]').first().waitFor();
  await look('import, with faults');
  await at('/console/reservations', 'h1');
  await at(`/console/reservations?concert=${other}`, 'tbody tr');
  await at('/console/seat', 'h1');
  await at(`/console/seat?performance=${performanceId}&seat=1`, '.holds');
  await at('/console/users', 'h1');
  await at(`/console/users?q=${encodeURIComponent(buyer.userId)}`, 'tbody tr');
  await at(`/console/user?id=${encodeURIComponent(buyer.userId)}`, `main :text("${held.id}")`);
  await at('/console/log', 'tbody tr');
  await at('/console/audit', 'h1');
  await press(/점검하기$|^Check/);
  await page.getByText(/규칙 \d+개가 모두|All \d+ rules hold/).waitFor();
  await look('audit, green');
  await house.sql`insert into wallets (user_id, balance) values ('planted', 5)`;
  await press(/점검하기$|^Check/);
  await page.getByText('planted').waitFor();
  await look('audit, red');
  await house.sql`delete from wallets where user_id = 'planted'`;
  await duty.done();
});
