/**
 * Opening an order. Its row is committed before anything leaves for the gateway, so that nothing can be paid that nobody here
 * knows of; what a browser needs is asked for behind that, outside of any transaction. Who was told that the gateway says
 * nothing goes on with the same order by the same key.
 */
import { currency } from '../contract.ts';
import type { Checkout, Gateway, GatewayOrder, MethodId, Return } from '../gateway/gateway.ts';
import {
  effectsOf,
  keyed,
  recall,
  remember,
  sortByKey,
  type KeyedCommand,
  type Once,
} from '../idempotency/idempotency.ts';
import type { Database, Tx } from '../platform/database.ts';
import { Refusal, refuse, refuseField } from '../refusals.ts';
import { lockWallets } from '../wallet/wallet.ts';
import { gatewayOrderOf, tell, type ChargeOrder, type OrderRow } from './orders.ts';

export interface OpenCommand extends KeyedCommand {
  readonly amount: number;
  readonly method: MethodId;
  readonly reservationId: string | undefined;
  /** JSON. */
  readonly refundAccount: string | undefined;
}

/** What is remembered under the key: the rest of the answer is in the request, and what the browser needs in the order. */
export interface OpenedOrder {
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly expiresAt: string;
}

/** An order can be paid for so long, and whatever is paid later is credited all the same. */
const order_minutes = 30;
/** Open ones of a fan. */
const orders_max = 20;
/** Whoever is still at the gateway by then is asked about for the first time. */
const first_ask_seconds = 30;

/** The request. A repeat must be the same one. */
export function fingerprintOf(
  command: Pick<OpenCommand, 'amount' | 'method' | 'reservationId' | 'refundAccount'>,
): string {
  const { amount, method, reservationId = '-', refundAccount = '-' } = command;
  return `order ${amount} ${method} ${reservationId} ${refundAccount}`;
}

/**
 * Carries out one batch and answers each, in the order given. Refusals, as values, in this order: IDEMPOTENCY_KEY_REUSED;
 * VALIDATION_FAILED for a reservation that is not the fan's; TOO_MANY_ORDERS; BALANCE_LIMIT_EXCEEDED.
 */
export function openAll(
  database: Pick<Database, 'transaction'>,
  walletMax: number,
  commands: readonly OpenCommand[],
): Promise<(Once<OpenedOrder> | Refusal)[]> {
  return keyed(() => database.transaction((tx) => openInOrder(tx, walletMax, commands)));
}

async function openInOrder(
  tx: Tx,
  walletMax: number,
  commands: readonly OpenCommand[],
): Promise<(Once<OpenedOrder> | Refusal)[]> {
  const facts = await factsOf(tx, commands);
  const batch = sortByKey<OpenCommand, OpenedOrder>(commands, facts.remembered);
  const outcomes = new Map<OpenCommand, OpenedOrder | Refusal>();
  const expiresAt = new Date(facts.now.getTime() + order_minutes * 60_000).toISOString();
  const opened: OpenCommand[] = [];
  for (const command of batch.fresh) {
    const refusal = refusalOf(command, facts, walletMax);
    outcomes.set(command, refusal ?? { id: command.id, expiresAt });
    if (refusal !== undefined) continue;
    opened.push(command);
    const before = facts.open.get(command.userId) ?? none;
    facts.open.set(command.userId, { orders: before.orders + 1, sum: before.sum + command.amount });
  }
  write(tx, opened, facts.now);
  remember(tx, effectsOf(outcomes));
  return batch.answersOf(outcomes);
}

interface OpenOfFan {
  readonly orders: number;
  readonly sum: number;
}

const none: OpenOfFan = { orders: 0, sum: 0 };

interface Facts {
  readonly now: Date;
  readonly remembered: Awaited<ReturnType<typeof recall>>;
  readonly balances: ReadonlyMap<string, number>;
  /** Of each fan, with those of this batch as they are decided. */
  readonly open: Map<string, OpenOfFan>;
  /** Reservations and whose they are. */
  readonly owners: ReadonlyMap<string, string>;
}

/**
 * In one flight, behind the locks of the wallets: two servers that open for one fan do so one behind the other, or both would
 * count nineteen.
 */
async function factsOf(tx: Tx, commands: readonly OpenCommand[]): Promise<Facts> {
  const userIds = [...new Set(commands.map(({ userId }) => userId))];
  const reservationIds = [...new Set(commands.flatMap(({ reservationId }) => reservationId ?? []))];
  // In the order in which they are called: the locks come first.
  const [wallets, remembered, open, [clock], owners] = await Promise.all([
    lockWallets(tx, userIds),
    recall(tx, commands),
    tx<{ userId: string; orders: number; sum: number }[]>`
      select user_id as "userId", count(*)::integer as orders, sum(amount)::bigint as sum from charge_orders
      where user_id = any(${userIds}::text[]) and status = 'OPEN' and expires_at > now() group by user_id`,
    tx<[{ now: Date }]>`select date_trunc('milliseconds', now()) as now`,
    tx<{ id: string; userId: string }[]>`
      select id, user_id as "userId" from reservations where id = any(${reservationIds}::text[])`,
  ]);
  return {
    now: clock.now,
    remembered,
    balances: new Map(wallets.map(({ user_id: userId, balance }) => [userId, balance])),
    open: new Map(open.map(({ userId, orders, sum }) => [userId, { orders, sum }])),
    owners: new Map(owners.map(({ id, userId }) => [id, userId])),
  };
}

