/**
 * The only file that runs things: config → database → migrations → app → duties → listen, and on SIGTERM or SIGINT
 * all of it backwards. The process ends by itself when everything is released.
 */
import type { Server } from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { type Config, addressOf, readConfig } from './config.ts';
import { type DemoLogin, demoConcerts, demoOperator, openCrowd, welcome } from './demo.ts';
import { type Hall, buildApp } from './app.ts';
import { awaitFitDatabase, persistently } from './platform/await-database.ts';
import { CannotStart } from './platform/cannot-start.ts';
import { type Sql, codeOf, connect } from './platform/database.ts';
import { startEmbeddedPostgres } from './platform/embedded-postgres.ts';
import { exclusively } from './platform/exclusive.ts';
import { createFeed } from './platform/feed.ts';
import { holdPort } from './platform/free-port.ts';
import { migrate } from './platform/migrations.ts';
import { endStalled } from './platform/stalled.ts';
import { keepStatistics } from './platform/statistics.ts';
import { startTicker } from './platform/ticker.ts';
import { agreeOnMoney } from './wallet/wallet.ts';

const migrations_folder = path.join(import.meta.dirname, '../db/migrations');
/** Requests under way are answered within this; then connections are cut. */
const drain_seconds_max = 10;
/** After so many looks with nobody new, nobody stands before the door; where they never cease, two seconds are enough. */
const door = { lookMs: 10, quietLooks: 5, looksMax: 200 };
/**
 * Before the door; the operating system may hold fewer (Linux: net.core.somaxconn). Whoever finds it full is not
 * refused, but comes again after a second, and after two more, and four.
 */
const connections_waiting_max = 16_384;

/** Opens everything, in order; whatever was opened is put on `open`, to be closed in the opposite order. */
async function start(open: AsyncDisposableStack, lose: () => void): Promise<string> {
  const { config, release } = await withPort(readConfig());
  open.defer(release);
  const log = pino({ level: config.logLevel });
  if ((config.identityJwtSecret?.length ?? 32) < 32) {
    log.warn('IDENTITY_JWT_SECRET is shorter than 32 characters: it can be guessed from any token that it signed');
  }
  if (config.money.charges === 'service' && config.identityJwtSecret === undefined) {
    log.warn('CHARGES is service, but nobody can sign a token of its scope without IDENTITY_JWT_SECRET');
  }
  const databaseUrl = config.databaseUrl ?? (await openEmbedded(config, open, lose));
  const database = connect(databaseUrl, { poolMax: config.poolMax, applicationName: 'maejin' });
  open.defer(() => database.close());
  await awaitFitDatabase(database);
  await migrate(database, migrations_folder, (migration, seconds) =>
    log.info({ migration, seconds: Number(seconds.toFixed(3)) }, 'the schema was migrated'),
  );
  await agreeOnMoney(database, config.money);
  const feed = await persistently(() => createFeed(databaseUrl, database.sql));
  open.defer(() => feed.close());
  database.onDoubt(feed.lost);
  const hall = await buildApp({ config, database, feed, log });
  open.defer(() => drained(hall));
  const operator = await exclusively(database, () => prepare(config, hall, database.sql));
  const crowd = config.demo && operator !== undefined ? await openCrowd(hall) : undefined;
  open.defer(() => crowd?.disperse());
  const ticker = startTicker(
    [
      ...hall.duties,
      feed.watch,
      keepStatistics(database),
      endStalled(database),
      ...(crowd === undefined ? [] : [crowd.duty]),
    ],
    {
      failing: (duty, error) => log.error({ duty, err: error }, 'duty fails'),
      recovered: (duty, failures) => log.info({ duty, failures }, 'duty works again'),
    },
    database.sql,
  );
  open.defer(() => ticker.stop());
  await release();
  await hall.app.listen({ host: config.host, port: config.port, backlog: connections_waiting_max });
  return welcome(addressOf(config.host, config.port), config.publicUrl, operator);
}

/** By this name the framework would open a second server, past everything that stands before the first one. */
function oneHost(host: string): string {
  return host === 'localhost' ? '127.0.0.1' : host;
}

