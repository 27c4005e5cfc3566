/** Everybody's reservations, for the operator who looks for one. */
import type { Accounts } from '../accounts/accounts.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Sql } from '../platform/database.ts';
import { refuseCursor } from '../refusals.ts';
import {
  paidColumns,
  whatWasPaid,
  type GivenBack,
  type OwnReservation,
  type PaidRow,
  type ReservationStatus,
} from '../reservation/reservation.ts';
import { fitting, type Fitting } from './fitting.ts';
import { operatorsOf, type Operator } from './log.ts';

export interface ReservationQuery {
  /** 1–200. */
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly concertId?: string | undefined;
  readonly status?: ReservationStatus | undefined;
  /** A whole id. */
  readonly userId?: string | undefined;
  /**
   * A reservation's id, or at least four characters of the number on its ticket; a seat's name or a part of it, for
   * whoever holds or has the seat; a user's id or the beginning of one, or part of an account's name or e-mail address.
   */
  readonly q?: string | undefined;
}

/** As its fan knows it, and each seat's share of it, and who did it. */
export interface DoneCancellation extends GivenBack {
  readonly seats: { readonly number: number; readonly price: number; readonly fee: number; readonly refund: number }[];
  /** Null: the fan, or a date that was called off. */
  readonly by: Operator | null;
}

export interface ReservationsPage {
  readonly reservations: (Omit<OwnReservation, 'cancellations'> & {
    readonly cancellations?: DoneCancellation[];
    readonly userId: string;
    readonly userName: string | null;
    readonly createdAt: string;
  })[];
  /** Null at the end. */
  readonly nextCursor: string | null;
}

interface Row extends PaidRow {
  readonly id: string;
  readonly concertId: string;
  readonly performanceId: string;
  readonly userId: string;
  readonly status: ReservationStatus;
  readonly heldUntil: Date;
  readonly createdAt: Date;
}

interface Reading {
  readonly sql: Sql;
  readonly accounts: Pick<Accounts, 'findUsers' | 'usersOf'>;
  readonly catalog: Catalog;
}

export async function listReservations(reading: Reading, query: ReservationQuery): Promise<ReservationsPage> {
  if (query.cursor !== undefined && !/^[a-z0-9]{1,40}$/.test(query.cursor)) {
    throw refuseCursor();
  }
  const { q, userId } = query;
  const isAll = q === undefined && userId === undefined;
  const rows = await (isAll ? newest(reading.sql, query) : among(reading.sql, query, await fitting(reading, query)));
  const shown = rows.slice(0, query.limit);
  const [users, done] = await Promise.all([
    reading.accounts.usersOf(shown.map((row) => row.userId)),
    howDone(reading, shown),
  ]);
  const last = rows.length > query.limit ? shown.at(-1) : undefined;
  return {
    reservations: await Promise.all(
      shown.map((row) => complete(reading, row, { userName: users.get(row.userId)?.name ?? null, done })),
    ),
    nextCursor: last === undefined ? null : timeOf(last.id),
  };
}

// A reservation's id is its concert's, a hyphen, and a part that grows with time. That part is the order here:
// the primary key then finds the newest of a concert without reading the others.
const time_from = 12;
const timeOf = (id: string): string => id.slice(time_from - 1);

/** The newest of each concert, merged: at most `limit` rows are read of any. */
function newest(sql: Sql, { concertId, status, cursor, limit }: ReservationQuery): Promise<Row[]> {
  return sql<Row[]>`
    select found.* from concerts
    cross join lateral (
      select ${columns(sql)} from reservations
      where concert_id = concerts.id and id > concerts.id || '-'
        and id < ${cursor === undefined ? sql`concerts.id || '.'` : sql`concerts.id || '-' || ${cursor}::text`}
        ${inStatus(sql, status)}
      order by id desc limit ${limit + 1}
    ) as found
    ${concertId === undefined ? sql`` : sql`where concerts.id = ${concertId}`}
    order by substr(found.id, ${time_from}::integer) desc limit ${limit + 1}`;
}

