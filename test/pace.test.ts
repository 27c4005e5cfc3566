/** What is told of the time to wait is held against how long it took, in a line that is lived through second by second. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Board, pauseOf, type Change } from '../src/waiting-room/board.ts';
import { etaSeconds } from '../src/waiting-room/pace.ts';
import { settings } from './harness/line-model.ts';
import { seeded } from './harness/random.ts';

const empty = { concertId: 'c', version: 0, head: 0, front: 0, lastNumber: 0 };
const emptyBoard = () => new Board({ ...empty, settings, active: [], passedOver: [], departed: [], reissued: [] });

/** A line that never ends, second by second; sessions last 20 to 100 s. Answers the board, and when each was let in. */
function endlessLine(seed: number) {
  const random = seeded(seed);
  const board = emptyBoard();
  board.settings = { ...settings, maxActive: 100, sessionSeconds: 600 };
  const inside = new Map<number, number>();
  const admittedAt = new Map<number, number>();
  let now = 1_000;
  let head = 0;
  return {
    board,
    admittedAt,
    inside,
    get now() {
      return now;
    },
    get head() {
      return head;
    },
    run: (seconds: number): void => {
      for (const until = now + seconds; now < until; now++) {
        const ended = [...inside].filter(([, end]) => end <= now).map(([entry]) => entry);
        for (const entry of ended) inside.delete(entry);
        const changes: Change[] = ended.map((entry) => ['ended', entry, entry, 'PAID']);
        while (inside.size < board.settings.maxActive) {
          head += 1;
          inside.set(head, now + 20 + random(81));
          admittedAt.set(head, now);
          changes.push(['admitted', head, head, 0, true, 7]);
        }
        if (changes.length === 0) continue;
        board.apply(
          { ...empty, version: board.version + 1, head, front: head, lastNumber: head + 5_000, changes },
          now,
        );
      }
    },
  };
}

test('what is told of the time to wait comes true, whatever the operator does with the limit', () => {
  const line = endlessLine(7);
  const { board, admittedAt } = line;
  const told: { number: number; at: number; eta: number; when: string }[] = [];
  const ask = (when: string, ...positions: number[]): void => {
    for (const position of positions) {
      const eta = etaSeconds(position, board.pace(line.now));
      assert(eta !== null, when);
      told.push({ number: line.head + position, at: line.now, eta, when });
    }
  };
  line.run(10);
  assert.equal(etaSeconds(1, board.pace(line.now)), null, 'a hall that has just filled up says nothing of what comes');
  line.run(290);
  ask('in the middle of a sale', 50, 300);
  line.run(300);
  board.settings = { ...board.settings, maxActive: 10 };
  ask('after the limit was cut', 20, 69);
  line.run(20);
  ask('while more are inside than may be', 20, 69);
  line.run(600);
  ask('when as many are inside as may be', 20, 69);
  line.run(600);
  board.settings = { ...board.settings, maxActive: 200 };
  assert.equal(etaSeconds(150, board.pace(line.now)), 1, 'whom the limit lets in waits for nobody');
  line.run(60);
  ask('after the limit was raised', 300, 1_000);
  line.run(1_200);
  for (const { number, at, eta, when } of told) {
    const took = (admittedAt.get(number) ?? Infinity) - at;
    // Ten sessions are few to judge by.
    assert(eta > took / 1.75 - 5 && eta < took * 1.75 + 5, `${when}: ${eta} s were told, ${took} s it took`);
  }
});

test('the estimate is unknown in a pause, when all is sold, and when no session has ended for five minutes', () => {
  const line = endlessLine(1);
  const { board } = line;
  assert.equal(etaSeconds(1, board.pace(0)), null);
  line.run(200);
  const known = etaSeconds(60, board.pace(line.now));
  assert(known !== null && known > 0);
  assert((etaSeconds(120, board.pace(line.now)) ?? 0) > known);
  board.settings = { ...board.settings, ...pauseOf('rain', '비') };
  assert.equal(etaSeconds(60, board.pace(line.now)), null);
  board.settings = { ...board.settings, ...pauseOf(null, null) };
  board.isSoldOut = true;
  assert.equal(etaSeconds(60, board.pace(line.now)), null);
  board.isSoldOut = false;
  assert((etaSeconds(60, board.pace(line.now + 200)) ?? 0) > known, 'the longer nobody goes, the longer it takes');
  assert.equal(etaSeconds(60, board.pace(line.now + 300)), null);
  const longest = 2 * settings.sessionSeconds;
  board.settings = { ...board.settings, sessionSeconds: 10 };
  assert(
    longest > 20 && (etaSeconds(100, board.pace(line.now + 290)) ?? 0) <= 20,
    'no session lasts longer than it may',
  );
});
