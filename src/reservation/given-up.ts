/**
 * Paid seats that are given back: what was paid is locked and read, and its seats taken back, inside the transaction that
 * cancels. What the fan gets for them is decided elsewhere. A seat is taken back only while it is sold to the reservation that
 * gives it up, so it is given back once, whoever has it by then.
 */
import type { Sql, Statement, Tx } from '../platform/database.ts';
import type { RefundTerms } from '../refunds/refunds.ts';
import { bySeatKey } from './holding.ts';
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
  /** The date was called off: whatever is left of it is refunded by itself. */
  readonly isCalledOff: boolean;
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
      date.starts_at as "startsAt", date.moved_at as "movedAt", date.status = 'CANCELLED' as "isCalledOff"
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
 * Takes back these seats of reservations that `lockPaid` has locked in this transaction: they are AVAILABLE, and a
 * reservation without any other is CANCELLED. Sent at once, to be waited for or to travel with the commit: nothing of the
 * transaction stands if a single seat is not sold to its reservation. What it answers is to be announced after the commit, and
 * in this transaction the seats are to be counted (`countChanges`). At least one; the seats are taken in the order of
 * everybody's locks.
 */
export function takeBack(tx: Tx, concertId: string, givenUp: readonly GivenUp[]): Statement<SeatChange[]> {
  const seats = givenUp
    .flatMap(({ reservationId: id, performanceId, seatNumbers }) =>
      seatNumbers.map((number) => ({ id, performanceId, number })),
    )
    .toSorted(bySeatKey);
  const byId = [...Map.groupBy(givenUp, ({ reservationId }) => reservationId)];
  return tx<SeatChange[]>`
    with changed as (
      update reservations as own
      set cancelled_numbers = own.cancelled_numbers || given.numbers::int[],
        cancelled_amount = coalesce(own.cancelled_amount, 0) + given.price,
        status = case cardinality(own.seat_numbers)
          when coalesce(cardinality(own.cancelled_numbers), 0) + cardinality(given.numbers::int[]) then 'CANCELLED'
          else own.status end
      from unnest(${byId.map(([id]) => id)}::text[],
        ${byId.map(([, parts]) => `{${parts.flatMap(({ seatNumbers }) => seatNumbers).join(',')}}`)}::text[],
        ${byId.map(([, parts]) => parts.reduce((sum, { price }) => sum + price, 0))}::bigint[]) as given (id, numbers, price)
      where own.id = given.id and own.concert_id = ${concertId} and own.status || '' = 'CONFIRMED'
      returning 1
    ), freed as (
      update seats as seat set reservation_id = null, sold = false, version = seat.version + 1
      from unnest(${seats.map((seat) => seat.performanceId)}::text[], ${seats.map((seat) => seat.number)}::int[],
        ${seats.map((seat) => seat.id)}::text[]) as given (performance_id, number, reservation_id)
      where seat.concert_id = ${concertId} and seat.performance_id = given.performance_id and seat.number = given.number
        and seat.reservation_id = given.reservation_id and seat.sold
      returning seat.performance_id, seat.number, seat.version
    ), met as (
      select expect_rows((select count(*) from changed) + (select count(*) from freed), ${byId.length + seats.length})::text as all
    )
    -- What is selected from is "met": beside nothing that was freed it would never be asked.
    select performance_id as "performanceId", number, 0 as code, version
    from met left join freed on true where met.all is not null`.execute();
}
