/**
 * A PostgreSQL that can be killed, started again, followed by a standby, and given a small disk. Unlike the embedded one
 * of `npm start` it does nothing by itself: what comes back when is the fault's business.
 */
import { type ChildProcess } from 'node:child_process';
import { chmodSync, closeSync, openSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { cp, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type Database } from '../../src/platform/database.ts';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { freePort } from '../../src/platform/free-port.ts';
import { guard } from '../../src/platform/postmaster.ts';
import { postgresPrograms } from '../../src/platform/postgres-programs.ts';

export interface Postgres {
  readonly url: string;
  readonly port: number;
  readonly cluster: string;
  /** Resolves when it answers (a standby: when it answers reads). */
  start(): Promise<void>;
  /** kill -9 of the postmaster and of every session. */
  kill(): Promise<void>;
  stop(): Promise<void>;
  /** Asks it something as its owner. */
  ask<T>(work: (database: Database) => Promise<T>): Promise<T>;
}

type Settings = Readonly<Record<string, string | number>>;

const ready_seconds_max = 60;
const stop_seconds_max = 20;

const durable: Settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 200,
  shared_buffers: '64MB',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  jit: 'off',
  timezone: 'UTC',
  wal_level: 'replica',
};

/** A new cluster in `folder`, not yet started. */
export async function createPostgres(folder: string, settings: Settings = {}): Promise<Postgres> {
  await mkdir(folder, { recursive: true });
  chmodSync(folder, 0o755);
  // Made as the service makes its own, and then taken over.
  const embedded = await startEmbeddedPostgres({ dataDir: folder });
  const password = new URL(embedded.url).password;
  await embedded.stop();
  return openPostgres({ folder, password, settings });
}

interface Opened {
  readonly folder: string;
  readonly password: string;
  readonly settings: Settings;
  /** A free one unless told otherwise. */
  readonly port?: number | undefined;
}

async function openPostgres({ folder, password, settings, port: wanted }: Opened): Promise<Postgres> {
  const programs = await postgresPrograms('embedded-postgres', folder);
  const cluster = path.join(folder, 'postgres');
  const port = wanted ?? (await freePort());
  const url = `postgres://maejin:${password}@127.0.0.1:${port}/postgres`;
  let running: ChildProcess | undefined;

  const ask = async <T>(work: (database: Database) => Promise<T>): Promise<T> => {
    const database = connect(url, { poolMax: 1, applicationName: 'maejin-faults', standbyToo: true });
    try {
      return await work(database);
    } finally {
      await database.close(1);
    }
  };

  const spawnOnce = (): ChildProcess => {
    const log = openSync(path.join(folder, 'postgres.log'), 'a', 0o600);
    const flags = Object.entries({ ...durable, ...settings, port }).flatMap(([name, value]) => [
      '-c',
      `${name}=${value}`,
    ]);
    const child = programs.run(
      '/bin/sh',
      ['-c', guard, 'maejin-faults', programs.postgres, '-D', programs.pathOf(cluster), ...flags],
      { cwd: cluster, detached: true, stdio: ['pipe', log, log] },
    );
    closeSync(log);
    child.stdin?.on('error', () => undefined);
    return child;
  };

  const start = async (): Promise<void> => {
    const giveUpAt = performance.now() + ready_seconds_max * 1_000;
    for (;;) {
      if (running === undefined || running.exitCode !== null || running.signalCode !== null) running = spawnOnce();
      const answers = await ask(({ sql }) => sql`select 1`).then(
        () => true,
        () => false,
      );
      if (answers) return;
      if (performance.now() > giveUpAt) throw new Error(`PostgreSQL did not start, see ${folder}/postgres.log`);
      await sleep(50);
    }
  };

  return {
    url,
    port,
    cluster,
    start,
    ask,
    kill: async () => {
      const over = running === undefined ? undefined : exitOf(running);
      const postmaster = Number.parseInt(readFileSync(path.join(cluster, 'postmaster.pid'), 'utf8'), 10);
      for (const pid of [postmaster, ...childrenOf(postmaster)]) killHard(pid);
      await over;
      running = undefined;
    },
    stop: async () => {
      if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
      const over = exitOf(running);
      running.stdin?.end();
      const late = sleep(stop_seconds_max * 1_000, 'late', { ref: false });
      if ((await Promise.race([over, late])) === 'late') {
        const pid = Number.parseInt(readFileSync(path.join(cluster, 'postmaster.pid'), 'utf8'), 10);
        killHard(pid);
      }
      running = undefined;
    },
  };
}

/**
 * The old primary, which must have ended, comes back under its own address as a standby of `primary`, with a copy of its
 * files: what it had written and nobody else is gone.
 */
export async function comeBack(old: Postgres, primary: Postgres): Promise<Postgres> {
  await rm(old.cluster, { recursive: true, force: true });
  return createStandby(primary, { folder: path.dirname(old.cluster), name: 'returned', port: old.port });
}

export interface StandbyOptions {
  readonly folder: string;
  /** Under which it replays. */
  readonly name: string;
  readonly port?: number;
  readonly settings?: Settings;
}

/** A standby of `primary`, which must be running, made from a copy of its files in mid-flight, as a base backup is. */
export async function createStandby(primary: Postgres, options: StandbyOptions): Promise<Postgres> {
  const { folder, name, port, settings } = options;
  await mkdir(folder, { recursive: true });
  chmodSync(folder, 0o755);
  const { password } = new URL(primary.url);
  const cluster = path.join(folder, 'postgres');
  const label = await primary.ask(async ({ sql }) => {
    await sql`select pg_backup_start('standby', true)`;
    await cp(primary.cluster, cluster, {
      recursive: true,
      filter: (file) => !/postmaster\.(pid|opts)$/.test(file),
    });
    const [stopped] = await sql<[{ labelfile: string }]>`select labelfile from pg_backup_stop(false)`;
    return stopped.labelfile;
  });
  writeFileSync(path.join(cluster, 'backup_label'), label);
  writeFileSync(path.join(cluster, 'standby.signal'), '');
  const programs = await postgresPrograms('embedded-postgres', path.dirname(primary.cluster));
  const from = `host=127.0.0.1 port=${primary.port} user=maejin password=${password} application_name=${name}`;
  chmodSync(cluster, 0o700);
  for (const file of ['', ...readdirSync(cluster, { recursive: true }).map(String)])
    programs.own(path.join(cluster, file));
  const standing = { ...settings, primary_conninfo: from, hot_standby: 'on' };
  return openPostgres({ folder, password, port, settings: standing });
}

function exitOf(child: ChildProcess): Promise<unknown> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', resolve));
}

/** Sessions and workers, where /proc tells; elsewhere they end by themselves when their postmaster is gone. */
function childrenOf(parent: number): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .filter((name) => parentOf(name) === parent)
      .map(Number);
  } catch {
    return [];
  }
}

function parentOf(pid: string): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return 0;
  }
}

function killHard(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It was quicker.
  }
}
