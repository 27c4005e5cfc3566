/**
 * The door of the room where wallets are filled from outside, by orders that a payment gateway confirms, and emptied back to
 * where the money came from. An order's row is there before the browser leaves; whoever hears first that money came credits
 * it, once; and whatever nobody knows is asked again until the gateway says how it ended. No gateway is asked within a
 * transaction or while a row is locked.
 */
import type { MoneyConfig } from '../config.ts';
import { chargeMax, currency } from '../contract.ts';
import type { Gateway, MethodId } from '../gateway/gateway.ts';
import type { Once } from '../idempotency/idempotency.ts';
import type { Database } from '../platform/database.ts';
import { inTime } from '../platform/in-time.ts';
import type { LaneMetrics } from '../platform/lane.ts';
import type { Language } from '../platform/language.ts';
import { createBell, type Duty } from '../platform/ticker.ts';
import { refuse, type Bilingual } from '../refusals.ts';
import type { Wallet } from '../wallet/wallet.ts';
import { createAsking } from './asking.ts';
import { createCalls } from './calls.ts';
import { createConfirming, type Confirm, type Happening, type Log } from './confirming.ts';
import { createCrediting } from './crediting.ts';
import { createNotices } from './notices.ts';
import { clear, createOrdering, type Wish } from './ordering.ts';
import { createOrderReading, tell, type ChargeOrder, type OrderReading } from './orders.ts';
import { createUndoing } from './undoing.ts';
import { createWithdrawals, type Withdrawals } from './withdrawals.ts';

export type { Withdrawal } from './withdrawals.ts';

export interface ChargeMethod {
  readonly id: MethodId;
  readonly name: Bilingual;
  readonly currency: string;
  readonly minAmount: number;
  readonly maxAmount: number;
  readonly takesDeposits: boolean;
}

export interface Funding extends Pick<Withdrawals, 'withdraw' | 'withdrawal' | 'withdrawals' | 'sendOn' | 'sendSoon'> {
  /** How a wallet can be filled here. */
  readonly methods: readonly ChargeMethod[];
  /** Anybody may top up at once: play money. */
  readonly isOpen: boolean;
  readonly walletMax: number;
  /**
   * Opens an order, once per key. Refusals, in this order: VALIDATION_FAILED (the method, or an amount that is not for it);
   * CHARGE_NOT_ALLOWED (play money where there is real money, or the other way round); IDEMPOTENCY_KEY_REUSED; VALIDATION_FAILED (a reservation that is not the fan's); TOO_MANY_ORDERS (20 open ones);
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
  /**
   * Resolves when every question to a gateway is answered, or after 5 s, and every credit is written. What is answered later is
   * asked again by another server.
   */
  drain(): Promise<void>;
}

type NoticeHeaders = Parameters<Gateway['readNotice']>[0];

export interface FundingOptions {
  readonly database: Database;
  readonly gateways: ReadonlyMap<MethodId, Gateway>;
  readonly wallet: Wallet;
  readonly config: { readonly publicUrl: string; readonly money: Pick<MoneyConfig, 'charges' | 'walletMax'> };
  readonly metrics: LaneMetrics & { orders(what: Happening, count: number): void };
  readonly log: Log;
  readonly batchMax: number;
  /** See platform/busy.ts; without it there is always time for what can wait. */
  readonly isBusy?: (() => boolean) | undefined;
}

export function createFunding(options: FundingOptions): Funding {
  const { database, gateways, wallet, config, metrics, log, batchMax, isBusy = () => false } = options;
  const { sql } = database;
  const bell = createBell();
  const { ring } = bell;
  const calls = createCalls();
  const reading = createOrderReading({ database, metrics });
  const undoing = createUndoing({ wallet });
  const crediting = createCrediting({ database, wallet, metrics, batchMax, undo: undoing.undo });
  const { credit } = crediting;
  const ordering = createOrdering({ ...options, calls, reading });
  const asking = createAsking({ sql, gateways, credit, bell, log, metrics, isBusy });
  const notices = createNotices({ sql, metrics, ring });
  const trouble = (err: unknown): void => log.warn({ err }, 'money could not be sent back yet');
  const { duties, drain, ...withdrawals } = createWithdrawals({
    database,
    gateways,
    wallet,
    undoing,
    trouble,
    metrics,
  });
  return {
    methods: [...gateways.values()].map(({ id, name, minAmount, maxAmount, takesDeposits }) => {
      return { id, name, currency, minAmount, maxAmount: Math.min(maxAmount, chargeMax), takesDeposits };
    }),
    isOpen: config.money.charges === 'open',
    walletMax: config.money.walletMax,
    ...withdrawals,
    open: ordering.open,
    order: async (userId, id) => tell(await reading.own(userId, id)),
    orders: reading.list,
    confirm: createConfirming({ sql, gateways, calls, reading, credit, ring, log, metrics }),
    notice: async (method, headers, body) => {
      const gateway = gateways.get(method as MethodId);
      if (gateway === undefined) throw refuse('NOT_FOUND');
      const notice = await clear(async () => gateway.readNotice(headers, body));
      if (notice !== undefined) await notices.note({ ...notice, method: gateway.id });
    },
    duties: [asking.duty, ...duties],
    drain: async () => {
      const answered = inTime(Promise.all([calls.drain(), asking.drain()])).catch(() => undefined);
      await Promise.all([ordering.drain(), answered, notices.drain(), drain()]);
      await Promise.all([crediting.drain(), reading.drain()]);
    },
  };
}
