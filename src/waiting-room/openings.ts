/**
 * Of a line that is bound to its seats, nobody is let in while those inside without a live hold are as many as the seats that are
 * free, so that one who holds four lets nobody in to nothing. Who holds what changes without the room's lock, so it is counted now
 * and then (`openings` = free seats - those inside who hold none), and every admission lowers it in its own transaction: what is let
 * in between two counts never exceeds the first of them.
 */
import type { Sql } from '../platform/database.ts';
import { eachByItself } from '../platform/each.ts';
import type { Boards } from './boards.ts';
import type { Supply } from './supply.ts';

interface Counting {
  readonly sql: Sql;
  readonly boards: Pick<Boards, 'peek'>;
  readonly supply: Pick<Supply, 'seats'>;
}

interface CountedRow {
  readonly concertId: string;
  /** Of the room, when it was looked at. */
  readonly version: number;
  readonly counted: number;
  readonly openings: number | null;
  readonly maxActive: number;
  /** What the openings were by then. */
  readonly found: number;
}

/**
 * Counts the openings of these lines, of those that are bound, and has the boards know. One look for all of them, whose snapshot
 * has seats, holds and those inside as of one moment; what was let in since is taken off by adding the difference only.
 */
export async function countOpenings({ sql, boards, supply }: Counting, concertIds: readonly string[]): Promise<void> {
  const seats = supply.seats();
  if (seats === undefined || concertIds.length === 0) return;
  const concertId = sql`room.concert_id`;
  // As long as there are enough seats for all who may be inside, whatever these hold, nobody's holds are looked at.
  const rows = await sql<CountedRow[]>`
    select room.concert_id as "concertId", version, openings_counted as counted, openings, max_active as "maxActive",
      least(max_active, case when plenty >= max_active then plenty - active
        else (select sale.seats - held.seats - active + held.fans from ${seats.held(sql, concertId)} as held (seats, fans)) end)::int as found
    from rooms as room
    cross join lateral ${seats.onSale(sql, concertId)} as sale (seats, dates)
    cross join lateral (select sale.seats - active::bigint * max_seats_per_fan_ever * sale.dates) as spare (plenty)
    where room.concert_id = any(${concertIds}::text[]) and bound_to_supply and rests_until is null`;
  await eachByItself(rows, async (row) => {
    const board = boards.peek(row.concertId);
    if (board !== undefined) board.openings = row.found;
    if (isNew(row)) await correct(sql, row);
  });
}

/** Whether it makes a difference: more than may be inside bind nobody. */
function isNew({ openings, found, maxActive }: CountedRow): boolean {
  return openings === null || (openings !== found && Math.min(openings, found) < maxActive);
}

/** Once a count, whoever else counts too; a room that was never counted is left to the next time if it has changed meanwhile. */
async function correct(sql: Sql, { concertId, version, counted, openings, found }: CountedRow): Promise<void> {
  await sql`
    update rooms set openings = coalesce(openings + ${found - (openings ?? 0)}::int, ${found}::int), openings_counted = openings_counted + 1
    where concert_id = ${concertId} and openings_counted = ${counted} and (openings is not null or version = ${version})`;
}
