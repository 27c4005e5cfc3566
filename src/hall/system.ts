/** What the machines around the service ask: does it live, can it work, how is it doing, what can it do. */
import { route, type App } from '../contract.ts';
import type { Sql } from '../platform/database.ts';
import { OverloadedError } from '../platform/lane.ts';
import type { Metrics } from '../platform/metrics.ts';
import { openApiDocument } from './openapi.ts';
import { mountReference } from './reference.ts';

export interface SystemParts {
  readonly sql: Sql;
  readonly metrics: Metrics;
  readonly publicUrl: string;
}

const ready_ms_max = 2_000;
const document_url = '/api/openapi.json';

export async function mountSystem(app: App, { sql, metrics, publicUrl }: SystemParts): Promise<void> {
  const document = JSON.stringify(openApiDocument(publicUrl));
  // Watchers of uptime and balancers ask by HEAD as often as by GET.
  app.route({ ...route('healthz'), exposeHeadRoute: true, handler: () => ({ status: 'ok' as const }) });
  app.route({
    ...route('readyz'),
    exposeHeadRoute: true,
    handler: async () => {
      if (!(await isReady(sql))) throw new OverloadedError('database');
      return { status: 'ok' as const };
    },
  });
  const clock = createClock(sql);
  app.route({ ...route('getTime'), handler: async () => ({ now: await clock() }) });
  const { schema: _described, ...figures } = route('metrics');
  app.route({
    ...figures,
    handler: async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()),
  });
  app.get(document_url, async (_request, reply) => reply.type('application/json; charset=utf-8').send(document));
  await mountReference(app, document_url);
}

const clock_kept_ms = 30_000;

/** The database's clock, asked for twice a minute at most and carried on by this process's steady one. */
function createClock(sql: Sql): () => Promise<string> {
  let asked: Promise<{ epochMs: number; at: number }> | undefined;
  let askedAt = 0;
  const ask = async (): Promise<{ epochMs: number; at: number }> => {
    const sentAt = performance.now();
    const [row] = await sql<[{ epochMs: number }]>`
      select (extract(epoch from clock_timestamp()) * 1000)::float8 as "epochMs"`;
    return { epochMs: row.epochMs, at: (sentAt + performance.now()) / 2 };
  };
  return async () => {
    const now = performance.now();
    if (asked === undefined || now - askedAt > clock_kept_ms) {
      askedAt = now;
      asked = ask();
      asked.catch(() => {
        asked = undefined;
      });
    }
    const { epochMs, at } = await asked;
    return new Date(epochMs + performance.now() - at).toISOString();
  };
}

/** Whether the database answers within 2 s and knows its schema. */
async function isReady(sql: Sql): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), ready_ms_max);
  const asked = sql<{ ready: boolean }[]>`select count(*) > 0 as ready from schema_migrations`
    .then(([row]) => row?.ready === true)
    .catch(() => false);
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}
