/**
 * Four server processes behind a balancer against one behind the same balancer: what a request costs the servers and
 * PostgreSQL in processor time, with the same load and with one that has grown with the servers. The two stand side by
 * side, each on a database of its own, and are asked alternately.
 */
import { openBalancer } from '../../rehearsal/balancing/balancer.ts';
import { haproxyVersion, startHaproxy } from '../../rehearsal/balancing/haproxy.ts';
import { errorsIn } from '../crowd.ts';
import { audit, openCluster, secrets, type Audit, type Cluster } from '../ground.ts';
import { closeTill, prepare } from '../prepare.ts';
import { startLoad, startService, type LoadProcess, type Service } from '../processes.ts';
import { processorSeconds, watchFamily } from '../processor.ts';
import type { ScenarioName } from '../requests.ts';
import { median, spread, turns, type Spread } from '../statistics.ts';
import type { PartRun } from './part.ts';

export const server_kinds = ['status', 'issue', 'hold', 'charge', 'pay'] as const satisfies readonly ScenarioName[];
export type ServerKind = (typeof server_kinds)[number];

const fields = ['one', 'four'] as const;
type FieldName = (typeof fields)[number];
const servers_of: Record<FieldName, number> = { one: 1, four: 4 };

const connections = 128;
/** What is measured: so many servers, and so many connections in all. */
export const server_setups = {
  one: { field: 'one', connections },
  four: { field: 'four', connections },
  'four, more load': { field: 'four', connections: connections * servers_of.four },
} as const satisfies Record<string, { readonly field: FieldName; readonly connections: number }>;
export type ServerSetup = keyof typeof server_setups;
const setup_names = Object.keys(server_setups) as ServerSetup[];

export interface ServersRow {
  readonly kind: ServerKind;
  readonly setup: ServerSetup;
  readonly connections: number;
  readonly rate: Spread;
  readonly p99: number;
  readonly serverUs: number;
  readonly postgresUs: number;
  /** What a request costs both, of what it costs one server and its database in the same round. */
  readonly costOfOne: Spread;
  readonly errors: number;
  readonly firstBad: string | undefined;
}

export interface Servers {
  /** `HAProxy 2.6.12`, or the house's own. */
  readonly balancer: string;
  readonly seconds: number;
  readonly rounds: number;
  /** Answered by each server of each kind before anything was measured. */
  readonly warmUpRequests: number;
  readonly rows: readonly ServersRow[];
  readonly loadBusy: number;
  readonly audits: readonly Audit[];
}

/** More than they are expected to answer; requests that write are made beforehand and sent once. */
const requests_per_second: Record<ServerKind, number> = {
  status: 0,
  issue: 22_000,
  hold: 14_000,
  charge: 18_000,
  pay: 7_000,
};
const polling_fans = 100_000;
const holds_max = 400_000;
const payments_max = 90_000;
const warm_up_connections = 32;
const warm_up_seconds_max = 30;
/** Behind it are servers, and those who ask are few. */
const balancer_connections_max = 2_000;

interface Field {
  readonly name: FieldName;
  readonly databaseUrl: string;
  readonly servers: readonly Service[];
  readonly port: number;
  /** The next request of each kind. */
  readonly next: Record<ServerKind, number>;
}

interface Ground {
  readonly load: LoadProcess;
  readonly postgresPid: number;
  readonly fields: Readonly<Record<FieldName, Field>>;
}

interface Sample {
  readonly kind: ServerKind;
  readonly setup: ServerSetup;
  readonly round: number;
  readonly rate: number;
  readonly p99: number;
  readonly busy: number;
  readonly serverUs: number;
  readonly postgresUs: number;
  readonly errors: number;
  readonly firstBad: string | undefined;
}

export async function measureServers(run: PartRun): Promise<Servers> {
  const { quick, signal, say } = run;
  const [seconds, rounds, warmUpRequests] = quick ? [0.7, 1, 200] : [1.5, 7, 1_500];
  await using open = new AsyncDisposableStack();
  const cluster = open.use(await openCluster(run));
  const balancer = haproxyOr("the house's own");
  say(`  servers: rows for ${fields.join(' and ')}, balancer: ${balancer} …`);
  await prepare(await cluster.create('one'), payments_max);
  await cluster.create('four', 'one');
  const load = open.use(startLoad());
  const byName = {
    one: await openField('one', cluster, open),
    four: await openField('four', cluster, open),
  };
  const ground: Ground = { load, postgresPid: await cluster.pid(), fields: byName };
  for (const field of Object.values(byName)) await warmUp(ground, field, warmUpRequests);
  const samples: Sample[] = [];
  for (let round = 0; round < rounds; round++) {
    say(`  servers: round ${round + 1} of ${rounds} …`);
    for (const kind of server_kinds)
      for (const setup of turns(setup_names, round))
        if (!signal.aborted) samples.push(...(await sample(ground, { kind, setup, round, seconds })));
  }
  const audits: Audit[] = [];
  for (const { name, databaseUrl } of Object.values(byName)) {
    await closeTill(databaseUrl);
    audits.push(await audit(name, databaseUrl));
  }
  return {
    balancer,
    seconds,
    rounds,
    warmUpRequests,
    rows: server_kinds.flatMap((kind) => setup_names.map((setup) => rowOf(samples, kind, setup))),
    loadBusy: Math.max(...samples.map(({ busy }) => busy)),
    audits,
  };
}

