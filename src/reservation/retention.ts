/**
 * Holds that ran out or were given back long ago are removed, in the order of their ids, which grow with time; what was
 * paid never is. So are the attempts at seats that somebody else had.
 */
import type { Database } from '../platform/database.ts';
import { eachByItself, impatient } from '../platform/each.ts';
import type { Duty } from '../platform/ticker.ts';

const every_ms = 300_000;
const rows_per_batch = 1_000;
const batches_max = 100;
const concerts_max = 100;
/** All attempts of a concert (at most 200,000) are looked through so often. */
const attempts_every_hours = 24;

/** Removes what is over since more than `days`, on whichever server comes first. */
export function reservationRetention(database: Database, days: number): readonly Duty[] {
  return [
    {
      name: 'holds.retention',
      everyMs: every_ms,
      run: async () =>
        eachByItself(await concertsWithOld(database, days), ({ concertId }) =>
          inBatches(() => removeHolds(database, concertId, days)),
        ),
    },
    { name: 'attempts.retention', everyMs: every_ms, run: () => inBatches(() => removeAttempts(database, days)) },
  ];
}

/** Until one of them answers that there is no more. */
async function inBatches(batch: () => Promise<boolean>): Promise<void> {
  for (let batches = 0; batches < batches_max; batches++) {
    // oxlint-disable-next-line no-await-in-loop
    if (!(await batch())) return;
  }
}

/** One probe for each concert. */
function concertsWithOld({ sql }: Database, days: number): Promise<{ concertId: string }[]> {
  return sql<{ concertId: string }[]>`
    select concert.id as "concertId" from concerts as concert
    left join reservation_retention as retention on retention.concert_id = concert.id
    cross join lateral (
      select created_at, status, held_until from reservations
      where concert_id = concert.id and id > coalesce(removed_to, concert.id || '-') and id < concert.id || '.'
      order by id limit 1
    ) as oldest
    where oldest.created_at < now() - make_interval(days => ${days})
      and (status = 'CONFIRMED' or status <> 'HELD' and held_until < now() - make_interval(days => ${days}))
    limit ${concerts_max}`;
}

/** Goes on from where it was left, as far as every reservation is paid or over for long. Answers whether there is more. */
async function removeHolds(database: Database, concertId: string, days: number): Promise<boolean> {
  // By itself: within the transaction, another server that is the first would be waited for until it has removed its rows.
  await database.sql`
    insert into reservation_retention (concert_id, removed_to) values (${concertId}, ${`${concertId}-`})
    on conflict (concert_id) do nothing`;
  return database.transaction(async (tx) => {
    impatient(tx);
    const [retention] = await tx<{ removedTo: string }[]>`
      select removed_to as "removedTo" from reservation_retention
      where concert_id = ${concertId} for no key update skip locked`;
    if (retention === undefined) return false;
    const [went] = await tx<{ rows: number }[]>`
      with next as (
        select id, created_at < now() - make_interval(days => ${days}) and (status = 'CONFIRMED'
          or status <> 'HELD' and held_until < now() - make_interval(days => ${days})) as over
        from reservations
        where concert_id = ${concertId} and id > ${retention.removedTo} and id < ${`${concertId}.`}
        order by id limit ${rows_per_batch}
      ), passed as (
        select id from next
        where id < coalesce((select min(id) from next where not over), ${`${concertId}.`})
      ), gone as (
        delete from reservations as reservation using passed
        where reservation.concert_id = ${concertId} and reservation.id = passed.id
          -- Whatever became of it since, what was once paid stays.
          and reservation.payment_id is null
      )
      update reservation_retention set removed_to = (select max(id) from passed)
      where concert_id = ${concertId} and exists (select from passed)
      returning (select count(*) from passed)::int as rows`;
    return went?.rows === rows_per_batch;
  });
}

/** The concert's row first, as all who write attempts. Answers whether there may be more to do. */
async function removeAttempts(database: Database, days: number): Promise<boolean> {
  return database.transaction(async (tx) => {
    impatient(tx);
    const [due] = await tx<{ concertId: string }[]>`
      select concert_id as "concertId" from seat_refusal_totals
      where cleaned_at < now() - make_interval(hours => ${attempts_every_hours})
      order by cleaned_at limit 1 for no key update skip locked`;
    if (due === undefined) return false;
    await tx`
      with old as (
        select performance_id, number, slot from seat_refusals
        where concert_id = ${due.concertId} and at < now() - make_interval(days => ${days})
        order by performance_id, number, slot limit ${rows_per_batch}
      ), gone as (
        delete from seat_refusals as attempt using old
        where attempt.concert_id = ${due.concertId} and attempt.performance_id = old.performance_id
          and attempt.number = old.number and attempt.slot = old.slot
        returning 1
      ), counted as (
        select count(*)::int as rows from gone
      )
      update seat_refusal_totals set kept = kept - rows,
        cleaned_at = case when rows < ${rows_per_batch}::int then now() else cleaned_at end
      from counted where concert_id = ${due.concertId}`;
    return true;
  });
}
