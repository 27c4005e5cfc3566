/** Twenty thousand open event streams on one server: what each costs, and how soon a freed slot is told to all. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { startHelper, type Helper } from '../children.ts';
import { openCluster, secrets } from '../ground.ts';
import { askOnce } from '../http-line.ts';
import { inspect } from '../inspector.ts';
import { startService } from '../processes.ts';
import { processorSeconds } from '../processor.ts';
import { day_seconds, filled, line } from '../rows.ts';
import { median, ranked } from '../statistics.ts';
import type { StreamOrder, StreamReport } from '../stream-load.ts';
import { createCredentials, del } from '../wire.ts';
import type { PartRun } from './part.ts';

export interface Streams {
  readonly wanted: number;
  readonly open: number;
  /** Open files that one process may have here; undefined where nobody tells. */
  readonly filesMax: number | undefined;
  readonly openSeconds: number;
  /** Bytes of the server for each: what the operating system sees, and what is in use after a collection. */
  readonly residentEach: number;
  readonly inUseEach: number;
  /** Processor seconds of the server per second, while nothing happens in line. */
  readonly idleBusy: number;
  /** One for each slot that was freed. */
  readonly freed: readonly Told[];
}

export interface Told {
  /** Milliseconds from sending the request that frees the slot, which includes its commit. */
  readonly called: number;
  readonly first: number;
  readonly half: number;
  readonly p99: number;
  readonly last: number;
  readonly fans: number;
  /** Share of the fans told within each of `curve_ms`. */
  readonly curve: readonly number[];
  /** Of the busier of the two load processes, while the news went out. */
  readonly loadBusySeconds: number;
}

const streams_wanted = 20_000;
const concert = 'benchstrms';
const inside = 20;
/** What a server has open beside its streams. */
const other_files = 120;
/** Far back a new position is told as often as a poll would ask, every 10 s; after this all are due. */
const quiet_ms = 10_500;
const telling_ms_max = 4_000;
const idle_ms = 4_000;
const helpers_count = 2;
export const curve_ms: readonly number[] = Array.from({ length: 201 }, (_, index) => index * 10);

type Loads = readonly Helper<StreamOrder, StreamReport>[];

export async function measureStreams(run: PartRun): Promise<Streams> {
  const { quick, signal, say } = run;
  const filesMax = filesMaxOf('self');
  const wanted = quick ? 2_000 : streams_wanted;
  const count = Math.min(wanted, (filesMax ?? wanted + other_files) - other_files);
  await using cluster = await openCluster(run);
  const databaseUrl = await cluster.create('streams');
  await filled(databaseUrl, (sql) => line(sql, concert, { inside, waiting: count, graceSeconds: day_seconds }));
  const { folder } = cluster;
  await using service = await startService({ name: 'streams', folder, databaseUrl, secrets, inspected: true });
  await using open = new AsyncDisposableStack();
  const inspector = await inspect(service.inspector ?? '');
  open.defer(() => inspector.close());
  const loads: Loads = Array.from({ length: helpers_count }, () => open.use(startHelper('stream-load.ts')));
  const all = (order: StreamOrder): Promise<StreamReport[]> => Promise.all(loads.map((load) => load.ask(order)));

  // Code that runs for the first time costs memory too, once.
  await openAll(loads, service.port, 500);
  await all({ close: true });
  await sleep(500);
  const before = await inspector.memory();
  const startedAt = performance.now();
  const opened = await openAll(loads, service.port, count);
  const openSeconds = (performance.now() - startedAt) / 1_000;
  await sleep(2_000);
  const after = await inspector.memory();
  const idleFrom = processorSeconds(service.pid) ?? Number.NaN;
  await sleep(idle_ms);
  const idleBusy = ((processorSeconds(service.pid) ?? Number.NaN) - idleFrom) / (idle_ms / 1_000);
  say(`  ${opened} streams are open`);

  const freed: Told[] = [];
  for (let round = 1; round <= (quick ? 1 : 4) && !signal.aborted; round++) {
    await sleep(quiet_ms);
    await all({ watch: true });
    const freedAt = Number(process.hrtime.bigint() / 1_000n) / 1_000;
    const { status } = await askOnce(
      service.port,
      del('/queue-token', createCredentials(secrets).place(concert, round)),
    );
    if (status !== 204) throw new Error(`leaving was answered ${status}`);
    await sleep(telling_ms_max);
    freed.push(toldOf(await all({ report: true }), freedAt));
  }
  return {
    wanted,
    open: opened,
    filesMax,
    openSeconds,
    residentEach: (after.resident - before.resident) / opened,
    inUseEach: (after.inUse - before.inUse) / opened,
    idleBusy,
    freed,
  };
}

async function openAll(loads: Loads, port: number, count: number): Promise<number> {
  const each = Math.ceil(count / loads.length);
  const reports = await Promise.all(
    loads.map((load, index) => {
      const from = index * each;
      // Linux answers at all of 127.0.0.0/8; other systems have only the one address.
      const localAddress = process.platform === 'linux' ? `127.0.0.${index + 2}` : undefined;
      const places = { from: inside + 1 + from, count: Math.min(each, count - from) };
      return load.ask({ open: { port, localAddress, concertId: concert, secrets, ...places } });
    }),
  );
  const failure = reports.find((report) => report.failure !== undefined)?.failure;
  if (failure !== undefined) throw new Error(`a stream did not open: ${failure}`);
  return reports.reduce((sum, { open }) => sum + open, 0);
}

function toldOf(reports: readonly StreamReport[], freedAt: number): Told {
  const told = Float64Array.from(reports.flatMap((report) => report.told.map((at) => at - freedAt))).toSorted();
  const called = reports.flatMap((report) => report.called ?? []);
  return {
    called: Math.min(...called) - freedAt,
    first: told[0] ?? Number.NaN,
    half: ranked(told, 0.5),
    p99: ranked(told, 0.99),
    last: told.at(-1) ?? Number.NaN,
    fans: told.length,
    curve: curve_ms.map((ms) => told.filter((at) => at <= ms).length / told.length),
    loadBusySeconds: Math.max(...reports.map(({ busySeconds }) => busySeconds)),
  };
}

/** Open files that a process may have, after it raised its own limit as Node does. */
function filesMaxOf(pid: number | 'self'): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/limits`, 'utf8');
    const [, , hard] = /^Max open files\s+(\d+)\s+(\d+)/m.exec(text) ?? [];
    return hard === undefined ? undefined : Number(hard);
  } catch {
    return undefined;
  }
}

/** Medians over the slots that were freed. */
export function toldMedian({ freed }: Pick<Streams, 'freed'>): Told {
  const middle = (pick: (told: Told) => number): number => median(freed.map(pick));
  return {
    called: middle(({ called }) => called),
    first: middle(({ first }) => first),
    half: middle(({ half }) => half),
    p99: middle(({ p99 }) => p99),
    last: middle(({ last }) => last),
    fans: middle(({ fans }) => fans),
    curve: curve_ms.map((_, place) => middle(({ curve }) => curve[place] ?? Number.NaN)),
    loadBusySeconds: middle(({ loadBusySeconds }) => loadBusySeconds),
  };
}
