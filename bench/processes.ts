/** The processes of a run: real servers, the bare server, the load. Each ends before the run does, whatever happens. */
import { fork, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startArguments } from '../rehearsal/start-command.ts';
import type { BareAnswer } from './bare.ts';
import type { GatewayManner } from './gateway-stand-in.ts';
import { ended, heard, startHelper, watched } from './children.ts';
import type { Job, Order, Round } from './load.ts';
import type { Secrets } from './wire.ts';

const start_seconds_max = 120;

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
  /** Undefined: its own PostgreSQL, in `folder`. */
  readonly databaseUrl?: string;
  readonly secrets: Secrets;
  readonly environment?: Readonly<Record<string, string>>;
  readonly inspected?: boolean;
  /** Folder of the build to start; undefined: this one. */
  readonly root?: string;
}

/** src/main.ts as anybody would start it for a load test. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { name, folder, inspected = false, root } = options;
  const logFile = path.join(folder, `${name}.log`);
  const log = openSync(logFile, 'w');
  const flags = inspected ? ['--inspect=127.0.0.1:0'] : [];
  const child = spawn(process.execPath, [...flags, ...startArguments(root)], {
    cwd: folder,
    env: environmentOf(options),
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

function environmentOf({ folder, databaseUrl, secrets, environment = {} }: ServiceOptions): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    PORT: '0',
    ...(databaseUrl === undefined ? { DATA_DIR: folder } : { DATABASE_URL: databaseUrl, CHARGES: 'open' }),
    AUTH_SECRET: secrets.auth,
    IDENTITY_JWT_SECRET: secrets.identity,
    DEMO: 'false',
    RATE_LIMIT: 'off',
    ...environment,
  };
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

export interface GatewayStandIn extends AsyncDisposable {
  /** Where Toss would be. */
  readonly api: string;
  /** From now on it answers like this. Answers how many it has answered until now. */
  behave(manner: GatewayManner): Promise<number>;
}

export async function startGateway(): Promise<GatewayStandIn> {
  const child = watched(fork(path.join(import.meta.dirname, 'gateway-stand-in.ts')));
  const port = await heard<number>(child);
  return {
    api: `http://127.0.0.1:${port}`,
    behave: (manner) => {
      child.send(manner);
      return heard<number>(child);
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
  const helper = startHelper<Order, unknown>('load.ts');
  return {
    prepare: (job) => helper.ask({ prepare: job }),
    run: async (job) => (await helper.ask({ run: job })) as Round,
    [Symbol.asyncDispose]: () => helper[Symbol.asyncDispose](),
  };
}
