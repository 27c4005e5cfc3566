/**
 * Back from a gateway: what the address says, and what became of the order. Nothing of the address is believed: it is told to
 * the box office, which asks the gateway itself.
 */
import { useSignal, type ReadonlySignal } from '@preact/signals';
import { ask } from '../../client/client.ts';
import { asProblem, isPassing, type Problem } from '../../client/problem.ts';
import { useLoad, type State } from '../../ui/load.tsx';
import { useAskingAgain } from '../asking.ts';
import type { Order } from '../orders.ts';

export interface Returned {
  readonly order: Order;
  /** Why this payment was not taken for the order. */
  readonly refused: Problem | undefined;
  /** Nobody has said yet how it ended. */
  readonly isUnclear: boolean;
}

export interface Address {
  readonly orderId: string;
  /** What the gateway calls the payment; undefined if it was not made. */
  readonly paymentKey: string | undefined;
  /** Undefined where the gateway does not say it. */
  readonly amount: number | undefined;
  /** The gateway sent the fan back without a payment. */
  readonly isFailed: boolean;
  /** Why, in its own code. The sentence beside it is not shown: anybody could write one into a link. */
  readonly because: string | undefined;
}

export function readAddress(query: URLSearchParams): Address {
  const matching = (pattern: RegExp, ...names: string[]): string | undefined =>
    names.map((name) => query.get(name) ?? '').find((value) => pattern.test(value));
  const amount = matching(/^\d{1,15}$/, 'amount');
  const isFailed = query.get('failed') === '1';
  return {
    orderId: matching(/^[a-z0-9]{22}$/, 'order') ?? '',
    paymentKey: isFailed ? undefined : matching(/^[\x21-\x7e]{1,200}$/, 'paymentKey', 'session'),
    amount: amount === undefined ? undefined : Number(amount),
    isFailed,
    because: matching(/^[A-Z][A-Z0-9_]{1,59}$/, 'code'),
  };
}

/** It said neither yes nor no: asking again may tell. */
function isNoAnswer(found: Problem): boolean {
  return isPassing(found) || found.code === 'INTERNAL';
}

/** One that expired may still be paid late. */
function isOver({ status }: Order): boolean {
  return status === 'PAID' || status === 'FAILED';
}

/** How the order stands, confirmed if it can be. Rejects with a problem if it is not this fan's, or cannot be read. */
async function settle({ orderId, paymentKey, amount }: Address, signal: AbortSignal): Promise<Returned> {
  const params = { id: orderId };
  const order = await ask('getChargeOrder', { params, signal });
  if (isOver(order) || paymentKey === undefined) {
    return { order, refused: undefined, isUnclear: !isOver(order) && order.unclear };
  }
  try {
    const body = { paymentKey, amount: amount ?? order.amount };
    const confirmed = await ask('confirmChargeOrder', { params, body, signal });
    return { order: confirmed, refused: undefined, isUnclear: confirmed.status !== 'PAID' };
  } catch (error) {
    const found = asProblem(error);
    if (isNoAnswer(found)) return { order, refused: undefined, isUnclear: true };
    if (found.code !== 'PAYMENT_FAILED' && found.code !== 'AMOUNT_MISMATCH') throw found;
    return { order: await ask('getChargeOrder', { params, signal }), refused: found, isUnclear: false };
  }
}

export interface Returning {
  readonly state: ReadonlySignal<State<Returned>>;
  again(): void;
}

/** Settles the order, and asks again with growing pauses while nobody knows how it ended. */
export function useReturned(address: Address): Returning {
  const load = useLoad<Returned>(address.orderId, (signal) => settle(address, signal));
  const rounds = useSignal(0);
  const now = load.state.value;
  const isOpen = now.at === 'ready' && now.data.refused === undefined && !isOver(now.data.order);
  useAskingAgain(`${address.orderId} ${rounds.value}`, isOpen, async (signal) => {
    const next = await lookAgain(address, load.state.peek(), signal).catch(() => undefined);
    if (next !== undefined && !signal.aborted) load.set(next);
  });
  return {
    state: load.state,
    again: () => {
      rounds.value += 1;
      load.reload();
    },
  };
}

/** What the box office is asking the gateway about by itself is only looked at. */
async function lookAgain(address: Address, now: State<Returned>, signal: AbortSignal): Promise<Returned> {
  if (now.at !== 'ready' || !now.data.order.unclear) return settle(address, signal);
  const order = await ask('getChargeOrder', { params: { id: address.orderId }, signal });
  return { order, refused: undefined, isUnclear: order.unclear };
}
