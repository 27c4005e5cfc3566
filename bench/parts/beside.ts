/**
 * This build beside another of this repository, the yardstick: the same requests at the numbers of connections that a sale
 * has, whole bookings, and what each takes when nobody comes. They take turns, on one PostgreSQL.
 */
import { alternate, auditsOf, compared, createRounds, ofEach, openBuilds, stand } from '../beside-rounds.ts';
import type { Ask, Builds, Compared, Each, Figures, Taken } from '../beside-rounds.ts';
import type { Booked, BookingOrder } from '../booking-load.ts';
import { createBookings, fillBookings, type BookingTurn } from '../booking-rounds.ts';
import { build_names, type Build, type BuildName } from '../builds.ts';
import { startHelper } from '../children.ts';
import { openCluster, type Audit, type Cluster } from '../ground.ts';
import { measureIdle, type Idle } from '../idle.ts';
import { startLoad } from '../processes.ts';
import { median } from '../statistics.ts';
import type { PartRun } from './part.ts';

export const beside_kinds = ['issue', 'hold', 'charge', 'pay'] as const;
export type BesideKind = (typeof beside_kinds)[number];
export const beside_connections = [1, 8, 50, 512] as const;

interface Pair {
  readonly rounds: number;
  /** Medians. */
  readonly builds: Each<Figures>;
  readonly of: Compared;
  readonly errors: number;
  readonly firstBad: string | undefined;
}

export type BesideRow = Pair & { readonly kind: BesideKind; readonly connections: number };
/** Of whole bookings by so many fans at a time. */
export type BesideBookings = Pair & { readonly fans: number };

export interface Beside {
  /** Of Git. */
  readonly commits: Each<string>;
  readonly seconds: number;
  readonly bookingSeconds: number;
  readonly rows: readonly BesideRow[];
  readonly bookings: readonly BesideBookings[];
  readonly idle: Idle;
  /** Of the load tool, at most. */
  readonly loadBusy: number;
  readonly audits: readonly Audit[];
}

const fans_at_a_time = [64, 512] as const;
/** By requests, for a server with one connection stays cold for minutes. */
const warm_up_requests = 10_000;
const warm_up: Ask = { connections: 64, seconds: 20 };
/** Once more at the number of connections that comes. */
const warm_up_seconds = 0.5;
const rounds_max = 5;
/** On a slow machine there are fewer rounds, not a longer run. */
const rounds_min = 3;
const rounds_ms_max = 240_000;
/** What payments may use up, warm-ups included; prepared beforehand, for each costs a fan with a hold and money. */
const payments_per_second: Record<(typeof beside_connections)[number], number> = {
  1: 1_500,
  8: 4_000,
  50: 8_000,
  512: 12_000,
};

interface Extent {
  readonly seconds: number;
  readonly rounds: number;
  readonly bookingSeconds: number;
  readonly bookingRounds: number;
  readonly warmUpRequests: number;
  readonly payments: number;
}

function extentOf(quick: boolean): Extent {
  const [seconds, rounds] = quick ? [0.3, 1] : [1.2, rounds_max];
  const [bookingSeconds, bookingRounds] = quick ? [1, 1] : [4, 3];
  const paid = Object.values(payments_per_second).reduce((sum, rate) => sum + rate, 0);
  const warmUpRequests = quick ? warm_up_requests / 10 : warm_up_requests;
  const payments = warmUpRequests + Math.ceil(paid * (warm_up_seconds + rounds * seconds));
  return { seconds, rounds, bookingSeconds, bookingRounds, warmUpRequests, payments };
}

/** Ends by itself in some nine minutes, on a slow machine in a few more. `yardstick` is the folder of the other build, with its packages. */
export async function measureBeside(run: PartRun & { readonly yardstick: string }): Promise<Beside> {
  const builds = await openBuilds(run.yardstick);
  const extent = extentOf(run.quick);
  await using cluster = await openCluster(run);
  run.say('  idle servers …');
  const idle = await measureIdle(cluster, builds, run);
  const each = await measureKinds(cluster, builds, { ...run, ...extent });
  const booked = await measureWhole(cluster, builds, { ...run, ...extent });
  return {
    commits: { yardstick: builds.yardstick.commit, this: builds.this.commit },
    seconds: extent.seconds,
    bookingSeconds: extent.bookingSeconds,
    rows: each.rows,
    bookings: booked.rows,
    idle,
    loadBusy: Math.max(each.busy, booked.busy),
    audits: [...each.audits, ...booked.audits],
  };
}

interface Part<Row> {
  readonly rows: readonly Row[];
  readonly busy: number;
  readonly audits: readonly Audit[];
}

const nothing: Part<never> = { rows: [], busy: 0, audits: [] };

