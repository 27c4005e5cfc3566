/** Everybody's orders, for the operator who looks for one or for what went wrong. */
import type { ReplyOf } from '../../contract.ts';
import type { Sql } from '../../platform/database.ts';
import { refuseCursor } from '../../refusals.ts';
import type { MoneyRooms } from './money.ts';

type Order = ReplyOf<'listAllChargeOrders', 200>['orders'][number];

export interface OrderQuery {
  /** 1–200. */
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly status?: Order['status'] | undefined;
  readonly method?: Order['method'] | undefined;
  readonly unclear?: 'true' | undefined;
  readonly owed?: 'true' | undefined;
  /** A whole id. */
  readonly userId?: string | undefined;
  readonly q?: string | undefined;
}

interface Row extends Pick<Order, 'id' | 'userId' | 'amount' | 'method' | 'status' | 'paymentKey' | 'reservationId'> {
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly paidAt: Date | null;
  readonly unclearSince: Date | null;
  readonly unclearMicros: number | null;
  readonly asks: number;
  readonly askAt: Date | null;
  readonly withdrawn: number;
  readonly reversed: number;
  readonly owed: number;
}

type Fragment = ReturnType<typeof columns>;
type Rooms = Pick<MoneyRooms, 'database' | 'accounts'>;

/** For a page, where no index knows what is wanted. */
const looked_at_max = 10_000;
/** Whose ids begin with what was asked. */
const users_max = 1_000;

const idCursor = /^[a-z0-9]{22}$/;
const unclearCursor = /^([1-9]\d{0,16})-([a-z0-9]{22})$/;

/**
 * An order's id grows with time, so the newest are the last of whatever index is read. What is unclear is told the longest
 * first: that is what somebody has to act on.
 */
export async function listOrders(rooms: Rooms, query: OrderQuery): Promise<ReplyOf<'listAllChargeOrders', 200>> {
  const { sql } = rooms.database;
  const within = [...filters(sql, query), ...(await whose(rooms, query))];
  const { rows, lookedTo } = await (query.unclear === undefined
    ? newest(sql, query, within)
    : longestUnclear(sql, query, within));
  const shown = rows.slice(0, query.limit);
  const users = await rooms.accounts.usersOf([...new Set(shown.map(({ userId }) => userId))]);
  const last = rows.length > query.limit ? shown.at(-1) : undefined;
  return {
    orders: shown.map((row) => told(row, users.get(row.userId)?.name ?? null)),
    nextCursor: last === undefined ? lookedTo : cursorOf(last, query),
  };
}

interface Found {
  readonly rows: readonly Row[];
  /** Where the look ended, if there is more behind it. */
  readonly lookedTo: string | null;
}

async function newest(sql: Sql, query: OrderQuery, within: readonly Fragment[]): Promise<Found> {
  const { cursor, limit } = query;
  if (cursor !== undefined && !idCursor.test(cursor)) throw refuseCursor();
  const before = cursor === undefined ? [] : [sql`id < ${cursor}`];
  const lookedTo = isFoundByIndex(query) ? null : await endOfLook(sql, before);
  const from = lookedTo === null ? [] : [sql`id >= ${lookedTo}`];
  const rows = await sql<Row[]>`
    select ${columns(sql)} from ${orders(sql)} ${all(sql, [...before, ...from, ...within])}
    order by id desc limit ${limit + 1}`;
  return { rows, lookedTo };
}

/** The newest of all, of a fan, of what is owed. */
function isFoundByIndex({ status, method, owed, userId, q }: OrderQuery): boolean {
  if (owed !== undefined || userId !== undefined || q !== undefined) return true;
  return method === undefined && status === undefined;
}

/** The id of the last that is looked at for this page; null if the first order of all is among them. */
async function endOfLook(sql: Sql, before: readonly Fragment[]): Promise<string | null> {
  const [row] = await sql<{ id: string }[]>`
    select id from charge_orders ${all(sql, before)} order by id desc offset ${looked_at_max - 1} limit 1`;
  return row?.id ?? null;
}

