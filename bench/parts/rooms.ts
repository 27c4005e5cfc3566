/**
 * Thirty-two rooms at once beside the yardstick: how many of their commits a second, on a disk as it is and on one whose every
 * flush takes longer, as a standby that is waited for makes it; and how soon another server has heard of one meanwhile.
 */
import { alternate, auditsOf, ofEach, openBuilds, type Builds, type Each } from '../beside-rounds.ts';
import { build_names, type Build, type BuildName } from '../builds.ts';
import { load } from '../client.ts';
import { once, openCluster, secrets, type Audit, type Cluster } from '../ground.ts';
import { startService } from '../processes.ts';
import { day_seconds } from '../rows.ts';
import { median, quantile, spread, type Spread } from '../statistics.ts';
import { createTurns } from '../turn-taking.ts';
import { watchWork } from '../work.ts';
import type { PartRun } from './part.ts';

export interface Rooms {
  /** Of Git. */
  readonly commits: Each<string>;
  readonly seconds: number;
  readonly rows: readonly RoomsRow[];
  readonly audits: readonly Audit[];
}

export interface RoomsRow {
  /** By so much each flush takes longer, ms. */
  readonly flushMs: number;
  readonly rounds: number;
  readonly builds: Each<RoomsFigures>;
  /** This build's commits a second, of the yardstick's, by neighbouring rounds. */
  readonly of: Spread;
}

/** Medians of the rounds; `heard` is of all that was heard in them. */
export interface RoomsFigures {
  /** Commits a second. */
  readonly rate: number;
  readonly p99: number;
  /** Processor microseconds a commit, of the server that carries them out and of PostgreSQL. */
  readonly workUs: number;
  /** Until a fan on the other server was told of their turn, ms from the answer that the commit was given. */
  readonly heard: { readonly p50: number; readonly p99: number; readonly most: number; readonly turns: number };
  readonly errors: number;
}

export const rooms_count = 32;
const flushes_ms = [0, 5] as const;
/** In whose line nobody comes, and one after the other has their turn. */
const watched_room = 'benchwatch';
const rooms = Array.from({ length: rooms_count }, (_, number) => `bench${String(number).padStart(5, '0')}`);
/** More than any room commits. */
const rate_max = 250;

interface Extent {
  readonly seconds: number;
  readonly rounds: number;
}

/** Ends by itself in about two minutes. `yardstick` is the folder of the other build, with its packages. */
export async function measureRooms(run: PartRun & { readonly yardstick: string }): Promise<Rooms> {
  const builds = await openBuilds(run.yardstick);
  const extent: Extent = run.quick ? { seconds: 1, rounds: 1 } : { seconds: 4, rounds: 4 };
  await using cluster = await openCluster(run);
  const rows: RoomsRow[] = [];
  const audits: Audit[] = [];
  for (const flushMs of flushes_ms) {
    if (run.signal.aborted) break;
    run.say(`  each flush ${flushMs} ms longer …`);
    const measured = await measureFlush(cluster, builds, { ...run, ...extent, flushMs });
    rows.push(measured.row);
    audits.push(...measured.audits);
  }
  const commits = { yardstick: builds.yardstick.commit, this: builds.this.commit };
  return { commits, seconds: extent.seconds, rows, audits };
}

type Flush = PartRun & Extent & { readonly flushMs: number };

async function measureFlush(
  cluster: Cluster,
  builds: Builds,
  { flushMs, ...run }: Flush,
): Promise<{ row: RoomsRow; audits: Audit[] }> {
  await using open = new AsyncDisposableStack();
  const pair = await ofEach((name) =>
    openPair({ cluster, build: builds[name], flushMs, turnsMax: run.rounds * run.seconds * 60 }, open),
  );
  for (const name of build_names) await pair[name].round(0.5);
  const isOver = (): boolean => run.signal.aborted;
  const done = await alternate(run.rounds, isOver, (name) => pair[name].round(run.seconds));
  const figures = (name: BuildName): RoomsFigures => figuresOf(done.map((each) => each[name]));
  const ratios = done.map((each) => each.this.rate / each.yardstick.rate);
  const row = {
    flushMs,
    rounds: done.length,
    builds: { yardstick: figures('yardstick'), this: figures('this') },
    of: spread(ratios),
  };
  return { row, audits: await auditsOf(pair, `flushes ${flushMs} ms longer`) };
}

