/**
 * What a change of a date means for its seats, in the transaction that changes it. The row of `performance_sales` that whoever
 * holds or pays locks last is taken here too: behind it nothing is held or paid any more by what stood before (counting.ts).
 */
import type { Sql, Statement, Tx } from '../platform/database.ts';
import { giveBack } from './release.ts';
import { countChanges } from './counting.ts';
import type { SeatChange } from './seat-board.ts';

interface DateOf {
  readonly concertId: string;
  readonly id: string;
}

/**
 * Ends the sale of a date for good: from the commit on nobody holds or pays there. Answers how many reservations have seats
 * that are sold. The caller has locked the room, so no payment is under way.
 */
export async function callOffSale(tx: Tx, { concertId, id }: DateOf): Promise<number> {
  const closing = tx`
    update performance_sales set called_off = true, revision = revision + 1
    where concert_id = ${concertId} and performance_id = ${id}`.execute();
  const counting = tx<[{ total: number }]>`
    select count(*)::int as total from (
      select from seats where concert_id = ${concertId} and performance_id = ${id} and sold group by reservation_id) as sold`;
  const [, [{ total }]] = await Promise.all([closing, counting]);
  return total;
}

/**
 * Lets live holds of a date end with its sale, which ends earlier now. The caller has locked the room. Once those that there
 * are have been shortened, holds that were granted meanwhile come before the date's row, and are shortened behind it; should
 * somebody have locked one of these, waiting could be in a circle, so all of it is refused with a lock that is not available
 * (transient) and to be done again.
 */
export async function moveSale(tx: Tx, date: DateOf & { readonly startsAt: string }): Promise<void> {
  await shorten(tx, date, tx``);
  const { concertId, id } = date;
  await tx`
    update performance_sales set revision = revision + 1 where concert_id = ${concertId} and performance_id = ${id}`;
  await shorten(tx, date, tx`nowait`);
}

/** Reservations, then their seats, each in the order of everybody's locks. Those of seats that were lost are ended by a sweep. */
async function shorten(
  tx: Tx,
  { concertId, id, startsAt }: DateOf & { readonly startsAt: string },
  waiting: Statement<readonly unknown[]>,
): Promise<void> {
  const holds = await tx<{ id: string }[]>`
    select id from reservations
    where status = 'HELD' and concert_id = ${concertId} and performance_id = ${id} and held_until > ${startsAt}::timestamptz
    order by id for update ${waiting}`;
  if (holds.length === 0) return;
  const ids = holds.map((hold) => hold.id);
  const seats = await tx<{ number: number }[]>`
    select seat.number from seats as seat
    join (
      select id, unnest(seat_numbers) as number from reservations
      where concert_id = ${concertId} and id = any(${ids}::text[])
    ) as held on seat.number = held.number and seat.reservation_id = held.id
    where seat.concert_id = ${concertId} and seat.performance_id = ${id} and not seat.sold and seat.held_until is not null
    order by seat.number for update of seat ${waiting}`;
  void tx`
    update reservations set held_until = ${startsAt}::timestamptz
    where concert_id = ${concertId} and id = any(${ids}::text[]) and status || '' = 'HELD'`.execute();
  void tx`
    update seats set held_until = ${startsAt}::timestamptz
    where concert_id = ${concertId} and performance_id = ${id} and number = any(${seats.map(({ number }) => number)}::int[])`.execute();
}

/**
 * Gives back holds of a date that was called off, at most so many, but those that somebody else is changing at this moment.
 * Answers whether they were the last.
 */
export async function giveBackSome(
  tx: Tx,
  { concertId, id }: DateOf,
  holdsMax: number,
): Promise<{ readonly changes: readonly SeatChange[]; readonly isLast: boolean }> {
  const held = await tx<{ id: string }[]>`
    select id from reservations
    where concert_id = ${concertId} and status || '' = 'HELD' and id = any(array(
      select id from reservations where status = 'HELD' and concert_id = ${concertId} and performance_id = ${id}
      order by held_until limit ${holdsMax}))
    order by id for update skip locked`;
  const changes = await giveBack(
    tx,
    concertId,
    held.map((hold) => hold.id),
  );
  countChanges(tx, concertId, changes);
  if (held.length === holdsMax) return { changes, isLast: false };
  const [left] = await tx`
    select from reservations where status = 'HELD' and concert_id = ${concertId} and performance_id = ${id} limit 1`;
  return { changes, isLast: left === undefined };
}

export interface SoldTo {
  readonly id: string;
  readonly userId: string;
  /** Of its seats among those that were looked at. */
  readonly first: number;
  readonly last: number;
}

/** Whom the next sold seats of a date belong to, behind a number, which may be a part of a statement; by number. */
export function nextSold(
  sql: Sql,
  { concertId, id }: DateOf,
  { behind, seatsMax }: { readonly behind: Statement<readonly unknown[]>; readonly seatsMax: number },
): Statement<SoldTo[]> {
  return sql<SoldTo[]>`
    select sold.id, owner.user_id as "userId", sold.first, sold.last
    from (
      select reservation_id as id, min(number) as first, max(number) as last from (
        select reservation_id, number from seats
        where concert_id = ${concertId} and performance_id = ${id} and sold and number > ${behind}
        order by number limit ${seatsMax}) as next
      group by reservation_id) as sold
    join reservations as owner on owner.concert_id = ${concertId} and owner.id = sold.id
    order by sold.first`;
}

/** Locks those of these reservations that are CONFIRMED and that nobody else is changing at this moment. */
export async function lockFree(tx: Tx, concertId: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const locked = await tx<{ id: string }[]>`
    select id from reservations
    where concert_id = ${concertId} and id = any(${ids}::text[]) and status || '' = 'CONFIRMED'
    order by id for no key update skip locked`;
  return new Set(locked.map(({ id }) => id));
}
