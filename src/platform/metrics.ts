/**
 * The service's own figures, for Prometheus. What happens per request is counted in plain numbers and only turned
 * into samples when somebody asks: a labelled counter of the library costs as much as routing the request.
 */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { LaneMetrics } from './lane.ts';
import { watchLoop, type LoopDelay, type LoopWatch } from './loop-delay.ts';

/** Counts the answers of one route. */
export interface RouteCount {
  readonly route: string;
  readonly method: string;
  answered(status: number): void;
}

export interface Metrics extends LaneMetrics {
  /** The counter of a route; the same for the same route. */
  route(method: string, route: string): RouteCount;
  refused(code: string): void;
  admitted(fans: number): void;
  holds(count: number): void;
  payments(count: number): void;
  /** Orders of money from outside, by what became of them here. */
  orders(what: 'opened' | 'paid' | 'failed' | 'unclear', count: number): void;
  /** Refused attempts at seats that were not written down for the operator. */
  attemptsDropped(count: number): void;
  /** Named figures are read when they are asked for: `waiting`, `active`, `streams`, `reads`, `requests_waiting`. */
  follow(figure: Figure, read: () => number): void;
  /** What was counted since the process began. */
  totals(): Totals;
  /** The text for Prometheus, at most a second old, and its media type. */
  text(): Promise<string>;
  readonly contentType: string;
  readonly loop: LoopWatch;
}

export interface Totals {
  readonly requests: number;
  /** Answers of status 500 and above. */
  readonly errors: number;
  /** By code. */
  readonly refusals: Readonly<Record<string, number>>;
}

type Figure = 'waiting' | 'active' | 'streams' | 'reads' | 'requests_waiting';

const figures: Record<Figure, string> = {
  waiting: 'Fans in line, over all concerts that this server follows',
  active: 'Fans whose turn it is, over all concerts that this server follows',
  streams: 'Open event streams of this server',
  reads: 'Reads under way that ask the database without a lane; 100 at most, others wait',
  requests_waiting: 'Requests that this server has read and not yet taken up',
};
const rendered_ms = 1_000;
const batch_sizes = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096];
const batch_seconds = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];

export function createMetrics(): Metrics {
  const registry = new Registry();
  const loop = watchLoop();
  collectProcess(registry, loop);
  const tally = createTally(registry);
  const { route, answers } = createRequestMetrics(registry);
  const { refused, refusals } = createRefusalMetrics(registry);
  const reads = new Map<Figure, () => number>();
  for (const figure of Object.keys(figures) as Figure[]) {
    const gauge: Gauge = new Gauge({
      name: `maejin_${figure}`,
      help: figures[figure],
      registers: [registry],
      collect: () => gauge.set(reads.get(figure)?.() ?? 0),
    });
  }
  return {
    ...createLaneMetrics(registry),
    route,
    refused,
    totals: () => ({ ...answers(), refusals: refusals() }),
    admitted: tally('admitted', 'Fans admitted by this server'),
    holds: tally('holds', 'Holds made by this server'),
    payments: tally('payments', 'Payments made by this server'),
    orders: createOrderMetrics(registry),
    attemptsDropped: tally('seat_refusals_dropped', 'Refused attempts at seats that this server did not write down'),
    follow: (figure, read) => {
      reads.set(figure, read);
    },
    text: createRendering(registry),
    contentType: registry.contentType,
    loop,
  };
}

const never_ms = 2 ** 31 - 1;
/** By the library's names, which dashboards know. */
const delays: Readonly<Record<string, keyof LoopDelay>> = {
  nodejs_eventloop_lag_min_seconds: 'min',
  nodejs_eventloop_lag_max_seconds: 'max',
  nodejs_eventloop_lag_mean_seconds: 'mean',
  nodejs_eventloop_lag_stddev_seconds: 'stddev',
  nodejs_eventloop_lag_p50_seconds: 'p50',
  nodejs_eventloop_lag_p90_seconds: 'p90',
  nodejs_eventloop_lag_p99_seconds: 'p99',
};

/**
 * What the library knows of the process, but for the delays of its event loop: it would wake an idle process a hundred times
 * a second to measure them. It leaves none of its figures out, so its own are told never to look, and ours stand in their place.
 */
function collectProcess(registry: Registry, loop: LoopWatch): void {
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: never_ms });
  const read = loop.reader();
  const lagName = 'nodejs_eventloop_lag_seconds';
  for (const name of [lagName, ...Object.keys(delays)]) registry.removeSingleMetric(name);
  // Asked before those that it sets, since they stand behind it.
  const lag: Gauge = new Gauge({
    name: lagName,
    help: 'How late this very question was taken up',
    registers: [registry],
    collect: () => {
      const askedAt = performance.now();
      setImmediate(() => lag.set((performance.now() - askedAt) / 1_000));
      const delay = read();
      for (const [figure, gauge] of gauges) gauge.set(delay[figure]);
    },
  });
  const gauges = Object.entries(delays).map(([name, figure]) => {
    const help = `How late what was due was taken up: ${figure}`;
    return [figure, new Gauge({ name, help, registers: [registry] })] as const;
  });
}

