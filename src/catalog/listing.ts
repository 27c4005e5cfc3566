/**
 * The operator's list of all concerts, page by page, those that are over too. A page is kept for as long as news from another server may take; of those
 * that are not, a few different ones are read at a time.
 */
import type { Sql } from '../platform/database.ts';
import { createLane, type LaneMetrics } from '../platform/lane.ts';
import { createShortMemory } from '../platform/short-memory.ts';
import { refuseCursor } from '../refusals.ts';

export interface Concert {
  readonly id: string;
  readonly title: string;
  readonly artist: string;
  readonly venue: string;
  readonly currency: string;
  /** ISO 8601, UTC. */
  readonly firstStartsAt: string;
  readonly lastStartsAt: string;
  /** The lowest price of a seat. */
  readonly priceFrom: number;
}

export interface PageRequest {
  /** 1–200. */
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface ConcertPage {
  readonly concerts: Concert[];
  /** Null at the end. */
  readonly nextCursor: string | null;
}

interface Row extends Omit<Concert, 'firstStartsAt' | 'lastStartsAt'> {
  readonly first: Date;
  readonly last: Date;
  readonly created: number;
}

export interface List {
  page(request: PageRequest): Promise<ConcertPage>;
  /** A concert was made here: it is in the next answer. */
  forget(): void;
}

/** 200 concerts at most in each, half a kilobyte each. */
const kept = { keptMs: 250, keptMax: 100 };
const pages_at_once = 8;
const waiting_max = 2_000;

export function createList({ sql, metrics }: { sql: Sql; metrics: LaneMetrics }): List {
  const memory = createShortMemory<ConcertPage>(kept);
  const lane = createLane<PageRequest, ConcertPage>({
    name: 'catalog.list',
    batchMax: pages_at_once,
    pendingMax: waiting_max,
    metrics,
    run: (requests) => {
      const remember = memory.asking();
      const reading = new Map<string, Promise<ConcertPage | Error>>();
      const read = async (key: string, request: PageRequest): Promise<ConcertPage | Error> => {
        // Read meanwhile for those who stood before.
        const known = memory.get(key);
        if (known !== undefined) return known;
        const page = await readPage(sql, request);
        if (!(page instanceof Error)) remember(key, page);
        return page;
      };
      return Promise.all(
        requests.map((request) => {
          const key = keyOf(request);
          const page = reading.get(key) ?? read(key, request);
          reading.set(key, page);
          return page;
        }),
      );
    },
  });
  return {
    page: async (request) => memory.get(keyOf(request)) ?? lane.submit(request),
    forget: () => memory.forget(),
  };
}

function keyOf({ limit, cursor = '' }: PageRequest): string {
  return `${limit} ${cursor}`;
}

async function readPage(sql: Sql, { limit, cursor }: PageRequest): Promise<ConcertPage | Error> {
  const after = cursor === undefined ? undefined : position(cursor);
  if (cursor !== undefined && after === undefined) {
    return refuseCursor();
  }
  const rows = await sql<Row[]>`
    select id, title, artist, venue, currency, first_starts_at as first, last_starts_at as last,
      (select coalesce(min(price), 0)::int8 from sections where sections.concert_id = concerts.id) as "priceFrom",
      (extract(epoch from created_at) * 1000000)::bigint as created
    from concerts
    ${after === undefined ? sql`` : sql`where (created_at, id) < (timestamptz 'epoch' + ${after.created}::bigint * interval '1 microsecond', ${after.id})`}
    order by created_at desc, id desc limit ${limit + 1}`;
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    concerts: shown.map(({ id, title, artist, venue, currency, first, last: end, priceFrom }) => {
      return {
        id,
        title,
        artist,
        venue,
        currency,
        firstStartsAt: first.toISOString(),
        lastStartsAt: end.toISOString(),
        priceFrom,
      };
    }),
    nextCursor: last === undefined ? null : Buffer.from(`${last.created}.${last.id}`).toString('base64url'),
  };
}

function position(cursor: string): { created: number; id: string } | undefined {
  const [, created, id] =
    /^(\d{1,16})\.([a-z0-9]{10})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  return created === undefined || id === undefined ? undefined : { created: Number(created), id };
}
