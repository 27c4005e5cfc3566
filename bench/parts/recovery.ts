/**
 * How long nobody is answered, or not rightly, after `kill -9` in mid-load with 1,000,000 in line: of a server whose
 * PostgreSQL lives on, of a server and its embedded PostgreSQL at once, and of the embedded PostgreSQL alone.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { openCluster, once, secrets, type Cluster } from '../ground.ts';
import { askOnce } from '../http-line.ts';
import { startLoad, startService, type LoadProcess, type Service } from '../processes.ts';
import { childrenOf } from '../processor.ts';
import { concerts, line_inside, long_line } from '../requests.ts';
import { day_seconds, filled, line } from '../rows.ts';
import { spread, type Spread } from '../statistics.ts';
import { createCredentials, fanOf, get, post } from '../wire.ts';
import type { PartRun } from './part.ts';

export const recovery_cases = ['server', 'server and PostgreSQL', 'PostgreSQL'] as const;
export type RecoveryCase = (typeof recovery_cases)[number];

export interface RecoveryRow {
  readonly killed: RecoveryCase;
  /** Seconds from the kill to the first right answer to a poll, and to a command that must ask the database. */
  readonly read: Spread;
  readonly write: Spread;
  /** Places that were acknowledged before the kill, and how many of them were gone afterwards. */
  readonly acknowledged: number;
  readonly lost: number;
  readonly rounds: number;
}

export interface Recovery {
  readonly waiting: number;
  readonly rows: readonly RecoveryRow[];
}

const load_seconds = 2;
const joining_max = 60_000;
/** The kill comes in mid-load. */
const load_before_kill_ms = 1_500;
const every_ms = 20;
const give_up_ms = 60_000;
const ask_ms_max = 2_000;
/** A fan far back, whose place nothing changes meanwhile: nobody is let in, nobody leaves. */
const witness = line_inside + 765_432;

interface Field {
  readonly cluster: Cluster;
  readonly load: LoadProcess;
  /** The next fan who joins. */
  next: number;
}

interface Round {
  readonly read: number;
  readonly write: number;
  readonly acknowledged: number;
  readonly lost: number;
}

export async function measureRecovery(run: PartRun): Promise<Recovery> {
  const { quick, signal, say } = run;
  await using cluster = await openCluster(run);
  const databaseUrl = cluster.urlOf('postgres');
  const size = { inside: line_inside, waiting: long_line, graceSeconds: day_seconds };
  await filled(databaseUrl, (sql) => line(sql, concerts.long, size));
  await using load = startLoad();
  const field: Field = { cluster, load, next: 0 };
  const rounds = new Map<RecoveryCase, Round[]>(recovery_cases.map((killed) => [killed, []]));
  const count = quick ? 1 : 3;
  for (let round = 0; round < count && !signal.aborted; round++) {
    rounds.get('server')?.push(await oneRound(field, 'server', databaseUrl));
  }
  // From here on the servers bring their own PostgreSQL, on the same data, as `npm start` does.
  await cluster.stop();
  for (const killed of ['server and PostgreSQL', 'PostgreSQL'] as const) {
    say(`  kill -9 of ${killed} …`);
    for (let round = 0; round < count && !signal.aborted; round++) {
      rounds.get(killed)?.push(await oneRound(field, killed, undefined));
    }
  }
  return { waiting: long_line, rows: recovery_cases.map((killed) => rowOf(killed, rounds.get(killed) ?? [])) };
}

async function oneRound(field: Field, killed: RecoveryCase, databaseUrl: string | undefined): Promise<Round> {
  const { cluster } = field;
  const options = { name: 'recovery', folder: cluster.folder, secrets };
  const start = (): Promise<Service> => startService(databaseUrl === undefined ? options : { ...options, databaseUrl });
  await using open = new AsyncDisposableStack();
  const first = open.use(await start());
  const loaded = await loadIssues(field, first.port);
  await sleep(load_before_kill_ms);
  const killedAt = performance.now();
  let again = first;
  if (killed !== 'server') {
    const pid = await cluster.pid();
    for (const each of [pid, ...childrenOf(pid)]) kill(each);
  }
  if (killed !== 'PostgreSQL') {
    kill(first.pid);
    again = open.use(await start());
  }
  const { read, write } = await untilRight(again.port, killedAt);
  const { acknowledged, from } = await loaded.done;
  const lost = acknowledged - (await standing(cluster, databaseUrl, from));
  return { read, write, acknowledged, lost: Math.max(0, lost) };
}

interface Joined {
  readonly acknowledged: number;
  readonly from: number;
}

/** Fans who join while it happens, once they are ready; `done` says how many of them were told that they have a place. */
async function loadIssues(field: Field, port: number): Promise<{ done: Promise<Joined> }> {
  const from = field.next;
  const requests = { scenario: 'issue', secrets, ports: [port], connections: 64, from, again: false } as const;
  const job = { ...requests, count: joining_max, seconds: load_seconds };
  await field.load.prepare(job);
  field.next += joining_max;
  const done = field.load.run(job).then(({ statuses }) => ({ acknowledged: statuses['201'] ?? 0, from }));
  // Looked at later; until then nobody may call it unhandled.
  done.catch(() => undefined);
  return { done };
}

/** How many of the fans from this number on have a place. */
async function standing(cluster: Cluster, databaseUrl: string | undefined, from: number): Promise<number> {
  const url = databaseUrl ?? cluster.runningUrl();
  const [row] = await once(
    url,
    (sql) => sql<[{ count: number }]>`
      select count(*) from queue_tokens where concert_id = ${concerts.long} and entry > ${line_inside + long_line}
        and substring(user_id from '[0-9]+$')::bigint >= ${from}`,
  );
  return row.count;
}

async function untilRight(port: number, killedAt: number): Promise<{ read: number; write: number }> {
  const { place, bearer } = createCredentials(secrets);
  const poll = get('/queue-token', place(concerts.long, witness));
  // Asked again, a fan in line gets the same place; that takes the room's lock, so the database has to be there.
  const join = post(`/concerts/${concerts.long}/queue-tokens`, bearer(fanOf(concerts.long, witness)));
  const until = async (request: Buffer): Promise<number> => {
    while (performance.now() - killedAt < give_up_ms) {
      const { status, body } = await askOnce(port, request, ask_ms_max);
      if (status === 200 && isRight(body)) return (performance.now() - killedAt) / 1_000;
      await sleep(every_ms);
    }
    throw new Error(`no right answer within ${give_up_ms / 1_000} s`);
  };
  const [read, write] = await Promise.all([until(poll), until(join)]);
  return { read, write };
}

function isRight(body: string): boolean {
  const { status, position } = JSON.parse(body) as { status: string; position: number };
  return status === 'WAIT' && position === witness - line_inside;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It was quicker.
  }
}

function rowOf(killed: RecoveryCase, rounds: readonly Round[]): RecoveryRow {
  return {
    killed,
    read: spread(rounds.map(({ read }) => read)),
    write: spread(rounds.map(({ write }) => write)),
    acknowledged: rounds.reduce((sum, { acknowledged }) => sum + acknowledged, 0),
    lost: rounds.reduce((sum, { lost }) => sum + lost, 0),
    rounds: rounds.length,
  };
}
