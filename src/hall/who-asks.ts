/**
 * Who asks comes before what is asked: a request that would change something is not read beyond its headers until a
 * room knows whose it is, so that whoever nobody knows costs a look-up and no more. Reads have nothing to read, and their
 * handlers ask for themselves.
 */
import type { IncomingMessage } from 'node:http';
import type { FastifyRequest, onRequestHookHandler } from 'fastify';
import {
  contract,
  OptionalIdempotencyHeaders,
  type App,
  type Endpoint,
  type EndpointName,
  type Needs,
} from '../contract.ts';

type Needed = Exclude<Needs, 'nobody'>;

/** Asks a room whether the request shows what an endpoint needs; throws the refusal if not. */
export type WhoAsks = Readonly<Record<Needed, (request: FastifyRequest) => unknown>>;

/** Lets nobody's body be read at the endpoints that need somebody. Mount it before any route. */
export function mountWhoAsks(app: App, whoAsks: WhoAsks): void {
  app.addHook('onRoute', (options) => {
    const name = options.config?.endpoint;
    const needs = name === undefined ? undefined : neededFirst(name);
    if (needs === undefined) return;
    options.onRequest = [...[options.onRequest ?? []].flat(), askFirst((request) => whoAsks[needs(request)](request))];
  });
}

/**
 * What is asked before the body is read. Where an answer is kept under a key, a place that has ended since may have it
 * again: there a place is enough, and its transaction says whether it is admitted.
 */
function neededFirst(name: EndpointName): ((request: FastifyRequest) => Needed) | undefined {
  const { method, needs, headers }: Endpoint = contract[name];
  if (method === 'GET' || needs === 'nobody') return undefined;
  if (needs !== 'admitted' || headers === undefined) return () => needs;
  // Without its key, a request is none that was answered before.
  const mayLackKey = headers === OptionalIdempotencyHeaders;
  return (request) => (mayLackKey && request.headers['idempotency-key'] === undefined ? 'admitted' : 'queueToken');
}

function askFirst(ask: (request: FastifyRequest) => unknown): onRequestHookHandler {
  return (request, _reply, done) => {
    let found: unknown;
    try {
      found = ask(request);
    } catch (refusal) {
      done(refusal as Error);
      return;
    }
    // Nearly always known at once: then nothing is waited for.
    if (found instanceof Promise) found.then(() => done(), done);
    else done();
  };
}

/** What an endpoint refuses whoever sent this, whatever was sent. */
export async function refusalOfAsking(request: FastifyRequest, whoAsks: WhoAsks): Promise<unknown> {
  const { endpoint } = request.routeOptions.config;
  const needs = endpoint === undefined ? 'nobody' : contract[endpoint].needs;
  if (needs === 'nobody') return undefined;
  try {
    await whoAsks[needs](request);
    return undefined;
  } catch (refusal) {
    return refusal;
  }
}

/** So much of a body that nobody wants is read and dropped, for the connection to be of use again. */
const dropped_bytes_max = 16_384;

/** Whether more of the request is to come than is worth waiting for: the connection then ends with the answer. */
export function leavesUnread({ complete, headers }: IncomingMessage): boolean {
  if (complete) return false;
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > dropped_bytes_max;
}
