/**
 * Money from outside. What it takes of the processors to credit an order that a gateway confirmed, beside a plain charge of
 * the yardstick; and what it costs the polls of 10,000 waiting fans that 10,000 orders are asked about whose gateway says
 * nothing. The gateway is a stand-in of the bench whose own work is not counted.
 */
import {
  alternate,
  auditsOf,
  createRounds,
  ofEach,
  openBuilds,
  stand,
  type Standing,
  type Taken,
} from '../beside-rounds.ts';
import type { Build } from '../builds.ts';
import { startHelper, type Helper } from '../children.ts';
import { errorsIn } from '../crowd.ts';
import type { Called, CallsOrder } from '../gateway-calls.ts';
import { once, openCluster, secrets, type Audit } from '../ground.ts';
import type { Job, Round } from '../load.ts';
import { askAboutUnclear, openOrders, unclearOrders } from '../order-rows.ts';
import { startGateway, startLoad, type GatewayStandIn, type LoadProcess } from '../processes.ts';
import { concerts, line_inside, middle_line } from '../requests.ts';
import { filled, line } from '../rows.ts';
import { median, spread, turns, type Spread } from '../statistics.ts';
import type { PartRun } from './part.ts';

export const credit_connections = [8, 64] as const;

/** Processor microseconds of one; medians of the rounds. */
export interface CreditRow {
  readonly connections: number;
  readonly rounds: number;
  readonly chargeUs: number;
  /** All of a confirmation but the gateway's own work, and what of it is the call there. */
  readonly confirmUs: number;
  readonly callUs: number;
  readonly chargeRate: number;
  readonly confirmRate: number;
  /** The credit, which is the confirmation without the call, of a charge: by neighbouring rounds. */
  readonly of: Spread;
  readonly errors: number;
  readonly firstBad: string | undefined;
}

export interface AskingRow {
  /** After so long the gateway answers that it cannot say. */
  readonly delayMs: number;
  readonly windows: number;
  readonly aloneRate: number;
  readonly besideRate: number;
  readonly aloneP99: number;
  readonly besideP99: number;
  /** Of neighbouring windows. */
  readonly of: Spread;
  /** Orders a second. */
  readonly asked: number;
  readonly errors: number;
  readonly firstBad: string | undefined;
}

export interface Funding {
  /** Of Git. */
  readonly commits: { readonly yardstick: string; readonly this: string };
  readonly seconds: number;
  readonly credits: readonly CreditRow[];
  readonly fans: number;
  readonly unclear: number;
  readonly windowSeconds: number;
  readonly pollConnections: number;
  readonly askings: readonly AskingRow[];
  readonly loadBusy: number;
  readonly audits: readonly Audit[];
}

interface Extent {
  readonly seconds: number;
  readonly rounds: number;
  readonly windowSeconds: number;
  readonly windows: number;
  readonly warmUpRequests: number;
  readonly orders: number;
}

const unclear_orders = 10_000;
const poll_connections = 64;
/** How late the gateway is with saying nothing: nothing real is so quick, so nothing makes the service ask more. */
export const delays_ms = [0] as const;
/** As many calls to one gateway as the service has under way for fans. */
const calls_at_once_max = 64;
const warm_up = { connections: 64, seconds: 10 } as const;
const toss = { TOSS_CLIENT_KEY: 'a_client_key_of_the_bench', TOSS_SECRET_KEY: 'a_secret_key_of_the_bench' };

function extentOf(quick: boolean): Extent {
  return quick
    ? { seconds: 0.3, rounds: 1, windowSeconds: 0.5, windows: 1, warmUpRequests: 300, orders: 5_000 }
    : { seconds: 1.5, rounds: 7, windowSeconds: 3, windows: 5, warmUpRequests: 8_000, orders: 200_000 };
}

interface Field {
  readonly gateway: GatewayStandIn;
  readonly calls: Helper<CallsOrder, Called>;
  readonly load: LoadProcess;
  readonly standing: { readonly yardstick: Standing; readonly this: Standing };
}

