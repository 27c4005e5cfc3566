/** The processes of a run: real servers, the bare server, the load. Each ends before the run does, whatever happens. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BareAnswer } from './bare.ts';
import type { Job, Round } from './load.ts';
import type { Secrets } from './requests.ts';

const start_seconds_max = 120;
const stop_seconds_max = 30;
const children = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

function watched<C extends ChildProcess>(child: C): C {
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

export interface Service extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
  /** Where its inspector listens, if it was started with one. */
  readonly inspector: string | undefined;
}

export interface ServiceOptions {
  /** Names its log file in `folder`. */
  readonly name: string;
  readonly folder: string;
  readonly databaseUrl: string;
  readonly secrets: Secrets;
  readonly environment?: Readonly<Record<string, string>>;
  readonly inspected?: boolean;
}

/** src/main.ts as anybody would start it for a load test. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { name, folder, databaseUrl, secrets, environment = {}, inspected = false } = options;
  const logFile = path.join(folder, `${name}.log`);
  const log = openSync(logFile, 'w');
  const flags = inspected ? ['--inspect=127.0.0.1:0'] : [];
  const main = path.join(import.meta.dirname, '../src/main.ts');
  const child = spawn(process.execPath, [...flags, main], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      DATABASE_URL: databaseUrl,
      AUTH_SECRET: secrets.auth,
      IDENTITY_JWT_SECRET: secrets.identity,
      DEMO: 'false',
      RATE_LIMIT: 'off',
      ...environment,
    },
    stdio: ['ignore', log, log],
    // Not in our process group: a terminal's Ctrl-C is for us, who then end it when its round is over.
    detached: true,
  });
  watched(child);
  closeSync(log);
  const dispose = (): Promise<void> => ended(child, () => child.kill('SIGTERM'));
  const giveUpAt = performance.now() + start_seconds_max * 1_000;
  while (performance.now() < giveUpAt && child.exitCode === null) {
    const output = readFileSync(logFile, 'utf8');
    const port = /^Maejin is open at http:\/\/[^:]+:(\d+)$/m.exec(output)?.[1];
    if (port !== undefined && child.pid !== undefined) {
      const inspector = /^Debugger listening on (ws:\S+)$/m.exec(output)?.[1];
      return { port: Number(port), pid: child.pid, inspector, [Symbol.asyncDispose]: dispose };
    }
    await sleep(20);
  }
  await dispose();
  throw new Error(`the service did not open:\n${readFileSync(logFile, 'utf8').slice(-2_000)}`);
}

export interface Bare extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
  /** From now on it answers this. */
  show(answer: BareAnswer): Promise<void>;
}

export async function startBare(): Promise<Bare> {
  const child = watched(fork(path.join(import.meta.dirname, 'bare.ts')));
  const port = await heard<number>(child);
  return {
    port,
    pid: child.pid ?? 0,
    show: async (answer) => {
      child.send(answer);
      await heard(child);
    },
    [Symbol.asyncDispose]: () => ended(child, () => child.disconnect()),
  };
}

export interface LoadProcess extends AsyncDisposable {
  /** Makes the requests, so that the round itself costs no time for it. */
  prepare(job: Job): Promise<unknown>;
  run(job: Job): Promise<Round>;
}

export function startLoad(): LoadProcess {
  const child = watched(fork(path.join(import.meta.dirname, 'load.ts')));
  return {
    prepare: (job) => {
      child.send({ prepare: job });
      return heard(child);
    },
    run: (job) => {
      child.send({ run: job });
      return heard<Round>(child);
    },
    [Symbol.asyncDispose]: () => ended(child, () => child.disconnect()),
  };
}

/** The next message of a child; rejects if it ends instead. */
function heard<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const gone = (): void => reject(new Error(`${child.spawnfile} ${child.spawnargs.at(-1) ?? ''} ended`));
    child.once('exit', gone);
    child.once('message', (message) => {
      child.off('exit', gone);
      resolve(message as T);
    });
  });
}

async function ended(child: ChildProcess, ask: () => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const over = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  ask();
  const late = setTimeout(() => child.kill('SIGKILL'), stop_seconds_max * 1_000);
  await over;
  clearTimeout(late);
}
