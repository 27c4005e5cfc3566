/**
 * Places that ended long ago are removed, in the order of their entries, but those that were paid from. A line's
 * arithmetic never looks behind its head, so nobody's position changes; a token of such a place is QUEUE_TOKEN_INVALID.
 */
import type { Database } from '../platform/database.ts';
import { eachByItself, impatient } from '../platform/each.ts';
import type { Duty } from '../platform/ticker.ts';

const every_ms = 300_000;
/** The room's lock is held meanwhile: some milliseconds. */
const places_per_batch = 500;
const batches_per_room_max = 100;
const rooms_max = 100;

/** Removes places that ended more than `days` ago, on whichever server comes first. */
export function placeRetention(database: Database, days: number): Duty {
  return {
    name: 'line.retention',
    everyMs: every_ms,
    run: async () =>
      eachByItself(await roomsWithOld(database, days), async ({ concertId }) => {
        for (let batch = 0; batch < batches_per_room_max; batch++)
          // oxlint-disable-next-line no-await-in-loop
          if ((await removeSome(database, concertId, days)) < places_per_batch) return;
      }),
  };
}

/** One probe for each line that has a place which may not have been looked at. */
function roomsWithOld({ sql }: Database, days: number): Promise<{ concertId: string }[]> {
  return sql<{ concertId: string }[]>`
    select concert_id as "concertId" from rooms as room cross join lateral (
      select ended_at, number from queue_tokens as token
      where token.concert_id = room.concert_id and token.entry > room.removed_to order by token.entry limit 1
    ) as oldest
    where removed_to < last_number and oldest.number <= head and oldest.ended_at < now() - make_interval(days => ${days})
    limit ${rooms_max}`;
}

/**
 * Goes on from where it was left, as far as every place is over for long, and not further than the head: numbers that
 * left from the middle of a line are counted by those who wait behind them. Answers how many places it went.
 */
async function removeSome(database: Database, concertId: string, days: number): Promise<number> {
  return database.transaction(async (tx) => {
    impatient(tx);
    // The room first, as all who take both.
    const [room] = await tx<{ removedTo: number; head: number }[]>`
      select removed_to as "removedTo", head from rooms where concert_id = ${concertId} for no key update skip locked`;
    if (room === undefined) return 0;
    const [went] = await tx<{ places: number }[]>`
      with next as (
        select entry, ended_because, coalesce(status = 'EXPIRED' and number <= ${room.head}
          and ended_at < now() - make_interval(days => ${days}), false) as over
        from queue_tokens where concert_id = ${concertId} and entry > ${room.removedTo}
        order by entry limit ${places_per_batch}
      ), reach as (
        select coalesce(min(entry) filter (where not over) - 1, max(entry)) as entry from next
      ), gone as (
        delete from queue_tokens as token using next, reach
        where token.concert_id = ${concertId} and token.entry = next.entry and next.entry <= reach.entry
          and next.ended_because <> 'PAID'
        returning 1
      )
      update rooms set removed = removed + (select count(*) from gone), removed_to = reach.entry
      from reach where concert_id = ${concertId} and reach.entry > removed_to
      returning reach.entry - ${room.removedTo}::bigint as places`;
    return went?.places ?? 0;
  });
}
