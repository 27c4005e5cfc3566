/** What the machines around the service ask: does it live, can it work, how is it doing, what can it do. */
import { route, type App } from '../contract.ts';
import type { Database, Sql } from '../platform/database.ts';
import { OverloadedError } from '../platform/lane.ts';
import type { Metrics } from '../platform/metrics.ts';
import { createReadiness } from '../platform/readiness.ts';
import { compressed, sendCompressed, type Compressed } from './compressed.ts';
import { openApiDocument } from './openapi.ts';
import { mountReference } from './reference.ts';

export interface SystemParts {
  readonly database: Pick<Database, 'sql' | 'transaction'>;
  readonly metrics: Metrics;
  readonly publicUrl: string;
}

const document_url = '/api/openapi.json';

export async function mountSystem(app: App, { database, metrics, publicUrl }: SystemParts): Promise<void> {
  // Watchers of uptime and balancers ask by HEAD as often as by GET.
  app.route({ ...route('healthz'), exposeHeadRoute: true, handler: () => ({ status: 'ok' as const }) });
  const isReady = createReadiness(database);
  app.route({
    ...route('readyz'),
    exposeHeadRoute: true,
    handler: async () => {
      if (!(await isReady())) throw new OverloadedError('database');
      return { status: 'ok' as const };
    },
  });
  const clock = createClock(database.sql);
  app.route({ ...route('getTime'), handler: async () => ({ now: await clock() }) });
  const { schema: _described, ...figures } = route('metrics');
  app.route({
    ...figures,
    handler: async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()),
  });
  let document: Promise<Compressed> | undefined;
  app.get(document_url, async (request, reply) => {
    document ??= compressed(JSON.stringify(openApiDocument(publicUrl)));
    reply.type('application/json; charset=utf-8').headers({ 'cache-control': 'no-cache', vary: 'accept-encoding' });
    return sendCompressed(request, reply, await document);
  });
  await mountReference(app, document_url);
}

const clock_kept_ms = 30_000;

interface Reading {
  readonly epochMs: number;
  /** Of this process's steady clock. */
  readonly at: number;
}

/**
 * The database's clock, asked for twice a minute at most and carried on by this process's steady one: also while the
 * database is away, or slow to answer.
 */
function createClock(sql: Sql): () => Promise<string> {
  let known: Reading | undefined;
  let asking: Promise<Reading> | undefined;
  const ask = async (): Promise<Reading> => {
    const sentAt = performance.now();
    const [row] = await sql<[{ epochMs: number }]>`
      select (extract(epoch from clock_timestamp()) * 1000)::float8 as "epochMs"`;
    known = { epochMs: row.epochMs, at: (sentAt + performance.now()) / 2 };
    return known;
  };
  const askOnce = (): Promise<Reading> => {
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return asking;
  };
  return async () => {
    if (known !== undefined && performance.now() - known.at > clock_kept_ms) askOnce().catch(() => undefined);
    const { epochMs, at } = known ?? (await askOnce());
    return new Date(epochMs + performance.now() - at).toISOString();
  };
}
