/**
 * A look at everything that goes on, every five seconds, so that the console's charts are full whenever somebody opens
 * them, whichever server answers and whichever was started again meanwhile. One statement writes it, on every server:
 * each its own counters, and of each concert whichever server is first.
 */
import type { Database } from '../platform/database.ts';
import { createRotation } from '../platform/each.ts';
import { randomId } from '../platform/ids.ts';
import type { Metrics, Totals } from '../platform/metrics.ts';
import { rest, type Duty } from '../platform/ticker.ts';
import type { WaitingRoom } from '../waiting-room/gate.ts';

export const step_seconds = 5;
/** Older samples are of no use to anybody: charts show an hour. */
const kept_minutes = 120;
/** At once. Most that can become too old in `prune_rest_ms` is 60,000 looks at lines and what is written of servers. */
const pruned_max = 50_000;
const prune_every_ms = 15_000;
/** Of the many concerts of past years each has a look that is kept, and all of those are passed over to find what is not. */
const prune_rest_ms = 5 * 60_000;
/** How soon one is tried again that could not be written. */
const again_ms = 500;
/** A timer may be early by as much, and a step is not asked for before it has begun. */
const timer_slack_ms = 10;
/** Of concerts with a line, in one sample; with more of them, each is in every second or third. */
const lines_max = 1_000;
/** Of those without: seats of theirs may still be given back. */
const quiet_max = 100;

export interface SampleRooms {
  readonly database: Database;
  readonly waitingRoom: Pick<WaitingRoom, 'boards' | 'numbers'>;
  readonly metrics: Pick<Metrics, 'totals' | 'loop'>;
}

export function createSamples({ database, waitingRoom, metrics }: SampleRooms): readonly Duty[] {
  const look = createLook({ database, waitingRoom, metrics });
  return [
    // The steps are the database's: it says how long the next one is away.
    { name: 'console.sample', everyMs: again_ms, run: async () => rest(await look()) },
    {
      name: 'console.prune',
      everyMs: prune_every_ms,
      run: async () => ((await prune(database)) < pruned_max ? rest(prune_rest_ms) : undefined),
    },
  ];
}

/** Answers the milliseconds until the next step has begun. */
function createLook({ database: { sql }, waitingRoom, metrics }: SampleRooms): () => Promise<number> {
  const server = randomId(10);
  const loopDelay = metrics.loop.reader();
  /** Longest since what was written last. */
  let loopMs = 0;
  let before: Totals = { requests: 0, errors: 0, refusals: {} };
  const choose = createChoice(waitingRoom);
  let admittedBefore: ReadonlyMap<string, number> = new Map();
  let commitMs: number | null = null;
  return async () => {
    const totals = metrics.totals();
    const admitted = new Map(waitingRoom.boards.admitted);
    loopMs = Math.max(loopMs, loopDelay().max * 1_000);
    const own = { server, ...since(before, totals), loopMs, commitMs };
    const seen = await choose(admitted, admittedBefore);
    const sentAt = performance.now();
    const [{ left }] = await write(sql, own, seen);
    // What could not be written is counted in the next sample.
    before = totals;
    admittedBefore = admitted;
    loopMs = 0;
    commitMs = performance.now() - sentAt;
    return left * 1_000 + timer_slack_ms;
  };
}

function since(before: Totals, now: Totals): Totals {
  const refusals = Object.entries(now.refusals)
    .map(([code, count]) => [code, count - (before.refusals[code] ?? 0)] as const)
    .filter(([, count]) => count > 0);
  return {
    requests: now.requests - before.requests,
    errors: now.errors - before.errors,
    refusals: Object.fromEntries(refusals),
  };
}

interface Seen {
  readonly concertId: string;
  readonly waiting: number;
  /** By this server, since its sample before. */
  readonly admitted: number;
}

/**
 * Chooses among the lines that this server follows. Where it let somebody in is always among them, followed or not: that
 * is said once.
 */
