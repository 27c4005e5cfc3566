/**
 * The reservation's part of a payment: judged and confirmed inside the paying transaction. A payment is columns of its
 * reservation's row, which has it from when it is CONFIRMED: so there is at most one, and it is of its amount, by its user.
 */
import { conflict, type Sql, type Statement, type Tx } from '../platform/database.ts';
import { counting } from './counting.ts';
import { bySeatKey } from './holding.ts';
import type { SeatChange } from './seat-board.ts';
import type { ReservationStatus } from './answer.ts';

export interface LockedReservation {
  readonly id: string;
  readonly userId: string;
  readonly performanceId: string;
  readonly seatNumbers: readonly number[];
  readonly amount: number;
  /** HELD only while its time lasts, its date was not called off and, if they were locked, every seat of it is still its own. */
  readonly status: ReservationStatus;
  /** Of the payment that was made for it; null while there is none. */
  readonly paymentId: string | null;
  /** Whether its fan may hold something else of this concert, which the end of the session gives back. */
  readonly isOneOfSeveral: boolean;
}

/** A reservation that is being paid for, and what its row is to keep of the payment. */
export interface PaidReservation extends LockedReservation {
  readonly paymentId: string;
  /** The place in line that it is paid from. */
  readonly entry: number;
}

interface ToLock {
  /** Who pays: what else they hold of the concert is locked too, since the payment gives it back. */
  readonly userIds: readonly string[];
  /** Whether to lock the seats too. */
  readonly seats: boolean;
}

/**
 * Locks these reservations of the concert and whatever else their fans hold, all in one order of keys, and answers what
 * these are at that moment; unknown ids are left out. The caller has locked the fans' tokens before. A HELD one may be
 * confirmed; that it has all its seats is then found by selling them, or beforehand with `seats`.
 *
 * Where reservations are looked up by id or fan it says `status || ''`, so that the index of all that are HELD is of no use.
 * Whoever analyses the tables between two sales finds that index empty and cheaper than any key, and when it has filled each
 * look-up reads all of it: one payment took 0.3 s while 50,000 seats were held.
 */
export async function lockForPayment(
  tx: Tx,
  concertId: string,
  ids: readonly string[],
  { userIds, seats: andSeats }: ToLock,
): Promise<Map<string, LockedReservation>> {
  const wanted = [...new Set(ids)];
  const [locked, seats, reservations] = await Promise.all([
    // Locked later, when it is given back, the rest could be held by a release that waits for one of these.
    tx<{ id: string; userId: string }[]>`
      select id, user_id as "userId" from reservations
      where concert_id = ${concertId} and id = any(${wanted}::text[] || array(
        select held.id from unnest(${[...new Set(userIds)]}::text[]) as fan (user_id) cross join lateral (
          select id from reservations
          where user_id = fan.user_id and concert_id = ${concertId} and status || '' = 'HELD' offset 0) as held))
      order by id for update`,
    andSeats ? seatsOf(tx, concertId, wanted) : undefined,
    // Read after the locks were waited for, by the clock of now and not of the transaction's beginning: in the
    // wait a hold may have run out.
    tx<(Omit<LockedReservation, 'isOneOfSeveral'> & { overdue: boolean })[]>`
      select id, user_id as "userId", performance_id as "performanceId", seat_numbers as "seatNumbers", amount, status,
        payment_id as "paymentId", held_until <= clock_timestamp() or exists (
          select from performance_sales as sales
          where sales.concert_id = ${concertId} and sales.performance_id = reservations.performance_id and called_off) as overdue
      from reservations where concert_id = ${concertId} and id = any(${wanted}::text[])`,
  ]);
  const byFan = Map.groupBy(locked, ({ userId }) => userId);
  return new Map(
    reservations.map(({ overdue, ...reservation }) => {
      const lost = overdue || (seats !== undefined && seats.get(reservation.id) !== reservation.seatNumbers.length);
      const status = reservation.status === 'HELD' && lost ? 'EXPIRED' : reservation.status;
      const isOneOfSeveral = (byFan.get(reservation.userId)?.length ?? 0) > 1;
      return [reservation.id, Object.assign(reservation, { status, isOneOfSeveral })];
    }),
  );
}

/**
 * Parts of a statement in which `paid` has payments (`id`, the `entry` paid from) with their reservations as these were read,
 * HELD: they are CONFIRMED, in the order given, which is to be that of their ids, the payment noted with them, their seats
 * sold, in the order in which everybody takes seats, and the sales of their dates counted. Whoever uses them has it found
 * out by `expect_rows` whether all were met: of `counted` as many as of `change`, so that nothing of a date that was called
 * off is sold.
 */
