/** What a server costs that nobody asks anything: one build at a time, with past concerts in its database. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from '../src/platform/database.ts';
import { alternate, ofEach, type Builds, type Each } from './beside-rounds.ts';
import type { Build, BuildName } from './builds.ts';
import { secrets, type Cluster } from './ground.ts';
import type { PartRun } from './parts/part.ts';
import { startService } from './processes.ts';
import { median, spread, type Spread } from './statistics.ts';
import { watchWork } from './work.ts';

export interface Idle {
  readonly concerts: number;
  readonly seconds: number;
  readonly rounds: number;
  /** Processor milliseconds of a second, medians: of the server, and of PostgreSQL. */
  readonly builds: Each<IdleWork>;
  /** This build's of the yardstick's, of both together, by neighbouring rounds. */
  readonly of: Spread;
}

export interface IdleWork {
  readonly serverMs: number;
  readonly postgresMs: number;
}

const past_concerts = 5_000;
/** Of their only date. */
const seats = 50;
/** In the line of each, all over. */
const places = 20;
/** Caches are filled and rooms without a line put aside. */
const settle_seconds = 10;

export async function measureIdle(cluster: Cluster, builds: Builds, { quick, signal }: PartRun): Promise<Idle> {
  const [concerts, seconds, rounds, settle] = quick ? [100, 2, 1, 1] : [past_concerts, 20, 2, settle_seconds];
  const databaseUrls = await ofEach((name) => cluster.create(`idle_${name}`));
  await Promise.all(
    Object.values(builds).map(({ name, rows }) =>
      rows.filled(databaseUrls[name], (sql) => writePast(rows, sql, concerts)),
    ),
  );
  const turn = async (name: BuildName): Promise<IdleWork> => {
    const { folder } = cluster;
    const { root } = builds[name];
    const databaseUrl = databaseUrls[name];
    await using service = await startService({ name: `idle_${name}`, folder, databaseUrl, secrets, root });
    await sleep(settle * 1_000);
    const worked = watchWork({ serverPid: service.pid, postgresPid: await cluster.pid() });
    const startedAt = performance.now();
    await sleep(seconds * 1_000);
    const { server, postgres } = worked();
    const passed = (performance.now() - startedAt) / 1_000;
    return { serverMs: (server / passed) * 1_000, postgresMs: (postgres / passed) * 1_000 };
  };
  const done = await alternate(rounds, () => signal.aborted, turn);
  const middle = (name: BuildName): IdleWork => ({
    serverMs: median(done.map((pair) => pair[name].serverMs)),
    postgresMs: median(done.map((pair) => pair[name].postgresMs)),
  });
  const workOf = ({ serverMs, postgresMs }: IdleWork): number => serverMs + postgresMs;
  const ratios = done.map((pair) => workOf(pair.this) / workOf(pair.yardstick));
  const medians = { yardstick: middle('yardstick'), this: middle('this') };
  return { concerts, seconds, rounds: done.length, builds: medians, of: spread(ratios) };
}

/** Concerts of one date each, a week ago: what ended in their lines is there, since it is kept for longer. */
export async function writePast({ line, performances }: Build['rows'], sql: Sql, concerts: number): Promise<void> {
  for (let number = 1; number <= concerts; number++) {
    const id = `past${String(number).padStart(6, '0')}`;
    await line(sql, id, { inside: 0, waiting: places, graceSeconds: 60, maxActive: seats });
    await performances(sql, id, [seats]);
  }
  const past = sql`now() - interval '7 days'`;
  await sql`update concerts set first_starts_at = ${past}, last_starts_at = ${past} where id like 'past%'`;
  await sql`update performances set starts_at = ${past} where concert_id like 'past%'`;
  await sql`
    update queue_tokens set status = 'EXPIRED', ended_because = 'SESSION_ENDED', admitted_at = ${past},
      expires_at = ${past}, ended_at = ${past}
    where concert_id like 'past%'`;
  await sql`update rooms set head = last_number, front = last_number where concert_id like 'past%'`;
}
