/** The board and its bytes: whatever arrives, in whatever order, they end where the database is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Performance } from '../catalog/catalog.ts';
import { SeatBoard, type SeatCode } from './seat-board.ts';
import { SeatPage } from './seat-page.ts';

function hall(rows: number, seatsPerRow: number): Performance {
  const section = { name: 'A', rows, seatsPerRow, grade: 'R', price: 1_000, firstNumber: 1 };
  const seatsTotal = rows * seatsPerRow;
  const scheduled = { status: 'SCHEDULED', revision: 0, movedAt: null, movedFrom: null, reason: null } as const;
  const startsAt = '2030-01-01T00:00:00.000Z';
  return { concertId: 'c', id: 'c-1', startsAt, ...scheduled, seatsTotal, sections: [section] };
}

const read = (page: SeatPage): { number: number; status: string }[] =>
  (JSON.parse(Buffer.concat(page.pieces()).toString()) as { seats: { number: number; status: string }[] }).seats;

test('changes in any order and any number of times leave the newest of each seat, and the counts agree', () => {
  const changes = fc.array(
    fc.record({ number: fc.integer({ min: 1, max: 6 }), code: fc.constantFrom<SeatCode>(0, 1, 2) }),
    { maxLength: 40 },
  );
  const run = fc.property(changes, fc.infiniteStream(fc.nat()), (made, random) => {
    const versions = new Map<number, number>();
    const news = made.map(({ number, code }) => {
      versions.set(number, (versions.get(number) ?? 0) + 1);
      return { number, code, version: versions.get(number) ?? 0 };
    });
    const board = new SeatBoard(hall(2, 3));
    const shuffled = [...news, ...news.slice(0, 5)]
      .map((each) => [random.next().value, each] as const)
      .toSorted(([one], [two]) => one - two);
    for (const [, { number, code, version }] of shuffled) board.apply(number, code, version);
    const expected = new Map(news.map(({ number, code }) => [number, code]));
    const codes = [1, 2, 3, 4, 5, 6].map((number) => expected.get(number) ?? 0);
    assert.deepEqual([...board.codes], codes);
    const count = (code: number): number => codes.filter((each) => each === code).length;
    assert.deepEqual([board.available, board.held, board.reserved], [count(0), count(1), count(2)]);
  });
  fc.assert(run);
});

test('what is read from the table does not undo what is newer, but tells of a hold that ran out', () => {
  const board = new SeatBoard(hall(1, 3));
  board.apply(1, 2, 5);
  board.apply(2, 1, 1);
  assert.deepEqual(board.applyAll(1, '001', ['4', '1', '1']), [2, 3]);
  assert.deepEqual(
    [1, 2, 3].map((number) => board.statusOf(number)),
    ['RESERVED', 'AVAILABLE', 'HELD'],
  );
});

test('the page always says what the board says, chunk by chunk, and its tag changes exactly with it', () => {
  const seatsTotal = 1_300;
  const change = fc.record({
    number: fc.integer({ min: 1, max: seatsTotal }),
    code: fc.constantFrom<SeatCode>(0, 1, 2),
  });
  const run = fc.property(fc.array(fc.array(change, { maxLength: 6 }), { maxLength: 5 }), (rounds) => {
    const board = new SeatBoard(hall(13, 100));
    const [all, available] = [new SeatPage(board, 'all'), new SeatPage(board, 'available')];
    let version = 0;
    for (const round of rounds) {
      const before = [all.etag, board.codes.join('')];
      for (const { number, code } of round) board.apply(number, code, ++version);
      assert.deepEqual(
        read(all).map(({ status }) => status),
        Array.from(board.codes, (_, index) => board.statusOf(index + 1)),
      );
      assert.deepEqual(
        read(available),
        read(all).filter(({ status }) => status === 'AVAILABLE'),
      );
      assert.equal(all.etag === before[0], board.codes.join('') === before[1]);
      assert.notEqual(all.etag, available.etag);
    }
  });
  fc.assert(run, { numRuns: 30 });
});
