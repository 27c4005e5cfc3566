/** The hall as it is drawn, before anything is drawn: every seat has a place of its own, and the view stays with it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { demoConcerts } from '../src/demo.ts';
import { contains, outline, type Point, pointAt, rowRadius } from '../web/seats/map/block.ts';
import { between, clamped, fit, scale_max, seen, toHall, toPage, zoomed } from '../web/seats/map/camera.ts';
import { type Layout, layOut } from '../web/seats/map/layout.ts';
import { lettersOf } from '../web/seats/map/letters.ts';
import type { Section } from '../web/seats/section.ts';

type Plan = Pick<Section, 'rows' | 'seatsPerRow' | 'grade'>;

function numbered(plans: readonly Plan[]): Section[] {
  let firstNumber = 1;
  return plans.map(({ rows, seatsPerRow, grade }, index) => {
    const section = { name: String(index + 1), rows, seatsPerRow, grade, price: 1, firstNumber };
    firstNumber += rows * seatsPerRow;
    return section;
  });
}

const grades = fc.constantFrom('VIP', 'R', 'S', 'A', 'B', 'C', 'D', 'E');
const plan = fc.record({
  rows: fc.integer({ min: 1, max: 30 }),
  seatsPerRow: fc.integer({ min: 1, max: 40 }),
  grade: grades,
});
const strange = fc.oneof(
  fc.record({ rows: fc.constant(1), seatsPerRow: fc.integer({ min: 1, max: 4_000 }), grade: grades }),
  fc.record({ rows: fc.integer({ min: 1, max: 4_000 }), seatsPerRow: fc.constant(1), grade: grades }),
);
/** Clubs, halls, stadiums, and what nobody builds. */
const plans = fc.oneof(
  { weight: 4, arbitrary: fc.array(plan, { minLength: 1, maxLength: 12 }) },
  { weight: 3, arbitrary: fc.array(plan, { minLength: 20, maxLength: 60 }) },
  { weight: 1, arbitrary: fc.array(fc.oneof(plan, strange), { minLength: 1, maxLength: 8 }) },
);

const demo = demoConcerts(new Date(0)).map(({ performances: [first] }) => numbered(first?.sections ?? []));

const near = 1.5;
/** A number for each cell: no hall has so many rows of them, on either side of zero. */
const columns_apart = 2 ** 24;

/** The distance between the two seats that are nearest to each other, if it is less than `near`. */
function nearest({ xs, ys }: Layout): number {
  const cells = new Map<number, number[]>();
  const cellOf = (column: number, row: number): number => column * columns_apart + row;
  let least = near;
  xs.forEach((x, seat) => {
    const y = ys[seat] ?? Number.NaN;
    const [column, row] = [Math.floor(x / near), Math.floor(y / near)];
    for (const dx of [-1, 0, 1]) {
      for (const dy of [-1, 0, 1]) {
        for (const other of cells.get(cellOf(column + dx, row + dy)) ?? []) {
          least = Math.min(least, Math.hypot((xs[other] ?? 0) - x, (ys[other] ?? 0) - y));
        }
      }
    }
    const own = cellOf(column, row);
    const cell = cells.get(own);
    if (cell === undefined) cells.set(own, [seat]);
    else cell.push(seat);
  });
  return least;
}

function isInside(corners: readonly Point[], { x, y }: Point): boolean {
  const crossed = corners.filter((one, index) => {
    const other = corners.at(index - 1) ?? one;
    return one.y > y !== other.y > y && x < ((other.x - one.x) * (y - one.y)) / (other.y - one.y) + one.x;
  });
  return crossed.length % 2 === 1;
}

function assertSound(sections: readonly Section[]): void {
  const layout = layOut(sections);
  const { blocks, bounds, xs, ys, stage } = layout;
  assert.deepEqual(
    blocks.map(({ section }) => section),
    sections,
  );
  // Seats are 0.78 wide, so there is air between any two.
  const least = nearest(layout);
  assert(least > 0.98, `two seats are ${least} apart`);
  xs.forEach((x, seat) => {
    const at = { x, y: ys[seat] ?? Number.NaN };
    assert(at.x > bounds.left && at.x < bounds.right && at.y > bounds.top && at.y < bounds.bottom, 'inside the hall');
    assert(!isInside(stage, at), 'not on the stage');
  });
  for (const { section } of blocks) {
    for (const seat of [section.firstNumber - 1, section.firstNumber + section.rows * section.seatsPerRow - 2]) {
      const at = { x: xs[seat] ?? Number.NaN, y: ys[seat] ?? Number.NaN };
      const around = blocks.filter((block) => contains(block, at)).map((block) => block.section.name);
      assert.deepEqual(around, [section.name]);
    }
  }
}

