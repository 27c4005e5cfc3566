/**
 * A date of 50,000 paid seats is called off: how many reservations a second are given back, and what it costs the polls of
 * 10,000 fans who wait for another date of the same concert. Polls come at their own times, whatever the server does.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ArrivalOrder, Arrivals, Arrived, Connected } from '../arrivals.ts';
import { startHelper, type Helper } from '../children.ts';
import { audit, once, openCluster, secrets, type Audit } from '../ground.ts';
import { startService } from '../processes.ts';
import { familySeconds, processorSeconds } from '../processor.ts';
import { concerts, line_inside, middle_line } from '../requests.ts';
import { day_seconds, filled, line, performances } from '../rows.ts';
import { soldOut } from '../sold-rows.ts';
import { ranked, spread, turns, type Spread } from '../statistics.ts';
import type { PartRun } from './part.ts';

export interface CallingOff {
  readonly seats: number;
  readonly fans: number;
  readonly pollRate: number;
  readonly seconds: number;
  /** Dates that were called off while fans polled, and as many windows in which nothing else was done. */
  readonly rounds: number;
  /** Reservations a second, from the calling off to the last refund: with nobody polling, and beside the polls. */
  readonly aloneRate: number;
  readonly besideRate: Spread;
  /** Processor microseconds a reservation, with nobody polling. */
  readonly serverUs: number;
  readonly postgresUs: number;
  /** Milliseconds a poll, from the time it should have been sent. */
  readonly alone: { readonly p50: Spread; readonly p99: Spread };
  readonly beside: { readonly p50: Spread; readonly p99: Spread };
  /** Of neighbouring windows. */
  readonly p99OfAlone: Spread;
  readonly errors: number;
  readonly firstBad: string | undefined;
  readonly lateP99: number;
  readonly audit: Audit;
}

const operator = { email: 'operator@maejin.example', password: 'a password that only a benchmark knows' };
/** Of 10,000 who wait, each asks every five seconds. */
const poll_rate = 2_000;
const connections = 128;
const done_ms_max = 120_000;
/** The window begins when the first batches are under way. */
const head_start_ms = 300;

interface Field {
  readonly load: Helper<ArrivalOrder, Arrived | Connected | number>;
  readonly port: number;
  readonly pid: number;
  readonly postgresPid: number;
  readonly databaseUrl: string;
  readonly bearer: string;
  readonly seconds: number;
  next: number;
}

/** Ends by itself in some three minutes. */
export async function measureCallingOff(run: PartRun): Promise<CallingOff> {
  const { quick, signal, say } = run;
  const [seats, rounds, seconds] = quick ? [5_000, 1, 0.5] : [50_000, 5, 6];
  await using cluster = await openCluster(run);
  const databaseUrl = await cluster.create('calling_off');
  say(`  preparing ${rounds + 2} dates of ${seats.toLocaleString('en')} paid seats …`);
  await filled(databaseUrl, async (sql) => {
    await line(sql, concerts.middle, { inside: line_inside, waiting: middle_line, graceSeconds: day_seconds });
    await performances(sql, concerts.middle, [...Array.from({ length: rounds + 2 }, () => seats), 50]);
    await soldOut(sql, concerts.middle, { dates: rounds + 2, seats });
  });
  await using open = new AsyncDisposableStack();
  const environment = { ADMIN_EMAIL: operator.email, ADMIN_PASSWORD: operator.password };
  const options = { name: 'calling-off', folder: cluster.folder, databaseUrl, secrets, environment };
  const { port, pid } = open.use(await startService(options));
  const load = open.use(startHelper<ArrivalOrder, Arrived | Connected | number>('arrivals.ts'));
  const postgresPid = await cluster.pid();
  const bearer = await signIn(port);
  const field: Field = { load, port, pid, postgresPid, databaseUrl, bearer, seconds, next: 0 };
  // Code is compiled, and the second one is the figure.
  await polls(field);
  let worked = await givenBack(field, rounds + 2);
  if (!signal.aborted) worked = await givenBack(field, rounds + 1);
  const pairs: Pair[] = [];
  for (let round = 0; round < rounds && !signal.aborted; round++) {
    say(`  round ${round + 1} of ${rounds}`);
    pairs.push(await onePair(field, round));
  }
  const all = pairs.flatMap(({ alone, beside }) => [alone, beside.polled]);
  return {
    seats,
    fans: middle_line,
    pollRate: poll_rate,
    seconds,
    rounds: pairs.length,
    aloneRate: worked.rate,
    besideRate: spread(pairs.map(({ beside }) => beside.rate)),
    serverUs: worked.serverUs,
    postgresUs: worked.postgresUs,
    alone: latencyOf(pairs.map(({ alone }) => alone)),
    beside: latencyOf(pairs.map(({ beside }) => beside.polled)),
    p99OfAlone: spread(pairs.map(({ alone, beside }) => p99Of(beside.polled) / p99Of(alone))),
    errors: all.reduce((sum, { errors }) => sum + errors, 0),
    firstBad: all.find(({ firstBad }) => firstBad !== undefined)?.firstBad,
    lateP99: Math.max(0, ...all.map(({ lateP99 }) => lateP99)),
    audit: await audit('a date called off', databaseUrl),
  };
}

