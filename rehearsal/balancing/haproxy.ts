/** A real HAProxy with the file that we hand out, where one is installed. It ends with this process. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../src/platform/free-port.ts';

export const haproxy_file = path.join(import.meta.dirname, '../../deploy/haproxy.cfg');

export interface Haproxy extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, for whatever asks without TLS. */
  readonly origin: string;
  /** Where TLS is spoken, if a certificate was given, and where one is sent there. */
  readonly securePort: number;
  readonly insecurePort: number;
  readonly pid: number;
  /** All that it printed so far. */
  output(): string;
}

export interface HaproxyOptions {
  /** `http://127.0.0.1:PORT`, four at most. */
  readonly servers: readonly string[];
  /** A file of certificate and key. */
  readonly certificate?: string;
  /** In how many parts wallets are dealt out; undefined: as the file has it. */
  readonly walletShares?: number;
  /** For its log. */
  readonly folder: string;
  /** Of those who ask, together. */
  readonly connectionsMax?: number;
}

/** The version of the one that is installed, as `2.6.12`; undefined where none is. */
export function haproxyVersion(): string | undefined {
  const { stdout, status } = spawnSync('haproxy', ['-v'], { encoding: 'utf8' });
  return status === 0 ? (/version (\S+)/.exec(stdout)?.[1] ?? 'of no known version') : undefined;
}

/** Somebody else may take a port between the moment it was found free and the one it is listened on. */
const tries_max = 5;
const open_ms_max = 10_000;
/** For a single machine's tests; each takes two open files, which an ordinary user has few of. */
const connections_max = 400;

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** What the file takes from its environment. */
export function haproxyEnvironment(
  { servers, certificate, connectionsMax = connections_max, walletShares }: Omit<HaproxyOptions, 'folder'>,
  [plain, secure, insecure]: readonly number[],
): Record<string, string> {
  return {
    ...Object.fromEntries(servers.map((origin, number) => [`SERVER_${number + 1}`, new URL(origin).host])),
    ...(certificate === undefined ? {} : { CERTIFICATE: certificate }),
    ...(walletShares === undefined ? {} : { WALLET_SHARES: String(walletShares) }),
    BIND_PLAIN: `127.0.0.1:${plain}`,
    BIND_HTTPS: `127.0.0.1:${secure}`,
    BIND_HTTP: `127.0.0.1:${insecure}`,
    CONNECTIONS_MAX: String(connectionsMax),
  };
}

/** Resolves when it lets requests in. */
export async function startHaproxy(options: HaproxyOptions): Promise<Haproxy> {
  let said = '';
  for (let tries = 0; tries < tries_max; tries++) {
    const ports = [await freePort(), await freePort(), await freePort()];
    const log = path.join(options.folder, `haproxy-${process.pid}-${ports[0]}.log`);
    const output = (): string => readFileSync(log, 'utf8');
    const file = openSync(log, 'w');
    const child = spawn('haproxy', ['-db', '-f', haproxy_file], {
      env: { PATH: process.env['PATH'], ...haproxyEnvironment(options, ports) },
      stdio: ['ignore', file, file],
      detached: true,
    });
    closeSync(file);
    running.add(child);
    const over = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    void over.then(() => running.delete(child));
    const [plain = 0, securePort = 0, insecurePort = 0] = ports;
    const origin = `http://127.0.0.1:${plain}`;
    if (await opens(origin, child)) {
      const close = async (): Promise<void> => {
        child.kill('SIGKILL');
        await over;
      };
      return { origin, securePort, insecurePort, pid: child.pid ?? 0, output, [Symbol.asyncDispose]: close };
    }
    child.kill('SIGKILL');
    await over;
    said = output();
  }
  throw new Error(`HAProxy did not open:\n${said.slice(-2_000)}`);
}

/** Whether it answers, and a server behind it. */
async function opens(origin: string, child: ChildProcess): Promise<boolean> {
  const giveUpAt = performance.now() + open_ms_max;
  while (performance.now() < giveUpAt && child.exitCode === null && child.signalCode === null) {
    const isOpen = await fetch(`${origin}/readyz`, { signal: AbortSignal.timeout(open_ms_max) }).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isOpen) return true;
    await sleep(20);
  }
  return false;
}
