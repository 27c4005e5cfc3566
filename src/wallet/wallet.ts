/** Money of the fans: charging, the balance, what moved it. All charges go through one lane. */
import type { MoneyConfig } from '../config.ts';
import { balanceMax, chargeMax } from '../contract.ts';
import type { Once } from '../idempotency/idempotency.ts';
import type { Database } from '../platform/database.ts';
import { timeOrderedId } from '../platform/ids.ts';
import { createLane } from '../platform/lane.ts';
import type { LaneMetrics } from '../platform/lane.ts';
import { Refusal, refuse, refuseCursor, refuseField } from '../refusals.ts';
import { chargeAll, type Charge, type ChargeCommand } from './charging.ts';
import { createLedger, type Kind, type Ledger, type Source } from './ledger.ts';
import { createSources } from './sources.ts';

export type { Charge } from './charging.ts';
export type { OnCredited, Source } from './ledger.ts';
export { holdWallets, lockWallets } from './movements.ts';
export type { HeldWallets, Moved } from './movements.ts';
export { crediting, debiting, lockingWallets, refunding } from './parts.ts';
export { agreeOnMoney } from './sources.ts';

export interface Entry {
  readonly id: string;
  readonly kind: Kind;
  readonly amount: number;
  readonly balance: number;
  readonly reference: string;
  readonly at: string;
}

/** Of the ledger, all that others have to do with in their transactions: see ledger.ts. */
export interface Wallet extends Omit<Ledger, 'charge'> {
  /**
   * Adds `amount` (1 to 10,000,000) once per key. Refusals: BALANCE_LIMIT_EXCEEDED, IDEMPOTENCY_KEY_REUSED; CHARGE_NOT_ALLOWED
   * where there is money of a real gateway, and this would be play money.
   * Two different requests that carry one key at the same moment count as its reuse.
   */
  charge(userId: string, key: string, amount: number): Promise<Once<Charge>>;
  /** Throws CHARGE_NOT_ALLOWED unless whoever this is may charge a wallet: everybody, services of the operator's, or nobody. */
  permitCharge(identity: { readonly mayCharge?: boolean }): void;
  /** 0 for a user who never charged. */
  balance(userId: string): Promise<number>;
  /** The wallet's entries, newest first; at most `limit`, those before `cursor` if given. Refusal: VALIDATION_FAILED. */
  entries(
    userId: string,
    page: { limit: number; cursor?: string | undefined },
  ): Promise<{ entries: Entry[]; nextCursor: string | null }>;
  /**
   * Makes sure that it is written down that there may be money of this source: to be awaited outside of transactions before
   * anything of it is credited, and before an order is opened whose money could not be refused any more. From memory after the
   * first time. Refusal: CHARGE_NOT_ALLOWED where there may be real money and this is play money, or the other way round.
   */
  knowSource(source: Source): Promise<void>;
  /** Resolves when every accepted charge is answered. */
  drain(): Promise<void>;
}

const charge_batch_max = 512;
const balance_batch_max = 1_000;
const pending_max = 20_000;

export interface WalletOptions {
  readonly database: Database;
  readonly metrics?: LaneMetrics | undefined;
  /** Who may charge, and how much a wallet may hold by it. Default: anybody, 100,000,000. */
  readonly money?: Pick<MoneyConfig, 'charges' | 'walletMax'> | undefined;
  /** Most charges in one transaction; 1 is the twin without batching that the benchmark compares with. */
  readonly batchMax?: number | undefined;
}

export function createWallet({ database, metrics, money, batchMax = charge_batch_max }: WalletOptions): Wallet {
  const { charges: whoMayCharge = 'open', walletMax = balanceMax } = money ?? {};
  const source = whoMayCharge === 'service' ? 'service' : 'open';
  const { charge, ...ledger } = createLedger({ walletMax, source });
  const charging = { database, ledger: { charge }, walletMax, source } as const;
  const sources = createSources(database);
  const charges = createLane<ChargeCommand, Once<Charge>>({
    name: 'wallet.charge',
    batchMax,
    pendingMax: pending_max,
    metrics,
    run: async (commands, attempt) => {
      const refused = sources.isKnown(source) ? undefined : await sources.know(source).catch(refusalIn);
      return refused === undefined ? chargeAll(charging, commands, attempt) : commands.map(() => refused);
    },
  });
  const balances = createLane<string, number>({
    name: 'wallet.balance',
    batchMax: balance_batch_max,
    pendingMax: pending_max,
    metrics,
    run: async (userIds) => {
      const rows = await database.sql<{ user_id: string; balance: number }[]>`
        select user_id, balance from wallets where user_id = any(${userIds}::text[])`;
      const found = new Map(rows.map((row) => [row.user_id, row.balance]));
      return userIds.map((userId) => found.get(userId) ?? 0);
    },
  });
  return {
    charge: (userId, key, amount) => {
      if (!Number.isSafeInteger(amount) || amount < 1 || amount > chargeMax) {
        const ko = `1부터 ${chargeMax}까지의 정수여야 해요`;
        return Promise.reject(refuseField('amount', { en: `must be a whole number from 1 to ${chargeMax}`, ko }));
      }
      return charges.submit({ id: timeOrderedId(), userId, key, amount, fingerprint: `charge ${amount}` });
    },
    permitCharge: ({ mayCharge = false }) => {
      if (whoMayCharge === 'gateway' || (whoMayCharge === 'service' && !mayCharge)) throw refuse('CHARGE_NOT_ALLOWED');
    },
    balance: (userId) => balances.submit(userId),
    entries: (userId, page) => entries(database, userId, page),
    ...ledger,
    knowSource: sources.know,
    drain: async () => {
      await Promise.all([charges.drain(), balances.drain()]);
    },
  };
}

/** A refusal as a value; what else went wrong is thrown on. */
function refusalIn(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  throw error;
}

async function entries(
  { sql }: Database,
  userId: string,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<{ entries: Entry[]; nextCursor: string | null }> {
  if (cursor !== undefined && !/^[1-9][0-9]{0,15}$/.test(cursor)) {
    throw refuseCursor();
  }
  const rows = await sql<
    { id: number; kind: Entry['kind']; amount: number; balance: number; reference: string; at: Date }[]
  >`
    select id, kind, amount, balance, reference, at from transfers
    where user_id = ${userId} and id < ${cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor)}
    order by id desc limit ${limit + 1}`;
  const page = rows.slice(0, limit);
  return {
    entries: page.map(({ id, at, ...entry }) => ({ id: String(id), ...entry, at: at.toISOString() })),
    nextCursor: rows.length > limit ? String(page.at(-1)?.id) : null,
  };
}
