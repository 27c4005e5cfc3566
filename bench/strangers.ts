/**
 * People who cost a server more than they should, as a process of its own: they ask for what is dear, show what nobody
 * gave them, send more than is read, or hardly anything. Their own work has the lowest priority, as far as the system
 * goes: elsewhere they would bring their own processors.
 */
import { Agent, request as ask, type RequestOptions } from 'node:http';
import { connect, type Socket } from 'node:net';
import { constants, setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { loopbackAddress } from './addresses.ts';
import { serveOrders } from './children.ts';
import { concerts } from './requests.ts';

/** What they do; `quiet`: nothing. */
export const unkind_ways = ['dear', 'tokens', 'pipelined', 'bodies', 'slow', 'sign-ups'] as const;
export type UnkindWay = (typeof unkind_ways)[number];

export type StrangersOrder =
  | { readonly begin: { readonly way: UnkindWay; readonly port: number; readonly seconds: number } }
  | { readonly end: true };

export interface Strangers {
  /** Answers by status; 0 counts connections that ended without one. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly bytesSent: number;
}

/** All strangers but those who sign up come from one address. */
const stranger_address = 60_000;
const connections = 64;
const pipelining_connections = 8;
const pipelined_bytes_max = 8 * 1024 * 1024;
const slow_connections = 1_000;
const newcomers = 200;
const newcomers_per_address = 5;
/** Before one who was cut off comes again. */
const again_ms = 10;
const patience_ms = 30_000;

interface Storm {
  readonly port: number;
  readonly statuses: Record<string, number>;
  readonly ending: AbortController;
  bytesSent: number;
}

let storm: Storm | undefined;
let ended: Promise<unknown> = Promise.resolve();

function count({ statuses }: Storm, status: number): void {
  statuses[status] = (statuses[status] ?? 0) + 1;
}

interface Wish {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Resolves when it was answered, or ended in another way; says which. */
function once(now: Storm, wish: Wish, options: RequestOptions): Promise<number> {
  return new Promise((resolve) => {
    const { path, method = 'GET', headers = {}, body } = wish;
    const described = body === undefined ? {} : { 'content-type': 'application/json' };
    const length = body === undefined ? 0 : Buffer.byteLength(body);
    const asked = ask({
      ...options,
      host: '127.0.0.1',
      port: now.port,
      method,
      path,
      signal: now.ending.signal,
      timeout: patience_ms,
      headers: { ...headers, ...described, ...(method === 'GET' ? {} : { 'content-length': length }) },
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(0));
    asked.on('response', (answer) => {
      answer.resume();
      answer.on('close', () => resolve(answer.statusCode ?? 0));
    });
    asked.end(body);
    now.bytesSent += length;
  });
}

/** So many connections, each of which asks again as soon as it was answered. */
async function restless(now: Storm, wishOf: (number: number) => Wish): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const from = addressOf(stranger_address);
  let number = 0;
  const one = async (): Promise<void> => {
    while (!now.ending.signal.aborted) {
      const status = await once(now, wishOf(number++), { agent, ...from });
      if (now.ending.signal.aborted) return;
      count(now, status);
      if (status === 0) await sleep(again_ms);
    }
  };
  await Promise.all(Array.from({ length: connections }, one));
  agent.destroy();
}

function addressOf(number: number): { localAddress?: string } {
  const localAddress = loopbackAddress(number);
  return localAddress === undefined ? {} : { localAddress };
}

/** A token as they look, of a concert that is there, signed by nobody. */
function inventedToken(number: number): string {
  const head = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url');
  const claims = Buffer.from(JSON.stringify({ c: concerts.short, u: `nobody-${number}`, e: number })).toString(
    'base64url',
  );
  return `${head}.${claims}.${Buffer.from(`signed by nobody, ${number}`.padEnd(32)).toString('base64url')}`;
}

const dear_paths = [
  '/api/auth/get-session',
  '/docs/js/scalar.js',
  '/api/auth/get-session',
  '/metrics',
  '/api/auth/get-session',
  '/api/v1/concerts?limit=200',
  '/api/auth/get-session',
  '/api/openapi.json',
  '/api/auth/get-session',
  `/concerts/${concerts.short}/wait`,
];

function dearWish(number: number): Wish {
  const made_up = `/api/v1/concerts/${number.toString(36).padStart(10, 'x')}/sale`;
  const path = dear_paths[number % (dear_paths.length + 1)] ?? made_up;
  const authorization = `Bearer ${`invented${number}`.padEnd(32, 'x')}`;
  // Each connection is known by a token of its own, and keeps it.
  return { path, headers: { authorization, 'queue-token': inventedToken(number % connections) } };
}

const body_wishes: readonly Wish[] = [
  { path: '/api/v1/reservations', body: JSON.stringify({ performanceId: 'x', seatNumbers: numbers(2_000) }) },
  { path: '/api/v1/wallet/charges', body: JSON.stringify(unknownFields(1_000)) },
  { path: '/api/v1/admin/concerts', body: JSON.stringify({ performances: numbers(1_000_000) }) },
  { path: '/api/auth/sign-in/email', body: JSON.stringify(unknownFields(8_000)) },
  { path: '/api/v1/reservations', body: `{"seatNumbers":${'['.repeat(900)}${']'.repeat(900)}}` },
];

function numbers(bytes: number): number[] {
  return Array.from({ length: Math.floor(bytes / 8) }, (_, number) => 1_000_000 + number);
}

function unknownFields(bytes: number): Record<string, number> {
  return Object.fromEntries(numbers(bytes * 0.6).map((number) => [`f${number}`, 1]));
}

function bodyWish(number: number): Wish {
  const wish = body_wishes[number % body_wishes.length] ?? { path: '/' };
  const headers = {
    authorization: 'Bearer nobody',
    'queue-token': inventedToken(number),
    'idempotency-key': `${number}`,
  };
  return { method: 'POST', headers, ...wish };
}

function opened(now: Storm): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ port: now.port, host: '127.0.0.1', ...addressOf(stranger_address) });
    socket.once('connect', () => resolve(socket));
    socket.on('error', () => resolve(undefined));
  });
}

