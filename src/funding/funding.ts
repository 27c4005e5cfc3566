/**
 * The door of the room where wallets are filled from outside: orders that a payment gateway confirms. An order's row is
 * there before the browser leaves; whoever hears first that money came credits it, once; and whatever nobody knows is asked
 * again until the gateway says how it ended. No gateway is asked within a transaction or while a row is locked.
 */
import type { MoneyConfig } from '../config.ts';
import { currency } from '../contract.ts';
import {
  GatewayUnclear,
  type Checkout,
  type Gateway,
  type GatewayOrder,
  type MethodId,
  type RefundAccount,
} from '../gateway/gateway.ts';
import type { Once } from '../idempotency/idempotency.ts';
import type { Database } from '../platform/database.ts';
import { timeOrderedId } from '../platform/ids.ts';
import { inTime } from '../platform/in-time.ts';
import { createLane, OverloadedError, type LaneMetrics } from '../platform/lane.ts';
import type { Language } from '../platform/language.ts';
import { createBell, type Duty } from '../platform/ticker.ts';
import { refuse, type Bilingual } from '../refusals.ts';
import type { Wallet } from '../wallet/wallet.ts';
import { createAsking } from './asking.ts';
import { createCalls, fan_ms_max } from './calls.ts';
import { createConfirming, type Confirm, type Happening, type Log } from './confirming.ts';
import { createCrediting } from './crediting.ts';
import { createNotices } from './notices.ts';
import {
  fingerprintOf,
  firstAnswer,
  keepPrepared,
  newGatewayOrder,
  openAll,
  refusalOfWish,
  returnTo,
  takesDeposits,
  type OpenCommand,
  type OpenedOrder,
  type Prepared,
} from './opening.ts';
import { createOrderReading, tell, type ChargeOrder, type OrderReading } from './orders.ts';

export interface Wish {
  readonly amount: number;
  readonly method: MethodId;
  /** The own hold to come back to. */
  readonly reservationId?: string | undefined;
  readonly refundAccount?: RefundAccount | undefined;
}

export interface ChargeMethod {
  readonly id: MethodId;
  readonly name: Bilingual;
  readonly currency: string;
  readonly minAmount: number;
  readonly maxAmount: number;
  readonly takesDeposits: boolean;
}

export interface Funding {
  /** How a wallet can be filled here. */
  readonly methods: readonly ChargeMethod[];
  /** Anybody may top up at once: play money. */
  readonly isOpen: boolean;
  readonly walletMax: number;
  /**
   * Opens an order, once per key. Refusals, in this order: VALIDATION_FAILED (the method, or an amount that is not for it);
   * IDEMPOTENCY_KEY_REUSED; VALIDATION_FAILED (a reservation that is not the fan's); TOO_MANY_ORDERS (20 open ones);
   * BALANCE_LIMIT_EXCEEDED; OVERLOADED if the gateway says nothing: the same key goes on with the same order.
   */
  open(userId: string, key: string, wish: Wish, language: Language): Promise<Once<ChargeOrder>>;
  /** Refusal: NOT_FOUND. */
  order(userId: string, id: string): Promise<ChargeOrder>;
  readonly orders: OrderReading['list'];
  /** Answers within 8 s. Refusals, in this order: NOT_FOUND, AMOUNT_MISMATCH, OVERLOADED, PAYMENT_FAILED. */
  readonly confirm: Confirm;
  /**
   * Takes what a gateway sent. Refusals: NOT_FOUND for one that is not configured; SIGNATURE_INVALID; OVERLOADED where it has
   * to come again.
   */
  notice(method: string, headers: NoticeHeaders, body: Buffer): Promise<void>;
  readonly duties: readonly Duty[];
  /** Resolves when every question to a gateway is answered and every credit is written. */
  drain(): Promise<void>;
}

type NoticeHeaders = Parameters<Gateway['readNotice']>[0];

export interface FundingOptions {
  readonly database: Database;
  readonly gateways: ReadonlyMap<MethodId, Gateway>;
  readonly wallet: Pick<Wallet, 'creditOrders' | 'knowSource'>;
  readonly config: { readonly publicUrl: string; readonly money: Pick<MoneyConfig, 'charges' | 'walletMax'> };
  readonly metrics: LaneMetrics & { orders(what: Happening, count: number): void };
  readonly log: Log;
  readonly batchMax: number;
}

const pending_max = 20_000;
const order_name = { en: 'Wallet top-up', ko: '지갑 충전' } as const satisfies Bilingual;