interface Round {
  readonly rate: number;
  readonly p99: number;
  readonly workUs: number;
  readonly heardMs: readonly number[];
  readonly errors: number;
}

interface Pair {
  readonly build: Build;
  readonly databaseUrl: string;
  round(seconds: number): Promise<Round>;
}

interface Opening {
  readonly cluster: Cluster;
  readonly build: Build;
  readonly flushMs: number;
  readonly turnsMax: number;
}

/** Two servers of a build on a database of their own: one is asked, the other listens. */
async function openPair({ cluster, build, flushMs, turnsMax }: Opening, open: AsyncDisposableStack): Promise<Pair> {
  const database = `rooms_${flushMs}_${build.name}`;
  const databaseUrl = await cluster.create(database);
  const { filled, line } = build.rows;
  await filled(databaseUrl, async (sql) => {
    for (const id of rooms) await line(sql, id, { inside: 1, waiting: 0, graceSeconds: day_seconds });
    await line(sql, watched_room, { inside: 1, waiting: turnsMax, graceSeconds: day_seconds });
  });
  // However few commit at the time: those who stand in line for a lock do not count to PostgreSQL.
  for (const [setting, value] of [
    ['commit_delay', flushMs * 1_000],
    ['commit_siblings', 0],
  ] as const)
    await once(databaseUrl, (sql) => sql.unsafe(`alter database ${database} set ${setting} = ${value}`));
  const start = async (name: string) => {
    const service = await startService({
      name: `${database}_${name}`,
      folder: cluster.folder,
      databaseUrl,
      secrets,
      root: build.root,
    });
    return open.use(service);
  };
  const asked = await start('asked');
  const listening = await start('listening');
  const takeTurns = createTurns({ build, concertId: watched_room, asked: asked.port, listening: listening.port });
  const { post, createCredentials } = build.wire;
  const { bearer } = createCredentials(secrets);
  let fans = 0;
  const postgresPid = await cluster.pid();
  return {
    build,
    databaseUrl,
    round: async (seconds) => {
      const count = Math.ceil(seconds * rate_max);
      const requests = rooms.map((room) =>
        Array.from({ length: count }, () => post(`/concerts/${room}/queue-tokens`, bearer(`bench-comes-${fans++}`))),
      );
      const worked = watchWork({ serverPid: asked.pid, postgresPid });
      const taking = takeTurns(seconds);
      taking.catch(() => undefined);
      const { answers, latencies, statuses, ...took } = await load({
        ports: [asked.port],
        connections: rooms_count,
        seconds,
        next: (line) => requests[line]?.pop(),
      });
      const heardMs = await taking;
      const { server, postgres } = worked();
      const all = Object.values(statuses).reduce((sum, of) => sum + of, 0);
      const errors = all - (statuses['201'] ?? 0);
      return {
        rate: answers / took.seconds,
        p99: quantile([...latencies], 0.99),
        workUs: ((server + postgres) / all) * 1e6,
        heardMs,
        errors,
      };
    },
  };
}

function figuresOf(rounds: readonly Round[]): RoomsFigures {
  const of = (pick: (round: Round) => number): number => median(rounds.map(pick));
  const heard = rounds.flatMap(({ heardMs }) => heardMs);
  return {
    rate: of(({ rate }) => rate),
    p99: of(({ p99 }) => p99),
    workUs: of(({ workUs }) => workUs),
    heard: { p50: quantile(heard, 0.5), p99: quantile(heard, 0.99), most: quantile(heard, 1), turns: heard.length },
    errors: rounds.reduce((sum, { errors }) => sum + errors, 0),
  };
}