/** Writes as fast as it is taken, up to the bound, and reads whatever is answered. */
async function pipelining(now: Storm): Promise<void> {
  const one = `GET /api/v1/queue-token HTTP/1.1\r\nHost: 127.0.0.1\r\nQueue-Token: ${inventedToken(1)}\r\n\r\n`;
  const piece = Buffer.from(one.repeat(Math.ceil(65_536 / one.length)));
  await Promise.all(
    Array.from({ length: pipelining_connections }, async () => {
      const socket = await opened(now);
      if (socket === undefined) return count(now, 0);
      const over = new Promise<void>((resolve) => {
        socket.on('close', () => resolve());
        now.ending.signal.addEventListener('abort', () => socket.destroy());
      });
      let sent = 0;
      const send = (): void => {
        while (sent < pipelined_bytes_max && !socket.destroyed) {
          sent += piece.length;
          now.bytesSent += piece.length;
          if (!socket.write(piece)) return;
        }
      };
      socket.on('drain', send);
      socket.on('data', (bytes) => {
        for (const [, status] of bytes.toString('latin1').matchAll(/HTTP\/1\.1 (\d{3}) /g)) count(now, Number(status));
      });
      send();
      return over;
    }),
  );
}

/** The beginning of a request, a byte a second, on each of so many connections. */
async function slowly(now: Storm): Promise<void> {
  const bytes = `GET /api/v1/concerts HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ${'x'.repeat(500)}`;
  const sockets = await Promise.all(Array.from({ length: slow_connections }, () => opened(now)));
  for (let at = 0; at < bytes.length && !now.ending.signal.aborted; at++) {
    for (const socket of sockets) {
      if (socket === undefined || socket.destroyed) continue;
      socket.write(bytes.charAt(at));
      now.bytesSent++;
    }
    await sleep(1_000, undefined, { signal: now.ending.signal }).catch(() => undefined);
  }
  for (const socket of sockets) {
    if (socket === undefined || socket.destroyed) count(now, 0);
    socket?.destroy();
  }
}

/** All at once, a few from each address; they stay until each was answered. */
async function signingUp(now: Storm): Promise<void> {
  const run = process.hrtime.bigint().toString(36);
  const all = Array.from({ length: newcomers }, async (_, number) => {
    const body = JSON.stringify({ email: `new-${run}-${number}@example.com`, password: 'long enough', name: 'New' });
    const from = addressOf(stranger_address - 1 - Math.floor(number / newcomers_per_address));
    const wish = { method: 'POST', path: '/api/auth/sign-up/email', body };
    count(now, await once(now, wish, { agent: false, ...from }));
  });
  await Promise.all(all);
}

const ways: Record<UnkindWay, (now: Storm) => Promise<void>> = {
  dear: (now) => restless(now, dearWish),
  tokens: (now) =>
    restless(now, (number) => ({ path: '/api/v1/queue-token', headers: { 'queue-token': inventedToken(number) } })),
  bodies: (now) => restless(now, bodyWish),
  pipelined: pipelining,
  slow: slowly,
  'sign-ups': signingUp,
};

setPriority(constants.priority.PRIORITY_LOW);

serveOrders(async (order: StrangersOrder): Promise<Strangers> => {
  if ('begin' in order) {
    const { way, port, seconds } = order.begin;
    storm = { port, statuses: {}, ending: new AbortController(), bytesSent: 0 };
    const { ending } = storm;
    const late = setTimeout(() => ending.abort(), seconds * 1_000);
    ended = ways[way](storm).finally(() => clearTimeout(late));
  } else {
    storm?.ending.abort();
    await ended;
  }
  return { statuses: storm?.statuses ?? {}, bytesSent: storm?.bytesSent ?? 0 };
});