export function confirming(sql: Sql, concertId: string): Statement<readonly unknown[]> {
  return sql`
    confirmed as (
      update reservations as reservation set status = 'CONFIRMED', payment_id = paid.id, paid_at = now(), paid_from_entry = paid.entry,
        refund_terms = ${termsNow(sql, concertId)}
      from paid
      where reservation.id = paid.reservation_id and reservation.concert_id = ${concertId} and reservation.status || '' = 'HELD'
      returning 1
    ), sold as (
      update seats as seat set sold = true, held_until = null, version = seat.version + 1
      from (
        select performance_id, unnest(seat_numbers) as number, reservation_id from paid order by performance_id collate "C", number
      ) as own
      where seat.concert_id = ${concertId} and seat.performance_id = own.performance_id and seat.number = own.number
        and seat.reservation_id = own.reservation_id and not seat.sold
      returning seat.performance_id, seat.number, seat.version
    ), change as (
      select performance_id, sum(cardinality(seat_numbers))::int as changes, sum(cardinality(seat_numbers))::int as seats,
        sum(amount)::bigint as amount, null::int as revision
      from paid group by performance_id
    ), ${counting(sql, concertId)}`;
}

/** The terms that a concert sells by now; those of what is paid stay, whatever becomes of these. Looked up once a statement. */
const termsNow = (sql: Sql | Tx, concertId: string): Statement<readonly unknown[]> =>
  sql`(select refund_terms from concerts where id = ${concertId})`;

/** Locks the seats of those that are HELD, in key order. Answers by reservation how many are its own. */
async function seatsOf(tx: Tx, concertId: string, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const seats = await tx<{ reservationId: string; number: number }[]>`
    select seat.reservation_id as "reservationId", seat.number
    from seats as seat
    join (
      select id, performance_id, unnest(seat_numbers) as number from reservations
      where concert_id = ${concertId} and id = any(${ids}::text[]) and status || '' = 'HELD'
    ) as held on seat.performance_id = held.performance_id and seat.number = held.number
      and seat.reservation_id = held.id
    where seat.concert_id = ${concertId} and not seat.sold
    order by seat.performance_id, seat.number
    for update of seat`;
  const own = new Map<string, number>();
  for (const { reservationId } of seats) own.set(reservationId, (own.get(reservationId) ?? 0) + 1);
  return own;
}

/**
 * Confirms reservations that `lockForPayment` found HELD in this transaction, as paid now, and sells their seats. Rejects
 * with a conflict, so that nothing of the payment stands, if a single seat is not theirs. What is answered is to be counted
 * in this transaction, with whatever else it changes of the seats (`countChanges`), and announced after the commit.
 */
export async function confirm(tx: Tx, concertId: string, paid: readonly PaidReservation[]): Promise<SeatChange[]> {
  if (paid.length === 0) return [];
  const seats = paid
    .flatMap(({ id, performanceId, seatNumbers }) => seatNumbers.map((number) => ({ id, performanceId, number })))
    .toSorted(bySeatKey);
  const [confirmed, sold] = await Promise.all([
    tx`
      update reservations as reservation
      set status = 'CONFIRMED', payment_id = paid.id, paid_at = now(), paid_from_entry = paid.entry,
        refund_terms = ${termsNow(tx, concertId)}
      from unnest(${paid.map((one) => one.id)}::text[], ${paid.map((one) => one.paymentId)}::text[],
        ${paid.map((one) => one.entry)}::bigint[]) as paid (reservation_id, id, entry)
      where reservation.id = paid.reservation_id and reservation.concert_id = ${concertId} and reservation.status || '' = 'HELD'`,
    tx<SeatChange[]>`
      update seats as seat set sold = true, held_until = null, version = seat.version + 1
      from unnest(${seats.map((seat) => seat.performanceId)}::text[], ${seats.map((seat) => seat.number)}::int[],
        ${seats.map((seat) => seat.id)}::text[]) as paid (performance_id, number, reservation_id)
      where seat.concert_id = ${concertId} and seat.performance_id = paid.performance_id and seat.number = paid.number
        and seat.reservation_id = paid.reservation_id and not seat.sold
      returning seat.performance_id as "performanceId", seat.number, 2 as code, seat.version`,
  ]);
  if (confirmed.count !== paid.length || sold.count !== seats.length) {
    throw conflict(
      `a sale met ${confirmed.count} of ${paid.length} reservations and ${sold.count} of ${seats.length} seats`,
    );
  }
  return sold;
}