function refusalOf(command: OpenCommand, facts: Facts, walletMax: number): Refusal | undefined {
  const { userId, reservationId, amount } = command;
  if (reservationId !== undefined && facts.owners.get(reservationId) !== userId) {
    return refuseField('reservationId', { en: 'must be a reservation of yours', ko: '본인의 예매여야 해요' });
  }
  const { orders, sum } = facts.open.get(userId) ?? none;
  if (orders >= orders_max) return refuse('TOO_MANY_ORDERS');
  const balance = facts.balances.get(userId) ?? 0;
  return balance + sum + amount > walletMax
    ? refuse('BALANCE_LIMIT_EXCEEDED', { limit: walletMax, balance })
    : undefined;
}

/** Travels with the commit. */
function write(tx: Tx, opened: readonly OpenCommand[], now: Date): void {
  if (opened.length === 0) return;
  void tx`
    with written as (
      insert into charge_orders (id, user_id, amount, currency, method, created_at, expires_at, reservation_id, refund_account)
      select id, user_id, amount, ${currency}, method, ${now}::timestamptz,
        ${now}::timestamptz + make_interval(mins => ${order_minutes}), reservation_id, refund_account
      from unnest(
        ${opened.map(({ id }) => id)}::text[], ${opened.map(({ userId }) => userId)}::text[],
        ${opened.map(({ amount }) => amount)}::bigint[], ${opened.map(({ method }) => method)}::text[],
        ${opened.map(({ reservationId }) => reservationId ?? null)}::text[],
        ${opened.map(({ refundAccount }) => refundAccount ?? null)}::text[])
        as opened (id, user_id, amount, method, reservation_id, refund_account)
      order by id collate "C"
      returning id, method
    )
    insert into charge_order_questions (order_id, method, ask_at)
    select id, method, ${now}::timestamptz + make_interval(secs => ${first_ask_seconds}) from written`.execute();
}

/** What a gateway gave for an order. */
export interface Prepared {
  readonly id: string;
  readonly checkout: Checkout;
  readonly paymentKey: string | undefined;
}

/** Writes down what gateways gave, orders in the order of everybody's locks. */
export async function keepPrepared(
  { sql }: Pick<Database, 'sql'>,
  prepared: readonly Prepared[],
): Promise<readonly undefined[]> {
  const rows = prepared.toSorted((one, other) => (one.id < other.id ? -1 : 1));
  await sql`
    update charge_orders as own
    set checkout = prepared.checkout, payment_key = coalesce(own.payment_key, prepared.payment_key),
      opened_key = coalesce(own.opened_key, prepared.payment_key)
    from unnest(
      ${rows.map(({ id }) => id)}::text[], ${rows.map(({ checkout }) => JSON.stringify(checkout))}::text[],
      ${rows.map(({ paymentKey }) => paymentKey ?? null)}::text[]) as prepared (id, checkout, payment_key)
    cross join lateral (
      select from charge_orders as mine where mine.id = prepared.id for no key update offset 0) as locked
    where own.id = prepared.id`;
  return prepared.map(() => undefined);
}

/** Where the browser comes back to. Gateways append what they have to say. */
export function returnTo(publicUrl: string, orderId: string, orderName: string): Return {
  const back = `${publicUrl.replace(/\/+$/, '')}/wallet/return?order=${orderId}`;
  return { successUrl: back, failUrl: `${back}&failed=1`, orderName };
}

/** The order as its gateway is told of it when it is opened. */
export function newGatewayOrder({ amount, refundAccount }: OpenCommand, { id, expiresAt }: OpenedOrder): GatewayOrder {
  return gatewayOrderOf({
    id,
    amount,
    currency,
    expiresAt: new Date(expiresAt),
    paymentKey: null,
    refundAccount: refundAccount ?? null,
  });
}

/** The first answer, whatever became of the order since. */
export function firstAnswer(command: OpenCommand, { id, expiresAt }: OpenedOrder, checkout: Checkout): ChargeOrder {
  const { userId, amount, method, reservationId, refundAccount } = command;
  const ends = new Date(expiresAt);
  const row: OrderRow = {
    id,
    userId,
    amount,
    currency,
    method,
    status: 'OPEN',
    createdAt: new Date(ends.getTime() - order_minutes * 60_000),
    expiresAt: ends,
    reservationId: reservationId ?? null,
    paymentKey: null,
    checkout: JSON.stringify(checkout),
    refundAccount: refundAccount ?? null,
    paidAt: null,
    unclearSince: null,
    chargeId: null,
    askAt: null,
  };
  return tell(row);
}

/** What no transaction has to say. Refusal, as a value: VALIDATION_FAILED. */
export function refusalOfWish(
  { amount, refundAccount }: Pick<OpenCommand, 'amount' | 'refundAccount'>,
  gateway: Gateway | undefined,
): Refusal | undefined {
  if (gateway === undefined) {
    return refuseField('method', { en: 'must be one of the charge methods', ko: '쓸 수 있는 충전 수단이어야 해요' });
  }
  const { minAmount, maxAmount } = gateway;
  if (amount < minAmount || amount > maxAmount) {
    return refuseField('amount', {
      en: `must be from ${minAmount} to ${maxAmount} with this method`,
      ko: `이 충전 수단으로는 ${minAmount}부터 ${maxAmount}까지 충전할 수 있어요`,
    });
  }
  if (refundAccount !== undefined && !gateway.takesDeposits) {
    return refuseField('refundAccount', { en: 'is of no use to this method', ko: '이 충전 수단에서는 쓰지 않아요' });
  }
  return undefined;
}
