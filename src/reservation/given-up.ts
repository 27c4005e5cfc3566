/**
 * Paid seats that are given back: what was paid is locked and read, and its seats taken back, inside the transaction that
 * cancels. What the fan gets for them is decided elsewhere. A seat is taken back only while it is sold to the reservation that
 * gives it up, so it is given back once, whoever has it by then.
 */
import type { Sql, Statement, Tx } from '../platform/database.ts';
import { inBraces } from '../platform/values.ts';
import type { RefundTerms } from '../refunds/refunds.ts';
import { counting } from './counting.ts';
import type { SeatChange } from './seat-board.ts';

/** A reservation with its payment, and the date that it is for, as the database has them at this moment. */
export interface PaidSeats {
  readonly id: string;
  readonly userId: string;
  readonly performanceId: string;
  /** As they were paid for, or held. */
  readonly seatNumbers: readonly number[];
  readonly amount: number;
  /** Null: it was not paid. */
  readonly paymentId: string | null;
  readonly paidAt: Date | null;
  /** Of the seats, those that were cancelled before. */
  readonly cancelledNumbers: readonly number[];
  /** What it was paid under. */
  readonly terms: RefundTerms;
  readonly startsAt: Date;
  /** When the date was moved last; null: never. */
  readonly movedAt: Date | null;
  /** Counts the changes of the date: whoever decided by another decides again. */
  readonly revision: number;
  /** The date was called off: whatever is left of it is refunded by itself. */
  readonly isCalledOff: boolean;
  /** When all this was so, to the millisecond, by PostgreSQL. */
  readonly readAt: Date;
}

/** Some seats of a reservation, all of one date, and what they cost together. */
export interface GivenUp {
  readonly reservationId: string;
  readonly performanceId: string;
  readonly seatNumbers: readonly number[];
  readonly price: number;
}

/**
 * Reads reservations of a concert, whatever became of them; ids that are none are left out. The date is read of the database,
 * since a catalog may not have heard yet that it was moved.
 */
export function readPaid(sql: Sql, concertId: string, ids: readonly string[]): Statement<PaidSeats[]> {
  return sql<PaidSeats[]>`
    select paid.id, paid.user_id as "userId", paid.performance_id as "performanceId", paid.seat_numbers as "seatNumbers",
      paid.amount, paid.payment_id as "paymentId", paid.paid_at as "paidAt",
      coalesce(paid.cancelled_numbers, '{}') as "cancelledNumbers",
      json_build_object('refundPolicy', terms.policy, 'timeZone', terms.time_zone) as terms,
      date.starts_at as "startsAt", date.moved_at as "movedAt", date.revision, date.status = 'CANCELLED' as "isCalledOff",
      date_trunc('milliseconds', clock_timestamp()) as "readAt"
    from reservations as paid
    -- What was paid before there were terms goes by the first.
    join refund_terms as terms on terms.id = coalesce(paid.refund_terms, 1)
    join performances as date on date.concert_id = paid.concert_id and date.id = paid.performance_id
    where paid.concert_id = ${concertId} and paid.id = any(${ids}::text[])`;
}

/**
 * The same, locked, in the order of ids. The caller has locked the wallets of their fans before. Read behind the locks, so
 * that what another transaction did meanwhile is seen.
 */
