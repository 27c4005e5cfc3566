/**
 * The concerts that are still to come, in the order of their next dates, in memory: whoever looks at the programme,
 * searches it or turns its pages asks the database nothing of their own. What a concert is, is read once until it changes;
 * which ones are to come is asked again for as long as news from another server may take. Dates that were called off do
 * not come.
 */
import { oneLineIn } from '../contract.ts';
import type { Sql } from '../platform/database.ts';
import { createLane, type LaneMetrics } from '../platform/lane.ts';
import { createShortMemory } from '../platform/short-memory.ts';
import type { Concert } from './listing.ts';

export interface Upcoming {
  readonly concert: Concert;
  /** The next of its dates, ms since 1970. */
  readonly nextStarts: number;
  /** What it is found by: title, artist and venue, folded. */
  readonly text: string;
}

export interface UpcomingConcerts {
  /** By next date, then by id: at most 5,000, those that begin first. The same array until it was asked for anew. */
  all(): Promise<readonly Upcoming[]>;
  /** A concert was made here: it is in the next answer. */
  forget(): void;
  /** What is known of a concert, or of all, is not so any more. */
  changed(concertId?: string): void;
}

interface Known extends Omit<Upcoming, 'nextStarts'> {
  /** All of its dates in order but those called off, ms since 1970. */
  readonly starts: readonly number[];
}

interface Row extends Omit<Concert, 'firstStartsAt' | 'lastStartsAt'> {
  readonly first: Date;
  readonly last: Date;
  readonly starts: readonly number[] | null;
}

const concerts_max = 5_000;
const kept = { keptMs: 250, keptMax: 1 };
const asking_max = 20_000;

/** As it is compared in a search: however it was composed, wide or narrow, in capitals or not, without what nobody sees. */
export function folded(text: string): string {
  return oneLineIn(text).normalize('NFKC').toLowerCase();
}

export function createUpcoming({ sql, metrics }: { sql: Sql; metrics: LaneMetrics }): UpcomingConcerts {
  const memory = createShortMemory<readonly Upcoming[]>(kept);
  let known: ReadonlyMap<string, Known> = new Map();
  /** Counts the changes: what was read before one is not kept after it. */
  let epoch = 0;

  const read = async (): Promise<readonly Upcoming[]> => {
    const askedIn = epoch;
    const rows = await sql<{ id: string; now: Date }[]>`
      select id, now() as now from concerts where last_starts_at > now()
      order by first_starts_at, id limit ${concerts_max}`;
    const unknown = rows.flatMap(({ id }) => (known.has(id) ? [] : [id]));
    const fresh = unknown.length === 0 ? new Map<string, Known>() : await readKnown(sql, unknown);
    const all = rows.flatMap(({ id, now }) => {
      const one = known.get(id) ?? fresh.get(id);
      const nextStarts = one?.starts.find((start) => start > now.getTime());
      return one === undefined || nextStarts === undefined ? [] : [{ ...one, nextStarts }];
    });
    // Those that are over go with this.
    if (epoch === askedIn) known = new Map(all.map((one) => [one.concert.id, one]));
    return all.toSorted(
      (one, other) => one.nextStarts - other.nextStarts || (one.concert.id < other.concert.id ? -1 : 1),
    );
  };

  const lane = createLane<undefined, readonly Upcoming[]>({
    name: 'catalog.upcoming',
    batchMax: asking_max,
    pendingMax: asking_max,
    metrics,
    run: async (asks) => {
      const remember = memory.asking();
      const all = await read();
      remember('', all);
      return asks.map(() => all);
    },
  });
  return {
    all: async () => memory.get('') ?? lane.submit(undefined),
    forget: () => memory.forget(),
    changed: (concertId) => {
      epoch += 1;
      known = new Map(concertId === undefined ? [] : [...known].filter(([id]) => id !== concertId));
      memory.forget();
    },
  };
}

async function readKnown(sql: Sql, ids: readonly string[]): Promise<Map<string, Known>> {
  const rows = await sql<Row[]>`
    select id, title, artist, venue, currency, first_starts_at as first, last_starts_at as last,
      (select coalesce(min(price), 0)::int8 from sections where sections.concert_id = concerts.id) as "priceFrom",
      (select array_agg((extract(epoch from starts_at) * 1000)::bigint order by starts_at)
        from performances where performances.concert_id = concerts.id and status = 'SCHEDULED') as starts
    from concerts where id = any(${ids}::text[])`;
  return new Map(
    rows.map(({ first, last, starts, ...row }) => {
      const concert = { ...row, firstStartsAt: first.toISOString(), lastStartsAt: last.toISOString() };
      const text = folded(`${row.title}\n${row.artist}\n${row.venue}`);
      return [row.id, { concert, text, starts: starts ?? [] }];
    }),
  );
}
