/**
 * One hot concert beside a hundred calm ones, on one server: how long the calm ones' fans wait for their answers, alone
 * and beside it. Calm requests come at their own times, whatever the server does.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ArrivalOrder, Arrivals, Arrived, Connected } from '../arrivals.ts';
import {
  calm_concerts,
  calm_room,
  calm_seats,
  calmConcert,
  hot_concert,
  hot_room,
  hot_seats,
  looked_at_seats,
  type CalmKind,
  type CalmMix,
} from '../calm-requests.ts';
import { startHelper, type Helper } from '../children.ts';
import { openCluster, secrets } from '../ground.ts';
import { startService } from '../processes.ts';
import { familySeconds, processorSeconds } from '../processor.ts';
import { day_seconds, filled, line, performances } from '../rows.ts';
import { ranked, spread, turns, type Spread } from '../statistics.ts';
import type { PartRun } from './part.ts';

/** Nothing else; a hot concert that the server carries; a crowd that asks as fast as it is answered. */
export const calm_beside = ['alone', 'hot', 'flood'] as const;
export type CalmBeside = (typeof calm_beside)[number];

export interface CalmRow {
  readonly beside: CalmBeside;
  /** Milliseconds, over all calm requests of a window; over the windows. */
  readonly p50: Spread;
  readonly p99: Spread;
  /** By kind of request, over all windows together. */
  readonly kinds: Readonly<Partial<Record<CalmKind, { readonly p50: number; readonly p99: number }>>>;
  /** Of the p99 alone. */
  readonly ofAlone: number;
  /** Answers a second. */
  readonly calmRate: number;
  readonly hotRate: number;
  readonly serverBusy: number;
  readonly postgresBusy: number;
  readonly errors: number;
  readonly firstBad: string | undefined;
  /** How late the load tool sent a calm request, 99 of 100 within, in milliseconds. */
  readonly lateP99: number;
}

/** Fans of the calm concerts who connect at the same moment and poll: milliseconds from then until they are answered. */
export interface NewcomersRow {
  readonly beside: 'alone' | 'flood';
  readonly p50: Spread;
  readonly last: Spread;
  readonly hotRate: number;
  readonly errors: number;
}

export interface Calm {
  readonly calmRate: number;
  readonly hotRate: number;
  readonly floodConnections: number;
  readonly seconds: number;
  readonly windows: number;
  readonly rows: readonly CalmRow[];
  readonly newcomers: number;
  readonly newcomersRows: readonly NewcomersRow[];
}

const calm_rate = 400;
const hot_rate = 3_000;
const flood_connections = 256;
const calm_load = { mix: 'calm', rate: calm_rate, connections: 128 } as const;
const hot_load = { mix: 'hot', rate: hot_rate, connections: 256 } as const;
const flood_load = { mix: 'hot', rate: undefined, connections: flood_connections } as const;
/** More than the server is expected to answer. */
const flood_rate_max = 16_000;
const newcomers = 1_000;
/** The crowd is there before the newcomers, and still there when the last of them is answered. */
const before_newcomers_ms = 1_000;
const flood_seconds = 4;

interface Window {
  readonly beside: CalmBeside;
  readonly calm: Arrived;
  readonly hot: Arrived | undefined;
  readonly serverBusy: number;
  readonly postgresBusy: number;
}

type Loads = Record<Exclude<CalmMix, 'waiting'>, Helper<ArrivalOrder, Arrived | Connected | number>>;

interface Field {
  readonly loads: Loads;
  readonly port: number;
  readonly pid: number;
  readonly postgresPid: number;
  /** The next request of each mix. */
  readonly next: Record<Exclude<CalmMix, 'waiting'>, number>;
}

export async function measureCalm(run: PartRun): Promise<Calm> {
  const { quick, signal, say } = run;
  const seconds = quick ? 2 : 4;
  const rounds = quick ? 1 : 4;
  await using cluster = await openCluster(run);
  const databaseUrl = await cluster.create('calm');
  await prepareCalm(databaseUrl);
  await using open = new AsyncDisposableStack();
  const service = open.use(await startService({ name: 'calm', folder: cluster.folder, databaseUrl, secrets }));
  const loads: Loads = {
    calm: open.use(startHelper('arrivals.ts')),
    hot: open.use(startHelper('arrivals.ts')),
  };
  const { port, pid } = service;
  const field: Field = { loads, port, pid, postgresPid: await cluster.pid(), next: { calm: 0, hot: 0 } };
  // Boards are loaded and code is compiled.
  for (const beside of calm_beside) await oneWindow(field, beside, 2);
  const windows: Window[] = [];
  for (let round = 0; round < rounds && !signal.aborted; round++) {
    for (const beside of turns(calm_beside, round)) windows.push(await oneWindow(field, beside, seconds));
    say(`  round ${round + 1} of ${rounds}`);
  }
  const storms: Storm[] = [];
  for (let round = 0; round < rounds && !signal.aborted; round++) {
    for (const beside of turns(['alone', 'flood'] as const, round)) storms.push(await oneStorm(field, beside));
  }
  return {
    calmRate: calm_rate,
    hotRate: hot_rate,
    floodConnections: flood_connections,
    seconds,
    windows: windows.length / calm_beside.length,
    rows: calm_beside.map((beside) => rowOf(windows, beside)),
    newcomers,
    newcomersRows: (['alone', 'flood'] as const).map((beside) => newcomersRowOf(storms, beside)),
  };
}