export async function lockPaid(
  tx: Tx,
  concertId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, PaidSeats>> {
  const wanted = [...new Set(ids)];
  const [, paid] = await Promise.all([
    tx`
      select from reservations where concert_id = ${concertId} and id = any(${wanted}::text[])
      order by id for no key update`,
    readPaid(tx, concertId, wanted),
  ]);
  return new Map(paid.map((one) => [one.id, one]));
}

/**
 * Parts of a statement in which `cancelled` has seats that are given up, a row a reservation: `reservation_id`,
 * `performance_id`, their `numbers` and `price`. They are AVAILABLE, and a reservation without any other is CANCELLED.
 * Reservations are met in the order given, which is to be that of their ids, seats in the order in which everybody takes them.
 * Whoever uses them has it found out by `expect_rows` whether all were met: `changed`, which are as many as `cancelled`, and
 * `freed`, the seats.
 */
const takingBack = (sql: Sql | Tx, concertId: string): Statement<readonly unknown[]> => sql`
  changed as (
    update reservations as own
    set cancelled_numbers = own.cancelled_numbers || cancelled.numbers,
      cancelled_amount = coalesce(own.cancelled_amount, 0) + cancelled.price,
      status = case cardinality(own.seat_numbers)
        when coalesce(cardinality(own.cancelled_numbers), 0) + cardinality(cancelled.numbers) then 'CANCELLED' else own.status end
    from cancelled
    where own.id = cancelled.reservation_id and own.concert_id = ${concertId} and own.status || '' = 'CONFIRMED'
      and not coalesce(own.cancelled_numbers && cancelled.numbers, false)
    returning 1
  ), freed as (
    update seats as seat set reservation_id = null, sold = false, version = seat.version + 1
    from (
      select performance_id, unnest(numbers) as number, reservation_id from cancelled
      order by performance_id collate "C", number
    ) as given
    where seat.concert_id = ${concertId} and seat.performance_id = given.performance_id and seat.number = given.number
      and seat.reservation_id = given.reservation_id and seat.sold
    returning seat.performance_id, seat.number, seat.version
  )`;

/**
 * The same, and they are counted as given up for the `refund` that each row has, of the date's `revision` that it went by: none of
 * them unless all were freed, since a date has no fewer seats sold than none. Of `counted` there are then as many as dates.
 */
export const givingUp = (sql: Sql, concertId: string): Statement<readonly unknown[]> => sql`
  ${takingBack(sql, concertId)}, change as (
    select performance_id, sum(cardinality(numbers))::int as changes, -sum(cardinality(numbers))::int as seats,
      -sum(refund)::bigint as amount, min(revision) as revision
    from cancelled
    where (select count(*) from freed) = (select sum(cardinality(numbers)) from cancelled)
    group by performance_id
  ), ${counting(sql, concertId)}`;

/**
 * Takes back these seats of reservations that `lockPaid` has locked in this transaction; several parts of one are one. Sent at
 * once, to be waited for or to travel with the commit: nothing of the transaction stands if a single seat is not sold to its
 * reservation. What it answers is to be announced after the commit, and in this transaction the seats are to be counted
 * (`countChanges`). At least one.
 */
export function takeBack(tx: Tx, concertId: string, givenUp: readonly GivenUp[]): Statement<SeatChange[]> {
  const parts = [...Map.groupBy(givenUp, ({ reservationId }) => reservationId)];
  const dates = new Map(givenUp.map(({ reservationId, performanceId }) => [reservationId, performanceId]));
  const seats = givenUp.reduce((sum, { seatNumbers }) => sum + seatNumbers.length, 0);
  return tx<SeatChange[]>`
    with cancelled as materialized (
      select reservation_id, performance_id, numbers::int[] as numbers, price
      from unnest(${parts.map(([id]) => id)}::text[], ${parts.map(([id]) => dates.get(id) ?? '')}::text[],
        ${parts.map(([, own]) => inBraces(own.flatMap(({ seatNumbers }) => seatNumbers)))}::text[],
        ${parts.map(([, own]) => own.reduce((sum, { price }) => sum + price, 0))}::bigint[])
        as given (reservation_id, performance_id, numbers, price)
      order by reservation_id collate "C"
    ), ${takingBack(tx, concertId)}, met as (
      select expect_rows((select count(*) from changed) + (select count(*) from freed), ${parts.length + seats})::text as all
    )
    -- What is selected from is "met": beside nothing that was freed it would never be asked.
    select performance_id as "performanceId", number, 0 as code, version
    from met left join freed on true where met.all is not null`.execute();
}
