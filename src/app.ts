/**
 * The hall: makes the rooms, opens their doors to each other along the corridor, and mounts them behind the hooks
 * that every request passes: its id, its limits, its checks, and the one translator of what goes wrong.
 */
import path from 'node:path';
import { addressOf, type Config } from './config.ts';
import { createAccounts, type Accounts } from './accounts/accounts.ts';
import { accountsRoutes } from './accounts/routes.ts';
import { createAudit } from './audit/audit.ts';
import { auditRoutes } from './audit/routes.ts';
import { createCancellation, type Cancellation } from './cancellation/cancellation.ts';
import { cancellationRoutes } from './cancellation/routes.ts';
import { createCatalog, type Catalog } from './catalog/catalog.ts';
import { catalogRoutes } from './catalog/routes.ts';
import { createConsole, writeDown, type Console } from './console/console.ts';
import { consoleRoutes } from './console/routes.ts';
import type { App } from './contract.ts';
import { createFunding, type Funding } from './funding/funding.ts';
import { fundingRoutes } from './funding/routes.ts';
import { createGateways, openSandbox, type Gateway, type MethodId, type Sandbox } from './gateway/gateway.ts';
import { sandboxRoutes } from './gateway/routes.ts';
import { readerOf } from './hall/reader.ts';
import type { Log } from './hall/observation.ts';
import { openHall } from './hall/hall.ts';
import { mountSite } from './hall/site.ts';
import { createKeys, type Keys } from './idempotency/idempotency.ts';
import { readFont } from './pages/built.ts';
import { createPayments, type Payments } from './payment/payment.ts';
import { paymentRoutes } from './payment/routes.ts';
import { createBusyWatch } from './platform/busy.ts';
import type { Database } from './platform/database.ts';
import type { Feed } from './platform/feed.ts';
import { createMetrics, type Metrics } from './platform/metrics.ts';
import type { Duty } from './platform/ticker.ts';
import { createReservations, type Reservations } from './reservation/reservation.ts';
import { reservationRoutes, seatsShortcut } from './reservation/routes.ts';
import { createWaitingRoom, type WaitingRoom } from './waiting-room/gate.ts';
import { statusShortcut, waitingRoomRoutes } from './waiting-room/routes.ts';
import { createWallet, type Wallet } from './wallet/wallet.ts';
import { chargerOf, walletRoutes } from './wallet/routes.ts';

export interface HallOptions {
  readonly config: Config;
  readonly database: Database;
  readonly feed: Feed;
  readonly log: Log;
}

export interface Hall extends Rooms {
  readonly app: App;
  readonly metrics: Metrics;
  /** What time brings; main.ts lets them run. */
  readonly duties: readonly Duty[];
  /** Answers the requests under way, ends the event streams, and resolves when no command waits or runs. */
  close(): Promise<void>;
}

interface Rooms {
  readonly accounts: Accounts;
  readonly catalog: Catalog;
  readonly waitingRoom: WaitingRoom;
  readonly keys: Keys;
  readonly reservations: Reservations;
  readonly wallet: Wallet;
  readonly funding: Funding;
  readonly payments: Payments;
  readonly cancellation: Cancellation;
  readonly console: Console;
}

/** Where money comes from and goes back to. */
interface Outside {
  readonly sandbox: Sandbox | undefined;
  readonly gateways: ReadonlyMap<MethodId, Gateway>;
}

/** Commands in one batch of a lane: enough to carry a crowd, few enough to be answered within a breath. */
const batch_max = 500;

export async function buildApp(options: HallOptions): Promise<Hall> {
  const metrics = createMetrics();
  const outside = await openOutside(options);
  const rooms = await makeRooms(options, metrics, outside.gateways);
  const { accounts, waitingRoom, keys, reservations, wallet, funding, payments, cancellation, console } = rooms;
  const { app, ready } = await openHall({
    ...options,
    metrics,
    whoAsks: {
      bearer: accounts.identify,
      charger: (request) => chargerOf(rooms, request),
      operator: accounts.requireOperator,
      queueToken: waitingRoom.gate.pass,
      admitted: waitingRoom.gate.admitted,
    },
    ways: {
      passOf: waitingRoom.gate.read,
      concertAt: waitingRoom.concertAt,
      recognises: accounts.recognises,
      credentialIn: accounts.credentialIn,
      shortcuts: {
        getQueueToken: statusShortcut(waitingRoom),
        listSeats: seatsShortcut({ gate: waitingRoom.gate, reservations, catalog: rooms.catalog }),
      },
    },
  });
  const duties = mountRooms(app, rooms, createAudit({ database: options.database }));
  await mountOutside(app, outside);
  await mountSite(app, rooms, options.config);
  await ready();
  return {
    ...rooms,
    app,
    metrics,
    duties: [
      ...accounts.duties,
      ...waitingRoom.duties,
      ...reservations.duties,
      ...keys.duties,
      ...console.live.duties,
      ...funding.duties,
      ...cancellation.duties,
      ...(outside.sandbox?.duties ?? []),
      ...duties,
    ],
    close: async () => {
      await app.close();
      const drained = [waitingRoom, keys, reservations, wallet, payments, cancellation].map((room) => room.drain());
      await Promise.all([...drained, funding.drain()]);
      await outside.sandbox?.close();
    },
  };
}

