/** The place that the waiting room follows: the one that is kept on this device, or that the server knows of this fan. */
import { ask } from '../client/client.ts';
import type { Connection } from '../client/events.ts';
import { follow } from '../client/follow.ts';
import type { Problem } from '../client/problem.ts';
import { drop, keep, read } from '../client/store.ts';
import { findPlaces, placeOf, renewPlace } from '../place/place.ts';
import type { QueueStatus } from './markup.ts';

export interface LineUse {
  readonly onStatus: (next: QueueStatus) => void;
  readonly onConnection: (connection: Connection) => void;
  readonly onRefused: (refusal: Problem) => void;
}

/** Follows a place until the returned function is called, or the place has ended. */
export function followPlace(concertId: string, place: string, use: LineUse): () => void {
  let stop: (() => void) | undefined;
  const taken = (next: QueueStatus): void => {
    if (next.status === 'EXPIRED') {
      stop?.();
      forgetStart(concertId);
    }
    use.onStatus(next);
  };
  stop = follow({
    stream: 'streamQueueToken',
    place,
    isPartial: false,
    onData: (data) => taken(data as QueueStatus),
    renew: () => renewPlace(concertId, placeOf(concertId) ?? place),
    poll: async (current) => {
      const data = await ask('getQueueToken', { place: current });
      return { data, againSeconds: data.pollAfterSeconds };
    },
    onPolled: (data) => taken(data as QueueStatus),
    onConnection: use.onConnection,
    onRefused: use.onRefused,
  });
  return stop;
}

/**
 * The live place of this fan that this device does not know: taken on another one, or anew there after this one's was given
 * up, or kept nowhere. Asks the server only where somebody is signed in. Undefined if there is none, or nobody can say.
 */
export async function placeElsewhere(concertId: string, isSignedIn: boolean): Promise<string | undefined> {
  if (!isSignedIn) return undefined;
  const known = placeOf(concertId);
  const places = await findPlaces().catch(() => []);
  const token = places.find((place) => place.concertId === concertId)?.token;
  return token === known ? undefined : token;
}

/** How far back the fan began, as far as this device has seen; for the line that fills. */
export function startOf(concertId: string, position: number): number {
  const start = Math.max(position, Number(read(`start:${concertId}`) ?? 0));
  keep(`start:${concertId}`, String(start));
  return start;
}

export function forgetStart(concertId: string): void {
  drop(`start:${concertId}`);
}
