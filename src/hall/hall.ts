/**
 * The Fastify app with everything that stands before and after a room's handler. One synchronous hook on the way in
 * and none on the way out: measured per request, that is what keeps a status poll near the rate of bare `node:http`.
 */
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import proxyAddr from '@fastify/proxy-addr';
import { fastify, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import { contract, type App, type EndpointName } from '../contract.ts';
import type { Sql } from '../platform/database.ts';
import { mountEventStreams } from '../platform/event-stream.ts';
import type { Metrics } from '../platform/metrics.ts';
import { mountShortcuts, type Shortcut } from '../platform/shortcuts.ts';
import { mountTurnstile } from '../platform/turnstile.ts';
import { Refusal, refusals, refuse } from '../refusals.ts';
import { mountPages } from './pages.ts';
import { callerOf, createLimits } from './limits.ts';
import { createRequestIds, observe, type Log } from './observation.ts';
import { answerProblem, problemHeaders, problemOf, problemText, type Problem } from './problems.ts';
import { mountSystem } from './system.ts';
import { boundReads } from './reads.ts';
import { leavesUnread, mountAskers, refusalOfAsking, type WhoAsks } from './askers.ts';
import { mountValidation } from './validation.ts';

export interface HallParts {
  readonly config: Pick<Config, 'publicUrl' | 'rateLimit' | 'trustedProxies'>;
  readonly database: { readonly sql: Sql };
  readonly log: Log;
  readonly metrics: Metrics;
  readonly whoAsks: WhoAsks;
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
  ready(ways: Ways): Promise<void>;
}

interface Ways {
  /** These answer ahead of the routes named. */
  readonly shortcuts: Partial<Record<EndpointName, Shortcut>>;
  /** With whom a request waits its turn when many come at once. */
  readonly lineOf: (request: IncomingMessage) => string;
}

/** Builds the app without the rooms; `ready` is to be called when they are mounted. */
export async function openHall(parts: HallParts): Promise<Hall> {
  const { config, database, log, metrics } = parts;
  const requestIds = createRequestIds();
  const app: App = fastify({
    // Its own lines per request cost more than the request; observation.ts and answerError write the ones that matter.
    logger: false,
    genReqId: requestIds,
    // Believed blindly, X-Forwarded-For would let everybody choose the address that is counted.
    trustProxy: config.trustedProxies.length > 0 && [...config.trustedProxies],
    bodyLimit: body_bytes_max,
    connectionTimeout: silence_ms_max,
    requestTimeout: request_ms_max,
    keepAliveTimeout: keep_alive_ms,
    return503OnClosing: false,
    exposeHeadRoutes: true,
    routerOptions: { ignoreTrailingSlash: true },
    http: { maxHeaderSize: header_bytes_max, headersTimeout: header_ms_max, connectionsCheckingInterval: 2_000 },
    clientErrorHandler: (error, socket) => answerBadHttp(error, socket, requestIds),
    frameworkErrors: (_error, request, reply) => {
      setHeaders(reply, request.id);
      metrics.refused('NOT_FOUND');
      answerProblem(request, reply, { refusal: refuse('NOT_FOUND') });
    },
  }).withTypeProvider<TypeBoxTypeProvider>();

  mountValidation(app);
  metrics.follow('reads', boundReads(app));
  mountEventStreams(app, {
    streamsMax: streams_max,
    streamsPerClientMax: streams_per_client_max,
    clientOf: (request) => String(callerOf(request)),
    tooMany: () => refuse('RATE_LIMITED', { retryAfterSeconds: 10 }),
  });
  metrics.follow('streams', () => app.eventStreams.count);
  const takeShortcuts = mountArrival(app, parts, requestIds);
  mountAskers(app, parts.whoAsks);
  mountAnswers(app, parts);
  await mountSystem(app, { sql: database.sql, metrics, publicUrl: config.publicUrl });
  await mountPages(app, { publicUrl: config.publicUrl });
  return {
    app,
    ready: async ({ shortcuts, lineOf }) => {
      await app.ready();
      takeShortcuts(shortcuts);
      const turnstile = mountTurnstile(app.server, lineOf);
      metrics.follow('requests_waiting', () => turnstile.waiting);
      log.debug({ routes: Object.keys(contract).length }, 'hall is open');
    },
  };
}

/** Of every answer that no page shows: nothing may run, frame or sniff it. Pages say otherwise for themselves. */
const safe_headers = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const;
const secure_headers = { ...safe_headers, 'strict-transport-security': 'max-age=31536000' } as const;

function setHeaders(
  reply: Pick<FastifyReply, 'header' | 'headers'>,
  requestId: string,
  safe: Readonly<Record<string, string>> = safe_headers,
): void {
  reply.header('x-request-id', requestId);
  reply.headers(safe);
  reply.header('cache-control', 'no-store');
}

/** The way in. Answers how to open the shortcuts, which count, limit and mark what they answer in the same way. */
function mountArrival(
  app: App,
  { config, log, metrics }: HallParts,
  requestIds: (raw: IncomingMessage) => string,
): (shortcuts: Partial<Record<EndpointName, Shortcut>>) => void {
  const { arrived, arrivedAt } = observe(app, { log, metrics });
  const limits = config.rateLimit ? createLimits() : undefined;
  const safe = config.publicUrl.startsWith('https:') ? secure_headers : safe_headers;
  app.addHook('onRequest', (request, reply, done) => {
    setHeaders(reply, request.id, safe);
    const { route } = arrived(request, reply.raw);
    // What leads nowhere is said before a body is read.
    done(limits?.(request, route) ?? (request.is404 ? refuse('NOT_FOUND') : undefined));
  });

  let isOpen = true;
  app.addHook('preClose', (done) => {
    isOpen = false;
    done();
  });
  const { trustedProxies } = config;
  const isTrusted = trustedProxies.length === 0 ? () => false : proxyAddr.compile([...trustedProxies]);
  const common = Object.entries(safe).flat();
  return (shortcuts) => {
    const ways = Object.entries(shortcuts).map(([name, shortcut]) => {
      const { method, url } = contract[name as EndpointName];
      return { shortcut, count: metrics.route(method, url) };
    });
    mountShortcuts(app.server, {
      isOpen: () => isOpen,
      shortcuts: ways.map(({ shortcut }) => shortcut),
      receive: (request, response, index) => {
        const { count } = ways[index] ?? {};
        const { method = '', headers } = request;
        if (
          count === undefined ||
          limits?.({ ip: proxyAddr(request, isTrusted), method, headers }, count.route) !== undefined
        )
          return undefined;
        const id = requestIds(request);
        arrivedAt(count, id, response);
        return ['x-request-id', id, ...common];
      },
    });
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

/** What is not even HTTP, or comes too slowly or with too many headers: answered by hand, then the line is cut. */
function answerBadHttp(
  error: Error & { code?: string },
  socket: Socket,
  requestIds: (raw: IncomingMessage) => string,
): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const tooLarge = error.code === 'HPE_HEADER_OVERFLOW' || error.code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW';
  const errors = [{ path: 'request', message: 'is not HTTP, or did not arrive in time' }];
  const problem: Problem = {
    refusal: tooLarge ? refuse('PAYLOAD_TOO_LARGE') : refuse('VALIDATION_FAILED', { errors }),
  };
  const body = problemText(problem.refusal, 'en');
  const { status } = refusals[problem.refusal.code];
  const headers = {
    ...problemHeaders(problem, 'en'),
    'x-request-id': requestIds({ headers: {} } as IncomingMessage),
    ...safe_headers,
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
}
