/**
 * Asks gateways to send parts of withdrawals back, until each has ended. A part that is taken is put off before anybody is
 * asked, so that no other server asks meanwhile and a server that dies leaves it to be asked again; it is asked outside of
 * any transaction, and looked up first when it may have been asked before. No answer is never taken for a no.
 */
import { GatewayUnclear, type Gateway, type GatewayOrder, type MethodId, type Undone } from '../gateway/gateway.ts';
import type { Database } from '../platform/database.ts';
import { inTime } from '../platform/in-time.ts';
import { createBell, rest, type Duty } from '../platform/ticker.ts';
import type { Wallet } from '../wallet/wallet.ts';
import { gatewayOrderOf, type OrderRow } from './orders.ts';
import { endPart, type Ending, type TakenPart } from './part-ending.ts';
import { wentBack, type Undoing } from './undoing.ts';

/** Something is wrong with us, and not with a gateway that gives no answer. */
export type Trouble = (error: unknown) => void;

export interface SendingBackOptions {
  readonly database: Database;
  readonly gateways: ReadonlyMap<MethodId, Gateway>;
  readonly wallet: Pick<Wallet, 'giveBack'>;
  readonly undoing: Undoing;
  readonly trouble: Trouble;
}

export interface SendingBack {
  /** Begins at once, if it has not begun; parts that come too late for that are met within a second. */
  soon(): void;
  readonly duties: readonly Duty[];
  /** Takes no further part, and resolves when no gateway is being asked, or after 5 s: what was asked is looked up later. */
  drain(): Promise<void>;
}

const every_ms = 1_000;
/** Of each gateway: one that hangs keeps none of the others' waiting, and fans' own questions go first. */
const at_once_max = 8;
/** Longer than any gateway is waited for: while it is asked, nobody else asks. */
const asking_seconds_max = 120;
const pause_seconds = { first: 5, max: 6 * 3_600 };
/** Parts of a method that is not configured wait, and are looked for that often. */
const waiting = { minutes: 10, rowsMax: 1_000 };

export function createSendingBack(options: SendingBackOptions): SendingBack {
  const { database, gateways, trouble } = options;
  const bell = createBell();
  const underWay = new Map([...gateways.keys()].map((id) => [id, new Set<Promise<void>>()]));
  let isDraining = false;

  /** Answers whether something was due, or all hands are full. Whoever takes one up calls another, and goes on with the next. */
  const takeUp = async (gateway: Gateway): Promise<boolean> => {
    const workers = underWay.get(gateway.id) ?? new Set();
    if (isDraining || workers.size >= at_once_max) return true;
    const taking = takeDue(database, gateway.id);
    const work = async (): Promise<void> => {
      const part = await taking.catch(() => undefined);
      if (part !== undefined) {
        void callTo(gateway);
        await send(options, gateway, part).catch(trouble);
      }
      workers.delete(worker);
      if (part !== undefined) await callTo(gateway);
    };
    const worker: Promise<void> = work();
    workers.add(worker);
    return (await taking) !== undefined;
  };
  const callTo = async (gateway: Gateway): Promise<void> => {
    await takeUp(gateway).catch(trouble);
  };
  /** Gateways are not waited for: a server that ends would wait for them too. */
  const run = async (): Promise<boolean> => {
    const methods = [...gateways.keys()];
    const found = await Promise.all([putOffUnconfigured(database, methods), ...[...gateways.values()].map(takeUp)]);
    return found.some(Boolean);
  };
  return {
    soon: () => {
      bell.ring();
      run().catch(trouble);
    },
    duties: [
      {
        name: 'funding.sendBack',
        everyMs: every_ms,
        bell,
        sign: (sql) => sql`exists (select from withdrawal_parts where ask_at <= now())`,
        run: async () => ((await run()) ? undefined : rest()),
      },
    ],
    drain: async () => {
      isDraining = true;
      const workers = underWay
        .values()
        .toArray()
        .map((set) => Promise.all(set));
      await inTime(Promise.all(workers)).catch(() => undefined);
    },
  };
}

interface DuePart extends TakenPart {
  readonly order: GatewayOrder;
  /** How often it was asked before this. */
  readonly asks: number;
}

