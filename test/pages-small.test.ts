/** Every page of the fan on the smallest phone and in a browser zoomed to 200 %: nothing sticks out, nothing is lost. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visit, type Visitor, type VisitorOptions } from './harness/browser.ts';
import { assertStamped, holding } from './harness/inside.ts';
import { leave, operatorAt } from './harness/operator.ts';
import { openPages } from './harness/pages.ts';

const { server, office, browser } = await openPages();

/** What is wider than the page, by its name; the page itself must not scroll sideways. */
async function assertFits({ page, assertAccessible }: Visitor, name: string): Promise<void> {
  const [width, room, wide] = await page.evaluate<[number, number, string[]]>(`[
    document.scrollingElement.scrollWidth,
    document.documentElement.clientWidth,
    [...document.querySelectorAll('main *')]
      .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest('.hidden, ul'))
      .map((one) => one.tagName + '.' + one.className),
  ]`);
  assert.deepEqual({ name, width, wide }, { name, width: Math.min(width, room), wide: [] });
  await assertAccessible();
}

const sizes: Readonly<Record<string, VisitorOptions>> = {
  'on a phone of 320 px': { width: 320, height: 568, touch: true, sharpness: 2, language: 'en' },
  'zoomed to 200 %': { width: 640, height: 400, sharpness: 2, language: 'ko', theme: 'dark' },
};

for (const [where, options] of Object.entries(sizes)) {
  test(`every page fits ${where}`, async () => {
    const sections = ['101', '102', '103'].map((name) => ({
      name,
      rows: 20,
      seatsPerRow: 40,
      grade: name,
      price: 99_000,
    }));
    const { concertId } = await office.createConcert({
      title: '아주 긴 이름을 가진 한여름 밤의 공연 — A concert with quite a long name for a midsummer night',
      performances: ['01', '02'].map((day) => ({ startsAt: `2030-05-${day}T10:00:00.000Z`, sections })),
    });
    const fan = await visit(browser, server, options);
    const { page } = fan;
    const open = async (address: string, seen: string): Promise<void> => {
      await fan.open(address);
      await page.locator(seen).first().waitFor();
      await assertFits(fan, address);
    };
    await open('/', `a[href="/concerts/${concertId}"]`);
    await open(`/concerts/${concertId}`, 'main .button');
    await open('/join', 'form');
    const bearer = await fan.signUp();
    await open(`/concerts/${concertId}/wait?take=1`, '#enter');
    await open(`/concerts/${concertId}/dates`, `main a[href$="/dates/1"]`);
    await open(`/concerts/${concertId}/dates/1`, '.seat-map canvas');
    const [map, sheet] = await Promise.all([
      page.locator('.seat-map').boundingBox(),
      page.locator('.sheet').boundingBox(),
    ]);
    assert(map !== null && map.height >= 200 && sheet !== null);
    await page.locator('.together .button').click();
    await page.locator('.picked-seat').first().waitFor();
    await assertFits(fan, 'chosen');
    await page.locator('.views button').last().click();
    await page.locator('.section').last().click();
    await assertFits(fan, 'the list');
    await page.locator('.sheet .button').click();
    await page.waitForURL(/\/reservations\//);
    await page.locator('.stub').waitFor();
    await assertFits(fan, 'the held ticket');
    const answer = await office.charge({ userId: '', token: bearer }, 500_000);
    assert.equal(answer.status, 201);
    await page.reload();
    await page.locator('main .button:not(.plain)').click();
    await page.locator('.stub.paid').waitFor();
    await assertFits(fan, 'the paid ticket');
    await assertStamped(fan);
    await open('/my', 'main a[href^="/reservations/"]');
    fan.assertNoComplaints();
    await fan.context.close();
  });
}

for (const letter of ['가', 'W']) {
  test(`a name of 120 times “${letter}”, which nothing breaks, does not push any page sideways`, async () => {
    const name = letter.repeat(120);
    const { concertId } = await office.createConcert({ title: name, artist: name, venue: name });
    const fan = await visit(browser, server, { width: 320, height: 640 });
    const bearer = await fan.signUp();
    const addresses = {
      '/': `a[href="/concerts/${concertId}"]`,
      [`/concerts/${concertId}`]: '.dates li',
      [`/concerts/${concertId}/wait?take=1`]: '#enter',
      [`/concerts/${concertId}/dates/1`]: '.seat-map canvas',
    };
    for (const [address, seen] of Object.entries(addresses)) {
      await fan.open(address);
      await fan.page.locator(seen).first().waitFor();
      await assertFits(fan, address);
    }
    await holding(fan, concertId, /^1열 1번$/, { onPhone: true });
    await fan.page.locator('.stub').waitFor();
    await assertFits(fan, 'the ticket');
    await fan.open('/my');
    await fan.page.locator('.own').waitFor();
    await assertFits(fan, 'my tickets, held');
    assert.equal((await office.charge({ userId: '', token: bearer }, 500_000)).status, 201);
    await fan.page.locator('.own a').click();
    await fan.page.locator('main .button:not(.plain)').click();
    await fan.page.locator('.stub.paid').waitFor();
    await fan.open('/my');
    await fan.page.locator('.own[data-status=CONFIRMED]').waitFor();
    await assertFits(fan, 'my tickets, paid');
    fan.assertNoComplaints();
    await fan.context.close();

    const duty = await operatorAt(browser, server, '/console', { width: 320, height: 640 });
    for (const address of ['/console', `/console/concerts/${concertId}`, '/console/log']) {
      await duty.open(address);
      await duty.page.locator('main h1').waitFor();
      await duty.page.locator('main [aria-busy=true]').first().waitFor({ state: 'detached' });
      const [width, room] = await duty.page.evaluate<[number, number]>(
        '[document.scrollingElement.scrollWidth, innerWidth]',
      );
      assert(width <= room, `${address}: ${width}`);
      // The name breaks within its cell: whoever looks for the numbers need not scroll past it.
      if (address === '/console') {
        const cell = await duty.page.locator('.which-concert').first().boundingBox();
        assert(cell !== null && cell.width <= 320, `a cell of ${cell?.width} px`);
      }
    }
    await leave(duty);
  });
}
