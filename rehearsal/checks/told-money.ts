/** What fans were told of money from outside, and what the gateway says it did: the ground of funding.ts. */
import type { Call, Facts, Op, OrderStanding, OrderTold, Taken } from '../history.ts';
import { createFinding } from './check.ts';

export interface ToldOrder {
  readonly id: string;
  readonly fan: number;
  readonly amount: number;
  /** As it was told last. */
  stands: OrderStanding;
  chargeId: string | null;
  /** When the first answer was complete that called it paid. */
  paidToldAt: number;
}

export interface ToldFan {
  readonly orders: Map<string, ToldOrder>;
  /** By reservation, what was told to be paid. */
  readonly payments: Map<string, number>;
  /** Payments and withdrawals of which nobody said what became of them, by key. */
  readonly unknown: Set<string>;
  entries: NonNullable<Facts['entries']> | undefined;
  withdrawals: NonNullable<Facts['withdrawals']>;
  balance: number | undefined;
  /** Refunds and compensations of what was given back. */
  refunded: number;
}

/** Collects it; what was told of an order and cannot be so is a violation at once. */
export function collectMoney(stays: ReturnType<typeof createFinding>) {
  const fans = new Map<number, ToldFan>();
  const owners = new Map<string, number>();
  const gateway: { taken: Map<string, Taken> | undefined } = { taken: undefined };

  const fanOf = (number: number): ToldFan => {
    let fan = fans.get(number);
    if (fan === undefined) {
      fan = {
        orders: new Map(),
        payments: new Map(),
        unknown: new Set(),
        entries: undefined,
        withdrawals: [],
        balance: undefined,
        refunded: 0,
      };
      fans.set(number, fan);
    }
    return fan;
  };

  const orderOf = (fan: number, id: string, amount: number): ToldOrder => {
    const { orders } = fanOf(fan);
    const known = orders.get(id);
    if (known !== undefined) return known;
    const owner = owners.get(id);
    if (owner !== undefined) stays.violation(`order ${id} was told to fan ${owner} and to fan ${fan}`);
    owners.set(id, fan);
    const order: ToldOrder = { id, fan, amount, stands: 'OPEN', chargeId: null, paidToldAt: Infinity };
    orders.set(id, order);
    return order;
  };

  const tell = ({ fan, start, end, op }: Call, [id, stands, amount, chargeId]: OrderTold): void => {
    stays.count();
    const order = orderOf(fan, id, amount);
    const said = (what: string): void => stays.violation(`fan ${fan}, ${op} of order ${id}: ${what}`);
    if (order.amount !== amount) said(`of ${order.amount}, was told as ${amount}`);
    if ((stands === 'PAID') !== (chargeId !== null)) said(`${stands} by the entry ${chargeId}`);
    if (stands === 'PAID') {
      if (order.chargeId !== null && order.chargeId !== chargeId) said(`by ${order.chargeId}, then by ${chargeId}`);
      order.chargeId = chargeId;
      order.paidToldAt = Math.min(order.paidToldAt, end ?? Infinity);
      order.stands = 'PAID';
    } else if (start > order.paidToldAt) {
      said(`told as ${stands} after it was told as PAID`);
    } else if (order.chargeId === null) {
      order.stands = stands;
    }
  };

  /** One order's own answer. */
  const toldOne = (call: Call): void => {
    const { order, stands, chargeId = null, amount = 0 } = call.facts;
    if (order === undefined || stands === undefined) return;
    const known = call.op === 'order' ? undefined : fanOf(call.fan).orders.get(order);
    tell(call, [order, stands, known?.amount ?? amount, chargeId]);
    if (call.op === 'confirm' && (call.status === 200) !== (stands === 'PAID'))
      stays.violation(`fan ${call.fan}, the confirmation of ${order} answered ${call.status} and ${stands}`);
  };

  const movedOut = ({ fan, op, status, facts }: Call): void => {
    const { unknown, payments } = fanOf(fan);
    const key = `${op} ${facts.key}`;
    if (status === 0 || status >= 500) unknown.add(key);
    if (status !== 201) return;
    unknown.delete(key);
    if (op === 'pay') payments.set(facts.reservation ?? '', facts.amount ?? 0);
  };

  const takeBooks = ({ fan, op, facts }: Call): void => {
    const told = fanOf(fan);
    if (op === 'entries') told.entries = facts.entries;
    else if (op === 'wallet') told.balance = facts.balance;
    else if (op === 'withdrawals') told.withdrawals = facts.withdrawals ?? [];
    else if (op === 'reservations') told.refunded = refundedIn(facts);
  };

  const takeGateway = ({ facts: { taken = [] } }: Call): void => {
    gateway.taken ??= new Map();
    for (const one of taken) gateway.taken.set(one[0], one);
  };

  const takes: Partial<Record<Op, (call: Call) => void>> = {
    gateway: takeGateway,
    pay: movedOut,
    withdraw: movedOut,
    order: toldOne,
    confirm: toldOne,
    'order-told': toldOne,
    orders: (call) => {
      for (const order of call.facts.orders ?? []) tell(call, order);
    },
  };

  return {
    fans,
    gateway,
    take: (call: Call): void => {
      const take = takes[call.op];
      if (take !== undefined) take(call);
      else if (call.status === 200) takeBooks(call);
    },
  };
}

function refundedIn({ reservations = [] }: Facts): number {
  const all = reservations.flatMap(([, , , , , told]) => told?.cancellations ?? []);
  return all.reduce((sum, { refund, compensation }) => sum + refund + compensation, 0);
}