/** A rendering takes milliseconds, so those who ask within a second share one. */
function createRendering(registry: Registry): () => Promise<string> {
  let rendered: Promise<string> | undefined;
  let renderedAt = -Infinity;
  return () => {
    const now = performance.now();
    if (rendered === undefined || now - renderedAt >= rendered_ms) {
      renderedAt = now;
      rendered = registry.metrics();
    }
    return rendered;
  };
}

function createTally(registry: Registry) {
  return (what: string, help: string): ((count: number) => void) => {
    const counter = new Counter({ name: `maejin_${what}_total`, help, registers: [registry] });
    return (count) => counter.inc(count);
  };
}

function createOrderMetrics(registry: Registry): Metrics['orders'] {
  const counter = new Counter({
    name: 'maejin_charge_orders_total',
    help: 'Orders of money from outside that this server opened, credited (paid), saw fail, or lost sight of (unclear)',
    labelNames: ['what'],
    registers: [registry],
  });
  for (const what of ['opened', 'paid', 'failed', 'unclear']) counter.inc({ what }, 0);
  return (what, count) => counter.inc({ what }, count);
}

function createLaneMetrics(registry: Registry): LaneMetrics {
  const registers = [registry];
  const sizes = new Histogram({
    name: 'maejin_lane_batch_size',
    help: 'Commands in one batch',
    labelNames: ['lane'],
    buckets: batch_sizes,
    registers,
  });
  const times = new Histogram({
    name: 'maejin_lane_batch_seconds',
    help: 'From the start of a batch to its commit, retries included',
    labelNames: ['lane'],
    buckets: batch_seconds,
    registers,
  });
  // The highest since it was last asked: between two looks a lane fills and empties many times.
  const highest = new Map<string, number>();
  const depths: Gauge<'lane'> = new Gauge({
    name: 'maejin_lane_depth',
    help: 'Most commands that waited behind a batch since the last scrape',
    labelNames: ['lane'],
    registers,
    collect: () => {
      for (const [lane, depth] of highest) {
        depths.set({ lane }, depth);
        highest.set(lane, 0);
      }
    },
  });
  return {
    batch: (lane, size, seconds) => {
      sizes.observe({ lane }, size);
      times.observe({ lane }, seconds);
    },
    depth: (lane, commands) => {
      if (commands > (highest.get(lane) ?? -1)) highest.set(lane, commands);
    },
  };
}

function createRequestMetrics(registry: Registry): Pick<Metrics, 'route'> & { answers(): Omit<Totals, 'refusals'> } {
  const routes = new Map<string, RouteCount & { readonly counts: Map<number, number> }>();
  const requests: Counter<'method' | 'route' | 'status'> = new Counter({
    name: 'maejin_requests_total',
    help: 'Answers by route and status',
    labelNames: ['method', 'route', 'status'],
    registers: [registry],
    collect: () => {
      requests.reset();
      for (const { method, route, counts } of routes.values()) {
        for (const [status, count] of counts) requests.inc({ method, route, status }, count);
      }
    },
  });
  return {
    route: (method, route) => {
      const key = `${method} ${route}`;
      const known = routes.get(key);
      if (known !== undefined) return known;
      const counts = new Map<number, number>();
      const fresh = {
        method,
        route,
        counts,
        answered: (status: number) => counts.set(status, (counts.get(status) ?? 0) + 1),
      };
      routes.set(key, fresh);
      return fresh;
    },
    answers: () => {
      let [requests, errors] = [0, 0];
      for (const { counts } of routes.values()) {
        for (const [status, count] of counts) {
          requests += count;
          if (status >= 500) errors += count;
        }
      }
      return { requests, errors };
    },
  };
}

function createRefusalMetrics(registry: Registry): Pick<Metrics, 'refused'> & { refusals(): Totals['refusals'] } {
  const counts = new Map<string, number>();
  const refusals: Counter<'code'> = new Counter({
    name: 'maejin_refusals_total',
    help: 'Refusals by code',
    labelNames: ['code'],
    registers: [registry],
    collect: () => {
      refusals.reset();
      for (const [code, count] of counts) refusals.inc({ code }, count);
    },
  });
  return {
    refused: (code) => {
      counts.set(code, (counts.get(code) ?? 0) + 1);
    },
    refusals: () => Object.fromEntries(counts),
  };
}
