/** The real server as a process of its own, as a user would start it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const identity_secret = 'a secret that only tests and their servers know';
export const operator = { email: 'operator@maejin.example', password: 'a password for tests' };
/** The operator's account as a start makes it; where the database has it already, a start need not check the password. */
export const named_operator = { ADMIN_EMAIL: operator.email, ADMIN_PASSWORD: operator.password };

export interface Program {
  readonly process: ChildProcess;
  readonly logFile: string;
  /** All that it printed so far. */
  output(): string;
  /** Resolves with the exit code, or null if a signal ended it. */
  readonly ended: Promise<number | null>;
}

export interface Server extends Program {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** Asks it to drain and end (SIGTERM); resolves with its exit code. */
  stop(): Promise<number | null>;
  /** `kill -9` */
  kill(): Promise<void>;
  /** Of a session of the operator's that its database was made with: a sign-in costs 85 ms of a core. */
  readonly operatorToken?: string;
}

const start_ms_max = 60_000;
const stop_ms_max = 30_000;
const evidence = process.env['TEST_EVIDENCE'] ?? path.join(tmpdir(), 'maejin-test-evidence');
const programs: Program[] = [];
/** What `npm start` runs. */
export const source = path.join(import.meta.dirname, '../../src/main.ts');
/** The same, packed for this run by `pack.ts`: it starts in less than half the time. */
const { TEST_PACKED: packed } = process.env;
const main = packed === undefined ? source : path.join(packed, 'main.mjs');

/** Runs the server with these variables and nothing else of ours. */
export function runMain(environment: Readonly<Record<string, string>>, file = main): Program {
  mkdirSync(evidence, { recursive: true });
  const name = path.basename(process.argv[1] ?? 'server', '.test.ts');
  const logFile = path.join(evidence, `${name}-${process.pid}-${programs.length + 1}.log`);
  const log = openSync(logFile, 'a');
  const child = spawn(process.execPath, [file], {
    cwd: evidence,
    env: {
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      PORT: '0',
      ...environment,
    },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', resolve);
  });
  const program = { process: child, logFile, ended, output: () => readFileSync(logFile, 'utf8') };
  programs.push(program);
  return program;
}

/** Starts the server for tests (no demo, no rate limit, outside identity) and waits until it is open. */
export async function startServer(environment: Readonly<Record<string, string>>): Promise<Server> {
  const program = runMain({
    AUTH_SECRET: 'a secret of at least thirty-two characters',
    IDENTITY_JWT_SECRET: identity_secret,
    CHARGES: 'open',
    DEMO: 'false',
    RATE_LIMIT: 'off',
    POOL_MAX: '8',
    ...environment,
  });
  const origin = await opened(program);
  return {
    ...program,
    origin,
    stop: () => stop(program),
    kill: async () => {
      program.process.kill('SIGKILL');
      await program.ended;
    },
  };
}

/** Resolves with the address once the program says that it is open; rejects with its last words if it ends first. */
export async function opened(program: Program): Promise<string> {
  const giveUpAt = performance.now() + start_ms_max;
  while (performance.now() < giveUpAt) {
    const address = /^Maejin is open at (\S+)$/m.exec(program.output())?.[1];
    if (address !== undefined) return address;
    if (program.process.exitCode !== null || program.process.signalCode !== null) break;
    await Promise.race([sleep(20), program.ended]);
  }
  program.process.kill('SIGKILL');
  throw new Error(`the server did not open:\n${tail(program)}`);
}

async function stop(program: Program): Promise<number | null> {
  program.process.kill('SIGTERM');
  const late = sleep(stop_ms_max, 'late' as const, { ref: false });
  const code = await Promise.race([program.ended, late]);
  if (code !== 'late') return code;
  program.process.kill('SIGKILL');
  throw new Error(`the server did not end within ${stop_ms_max} ms:\n${tail(program)}`);
}

function tail(program: Program): string {
  return program.output().split('\n').slice(-40).join('\n');
}

// A failed test leaves its evidence: where the logs are, and how they end.
process.on('exit', (code) => {
  for (const program of programs) {
    program.process.kill('SIGKILL');
    if (code !== 0) process.stderr.write(`\n--- ${program.logFile} ends with:\n${tail(program)}\n`);
  }
});
