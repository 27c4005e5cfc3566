/**
 * What is on sale: concerts, their performances, their sections and prices. Written once and never changed, so
 * what was read once is kept in memory. That something does not exist, and which concerts there are, is kept for as long
 * as news from another server may take, for that one may create them.
 */
import type { Database, Sql, Tx } from '../platform/database.ts';
import { createLane, type LaneMetrics } from '../platform/lane.ts';
import { createShortMemory } from '../platform/short-memory.ts';
import { createConcert, type CreatedConcert, type NewConcert } from './creation.ts';
import type { RefundTerms } from '../refunds/refunds.ts';
import type { Performance, Section } from './layout.ts';
import { createList, type Concert, type ConcertPage, type PageRequest } from './listing.ts';
import { changeTerms } from './terms.ts';
import { createUpcoming, type Upcoming } from './upcoming.ts';

export { placeIn, saleEndOf, seatAt, sectionOf } from './layout.ts';
export type { Performance, Section } from './layout.ts';
export type { Concert, ConcertPage, PageRequest } from './listing.ts';
export type { Upcoming } from './upcoming.ts';
export type { CreatedConcert, CreatedPerformance, NewConcert } from './creation.ts';

export interface Catalog {
  concert(id: string): Promise<Concert | undefined>;
  performance(id: string): Promise<Performance | undefined>;
  /** In their order (`<concert>-1` first); empty for an unknown concert. */
  performancesOf(concertId: string): Promise<readonly Performance[]>;
  /** What is copied into what is paid from now on; undefined for an unknown concert. */
  termsOf(concertId: string): Promise<RefundTerms | undefined>;
  /** Those with a date to come, by the next of their dates; `programme.ts` makes pages of them. */
  upcoming(): Promise<readonly Upcoming[]>;
  /** All of them, last created first. The order never changes, so a cursor neither repeats nor leaves out what was there. */
  list(page: PageRequest): Promise<ConcertPage>;
  /**
   * Refuses with VALIDATION_FAILED a performance of no seats or more than 100,000, a date that is none, sections of a date
   * that read alike, and a grade that is spelled in two ways.
   */
  create(tx: Tx, input: NewConcert): Promise<CreatedConcert>;
  /** After the commit: shows the concert in this server's own answers. */
  announce(concertId: string): void;
  /** See terms.ts; after the commit, `changed`. */
  readonly changeTerms: typeof changeTerms;
  /** After the commit of a change: what was remembered of the concert is forgotten. */
  changed(concertId: string): void;
}

/** A concert as it is kept: all of it, for whoever asks for one part soon asks for the others. */
interface Entry {
  readonly concert: Concert;
  readonly terms: RefundTerms;
  readonly performances: readonly Performance[];
  readonly byId: ReadonlyMap<string, Performance>;
  /** Rows it was read from: about 200 bytes each. */
  readonly rows: number;
}

const cached_rows_max = 200_000;
const absent_kept = { keptMs: 250, keptMax: 5_000 };
const concert_id = /^[a-z0-9]{10}$/;
const performance_id = /^[a-z0-9]{10}-[1-9][0-9]{0,5}$/;

export function createCatalog({ database, metrics }: { database: Database; metrics: LaneMetrics }): Catalog {
  const entries = new Map<string, Entry>();
  const absent = createShortMemory<true>(absent_kept);
  const list = createList({ sql: database.sql, metrics });
  const upcoming = createUpcoming({ sql: database.sql, metrics });
  let rows = 0;

  const keep = (entry: Entry): void => {
    if (entries.has(entry.concert.id)) return;
    entries.set(entry.concert.id, entry);
    rows += entry.rows;
    for (const [id, oldest] of entries) {
      if (rows <= cached_rows_max || id === entry.concert.id) break;
      entries.delete(id);
      rows -= oldest.rows;
    }
  };

  // However many ask for what is not in memory, one query at a time goes to the database.
  const misses = createLane<string, Entry | undefined>({
    name: 'catalog.read',
    batchMax: 100,
    pendingMax: 20_000,
    metrics,
    run: async (ids) => {
      const remember = absent.asking();
      const found = await read(database.sql, [...new Set(ids)]);
      for (const entry of found.values()) keep(entry);
      for (const id of ids) if (!found.has(id)) remember(id, true);
      return ids.map((id) => found.get(id));
    },
  });

  const find = async (concertId: string): Promise<Entry | undefined> => {
    const entry = entries.get(concertId);
    if (entry !== undefined) {
      // The map's order is the order of use.
      entries.delete(concertId);
      entries.set(concertId, entry);
      return entry;
    }
    return concert_id.test(concertId) && absent.get(concertId) === undefined ? misses.submit(concertId) : undefined;
  };

  return {
    concert: async (id) => (await find(id))?.concert,
    performance: async (id) =>
      performance_id.test(id) ? (await find(id.slice(0, id.indexOf('-'))))?.byId.get(id) : undefined,
    performancesOf: async (concertId) => (await find(concertId))?.performances ?? [],
    termsOf: async (concertId) => (await find(concertId))?.terms,
    upcoming: upcoming.all,
    list: list.page,
    create: createConcert,
    changeTerms,
    changed: (concertId) => {
      rows -= entries.get(concertId)?.rows ?? 0;
      entries.delete(concertId);
      upcoming.forget();
    },
    announce: (concertId) => {
      absent.forget(concertId);
      list.forget();
      upcoming.forget();
    },
  };
}

