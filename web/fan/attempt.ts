/**
 * Holding what is chosen, once. An attempt has a key, kept until somebody has said what became of it: so a hold whose
 * answer was lost is found by asking again, and not refused with the fan's own seats. It lives as long as the page and
 * belongs to it alone, in however many tabs; whoever reloads finds what is held among their reservations. Another choice is
 * another attempt, and so is the same one once it was answered.
 */
import { askAgain, isAnswered, newKey } from '../client/keys.ts';
import type { Reply } from '../client/client.ts';
import { asProblem } from '../client/problem.ts';

export interface Attempts {
  /** Holds these seats with this place. Rejects with a problem. */
  hold(seatNumbers: readonly number[], place: string): Promise<Reply<'createReservation'>>;
  /** Nothing is held, by whatever was tried: asked again with its key, a hold that ran out meanwhile would be told as if it stood. */
  forget(): void;
}

export function createAttempts(performanceId: string): Attempts {
  let open: { readonly seats: string; readonly key: string } | undefined;
  const hold: Attempts['hold'] = async (seatNumbers, place) => {
    const seats = seatNumbers.join();
    if (open?.seats !== seats) open = { seats, key: newKey() };
    const { key } = open;
    try {
      const held = await askAgain('createReservation', {
        body: { performanceId, seatNumbers: [...seatNumbers] },
        place,
        key,
      });
      open = undefined;
      return held;
    } catch (error) {
      if (isAnswered(asProblem(error))) open = undefined;
      throw error;
    }
  };
  return {
    hold,
    forget: () => {
      open = undefined;
    },
  };
}
