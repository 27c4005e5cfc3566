/**
 * The way in, which every connection and every request passes before a room: whose address it is, with whom it waits,
 * what it may cost, and the headers that every answer has. One synchronous hook and none on the way out: measured per
 * request, that is what keeps a status poll near the rate of bare `node:http`.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import { contract, type App, type EndpointName } from '../contract.ts';
import { createClientAddresses } from '../platform/client-address.ts';
import { mountConnections, type Visit } from '../platform/http-connections.ts';
import type { Metrics } from '../platform/metrics.ts';
import { mountShortcuts, type Shortcut } from '../platform/shortcuts.ts';
import { createTurnstile, type Standing } from '../platform/turnstile.ts';
import { refuse, type Refusal } from '../refusals.ts';
import { refuseAhead, safeHeaders } from './ahead.ts';
import { createAskers, type Askers, type Signs } from './askers.ts';
import { costOf, unmatchedCost, type Cost } from './costs.ts';
import { createLimits, hashOf } from './limits.ts';
import { observe, type Log } from './observation.ts';
import { createToll, type Toll } from './toll.ts';

export interface Ways extends Signs {
  /** These answer ahead of the routes named. */
  readonly shortcuts: Partial<Record<EndpointName, Shortcut>>;
  /** The concert that an address of ours is about, if this server knows it. Must neither throw nor wait. */
  concertAt(url: string): string | undefined;
}

export interface ArrivalParts {
  readonly config: Pick<Config, 'publicUrl' | 'rateLimit' | 'trustedProxies'>;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly ways: Ways;
  readonly requestIds: (raw: IncomingMessage) => string;
}

export interface Arrival {
  /** To be called when all routes are there, and once. */
  open(): void;
  /** What the hook does, for what the framework refuses without it. The refusal that was earned, if any. */
  enter(request: FastifyRequest, reply: FastifyReply): Refusal | undefined;
  /** A connection sent what is no request. Whether its address may still be told so. */
  unreadable(socket: Socket): boolean;
  /** Whose event streams are counted together. */
  clientOf(request: FastifyRequest): string;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Where it comes from, without a port, as trusted proxies say. */
    readonly clientAddress: string;
  }
  interface FastifyContextConfig {
    cost?: Cost;
  }
}

/** 50,000 event streams, and as many besides as ask. Connections beyond are closed unread. */
const connections_max = 60_000;
/** Requests that name no concert wait in so many groups, by where they come from. */
const strangers_groups = 64;
const strangers = Array.from({ length: strangers_groups }, (_, group) => `strangers ${group}`);
const retry_after_seconds = 1;

const secure_headers = { ...safeHeaders, 'strict-transport-security': 'max-age=31536000' } as const;

/** Whatever was set is gone when the framework answers by itself. */
function setHeaders(reply: FastifyReply, requestId: string, safe: Readonly<Record<string, string>>): void {
  reply.header('x-request-id', requestId);
  reply.headers(safe);
  reply.header('cache-control', 'no-store');
}

export function mountArrival(app: App, parts: ArrivalParts): Arrival {
  const { config } = parts;
  const addresses = createClientAddresses(config.trustedProxies);
  const askers = createAskers(addresses, parts.ways);
  const toll = createToll(askers, config.rateLimit ? createLimits() : undefined);
  const safe = config.publicUrl.startsWith('https:') ? secure_headers : safeHeaders;
  app.decorateRequest('clientAddress', {
    getter(this: FastifyRequest) {
      return addresses.of(this.raw);
    },
  });
  app.addHook('onRoute', (options) => {
    options.config = { ...options.config, cost: costOf(options.url, options.config?.endpoint) };
  });
  const observer = observe(app, parts);
  const enter: Arrival['enter'] = (request, reply) => {
    setHeaders(reply, request.id, safe);
    const { cost = unmatchedCost } = observer.arrived(request, reply.raw);
    return toll.charge(request.raw, reply.raw, cost);
  };
  app.addHook('onRequest', (request, reply, done) => {
    // What leads nowhere is said before a body is read.
    done(enter(request, reply) ?? (request.is404 ? refuse('NOT_FOUND') : undefined));
  });
  let isOpen = true;
  app.addHook('preClose', (done) => {
    isOpen = false;
    done();
  });
  return {
    enter,
    open: () => {
      openShortcuts(app, { parts, toll, safe, arrivedAt: observer.arrivedAt, isOpen: () => isOpen });
      openDoor(app, { parts, askers, toll, safe, arrivedAt: observer.arrivedAt });
    },
    unreadable: (socket) => toll.wasted(socket, 1),
    clientOf: ({ raw }) => {
      const { shown, network } = askers.of(raw);
      return String(shown ?? network);
    },
  };
}

