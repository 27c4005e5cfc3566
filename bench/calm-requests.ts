/** What the fans of a hundred calm concerts ask, and those of a hot one, request by request. */
import { createCredentials, get, post, type Secrets } from './wire.ts';
import { concerts, line_inside, middle_line, seat_step } from './requests.ts';

export type CalmKind = 'status' | 'seats' | 'issue' | 'hold';
/** `calm`: spread over the hundred. `hot`: all of them to the one. `waiting`: polls of one line of 10,000. */
export type CalmMix = 'calm' | 'hot' | 'waiting';

export const calm_concerts = 100;
export const calm_room = { inside: 400, waiting: 1_000 } as const;
export const hot_room = { inside: 20_000, waiting: 200_000 } as const;
/** Of each concert's dates: the first is looked at, the second sold. */
export const looked_at_seats = 50;
export const calm_seats = 2_000;
export const hot_seats = 80_000;
export const hot_concert = 'benchhot00';

export function calmConcert(index: number): string {
  return `benchcal${String(index).padStart(2, '0')}`;
}

/** Of ten requests: how many are of which kind. */
const mixes: Record<CalmMix, readonly CalmKind[]> = {
  calm: ['status', 'seats', 'status', 'issue', 'status', 'hold', 'status', 'seats', 'status', 'hold'],
  waiting: ['status'],
  hot: ['status', 'status', 'issue', 'status', 'status', 'hold', 'status', 'seats', 'status', 'status'],
};

const rooms = { calm: calm_room, hot: hot_room, waiting: { inside: line_inside, waiting: middle_line } } as const;
/** Where all requests are to one concert. */
const only: Partial<Record<CalmMix, string>> = { hot: hot_concert, waiting: concerts.middle };

export interface CalmRequest {
  readonly kind: CalmKind;
  readonly bytes: Buffer;
}

/** Makes the request with a number, counted from 0; no two with different numbers want the same seat. */
export function calmMaker(mix: CalmMix, secrets: Secrets): (index: number) => CalmRequest {
  const { place, bearer } = createCredentials(secrets);
  const { inside, waiting } = rooms[mix];
  const concertOf = (index: number): string => only[mix] ?? calmConcert(index % calm_concerts);
  const seats = mix === 'hot' ? hot_seats : calm_seats;
  const kinds = mixes[mix];
  return (index) => {
    const concertId = concertOf(index);
    // How many came to this concert before; the calm ones begin at another kind each, so that they differ.
    const own = mix === 'calm' ? Math.floor(index / calm_concerts) : index;
    const kind = kinds[(mix === 'calm' ? own + index : own) % kinds.length] ?? 'status';
    // Of ten requests to the hot one a single one is a hold, so the tens number them.
    const hold = mix === 'hot' ? Math.floor(own / kinds.length) : own;
    const insider = place(concertId, ((hold * seat_step) % inside) + 1);
    const makers: Record<CalmKind, () => Buffer> = {
      status: () => get('/queue-token', place(concertId, inside + ((own * seat_step) % waiting) + 1)),
      seats: () => get(`/performances/${concertId}-1/seats`, insider),
      issue: () => post(`/concerts/${concertId}/queue-tokens`, bearer(`bench-${mix}-${index}`)),
      hold: () => {
        const wish = { performanceId: `${concertId}-2`, seatNumbers: [((hold * seat_step) % seats) + 1] };
        return post('/reservations', insider, JSON.stringify(wish));
      },
    };
    return { kind, bytes: makers[kind]() };
  };
}

/** The polls of so many fans of the calm concerts, in turns, each of an own place. */
export function calmPolls(secrets: Secrets, fans: number): Buffer[] {
  const { place } = createCredentials(secrets);
  const { inside } = calm_room;
  return Array.from({ length: fans }, (_, fan) => {
    const entry = inside + Math.floor(fan / calm_concerts) + 1;
    return get('/queue-token', place(calmConcert(fan % calm_concerts), entry));
  });
}
