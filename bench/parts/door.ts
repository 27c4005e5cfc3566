/**
 * What strangers can cost the fans: 64 fans who poll as fast as they are answered, alone and beside each of the ways in
 * which somebody who may not even ask can be a burden. The limits are on, as they are for everybody.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { loopbackAddress } from '../addresses.ts';
import { startHelper, type Helper } from '../children.ts';
import { openCluster, secrets } from '../ground.ts';
import { askOnce } from '../http-line.ts';
import type { Job, Order, Round } from '../load.ts';
import { startService } from '../processes.ts';
import { processorSeconds } from '../processor.ts';
import { concerts, line_inside, short_line } from '../requests.ts';
import { filled, line, performances } from '../rows.ts';
import { median } from '../statistics.ts';
import { unkind_ways, type Strangers, type StrangersOrder, type UnkindWay } from '../strangers.ts';
import { postTo } from '../wire.ts';
import type { PartRun } from './part.ts';

export interface DoorRow {
  readonly way: UnkindWay;
  /** Polls a second and the p99 in milliseconds, alone and beside the strangers: medians over the rounds. */
  readonly aloneRate: number;
  readonly besideRate: number;
  readonly aloneP99: number;
  readonly besideP99: number;
  /** Medians of the ratios of neighbouring windows. */
  readonly rateOfAlone: number;
  readonly p99OfAlone: number;
  /** Bytes by which the server's memory was larger beside them than before, at its most. */
  readonly grownBytes: number;
  /** Of the server, per second, beside them. */
  readonly serverBusy: number;
  /** What the strangers were answered, by status, in all rounds; 0: nothing. */
  readonly answers: Readonly<Record<string, number>>;
  /** Fans' answers that were not 200. */
  readonly errors: number;
  readonly firstBad: string | undefined;
}

export interface Door {
  readonly fans: number;
  readonly seconds: number;
  readonly rounds: number;
  readonly rows: readonly DoorRow[];
  /** Fans who sign in while 200 strangers sign up: how many may, and the slowest of them in milliseconds. */
  readonly signIns: { readonly tried: number; readonly succeeded: number; readonly slowestMs: number };
}

const fans = 64;
/** The strangers have begun, and have used up what they are allowed at first, or are about to. */
const begun_ms = 1_000;
const rest_ms = 500;
const storm_seconds_max = 60;
const memory_every_ms = 100;
const signing_in = 5;
const listed_concerts = 200;

interface Field {
  readonly port: number;
  readonly pid: number;
  readonly fans: Helper<Order, unknown>;
  readonly strangers: Helper<StrangersOrder, Strangers>;
  readonly seconds: number;
}

interface Window {
  readonly alone: Round;
  readonly beside: Round;
  readonly grownBytes: number;
  readonly serverBusy: number;
  readonly strangers: Strangers;
}

export async function measureDoor(run: PartRun): Promise<Door> {
  const { quick, signal, say } = run;
  const [seconds, rounds] = quick ? [2, 1] : [4, 3];
  await using cluster = await openCluster(run);
  const databaseUrl = await cluster.create('door');
  await filled(databaseUrl, async (sql) => {
    await line(sql, concerts.short, { inside: line_inside, waiting: short_line, graceSeconds: 20 });
    await performances(sql, concerts.short, [50, 50]);
    for (let index = 0; index < listed_concerts; index++)
      await line(sql, `benchdr${String(index).padStart(3, '0')}`, {
        inside: 0,
        waiting: 0,
        maxActive: 1,
        graceSeconds: 20,
      });
  });
  const rows: DoorRow[] = [];
  const signIns = { tried: 0, succeeded: 0, slowestMs: 0 };
  {
    await using field = await openField({ folder: cluster.folder, databaseUrl, seconds });
    await signUpAll(field.port);
  }
  for (const way of unkind_ways) {
    // A server of its own: what one way left behind is not the next one's.
    await using field = await openField({ folder: cluster.folder, databaseUrl, seconds });
    const meanwhile = way === 'sign-ups' ? () => signInAll(field.port, signIns) : undefined;
    const windows: Window[] = [];
    for (let round = 0; round < (meanwhile === undefined ? rounds : 1) && !signal.aborted; round++)
      windows.push(await oneWindow(field, way, meanwhile));
    rows.push(rowOf(way, windows));
    say(`  ${way}`);
  }
  return { fans, seconds, rounds, rows, signIns };
}

type Ground = Pick<Field, 'seconds'> & { readonly folder: string; readonly databaseUrl: string };

