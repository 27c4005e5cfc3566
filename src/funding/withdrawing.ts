/**
 * Withdrawing: what orders brought and was not spent leaves the wallet at once, in parts that name the orders it goes back
 * to, the newest first. `withdrawable = min(balance, Σ orders − withdrawn − reversed)`. That the gateways are asked to send
 * it is another matter, and comes behind the commit (sending-back.ts).
 */
import type { MethodId } from '../gateway/gateway.ts';
import {
  effectsOf,
  keyed,
  recall,
  remember,
  sortByKey,
  type KeyedCommand,
  type Once,
} from '../idempotency/idempotency.ts';
import type { Database, Sql, Tx } from '../platform/database.ts';
import { timeOrderedId } from '../platform/ids.ts';
import { Refusal, refuse } from '../refusals.ts';
import { lockWallets, type Wallet } from '../wallet/wallet.ts';
import type { Withdrawal } from './withdrawals.ts';

export interface WithdrawCommand extends KeyedCommand {
  readonly amount: number;
}

export interface Withdrawing {
  readonly database: Database;
  readonly wallet: Pick<Wallet, 'takeOut'>;
  /** Money can go back by these alone. */
  readonly methods: readonly MethodId[];
}

/** In how many parts a withdrawal may be: of a fan's orders with something left, so many of the newest count. */
const parts_max = 200;
/** Each is a question to a gateway, and asked until it is answered: a fan may have so many under way. */
const pending_max = 20;
const retry_after_seconds = 60;

/**
 * Carries out one batch and answers each, in the order given; of commands with one key the first counts. Refusals, as
 * values: NOT_WITHDRAWABLE; RATE_LIMITED for more than 20 under way; IDEMPOTENCY_KEY_REUSED.
 */
export function withdrawAll(
  withdrawing: Withdrawing,
  commands: readonly WithdrawCommand[],
): Promise<(Once<Withdrawal> | Refusal)[]> {
  return keyed(() =>
    withdrawing.database.transaction(async (tx) => {
      const batch = sortByKey<WithdrawCommand, Withdrawal>(commands, await recall(tx, commands));
      const outcomes = await decide(tx, withdrawing, batch.fresh);
      remember(tx, effectsOf(outcomes));
      return batch.answersOf(outcomes);
    }),
  );
}

interface LeftOrder {
  readonly id: string;
  readonly userId: string;
  left: number;
  /** Microseconds since 1970. */
  readonly created: number;
}

/** What a fan has to withdraw from; it shrinks with each withdrawal of the batch. */
interface Purse {
  balance: number;
  pending: number;
  /** The newest first. */
  readonly orders: LeftOrder[];
}

/** A withdrawal that is to be written down. */
type Done = Pick<WithdrawCommand, 'userId'> & Withdrawal;

async function decide(
  tx: Tx,
  { wallet, methods }: Withdrawing,
  commands: readonly WithdrawCommand[],
): Promise<Map<WithdrawCommand, Withdrawal | Refusal>> {
  if (commands.length === 0) return new Map();
  const { purses, at } = await lockPurses(tx, [...new Set(commands.map(({ userId }) => userId))], methods);
  const outcomes = new Map<WithdrawCommand, Withdrawal | Refusal>();
  const done: Done[] = [];
  for (const command of commands) {
    const outcome = take(command, purses.get(command.userId), at);
    outcomes.set(command, outcome);
    if (!(outcome instanceof Refusal)) done.push({ ...command, ...outcome });
  }
  await carryOut(tx, wallet, done);
  return outcomes;
}

export interface SendingOn {
  readonly userId: string;
  /** Whole units, above 0. */
  readonly amount: number;
}

/**
 * Sends what a transaction has credited on to where it came from, as far as orders can take it: a withdrawal for each, or
 * undefined where they can take nothing, or where as many are under way as may be. Locks the wallets, then the orders.
 */
export async function sendOnAll(
  tx: Tx,
  { wallet, methods }: Pick<Withdrawing, 'wallet' | 'methods'>,
  all: readonly SendingOn[],
): Promise<readonly (Withdrawal | undefined)[]> {
  if (all.length === 0) return [];
  const { purses, at } = await lockPurses(tx, [...new Set(all.map(({ userId }) => userId))], methods);
  const done: Done[] = [];
  const sent = all.map((wish): Withdrawal | undefined => {
    const purse = purses.get(wish.userId);
    const amount = Math.min(wish.amount, withdrawableFrom(purse));
    const outcome = amount === 0 ? undefined : take({ id: timeOrderedId(), amount }, purse, at);
    if (outcome === undefined || outcome instanceof Refusal) return undefined;
    done.push({ userId: wish.userId, ...outcome });
    return outcome;
  });
  await carryOut(tx, wallet, done);
  return sent;
}

async function carryOut(tx: Tx, wallet: Withdrawing['wallet'], done: readonly Done[]): Promise<void> {
  if (done.length === 0) return;
  const moved = await wallet.takeOut(
    tx,
    done.map(({ id, userId, amount }) => ({ userId, amount, reference: id })),
  );
  // The wallets are locked and hold as much: another answer would be a bug, and nothing of it may stand.
  if (moved.some((outcome, place) => outcome instanceof Refusal || outcome.balance !== done[place]?.balance))
    throw new Error('a locked wallet held something else than was read of it');
  record(tx, done);
}

