/**
 * The programme that everybody sees: what can still be bought comes first, the next date before the later ones; what is
 * sold out stands behind it. A concert moves only towards the end, when its next date is over or its last seat is sold:
 * so whoever turns pages meanwhile may meet one twice, and misses none that was there.
 */
import { refuseCursor } from '../refusals.ts';
import type { ConcertPage, Concert, PageRequest } from './listing.ts';
import { folded, type Upcoming } from './upcoming.ts';

export interface SeatsSold {
  readonly total: number;
  readonly sold: number;
  /** Every seat is paid for, of the dates that are on sale still. */
  readonly isSoldOut: boolean;
  /** Dates whose sale has ended. */
  readonly ended: readonly string[];
}

/** How many seats of each there are, how many are paid for, and of which dates the sale has ended. */
export type Sales = (concertIds: readonly string[]) => Promise<ReadonlyMap<string, SeatsSold>>;

export interface BilledConcert extends Concert {
  /** The next of its dates, ISO 8601, UTC. */
  readonly nextStartsAt: string;
}

export interface ProgrammeRequest extends PageRequest {
  /** Words that all stand in title, artist or venue, in any order; the first 8 count. */
  readonly q?: string | undefined;
}

export interface ProgrammePage extends Pick<ConcertPage, 'nextCursor'> {
  readonly concerts: readonly BilledConcert[];
}

interface Position {
  readonly out: 0 | 1;
  readonly starts: number;
  readonly id: string;
}

interface Billed extends Position {
  readonly upcoming: Upcoming;
}

const words_max = 8;

/** Answers pages of the programme. Refusal: VALIDATION_FAILED for a cursor that is none. */
export function createProgramme(upcoming: () => Promise<readonly Upcoming[]>, sales: Sales) {
  // Put in order once for as long as the concerts to come are not asked for anew.
  const orders = new WeakMap<readonly Upcoming[], Promise<readonly Billed[]>>();
  const ordered = (concerts: readonly Upcoming[]): Promise<readonly Billed[]> => {
    const order = orders.get(concerts) ?? inOrder(concerts, sales);
    orders.set(concerts, order);
    order.catch(() => orders.delete(concerts));
    return order;
  };
  return async ({ limit, cursor, q = '' }: ProgrammeRequest): Promise<ProgrammePage> => {
    const after = cursor === undefined ? start : positionOf(cursor);
    if (after === undefined) throw refuseCursor();
    const words = folded(q).split(/\s+/).filter(Boolean).slice(0, words_max);
    const found: Billed[] = [];
    for (const one of await ordered(await upcoming())) {
      if (found.length > limit) break;
      if (isBehind(one, after) && words.every((word) => one.upcoming.text.includes(word))) found.push(one);
    }
    const shown = found.slice(0, limit);
    const last = found.length > limit ? shown.at(-1) : undefined;
    return {
      concerts: shown.map(({ upcoming: { concert, nextStarts } }) =>
        Object.assign({ nextStartsAt: new Date(nextStarts).toISOString() }, concert),
      ),
      nextCursor: last === undefined ? null : cursorOf(last),
    };
  };
}

async function inOrder(concerts: readonly Upcoming[], sales: Sales): Promise<readonly Billed[]> {
  const known = await sales(concerts.map(({ concert: { id } }) => id));
  const billed = concerts.map((one): Billed => {
    const { id } = one.concert;
    return { out: known.get(id)?.isSoldOut === true ? 1 : 0, starts: one.nextStarts, id, upcoming: one };
  });
  return [...billed.filter(({ out }) => out === 0), ...billed.filter(({ out }) => out === 1)];
}

const start: Position = { out: 0, starts: -Infinity, id: '' };

function isBehind(one: Position, other: Position): boolean {
  const difference = one.out - other.out || one.starts - other.starts;
  return difference > 0 || (difference === 0 && one.id > other.id);
}

function cursorOf({ out, starts, id }: Position): string {
  return Buffer.from(`${out}.${starts}.${id}`).toString('base64url');
}

function positionOf(cursor: string): Position | undefined {
  const [, out, starts, id] =
    /^([01])\.(-?\d{1,15})\.([a-z0-9]{10})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  return starts === undefined || id === undefined
    ? undefined
    : { out: out === '1' ? 1 : 0, starts: Number(starts), id };
}
