/** The board against a line that is kept fan by fan: same answers, however the news came, and nothing per fan. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { keepBoard } from '../src/waiting-room/board-keeper.ts';
import { Board, pauseOf, type EndReason, type News } from '../src/waiting-room/board.ts';
import { createArrivals, partsOf } from '../src/waiting-room/news.ts';
import { assertTellsApart, LineModel, settings, type Step } from './harness/line-model.ts';
import { anyCharacters, dice } from './harness/properties.ts';

const empty = { concertId: 'c', version: 0, head: 0, front: 0, lastNumber: 0 };
const emptyBoard = () => new Board({ ...empty, settings, active: [], passedOver: [], departed: [], reissued: [] });

const which = fc.nat(1_000);
const because = fc.constantFrom<EndReason>('PAID', 'SESSION_ENDED', 'LEFT', 'ABSENT');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('join' as const), count: fc.integer({ min: 1, max: 8 }) }),
  fc.record({ do: fc.constantFrom('admit' as const, 'pass over', 'readmit', 'withdraw', 'void'), which }),
  fc.record({ do: fc.constant('end' as const), which, because }),
);
const transactions = fc.array(fc.array(step, { maxLength: 6, size: 'max' }), { maxLength: 40, size: 'max' });

function assertAgrees(board: Board, line: LineModel, forgets: boolean): void {
  for (const { number, state } of line.places) {
    assertTellsApart(board, line, number);
    const standing = board.standing(number);
    // A board that was read anew does not know how a place ended that the line has passed; it says so.
    if (forgets && state === 'ended' && number <= line.head) assert.equal(standing.status, 'unknown');
    else assert.deepEqual(standing, line.standing(number), `number ${number}, head ${line.head}`);
  }
  assert.equal(board.waiting, line.waiting);
  assert.equal(board.active.size, line.in('active').length);
  assert.deepEqual([board.version, board.head, board.lastNumber], [line.version, line.head, line.places.length]);
}

test('whatever happens to a line, the board that hears of it tells every fan the truth', () => {
  const property = fc.property(transactions, (all) => {
    const line = new LineModel();
    const board = emptyBoard();
    for (const steps of all) {
      board.apply(line.transact(steps), 0);
      assertAgrees(board, line, false);
    }
  });
  fc.assert(property, dice(300));
});

test('twin: a board that hears of everything but of those who leave the middle is found out', () => {
  const property = fc.property(transactions, (all) => {
    const line = new LineModel();
    const board = emptyBoard();
    for (const steps of all) {
      const { changes, ...news } = line.transact(steps);
      board.apply(
        { ...news, changes: changes.filter(([what, , number]) => what !== 'ended' || number <= news.head) },
        0,
      );
      assertAgrees(board, line, false);
    }
  });
  assert(fc.check(property, dice(100)).failed);
});

test('a board read anew at any moment tells the same, and goes on with the news', () => {
  const property = fc.property(transactions, fc.nat(40), (all, readAfter) => {
    const line = new LineModel();
    const followed = emptyBoard();
    let anew: Board | undefined;
    for (const [index, steps] of all.entries()) {
      const news = line.transact(steps);
      followed.apply(news, 0);
      anew?.apply(news, 0);
      if (index === readAfter) {
        anew = new Board(line.snapshot());
        followed.restore(line.snapshot());
        assertAgrees(anew, line, true);
        assertAgrees(followed, line, false);
      }
    }
    if (anew === undefined) return;
    assertAgrees(followed, line, false);
    // What ended since the reading is known to both; what ended before is asked of the database.
    for (const { number } of line.places) {
      const standing = anew.standing(number);
      if (standing.status !== 'unknown') assert.deepEqual(standing, line.standing(number));
      else assert.equal(line.standing(number).status, 'EXPIRED');
    }
    assert.equal(anew.waiting, line.waiting);
  });
  fc.assert(property, dice(200));
});

test('positions of those who wait behind the head are 1, 2, 3 … without gap', () => {
  const property = fc.property(transactions, (all) => {
    const line = new LineModel();
    const board = emptyBoard();
    for (const steps of all) board.apply(line.transact(steps), 0);
    const positions = line.in('waiting').map(({ number }) => {
      const standing = board.standing(number);
      return standing.status === 'WAIT' ? standing.position : standing.status;
    });
    assert.deepEqual(
      positions,
      positions.map((_, index) => index + 1),
    );
  });
  fc.assert(property, dice(200));
});

test('a hold moves the end of a session forward only, and of a session only', () => {
  const property = fc.property(fc.array(fc.tuple(fc.nat(5), fc.nat(3_000)), { maxLength: 20 }), (extensions) => {
    const line = new LineModel();
    const board = emptyBoard();
    const admit = [0, 1, 2].map((which): Step => ({ do: 'admit', which }));
    board.apply(line.transact([{ do: 'join', count: 5 }, ...admit]), 0);
    const ends = new Map([1, 2, 3].map((entry) => [entry, 999 + entry]));
    for (const [entry, end] of extensions) {
      const moved = board.extend(entry, end);
      const before = ends.get(entry);
      const moves = before !== undefined && end > before;
      if (moves) ends.set(entry, end);
      assert.equal(moved, moves, 'streams are woken only by what fans can see');
    }
    assert.deepEqual(new Map([...board.active].map(([entry, { expiresAt }]) => [entry, expiresAt])), ends);
  });
  fc.assert(property, dice(100));
});

/** How many things an object keeps: its own collections, whatever they are called. */
function kept(board: object): number {
  let things = 0;
  for (const value of Object.values(board)) {
    if (value instanceof Map || value instanceof Set) things += value.size;
    else if (Array.isArray(value)) things += value.length;
  }
  return things;
}

