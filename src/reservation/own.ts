/** A fan's own reservations, as the database has them at this moment. */
import { concertIdOf, type Catalog } from '../catalog/catalog.ts';
import type { Sql } from '../platform/database.ts';
import { refuse, refuseCursor } from '../refusals.ts';
import type { OwnReservation, ReservationStatus } from './answer.ts';
import { paidColumns, whatWasPaid, type PaidRow } from './paid.ts';

export interface PageRequest {
  /** 1–200. */
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface ReservationPage {
  readonly reservations: OwnReservation[];
  /** Null at the end. */
  readonly nextCursor: string | null;
}

interface Row extends PaidRow {
  readonly id: string;
  readonly concertId: string;
  readonly performanceId: string;
  readonly status: ReservationStatus;
  readonly heldUntil: Date;
  readonly created: number;
}

interface Reading {
  readonly sql: Sql;
  readonly catalog: Catalog;
}

/** A hold whose time ran out is EXPIRED from that moment, swept or not. */
function columns(sql: Sql) {
  return sql`id, concert_id as "concertId", performance_id as "performanceId", ${paidColumns(sql)},
    held_until as "heldUntil", (extract(epoch from created_at) * 1000000)::bigint as created,
    case when status = 'HELD' and held_until <= now() then 'EXPIRED' else status end as status`;
}

/** Newest first. The order of what exists never changes, so a cursor neither repeats nor leaves out. */
export async function listOwn(
  { sql, catalog }: Reading,
  userId: string,
  { limit, cursor }: PageRequest,
): Promise<ReservationPage> {
  const after = cursor === undefined ? undefined : position(cursor);
  if (cursor !== undefined && after === undefined) {
    throw refuseCursor();
  }
  const rows = await sql<Row[]>`
    select ${columns(sql)} from reservations
    where user_id = ${userId}
    ${after === undefined ? sql`` : sql`and (created_at, id) < (timestamptz 'epoch' + ${after.created}::bigint * interval '1 microsecond', ${after.id})`}
    order by created_at desc, id desc limit ${limit + 1}`;
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    reservations: await Promise.all(shown.map((row) => complete(catalog, row))),
    nextCursor: last === undefined ? null : Buffer.from(`${last.created}.${last.id}`).toString('base64url'),
  };
}

/** Refuses with NOT_FOUND what does not exist or is somebody else's. */
export async function getOwn({ sql, catalog }: Reading, userId: string, id: string): Promise<OwnReservation> {
  const [row] = await sql<Row[]>`
    select ${columns(sql)} from reservations
    where concert_id = ${concertIdOf(id)} and id = ${id} and user_id = ${userId}`;
  if (row === undefined) throw refuse('NOT_FOUND');
  return complete(catalog, row);
}

async function complete(catalog: Catalog, row: Row): Promise<OwnReservation> {
  const { id, concertId, performanceId, status } = row;
  const performance = await catalog.performance(performanceId);
  return {
    id,
    concertId,
    performanceId,
    ...whatWasPaid(row, performance),
    status,
    heldUntil: status === 'HELD' ? row.heldUntil.toISOString() : null,
  };
}

function position(cursor: string): { created: number; id: string } | undefined {
  const [, created, id] =
    /^(\d{1,16})\.([a-z0-9]{10}-[a-z0-9]{1,40})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  return created === undefined || id === undefined ? undefined : { created: Number(created), id };
}
