/** What a reservation says of its payment, and of what was given back of it. */
import type { Performance } from '../catalog/catalog.ts';
import type { Sql, Statement } from '../platform/database.ts';
import { reservedSeats, type GivenBack, type OwnReservation } from './answer.ts';

export interface PaidRow {
  /** As they were held, or paid. */
  readonly seatNumbers: readonly number[];
  readonly amount: number;
  readonly paidAt: Date | null;
  readonly cancelledNumbers: readonly number[] | null;
  readonly cancelledAmount: number | null;
  /** The oldest first; null where there is none. */
  readonly cancellations: readonly GivenBack[] | null;
}

/** Columns of `reservations`, by whose own names they are not to be renamed around it. */
export function paidColumns(sql: Sql): Statement<readonly unknown[]> {
  return sql`seat_numbers as "seatNumbers", amount, paid_at as "paidAt", cancelled_numbers as "cancelledNumbers",
    cancelled_amount as "cancelledAmount",
    case when cancelled_numbers is not null then (
      select json_agg(json_build_object('id', past.id, 'seatNumbers', past.seat_numbers, 'fee', past.fee, 'refund', past.refund,
        'compensation', past.compensation, 'reason', past.reason, 'withdrawalId', past.withdrawal_id,
        'at', to_char(past.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by past.at, past.id)
      from cancellations as past
      where past.concert_id = reservations.concert_id and past.reservation_id = reservations.id) end as cancellations`;
}

/** How many seats of a row of `reservations` were not cancelled. */
export const keptSeats = (sql: Sql): Statement<readonly unknown[]> =>
  sql`cardinality(seat_numbers) - coalesce(cardinality(cancelled_numbers), 0)`;

/** Seats that are left and what they cost; where it was paid, also what became of the others. */
export function whatWasPaid(
  row: PaidRow,
  performance: Performance | undefined,
): Omit<OwnReservation, 'id' | 'concertId' | 'performanceId' | 'status' | 'heldUntil'> {
  const { seatNumbers, amount, paidAt, cancellations } = row;
  const seatsOf = (numbers: readonly number[]) =>
    performance === undefined ? [] : reservedSeats(performance, numbers);
  if (paidAt === null) return { seats: seatsOf(seatNumbers), amount };
  const cancelled = new Set(row.cancelledNumbers);
  return {
    seats: seatsOf(seatNumbers.filter((number) => !cancelled.has(number))),
    amount: amount - (row.cancelledAmount ?? 0),
    paid: amount,
    paidAt: paidAt.toISOString(),
    cancelledSeats: seatsOf(seatNumbers.filter((number) => cancelled.has(number))),
    cancellations: [...(cancellations ?? [])],
  };
}