async function prepareCalm(databaseUrl: string): Promise<void> {
  await filled(databaseUrl, async (sql) => {
    for (let index = 0; index < calm_concerts; index++) {
      await line(sql, calmConcert(index), { ...calm_room, graceSeconds: day_seconds });
      await performances(sql, calmConcert(index), [looked_at_seats, calm_seats]);
    }
    await line(sql, hot_concert, { ...hot_room, graceSeconds: day_seconds });
    await performances(sql, hot_concert, [looked_at_seats, hot_seats]);
  });
}

function ordersOf({ port, next }: Field, beside: CalmBeside, seconds: number): [Arrivals, Arrivals | undefined] {
  const common = { secrets, port, seconds };
  const calm = { ...common, ...calm_load, from: next.calm, count: Math.ceil(calm_rate * seconds * 1.2) };
  if (beside === 'alone') return [calm, undefined];
  const [load, rate] = beside === 'hot' ? [hot_load, hot_rate] : [flood_load, flood_rate_max];
  return [calm, { ...common, ...load, from: next.hot, count: Math.ceil(rate * seconds * 1.2) }];
}

async function oneWindow(field: Field, beside: CalmBeside, seconds: number): Promise<Window> {
  const { loads, pid, postgresPid, next } = field;
  const [calmOrder, hotOrder] = ordersOf(field, beside, seconds);
  await Promise.all([
    loads.calm.ask({ prepare: calmOrder }),
    hotOrder === undefined ? undefined : loads.hot.ask({ prepare: hotOrder }),
  ]);
  const startedAt = performance.now();
  const before = [processorSeconds(pid) ?? Number.NaN, familySeconds(postgresPid) ?? Number.NaN] as const;
  const [calm, hot] = (await Promise.all([
    loads.calm.ask({ run: calmOrder }),
    hotOrder === undefined ? undefined : loads.hot.ask({ run: hotOrder }),
  ])) as [Arrived, Arrived | undefined];
  const after = [processorSeconds(pid) ?? Number.NaN, familySeconds(postgresPid) ?? Number.NaN] as const;
  const took = (performance.now() - startedAt) / 1_000;
  next.calm += calm.sent;
  next.hot += hot?.sent ?? 0;
  return { beside, calm, hot, serverBusy: (after[0] - before[0]) / took, postgresBusy: (after[1] - before[1]) / took };
}

interface Storm {
  readonly beside: 'alone' | 'flood';
  readonly connected: Connected;
  readonly hot: Arrived | undefined;
}

async function oneStorm(field: Field, beside: 'alone' | 'flood'): Promise<Storm> {
  const { loads, next } = field;
  const [{ secrets, port }, hotOrder] = ordersOf(field, beside, flood_seconds);
  if (hotOrder !== undefined) await loads.hot.ask({ prepare: hotOrder });
  const flood = hotOrder === undefined ? undefined : loads.hot.ask({ run: hotOrder });
  if (flood !== undefined) await sleep(before_newcomers_ms);
  const connected = (await loads.calm.ask({ connect: { secrets, port, fans: newcomers } })) as Connected;
  const hot = (await flood) as Arrived | undefined;
  next.hot += hot?.sent ?? 0;
  return { beside, connected, hot };
}

function newcomersRowOf(storms: readonly Storm[], beside: 'alone' | 'flood'): NewcomersRow {
  const own = storms.filter((storm) => storm.beside === beside);
  const over = (share: number): Spread => spread(own.map(({ connected }) => ranked(connected.latencies, share)));
  const rate = ({ hot }: Storm): number => (hot === undefined ? 0 : hot.answers / hot.seconds);
  return {
    beside,
    p50: over(0.5),
    last: over(1),
    hotRate: own.reduce((sum, storm) => sum + rate(storm), 0) / own.length,
    errors: own.reduce((sum, { connected, hot }) => sum + connected.errors + (hot?.errors ?? 0), 0),
  };
}

function rowOf(windows: readonly Window[], beside: CalmBeside): CalmRow {
  const own = windows.filter((window) => window.beside === beside);
  const sorted = ({ calm }: Window): number[] =>
    Object.values(calm.latencies)
      .flat()
      .toSorted((a, b) => a - b);
  const over = (of: readonly Window[], share: number): Spread =>
    spread(of.map((window) => ranked(sorted(window), share)));
  const mean = (pick: (window: Window) => number): number =>
    own.reduce((sum, window) => sum + pick(window), 0) / own.length;
  const p99 = over(own, 0.99);
  const alone = over(
    windows.filter((window) => window.beside === 'alone'),
    0.99,
  );
  const kinds: Partial<Record<CalmKind, { p50: number; p99: number }>> = {};
  for (const kind of ['status', 'seats', 'issue', 'hold'] as const) {
    const all = own.flatMap(({ calm }) => calm.latencies[kind] ?? []).toSorted((a, b) => a - b);
    kinds[kind] = { p50: ranked(all, 0.5), p99: ranked(all, 0.99) };
  }
  return {
    beside,
    p50: over(own, 0.5),
    p99,
    kinds,
    ofAlone: p99.median / alone.median,
    calmRate: mean(({ calm }) => calm.answers / calm.seconds),
    hotRate: mean(({ hot }) => (hot === undefined ? 0 : hot.answers / hot.seconds)),
    serverBusy: mean(({ serverBusy }) => serverBusy),
    postgresBusy: mean(({ postgresBusy }) => postgresBusy),
    errors: own.reduce((sum, { calm, hot }) => sum + calm.errors + (hot?.errors ?? 0), 0),
    firstBad: own.map(({ calm, hot }) => calm.firstBad ?? hot?.firstBad).find((bad) => bad !== undefined),
    lateP99: Math.max(...own.map(({ calm }) => calm.lateP99)),
  };
}
