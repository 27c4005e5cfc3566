/** One run of PostgreSQL on a cluster that is there: it is started, watched through its lock file, and stopped. */
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { totalmem } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CannotStart } from './cannot-start.ts';
import { freePort } from './free-port.ts';
import type { PostgresPrograms } from './postgres-programs.ts';

export const ready_seconds_max = 60;
const stop_seconds_max = 30;
const ports_tried_max = 5;
const log_bytes_max = 16 * 1024 * 1024;

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

export interface PostmasterOptions {
  readonly cluster: string;
  readonly port: number;
  readonly programs: PostgresPrograms;
  /** Extra settings, such as `{ fsync: 'off' }` for a test that throws everything away. */
  readonly settings?: Readonly<Record<string, string | number>>;
}

/** On a port that is free; should another process have it by the time that PostgreSQL wants it, on another one. */
export async function startSomewhere(
  options: Omit<PostmasterOptions, 'port'>,
): Promise<{ port: number; child: ChildProcess }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    try {
      return { port, child: await startPostmaster({ ...options, port }) };
    } catch (error) {
      if (attempt >= ports_tried_max || (await isFree(port))) throw error;
    }
  }
}

function isFree(port: number): Promise<boolean> {
  return freePort('127.0.0.1', port).then(
    () => true,
    () => false,
  );
}

/** Resolves when PostgreSQL accepts connections. Refuses with what its log gave as the reason. */
export async function startPostmaster(options: PostmasterOptions): Promise<ChildProcess> {
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

/** Ends sessions, writes everything out and waits for the end, at most `stop_seconds_max`. */
export async function stopPostmaster(child: ChildProcess, cluster: string): Promise<void> {
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
export function postmasterFile(cluster: string): { pid?: number; status?: string } {
  try {
    const lines = readFileSync(path.join(cluster, 'postmaster.pid'), 'utf8').split('\n');
    return { pid: Math.abs(Number(lines[0])), status: lines[7]?.trim() ?? '' };
  } catch {
    return {};
  }
}

/** Its exit code; -1 if it could not be started or a signal ended it. */
export function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once('error', () => resolve(-1));
    child.once('exit', (code) => resolve(code ?? -1));
  });
}

function reasonIn(log: string): string {
  const reasons = log.split('\n').filter((line) => /FATAL|PANIC|DETAIL|could not|error/i.test(line));
  return oneLine(reasons.slice(-2).join('; ') || log);
}

export function oneLine(text: string): string {
  return text
    .trim()
    .replaceAll(/\s*\n\s*/g, '; ')
    .slice(-500);
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
