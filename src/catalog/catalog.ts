/**
 * What is on sale: concerts, their performances, their sections and prices. What was read once is kept in memory until it
 * changes: a date is moved or called off, or the terms are others. Whoever changes it tells the other servers; so what is
 * known elsewhere may be as old as news, and who decides by it has it asserted by the database (`revision`). That something
 * does not exist, and which concerts there are, is kept for as long as news from another server may take, for that one may
 * create them.
 */
import type { Database, Tx } from '../platform/database.ts';
import type { Feed } from '../platform/feed.ts';
import type { LaneMetrics } from '../platform/lane.ts';
import { createConcert, type CreatedConcert, type NewConcert } from './creation.ts';
import type { RefundTerms } from '../refunds/refunds.ts';
import { concertIdOf, type Performance } from './layout.ts';
import { createList, type Concert, type ConcertPage, type PageRequest } from './listing.ts';
import { callOffDate, lockDate, moveDate } from './moving.ts';
import { createKeptConcerts } from './kept.ts';
import { changeTerms } from './terms.ts';
import { createUpcoming, type Upcoming } from './upcoming.ts';

export { concertIdOf, placeIn, saleEndOf, seatAt, sectionOf } from './layout.ts';
export type { Layout, Performance, Section } from './layout.ts';
export type { Concert, ConcertPage, PageRequest } from './listing.ts';
export type { Upcoming } from './upcoming.ts';
export type { CreatedConcert, CreatedPerformance, NewConcert } from './creation.ts';

export interface Catalog {
  concert(id: string): Promise<Concert | undefined>;
  performance(id: string): Promise<Performance | undefined>;
  /** The same if it is in memory; undefined says nothing. */
  known(performanceId: string): Performance | undefined;
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
  /** See moving.ts; after the commit, `changed`. */
  readonly lockDate: typeof lockDate;
  readonly moveDate: typeof moveDate;
  readonly callOffDate: typeof callOffDate;
  /**
   * After the commit of a change: whatever is remembered of the concert is forgotten here at once, and where it is heard,
   * which is told to the others. Neither waits nor throws.
   */
  changed(concertId: string): void;
  /** A date was found to be another than is known here, of which no news came: what is remembered of its concert is forgotten. */
  outdated(concertId: string): void;
  /** Called when a concert may have changed, wherever; undefined: any of them. What is asked from then on is as it is now. */
  onChange(handle: (concertId: string | undefined) => void): void;
}

const performance_id = /^[a-z0-9]{10}-[1-9][0-9]{0,5}$/;

export interface CatalogOptions {
  readonly database: Database;
  readonly feed: Pick<Feed, 'tell' | 'subscribe' | 'onGap'>;
  readonly metrics: LaneMetrics;
}

export function createCatalog({ database, feed, metrics }: CatalogOptions): Catalog {
  const kept = createKeptConcerts(database.sql, metrics);
  const { find } = kept;
  const list = createList({ sql: database.sql, metrics });
  const upcoming = createUpcoming({ sql: database.sql, metrics });
  const handlers: ((concertId: string | undefined) => void)[] = [];

  const forget = (concertId?: string): void => {
    kept.forget(concertId);
    list.forget();
    upcoming.changed(concertId);
    for (const handle of handlers) handle(concertId);
  };
  feed.subscribe('catalog', forget);
  feed.onGap(() => forget());

  return {
    concert: async (id) => (await find(id))?.concert,
    performance: async (id) => (performance_id.test(id) ? (await find(concertIdOf(id)))?.byId.get(id) : undefined),
    known: (id) => kept.known(concertIdOf(id))?.byId.get(id),
    performancesOf: async (concertId) => (await find(concertId))?.performances ?? [],
    termsOf: async (concertId) => (await find(concertId))?.terms,
    upcoming: upcoming.all,
    list: list.page,
    create: createConcert,
    changeTerms,
    lockDate,
    moveDate,
    callOffDate,
    changed: (concertId) => {
      forget(concertId);
      feed.tell('catalog', concertId);
    },
    outdated: forget,
    onChange: (handle) => {
      handlers.push(handle);
    },
    announce: (concertId) => {
      kept.announced(concertId);
      list.forget();
      upcoming.forget();
    },
  };
}