test('no seat stands on another, on the stage or outside, whatever the sections are', () => {
  fc.assert(
    fc.property(plans, (made) => assertSound(numbered(made))),
    { numRuns: 120 },
  );
});

test('the halls of the demo are sound: 50, 2,000 and 50,000 seats', () => {
  assert.deepEqual(
    demo.map((sections) => layOut(sections).xs.length),
    [50, 2_000, 50_000],
  );
  for (const sections of demo) assertSound(sections);
});

test('the same sections make the same hall', () => {
  fc.assert(
    fc.property(plans, (made) => {
      const [one, other] = [layOut(numbered(made)), layOut(numbered(made))];
      assert.deepEqual(one.bounds, other.bounds);
      assert.deepEqual(one.xs, other.xs);
      assert.deepEqual(one.turns, other.turns);
    }),
    { numRuns: 20 },
  );
});

test('row 1 is nearest to the stage, and seat 1 is on the left of who looks at it', () => {
  for (const sections of demo.slice(0, 2)) {
    const { xs, ys } = layOut(sections);
    const [first] = sections;
    assert(first !== undefined);
    const [middle, behind] = [Math.floor(first.seatsPerRow / 2), first.seatsPerRow * (first.rows - 1)];
    assert((ys[middle] ?? 0) < (ys[middle + behind] ?? 0));
    assert((xs[0] ?? 0) < (xs[1] ?? 0));
  }
});

test('a stadium is a floor before the stage with rings around it; grades from the inside out', () => {
  const [, , sections = []] = demo;
  const { blocks } = layOut(sections);
  const floor = blocks.filter(({ section }) => section.grade === 'VIP');
  const stands = blocks.filter(({ section }) => section.grade !== 'VIP');
  assert(floor.every(({ fans }) => !fans));
  assert(stands.every(({ fans }) => fans));
  const radii = new Map(stands.map((block) => [block.section.grade, block.radius]));
  assert.deepEqual(
    [...radii].toSorted(([, one], [, other]) => one - other).map(([grade]) => grade),
    ['R석', 'S석'],
  );
  const inner = Math.min(...radii.values());
  for (const block of floor) {
    for (const { x, y } of outline(block, 0)) assert(Math.hypot(x, y) < inner);
  }
});

test('what is under the finger stays under it, and the view never leaves the hall', () => {
  const size = { width: 360, height: 420 };
  const [, , sections = []] = demo;
  const { bounds } = layOut(sections);
  const view = fc.record({
    x: fc.double({ min: -400, max: 400, noNaN: true }),
    y: fc.double({ min: -400, max: 400, noNaN: true }),
    scale: fc.double({ min: 0.01, max: 200, noNaN: true }),
  });
  const at = fc.record({ x: fc.integer({ min: 0, max: 360 }), y: fc.integer({ min: 0, max: 420 }) });
  fc.assert(
    fc.property(view, at, fc.double({ min: 0.5, max: 50, noNaN: true }), (from, point, scale) => {
      const under = toHall(from, size, point);
      const back = toPage(zoomed(from, size, point, scale), size, under);
      assert(Math.hypot(back.x - point.x, back.y - point.y) < 1e-3);
      const held = clamped(from, bounds, size);
      assert(held.scale >= fit(bounds, size).scale && held.scale <= scale_max);
      const { left, right, top, bottom } = seen(held, size);
      assert(left < bounds.right && right > bounds.left && top < bounds.bottom && bottom > bounds.top);
      assert.deepEqual(clamped(held, bounds, size), held, 'and holding it twice changes nothing');
      const half = between(from, held, 0.5);
      assert(Math.abs(half.scale - Math.sqrt(from.scale * held.scale)) < 1e-6 * half.scale);
    }),
  );
});

test('rows bend around the stage, those of a stand fan out', () => {
  const [, , sections = []] = demo;
  const block = layOut(sections).blocks.find(({ fans }) => fans);
  assert(block !== undefined);
  const { seatsPerRow } = block.section;
  const width = (row: number): number => {
    const angle = (seatsPerRow / 2) * (block.pitch / block.radius);
    const [left, right] = [-angle, angle].map((one) => pointAt(block, rowRadius(block, row), one));
    assert(left !== undefined && right !== undefined);
    return Math.hypot(left.x - right.x, left.y - right.y);
  };
  assert(width(block.section.rows - 1) > width(0));
});

test('each grade has letters of its own', () => {
  assert.deepEqual(lettersOf(['VIP', 'R석', 'S석', 'A석']), ['V', 'R', 'S', 'A']);
  assert.deepEqual(lettersOf(['R1', 'R2', 'R2 side']), ['R', 'R2', '3']);
});
