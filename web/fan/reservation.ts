/** A reservation as its fan sees it. What was paid, and given back, is told only of what was paid. */
import type { Reply } from '../client/client.ts';

export type Reservation = Reply<'getReservation'>;
export type Cancellation = NonNullable<Reservation['cancellations']>[number];

type Of<Name extends keyof Reservation> = Pick<Reservation, Name>;

export function cancelledSeatsOf({ cancelledSeats = [] }: Of<'cancelledSeats'>): Reservation['seats'] {
  return cancelledSeats;
}

/** The oldest first. */
export function cancellationsOf({ cancellations = [] }: Of<'cancellations'>): Cancellation[] {
  return cancellations;
}

/** It was paid for, and nothing of it is left. */
export function isGivenBack({ status, paid }: Of<'status' | 'paid'>): boolean {
  return status === 'CANCELLED' && paid !== undefined;
}

/** As it tells itself; a concert that a page knows may be older. */
export function isCalledOff(reservation: Of<'cancellations'>): boolean {
  return cancellationsOf(reservation).some(({ reason }) => reason === 'called_off');
}