/** Of what fits, read by key: the database is never asked for reservations by a condition that no index answers. */
function among(
  sql: Sql,
  { concertId, status, cursor, limit, userId }: ReservationQuery,
  { ids, userIds }: Fitting,
): Promise<Row[]> {
  return sql<Row[]>`
    select ${columns(sql)} from reservations
    where id in (
        select unnest(${ids}::text[]) union select id from reservations where user_id = any(${userIds}::text[]))
      ${userId === undefined ? sql`` : sql`and user_id = ${userId}`}
      ${concertId === undefined ? sql`` : sql`and concert_id = ${concertId}`}
      ${cursor === undefined ? sql`` : sql`and substr(id, ${time_from}::integer) < ${cursor}`}
      ${inStatus(sql, status)}
    order by substr(id, ${time_from}::integer) desc limit ${limit + 1}`;
}

/** A hold whose time ran out is EXPIRED from that moment, swept or not. */
function columns(sql: Sql) {
  return sql`id, concert_id as "concertId", performance_id as "performanceId", user_id as "userId",
    ${paidColumns(sql)}, held_until as "heldUntil", created_at as "createdAt",
    case when status = 'HELD' and held_until <= now() then 'EXPIRED' else status end as status`;
}

function inStatus(sql: Sql, status: ReservationStatus | undefined) {
  if (status === undefined) return sql``;
  if (status === 'HELD') return sql`and status = 'HELD' and held_until > now()`;
  if (status === 'EXPIRED') return sql`and (status = 'EXPIRED' or status = 'HELD' and held_until <= now())`;
  return sql`and status = ${status}`;
}

async function complete(
  { catalog }: Reading,
  row: Row,
  { userName, done }: { readonly userName: string | null; readonly done: ReadonlyMap<string, Done> },
): Promise<ReservationsPage['reservations'][number]> {
  const { id, concertId, performanceId, userId, status } = row;
  const performance = await catalog.performance(performanceId);
  const { cancellations, ...paid } = whatWasPaid(row, performance);
  const prices = new Map(paid.cancelledSeats?.map(({ number, price }) => [number, price]));
  const told = cancellations?.map((past) => Object.assign(past, sharesOf(past, prices, done.get(past.id))));
  return {
    id,
    concertId,
    performanceId,
    userId,
    userName,
    ...paid,
    ...(told === undefined ? {} : { cancellations: told }),
    status,
    heldUntil: status === 'HELD' ? row.heldUntil.toISOString() : null,
    createdAt: row.createdAt.toISOString(),
  };
}

interface Done {
  /** In the order of the cancellation's seat numbers. */
  readonly seatFees: readonly number[];
  readonly by: Operator | null;
}

/** Of what was cancelled of these reservations, what its fan is not told; by id. */
async function howDone(
  { sql, accounts }: Reading,
  rows: readonly Pick<Row, 'id' | 'concertId' | 'cancelledNumbers'>[],
): Promise<ReadonlyMap<string, Done>> {
  const asked = rows.filter(({ cancelledNumbers }) => cancelledNumbers !== null);
  if (asked.length === 0) return new Map();
  const found = await sql<{ id: string; seatFees: number[]; operatorId: string | null }[]>`
    select past.id, past.seat_fees as "seatFees", past.operator_id as "operatorId"
    from unnest(${asked.map(({ concertId }) => concertId)}::text[], ${asked.map(({ id }) => id)}::text[]) as wanted (concert_id, id)
    join cancellations as past on past.concert_id = wanted.concert_id and past.reservation_id = wanted.id`;
  const operators = await operatorsOf(
    { accounts },
    found.map(({ operatorId }) => operatorId),
  );
  return new Map(found.map(({ id, seatFees, operatorId }) => [id, { seatFees, by: operators(operatorId) }]));
}

function sharesOf(
  { seatNumbers }: GivenBack,
  prices: ReadonlyMap<number, number>,
  { seatFees, by }: Done = { seatFees: [], by: null },
): Pick<DoneCancellation, 'seats' | 'by'> {
  const seats = seatNumbers.map((number, index) => {
    const [price, fee] = [prices.get(number) ?? 0, seatFees[index] ?? 0];
    return { number, price, fee, refund: price - fee };
  });
  return { seats, by };
}