interface Worked {
  readonly rate: number;
  readonly serverUs: number;
  readonly postgresUs: number;
}

interface Pair {
  readonly alone: Arrived;
  readonly beside: { readonly polled: Arrived; readonly rate: number };
}

async function onePair(field: Field, round: number): Promise<Pair> {
  const taken: Partial<{ alone: Arrived; beside: Pair['beside'] }> = {};
  for (const which of turns(['alone', 'beside'] as const, round)) {
    if (which === 'alone') taken.alone = await polls(field);
    else taken.beside = await pollsBeside(field, round + 1);
  }
  const { alone, beside } = taken;
  if (alone === undefined || beside === undefined) throw new Error('each takes its turn');
  return { alone, beside };
}

async function polls(field: Field): Promise<Arrived> {
  const { load, port, seconds, next: from } = field;
  const count = Math.ceil(poll_rate * seconds * 1.2);
  const order: Arrivals = { mix: 'waiting', secrets, port, connections, seconds, rate: poll_rate, from, count };
  await load.ask({ prepare: order });
  const polled = (await load.ask({ run: order })) as Arrived;
  field.next += polled.sent;
  return polled;
}

/** The date is called off, and fans poll while it is refunded. */
async function pollsBeside(field: Field, date: number): Promise<Pair['beside']> {
  await callOff(field, date);
  await sleep(head_start_ms);
  const polled = await polls(field);
  return { polled, rate: await doneRate(field, date) };
}

async function givenBack(field: Field, date: number): Promise<Worked> {
  const { pid, postgresPid } = field;
  const now = () => [processorSeconds(pid) ?? Number.NaN, familySeconds(postgresPid) ?? Number.NaN] as const;
  const before = now();
  await callOff(field, date);
  const { rate, done } = await doneOf(field, date);
  const after = now();
  return {
    rate,
    serverUs: ((after[0] - before[0]) / done) * 1e6,
    postgresUs: ((after[1] - before[1]) / done) * 1e6,
  };
}

const doneRate = async (field: Field, date: number): Promise<number> => (await doneOf(field, date)).rate;

/** Waits until it is done: reservations, and how many a second by PostgreSQL's clock. */
async function doneOf({ databaseUrl }: Field, date: number): Promise<{ readonly rate: number; readonly done: number }> {
  const giveUpAt = performance.now() + done_ms_max;
  while (performance.now() < giveUpAt) {
    const [row] = await once(
      databaseUrl,
      (sql) => sql<{ done: number; seconds: number }[]>`
        select done, extract(epoch from ended_at - started_at)::float8 as seconds from performance_cancellations
        where concert_id = ${concerts.middle} and performance_id = ${`${concerts.middle}-${date}`} and state = 'DONE'`,
    );
    if (row !== undefined) return { rate: row.done / row.seconds, done: row.done };
    await sleep(100);
  }
  throw new Error(`date ${date} was not given back in time`);
}

async function callOff({ port, bearer }: Field, date: number): Promise<void> {
  const url = `http://127.0.0.1:${port}/api/v1/admin/performances/${concerts.middle}-${date}/cancellation`;
  const headers = {
    authorization: `Bearer ${bearer}`,
    'content-type': 'application/json',
    'idempotency-key': `calling-off-${date}`,
  };
  const body = JSON.stringify({ reason: { ko: '사정', en: 'Reasons' }, compensationPercent: 10 });
  const { status } = await fetch(url, { method: 'POST', headers, body });
  if (status !== 202) throw new Error(`calling off date ${date} was answered ${status}`);
}

async function signIn(port: number): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(operator),
  });
  const { token } = (await answer.json()) as { token: string };
  return token;
}

const latenciesOf = ({ latencies }: Arrived): readonly number[] => latencies.status ?? [];
const p99Of = (arrived: Arrived): number => ranked(latenciesOf(arrived), 0.99);

function latencyOf(windows: readonly Arrived[]): CallingOff['alone'] {
  return {
    p50: spread(windows.map((one) => ranked(latenciesOf(one), 0.5))),
    p99: spread(windows.map(p99Of)),
  };
}
