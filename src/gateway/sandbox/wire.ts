/**
 * The sandbox's wire: the addresses, shapes and codes of Toss Payments' public reference, over real HTTP, so that the
 * file which speaks to Toss is the one that runs. It was written after those documents and never verified against Toss.
 *
 * It listens by itself, on a port of this machine alone that the system chooses: nobody outside can reach it, and what the
 * shop asks its gateway is neither counted among what visitors ask nor kept waiting by them. All servers of a database
 * have one each, and agree, since everything stands in the rows.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../platform/database.ts';
import { createFewAtOnce } from '../../platform/few-at-once.ts';
import { decideCancel, decideConfirm, decideOnce, refusal, type Asked, type Decided, type Reply } from './deciding.ts';
import { asPayment, byKey, byOrder, isSame, type Row } from './payments.ts';

export interface WireOptions {
  readonly database: Database;
  readonly secretKey: string;
  /** Something may have to be told. */
  readonly changed: () => void;
  /** How long a slow answer takes, in ms. */
  readonly slowMs?: number;
}

export interface Wire {
  /** Where the shop finds it: scheme, host and folder. */
  readonly api: string;
  /** Answers what is under way, slow answers at once, and ends. */
  close(): Promise<void>;
}

const body_bytes_max = 8_192;
const connections_max = 2_000;
const at_once = 6;
const waiting_max = 10_000;
/** Longer than the shop waits for a confirmation. */
const slow_ms = 15_000;
/** Beyond these an answer that should be slow is cut off. */
const slow_at_once_max = 200;
const keep_alive_ms = 75_000;
const idle_look_ms = 50;
const folder = '/sandbox/api';
const key_chars_max = 300;

export async function openWire(options: WireOptions): Promise<Wire> {
  const closing = new AbortController();
  const answer = createAnswers(options, closing.signal);
  const server = createServer({ keepAliveTimeout: keep_alive_ms, requestTimeout: 20_000 }, (request, response) => {
    answer(request, response).catch(() => {
      if (!response.headersSent) send(response, refusal(500, 'FAILED_INTERNAL_SYSTEM_PROCESSING'));
    });
  });
  server.maxConnections = connections_max;
  // Alone it keeps no process from ending: one that cannot start ends by itself.
  server.unref();
  await listening(server);
  const { port } = server.address() as AddressInfo;
  return {
    api: `http://127.0.0.1:${port}${folder}`,
    close: async () => {
      closing.abort();
      const closed = new Promise((resolve) => {
        server.close(resolve);
      });
      // A connection whose last request was answered meanwhile would be kept for the next one.
      const idle = setInterval(() => server.closeIdleConnections(), idle_look_ms);
      await closed;
      clearInterval(idle);
    },
  };
}

function listening(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
}

type Answering = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

function createAnswers(
  { database, secretKey, changed, slowMs = slow_ms }: WireOptions,
  closing: AbortSignal,
): Answering {
  const authorization = `Basic ${Buffer.from(`${secretKey}:`).toString('base64')}`;
  const few = createFewAtOnce({ name: 'sandbox', atOnce: at_once, waitingMax: waiting_max });
  const underWay = new Set<string>();
  let slow = 0;

  const suffer = async (response: ServerResponse, { reply, misfortune }: Decided): Promise<void> => {
    if (misfortune === 'LOSE' || (misfortune === 'SLOW' && slow >= slow_at_once_max)) {
      response.socket?.destroy();
      return;
    }
    if (misfortune === 'SLOW') {
      slow += 1;
      const gone = new AbortController();
      response.once('close', () => gone.abort());
      await sleep(slowMs, undefined, { signal: AbortSignal.any([closing, gone.signal]) }).catch(() => undefined);
      slow -= 1;
    }
    send(response, reply);
  };
  const once = async (asked: Asked, decide: typeof decideConfirm, response: ServerResponse): Promise<void> => {
    const name = `${asked.key} ${asked.address}`;
    if (asked.key !== undefined && underWay.has(name)) {
      send(response, refusal(409, 'IDEMPOTENT_REQUEST_PROCESSING'));
      return;
    }
    underWay.add(name);
    try {
      const decided = await few.run(() => decideOnce(database, asked, decide));
      changed();
      await suffer(response, decided);
    } finally {
      underWay.delete(name);
    }
  };
  return async (request, response) => {
    if (!isSame(request.headers.authorization ?? '', authorization)) {
      send(response, refusal(401, 'UNAUTHORIZED_KEY'));
      return;
    }
    const { pathname } = new URL(request.url ?? '', 'http://sandbox');
    const address = pathname.startsWith(`${folder}/`) ? pathname.slice(folder.length) : '';
    if (request.method === 'GET') {
      send(response, await few.run(() => lookUp(database, address)));
      return;
    }
    const asked = request.method === 'POST' ? await readAsked(request, address) : refusal(404, 'NOT_FOUND');
    if ('status' in asked) send(response, asked);
    else await once(asked, isConfirm(address) ? decideConfirm : decideCancel, response);
  };
}

/** What a request that changes something asks for, or the reply to one that asks for nothing. */
async function readAsked(request: IncomingMessage, address: string): Promise<Asked | Reply> {
  const body = await readBody(request);
  const paymentKey = body === undefined ? undefined : paymentIn(address, body);
  if (body === undefined || paymentKey === undefined) return refusal(404, 'NOT_FOUND');
  const key = request.headers['idempotency-key'];
  if (Array.isArray(key) || (key?.length ?? 0) > key_chars_max) return refusal(400, 'INVALID_IDEMPOTENCY_KEY');
  return { key, address, paymentKey, body };
}

function isConfirm(address: string): boolean {
  return address === '/v1/payments/confirm';
}

/** Which payment a request that changes something is about. */
function paymentIn(address: string, body: Asked['body']): string | undefined {
  if (!isConfirm(address)) return /^\/v1\/payments\/([\w-]{1,200})\/cancel$/.exec(address)?.[1];
  return typeof body['paymentKey'] === 'string' ? body['paymentKey'] : undefined;
}

async function lookUp({ sql }: Database, address: string): Promise<Reply> {
  const [, byOrderId] = /^\/v1\/payments\/orders\/([\w-]{1,64})$/.exec(address) ?? [];
  const [, key] = /^\/v1\/payments\/([\w-]{1,200})$/.exec(address) ?? [];
  if (byOrderId !== undefined) return found(await byOrder(sql, byOrderId));
  return key === undefined ? refusal(404, 'NOT_FOUND') : found(await byKey(sql, key));
}

/** Before anybody has agreed to anything, Toss knows of no payment. */
function found(row: Row | undefined): Reply {
  if (row === undefined || row.method === null) return refusal(404, 'NOT_FOUND_PAYMENT');
  return { status: 200, body: asPayment(row) };
}

/** Undefined if it is no JSON object, or too long. */
async function readBody(request: IncomingMessage): Promise<Asked['body'] | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > body_bytes_max) return undefined;
    parts.push(part);
  }
  try {
    const body: unknown = JSON.parse(Buffer.concat(parts).toString());
    return typeof body === 'object' && body !== null ? (body as Asked['body']) : undefined;
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, { status, body }: Reply): void {
  if (response.destroyed) return;
  const text = JSON.stringify(body);
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    .end(text);
}
