/**
 * Fans at the drawn map. Where a seat is on the page is reckoned from the same layout and the same views as the map's;
 * what it looks like is read from the canvas.
 */
import assert from 'node:assert/strict';
import type { Browser, CDPSession } from 'playwright-core';
import type { Point } from '../../web/seats/map/block.ts';
import { clamped, fit, fitSection, type Size, toPage, type View } from '../../web/seats/map/camera.ts';
import { boxOf, layOut } from '../../web/seats/map/layout.ts';
import type { Section } from '../../web/seats/section.ts';
import type { BoxOffice } from './box-office.ts';
import { visit, type Visitor, type VisitorOptions } from './browser.ts';
import type { Server } from './server.ts';

type Plan = Omit<Section, 'firstNumber'>;

/** A stadium of 50,000: a floor and eight stands, as the demo has it. */
export const stadium: readonly Plan[] = ['F1', 'F2', '101', '102', '103', '104', '201', '202', '203', '204'].map(
  (name) => ({
    name,
    rows: 50,
    seatsPerRow: 100,
    ...{ F: { grade: 'VIP', price: 198_000 }, 1: { grade: 'R', price: 154_000 }, 2: { grade: 'S', price: 121_000 } }[
      name[0] as 'F' | '1' | '2'
    ],
  }),
);
export const hall: readonly Plan[] = [
  { name: 'A', rows: 24, seatsPerRow: 40, grade: 'R', price: 90_000 },
  { name: 'B', rows: 26, seatsPerRow: 44, grade: 'S', price: 60_000 },
];

/** A hall on sale, and where its seats are. */
export async function onSale(office: BoxOffice, plans: readonly Plan[]) {
  const sections: Section[] = [];
  for (const plan of plans) {
    const last = sections.at(-1);
    sections.push({ ...plan, firstNumber: last === undefined ? 1 : last.firstNumber + last.rows * last.seatsPerRow });
  }
  const { concertId, performanceId } = await office.createConcert({
    performances: [{ startsAt: '2030-05-01T10:00:00.000Z', sections: [...plans] }],
  });
  const layout = layOut(sections);
  const blockOf = (name: string) => {
    const block = layout.blocks.find(({ section }) => section.name === name);
    assert(block !== undefined);
    return block;
  };
  return {
    concertId,
    performanceId,
    whole: (size: Size): View => clamped(fit(layout.bounds, size), layout.bounds, size),
    section: (name: string, size: Size): View => clamped(fitSection(boxOf(blockOf(name)), size), layout.bounds, size),
    held: (view: View, size: Size): View => clamped(view, layout.bounds, size),
    seat: (number: number): Point => ({ x: layout.xs[number - 1] ?? 0, y: layout.ys[number - 1] ?? 0 }),
    nameOf: (name: string, number: number): string => {
      const { firstNumber, seatsPerRow } = blockOf(name).section;
      const index = number - firstNumber;
      return `section ${name}, row ${Math.floor(index / seatsPerRow) + 1}, seat ${(index % seatsPerRow) + 1}`;
    },
    numberOf: (name: string, row: number, place: number): number => {
      const { firstNumber, seatsPerRow } = blockOf(name).section;
      return firstNumber + (row - 1) * seatsPerRow + place - 1;
    },
  };
}

export type OnSale = Awaited<ReturnType<typeof onSale>>;

export interface AtMap extends Visitor {
  /** Of the canvas, in pixels of the page. */
  readonly size: Size;
  /** A point of the canvas as a point of the page. */
  at(view: View, seat: Point): Point;
  /** The colour that is painted there. */
  color(point: Point): Promise<readonly number[]>;
  /** Red, green and blue of a square around it, on average. */
  mean(point: Point, side: number): Promise<readonly number[]>;
}