interface SectionRow extends Section {
  readonly concertId: string;
  readonly performanceId: string;
}

/** One question for those that do not exist, three for the others. */
async function read(sql: Sql, asked: readonly string[]): Promise<Map<string, Entry>> {
  const concerts = await sql<
    (Omit<Concert, 'firstStartsAt' | 'lastStartsAt' | 'priceFrom'> & RefundTerms & { first: Date; last: Date })[]
  >`
    select concerts.id, title, artist, venue, currency, first_starts_at as first, last_starts_at as last,
      policy as "refundPolicy", time_zone as "timeZone"
    from concerts join refund_terms as terms on terms.id = concerts.refund_terms where concerts.id = any(${asked})`;
  if (concerts.length === 0) return new Map();
  const ids = concerts.map(({ id }) => id);
  const [performances, sections] = await Promise.all([
    sql<PerformanceRow[]>`
      select concert_id as "concertId", id, starts_at as "startsAt", seats_total as "seatsTotal", status, revision,
        moved_at as "movedAt", moved_from as "movedFrom"
      from performances where concert_id = any(${ids})`,
    sql<SectionRow[]>`
      select concert_id as "concertId", performance_id as "performanceId", name, rows, seats_per_row as "seatsPerRow", grade, price,
        first_number as "firstNumber"
      from sections where concert_id = any(${ids}) order by concert_id, performance_id, ordinal`,
  ]);
  const sectionsOf = Map.groupBy(sections, (section) => section.performanceId);
  const performancesOf = Map.groupBy(performances, (performance) => performance.concertId);
  return new Map(
    concerts.map(({ first, last, refundPolicy, timeZone, ...concert }) => {
      const own = (performancesOf.get(concert.id) ?? [])
        .map((row) => assemble(row, sectionsOf.get(row.id) ?? []))
        .toSorted((one, other) => ordinal(one.id) - ordinal(other.id));
      const rows = 1 + own.length + own.reduce((sum, { sections: { length } }) => sum + length, 0);
      const entry: Entry = {
        concert: {
          ...concert,
          firstStartsAt: first.toISOString(),
          lastStartsAt: last.toISOString(),
          priceFrom: lowestPrice(own),
        },
        terms: { refundPolicy, timeZone },
        performances: own,
        byId: new Map(own.map((performance) => [performance.id, performance])),
        rows,
      };
      return [concert.id, entry];
    }),
  );
}

/** 0 without any section. */
function lowestPrice(performances: readonly Performance[]): number {
  const prices = performances.flatMap(({ sections }) => sections.map(({ price }) => price));
  return prices.length === 0 ? 0 : Math.min(...prices);
}

interface PerformanceRow extends Pick<Performance, 'concertId' | 'id' | 'seatsTotal' | 'status' | 'revision'> {
  readonly startsAt: Date;
  readonly movedAt: Date | null;
  readonly movedFrom: Date | null;
}

function assemble(
  { startsAt, movedAt, movedFrom, ...row }: PerformanceRow,
  sections: readonly SectionRow[],
): Performance {
  return {
    ...row,
    startsAt: startsAt.toISOString(),
    movedAt: movedAt?.toISOString() ?? null,
    movedFrom: movedFrom?.toISOString() ?? null,
    sections: sections.map(({ concertId: _concert, performanceId: _performance, ...section }) => section),
  };
}

function ordinal(performanceId: string): number {
  return Number(performanceId.slice(performanceId.indexOf('-') + 1));
}