interface Opening {
  readonly parts: ArrivalParts;
  readonly toll: Toll;
  readonly safe: Readonly<Record<string, string>>;
  readonly arrivedAt: ReturnType<typeof observe>['arrivedAt'];
}

/** What they answer is counted, limited and marked as by the hook. */
function openShortcuts(app: App, { parts, toll, safe, arrivedAt, isOpen }: Opening & { isOpen: () => boolean }): void {
  const { metrics, requestIds, ways } = parts;
  const common = Object.entries(safe).flat();
  const shortcuts = Object.entries(ways.shortcuts).map(([name, shortcut]) => {
    const { method, url } = contract[name as EndpointName];
    return { shortcut, count: metrics.route(method, url), cost: costOf(url, name as EndpointName) };
  });
  mountShortcuts(app.server, {
    isOpen,
    shortcuts: shortcuts.map(({ shortcut }) => shortcut),
    receive: (request, response, index) => {
      const own = shortcuts[index];
      if (own === undefined || toll.charge(request, response, own.cost) !== undefined) return undefined;
      const id = requestIds(request);
      arrivedAt(own.count, id, response);
      return ['x-request-id', id, ...common];
    },
  });
}

/** The connections and the turnstile, before everything else. */
function openDoor(app: App, { parts, askers, toll, safe, arrivedAt }: Opening & { askers: Askers }): void {
  const { metrics, requestIds, ways } = parts;
  const { server } = app;
  const unserved = metrics.route('', 'unserved');
  const refuseVisit = (visit: Visit, refusal: Refusal): void => {
    visit.isTakenUp = true;
    const { request, response } = visit;
    const id = requestIds(request);
    arrivedAt(unserved, id, response);
    metrics.refused(refusal.code);
    refuseAhead(visit, refusal, { 'x-request-id': id, ...safe });
  };
  const standingOf = (request: IncomingMessage): Standing => {
    const group = ways.passOf(request.headers)?.concertId ?? ways.concertAt(request.url ?? '');
    // Everybody else together is one group, however many addresses they come from.
    return group === undefined
      ? { group: '', member: strangers[hashOf(askers.of(request).network) % strangers_groups] ?? '' }
      : { group };
  };
  const overloaded = (visit: Visit): void =>
    refuseVisit(visit, refuse('OVERLOADED', { retryAfterSeconds: retry_after_seconds }));
  const turnstile = createTurnstile<Visit>({
    serve: (visit) => {
      visit.isTakenUp = true;
      // Who left while waiting has asked for nothing.
      if (!visit.request.socket.destroyed) connections.serve(visit);
    },
    refuse: overloaded,
  });
  server.maxConnections = connections_max;
  server.on('connection', turnstile.connected);
  const connections = mountConnections(server, {
    arrived: toll.connected,
    take: (visit) => {
      const refusal = toll.usedUp(visit.request, visit.response);
      if (refusal === undefined) turnstile.enter(standingOf(visit.request), visit);
      else refuseVisit(visit, refusal);
    },
    refuse: overloaded,
    dropped: toll.wasted,
  });
  metrics.follow('requests_waiting', () => turnstile.waiting + connections.behind);
}