/** Wallets in the order of users, then orders in the order of ids. Nobody changes an order's money without its fan's wallet. */
async function lockPurses(
  tx: Tx,
  userIds: readonly string[],
  methods: readonly MethodId[],
): Promise<{ purses: ReadonlyMap<string, Purse>; at: Date }> {
  const [wallets, orders, pending, [{ at }]] = await Promise.all([
    lockWallets(tx, userIds),
    tx<LeftOrder[]>`
      select id, user_id as "userId", amount - withdrawn - reversed as left,
        (extract(epoch from created_at) * 1000000)::bigint as created
      from charge_orders
      where user_id = any(${userIds}::text[]) and status = 'PAID' and method = any(${methods}::text[])
        and withdrawn + reversed < amount
      order by id for no key update`.execute(),
    tx<{ userId: string; count: number }[]>`
      select user_id as "userId", count(*)::integer as count from withdrawals
      where user_id = any(${userIds}::text[]) and status = 'PENDING' group by user_id`.execute(),
    tx<[{ at: Date }]>`select now() as at`.execute(),
  ]);
  const ordersOf = Map.groupBy(orders, ({ userId }) => userId);
  const pendingOf = new Map(pending.map(({ userId, count }) => [userId, count]));
  const purses = new Map(
    wallets.map(({ user_id: userId, balance }) => [
      userId,
      { balance, pending: pendingOf.get(userId) ?? 0, orders: newestFirst(ordersOf.get(userId) ?? []) },
    ]),
  );
  return { purses, at };
}

function newestFirst(orders: readonly LeftOrder[]): LeftOrder[] {
  return orders
    .toSorted((one, other) => other.created - one.created || (one.id < other.id ? 1 : -1))
    .slice(0, parts_max);
}

function withdrawableFrom(purse: Purse | undefined): number {
  if (purse === undefined) throw new Error('a wallet that was locked is there');
  return Math.min(
    purse.balance,
    purse.orders.reduce((sum, { left }) => sum + left, 0),
  );
}

function take(
  { id, amount }: Pick<WithdrawCommand, 'id' | 'amount'>,
  purse: Purse | undefined,
  at: Date,
): Withdrawal | Refusal {
  const withdrawable = withdrawableFrom(purse);
  if (purse === undefined || amount > withdrawable) return refuse('NOT_WITHDRAWABLE', { withdrawable });
  if (purse.pending >= pending_max) return refuse('RATE_LIMITED', { retryAfterSeconds: retry_after_seconds });
  purse.balance -= amount;
  purse.pending += 1;
  const parts: Withdrawal['parts'][number][] = [];
  let missing = amount;
  for (const order of purse.orders) {
    const some = Math.min(order.left, missing);
    if (some === 0) continue;
    order.left -= some;
    missing -= some;
    parts.push({ orderId: order.id, amount: some, status: 'PENDING' });
  }
  return { id, amount, status: 'PENDING', balance: purse.balance, parts, at: at.toISOString() };
}

/** Sent without waiting: if one cannot be written, nothing of the transaction stands. */
function record(tx: Tx, done: readonly Done[]): void {
  void tx`
    insert into withdrawals (id, user_id, amount)
    select id, user_id, amount from unnest(${done.map(({ id }) => id)}::text[],
      ${done.map(({ userId }) => userId)}::text[], ${done.map(({ amount }) => amount)}::bigint[])
      as withdrawal (id, user_id, amount)`.execute();
  const parts = done.flatMap(({ id, parts }) =>
    parts.map((part, place) => ({ ...part, id: `${id}-${place + 1}`, of: id })),
  );
  void tx`
    with part as (
      select * from unnest(${parts.map(({ id }) => id)}::text[], ${parts.map(({ of }) => of)}::text[],
        ${parts.map(({ orderId }) => orderId)}::text[], ${parts.map(({ amount }) => amount)}::bigint[])
        as part (id, withdrawal_id, order_id, amount)
    ), written as (
      insert into withdrawal_parts (id, withdrawal_id, order_id, amount, ask_at)
      select id, withdrawal_id, order_id, amount, now() from part
    )
    update charge_orders set withdrawn = withdrawn + part.amount
    from (select order_id, sum(amount) as amount from part group by order_id) as part
    where charge_orders.id = part.order_id`.execute();
}

/** What a fan could withdraw at this moment, in whole units. */
export async function withdrawableOf(sql: Sql, userId: string, methods: readonly MethodId[]): Promise<number> {
  const [{ withdrawable }] = await sql<[{ withdrawable: number }]>`
    select least(coalesce((select balance from wallets where user_id = ${userId}), 0),
      coalesce(sum(amount - withdrawn - reversed), 0))::bigint as withdrawable
    from (select amount, withdrawn, reversed from charge_orders
      where user_id = ${userId} and status = 'PAID' and method = any(${methods}::text[]) and withdrawn + reversed < amount
      order by created_at desc, id desc limit ${parts_max}) as newest`;
  return withdrawable;
}
