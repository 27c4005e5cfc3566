/** Where the sale happens when no other service is named: a PostgreSQL and servers of its own, gone afterwards. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '../src/platform/database.ts';
import { startEmbeddedPostgres } from '../src/platform/embedded-postgres.ts';
import type { Money } from './history.ts';
import type { Options } from './options.ts';
import { readSandbox } from './sandbox-books.ts';
import type { ReadGateway } from './settling.ts';
import { startArguments } from './start-command.ts';

export interface Server {
  readonly origin: string;
  readonly child: ChildProcess;
  readonly logFile: string;
  stop(): Promise<void>;
}

export interface Secrets {
  readonly auth: string;
  readonly identity: string;
  readonly operator: { readonly email: string; readonly password: string };
}

const start_seconds_max = 60;
const stop_seconds_max = 20;
const children = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

export function newSecrets(): Secrets {
  const secret = (): string => randomBytes(24).toString('base64url');
  return { auth: secret(), identity: secret(), operator: { email: 'operator@maejin.example', password: secret() } };
}

/** A folder for everything of this run. */
export async function openFolder(open: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'maejin-rehearsal-'));
  chmodSync(folder, 0o755);
  open.defer(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export interface ServerOptions {
  readonly folder: string;
  readonly name: string;
  readonly secrets: Secrets;
  readonly databaseUrl: string;
  /** Flags of Node. */
  readonly flags?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** src/main.ts as a process of its own, without limits of rate; resolves when it is open. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { folder, name, secrets, databaseUrl, flags = [], environment = {} } = options;
  const logFile = path.join(folder, `${name}.log`);
  const log = openSync(logFile, 'a');
  const said = (): string => readFileSync(logFile, 'utf8');
  const before = said().length;
  const child = spawn(process.execPath, [...flags, ...startArguments()], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      PORT: '0',
      DATABASE_URL: databaseUrl,
      CHARGES: 'open',
      AUTH_SECRET: secrets.auth,
      IDENTITY_JWT_SECRET: secrets.identity,
      ADMIN_EMAIL: secrets.operator.email,
      ADMIN_PASSWORD: secrets.operator.password,
      DEMO: 'false',
      RATE_LIMIT: 'off',
      LOG_LEVEL: 'warn',
      ...environment,
    },
    stdio: ['ignore', log, log],
    // A terminal's Ctrl-C is for us, who then end it in order.
    detached: true,
  });
  closeSync(log);
  children.add(child);
  child.once('exit', () => children.delete(child));
  const giveUpAt = performance.now() + start_seconds_max * 1_000;
  while (performance.now() < giveUpAt && child.exitCode === null && child.signalCode === null) {
    const origin = /^Maejin is open at (\S+)$/m.exec(said().slice(before))?.[1];
    if (origin !== undefined) return { origin, child, logFile, stop: () => ended(child) };
    await sleep(20);
  }
  child.kill('SIGKILL');
  throw new Error(`the server did not open:\n${said().slice(before).slice(-2_000)}`);
}

/** Asks it to end and waits, at most `stop_seconds_max`. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const over = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), stop_seconds_max * 1_000);
  await over;
  clearTimeout(late);
}

export interface Ground {
  readonly secrets: Secrets;
  readonly folder: string;
  readonly servers: readonly Server[];
  readonly postgresPid: number;
  readonly readGateway: ReadGateway | undefined;
}

/** What servers are told of how wallets are filled. A service of the operator's may charge them, where it has to. */
export function moneySettings(money: Money, charges: 'gateway' | 'service'): Readonly<Record<string, string>> {
  return money === 'open' ? { CHARGES: 'open' } : { CHARGES: charges, SANDBOX: 'on' };
}

/** Everything a rehearsal needs, on free ports. */
export async function openGround(
  open: AsyncDisposableStack,
  { servers, money }: Pick<Options, 'servers' | 'money'>,
): Promise<Ground> {
  const folder = await openFolder(open);
  const secrets = newSecrets();
  const dataDir = path.join(folder, 'database');
  mkdirSync(dataDir);
  chmodSync(dataDir, 0o755);
  const postgres = await startEmbeddedPostgres({ dataDir });
  open.defer(() => postgres.stop());
  const postgresPid = Number.parseInt(readFileSync(path.join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10);
  const started: Server[] = [];
  for (let number = 1; number <= servers; number++) {
    const name = `server-${number}`;
    const environment = moneySettings(money, 'gateway');
    const server = await startServer({ folder, name, secrets, databaseUrl: postgres.url, environment });
    open.defer(() => server.stop());
    started.push(server);
  }
  const readGateway: ReadGateway = async () => {
    const database = connect(postgres.url, { poolMax: 1, applicationName: 'maejin-rehearsal' });
    try {
      return await readSandbox(database);
    } finally {
      await database.close();
    }
  };
  return { secrets, folder, servers: started, postgresPid, readGateway: money === 'open' ? undefined : readGateway };
}
