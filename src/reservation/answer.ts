/** What a fan is told of a reservation. */
import { seatAt, type Layout } from '../catalog/catalog.ts';

export interface ReservedSeat {
  readonly number: number;
  readonly label: string;
  readonly price: number;
}

export type ReservationStatus = 'HELD' | 'CONFIRMED' | 'EXPIRED' | 'CANCELLED';

export interface Reservation {
  readonly id: string;
  readonly concertId: string;
  readonly performanceId: string;
  readonly seats: ReservedSeat[];
  readonly amount: number;
  readonly status: ReservationStatus;
  /** ISO 8601, UTC; null unless HELD. */
  readonly heldUntil: string | null;
}

/** What became of paid seats that were given back. */
export interface GivenBack {
  readonly id: string;
  readonly seatNumbers: number[];
  readonly fee: number;
  readonly refund: number;
  readonly compensation: number;
  readonly reason: 'fan' | 'organiser' | 'postponed' | 'force_majeure' | 'illness' | 'called_off';
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly withdrawalId: string | null;
}

/** A reservation as its fan, or an operator, sees it later: `seats` and `amount` are of those that are left. */
export interface OwnReservation extends Reservation {
  /** This and the rest only where it was paid: what was paid for all of it. */
  readonly paid?: number;
  readonly paidAt?: string;
  readonly cancelledSeats?: ReservedSeat[];
  /** The oldest first. */
  readonly cancellations?: GivenBack[];
}

/** Label and price of the seats with these numbers; numbers that the performance does not have are left out. */
export function reservedSeats(performance: Layout, numbers: readonly number[]): ReservedSeat[] {
  return numbers.flatMap((number) => {
    const seat = seatAt(performance, number);
    return seat === undefined ? [] : [{ number, label: seat.label, price: seat.price }];
  });
}
