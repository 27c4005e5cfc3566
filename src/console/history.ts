/** The last hour of a sale and of the service, out of the samples: one value a step, the same for every server. */
import type { Database } from '../platform/database.ts';
import { refuse } from '../refusals.ts';
import { step_seconds } from './samples.ts';

type Series = (number | null)[];

export interface History {
  readonly concertId: string;
  /** ISO 8601, UTC: the first step. Every series has `steps` values. */
  readonly from: string;
  readonly stepSeconds: number;
  readonly steps: number;
  readonly line: {
    readonly waiting: Series;
    readonly active: Series;
    readonly maxActive: Series;
    readonly admittedPerMinute: Series;
    readonly paused: (boolean | null)[];
  };
  readonly seats: { readonly available: Series; readonly held: Series; readonly reserved: Series };
  readonly revenue: Series;
  readonly service: Readonly<Record<'servers' | 'requests' | 'errors' | 'loopMs' | 'commitMs' | 'connections', Series>>;
  /** By code, of all servers together. */
  readonly refusals: Readonly<Record<string, Series>>;
}

interface Look {
  /** Steps from the first; of what was seen before it, negative. */
  readonly step: number;
  readonly waiting: number;
  readonly active: number;
  readonly maxActive: number;
  readonly paused: boolean;
  readonly admitted: number;
  readonly seatsTotal: number;
  readonly held: number;
  readonly reserved: number;
  readonly revenue: number;
}

interface Service {
  readonly step: number;
  readonly servers: number;
  readonly requests: number;
  readonly errors: number;
  readonly loopMs: number;
  readonly commitMs: number | null;
  readonly connections: number;
}

interface Refused {
  readonly step: number;
  readonly code: string;
  readonly count: number;
}

/** A step's samples have been taken when it is so old. */
const settled_seconds = 2.5;

/** `minutes`: 1–60. Refusal: NOT_FOUND. */
export async function readHistory(database: Database, concertId: string, minutes: number): Promise<History> {
  const steps = (minutes * 60) / step_seconds;
  return database.transaction(async (tx) => {
    await tx`set transaction isolation level repeatable read, read only`;
    const [begin] = await tx<{ at: Date; known: boolean }[]>`
      select date_bin(make_interval(secs => ${step_seconds}), now() - make_interval(secs => ${settled_seconds}), 'epoch')
          - make_interval(secs => ${(steps - 1) * step_seconds}) as at,
        exists (select from concerts where id = ${concertId}) as known`;
    if (begin?.known !== true) throw refuse('NOT_FOUND');
    const from = begin.at;
    const [looks, services, refused] = await Promise.all([
      tx<Look[]>`
        select (extract(epoch from at - ${from}::timestamptz) / ${step_seconds})::int as step, waiting, active,
          max_active as "maxActive", paused, admitted, seats_total as "seatsTotal",
          seats_held as held, seats_reserved as reserved, revenue
        from concert_samples where concert_id = ${concertId} and at >= least(${from}::timestamptz - interval '1 minute', (
          select max(at) from concert_samples where concert_id = ${concertId} and at <= ${from}))
        order by at`,
      tx<Service[]>`
        select (extract(epoch from at - ${from}::timestamptz) / ${step_seconds})::int as step, count(*)::int as servers,
          sum(requests)::bigint as requests, sum(errors)::bigint as errors, max(loop_ms)::float8 as "loopMs",
          max(commit_ms)::float8 as "commitMs", max(connections) as connections
        from server_samples where at >= ${from} group by at`,
      tx<Refused[]>`
        select (extract(epoch from at - ${from}::timestamptz) / ${step_seconds})::int as step, code, sum(count::bigint)::bigint as count
        from server_samples, jsonb_each_text(refusals) as refusal (code, count)
        where at >= ${from} group by at, code order by code`,
    ]);
    const service = seriesOf(services, steps);
    return {
      concertId,
      from: from.toISOString(),
      stepSeconds: step_seconds,
      steps,
      ...saleOf(looks, service.servers),
      service,
      refusals: refusalsOf(refused, service.servers),
    };
  });
}

/**
 * Fans let in during the last minute, by concert, as all servers have written it down. The board of a server that was
 * started a moment ago knows less, one that follows the line knows it sooner: the greater of the two is right.
 */
export async function admittedLately(
  { sql }: Pick<Database, 'sql'>,
  concertIds: readonly string[],
): Promise<(concertId: string, known: number) => number> {
  const rows = await sql<{ id: string; admitted: number }[]>`
    select concert_id as id, sum(admitted)::bigint as admitted from concert_samples
    where concert_id = any(${concertIds}::text[]) and at > now() - interval '1 minute' group by concert_id`;
  const written = new Map(rows.map(({ id, admitted }) => [id, admitted]));
  return (concertId, known) => Math.max(known, written.get(concertId) ?? 0);
}

function seriesOf(rows: readonly Service[], steps: number): History['service'] {
  const empty = (): Series => Array.from({ length: steps }, () => null);
  const service = {
    servers: empty(),
    requests: empty(),
    errors: empty(),
    loopMs: empty(),
    commitMs: empty(),
    connections: empty(),
  };
  for (const { step, ...values } of rows) {
    // Those of the step that still goes on are not all there yet.
    if (step < 0 || step >= steps) continue;
    for (const name of Object.keys(service) as (keyof typeof service)[]) {
      const value = values[name];
      service[name][step] = value === null ? null : Math.round(value * 10) / 10;
    }
  }
  return service;
}

/** What was seen last still holds, for as long as some server was there to see it change. */
function saleOf(looks: readonly Look[], servers: Series): Pick<History, 'line' | 'seats' | 'revenue'> {
  const held: (Look | undefined)[] = [];
  let next = 0;
  let last: Look | undefined;
  for (const [step, alive] of servers.entries()) {
    for (let look = looks[next]; look !== undefined && look.step <= step; look = looks[next]) {
      last = look;
      next += 1;
    }
    held.push(alive === null && last?.step !== step ? undefined : last);
  }
  const of = <T>(read: (look: Look) => T): (T | null)[] => held.map((look) => (look === undefined ? null : read(look)));
  return {
    line: {
      waiting: of((look) => look.waiting),
      active: of((look) => look.active),
      maxActive: of((look) => look.maxActive),
      admittedPerMinute: perMinute(looks, servers),
      paused: of((look) => look.paused),
    },
    seats: {
      available: of((look) => Math.max(0, look.seatsTotal - look.held - look.reserved)),
      held: of((look) => look.held),
      reserved: of((look) => look.reserved),
    },
    revenue: of((look) => look.revenue),
  };
}

/** All who were let in during the minute that ends with each step. */
function perMinute(looks: readonly Look[], servers: Series): Series {
  const admitted = new Map(looks.map((look) => [look.step, look.admitted]));
  return servers.map((alive, step) => {
    if (alive === null) return null;
    let sum = 0;
    for (let back = 0; back < 60 / step_seconds; back++) sum += admitted.get(step - back) ?? 0;
    return sum;
  });
}

/** A server that refused nothing by a code says nothing of it: that is none, where anybody was there. */
function refusalsOf(refused: readonly Refused[], servers: Series): Record<string, Series> {
  const byCode: Record<string, Series> = {};
  for (const { step, code, count } of refused) {
    if (step < 0 || step >= servers.length) continue;
    byCode[code] ??= servers.map((alive) => (alive === null ? null : 0));
    byCode[code][step] = count;
  }
  return byCode;
}
