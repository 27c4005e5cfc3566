/** Paying for a hold, once, with whatever place this fan has by now. */
import { ask, type Reply } from '../client/client.ts';
import { askOnce } from '../client/keys.ts';
import { asProblem, problem, type Problem } from '../client/problem.ts';
import { placeOf, takePlace, withPlace } from '../place/place.ts';
import type { Reservation } from './reservation.ts';

/** A place that was given up or lost. One that ended with a payment is no mistake of this device's memory. */
const over_unpaid: ReadonlySet<unknown> = new Set(['LEFT', 'ABSENT', 'SESSION_ENDED']);

function isOver({ code, fields: { expiredBecause } }: Problem): boolean {
  return code === 'ADMISSION_EXPIRED' && over_unpaid.has(expiredBecause);
}

/** A hold ends with the place that it was made from: while there is one, its fan has such a place. */
async function isHeld(id: string): Promise<boolean> {
  return (await ask('getReservation', { params: { id } })).status === 'HELD';
}

/**
 * Pays with the place that this device remembers. Where it remembers none, or one that is over while the seats are
 * still held, it asks for the fan's place once: another device has taken a new one. Rejects with a problem.
 */
export async function pay({ id, concertId }: Reservation): Promise<Reply<'payReservation'>> {
  const payWith = (place: string) => askOnce(`pay:${id}`, 'payReservation', { params: { id }, place });
  // Nobody is put in a line who has nothing there to pay for.
  const payAnew = async (refused: unknown) => {
    if (!(await isHeld(id))) throw refused;
    return payWith((await takePlace(concertId)).token);
  };
  const remembered = placeOf(concertId);
  if (remembered === undefined) return payAnew(problem({ code: 'HOLD_EXPIRED' }));
  try {
    return await withPlace(concertId, remembered, payWith);
  } catch (error) {
    if (isOver(asProblem(error))) return payAnew(error);
    throw error;
  }
}
