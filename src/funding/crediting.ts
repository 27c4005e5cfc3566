/**
 * Crediting what an order brought, once, whoever hears of it first: the return page, a notice or the duty. Credit, transfer,
 * state of the order and whatever of it was undone already change in one transaction. What decides is the order's own row, in
 * the statement that writes: who finds it PAID credits nothing. Of other fans' orders that come together the plain ones share
 * one flight; what is not plain is decided by a transaction.
 */
import type { MethodId, Standing, Undone } from '../gateway/gateway.ts';
import { brokenConstraint, conflict, type Database, type Sql, type Statement, type Tx } from '../platform/database.ts';
import { createLane, type LaneMetrics } from '../platform/lane.ts';
import { crediting, lockWallets, type Wallet } from '../wallet/wallet.ts';

export type Paid = Extract<Standing, { readonly state: 'PAID' }>;

/** What a gateway says that was paid for an order; it was compared with the order before. */
export interface Received {
  readonly id: string;
  readonly userId: string;
  readonly amount: number;
  readonly method: MethodId;
  /** When it was to be asked about next as the gateway was asked: if a notice has moved that since, it is asked once more. */
  readonly askAt: string | null;
  readonly paid: Paid;
}

/**
 * `CREDITED` by this call; `PAID` before; `UNDONE`: all of it had gone back before it was ever credited, and the order FAILED;
 * `TAKEN`: another order was paid by the same payment.
 */
export type Credited = 'CREDITED' | 'PAID' | 'UNDONE' | 'TAKEN';

/**
 * Tells what a gateway undid of an order that is PAID, the whole list of it as far as it goes: what was told before is
 * known. The fan's wallet and then the order's row are locked.
 */
export type Undo = (
  tx: Tx,
  order: Pick<Received, 'id' | 'userId' | 'amount' | 'method'>,
  undone: readonly Undone[],
) => Promise<void>;

export interface CreditingOptions {
  readonly database: Database;
  readonly wallet: Pick<Wallet, 'creditOrders' | 'knowSource'>;
  readonly metrics: LaneMetrics & { orders(what: 'paid' | 'failed', count: number): void };
  readonly batchMax: number;
  readonly undo: Undo;
}

export interface Crediting {
  /** Once, whoever else is told the same at the same time. Rejects with `OverloadedError`: then it is not known whether. */
  credit(received: Received): Promise<Credited>;
  drain(): Promise<void>;
}

const pending_max = 20_000;
const payments_index = 'gateway_payments_once';

export function createCrediting(options: CreditingOptions): Crediting {
  const { database, wallet, metrics, batchMax } = options;
  const lane = createLane<Received, Credited>({
    name: 'funding.credit',
    batchMax,
    pendingMax: pending_max,
    metrics,
    run: async (all, attempt) => {
      await Promise.all([...new Set(all.map(({ method }) => method))].map((method) => wallet.knowSource(method)));
      const done = attempt > 0 ? new Set<Received>() : await once(() => creditPlainly(database, plainAmong(all)));
      metrics.orders('paid', done.size);
      const rest = all.filter((one) => !done.has(one));
      const others = rest.length === 0 ? [] : await once(() => creditGenerally(options, rest));
      const outcomes = new Map(rest.map((one, place) => [one, others[place]]));
      return all.map((one) => outcomes.get(one) ?? 'CREDITED');
    },
  });
  return { credit: lane.submit, drain: lane.drain };
}

/** Two orders that came with one payment at the same moment: at the next try one of them is seen to be there. */
async function once<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw brokenConstraint(error) === payments_index ? conflict('another order had this payment', error) : error;
  }
}

/** Of each fan the first of which nothing was undone, in the order in which orders are locked. */
function plainAmong(all: readonly Received[]): Received[] {
  const firsts = new Map<string, Received>();
  for (const one of all) {
    if (one.paid.undone.length === 0 && !firsts.has(one.userId)) firsts.set(one.userId, one);
  }
  return [...firsts.values()].toSorted((one, other) => (one.id < other.id ? -1 : 1));
}

