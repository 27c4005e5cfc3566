/** Money of the fans: charging, the balance, what moved it. All charges go through one lane. */
import { chargeMax } from '../contract.ts';
import type { Once } from '../idempotency/idempotency.ts';
import type { Database, Tx } from '../platform/database.ts';
import { timeOrderedId } from '../platform/ids.ts';
import { createLane } from '../platform/lane.ts';
import type { LaneMetrics } from '../platform/lane.ts';
import { refuseCursor, refuseField } from '../refusals.ts';
import { chargeAll, type Charge, type ChargeCommand } from './charging.ts';
import { debit } from './ledger.ts';
import type { Moved, Movement } from './ledger.ts';

export type { Charge } from './charging.ts';
export { debiting, lockingWallets } from './ledger.ts';
export type { Moved, Movement };

export interface Entry {
  readonly id: string;
  readonly kind: 'CHARGE' | 'PAYMENT' | 'REFUND';
  readonly amount: number;
  readonly balance: number;
  readonly reference: string;
  readonly at: string;
}

export interface Wallet {
  /**
   * Adds `amount` (1 to 10,000,000) once per key. Refusals: BALANCE_LIMIT_EXCEEDED, IDEMPOTENCY_KEY_REUSED.
   * Two different requests that carry one key at the same moment count as its reuse.
   */
  charge(userId: string, key: string, amount: number): Promise<Once<Charge>>;
  /** 0 for a user who never charged. */
  balance(userId: string): Promise<number>;
  /** The wallet's entries, newest first; at most `limit`, those before `cursor` if given. Refusal: VALIDATION_FAILED. */
  entries(
    userId: string,
    page: { limit: number; cursor?: string | undefined },
  ): Promise<{ entries: Entry[]; nextCursor: string | null }>;
  /** For the paying transaction: takes money, see ledger.ts. Refusal, as a value: INSUFFICIENT_BALANCE. */
  debit(tx: Tx, payments: readonly Movement[]): Promise<readonly Moved[]>;
  /** Resolves when every accepted charge is answered. */
  drain(): Promise<void>;
}

const charge_batch_max = 512;
const balance_batch_max = 1_000;
const pending_max = 20_000;

export interface WalletOptions {
  readonly database: Database;
  readonly metrics?: LaneMetrics | undefined;
  /** Most charges in one transaction; 1 is the twin without batching that the benchmark compares with. */
  readonly batchMax?: number | undefined;
}

export function createWallet({ database, metrics, batchMax = charge_batch_max }: WalletOptions): Wallet {
  const charges = createLane<ChargeCommand, Once<Charge>>({
    name: 'wallet.charge',
    batchMax,
    pendingMax: pending_max,
    metrics,
    run: (commands, attempt) => chargeAll(database, commands, attempt),
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
    balance: (userId) => balances.submit(userId),
    entries: (userId, page) => entries(database, userId, page),
    debit,
    drain: async () => {
      await Promise.all([charges.drain(), balances.drain()]);
    },
  };
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
