/**
 * What the outside can find out about each request afterwards: its id, its count, and a log line if it was slow.
 * It hangs on the moment when Node has handed the answer over, which costs less than a hook of the framework.
 */
import diagnostics from 'node:diagnostics_channel';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { FastifyContextConfig, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Metrics, RouteCount } from '../platform/metrics.ts';
import { randomId } from '../platform/ids.ts';
import type { App, EndpointName } from '../contract.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The endpoint of the contract that this route answers. */
    endpoint?: EndpointName;
    count?: RouteCount;
    stream?: boolean;
  }
}

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'isLevelEnabled'>;

const slow_ms = 1_000;
const tame = /^[\w.-]{8,64}$/;

/** Ids for requests: the caller's own if it is short and tame, else one that no other process makes. */
export function createRequestIds(): (raw: IncomingMessage) => string {
  const prefix = `${randomId(8)}-`;
  let made = 0;
  return ({ headers }) => {
    const given = headers['x-request-id'];
    return typeof given === 'string' && tame.test(given) ? given : prefix + (made++).toString(36);
  };
}

interface Seen {
  readonly id: string;
  readonly count: RouteCount;
  readonly stream: boolean;
  readonly startedAt: number;
}

const seen = Symbol('seen');
type SeenResponse = ServerResponse & { [seen]?: Seen };

interface Observer {
  /** Notes that the request came in; its answer is then counted. Answers what is noted at its route. */
  arrived(request: FastifyRequest, raw: ServerResponse): FastifyContextConfig;
  /** The same for a request that is answered ahead of its route. */
  arrivedAt(count: RouteCount, id: string, raw: ServerResponse): void;
}

/** Counts every answer of the app by route and status, and logs those that took long. */
export function observe(app: App, { log, metrics }: { log: Log; metrics: Metrics }): Observer {
  const unmatched = metrics.route('', 'unmatched');
  app.addHook('onRoute', (options) => {
    const method = [options.method].flat().join(',');
    options.config = { ...options.config, count: metrics.route(method, options.url) };
  });

  const answered = (message: unknown): void => {
    const { response, server } = message as { response: SeenResponse; server: Server };
    const request = response[seen];
    if (server !== app.server || request === undefined) return;
    request.count.answered(response.statusCode);
    const ms = performance.now() - request.startedAt;
    if (ms < slow_ms || request.stream) return;
    const { method, route } = request.count;
    log.warn({ requestId: request.id, method, route, status: response.statusCode, ms: Math.round(ms) }, 'slow answer');
  };
  diagnostics.subscribe('http.server.response.finish', answered);
  app.addHook('onClose', (_app, done) => {
    diagnostics.unsubscribe('http.server.response.finish', answered);
    done();
  });

  return {
    arrived: (request, raw: SeenResponse) => {
      const { config } = request.routeOptions;
      const { count = unmatched, stream = false } = config;
      raw[seen] = { id: request.id, count, stream, startedAt: performance.now() };
      return config;
    },
    arrivedAt: (count, id, raw: SeenResponse) => {
      raw[seen] = { id, count, stream: false, startedAt: performance.now() };
    },
  };
}