function createChoice({ boards, numbers }: SampleRooms['waitingRoom']) {
  const nextLines = createRotation(lines_max);
  const nextQuiet = createRotation(quiet_max);
  return async (admitted: ReadonlyMap<string, number>, before: ReadonlyMap<string, number>): Promise<Seen[]> => {
    const { live = [], quiet = [] } = Object.groupBy(boards.all(), ({ isLive }) => (isLive ? 'live' : 'quiet'));
    const chosen = [...nextLines(live), ...nextQuiet(quiet)];
    const waiting = new Map(chosen.map((board) => [board.concertId, board.waiting]));
    const fresh = [...admitted].map(([id, fans]) => [id, fans - (before.get(id) ?? 0)] as const);
    const newlyAdmitted = new Map(fresh.filter(([, fans]) => fans > 0));
    const unknown = [...newlyAdmitted.keys()].filter((id) => !waiting.has(id));
    for (const id of unknown) waiting.set(id, (await numbers(id))?.waiting ?? 0);
    return [...waiting].map(([concertId, fans]) => ({
      concertId,
      waiting: fans,
      admitted: newlyAdmitted.get(concertId) ?? 0,
    }));
  };
}

interface Own extends Totals {
  readonly server: string;
  readonly loopMs: number;
  readonly commitMs: number | null;
}

function write(sql: Database['sql'], own: Own, seen: readonly Seen[]) {
  return sql<[{ left: number }]>`
    with step as (
      select date_bin(make_interval(secs => ${step_seconds}), now(), 'epoch') as at
    ), held as (
      select concert_id, sum(cardinality(seat_numbers)) as seats from reservations
      where status = 'HELD' and held_until > now() and concert_id = any(${seen.map((one) => one.concertId)}::text[])
      group by concert_id
    ), look as (
      select line.concert_id, line.waiting, room.active, room.max_active, room.paused_reason is not null as paused,
        line.admitted, sales.seats_total, coalesce(held.seats, 0) as seats_held, sales.seats_reserved, sales.revenue
      from unnest(${seen.map((one) => one.concertId)}::text[], ${seen.map((one) => one.waiting)}::bigint[],
        ${seen.map((one) => one.admitted)}::int[]) as line (concert_id, waiting, admitted)
      join rooms as room on room.concert_id = line.concert_id
      cross join lateral (
        select coalesce(sum(seats_total) filter (where not called_off), 0) as seats_total,
          coalesce(sum(seats_reserved) filter (where not called_off), 0) as seats_reserved, sum(revenue) as revenue
        from performance_sales where concert_id = line.concert_id
      ) as sales
      left join held on held.concert_id = line.concert_id
    ), concerts_written as (
      insert into concert_samples (concert_id, at, waiting, active, max_active, paused, admitted, seats_total,
        seats_held, seats_reserved, revenue)
      select look.concert_id, step.at, look.waiting, look.active, look.max_active, look.paused, look.admitted,
        look.seats_total, look.seats_held, look.seats_reserved, look.revenue
      from step, look left join lateral (
        select * from concert_samples as sample where sample.concert_id = look.concert_id order by at desc limit 1
      ) as last on true
      where last.at is null or look.admitted > 0
        or (last.waiting, last.active, last.max_active, last.paused, last.seats_total, last.seats_held, last.seats_reserved, last.revenue)
        <> (look.waiting, look.active, look.max_active, look.paused, look.seats_total, look.seats_held, look.seats_reserved, look.revenue)
      on conflict (concert_id, at) do update set admitted = concert_samples.admitted + excluded.admitted
        where excluded.admitted > 0
    ), server_written as (
      insert into server_samples (at, server, requests, errors, refusals, loop_ms, commit_ms, connections)
      select step.at, ${own.server}, ${own.requests}::bigint, ${own.errors}::bigint,
        ${JSON.stringify(own.refusals)}::text::jsonb, ${own.loopMs}::real, ${own.commitMs}::real,
        (select coalesce(numbackends, 0) from pg_stat_database where datname = current_database())
      from step on conflict (at, server) do update set requests = server_samples.requests + excluded.requests,
        errors = server_samples.errors + excluded.errors
    )
    select extract(epoch from step.at + make_interval(secs => ${step_seconds}) - now())::float8 as left from step`;
}

/** A concert keeps its newest look, however old: it still holds. Answers how many were removed of the kind of which it were more. */
async function prune({ sql }: Database): Promise<number> {
  const servers = await sql`
    delete from server_samples where (at, server) in (
      select at, server from server_samples where at < now() - make_interval(mins => ${kept_minutes}) limit ${pruned_max})`;
  const concerts = await sql`
    delete from concert_samples where (concert_id, at) in (
      select concert_id, at from concert_samples as old
      where at < now() - make_interval(mins => ${kept_minutes})
        and exists (select from concert_samples as newer where newer.concert_id = old.concert_id and newer.at > old.at)
      limit ${pruned_max})`;
  return Math.max(servers.count, concerts.count);
}
