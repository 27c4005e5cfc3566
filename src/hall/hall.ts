/**
 * The Fastify app with everything that stands before and after a room's handler. One synchronous hook on the way in
 * and none on the way out: measured per request, that is what keeps a status poll near the rate of bare `node:http`.
 */
import type { IncomingMessage } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { fastify, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import { contract, type App } from '../contract.ts';
import type { Database } from '../platform/database.ts';
import { mountEventStreams } from '../platform/event-stream.ts';
import type { Metrics } from '../platform/metrics.ts';
import { Refusal, refuse } from '../refusals.ts';
import { refuseBadHttp } from './ahead.ts';
import { mountArrival, type Arrival, type Ways } from './arrival.ts';
import { mountPages } from './pages.ts';
import { createRequestIds, type Log } from './observation.ts';
import { answerProblem, problemOf } from './problems.ts';
import { mountSystem } from './system.ts';
import { boundReads } from './reads.ts';
import { mountValidation } from './validation.ts';
import { leavesUnread, mountWhoAsks, refusalOfAsking, type WhoAsks } from './who-asks.ts';

export interface HallParts {
  readonly config: Pick<Config, 'publicUrl' | 'rateLimit' | 'trustedProxies'>;
  readonly database: Pick<Database, 'sql' | 'transaction'>;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly whoAsks: WhoAsks;
  readonly ways: Ways;
}

/** Of routes that are no endpoint of the contract; those say it themselves. */
const body_bytes_max = 8_192;
const header_bytes_max = 16_384;
const header_ms_max = 10_000;
const request_ms_max = 20_000;
/** No byte in either direction for this long. Event streams hear a comment at least every 15 s. */
const silence_ms_max = 60_000;
const keep_alive_ms = 72_000;
const streams_max = 50_000;
const streams_per_client_max = 10;

export interface Hall {
  readonly app: App;
  /** To be called when the rooms are mounted. */
  ready(): Promise<void>;
}

/** Builds the app without the rooms; `ready` is to be called when they are mounted. */
export async function openHall(parts: HallParts): Promise<Hall> {
  const { config, database, log, metrics } = parts;
  const requestIds = createRequestIds();
  const app: App = fastify({
    // Its own lines per request cost more than the request; observation.ts and answerError write the ones that matter.
    logger: false,
    genReqId: requestIds,
    bodyLimit: body_bytes_max,
    connectionTimeout: silence_ms_max,
    requestTimeout: request_ms_max,
    keepAliveTimeout: keep_alive_ms,
    return503OnClosing: false,
    exposeHeadRoutes: true,
    routerOptions: { ignoreTrailingSlash: true },
    http: { maxHeaderSize: header_bytes_max, headersTimeout: header_ms_max, connectionsCheckingInterval: 2_000 },
    clientErrorHandler: (error, socket) => {
      if (arrival.unreadable(socket)) refuseBadHttp(error, socket, requestIds({ headers: {} } as IncomingMessage));
      else socket.destroy();
    },
    frameworkErrors: (_error, request, reply) => {
      const refusal = arrival.enter(request, reply) ?? refuse('NOT_FOUND');
      metrics.refused(refusal.code);
      answerProblem(request, reply, problemOf(refusal));
    },
  }).withTypeProvider<TypeBoxTypeProvider>();

  mountValidation(app);
  metrics.follow('reads', boundReads(app));
  mountEventStreams(app, {
    streamsMax: streams_max,
    streamsPerClientMax: streams_per_client_max,
    clientOf: (request) => arrival.clientOf(request),
    tooMany: () => refuse('RATE_LIMITED', { retryAfterSeconds: 10 }),
  });
  metrics.follow('streams', () => app.eventStreams.count);
  const arrival: Arrival = mountArrival(app, { ...parts, requestIds });
  mountWhoAsks(app, parts.whoAsks);
  mountAnswers(app, parts);
  await mountSystem(app, { database, metrics, publicUrl: config.publicUrl });
  await mountPages(app, { publicUrl: config.publicUrl });
  return {
    app,
    ready: async () => {
      await app.ready();
      arrival.open();
      log.debug({ routes: Object.keys(contract).length }, 'hall is open');
    },
  };
}

function mountAnswers(app: App, { log, metrics, whoAsks }: HallParts): void {
  const tell = (request: FastifyRequest, reply: FastifyReply, error: unknown): void => {
    const problem = problemOf(error);
    const { code } = problem.refusal;
    metrics.refused(code);
    const route = request.routeOptions.url ?? 'unmatched';
    if (code === 'INTERNAL') log.error({ requestId: request.id, method: request.method, route, err: error }, 'bug');
    else if (code === 'OVERLOADED') log.warn({ requestId: request.id, route, cause: messageOf(error) }, 'overloaded');
    else if (log.isLevelEnabled('debug')) log.debug({ requestId: request.id, route, code }, 'refused');
    if (leavesUnread(request.raw)) reply.header('connection', 'close');
    answerProblem(request, reply, problem);
  };
  app.setNotFoundHandler((request, reply) => tell(request, reply, refuse('NOT_FOUND')));
  app.setErrorHandler(async (error, request, reply) => {
    // Who may not ask at all learns nothing about what may be asked.
    const first = isEarly(error) ? await refusalOfAsking(request, whoAsks) : undefined;
    tell(request, reply, first ?? error);
    return reply;
  });
}

/** Made by the check of the request, before the handler. */
function isEarly(error: unknown): boolean {
  return error instanceof Refusal && 'validationContext' in error;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}
