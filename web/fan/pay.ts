/** Paying for a hold, once, with whatever place this fan has by now. */
import type { Reply } from '../client/client.ts';
import { secondsUntil } from '../client/clock.ts';
import { askOnce } from '../client/keys.ts';
import { asProblem, type Problem } from '../client/problem.ts';
import { placeOf, takePlace, withPlace } from '../place/place.ts';
import type { Reservation } from './stub.tsx';

/** A place that was given up or lost. One that ended with a payment is no mistake of this device's memory. */
const over_unpaid: ReadonlySet<unknown> = new Set(['LEFT', 'ABSENT', 'SESSION_ENDED']);

function isOver({ code, fields: { expiredBecause } }: Problem): boolean {
  return code === 'ADMISSION_EXPIRED' && over_unpaid.has(expiredBecause);
}

/**
 * Pays with the place that this device remembers. Where it remembers none, or one that is over while the seats are
 * still held, it asks for the fan's place once: another device may have taken a new one. Rejects with a problem.
 */
export async function pay({ id, concertId, heldUntil }: Reservation): Promise<Reply<'payReservation'>> {
  const payWith = (place: string) => askOnce(`pay:${id}`, 'payReservation', { params: { id }, place });
  const payAnew = async () => payWith((await takePlace(concertId)).token);
  const remembered = placeOf(concertId);
  if (remembered === undefined) return payAnew();
  try {
    return await withPlace(concertId, remembered, payWith);
  } catch (error) {
    const isHeld = heldUntil !== null && secondsUntil(heldUntil) > 0;
    if (isHeld && isOver(asProblem(error))) return payAnew();
    throw error;
  }
}
