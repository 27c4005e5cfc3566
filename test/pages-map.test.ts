/** The drawn map in a real browser: fingers, mouse, wheel and keys on it, and what it shows when the hall changes. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { newFan } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import {
  atMap,
  chosen,
  finish,
  framesWhile,
  hall,
  onSale,
  onWholePixel,
  opened,
  pinch,
  stadium,
} from './harness/map.ts';
import { openPages } from './harness/pages.ts';

const { server, office, browser } = await openPages();

test('a click from far leads into the section, one from near chooses the seat', async () => {
  const sale = await onSale(office, hall);
  const fan = await atMap({ browser, server }, sale);
  const { page, size } = fan;
  const seat = sale.seat(sale.numberOf('B', 4, 7));
  const far = fan.at(sale.whole(size), seat);
  await page.mouse.click(far.x, far.y);
  await opened(fan, 'B');
  assert.equal(await page.locator('.picked-seat').count(), 0, 'nothing is chosen from far away');
  const near = fan.at(sale.section('B', size), seat);
  await page.mouse.click(near.x, near.y);
  await chosen(fan, 'section B, row 4, seat 7');
  await page.getByText('1 seat ₩60,000').waitFor();
  await fan.assertAccessible();
  await page.mouse.click(near.x, near.y);
  await page.getByText('Choose your seats, up to 4.').waitFor();
  await finish(fan);
});

test('the wheel comes nearer to what the mouse is on, and scrolls the page where it can go no farther', async () => {
  const sale = await onSale(office, stadium);
  const fan = await atMap({ browser, server }, sale, { height: 700 });
  const { page } = fan;
  const { number, at } = onWholePixel(sale, fan, '103');
  await page.mouse.move(at.x, at.y);
  await page.mouse.wheel(0, 400);
  await eventually(async () => assert((await page.evaluate<number>('scrollY')) > 0, 'the page scrolled'));
  await page.evaluate('scrollTo(0, 0)');
  // The last step ends at the nearest view, with the same seat under the mouse all the way.
  await eventually(async () => {
    await page.mouse.wheel(0, -300);
    assert.equal(await page.getByRole('button', { name: 'Zoom in' }).getAttribute('aria-disabled'), 'true');
  });
  await page.mouse.click(at.x, at.y);
  await chosen(fan, sale.nameOf('103', number));
  await finish(fan);
});

test('a drag moves the hall, and is no click', async () => {
  const sale = await onSale(office, hall);
  const fan = await atMap({ browser, server }, sale);
  const { page, size } = fan;
  const [seat, other] = [sale.seat(sale.numberOf('A', 5, 10)), sale.seat(sale.numberOf('A', 5, 14))];
  const far = fan.at(sale.whole(size), seat);
  await page.mouse.click(far.x, far.y);
  await opened(fan, 'A');
  const view = sale.section('A', size);
  const [from, to] = [fan.at(view, seat), fan.at(view, other)];
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2);
  await page.mouse.move(to.x, to.y);
  await page.mouse.up();
  assert.equal(await page.locator('.picked-seat').count(), 0);
  await page.mouse.click(to.x, to.y);
  await chosen(fan, 'section A, row 5, seat 10');
  await finish(fan);
});

test('two fingers come nearer, one finger chooses the seat nearest to it', async () => {
  const sale = await onSale(office, hall);
  const fan = await atMap({ browser, server }, sale, { width: 390, touch: true, sharpness: 3 });
  const { page, size } = fan;
  const session = await fan.context.newCDPSession(page);
  const number = sale.numberOf('B', 6, 22);
  const whole = sale.whole(size);
  const at = fan.at(whole, sale.seat(number));
  await pinch(session, at, [20, 130]);
  await page.getByText(/Tap a seat to choose it/).waitFor();
  await page.touchscreen.tap(at.x + 4, at.y - 4);
  await chosen(fan, 'section B, row 6, seat 22');
  await pinch(session, at, [150, 15]);
  await page.getByText(/Tap to zoom in/).waitFor();
  await finish(fan);
});

test('a seat that somebody else takes changes before the eyes, and leaves the selection', async () => {
  const sale = await onSale(office, hall);
  const fan = await atMap({ browser, server }, sale);
  const { page, size } = fan;
  const [mine, beside] = [sale.numberOf('A', 2, 9), sale.numberOf('A', 2, 12)];
  const far = fan.at(sale.whole(size), sale.seat(mine));
  await page.mouse.click(far.x, far.y);
  await opened(fan, 'A');
  const view = sale.section('A', size);
  const at = fan.at(view, sale.seat(mine));
  const off = { x: -0.22, y: -0.22 };
  const corner = (number: number) => {
    const { x, y } = sale.seat(number);
    return fan.at(view, { x: x + off.x, y: y + off.y });
  };
  const free = await fan.color(corner(beside));
  await page.mouse.click(at.x, at.y);
  await chosen(fan, 'section A, row 2, seat 9');
  await page.mouse.move(5, 5);
  await eventually(async () => assert.notDeepEqual(await fan.color(corner(mine)), free, 'mine has another colour'));
  const own = await fan.color(corner(mine));
  assert.deepEqual(await fan.color(corner(beside)), free);

  const other = await office.enter(sale.concertId, newFan());
  assert.equal((await office.hold(other, sale.performanceId, [mine, beside])).status, 201);
  await page
    .getByText(/Somebody else has just taken section A, row\s2, seat\s9/)
    .first()
    .waitFor();
  await eventually(async () => {
    const [first, second] = await Promise.all([fan.color(corner(mine)), fan.color(corner(beside))]);
    assert.notDeepEqual(first, own);
    assert.notDeepEqual(second, free);
  });
  await page.mouse.click(at.x, at.y);
  await page
    .getByText(/Somebody else is holding this seat/)
    .first()
    .waitFor();
  await finish(fan);
});

test('from far away, sections show how full they are as it changes', async () => {
  const sale = await onSale(office, [
    { name: 'A', rows: 40, seatsPerRow: 50, grade: 'R', price: 9 },
    { name: 'B', rows: 2, seatsPerRow: 2, grade: 'S', price: 6 },
  ]);
  const fan = await atMap({ browser, server }, sale, { width: 400 });
  const view = sale.whole(fan.size);
  const number = sale.numberOf('B', 1, 1);
  const at = fan.at(view, sale.seat(number));
  let before: readonly number[] = [];
  await eventually(async () => {
    before = await fan.color(at);
    assert(
      before.slice(0, 3).some((value) => value > 0),
      'painted',
    );
  });
  const other = await office.enter(sale.concertId, newFan());
  assert.equal((await office.hold(other, sale.performanceId, [number, number + 1])).status, 201);
  await eventually(async () => assert.notDeepEqual(await fan.color(at), before));
  await finish(fan);
});

test('"best together" brings the seats into view, and the list shows sections on the map', async () => {
  const sale = await onSale(office, stadium);
  const fan = await atMap({ browser, server }, sale);
  const { page } = fan;
  await page.getByText('Tap to zoom in.').waitFor();
  await page.getByRole('button', { name: 'Find 2 together' }).click();
  await page.getByText('2 seats ₩396,000').waitFor();
  await page.getByText(/^F[12] · VIP ₩198,000. Tap a seat to choose it/).waitFor();
  await page.getByRole('button', { name: /Section 204/ }).press('Enter');
  await page.getByText(/204 · S ₩121,000/).waitFor();
  await page.getByRole('button', { name: 'Whole hall' }).click();
  await page.getByText('Tap to zoom in.', { exact: true }).waitFor();
  assert.equal(await page.locator('.section[aria-expanded="true"]').count(), 0, 'and out of all sections');
  await finish(fan);
});

for (const language of ['ko', 'en'] as const) {
  test(`the map's buttons work by keyboard and say what they do (${language})`, async () => {
    const sale = await onSale(office, stadium);
    const fan = await atMap({ browser, server }, sale, {
      language,
      theme: language === 'ko' ? 'dark' : 'light',
      width: 390,
    });
    const { page } = fan;
    const names = language === 'ko' ? ['확대', '축소', '전체 보기'] : ['Zoom in', 'Zoom out', 'Whole hall'];
    const [nearer, farther, whole] = names.map((name) => page.getByRole('button', { name, exact: true }));
    assert(nearer !== undefined && farther !== undefined && whole !== undefined);
    assert.equal(await farther.getAttribute('aria-disabled'), 'true', 'the whole hall is in view');
    await eventually(async () => {
      await page.keyboard.press('Tab');
      assert.equal(await page.locator(':focus').getAttribute('aria-label'), names[0]);
    });
    await page.keyboard.press('Enter');
    await eventually(async () => assert.equal(await farther.getAttribute('aria-disabled'), 'false'));
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await eventually(async () => assert.equal(await whole.getAttribute('aria-disabled'), 'true'));
    await fan.assertAccessible();
    await page.getByRole('button', { name: language === 'ko' ? '목록' : 'List', exact: true }).click();
    await page.getByRole('button', { name: language === 'ko' ? /F1구역/ : /Section F1/ }).waitFor();
    assert(!(await page.locator('.seat-map canvas').isVisible()));
    await fan.assertAccessible();
    await finish(fan);
  });
}

test('a turned phone shows the same part of the hall', async () => {
  const sale = await onSale(office, hall);
  const fan = await atMap({ browser, server }, sale, { width: 390, height: 800, touch: true });
  const { page, size } = fan;
  const number = sale.numberOf('B', 6, 12);
  const far = fan.at(sale.whole(size), sale.seat(number));
  await page.touchscreen.tap(far.x, far.y);
  await page.getByText(/^B · S/).waitFor();
  await page.setViewportSize({ width: 800, height: 390 });
  const canvas = page.locator('.seat-map canvas');
  await canvas.scrollIntoViewIfNeeded();
  await page.getByText(/^B · S/).waitFor();
  const box = await canvas.boundingBox();
  assert(box !== null && box.width > 300 && box.height > 220, 'beside the rest, and no strip');
  const drawn = await canvas.evaluate((one) => (one as unknown as { width: number }).width);
  assert.equal(drawn, Math.round(box.width), 'as sharp as before');
  await finish(fan);
});

test('50,000 seats open, move and answer', async (context: TestContext) => {
  const sale = await onSale(office, stadium);
  const fan = await atMap({ browser, server }, sale, { width: 390, height: 800, sharpness: 2 });
  const { page } = fan;
  const { number, at } = onWholePixel(sale, fan, '102');
  await page.mouse.move(at.x, at.y);
  const frames = await framesWhile(fan, async () => {
    for (let step = 0; step < 6; step++) await page.mouse.wheel(0, -250);
    await page.mouse.down();
    for (let step = 0; step < 40; step++) await page.mouse.move(at.x + step * 2, at.y - step);
    for (let step = 40; step >= 0; step--) await page.mouse.move(at.x + step * 2, at.y - step);
    await page.mouse.up();
  });
  const sorted = frames.toSorted((one, other) => one - other);
  const part = (share: number) => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1);
  context.diagnostic(`${frames.length} frames; ms a frame: median ${part(0.5)}, p95 ${part(0.95)}`);
  await eventually(async () => {
    await page.mouse.wheel(0, -400);
    assert.equal(await page.getByRole('button', { name: 'Zoom in' }).getAttribute('aria-disabled'), 'true');
  });
  await page.mouse.click(at.x, at.y);
  await chosen(fan, sale.nameOf('102', number));
  await finish(fan);
});
