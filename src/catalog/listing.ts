/** The public list of concerts, page by page. */
import type { Sql } from '../platform/database.ts';
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

/** Answers a batch of readers; those who want the same page share one query. */
export async function listConcerts(sql: Sql, requests: readonly PageRequest[]): Promise<(ConcertPage | Error)[]> {
  const pages = new Map<string, Promise<ConcertPage | Error>>();
  return Promise.all(
    requests.map((request) => {
      const key = `${request.limit} ${request.cursor ?? ''}`;
      const page = pages.get(key) ?? readPage(sql, request);
      pages.set(key, page);
      return page;
    }),
  );
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
