/**
 * Finding out what was missed of the seats: news leave after their commit, so they may be lost with the server that had
 * them. Each performance counts the changes of its seats, and a board those that it has taken over; and what the date itself
 * has become is seen by its revision.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from '../platform/database.ts';
import { createRotation, eachByItself } from '../platform/each.ts';
import type { Feed } from '../platform/feed.ts';
import type { Duty } from '../platform/ticker.ts';
import type { SeatBoard } from './seat-board.ts';

const check_every_ms = 500;
/** Where no other server was heard of, there is hardly anything to be missed. */
const checks_per_lonely_check = 10;
/** So many at a time; with more of them, each is looked at every second or third time. */
const checked_max = 1_000;

interface Checking {
  readonly sql: Sql;
  readonly feed: Pick<Feed, 'hasCompany'>;
  /** Of present use. */
  used(): readonly SeatBoard[];
  reread(board: SeatBoard): Promise<void>;
  /** Told the revision of each date that was looked at. */
  seen(performanceId: string, revision: number): void;
}

export function createSeatsCheck({ sql, feed, used, reread, seen }: Checking) {
  const next = createRotation(checked_max);
  let checks = 0;
  const check = async (boards: readonly SeatBoard[]): Promise<void> =>
    eachByItself(await lackingChanges({ sql, seen }, boards), reread);
  const duty: Duty = {
    name: 'seats.check',
    everyMs: check_every_ms,
    run: async () => {
      if (checks++ % checks_per_lonely_check === 0 || feed.hasCompany()) await check(next(used()));
    },
  };
  return {
    /** Reads again what lacks a change, of all boards of use. */
    checkAll: () => check(used()),
    duty,
  };
}

/**
 * What is on its way arrives in milliseconds; so whoever was behind at every look in these 200 ms lacks something. While a
 * hall changes all the time that may be untrue of it, and it is read again for nothing; but what is wanting is found.
 */
const looks_apart_ms = [20, 40, 60, 80];

type Looking = Pick<Checking, 'sql' | 'seen'>;

/** Which of these boards lack a change that was committed. */
async function lackingChanges(looking: Looking, boards: readonly SeatBoard[]): Promise<readonly SeatBoard[]> {
  let lacking = await behind(looking, boards);
  for (const ms of looks_apart_ms) {
    if (lacking.length === 0) break;
    await sleep(ms, undefined, { ref: false });
    lacking = await behind(looking, lacking);
  }
  return lacking;
}

/** A board's count is taken before the question: what is taken over while it is asked must not stand for what is wanting. */
async function behind({ sql, seen }: Looking, boards: readonly SeatBoard[]): Promise<readonly SeatBoard[]> {
  if (boards.length === 0) return [];
  const known = new Map(boards.map((board) => [board.performance.id, { board, changes: board.changes }]));
  const rows = await sql<{ performanceId: string; changes: number; revision: number }[]>`
    select performance_id as "performanceId", changes, revision
    from unnest(${boards.map(({ performance }) => performance.concertId)}::text[], ${[...known.keys()]}::text[])
      as asked (concert_id, performance_id) join performance_sales using (concert_id, performance_id)`;
  return rows.flatMap(({ performanceId, changes, revision }) => {
    seen(performanceId, revision);
    const one = known.get(performanceId);
    return one !== undefined && one.changes < changes ? [one.board] : [];
  });
}
