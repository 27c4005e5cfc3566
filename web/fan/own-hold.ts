/** A hold that nobody answered, found among the fan's own. */
import { ask } from '../client/client.ts';

/** A hold whose answer was lost is still ours: the one of exactly these seats. Rejects if that cannot be asked. */
export async function ownHold(performanceId: string, seatNumbers: readonly number[]): Promise<string | undefined> {
  const { reservations } = await ask('listReservations', { query: { limit: 20 } });
  const wanted = seatNumbers.join();
  return reservations.find(
    (one) =>
      one.status === 'HELD' &&
      one.performanceId === performanceId &&
      one.seats
        .map(({ number }) => number)
        .toSorted((a, b) => a - b)
        .join() === wanted,
  )?.id;
}