/** Ends by itself in three minutes. `yardstick` is the folder of the other build, with its packages. */
export async function measureFunding(run: PartRun & { readonly yardstick: string }): Promise<Funding> {
  const builds = await openBuilds(run.yardstick);
  const extent = extentOf(run.quick);
  await using cluster = await openCluster(run);
  await using open = new AsyncDisposableStack();
  const gateway = open.use(await startGateway());
  run.say(`  preparing ${extent.orders.toLocaleString('en')} orders …`);
  const fill = (build: Build, url: string): Promise<void> =>
    build.name === 'this' ? fillOurs(url, extent.orders) : build.rows.filled(url, () => Promise.resolve());
  const environment = { CHARGES: 'gateway', TOSS_API: gateway.api, ...toss };
  const standing = await stand({ cluster, builds, purpose: 'funding', environment }, fill, open);
  const calls = open.use(startHelper<CallsOrder, Called>('gateway-calls.ts'));
  const field: Field = { gateway, calls, load: open.use(startLoad()), standing };
  const credits = await measureCredits(field, { ...run, ...extent });
  const askings = await measureAskings(field, { ...run, ...extent });
  return {
    commits: { yardstick: builds.yardstick.commit, this: builds.this.commit },
    seconds: extent.seconds,
    credits: credits.rows,
    fans: middle_line,
    unclear: unclear_orders,
    windowSeconds: extent.windowSeconds,
    pollConnections: poll_connections,
    askings: askings.rows,
    loadBusy: Math.max(credits.busy, askings.busy),
    audits: run.signal.aborted ? [] : await auditsOf(standing, 'funding'),
  };
}

function fillOurs(url: string, orders: number): Promise<void> {
  return filled(url, async (sql) => {
    await line(sql, concerts.middle, { inside: line_inside, waiting: middle_line, graceSeconds: 20 });
    await openOrders(sql, orders);
    await unclearOrders(sql, unclear_orders);
    await askAboutUnclear(sql, 'tomorrow');
  });
}

interface Part<Row> {
  readonly rows: readonly Row[];
  readonly busy: number;
}

interface CreditRound {
  readonly yardstick: Taken;
  readonly this: Taken & { readonly callUs: number };
}

async function measureCredits(field: Field, run: PartRun & Extent): Promise<Part<CreditRow>> {
  const { load, standing, calls, gateway } = field;
  const take = await ofEach(async (name) =>
    name === 'this'
      ? createRounds(load, standing.this, 'confirm', run.orders)
      : createRounds(load, standing.yardstick, 'charge', Infinity),
  );
  const call = async (connections: number, seconds: number): Promise<number> => {
    const atOnce = Math.min(connections, calls_at_once_max);
    const { calls: made, processorSeconds } = await calls.ask({ api: gateway.api, atOnce, seconds });
    return (processorSeconds / made) * 1e6;
  };
  for (const name of ['yardstick', 'this'] as const) await take[name]({ ...warm_up, requestsMax: run.warmUpRequests });
  await call(warm_up.connections, run.seconds);
  const rows: CreditRow[] = [];
  let busy = 0;
  for (const connections of credit_connections) {
    run.say(`  credits with ${connections} connections …`);
    const ask = { connections, seconds: run.seconds };
    const done = await alternate<Taken & { readonly callUs: number }>(
      run.rounds,
      () => run.signal.aborted,
      async (name) => {
        const taken = await take[name](ask);
        return taken && { ...taken, callUs: name === 'this' ? await call(connections, run.seconds / 2) : 0 };
      },
    );
    rows.push(creditRowOf(connections, done));
    busy = Math.max(busy, ...done.flatMap((each) => [each.yardstick.busy, each.this.busy]));
  }
  return { rows, busy };
}

const workOf = ({ serverUs, postgresUs }: Taken): number => serverUs + postgresUs;