/** Answers those that it credited; rejects with a conflict, so that nothing of it stands. */
async function creditPlainly({ sql, flight }: Database, orders: readonly Received[]): Promise<ReadonlySet<Received>> {
  if (orders.length === 0) return new Set();
  const [rows] = await flight([creditingOrders(sql, orders)]);
  const credited = new Set(rows.map(({ id }) => id));
  return new Set(orders.filter(({ id }) => credited.has(id)));
}

/**
 * Who is PAID already is left out as far as the statement sees it; what it did not see, the writes meet: an order that another
 * credits meanwhile is waited for and found PAID, and then all of it is undone. `paid` reads `before`, so that wallets
 * are locked before orders. What is selected from is `met`: beside a `paid` that turned out empty PostgreSQL would never ask
 * it, and the credit would stand.
 */
function creditingOrders(sql: Sql, orders: readonly Received[]): Statement<{ readonly id: string | null }[]> {
  return sql`
    with received as materialized (
      select asked.*
      from unnest(${orders.map(({ id }) => id)}::text[], ${orders.map(({ userId }) => userId)}::text[],
        ${orders.map(({ amount }) => amount)}::bigint[], ${orders.map(({ method }) => method)}::text[],
        ${orders.map(({ paid }) => paid.paymentKey)}::text[], ${orders.map(({ paid }) => paid.secret ?? null)}::text[],
        ${orders.map(({ askAt }) => askAt)}::timestamptz[])
        as asked (id, user_id, amount, source, payment_key, secret, ask_at)
      where (select status from charge_orders as own where own.id = asked.id) <> 'PAID'
    ), ${crediting(sql)}, before as materialized (
      select count(*) as wallets from credited
    ), paid as (
      update charge_orders as own
      set status = 'PAID', paid_at = now(), payment_key = received.payment_key,
        notice_secret = coalesce(received.secret, own.notice_secret)
      from before, received
      where before.wallets >= 0 and own.id = received.id and own.user_id = received.user_id and own.amount = received.amount
        and own.method = received.source and own.status <> 'PAID'
      returning own.id, own.method, own.payment_key, received.ask_at
    ), ${settled(sql)}, met as (
      select expect_rows((select count(*) from paid) + (select count(*) from credited), 2 * (select count(*) from received))::text as all
    )
    select id from met left join paid on true where met.all is not null`;
}

/**
 * Parts of a statement in which orders became `paid`: id, method, payment, and when they were to be asked about. The payment is
 * theirs alone. Behind the order's row, which is locked by then; it is no index's matter that it changed.
 */
const settled = (sql: Sql): Statement<readonly unknown[]> => sql`
  payment as (
    insert into gateway_payments (method, payment_key, order_id) select method, payment_key, id from paid
  ), ${answered(sql, sql`paid`)}`;

/**
 * Of orders that ended, with when they were to be asked about as their gateway was asked, nothing is to be asked any more:
 * unless a notice came since, for what that speaks of the gateway's answer need not know.
 */
const answered = (sql: Sql, orders: Statement<readonly unknown[]>): Statement<readonly unknown[]> => sql`
  answered as (
    delete from charge_order_questions as question using ${orders} as asked
    where question.order_id = asked.id and question.ask_at is not distinct from asked.ask_at
  ), noticed as (
    update charge_order_questions as question set unclear_since = null from ${orders} as asked
    where question.order_id = asked.id and question.ask_at is distinct from asked.ask_at
  )`;

interface Locked {
  readonly id: string;
  readonly status: string;
  /** Another order has this payment. */
  readonly isTaken: boolean;
}