async function openField({ folder, databaseUrl, seconds }: Ground): Promise<Field & AsyncDisposable> {
  await using opening = new AsyncDisposableStack();
  const environment = { RATE_LIMIT: 'on' };
  const { port, pid } = opening.use(await startService({ name: 'door', folder, databaseUrl, secrets, environment }));
  const field: Field = {
    port,
    pid,
    seconds,
    fans: opening.use(startHelper<Order, unknown>('load.ts')),
    strangers: opening.use(startHelper<StrangersOrder, Strangers>('strangers.ts')),
  };
  await field.fans.ask({ prepare: jobOf(field) });
  // The board is loaded and code is compiled.
  await poll(field);
  const open = opening.move();
  return { ...field, [Symbol.asyncDispose]: () => open.disposeAsync() };
}

function jobOf({ port, seconds }: Pick<Field, 'port' | 'seconds'>): Job {
  const requests = {
    scenario: 'status of 1,000 fans, 1,000 waiting',
    from: 0,
    count: short_line,
    again: true,
  } as const;
  return { ...requests, secrets, ports: [port], connections: fans, seconds, apart: true };
}

async function poll(field: Field): Promise<Round> {
  const round = (await field.fans.ask({ run: jobOf(field) })) as Round;
  // Who was not answered at all has waited for ever.
  return round.answers === 0 ? { ...round, p50: Infinity, p99: Infinity } : round;
}

async function oneWindow(field: Field, way: UnkindWay, meanwhile?: () => Promise<void>): Promise<Window> {
  const { pid, port, strangers } = field;
  const alone = await poll(field);
  await sleep(rest_ms);
  const before = residentBytes(pid);
  const watch = watchMemory(pid);
  await strangers.ask({ begin: { way, port, seconds: storm_seconds_max } });
  await sleep(begun_ms);
  const busyFrom = processorSeconds(pid) ?? Number.NaN;
  const startedAt = performance.now();
  const [beside] = await Promise.all([poll(field), meanwhile?.()]);
  const serverBusy = ((processorSeconds(pid) ?? Number.NaN) - busyFrom) / ((performance.now() - startedAt) / 1_000);
  const told = await strangers.ask({ end: true });
  const grownBytes = watch() - before;
  await sleep(rest_ms);
  return { alone, beside, grownBytes, serverBusy, strangers: told };
}

function rowOf(way: UnkindWay, windows: readonly Window[]): DoorRow {
  const middle = (pick: (window: Window) => number): number => median(windows.map(pick));
  const answers: Record<string, number> = {};
  for (const { strangers } of windows)
    for (const [status, count] of Object.entries(strangers.statuses)) answers[status] = (answers[status] ?? 0) + count;
  const bad = ({ beside }: Window): number => {
    const { 200: _good, ...others } = beside.statuses;
    return Object.values(others).reduce((sum, count) => sum + count, 0);
  };
  return {
    way,
    aloneRate: middle(({ alone }) => alone.rate),
    besideRate: middle(({ beside }) => beside.rate),
    aloneP99: middle(({ alone }) => alone.p99),
    besideP99: middle(({ beside }) => beside.p99),
    rateOfAlone: middle(({ alone, beside }) => beside.rate / alone.rate),
    p99OfAlone: middle(({ alone, beside }) => beside.p99 / alone.p99),
    grownBytes: Math.max(...windows.map((window) => window.grownBytes)),
    serverBusy: middle((window) => window.serverBusy),
    answers,
    errors: windows.reduce((sum, window) => sum + bad(window), 0),
    firstBad: windows.find(({ beside }) => beside.firstBad !== undefined)?.beside.firstBad,
  };
}

function residentBytes(pid: number): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1] ?? Number.NaN) * 1_024;
}

/** Looks again and again until it is asked for the most. */
function watchMemory(pid: number): () => number {
  let most = 0;
  const look = (): void => {
    most = Math.max(most, residentBytes(pid));
  };
  const timer = setInterval(look, memory_every_ms);
  return () => {
    clearInterval(timer);
    look();
    return most;
  };
}

function account(number: number): { readonly email: string; readonly password: string } {
  return { email: `door-${number}@example.com`, password: 'a password that is long enough' };
}

async function signUpAll(port: number): Promise<void> {
  for (let number = 0; number < signing_in; number++) {
    const body = JSON.stringify({ ...account(number), name: 'A fan' });
    const { status } = await askOnce(port, postTo('/api/auth/sign-up/email', '', body));
    if (status !== 200) throw new Error(`signing up was answered ${status}`);
  }
}

/** They come from elsewhere than the strangers. */
async function signInAll(
  port: number,
  signIns: { tried: number; succeeded: number; slowestMs: number },
): Promise<void> {
  const all = Array.from({ length: signing_in }, async (_, number) => {
    const startedAt = performance.now();
    const request = postTo('/api/auth/sign-in/email', '', JSON.stringify(account(number)));
    const { status } = await askOnce(port, request, undefined, loopbackAddress(number));
    signIns.tried++;
    if (status === 200) signIns.succeeded++;
    signIns.slowestMs = Math.max(signIns.slowestMs, performance.now() - startedAt);
  });
  await Promise.all(all);
}