async function longestUnclear(sql: Sql, query: OrderQuery, within: readonly Fragment[]): Promise<Found> {
  const [, micros, id] = unclearCursor.exec(query.cursor ?? '') ?? [];
  if (query.cursor !== undefined && (micros === undefined || id === undefined)) throw refuseCursor();
  const after =
    micros === undefined || id === undefined
      ? []
      : [sql`(unclear_since, order_id) > ('epoch'::timestamptz + ${micros}::bigint * interval '1 microsecond', ${id})`];
  const rows = await sql<Row[]>`
    select ${columns(sql)} from ${orders(sql)} ${all(sql, [sql`unclear_since is not null`, ...after, ...within])}
    order by unclear_since, order_id limit ${query.limit + 1}`;
  return { rows, lookedTo: null };
}

function cursorOf({ id, unclearMicros }: Row, { unclear }: OrderQuery): string {
  return unclear === undefined ? id : `${unclearMicros ?? 0}-${id}`;
}

function filters(sql: Sql, { status, method, owed, userId }: OrderQuery): readonly Fragment[] {
  return [
    ...(status === undefined ? [] : [inStatus(sql, status)]),
    ...(method === undefined ? [] : [sql`method = ${method}`]),
    ...(owed === undefined ? [] : [sql`owed > 0`]),
    ...(userId === undefined ? [] : [sql`user_id = ${userId}`]),
  ];
}

/** An order whose time ran out is EXPIRED from that moment, whether or not it was written down. */
export function statusNow(sql: Sql) {
  return sql`case when status = 'OPEN' and expires_at <= now() then 'EXPIRED' else status end`;
}

function inStatus(sql: Sql, status: Order['status']): Fragment {
  if (status === 'OPEN') return sql`status = 'OPEN' and expires_at > now()`;
  if (status === 'EXPIRED') return sql`(status = 'EXPIRED' or status = 'OPEN' and expires_at <= now())`;
  return sql`status = ${status}`;
}

/** What somebody can mean who says a number, a name or an address: each by an index, and what comes out are ids. */
async function whose({ database: { sql }, accounts }: Rooms, { q }: OrderQuery): Promise<readonly Fragment[]> {
  if (q === undefined) return [];
  const text = q.normalize('NFC').trim();
  const [known, begun] = await Promise.all([
    accounts.findUsers(text),
    sql<{ id: string }[]>`
      select distinct user_id as id from charge_orders where user_id >= ${text} and user_id < ${`${text}\u{10ffff}`}
      order by user_id limit ${users_max}`,
  ]);
  const userIds = [...new Set([...known, ...begun].map(({ id }) => id))];
  return [
    sql`id in (
      select ${text}::text
      union select order_id from gateway_payments where method in ('sandbox', 'toss', 'stripe') and payment_key = ${text}
      union select id from charge_orders where method in ('sandbox', 'toss', 'stripe') and opened_key = ${text}
      union select id from charge_orders where user_id = any(${userIds}::text[]))`,
  ];
}

function all(sql: Sql, conditions: readonly Fragment[]): Fragment {
  const [first, ...others] = conditions;
  if (first === undefined) return sql``;
  return others.reduce((joined, one) => sql`${joined} and ${one}`, sql`where ${first}`);
}

/** With what there is to ask of each. */
function orders(sql: Sql) {
  return sql`charge_orders
    left join (select order_id, ask_at, unclear_since from charge_order_questions) as question on order_id = id`;
}

function columns(sql: Sql) {
  return sql`id, user_id as "userId", amount, method, ${statusNow(sql)} as status, payment_key as "paymentKey",
    reservation_id as "reservationId", created_at as "createdAt", expires_at as "expiresAt", paid_at as "paidAt",
    unclear_since as "unclearSince", (extract(epoch from unclear_since) * 1000000)::bigint as "unclearMicros",
    asks, ask_at as "askAt", withdrawn, reversed, owed`;
}

function told({ unclearMicros: _micros, ...row }: Row, userName: string | null): Order {
  return {
    ...row,
    userName,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    paidAt: row.paidAt?.toISOString() ?? null,
    unclearSince: row.unclearSince?.toISOString() ?? null,
    askAt: row.askAt?.toISOString() ?? null,
  };
}
