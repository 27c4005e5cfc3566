/** Choosing seats: on small screens, in forced colours, over a reload. What is seen first, how a row reads, what is kept. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newFan } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { type AtMap, atMap, chosen, finish, hall, onSale, type OnSale, opened, stadium } from './harness/map.ts';
import { openPages } from './harness/pages.ts';

const { server, office, browser } = await openPages();

interface Seen {
  /** What of the first screen does not show, or is under the sheet. */
  readonly hidden: readonly string[];
  /** Parts of the screen that the canvas takes. */
  readonly wide: number;
  readonly high: number;
}

/** What can be seen without a scroll: whole, and the topmost thing at its middle. */
function firstScreen({ page }: AtMap): Promise<Seen> {
  return page.evaluate<Seen>(`(() => {
    const isSeen = (one) => {
      const { left, top, right, bottom } = one.getBoundingClientRect();
      const whole = one.closest('.chip, button') ?? one;
      const topmost = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
      return top >= 0 && left >= 0 && bottom <= innerHeight && right <= innerWidth && whole.contains(topmost);
    };
    const canvas = document.querySelector('.seat-map canvas');
    const wanted = [canvas, ...document.querySelectorAll('.together :is(.name, b, em, .button), .sheet .button')];
    const { width, height } = canvas.getBoundingClientRect();
    return {
      hidden: wanted.filter((one) => !isSeen(one)).map((one) => one.className + ' ' + one.textContent),
      wide: width / innerWidth,
      high: height / innerHeight,
    };
  })()`);
}

const club = [{ name: 'A', rows: 5, seatsPerRow: 10, grade: '전석', price: 50_000 }];

test('the first screen of a phone has the hall, each grade with its price and seats left, and best together', async () => {
  for (const [plans, language] of [
    [stadium, 'ko'],
    [hall, 'en'],
    [club, 'ko'],
  ] as const) {
    const sale = await onSale(office, plans);
    const fan = await atMap({ browser, server }, sale, { width: 360, height: 740, touch: true, language });
    const { hidden, wide, high } = await firstScreen(fan);
    assert.deepEqual(hidden, []);
    assert(wide > 0.85 && high > 0.33, `${wide} × ${high}`);
    const said = await fan.page.locator('.of-grade .chips, .of-grade .chip.only').first().innerText();
    assert.match(said, { ko: /,000원\s*[\d,]+석/, en: /₩[\d,]+\s*[\d,]+ left/ }[language]);
    await fan.assertAccessible();
    await finish(fan);
  }
});

for (const [where, width, height] of [
  ['on its side', 740, 360],
  ['zoomed to 200 %', 720, 450],
] as const) {
  test(`a screen ${where} has the map beside the rest, and the sheet not on it`, async () => {
    const fan = await atMap({ browser, server }, await onSale(office, hall), { width, height, sharpness: 2 });
    const { hidden, wide, high } = await firstScreen(fan);
    assert.deepEqual(hidden, []);
    assert(wide * high > 0.3 && high > 0.6, `${wide} × ${high}`);
    await fan.page.getByRole('button', { name: 'Find 2 together' }).click();
    await fan.page.locator('.picked-seat').first().waitFor();
    const [map, sheet] = await Promise.all(['.seat-map', '.sheet'].map((one) => fan.page.locator(one).boundingBox()));
    assert(map && sheet && map.x + map.width <= sheet.x);
    await finish(fan);
  });
}

test('a row of the list is a row', async () => {
  const sections = [{ name: 'A', rows: 6, seatsPerRow: 30, grade: 'R', price: 90_000 }];
  const fan = await atMap({ browser, server }, await onSale(office, sections), {
    width: 360,
    height: 740,
    touch: true,
  });
  const { page } = fan;
  await page.getByRole('button', { name: 'List', exact: true }).click();
  await page.getByRole('button', { name: 'row 2, seat 30', exact: true }).waitFor();
  const [tops, sideways] = await page.evaluate<[number[], number]>(`[
    [...document.querySelectorAll('.seats')].map((row) => new Set([...row.children].map((seat) => seat.getBoundingClientRect().top)).size),
    document.scrollingElement.scrollWidth - innerWidth,
  ]`);
  assert.deepEqual([tops, sideways <= 0], [[1, 1, 1, 1, 1, 1], true]);
  // Whoever moves by keyboard sees where they are.
  await page.getByRole('button', { name: 'row 2, seat 1', exact: true }).press('End');
  const last = page.getByRole('button', { name: 'row 2, seat 30', exact: true });
  await eventually(async () => {
    const box = await last.boundingBox();
    assert(box !== null && box.x > 40 && box.x + box.width <= 360);
  });
  await fan.assertAccessible();
  await finish(fan);
});

