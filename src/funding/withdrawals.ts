/** Money on its way back, as its fan sees it: withdrawals, what each is made of, and what could be sent back now. */
import type { ReplyOf } from '../contract.ts';
import type { Gateway, MethodId } from '../gateway/gateway.ts';
import type { Once } from '../idempotency/idempotency.ts';
import type { Database, Sql, Tx } from '../platform/database.ts';
import { timeOrderedId } from '../platform/ids.ts';
import { createLane, type LaneMetrics } from '../platform/lane.ts';
import type { Duty } from '../platform/ticker.ts';
import { refuse, refuseCursor } from '../refusals.ts';
import type { Wallet } from '../wallet/wallet.ts';
import { createSendingBack, type Trouble } from './sending-back.ts';
import type { Undoing } from './undoing.ts';
import { sendOnAll, withdrawableOf, withdrawAll, type SendingOn, type WithdrawCommand } from './withdrawing.ts';

export type Withdrawal = ReplyOf<'getWithdrawal', 200>;

export interface Withdrawals {
  /**
   * Sends `amount` back to where it came from, once per key. Refusals: NOT_WITHDRAWABLE, IDEMPOTENCY_KEY_REUSED, RATE_LIMITED
   * for more than 20 that are under way.
   */
  withdraw(userId: string, key: string, amount: number): Promise<Once<Withdrawal>>;
  /** For the transaction that credits a refund: see withdrawing.ts. After the commit, `sendSoon`. */
  sendOn(tx: Tx, all: readonly SendingOn[]): Promise<readonly (Withdrawal | undefined)[]>;
  /** Has gateways asked at once about what is to be sent back. */
  sendSoon(): void;
  /** Refusal: NOT_FOUND, also for somebody else's. */
  withdrawal(userId: string, id: string): Promise<Withdrawal>;
  /** A fan's, newest first, at most `limit`, those behind `cursor` if given. Refusal: VALIDATION_FAILED. */
  withdrawals(
    userId: string,
    page: { limit: number; cursor?: string | undefined },
  ): Promise<{ withdrawals: Withdrawal[]; nextCursor: string | null; withdrawable: number }>;
  readonly duties: readonly Duty[];
  /** Resolves when every command is answered and no gateway is being asked. */
  drain(): Promise<void>;
}

export interface WithdrawalsOptions {
  readonly database: Database;
  readonly gateways: ReadonlyMap<MethodId, Gateway>;
  readonly wallet: Pick<Wallet, 'takeOut' | 'giveBack'>;
  readonly undoing: Undoing;
  /** Told of what went wrong beside a gateway that gave no answer. */
  readonly trouble: Trouble;
  readonly metrics?: LaneMetrics | undefined;
}

const batch_max = 100;
const pending_max = 2_000;

export function createWithdrawals(options: WithdrawalsOptions): Withdrawals {
  const { database, gateways, wallet, metrics } = options;
  const methods = [...gateways.keys()];
  const sending = createSendingBack(options);
  const lane = createLane<WithdrawCommand, Once<Withdrawal>>({
    name: 'funding.withdraw',
    batchMax: batch_max,
    pendingMax: pending_max,
    metrics,
    run: async (commands) => {
      const answers = await withdrawAll({ database, wallet, methods }, commands);
      sending.soon();
      return answers;
    },
  });
  return {
    withdraw: (userId, key, amount) =>
      lane.submit({ id: timeOrderedId(), userId, key, amount, fingerprint: `withdraw ${amount}` }),
    sendOn: (tx, all) => sendOnAll(tx, { wallet, methods }, all),
    sendSoon: sending.soon,
    withdrawal: async (userId, id) => {
      const [found] = await read(database.sql, userId, database.sql`and id = ${id}`);
      if (found === undefined) throw refuse('NOT_FOUND');
      return found;
    },
    withdrawals: async (userId, { limit, cursor }) => {
      if (cursor !== undefined && !/^[0-9a-z]{22}$/.test(cursor)) throw refuseCursor();
      const { sql } = database;
      const behind = cursor === undefined ? sql`` : sql`and id < ${cursor}`;
      const [rows, withdrawable] = await Promise.all([
        read(sql, userId, sql`${behind} order by id desc limit ${limit + 1}`),
        withdrawableOf(sql, userId, methods),
      ]);
      const page = rows.slice(0, limit);
      return { withdrawals: page, nextCursor: rows.length > limit ? (page.at(-1)?.id ?? null) : null, withdrawable };
    },
    duties: sending.duties,
    drain: async () => {
      await lane.drain();
      await sending.drain();
    },
  };
}

/** `which` narrows and orders a fan's own. */
async function read(sql: Sql, userId: string, which: ReturnType<Sql>): Promise<Withdrawal[]> {
  const rows = await sql<(Omit<Withdrawal, 'at'> & { readonly at: Date })[]>`
    with chosen as (
      select id, user_id, amount, status, at from withdrawals where user_id = ${userId} ${which}
    )
    select chosen.id, chosen.amount, chosen.status, entry.balance, parts.parts, chosen.at
    from chosen
    join transfers as entry
      on entry.user_id = chosen.user_id and entry.kind = 'WITHDRAWAL' and entry.reference = chosen.id
    cross join lateral (
      select jsonb_agg(jsonb_build_object('orderId', order_id, 'amount', amount, 'status', status)
        order by substring(id from 24)::integer) as parts
      from withdrawal_parts where withdrawal_id = chosen.id) as parts
    order by chosen.id desc`;
  return rows.map((row) => Object.assign(row, { at: row.at.toISOString() }));
}