/** A line of `count` fans, with three inside, two passed over and two who left from the middle. */
function lineOf(count: number): Board {
  const news: News = { concertId: 'c', version: 1, head: 5, front: 205, lastNumber: count, changes: [] };
  const board = emptyBoard();
  board.apply(news, 0);
  const admitted = [1, 3, 5].map((number) => ['admitted', number, number, 1_000, true, 7] as const);
  const passedOver = [2, 4].map((number) => ['passed over', number, number] as const);
  const left = [7, count - 1].map((number) => ['ended', number, number, 'LEFT'] as const);
  board.apply({ ...news, version: 2, changes: [...admitted, ...passedOver, ...left] }, 0);
  return board;
}

test('a line of a million costs what a line of a thousand costs: nothing is kept per waiting fan', () => {
  const [thousand, million] = [lineOf(1_000), lineOf(1_000_000)];
  assert.equal(kept(million), kept(thousand));
  assert.deepEqual(million.standing(1_000_000), { status: 'WAIT', position: 1_000_000 - 5 - 2 });
  for (let number = 500_000; number < 510_000; number++) million.standing(number);
  assert.equal(kept(million), kept(thousand), 'asking leaves nothing behind');
  const thousandMore = lineOf(1_000);
  thousandMore.apply({ ...empty, version: 3, head: 5, front: 5, lastNumber: 2_000, changes: [] }, 0);
  assert.equal(kept(thousandMore), kept(thousand), 'nor does joining');
  assert(
    kept(
      new Board({
        ...empty,
        settings,
        active: [{ entry: 1, expiresAt: 0, claimed: true, mark: 7 }],
        passedOver: [],
        departed: [],
        reissued: [],
      }),
    ) > kept(emptyBoard()),
    'the measure sees what is kept',
  );
});

test('settings change with the version that changed them, and an old look at the database brings none back', () => {
  const line = new LineModel();
  const keeper = keepBoard(line.snapshot(), { reread: () => undefined });
  const old = line.snapshot();
  const paused = { ...settings, ...pauseOf('rain', '비') };
  const first = line.transact([{ do: 'join', count: 1 }]);
  const second = { ...line.transact([]), settings: paused };
  keeper.accept(second);
  assert.equal(keeper.board.settings.paused, null, 'the change before it is still on its way');
  keeper.accept(first);
  assert.deepEqual(keeper.board.settings, paused);
  keeper.restore(old);
  assert.deepEqual(keeper.board.settings, paused);
  keeper.restore({ ...line.snapshot(), version: 3 });
  assert.equal(keeper.board.settings.paused, null, 'a newer look is believed');
});