function haproxyOr(own: string): string {
  const version = haproxyVersion();
  return version === undefined ? own : `HAProxy ${version}`;
}

/** Servers on the database of this name, and a balancer before them. */
async function openField(name: FieldName, cluster: Cluster, open: AsyncDisposableStack): Promise<Field> {
  const { folder } = cluster;
  const databaseUrl = cluster.urlOf(name);
  const servers: Service[] = [];
  for (let number = 1; number <= servers_of[name]; number++)
    servers.push(open.use(await startService({ name: `${name}-${number}`, folder, databaseUrl, secrets })));
  const origins = servers.map(({ port }) => `http://127.0.0.1:${port}`);
  const next = { status: 0, issue: 0, hold: 0, charge: 0, pay: 0 };
  return { name, databaseUrl, servers, port: await balancerBefore(origins, folder, open), next };
}

async function balancerBefore(origins: readonly string[], folder: string, open: AsyncDisposableStack): Promise<number> {
  if (haproxyVersion() !== undefined) {
    const connectionsMax = balancer_connections_max;
    const { origin } = open.use(await startHaproxy({ servers: origins, folder, connectionsMax }));
    return Number(new URL(origin).port);
  }
  const own = await openBalancer('concert');
  open.defer(() => own.close());
  own.serve(origins);
  return Number(new URL(own.origin).port);
}

/** Each server is asked by itself: through the balancer only one would ever see a concert's writes. */
async function warmUp({ load }: Ground, { servers, next }: Field, count: number): Promise<void> {
  for (const kind of server_kinds)
    for (const { port } of servers) {
      const again = kind === 'status';
      const from = again ? 0 : next[kind];
      const job = {
        scenario: kind,
        secrets,
        ports: [port],
        connections: warm_up_connections,
        from,
        count,
        again: false,
      };
      const { sent } = await load.run({ ...job, seconds: warm_up_seconds_max });
      if (!again) next[kind] += sent;
    }
}

interface Order extends Pick<Sample, 'kind' | 'setup' | 'round'> {
  readonly seconds: number;
}

/** None where there are not enough requests left. */
async function sample(ground: Ground, { kind, setup, round, seconds }: Order): Promise<Sample[]> {
  const { load, postgresPid, fields } = ground;
  const { field: name, connections } = server_setups[setup];
  const { servers, port, next } = fields[name];
  const again = kind === 'status';
  const most = kind === 'pay' ? payments_max : kind === 'hold' ? holds_max : Infinity;
  const from = again ? 0 : next[kind];
  const wanted = Math.ceil(requests_per_second[kind] * seconds) + connections;
  const count = again ? polling_fans : Math.min(wanted, most - from);
  if (count <= connections) return [];
  const job = { scenario: kind, secrets, ports: [port], connections, seconds, from, count, again };
  await load.prepare(job);
  // The other servers are idle meanwhile, but for what they say to each other: on another database.
  const other = fields[name === 'one' ? 'four' : 'one'];
  const postgres = watchFamily(postgresPid, other.name);
  const before = usedBy(servers);
  const done = await load.run(job);
  const used = { servers: usedBy(servers) - before, postgres: postgres() ?? Number.NaN };
  if (!again) next[kind] += done.sent;
  const { rate, p99, busy, answers, firstBad } = done;
  const micros = (seconds: number): number => (seconds / answers) * 1e6;
  const work = { serverUs: micros(used.servers), postgresUs: micros(used.postgres) };
  return [{ kind, setup, round, rate, p99, busy, ...work, errors: errorsIn(done), firstBad }];
}

function usedBy(servers: readonly Service[]): number {
  return servers.reduce((sum, { pid }) => sum + (processorSeconds(pid) ?? Number.NaN), 0);
}

const costOf = ({ serverUs, postgresUs }: Sample): number => serverUs + postgresUs;

function rowOf(samples: readonly Sample[], kind: ServerKind, setup: ServerSetup): ServersRow {
  const of = (name: ServerSetup): Sample[] => samples.filter((one) => one.kind === kind && one.setup === name);
  const own = of(setup);
  const ofOne = new Map(of('one').map((one) => [one.round, costOf(one)]));
  const middle = (pick: (one: Sample) => number): number => median(own.map(pick));
  return {
    kind,
    setup,
    connections: server_setups[setup].connections,
    rate: spread(own.map(({ rate }) => rate)),
    p99: middle(({ p99 }) => p99),
    serverUs: middle(({ serverUs }) => serverUs),
    postgresUs: middle(({ postgresUs }) => postgresUs),
    costOfOne: spread(own.map((one) => costOf(one) / (ofOne.get(one.round) ?? Number.NaN))),
    errors: own.reduce((sum, { errors }) => sum + errors, 0),
    firstBad: own.find(({ firstBad }) => firstBad !== undefined)?.firstBad,
  };
}