async function openEmbedded(config: Config, open: AsyncDisposableStack, lose: () => void): Promise<string> {
  process.stdout.write(`Starting PostgreSQL in ${config.dataDir} …\n`);
  const embedded = await startEmbeddedPostgres({
    dataDir: config.dataDir,
    onEnd: (state) => {
      process.stderr.write(`maejin: PostgreSQL ended by itself: ${state}\n`);
      if (state === 'lost') lose();
    },
  });
  open.defer(() => embedded.stop());
  return embedded.url;
}

/** The operator's account, and the demo where there is nothing yet: by one server at a time, or there would be two. */
async function prepare(config: Config, { accounts, catalog, console }: Hall, sql: Sql): Promise<DemoLogin | undefined> {
  const { concerts } = await catalog.list({ limit: 1 });
  const seeding = config.demo && concerts.length === 0;
  const embedded = config.databaseUrl === undefined;
  const demo = embedded && config.admin === undefined ? demoOperator(config.dataDir, seeding) : undefined;
  const operator = config.admin ?? demo;
  // Only a name that was given ends others: whoever forgets it once gets the demo's operator besides.
  const alone = config.admin !== undefined;
  if (operator !== undefined) await accounts.ensureOperator(operator.email, operator.password, { alone });
  if (seeding) {
    const [clock] = await sql<[{ now: Date }]>`select now()`;
    // Lists show the newest first.
    for (const concert of demoConcerts(clock.now).toReversed()) await console.createConcert(concert);
  }
  return demo;
}

/** Closing the door cuts off all whom the system has taken and we have not, and they come in one at a time. */
async function letIn(server: Server): Promise<void> {
  let quiet = 0;
  const came = (): void => {
    quiet = 0;
  };
  server.on('connection', came);
  for (let look = 0; quiet < door.quietLooks && look < door.looksMax; look++) {
    // Counted and not timed: in each of these the system is asked who is there, however late they are.
    await sleep(door.lookMs);
    quiet += 1;
  }
  server.off('connection', came);
}

/** Accepted requests are answered, within bounds. */
async function drained(hall: Hall): Promise<void> {
  const { server } = hall.app;
  if (server.listening) await letIn(server);
  // A connection whose last request was answered while we close would be kept alive for the next one.
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const cut = setTimeout(() => server.closeAllConnections(), drain_seconds_max * 1000);
  await hall.close();
  clearInterval(idle);
  clearTimeout(cut);
}

/**
 * Finds out about the port first: everything else takes longer. One that the system chose is held until it is listened on;
 * at one that was named a client finds nobody until then, as it should.
 */
async function withPort(config: Config): Promise<{ readonly config: Config; release(): Promise<void> }> {
  try {
    const host = oneHost(config.host);
    const { port, release } = await holdPort(host, config.port);
    if (config.port !== 0) await release();
    const isDefault = config.publicUrl === addressOf(config.host, config.port);
    const publicUrl = isDefault ? addressOf(config.host, port) : config.publicUrl;
    return { config: Object.freeze({ ...config, host, port, publicUrl }), release };
  } catch (error) {
    throw listenFault(error, config) ?? error;
  }
}

function listenFault(error: unknown, { host, port }: Config): CannotStart | undefined {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return new CannotStart(`PORT ${port} on ${host} is taken: stop what listens there, or set PORT to another one`);
    case 'EACCES':
      return new CannotStart(`PORT must be one that this user may listen on, such as 3000; ${port} is not`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new CannotStart(`HOST must be an address of this machine; ${host} is not`);
    default:
      return undefined;
  }
}

function complain(error: unknown): void {
  process.exitCode = 1;
  // A fault that a person can put right is one line; anything else is a bug and says where.
  const text = error instanceof CannotStart ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`maejin: ${text}\n`);
}

async function main(): Promise<void> {
  const open = new AsyncDisposableStack();
  const ending = Promise.withResolvers<void>();
  // npm sends a terminal's Ctrl-C on, so it arrives twice: the second one must not cut the drain short.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => ending.resolve());
  const lose = (): void => {
    process.exitCode = 1;
    ending.resolve();
  };
  try {
    process.stdout.write(await start(open, lose));
    await ending.promise;
    process.stdout.write('Closing …\n');
  } catch (error) {
    complain(error);
  }
  await open.disposeAsync().catch(complain);
}

await main();
