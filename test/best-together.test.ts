/** "Best together": adjacent, free, in one row, best first, and never a seat that is taken. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bestTogether } from '../web/seats/best-together.ts';
import type { Section } from '../web/seats/section.ts';

function section(changes: Partial<Section>): Section {
  return { name: 'A', rows: 3, seatsPerRow: 5, grade: 'R', price: 1, firstNumber: 1, ...changes };
}

const best = { count: 2, grade: undefined, among: 1 };

test('the middle of the front row comes first, then the next best', () => {
  const statuses = new Uint8Array(15);
  assert.deepEqual(bestTogether([section({})], statuses, { ...best, count: 3 }), [2, 3, 4]);
  statuses[2] = 1;
  assert.deepEqual(bestTogether([section({})], statuses, { ...best, count: 3 }), [7, 8, 9]);
});

test('a row does not go on in the next one, nor a section in the next', () => {
  const sections = [
    section({ rows: 1, seatsPerRow: 2 }),
    section({ name: 'B', rows: 1, seatsPerRow: 2, firstNumber: 3 }),
  ];
  assert.equal(bestTogether(sections, new Uint8Array(4), { ...best, count: 3 }), undefined);
});

test('a grade is kept to, and without one the first that has room is taken', () => {
  const sections = [
    section({ rows: 1, seatsPerRow: 3 }),
    section({ name: 'B', rows: 1, seatsPerRow: 3, grade: 'S', firstNumber: 4 }),
  ];
  const statuses = Uint8Array.of(2, 2, 0, 0, 0, 0);
  assert.equal(bestTogether(sections, statuses, { ...best, grade: 'R' }), undefined);
  const found = bestTogether(sections, statuses, best);
  assert(found !== undefined && found.every((number) => number >= 4));
});

test('whatever is taken, what it finds is free, adjacent and of one row; and it finds something if there is', () => {
  const hall = fc.record({
    rows: fc.integer({ min: 1, max: 6 }),
    seatsPerRow: fc.integer({ min: 1, max: 12 }),
    count: fc.integer({ min: 1, max: 6 }),
    among: fc.integer({ min: 1, max: 9 }),
    draw: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    taken: fc.array(fc.constantFrom(0, 0, 1, 2), { minLength: 72, maxLength: 72 }),
  });
  fc.assert(
    fc.property(hall, ({ rows, seatsPerRow, count, among, draw, taken }) => {
      const statuses = Uint8Array.from(taken.slice(0, rows * seatsPerRow));
      const found = bestTogether(
        [section({ rows, seatsPerRow })],
        statuses,
        { count, grade: undefined, among },
        () => draw,
      );
      const free = Array.from({ length: rows }, (_none, row) =>
        statuses.slice(row * seatsPerRow, (row + 1) * seatsPerRow).join(''),
      );
      assert.equal(
        found !== undefined,
        free.some((row) => row.includes('0'.repeat(count))),
      );
      if (found === undefined) return;
      assert.equal(found.length, count);
      assert(found.every((number, index) => statuses[number - 1] === 0 && number === (found[0] ?? 0) + index));
      assert.equal(new Set(found.map((number) => Math.floor((number - 1) / seatsPerRow))).size, 1);
    }),
  );
});
