/**
 * Confirming: the fan is back from the gateway and the money is taken, once, whoever asks how often. Decided in this order:
 * the order (404), PAID already, the amount, the gateway. What the gateway answers must name this order, its amount and its
 * currency; whatever is not known is asked again and never called failed.
 */
import { GatewayUnclear, type Gateway, type MethodId, type Standing } from '../gateway/gateway.ts';
import { isTransient, type Sql } from '../platform/database.ts';
import { OverloadedError } from '../platform/lane.ts';
import { refuse } from '../refusals.ts';
import { fan_ms_max, type Calls } from './calls.ts';
import type { Credited, Paid, Received } from './crediting.ts';
import { gatewayOrderOf, tell, type ChargeOrder, type OrderReading, type OrderRow } from './orders.ts';
import { noteFailed, noteOpen, noteUnclearTaking } from './progress.ts';
import { tellUnclear } from './unclear.ts';

export interface Log {
  warn(fields: object, message: string): void;
}

export type Happening = 'opened' | 'paid' | 'failed' | 'unclear';

export interface ConfirmingOptions {
  readonly sql: Sql;
  readonly gateways: ReadonlyMap<MethodId, Gateway>;
  readonly calls: Calls;
  readonly reading: Pick<OrderReading, 'own'>;
  readonly credit: (received: Received) => Promise<Credited>;
  /** Told that something has to be asked about soon. */
  readonly ring: () => void;
  readonly log: Log;
  readonly metrics: { orders(what: Happening, count: number): void };
}

/** What came of it: `WAITING` at the gateway, for a deposit; `UNCLEAR`: it is asked again. */
type Outcome = 'PAID' | 'WAITING' | 'UNCLEAR' | 'FAILED';

export interface Confirmation {
  readonly order: ChargeOrder;
  /** It is PAID; else it goes on, and how it ends is not known yet. */
  readonly isPaid: boolean;
}

export type Confirm = (
  userId: string,
  id: string,
  paid: { paymentKey: string; amount: number },
) => Promise<Confirmation>;

/** Refusals, in this order: NOT_FOUND; AMOUNT_MISMATCH; OVERLOADED; PAYMENT_FAILED. */
export function createConfirming(options: ConfirmingOptions): Confirm {
  const { gateways, calls, reading } = options;
  /** By order and payment: whoever asks for the same meanwhile hears the same. */
  const underWay = new Map<string, Promise<Outcome>>();
  const take = (order: OrderRow, gateway: Gateway, paymentKey: string): Promise<Outcome> => {
    const name = `${order.id} ${paymentKey}`;
    const known = underWay.get(name);
    if (known !== undefined) return known;
    const taking = calls
      .call(gateway.id, () => takeMoney(options, { order, gateway }, paymentKey))
      .finally(() => underWay.delete(name));
    underWay.set(name, taking);
    return taking;
  };
  return async (userId, id, { paymentKey, amount }) => {
    const order = await reading.own(userId, id);
    if (order.status === 'PAID') return { order: tell(order), isPaid: true };
    if (amount !== order.amount) throw refuse('AMOUNT_MISMATCH', { expected: order.amount, got: amount });
    const gateway = gateways.get(order.method);
    // It was configured when the order was opened, and may be again: until then nobody can say.
    if (gateway === undefined) return { order: tell(order), isPaid: false };
    const outcome = await beforeLong(take(order, gateway, paymentKey));
    if (outcome === 'LATE') await writeUnclear(options, order, 'no answer in time');
    if (outcome === 'FAILED') throw refuse('PAYMENT_FAILED');
    const now = await reading.own(userId, id);
    return { order: tell(now), isPaid: now.status === 'PAID' };
  };
}

/** What it comes to, or LATE. It goes on all the same. */
function beforeLong(outcome: Promise<Outcome>): Promise<Outcome | 'LATE'> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => resolve('LATE'), fan_ms_max);
    outcome.then(resolve, reject).finally(() => clearTimeout(late));
  });
}

interface Asked {
  readonly order: OrderRow;
  readonly gateway: Gateway;
}

async function takeMoney(options: ConfirmingOptions, asked: Asked, paymentKey: string): Promise<Outcome> {
  const { order, gateway } = asked;
  try {
    const answer = await gateway.confirm(gatewayOrderOf(order), paymentKey);
    if (answer.state !== 'REFUSED') {
      const outcome = await settle(options, order, answer);
      return isOther(answer, paymentKey) ? 'FAILED' : outcome;
    }
    options.log.warn({ order: order.id, method: order.method, because: answer.because }, 'a payment was refused');
    // Refused is this attempt. Whether the order has ended with it, or was paid by another, the gateway knows.
    const standing = await gateway.lookUp(gatewayOrderOf(order));
    const outcome = await settle(options, order, standing);
    return outcome === 'PAID' ? outcome : 'FAILED';
  } catch (error) {
    return unlessUnclear(options, order, error);
  }
}

/** What goes on at the gateway is another payment of the order than the one that was to be taken, which was refused. */
function isOther(standing: Standing, paymentKey: string): boolean {
  return standing.state === 'OPEN' && standing.paymentKey !== undefined && standing.paymentKey !== paymentKey;
}

/** After the wish to take the money was sent, nothing but an answer says what became of it. */
async function unlessUnclear(options: ConfirmingOptions, order: OrderRow, error: unknown): Promise<Outcome> {
  // The gateway may have said so, and it was not written down in time: the money was taken, and the duty finds it.
  if (!(error instanceof GatewayUnclear || error instanceof OverloadedError || isTransient(error))) throw error;
  await writeUnclear(options, order, error);
  return 'UNCLEAR';
}

async function writeUnclear(options: ConfirmingOptions, order: OrderRow, error: unknown): Promise<void> {
  tellUnclear(options, order, await noteUnclearTaking(options.sql, order.id), error);
  options.ring();
}

/** How the payment stands, written down. */
async function settle(options: ConfirmingOptions, order: OrderRow, standing: Standing): Promise<Outcome> {
  const { sql, metrics } = options;
  if (standing.state === 'PAID') return settlePaid(options, order, standing);
  if (standing.state === 'OPEN') {
    await noteOpen(sql, order.id, standing);
    return 'WAITING';
  }
  if (standing.state === 'FAILED') {
    await noteFailed(sql, order);
    metrics.orders('failed', order.status === 'FAILED' ? 0 : 1);
  }
  return 'FAILED';
}

async function settlePaid({ credit, log }: ConfirmingOptions, order: OrderRow, paid: Paid): Promise<Outcome> {
  if (!isOf(order, paid)) {
    log.warn({ order: order.id, method: order.method }, 'a payment is not of this order, amount or currency');
    return 'FAILED';
  }
  const credited = await credit(receivedOf(order, paid));
  return credited === 'CREDITED' || credited === 'PAID' ? 'PAID' : 'FAILED';
}

/** What is said to be paid is this order, no less and no more. */
export function isOf(order: Pick<OrderRow, 'id' | 'amount' | 'currency'>, paid: Paid): boolean {
  return paid.orderId === order.id && paid.amount === order.amount && paid.currency === order.currency;
}

export function receivedOf({ id, userId, amount, method, askAt }: OrderRow, paid: Paid): Received {
  return { id, userId, amount, method, askAt, paid };
}