test('news of any size travels whole, in parts that fit a notification', () => {
  const reason = anyCharacters({ minLength: 480, maxLength: 500 });
  const big = fc.integer({ min: 1, max: 999_999_999 });
  const size = fc.nat(600);
  const property = fc.property(size, big, fc.option(reason), reason, (count, from, why, ko) => {
    const changes = Array.from({ length: count }, (_, index) => {
      const entry = from + index;
      return index % 3 === 0
        ? (['ended', entry, entry, 'SESSION_ENDED'] as const)
        : (['admitted', entry, entry, 1_893_456_000_000, index % 2 === 0, 2 ** 30 - 1 - index] as const);
    });
    const changed = why === null ? undefined : { ...settings, ...pauseOf(why, ko) };
    const news = { ...empty, concertId: 'abcdefghij', lastNumber: from + count, changes, settings: changed };
    const parts = partsOf(news);
    for (const part of parts) assert(Buffer.byteLength(JSON.stringify(['line', part])) < 8_000, 'fits');
    const delivered: News[] = [];
    const arrive = createArrivals((one) => delivered.push(one));
    // Who begins to listen in the middle hears the end of news whose beginning is not known.
    for (const part of parts.slice(1)) arrive(part);
    assert.deepEqual(delivered, []);
    // A listener that was lost in the middle, and another one that hears the next news from the beginning.
    for (const part of parts.slice(0, -1)) arrive(part);
    const next = partsOf({ ...news, version: news.version + 1 });
    for (const part of next.slice(1)) arrive(part);
    assert.deepEqual(delivered, []);
    for (const part of [...parts, ...next]) arrive(part);
    assert.deepEqual(delivered, [news, { ...news, version: news.version + 1 }]);
  });
  fc.assert(property, dice(100));
});

test('what is remembered of ended places is bounded, and those who left the middle are dropped when the head passes', () => {
  const count = 25_000;
  const board = emptyBoard();
  const base = kept(board);
  board.apply({ ...empty, version: 1, head: 0, front: 0, lastNumber: count, changes: [] }, 0);
  const changes = Array.from({ length: count - 1 }, (_, index) => ['ended', index + 1, index + 1, 'LEFT'] as const);
  board.apply({ ...empty, version: 2, head: 0, front: 0, lastNumber: count, changes }, 0);
  assert.deepEqual(board.standing(count), { status: 'WAIT', position: 1 });
  assert.deepEqual(board.standing(1), { status: 'EXPIRED', because: 'LEFT' }, 'told by the gap it left');
  board.apply(
    {
      ...empty,
      version: 3,
      head: count,
      front: count,
      lastNumber: count,
      changes: [['admitted', count, count, 0, true, 7]],
    },
    0,
  );
  assert.equal(board.waiting, 0);
  assert(kept(board) - base <= 10_001, `${kept(board) - base} are kept`);
  assert.equal(board.standing(1).status, 'unknown');
  assert.equal(board.standing(count - 1).status, 'EXPIRED');
});

test('the rate counts the admissions of the last minute', () => {
  const moments = fc.array(fc.record({ pause: fc.nat(40), admissions: fc.nat(5) }), { maxLength: 30 });
  const property = fc.property(moments, (all) => {
    const board = emptyBoard();
    const admitted: number[] = [];
    let now = 1_000;
    let version = 0;
    for (const { pause, admissions } of all) {
      now += pause;
      const changes = Array.from({ length: admissions }, () => {
        admitted.push(now);
        return ['admitted', admitted.length, admitted.length, 0, true, 7] as const;
      });
      const head = admitted.length;
      board.apply({ ...empty, version: ++version, head, front: head, lastNumber: head, changes }, now);
      assert.equal(board.admittedPerMinute(now), admitted.filter((at) => at > now - 60).length);
    }
    assert.equal(board.admittedPerMinute(now + 60), 0);
  });
  fc.assert(property, dice(100));
});