/** In their order, whatever the plain case left. */
async function creditGenerally(options: CreditingOptions, all: readonly Received[]): Promise<Credited[]> {
  const { database, wallet, undo, metrics } = options;
  const answers = await database.transaction(async (tx) => {
    const locked = await lock(tx, all);
    const outcomes = all.map((one) => decide(one, locked));
    const credited = all.filter((_, place) => outcomes[place] === 'CREDITED');
    if (credited.length > 0) {
      await wallet.creditOrders(
        tx,
        credited.map(({ id, userId, amount, method }) => ({ userId, amount, reference: id, source: method })),
      );
      void markPaid(tx, credited).execute();
    }
    const gone = all.filter((_, place) => outcomes[place] === 'UNDONE');
    if (gone.length > 0) void markFailed(tx, gone).execute();
    for (const [place, one] of all.entries()) {
      const isPaid = outcomes[place] === 'CREDITED' || outcomes[place] === 'PAID';
      // One order's after the other's: they may be of one wallet.
      // oxlint-disable-next-line no-await-in-loop
      if (isPaid && one.paid.undone.length > 0) await undo(tx, one, one.paid.undone);
    }
    return outcomes;
  });
  metrics.orders('paid', answers.filter((answer) => answer === 'CREDITED').length);
  metrics.orders('failed', answers.filter((answer) => answer === 'UNDONE').length);
  return answers;
}

/** Wallets before orders, each in the order of everybody's locks. What is decided is marked in what this answers. */
async function lock(tx: Tx, all: readonly Received[]): Promise<Map<string, Locked>> {
  const ids = all.map(({ id }) => id);
  const userIds = [...new Set(all.map(({ userId }) => userId))];
  const [, orders, taken] = await Promise.all([
    lockWallets(tx, userIds),
    // With those that the credit meets what is owed of: locked behind the others they would be out of everybody's order.
    tx<{ id: string; status: string }[]>`
      select id, status from charge_orders
      where id = any(${ids}::text[]) or user_id = any(${userIds}::text[]) and owed > 0 order by id for no key update`,
    tx<{ id: string }[]>`
      select asked.id
      from unnest(${ids}::text[], ${all.map(({ method }) => method)}::text[], ${all.map(({ paid }) => paid.paymentKey)}::text[])
        as asked (id, method, payment_key)
      join gateway_payments as other
        on other.method = asked.method and other.payment_key = asked.payment_key and other.order_id <> asked.id`,
  ]);
  const isTaken = new Set(taken.map(({ id }) => id));
  return new Map(orders.map((row) => [row.id, { ...row, isTaken: isTaken.has(row.id) }]));
}

function decide({ id, amount, paid }: Received, locked: Map<string, Locked>): Credited {
  const row = locked.get(id);
  if (row === undefined) throw new Error('a gateway was asked about an order that is not there');
  if (row.status === 'PAID') return 'PAID';
  if (row.isTaken) return 'TAKEN';
  const gone = paid.undone.reduce((sum, one) => sum + one.amount, 0);
  locked.set(id, { ...row, status: gone >= amount ? row.status : 'PAID' });
  return gone >= amount ? 'UNDONE' : 'CREDITED';
}

const markPaid = (tx: Tx, orders: readonly Received[]): Statement<readonly unknown[]> => tx`
  with paid as (
    update charge_orders as own
    set status = 'PAID', paid_at = now(), payment_key = received.payment_key,
      notice_secret = coalesce(received.secret, own.notice_secret)
    from unnest(${orders.map(({ id }) => id)}::text[], ${orders.map(({ paid }) => paid.paymentKey)}::text[],
      ${orders.map(({ paid }) => paid.secret ?? null)}::text[], ${orders.map(({ askAt }) => askAt)}::timestamptz[])
      as received (id, payment_key, secret, ask_at)
    where own.id = received.id
    returning own.id, own.method, own.payment_key, received.ask_at
  ), ${settled(tx)}
  select`;

const markFailed = (tx: Tx, orders: readonly Received[]): Statement<readonly unknown[]> => tx`
  with failed as (
    update charge_orders as own set status = 'FAILED'
    from unnest(${orders.map(({ id }) => id)}::text[], ${orders.map(({ askAt }) => askAt)}::timestamptz[]) as received (id, ask_at)
    where own.id = received.id
    returning own.id, received.ask_at
  ), ${answered(tx, tx`failed`)}
  select`;
