/** Every concert as it goes right now, and the service that sells them. */
import type { Catalog, Concert } from '../catalog/catalog.ts';
import type { Database } from '../platform/database.ts';
import { pauseOf, type LineNumbers, type WaitingRoom } from '../waiting-room/gate.ts';
import { admittedLately } from './history.ts';
import { step_seconds } from './samples.ts';

export interface LiveRooms {
  readonly database: Database;
  readonly catalog: Pick<Catalog, 'list'>;
  readonly waitingRoom: Pick<WaitingRoom, 'numbers'>;
}

interface Sold {
  readonly seatsTotal: number;
  readonly seatsSold: number;
  readonly revenue: number;
}

export interface LiveConcert extends Omit<Concert, 'priceFrom'>, LineNumbers, Sold {}

export interface LivePage {
  readonly concerts: LiveConcert[];
  /** Null at the end. */
  readonly nextCursor: string | null;
}

interface RoomRow extends Sold {
  readonly id: string;
  readonly maxActive: number;
  readonly pausedReason: string | null;
  readonly pausedReasonKo: string | null;
  /** Somebody is in line or inside. */
  readonly lively: boolean;
}

/** `limit`: 1–200. Refusal: VALIDATION_FAILED for a cursor that is none. */
export async function listLive(
  rooms: LiveRooms,
  page: { limit: number; cursor?: string | undefined },
): Promise<LivePage> {
  const { concerts, nextCursor } = await rooms.catalog.list(page);
  const ids = concerts.map(({ id }) => id);
  const rows = await rooms.database.sql<RoomRow[]>`
    select room.concert_id as id, max_active as "maxActive", paused_reason as "pausedReason",
      paused_reason_ko as "pausedReasonKo",
      sales."seatsTotal", sales."seatsSold", sales.revenue,
      ${isLively(rooms.database.sql)} as lively
    from rooms as room, lateral (
      select ${seatsOf(rooms.database.sql)}, sum(revenue)::bigint as revenue
      from performance_sales where concert_id = room.concert_id) as sales
    where room.concert_id = any(${ids}::text[])`;
  const admitted = await admittedLately(rooms.database, ids);
  const lines = rows.map(async (row) => {
    const live = await withLine(rooms, row);
    return [row.id, { ...live, admittedPerMinute: admitted(row.id, live.admittedPerMinute) }] as const;
  });
  const byId = new Map(await Promise.all(lines));
  return {
    concerts: concerts.flatMap(({ priceFrom: _price, ...concert }) => {
      const live = byId.get(concert.id);
      return live === undefined ? [] : [{ ...concert, ...live }];
    }),
    nextCursor,
  };
}

/** Of `performance_sales`; of a date that was called off nothing is for sale or sold any more, be it refunded yet or not. */
function seatsOf(sql: Database['sql']) {
  return sql`coalesce(sum(seats_total) filter (where not called_off), 0)::bigint as "seatsTotal",
    coalesce(sum(seats_reserved) filter (where not called_off), 0)::bigint as "seatsSold"`;
}

/** Somebody is inside, or in line, be it in a protected place at its head. */
function isLively(sql: Database['sql']) {
  return sql`(active > 0 or last_number > head or exists (select from queue_tokens as token
    where token.concert_id = room.concert_id and status = 'WAIT' and skipped_at is not null))`;
}

/** Of an empty line there is nothing to read: its board would only take room. */
async function withLine({ waitingRoom }: LiveRooms, row: RoomRow): Promise<LineNumbers & Sold> {
  const { id, maxActive, pausedReason, pausedReasonKo, lively, ...sold } = row;
  const line = lively ? await waitingRoom.numbers(id) : undefined;
  return {
    ...(line ?? { waiting: 0, active: 0, admittedPerMinute: 0, maxActive, ...pauseOf(pausedReason, pausedReasonKo) }),
    ...sold,
  };
}

export interface ServerHealth {
  readonly id: string;
  readonly seenSecondsAgo: number;
  readonly requestsPerSecond: number;
  readonly errorsPerMinute: number;
  readonly loopMs: number;
  readonly commitMs: number | null;
}

export interface Service {
  readonly servers: ServerHealth[];
  readonly database: {
    readonly connections: number;
    readonly connectionsMax: number;
    readonly replicas: number;
    readonly answerMs: number;
  };
  readonly totals: Sold & { readonly waiting: number; readonly active: number; readonly maxActive: number };
}

/** A server that has not been heard of for so long is gone. */
const gone_seconds = 3 * step_seconds;
const errors_over_seconds = 60;
const lively_max = 500;

export async function readService({ database: { sql }, waitingRoom }: LiveRooms): Promise<Service> {
  const sentAt = performance.now();
  const [state] = await sql<[Omit<Service['database'], 'answerMs'>]>`
    select (select coalesce(numbackends, 0) from pg_stat_database where datname = current_database()) as connections,
      current_setting('max_connections')::int as "connectionsMax",
      (select count(*)::int from pg_stat_replication) as replicas`;
  const answerMs = Math.round((performance.now() - sentAt) * 10) / 10;
  const [servers, totals] = await Promise.all([readServers(sql), readTotals(sql, waitingRoom)]);
  return { servers, database: { ...state, answerMs }, totals };
}

function readServers(sql: Database['sql']): Promise<ServerHealth[]> {
  return sql<ServerHealth[]>`
    select server as id, extract(epoch from now() - max(at))::float8 as "seenSecondsAgo",
      round((array_agg(requests order by at desc))[1]::numeric / ${step_seconds}, 1)::float8 as "requestsPerSecond",
      sum(errors)::float8 as "errorsPerMinute",
      round((array_agg(loop_ms order by at desc))[1]::numeric, 1)::float8 as "loopMs",
      round((array_agg(commit_ms order by at desc))[1]::numeric, 1)::float8 as "commitMs"
    from server_samples where at > now() - make_interval(secs => ${errors_over_seconds})
    group by server having max(at) > now() - make_interval(secs => ${gone_seconds}) order by server`.then((rows) => [
    ...rows,
  ]);
}

/** Of all concerts; the line of those with anybody in it, however many concerts lie idle. */
async function readTotals(sql: Database['sql'], { numbers }: LiveRooms['waitingRoom']): Promise<Service['totals']> {
  const [[sold], lively] = await Promise.all([
    sql<[Sold]>`
      select ${seatsOf(sql)}, coalesce(sum(revenue), 0)::bigint as revenue from performance_sales`,
    sql<{ id: string }[]>`
      select concert_id as id from rooms as room where ${isLively(sql)}
      order by last_number - head desc limit ${lively_max}`,
  ]);
  const lines = await Promise.all(lively.map(({ id }) => numbers(id)));
  const total = { ...sold, waiting: 0, active: 0, maxActive: 0 };
  for (const line of lines) {
    total.waiting += line?.waiting ?? 0;
    total.active += line?.active ?? 0;
    total.maxActive += line?.maxActive ?? 0;
  }
  return total;
}
