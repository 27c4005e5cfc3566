/** From a fan's wish to what the browser needs: the order first, then its gateway, and the same again under the same key. */
import type { MoneyConfig } from '../config.ts';
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
import { refuse, type Bilingual } from '../refusals.ts';
import type { Wallet } from '../wallet/wallet.ts';
import { fan_ms_max, type Calls } from './calls.ts';
import {
  fingerprintOf,
  firstAnswer,
  keepPrepared,
  newGatewayOrder,
  openAll,
  refusalOfWish,
  returnTo,
  type OpenCommand,
  type OpenedOrder,
  type Prepared,
} from './opening.ts';
import type { ChargeOrder, OrderReading } from './orders.ts';

export interface Wish {
  readonly amount: number;
  readonly method: MethodId;
  /** The own hold to come back to. */
  readonly reservationId?: string | undefined;
  readonly refundAccount?: RefundAccount | undefined;
}

export interface OrderingOptions {
  readonly database: Database;
  readonly gateways: ReadonlyMap<MethodId, Gateway>;
  readonly wallet: Pick<Wallet, 'knowSource'>;
  readonly config: { readonly publicUrl: string; readonly money: Pick<MoneyConfig, 'walletMax'> };
  readonly metrics: LaneMetrics & { orders(what: 'opened', count: number): void };
  readonly batchMax: number;
  readonly calls: Calls;
  readonly reading: Pick<OrderReading, 'own'>;
}

export interface Ordering {
  /** See `Funding.open`. */
  open(userId: string, key: string, wish: Wish, language: Language): Promise<Once<ChargeOrder>>;
  drain(): Promise<void>;
}

const pending_max = 20_000;
/** What is bought, as gateways show it. */
const order_name = { en: 'Wallet top-up', ko: '지갑 충전' } as const satisfies Bilingual;

export function createOrdering(options: OrderingOptions): Ordering {
  const { database, gateways, wallet, config, metrics, batchMax, reading } = options;
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
  const { prepare, drain } = createPreparing(options);
  return {
    open: async (userId, key, wish, language) => {
      const { amount, method, reservationId } = wish;
      const refundAccount = wish.refundAccount && written(wish.refundAccount);
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
          ? await inTime(prepare(gateway, newGatewayOrder(command, answer), language), fan_ms_max, 'a gateway')
          : (JSON.parse(known) as Checkout);
      return { answer: firstAnswer(command, answer, checkout), replayed };
    },
    drain: async () => {
      await lane.drain();
      await drain();
    },
  };
}

/** Always in one order, whichever the request has: a repeat is known by it. */
function written({ bank, number, holder }: RefundAccount): string {
  return JSON.stringify({ bank, number, holder });
}

/** What the browser needs is asked for outside of transactions, and kept before anybody is told. */
function createPreparing({ database, config, metrics, batchMax, calls }: OrderingOptions) {
  const lane = createLane<Prepared, undefined>({
    name: 'funding.prepared',
    batchMax,
    pendingMax: pending_max,
    metrics,
    run: (all) => keepPrepared(database, all),
  });
  return {
    prepare: async (gateway: Gateway, order: GatewayOrder, language: Language): Promise<Checkout> => {
      const back = returnTo(config.publicUrl, order.id, order_name[language]);
      const { checkout, paymentKey } = await clear(() => calls.call(gateway.id, () => gateway.open(order, back)));
      await lane.submit({ id: order.id, checkout, paymentKey });
      return checkout;
    },
    drain: lane.drain,
  };
}

/** What a gateway does not say is no fault of ours, and may be asked for again. */
export async function clear<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof GatewayUnclear ? new OverloadedError('a gateway', 2, error) : error;
  }
}