interface TakenRow
  extends Omit<DuePart, 'order'>, Pick<OrderRow, 'currency' | 'expiresAt' | 'paymentKey' | 'refundAccount'> {
  readonly orderAmount: number;
}

/** The one due longest, put off for as long as it may take. A row that somebody else has taken is passed over. */
async function takeDue(database: Database, method: MethodId): Promise<DuePart | undefined> {
  const [row] = await database.sql<TakenRow[]>`
    with due as (
      select part.id from withdrawal_parts as part join charge_orders as ordered on ordered.id = part.order_id
      where part.ask_at <= now() and ordered.method = ${method}
      order by part.ask_at limit 1 for no key update of part skip locked
    )
    update withdrawal_parts as part
    set ask_at = now() + make_interval(secs => ${asking_seconds_max}), asks = part.asks + 1
    from due, charge_orders as ordered, withdrawals as withdrawal
    where part.id = due.id and ordered.id = part.order_id and withdrawal.id = part.withdrawal_id
    returning part.id, part.amount, part.asks - 1 as asks, part.order_id as "orderId",
      part.withdrawal_id as "withdrawalId", withdrawal.user_id as "userId", ordered.amount as "orderAmount",
      ordered.currency, ordered.expires_at as "expiresAt", ordered.payment_key as "paymentKey",
      ordered.refund_account as "refundAccount"`;
  if (row === undefined) return undefined;
  return { ...row, order: gatewayOrderOf({ ...row, id: row.orderId, amount: row.orderAmount }) };
}

async function send(options: SendingBackOptions, gateway: Gateway, part: DuePart): Promise<void> {
  const { database, trouble } = options;
  const ending = await ask(gateway, part).catch((error: unknown) => {
    // Of what stays unclear it is said once.
    if (part.asks === 0 || !(error instanceof GatewayUnclear)) trouble(error);
    return undefined;
  });
  if (ending === undefined) return putOff(database, part);
  try {
    await database.transaction((tx) => endPart(tx, options, part, ending));
  } catch (error) {
    await putOff(database, part);
    throw error;
  }
}

/**
 * How it ended; undefined while nobody knows. Whatever was refused is looked up: it may have gone back all the same, or the
 * gateway may have undone the order by itself, which is then taken from the wallet by the transaction that gives the part back.
 */
async function ask(gateway: Gateway, { id, amount, order, asks }: DuePart): Promise<Ending | undefined> {
  const before = asks === 0 ? [] : await undoneOf(gateway, order);
  if (before.some(({ partId }) => partId === id)) return { status: 'DONE', undone: before };
  const sent = await gateway.sendBack(order, { id, amount });
  if (sent.state !== 'REFUSED') return sent.state === 'DONE' ? { status: 'DONE', undone: before } : undefined;
  const after = await undoneOf(gateway, order);
  if (after.some(({ partId }) => partId === id)) return { status: 'DONE', undone: after };
  return { status: 'FAILED', because: sent.because, undone: after };
}

async function undoneOf(gateway: Gateway, order: GatewayOrder): Promise<readonly Undone[]> {
  const standing = await gateway.lookUp(order);
  // It was paid there: who does not know it, as with another merchant's key, does not know what went back either.
  if (standing.state === 'ABSENT') throw new GatewayUnclear('a gateway does not know an order that was paid there');
  return wentBack(standing, order.amount);
}

/** With a growing pause, for good. Not if another server has taken it since. */
async function putOff({ sql }: Database, { id, asks }: DuePart): Promise<void> {
  const seconds = Math.min(pause_seconds.max, pause_seconds.first * 2 ** Math.min(asks, 20));
  await sql`
    update withdrawal_parts set ask_at = now() + make_interval(secs => ${seconds})
    where id = ${id} and status = 'PENDING' and asks = ${asks + 1}`;
}

/** Answers whether there may be more of them. */
async function putOffUnconfigured({ sql }: Database, methods: readonly MethodId[]): Promise<boolean> {
  const { count } = await sql`
    update withdrawal_parts set ask_at = now() + make_interval(mins => ${waiting.minutes})
    where id in (
      select part.id from withdrawal_parts as part join charge_orders as ordered on ordered.id = part.order_id
      where part.ask_at <= now() and ordered.method <> all(${methods}::text[])
      limit ${waiting.rowsMax} for no key update of part skip locked)`;
  return count === waiting.rowsMax;
}
