/**
 * Finding out what was missed of the seats: news leave after their commit, so they may be lost with the server that had
 * them. Each performance counts the changes of its seats, and a board those that it has taken over.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from '../platform/database.ts';
import type { SeatBoard } from './seat-board.ts';

/**
 * What is on its way arrives in milliseconds; so whoever was behind at every look in these 200 ms lacks something. While a
 * hall changes all the time that may be untrue of it, and it is read again for nothing; but what is wanting is found.
 */
const looks_apart_ms = [20, 40, 60, 80];

/** Which of these boards lack a change that was committed. */
export async function lackingChanges(sql: Sql, boards: readonly SeatBoard[]): Promise<readonly SeatBoard[]> {
  let lacking = await behind(sql, boards);
  for (const ms of looks_apart_ms) {
    if (lacking.length === 0) break;
    // oxlint-disable-next-line no-await-in-loop
    await sleep(ms, undefined, { ref: false });
    // oxlint-disable-next-line no-await-in-loop
    lacking = await behind(sql, lacking);
  }
  return lacking;
}

/** A board's count is taken before the question: what is taken over while it is asked must not stand for what is wanting. */
async function behind(sql: Sql, boards: readonly SeatBoard[]): Promise<readonly SeatBoard[]> {
  if (boards.length === 0) return [];
  const known = new Map(boards.map((board) => [board.performance.id, { board, changes: board.changes }]));
  const rows = await sql<{ performanceId: string; changes: number }[]>`
    select performance_id as "performanceId", changes
    from unnest(${boards.map(({ performance }) => performance.concertId)}::text[], ${[...known.keys()]}::text[])
      as asked (concert_id, performance_id) join performance_sales using (concert_id, performance_id)`;
  return rows.flatMap(({ performanceId, changes }) => {
    const one = known.get(performanceId);
    return one !== undefined && one.changes < changes ? [one.board] : [];
  });
}
