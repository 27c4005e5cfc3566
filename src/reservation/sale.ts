/** The reservation's part of a payment: judged and confirmed inside the paying transaction. */
import type { Tx } from '../platform/database.ts';
import type { SeatChange } from './seat-board.ts';
import type { SeatBoards } from './seat-boards.ts';
import type { ReservationStatus } from './answer.ts';

export interface LockedReservation {
  readonly id: string;
  readonly userId: string;
  readonly performanceId: string;
  readonly seatNumbers: readonly number[];
  /** Of those of its seats that are its own, by number. */
  readonly seatVersions: ReadonlyMap<number, number>;
  readonly amount: number;
  /** HELD only while its time lasts and every seat of it is still its own. */
  readonly status: ReservationStatus;
}

/**
 * Locks these reservations of the concert and then their seats, each in key order, and answers what they are at
 * that moment; unknown ids are left out. The caller has locked the fans' tokens before. Nothing locked here can
 * change hands until the transaction ends, so a HELD one may be confirmed.
 */
export async function lockForPayment(
  tx: Tx,
  concertId: string,
  ids: readonly string[],
): Promise<Map<string, LockedReservation>> {
  const wanted = [...new Set(ids)];
  const [, seats, reservations] = await Promise.all([
    tx`select id from reservations where concert_id = ${concertId} and id = any(${wanted}::text[]) order by id for update`,
    tx<{ reservationId: string | null; number: number; version: number; sold: boolean }[]>`
      select seat.reservation_id as "reservationId", seat.number, seat.version, seat.sold
      from seats as seat
      join (
        select performance_id, unnest(seat_numbers) as number from reservations
        where concert_id = ${concertId} and id = any(${wanted}::text[]) and status = 'HELD'
      ) as held on seat.performance_id = held.performance_id and seat.number = held.number
      where seat.concert_id = ${concertId}
      order by seat.performance_id, seat.number
      for update of seat`,
    // Read after the locks were waited for, by the clock of now and not of the transaction's beginning: in the
    // wait a hold may have run out.
    tx<(Omit<LockedReservation, 'seatVersions'> & { overdue: boolean })[]>`
      select id, user_id as "userId", performance_id as "performanceId", seat_numbers as "seatNumbers", amount, status,
        held_until <= clock_timestamp() as overdue
      from reservations where concert_id = ${concertId} and id = any(${wanted}::text[])`,
  ]);
  const versions = new Map<string, Map<number, number>>();
  for (const { reservationId, number, version, sold } of seats) {
    if (reservationId === null || sold) continue;
    const own = versions.get(reservationId) ?? new Map<number, number>();
    versions.set(reservationId, own.set(number, version));
  }
  return new Map(
    reservations.map(({ overdue, ...reservation }) => {
      const seatVersions = versions.get(reservation.id) ?? new Map<number, number>();
      const lost = overdue || seatVersions.size !== reservation.seatNumbers.length;
      const status = reservation.status === 'HELD' && lost ? 'EXPIRED' : reservation.status;
      return [reservation.id, Object.assign(reservation, { seatVersions, status })];
    }),
  );
}

/**
 * Sells the seats of reservations that `lockForPayment` found HELD in this transaction. Throws, so that nothing
 * of the payment stands, if a single seat is not theirs. Pass the answer to `announce` after the commit.
 */
export async function confirm(
  tx: Tx,
  boards: SeatBoards,
  concertId: string,
  reservations: readonly LockedReservation[],
): Promise<SeatChange[]> {
  if (reservations.length === 0) return [];
  const ids = reservations.map((reservation) => reservation.id);
  const seats = reservations.flatMap(({ id, performanceId, seatNumbers }) =>
    seatNumbers.map((number) => ({ id, performanceId, number })),
  );
  const sales = salesOf(reservations);
  const changes = reservations.flatMap(changesOf);
  const [confirmed, sold, counted] = await Promise.all([
    tx`
      update reservations set status = 'CONFIRMED'
      where concert_id = ${concertId} and id = any(${ids}::text[]) and status = 'HELD'`,
    tx`
      update seats as seat set sold = true, held_until = null, version = seat.version + 1
      from unnest(${seats.map((seat) => seat.performanceId)}::text[], ${seats.map((seat) => seat.number)}::int[],
        ${seats.map((seat) => seat.id)}::text[]) as paid (performance_id, number, reservation_id)
      where seat.concert_id = ${concertId} and seat.performance_id = paid.performance_id and seat.number = paid.number
        and seat.reservation_id = paid.reservation_id and not seat.sold`,
    tx`
      update performance_sales as sales
      set seats_reserved = sales.seats_reserved + paid.seats, revenue = sales.revenue + paid.amount
      from unnest(${sales.map((sale) => sale.performanceId)}::text[], ${sales.map((sale) => sale.seats)}::int[],
        ${sales.map((sale) => sale.amount)}::bigint[]) as paid (performance_id, seats, amount)
      where sales.concert_id = ${concertId} and sales.performance_id = paid.performance_id`,
    boards.publish(tx, changes),
  ]);
  if (confirmed.count !== ids.length || sold.count !== seats.length || counted.count !== sales.length) {
    throw new Error(
      `a sale met ${confirmed.count} of ${ids.length} reservations and ${sold.count} of ${seats.length} seats`,
    );
  }
  return changes;
}

function changesOf({ performanceId, seatNumbers, seatVersions }: LockedReservation): SeatChange[] {
  return seatNumbers.map((number) => ({
    performanceId,
    number,
    code: 2,
    version: (seatVersions.get(number) ?? 0) + 1,
  }));
}

function salesOf(
  reservations: readonly LockedReservation[],
): { performanceId: string; seats: number; amount: number }[] {
  return [...Map.groupBy(reservations, (reservation) => reservation.performanceId)].map(([performanceId, own]) => ({
    performanceId,
    seats: own.reduce((sum, reservation) => sum + reservation.seatNumbers.length, 0),
    amount: own.reduce((sum, reservation) => sum + reservation.amount, 0),
  }));
}