function creditRowOf(connections: number, rounds: readonly CreditRound[]): CreditRow {
  const of = (pick: (round: CreditRound) => number): number => median(rounds.map(pick));
  const all = rounds.flatMap((round) => [round.yardstick, round.this]);
  return {
    connections,
    rounds: rounds.length,
    chargeUs: of((round) => workOf(round.yardstick)),
    confirmUs: of((round) => workOf(round.this)),
    callUs: of((round) => round.this.callUs),
    chargeRate: of((round) => round.yardstick.rate),
    confirmRate: of((round) => round.this.rate),
    of: spread(rounds.map((round) => (workOf(round.this) - round.this.callUs) / workOf(round.yardstick))),
    errors: all.reduce((sum, { errors }) => sum + errors, 0),
    firstBad: all.find(({ firstBad }) => firstBad !== undefined)?.firstBad,
  };
}

interface Window {
  readonly polled: Round;
  readonly asked: number;
}

async function measureAskings(field: Field, run: PartRun & Extent): Promise<Part<AskingRow>> {
  const rows: AskingRow[] = [];
  let busy = 0;
  const job = jobOf(field, run.windowSeconds);
  await field.load.prepare(job);
  await field.load.run(job);
  for (const delayMs of delays_ms) {
    run.say(`  ${unclear_orders.toLocaleString('en')} orders, of which the gateway says nothing after ${delayMs} ms …`);
    const pairs: { alone: Window; beside: Window }[] = [];
    for (let window = 0; window < run.windows && !run.signal.aborted; window++) {
      const taken = new Map<'alone' | 'beside', Window>();
      for (const which of turns(['alone', 'beside'] as const, window))
        taken.set(which, await oneWindow(field, job, which === 'alone' ? undefined : delayMs));
      const [alone, beside] = [taken.get('alone'), taken.get('beside')];
      if (alone !== undefined && beside !== undefined) pairs.push({ alone, beside });
    }
    rows.push(askingRowOf(delayMs, pairs));
    busy = Math.max(busy, ...pairs.flatMap(({ alone, beside }) => [alone.polled.busy, beside.polled.busy]));
  }
  return { rows, busy };
}

function jobOf({ standing }: Field, seconds: number): Job {
  const scenario = 'status of 10,000 fans, 10,000 waiting';
  const requests = { from: 0, count: middle_line, again: true };
  return { scenario, secrets, ports: [standing.this.port], connections: poll_connections, seconds, ...requests };
}

/** With a delay, all orders are due when it begins, and the gateway is of no help. */
async function oneWindow({ gateway, load, standing }: Field, job: Job, delayMs: number | undefined): Promise<Window> {
  const { databaseUrl } = standing.this;
  const manner = { delayMs: delayMs ?? 0, lookUps: 'nothing' } as const;
  const before = await gateway.behave(manner);
  if (delayMs !== undefined) await once(databaseUrl, (sql) => askAboutUnclear(sql, 'now'));
  const polled = await load.run(job);
  const asked = (await gateway.behave(manner)) - before;
  await once(databaseUrl, (sql) => askAboutUnclear(sql, 'tomorrow'));
  return { polled, asked };
}

function askingRowOf(delayMs: number, pairs: readonly { alone: Window; beside: Window }[]): AskingRow {
  const of = (pick: (pair: { alone: Window; beside: Window }) => number): number => median(pairs.map(pick));
  const all = pairs.flatMap(({ alone, beside }) => [alone.polled, beside.polled]);
  return {
    delayMs,
    windows: pairs.length,
    aloneRate: of(({ alone }) => alone.polled.rate),
    besideRate: of(({ beside }) => beside.polled.rate),
    aloneP99: of(({ alone }) => alone.polled.p99),
    besideP99: of(({ beside }) => beside.polled.p99),
    of: spread(pairs.map(({ alone, beside }) => beside.polled.rate / alone.polled.rate)),
    asked: of(({ beside }) => beside.asked / beside.polled.seconds),
    errors: all.reduce((sum, round) => sum + errorsIn(round), 0),
    firstBad: all.find(({ firstBad }) => firstBad !== undefined)?.firstBad,
  };
}