export async function atMap(
  { browser, server }: { readonly browser: Browser; readonly server: Server },
  sale: OnSale,
  options: VisitorOptions = {},
): Promise<AtMap> {
  const fan = await visit(browser, server, { language: 'en', ...options });
  await fan.signUp();
  await fan.open(`/concerts/${sale.concertId}/wait?take=1`);
  await fan.page.locator('#enter').waitFor();
  await fan.open(`/concerts/${sale.concertId}/dates/1`);
  const canvas = fan.page.locator('.seat-map canvas');
  await canvas.waitFor();
  const box = await canvas.boundingBox();
  assert(box !== null);
  const { width, height } = box;
  return {
    ...fan,
    size: { width, height },
    at: (view, seat) => {
      const { x, y } = toPage(view, { width, height }, seat);
      assert(x > 0 && x < width && y > 0 && y < height, 'in view');
      return { x: x + box.x, y: y + box.y };
    },
    color: ({ x, y }) => {
      const [across, down] = [x - box.x, y - box.y];
      return fan.page.evaluate<number[]>(`[...document.querySelector('.seat-map canvas').getContext('2d')
        .getImageData(${across} * devicePixelRatio, ${down} * devicePixelRatio, 1, 1).data]`);
    },
    mean: ({ x, y }, side) => {
      const [across, down] = [x - box.x - side / 2, y - box.y - side / 2];
      return fan.page.evaluate<number[]>(`(() => {
        const [left, top, wide] = [${across}, ${down}, ${side}].map((one) => Math.round(one * devicePixelRatio));
        const brush = document.querySelector('.seat-map canvas').getContext('2d');
        const { data } = brush.getImageData(left, top, wide, wide);
        return [0, 1, 2].map((channel) => data.filter((_, at) => at % 4 === channel).reduce((sum, one) => sum + one) / wide ** 2);
      })()`);
    },
  };
}

export const chosen = ({ page }: Visitor, name: string) =>
  page.getByRole('button', { name: `Remove ${name}`, exact: true }).waitFor();
export const opened = ({ page }: Visitor, name: string) =>
  page.locator(`.section[aria-expanded="true"]`, { hasText: `Section ${name}` }).waitFor();

export async function finish(fan: Visitor): Promise<void> {
  fan.assertNoComplaints();
  await fan.context.close();
}

/** A seat of a section that stands on a whole pixel of the page: a mouse knows no others. */
export function onWholePixel(
  sale: OnSale,
  fan: AtMap,
  section: string,
): { readonly number: number; readonly at: Point } {
  const view = sale.whole(fan.size);
  const first = sale.numberOf(section, 1, 1);
  for (let number = first; number < first + 5_000; number++) {
    const { x, y } = fan.at(view, sale.seat(number));
    const at = { x: Math.round(x), y: Math.round(y) };
    if (Math.hypot(at.x - x, at.y - y) < 0.05) return { number, at };
  }
  throw new Error('no seat stands on a whole pixel');
}

/** Two fingers move apart around a point. */
export async function pinch(
  session: CDPSession,
  { x, y }: Point,
  [from, to]: readonly [number, number],
): Promise<void> {
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', half: number) =>
    session.send('Input.dispatchTouchEvent', {
      type,
      touchPoints:
        type === 'touchEnd'
          ? []
          : [
              { x: x - half, y, id: 1 },
              { x: x + half, y, id: 2 },
            ],
    });
  await touch('touchStart', from);
  for (let step = 1; step <= 8; step++) await touch('touchMove', from + ((to - from) * step) / 8);
  await touch('touchEnd', to);
}

/** Frames while the hall is moved, in milliseconds. */
export async function framesWhile(fan: AtMap, act: () => Promise<void>): Promise<number[]> {
  await fan.page.evaluate(`
    window.frames_ms = [];
    (function next(before) {
      requestAnimationFrame((now) => { if (before) window.frames_ms.push(now - before); next(now); });
    })();
  `);
  await act();
  return (await fan.page.evaluate('window.frames_ms')) as number[];
}
