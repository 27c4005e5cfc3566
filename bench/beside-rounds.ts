/** Two builds side by side: both started on one PostgreSQL, and rounds of one kind of request that alternate between them. */
import { build_names, openBuild, type Build, type BuildName } from './builds.ts';
import { errorsIn } from './crowd.ts';
import { audit, root, secrets, type Audit, type Cluster } from './ground.ts';
import type { Round } from './load.ts';
import { startService, type LoadProcess, type Service } from './processes.ts';
import type { ScenarioName } from './requests.ts';
import { spread, turns, type Spread } from './statistics.ts';
import { watchWork, type Worker } from './work.ts';

export type Builds = Readonly<Record<BuildName, Build>>;
/** Something of each build. */
export type Each<T> = Readonly<Record<BuildName, T>>;

/** The order of a round: each build is the first as often as the other. */
function orderOf(round: number): BuildName[] {
  return turns(build_names, round);
}

export async function ofEach<T>(make: (name: BuildName) => Promise<T>): Promise<Each<T>> {
  return { yardstick: await make('yardstick'), this: await make('this') };
}

/** This build, and the one in the folder `yardstick`, which has its packages. */
export function openBuilds(yardstick: string): Promise<Builds> {
  return ofEach((name) => openBuild(name, name === 'this' ? root : yardstick));
}

/** Rounds of both; one that either could not take, for its requests were used up, is the last. */
export async function alternate<T>(
  rounds: number,
  isOver: (done: number) => boolean,
  take: (name: BuildName) => Promise<T | undefined>,
): Promise<Each<T>[]> {
  const done: Each<T>[] = [];
  while (done.length < rounds && !isOver(done.length)) {
    const took = new Map<BuildName, T | undefined>();
    for (const name of orderOf(done.length)) took.set(name, await take(name));
    const [yardstick, ours] = [took.get('yardstick'), took.get('this')];
    if (yardstick === undefined || ours === undefined) break;
    done.push({ yardstick, this: ours });
  }
  return done;
}

/** Each by its own build's rules. */
export function auditsOf(asked: Each<Pick<Standing, 'build' | 'databaseUrl'>>, of: string): Promise<Audit[]> {
  return Promise.all(
    Object.values(asked).map(({ build, databaseUrl }) =>
      audit(`${of}: ${build.name === 'this' ? 'this build' : 'yardstick'}`, databaseUrl, build.root),
    ),
  );
}

export interface Standing extends Worker {
  readonly build: Build;
  readonly databaseUrl: string;
  readonly port: number;
}

interface Standings {
  readonly cluster: Cluster;
  readonly builds: Builds;
  /** Names the databases. */
  readonly purpose: string;
  /** Of this build's server. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A server of each build on a database of its own that `fill` has filled; both on one PostgreSQL. */
export async function stand(
  { cluster, builds, purpose, environment = {} }: Standings,
  fill: (build: Build, databaseUrl: string) => Promise<void>,
  open: AsyncDisposableStack,
): Promise<Each<Standing>> {
  const databaseOf = (name: BuildName): string => `${purpose}_${name}`;
  await ofEach((name) => cluster.create(databaseOf(name)));
  // At the same time: each is the work of one session.
  await Promise.all(build_names.map((name) => fill(builds[name], cluster.urlOf(databaseOf(name)))));
  const postgresPid = await cluster.pid();
  return ofEach(async (name) => {
    const databaseUrl = cluster.urlOf(databaseOf(name));
    const { folder } = cluster;
    const { root } = builds[name];
    const service: Service = await startService({
      name: databaseOf(name),
      folder,
      databaseUrl,
      secrets,
      root,
      environment: name === 'this' ? environment : {},
    });
    open.use(service);
    const besides = databaseOf(name === 'this' ? 'yardstick' : 'this');
    const { port, pid: serverPid } = service;
    return { build: builds[name], databaseUrl, port, serverPid, postgresPid, besides };
  });
}

/** Of one round; processor microseconds are of one answer. */
export interface Figures {
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
  readonly serverUs: number;
  readonly postgresUs: number;
}

export interface Taken extends Figures {
  readonly errors: number;
  readonly firstBad: string | undefined;
  readonly busy: number;
}

/** This build's of the yardstick's, by neighbouring rounds. */
export interface Compared {
  readonly rate: Spread;
  readonly p50: Spread;
  readonly work: Spread;
}

export function compared(pairs: readonly Each<Figures>[]): Compared {
  const of = (pick: (figures: Figures) => number): Spread =>
    spread(pairs.map((pair) => pick(pair.this) / pick(pair.yardstick)));
  return {
    rate: of(({ rate }) => rate),
    p50: of(({ p50 }) => p50),
    work: of(({ serverUs, postgresUs }) => serverUs + postgresUs),
  };
}

export interface Ask {
  readonly connections: number;
  readonly seconds: number;
  /** The round also ends when so many are sent. */
  readonly requestsMax?: number;
}

/** Requests that write are made beforehand and sent once: more for each second than were answered the last time. */
const first_rate = 10_000;
const least_rate = 1_000;
const rate_margin = 1.5;

/**
 * Rounds of one kind of request against one server; undefined when what the database was filled with is used up.
 * `suppliesMax` is how many such requests there are.
 */
export function createRounds(load: LoadProcess, standing: Standing, kind: ScenarioName, suppliesMax: number) {
  // Number 0 of any kind is as good as the others; nobody has asked it.
  let from = 0;
  let rate = first_rate;
  const { port, build } = standing;
  return async ({ connections, seconds, requestsMax = Infinity }: Ask): Promise<Taken | undefined> => {
    const wanted = Math.ceil(rate * seconds * rate_margin) + connections;
    const count = Math.min(wanted, requestsMax, suppliesMax - from);
    if (count <= connections) return undefined;
    const requests = { from, count, again: false, root: build.root };
    const job = { scenario: kind, secrets, ports: [port], connections, seconds, ...requests };
    await load.prepare(job);
    const worked = watchWork(standing);
    const round: Round = await load.run(job);
    const { server, postgres } = worked();
    from += round.sent;
    rate = Math.max(round.rate, least_rate);
    // Answers after the end of the time were worked for too.
    const answers = Object.values(round.statuses).reduce((sum, count) => sum + count, 0);
    const { p50, p99, firstBad, busy } = round;
    const work = { serverUs: (server / answers) * 1e6, postgresUs: (postgres / answers) * 1e6 };
    return { rate: round.rate, p50, p99, ...work, errors: errorsIn(round), firstBad, busy };
  };
}