async function measureKinds(cluster: Cluster, builds: Builds, run: PartRun & Extent): Promise<Part<BesideRow>> {
  const { say, signal, payments } = run;
  if (signal.aborted) return nothing;
  say('  preparing both: 1,000,000 in line, seats, holds and money …');
  await using open = new AsyncDisposableStack();
  const fill = (build: Build, url: string): Promise<void> => build.prepare(url, payments);
  const standing = await stand({ cluster, builds, purpose: 'kinds' }, fill, open);
  const load = open.use(startLoad());
  const startedAt = performance.now();
  const rows: BesideRow[] = [];
  let busy = 0;
  for (const [place, kind] of beside_kinds.entries()) {
    say(`  ${kind} …`);
    const take = await ofEach(async (name) => {
      const { hall_fans, holds_per_fan } = builds[name].requests;
      const supplies = { issue: Infinity, charge: Infinity, hold: hall_fans * holds_per_fan, pay: payments };
      return createRounds(load, standing[name], kind, supplies[kind]);
    });
    const due = startedAt + ((place + 1) * rounds_ms_max) / beside_kinds.length;
    for await (const { connections, taken } of roundsOf(take, { ...run, due })) {
      rows.push({ kind, connections, ...pairOf(taken) });
      busy = Math.max(busy, busiest(taken));
    }
  }
  for (const { build, databaseUrl } of Object.values(standing)) await build.closeTill?.(databaseUrl);
  return { rows, busy, audits: signal.aborted ? [] : await auditsOf(standing, 'requests') };
}

type Take = Each<(ask: Ask) => Promise<Taken | undefined>>;

/** Of one kind, at each number of connections; shorter from the steady clock's `due` on. */
async function* roundsOf(
  take: Take,
  { due, signal, rounds, seconds, warmUpRequests }: PartRun & Extent & { due: number },
) {
  if (!signal.aborted) for (const name of build_names) await take[name]({ ...warm_up, requestsMax: warmUpRequests });
  for (const connections of beside_connections) {
    if (signal.aborted) return;
    for (const name of build_names) await take[name]({ connections, seconds: warm_up_seconds });
    const isOver = (done: number): boolean => signal.aborted || (done >= rounds_min && performance.now() > due);
    const taken = await alternate(rounds, isOver, (name) => take[name]({ connections, seconds }));
    yield { connections, taken };
  }
}

async function measureWhole(cluster: Cluster, builds: Builds, run: PartRun & Extent): Promise<Part<BesideBookings>> {
  const { say, signal, bookingSeconds: seconds, bookingRounds } = run;
  if (signal.aborted) return nothing;
  say('  whole bookings …');
  await using open = new AsyncDisposableStack();
  const fill = ({ rows }: Build, url: string): Promise<void> => rows.filled(url, (sql) => fillBookings(rows, sql));
  const standing = await stand({ cluster, builds, purpose: 'bookings' }, fill, open);
  const load = open.use(startHelper<BookingOrder, Booked>('booking-load.ts'));
  const book = await ofEach(async (name) => createBookings({ ...standing[name], load }));
  for (const name of build_names) await book[name](64, run.quick ? 1 : 3);
  const rows: BesideBookings[] = [];
  let busy = 0;
  for (const fans of fans_at_a_time) {
    const taken = await alternate(
      bookingRounds,
      () => signal.aborted,
      async (name) => takenOf(await book[name](fans, seconds)),
    );
    rows.push({ fans, ...pairOf(taken) });
    busy = Math.max(busy, busiest(taken));
  }
  return { rows, busy, audits: signal.aborted ? [] : await auditsOf(standing, 'bookings') };
}

function takenOf({ bookings, seconds, steps, ...turn }: BookingTurn): Taken {
  return { ...turn, rate: bookings / seconds, p50: steps.booking.p50, p99: steps.booking.p99 };
}

function pairOf(pairs: readonly Each<Taken>[]): Pair {
  const all = pairs.flatMap((pair) => Object.values(pair));
  const middle = (name: BuildName): Figures => {
    const of = (pick: (taken: Figures) => number): number => median(pairs.map((pair) => pick(pair[name])));
    return {
      rate: of(({ rate }) => rate),
      p50: of(({ p50 }) => p50),
      p99: of(({ p99 }) => p99),
      serverUs: of(({ serverUs }) => serverUs),
      postgresUs: of(({ postgresUs }) => postgresUs),
    };
  };
  return {
    rounds: pairs.length,
    builds: { yardstick: middle('yardstick'), this: middle('this') },
    of: compared(pairs),
    errors: all.reduce((sum, { errors }) => sum + errors, 0),
    firstBad: all.find(({ firstBad }) => firstBad !== undefined)?.firstBad,
  };
}

function busiest(pairs: readonly Each<Taken>[]): number {
  return Math.max(0, ...pairs.flatMap((pair) => Object.values(pair)).map(({ busy }) => busy));
}