export function createFunding(options: FundingOptions): Funding {
  const { database, gateways, wallet, config, metrics, log, batchMax } = options;
  const { sql } = database;
  const bell = createBell();
  const { ring } = bell;
  const calls = createCalls();
  const reading = createOrderReading({ database, metrics });
  const crediting = createCrediting({ database, wallet, metrics, batchMax });
  const { credit } = crediting;
  const opening = createOpening({ ...options, calls, reading });
  const asking = createAsking({ sql, gateways, credit, bell, log, metrics });
  const notices = createNotices({ sql, metrics, ring });
  return {
    methods: [...gateways.values()].map((gateway) => {
      const { id, name, minAmount, maxAmount } = gateway;
      return { id, name, currency, minAmount, maxAmount, takesDeposits: takesDeposits(gateway) };
    }),
    isOpen: config.money.charges === 'open',
    walletMax: config.money.walletMax,
    open: opening.open,
    order: async (userId, id) => tell(await reading.own(userId, id)),
    orders: reading.list,
    confirm: createConfirming({ sql, gateways, calls, reading, credit, ring, log, metrics }),
    notice: async (method, headers, body) => {
      const gateway = gateways.get(method as MethodId);
      if (gateway === undefined) throw refuse('NOT_FOUND');
      const notice = await clear(async () => gateway.readNotice(headers, body));
      if (notice !== undefined) await notices.note({ ...notice, method: gateway.id });
    },
    duties: [asking.duty],
    drain: async () => {
      await Promise.all([opening.drain(), calls.drain(), asking.drain(), notices.drain()]);
      await Promise.all([crediting.drain(), reading.drain()]);
    },
  };
}

/** What a gateway does not say is no fault of ours, and may be asked for again. */
async function clear<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof GatewayUnclear ? new OverloadedError('a gateway', 2, error) : error;
  }
}

function createOpening({
  database,
  gateways,
  wallet,
  config,
  metrics,
  batchMax,
  calls,
  reading,
}: FundingOptions & { readonly calls: ReturnType<typeof createCalls>; readonly reading: OrderReading }) {
  const lane = createLane<OpenCommand, Once<OpenedOrder>>({
    name: 'funding.open',
    batchMax,
    pendingMax: pending_max,
    metrics,
    run: async (commands) => {
      const answers = await openAll(database, config.money.walletMax, commands);
      metrics.orders('opened', answers.filter((answer) => 'replayed' in answer && !answer.replayed).length);
      return answers;
    },
  });
  const prepared = createLane<Prepared, undefined>({
    name: 'funding.prepared',
    batchMax,
    pendingMax: pending_max,
    metrics,
    run: (all) => keepPrepared(database, all),
  });
  /** What the browser needs is asked for outside of transactions, and kept before anybody is told. */
  const prepare = async (gateway: Gateway, order: GatewayOrder, language: Language): Promise<Checkout> => {
    const back = returnTo(config.publicUrl, order.id, order_name[language]);
    const { checkout, paymentKey } = await calls.call(gateway.id, () => gateway.open(order, back));
    await prepared.submit({ id: order.id, checkout, paymentKey });
    return checkout;
  };
  return {
    open: async (userId: string, key: string, wish: Wish, language: Language): Promise<Once<ChargeOrder>> => {
      const { amount, method, reservationId } = wish;
      const refundAccount = wish.refundAccount === undefined ? undefined : JSON.stringify(wish.refundAccount);
      const gateway = gateways.get(method);
      const refusal = refusalOfWish({ amount, refundAccount }, gateway);
      if (refusal !== undefined || gateway === undefined) throw refusal ?? refuse('NOT_FOUND');
      await wallet.knowSource(method);
      const asked = { amount, method, reservationId, refundAccount };
      const command = { ...asked, id: timeOrderedId(), userId, key, fingerprint: fingerprintOf(asked) };
      const { answer, replayed } = await lane.submit(command);
      const known = replayed ? (await reading.own(userId, answer.id)).checkout : null;
      const checkout =
        known === null
          ? await inTime(
              clear(() => prepare(gateway, newGatewayOrder(command, answer), language)),
              fan_ms_max,
              'a gateway',
            )
          : (JSON.parse(known) as Checkout);
      return { answer: firstAnswer(command, answer, checkout), replayed };
    },
    drain: async () => {
      await lane.drain();
      await prepared.drain();
    },
  };
}