test('a reload keeps what is chosen, and says what somebody took meanwhile', async () => {
  const sale = await onSale(office, club);
  const fan = await atMap({ browser, server }, sale);
  const { page } = fan;
  for (const seat of [3, 4]) await page.getByRole('button', { name: `row 2, seat ${seat}`, exact: true }).click();
  await page.getByText('2 seats ₩100,000').waitFor();
  await page.reload();
  await page.getByText('2 seats ₩100,000').waitFor();
  // Away from the page, so that it learns of it only when it comes back.
  await page.goto('about:blank');
  const other = await office.enter(sale.concertId, newFan());
  assert.equal((await office.hold(other, sale.performanceId, [sale.numberOf('A', 2, 4)])).status, 201);
  await page.goBack();
  await page.getByText('1 seat ₩50,000').waitFor();
  await page.getByText('No longer available, so no longer chosen: section A, row 2, seat 4.').first().waitFor();
  // What is held is not chosen any more.
  await page.getByRole('button', { name: 'Hold these seats' }).click();
  await page.waitForURL(/\/reservations\//);
  await page.goBack();
  await page.getByText('Choose your seats, up to 4.').waitFor();
  await finish(fan);
});

async function bought({ concertId, performanceId }: OnSale, seat: number): Promise<void> {
  const buyer = newFan();
  const token = await office.enter(concertId, buyer);
  const held = await office.hold(token, performanceId, [seat]);
  await office.charge(buyer, 500_000);
  assert.equal((await office.pay(token, held.body.id)).status, 201);
}

test('in forced colours free, held, sold and chosen differ by their shapes, also when the colours change', async () => {
  const sale = await onSale(office, hall);
  const places = { free: 12, held: 16, sold: 20, own: 24 } as const;
  const numbers = Object.fromEntries(
    Object.entries(places).map(([look, place]) => [look, sale.numberOf('A', 3, place)]),
  ) as Record<keyof typeof places, number>;
  await bought(sale, numbers.sold);
  const other = await office.enter(sale.concertId, newFan());
  assert.equal((await office.hold(other, sale.performanceId, [numbers.held])).status, 201);
  const fan = await atMap({ browser, server }, sale);
  const { page, size } = fan;
  await page.emulateMedia({ forcedColors: 'active', colorScheme: 'light' });
  const far = fan.at(sale.whole(size), sale.seat(numbers.free));
  await page.mouse.click(far.x, far.y);
  await opened(fan, 'A');
  const view = sale.section('A', size);
  const own = fan.at(view, sale.seat(numbers.own));
  await page.mouse.click(own.x, own.y);
  await chosen(fan, 'section A, row 3, seat 24');
  const meanOf = (number: number) => fan.mean(fan.at(view, sale.seat(number)), view.scale * 0.7);
  const looks = () => Promise.all(Object.values(numbers).map((number) => meanOf(number)));
  const apart = (one: readonly number[], another: readonly number[]) =>
    Math.hypot(...one.map((value, channel) => value - (another[channel] ?? 0)));
  const assertApart = async (): Promise<void> => {
    const seen = await looks();
    for (const [index, one] of seen.entries()) {
      for (const another of seen.slice(0, index)) assert(apart(one, another) > 25, JSON.stringify(seen));
    }
  };
  await eventually(assertApart);
  const before = await meanOf(numbers.free);
  await page.emulateMedia({ forcedColors: 'active', colorScheme: 'dark' });
  await eventually(async () => assert(apart(await meanOf(numbers.free), before) > 100, 'drawn in the other theme'));
  await eventually(assertApart);
  // The list beside it says it by shapes too.
  await page.getByRole('button', { name: /^Row 3 / }).click();
  const shapes = await page.evaluate<string[]>(`${JSON.stringify(Object.values(places))}.map((place) => {
    const seat = document.querySelectorAll('.seats .seat')[place - 1];
    const { backgroundImage, backgroundColor, borderStyle } = getComputedStyle(seat);
    return [backgroundImage, backgroundColor, borderStyle].join(' ');
  })`);
  assert.equal(new Set(shapes).size, 4, shapes.join('\n'));
  await page.emulateMedia({ forcedColors: 'none', colorScheme: 'light' });
  await eventually(async () => assert(apart(await meanOf(numbers.free), before) > 25, 'and in its own colours again'));
  await finish(fan);
});
