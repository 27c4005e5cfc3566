/** One, two and four server processes on one database: the rates, and the processor time of a request. */
import { audit, openCluster, secrets, type Audit } from '../ground.ts';
import { errorsIn } from '../crowd.ts';
import { closeTill, prepare } from '../prepare.ts';
import { startLoad, startService, type LoadProcess, type Service } from '../processes.ts';
import { familySeconds, processorSeconds } from '../processor.ts';
import type { ScenarioName } from '../requests.ts';
import { median, spread, type Spread } from '../statistics.ts';
import type { PartRun } from './part.ts';

export const server_counts = [1, 2, 4] as const;
export const server_kinds = ['status', 'issue', 'hold', 'charge', 'pay'] as const satisfies readonly ScenarioName[];
export type ServerKind = (typeof server_kinds)[number];

export interface ServersRow {
  readonly kind: ServerKind;
  readonly servers: number;
  readonly rate: Spread;
  readonly p99: number;
  /** Of the rate of one server. */
  readonly ofOne: number;
  readonly serverUs: number;
  readonly postgresUs: number;
  readonly errors: number;
}

export interface Servers {
  readonly connections: number;
  readonly seconds: number;
  readonly rounds: number;
  readonly rows: readonly ServersRow[];
  readonly loadBusy: number;
  readonly audit: Audit;
}

const connections = 128;
/** Each server has code to compile, and gets only its part of the requests. */
const warm_up_seconds = 2;
const payments_max = 90_000;
/** More than it is expected to answer; requests that write are made beforehand and sent once. */
const requests_per_second: Record<ServerKind, number> = {
  status: 0,
  issue: 25_000,
  hold: 14_000,
  charge: 22_000,
  pay: 7_000,
};
const polling_fans = 100_000;
const holds_max = 400_000;

interface Turn {
  readonly kind: ServerKind;
  readonly servers: number;
  readonly rate: number;
  readonly p99: number;
  readonly busy: number;
  readonly serverUs: number;
  readonly postgresUs: number;
  readonly errors: number;
}

interface Field {
  readonly load: LoadProcess;
  readonly servers: readonly Service[];
  readonly postgresPid: number;
  /** The next request of each kind. */
  readonly next: Record<ServerKind, number>;
}

export async function measureServers(run: PartRun): Promise<Servers> {
  const { quick, signal, say } = run;
  const seconds = quick ? 0.7 : 1.5;
  await using cluster = await openCluster(run);
  const databaseUrl = await cluster.create('servers');
  await prepare(databaseUrl, payments_max);
  await using load = startLoad();
  const postgresPid = await cluster.pid();
  const next = { status: 0, issue: 0, hold: 0, charge: 0, pay: 0 };
  const turnsDone: Turn[] = [];
  // There and back again, so that what changes with time changes for all alike.
  const order = quick ? server_counts : [...server_counts, ...server_counts.toReversed()];
  for (const count of order) {
    if (signal.aborted) break;
    say(`  servers: ${count} …`);
    await using open = new AsyncDisposableStack();
    const servers: Service[] = [];
    for (let number = 0; number < count; number++) {
      const name = `server-${number}`;
      servers.push(open.use(await startService({ name, folder: cluster.folder, databaseUrl, secrets })));
    }
    const field: Field = { load, servers, postgresPid, next };
    for (const kind of server_kinds) await turn(field, kind, quick ? 1 : warm_up_seconds);
    for (const kind of server_kinds) turnsDone.push(...(await turn(field, kind, seconds)));
  }
  await closeTill(databaseUrl);
  return {
    connections,
    seconds,
    rounds: order.length / server_counts.length,
    rows: server_kinds.flatMap((kind) => server_counts.map((servers) => rowOf(turnsDone, kind, servers))),
    loadBusy: Math.max(...turnsDone.map(({ busy }) => busy)),
    audit: await audit('database', databaseUrl),
  };
}

async function turn(field: Field, kind: ServerKind, seconds: number): Promise<Turn[]> {
  const { load, servers, postgresPid, next } = field;
  const again = kind === 'status';
  const most = kind === 'pay' ? payments_max : kind === 'hold' ? holds_max : Infinity;
  const wanted = Math.ceil(requests_per_second[kind] * seconds) + connections;
  const from = next[kind];
  const count = again ? polling_fans : Math.min(wanted, most - from);
  if (count <= connections) return [];
  const ports = servers.map(({ port }) => port);
  const job = { scenario: kind, secrets, ports, connections, seconds, from, count, again };
  await load.prepare(job);
  const before = [usedBy(servers), familySeconds(postgresPid) ?? Number.NaN] as const;
  const round = await load.run(job);
  const after = [usedBy(servers), familySeconds(postgresPid) ?? Number.NaN] as const;
  if (!again) next[kind] += round.sent;
  const perAnswer = (place: 0 | 1): number => ((after[place] - before[place]) / round.answers) * 1e6;
  const { rate, p99, busy } = round;
  const work = { serverUs: perAnswer(0), postgresUs: perAnswer(1) };
  return [{ kind, servers: servers.length, rate, p99, busy, ...work, errors: errorsIn(round) }];
}

function usedBy(servers: readonly Service[]): number {
  return servers.reduce((sum, { pid }) => sum + (processorSeconds(pid) ?? Number.NaN), 0);
}

function rowOf(turns: readonly Turn[], kind: ServerKind, servers: number): ServersRow {
  const of = (count: number): Turn[] => turns.filter((turn) => turn.kind === kind && turn.servers === count);
  const own = of(servers);
  const middle = (of: readonly Turn[], pick: (turn: Turn) => number): number => median(of.map(pick));
  return {
    kind,
    servers,
    rate: spread(own.map(({ rate }) => rate)),
    p99: middle(own, ({ p99 }) => p99),
    ofOne: middle(own, ({ rate }) => rate) / middle(of(1), ({ rate }) => rate),
    serverUs: middle(own, ({ serverUs }) => serverUs),
    postgresUs: middle(own, ({ postgresUs }) => postgresUs),
    errors: own.reduce((sum, { errors }) => sum + errors, 0),
  };
}