async function makeRooms(
  { config, database, feed, log }: HallOptions,
  metrics: Metrics,
  gateways: Outside['gateways'],
): Promise<Rooms> {
  const batchMax = config.laneBatchMax ?? batch_max;
  const accounts = await createAccounts({ database, feed, config, log, metrics });
  const catalog = createCatalog({ database, feed, metrics });
  const { authSecret: secret, rateLimit, retentionDays } = config;
  const kept = { rateLimit, retentionDays };
  const waitingRoom = createWaitingRoom({ database, feed, catalog, secret, batchMax, metrics, ...kept });
  accounts.onSignedOutEverywhere(waitingRoom.voidTokens);
  const keys = createKeys({ database, metrics });
  const reservations = createReservations({ database, feed, catalog, waitingRoom, keys, metrics, batchMax, ...kept });
  const wallet = createWallet({ database, metrics, money: config.money, batchMax: config.laneBatchMax });
  const funding = createFunding({
    database,
    gateways,
    wallet,
    config,
    metrics,
    log,
    batchMax,
    isBusy: createBusyWatch(),
  });
  const payments = createPayments({ database, catalog, waitingRoom, reservations, wallet, batchMax, metrics });
  const left = { database, feed, catalog, waitingRoom, reservations, wallet, funding };
  const cancellation = createCancellation({ ...left, writeDown, batchMax, metrics });
  const { money } = config;
  const console = createConsole({ database, accounts, catalog, waitingRoom, reservations, wallet, metrics, money });
  const { boards } = waitingRoom;
  metrics.follow('waiting', () => [...boards.all()].reduce((sum, board) => sum + board.waiting, 0));
  metrics.follow('active', () => [...boards.all()].reduce((sum, board) => sum + board.active.size, 0));
  return { accounts, catalog, waitingRoom, keys, reservations, wallet, funding, payments, cancellation, console };
}

/** Every address: then 127.0.0.1 is one of them. */
const wildcards: ReadonlySet<string> = new Set(['0.0.0.0', '::', '::0']);

async function openOutside({ config, database }: HallOptions): Promise<Outside> {
  const { money, host, port, authSecret: secret } = config;
  const origin = addressOf(wildcards.has(host) ? '127.0.0.1' : host, port);
  const publicUrl = config.publicUrl.replace(/\/+$/, '');
  const webhook = `${origin}/api/v1/webhooks/sandbox`;
  const sandbox = money.sandbox ? await openSandbox({ database, secret, publicUrl, webhook }) : undefined;
  return { sandbox, gateways: createGateways({ money, sandbox }) };
}

async function mountOutside(app: App, { sandbox }: Outside): Promise<void> {
  if (sandbox !== undefined) {
    const font = await readFont(path.join(import.meta.dirname, '../web/dist')).catch(() => undefined);
    await sandboxRoutes(app, { sandbox, font, languageOf: (request) => readerOf(request).language });
  }
}

/** Mounts the rooms' routes; answers the duties that those bring. */
function mountRooms(app: App, rooms: Rooms, audit: ReturnType<typeof createAudit>): readonly Duty[] {
  const { accounts, catalog, waitingRoom, reservations, wallet, funding, payments, cancellation, console } = rooms;
  accountsRoutes(app, accounts);
  catalogRoutes(app, {
    catalog,
    sales: reservations.sales,
    maxSeatsPerFan: async (concertId) => (await waitingRoom.settings(concertId))?.maxSeatsPerFan ?? 0,
  });
  const duties = waitingRoomRoutes(app, { accounts, waitingRoom });
  reservationRoutes(app, { reservations, catalog, gate: waitingRoom.gate, accounts, waitingRoom });
  walletRoutes(app, { wallet, accounts });
  fundingRoutes(app, { funding, accounts });
  paymentRoutes(app, { payments, waitingRoom, reservations });
  cancellationRoutes(app, { cancellation, accounts });
  consoleRoutes(app, { console, accounts });
  auditRoutes(app, { audit, accounts });
  return duties;
}
