/**
 * Orders to fill the wallet through a gateway. However often a fan presses, comes back, reloads or hears no answer, one wish
 * is one order: the key of keys.ts joins what is under way or unanswered, and an order of the same wish that is still open is
 * gone on with. One of which nobody knows yet whether it was paid is not paid again unasked.
 */
import { ask, type Reply } from '../client/client.ts';
import { secondsUntil, syncClock } from '../client/clock.ts';
import { askOnce } from '../client/keys.ts';
import { keep, read } from '../client/store.ts';
import type { ChargeMethod } from './charge-ways.ts';
import { go } from './router.ts';

export type Order = Reply<'getChargeOrder'>;

export interface Wish {
  /** Whole units of the currency. */
  readonly amount: number;
  readonly method: ChargeMethod['id'];
  /** The hold to come back to. */
  readonly reservationId: string | undefined;
}

/** Those with which a gateway sent the fan back without a payment: it may take none for them any more. */
const sent_back = 'orders-sent-back';
const sent_back_max = 20;

function sentBack(): readonly string[] {
  return (read(sent_back) ?? '').split(' ');
}

/** As far as this device knows. */
export function isSentBack({ id }: Order): boolean {
  return sentBack().includes(id);
}

/** The next try is another order, though the box office may not know yet how this one ended. */
export function wasSentBack(order: Order): void {
  const { id } = order;
  if (!isSentBack(order)) keep(sent_back, [id, ...sentBack()].slice(0, sent_back_max).join(' '));
}

/** Of the newest; the contract allows 20 open ones. */
const looked_at_max = 50;
/** An order that ends sooner is no help to somebody who has yet to find a card. */
const useful_seconds_min = 120;

export function isUnsettled({ status, unclear }: Order): boolean {
  return unclear && status !== 'PAID' && status !== 'FAILED';
}

function fits(order: Order, { amount, method, reservationId }: Wish): boolean {
  return order.amount === amount && order.method === method && (order.reservationId ?? undefined) === reservationId;
}

/**
 * The order of this wish: an open one, or one that is made now. With `anew` one that nobody knows the end of does not count.
 * Rejects with a problem.
 */
export async function orderOf(wish: Wish, { anew = false } = {}): Promise<Order> {
  const [{ orders }] = await Promise.all([ask('listChargeOrders', { query: { limit: looked_at_max } }), syncClock()]);
  const same = orders.filter((order) => fits(order, wish));
  const open = same.filter((order) => !isSentBack(order));
  const found = (anew ? undefined : open.find(isUnsettled)) ?? open.find(canBePaid);
  return found ?? makeOrder(wish, same[0]?.id ?? '');
}

function canBePaid({ status, unclear, expiresAt }: Order): boolean {
  return status === 'OPEN' && !unclear && secondsUntil(expiresAt) > useful_seconds_min;
}

/** `last` is the order of the same wish before it: what was asked before that was there is not asked again by its key. */
function makeOrder({ amount, method, reservationId }: Wish, last: string): Promise<Order> {
  return askOnce(`order:${method}:${amount}:${reservationId ?? ''}:${last}`, 'createChargeOrder', {
    body: { amount, method, ...(reservationId !== undefined && { reservationId }) },
  });
}

/**
 * Where the fan pays for it. The sandbox is found at whatever name this page was: at another one nobody would be signed in
 * when they come back.
 */
export function checkoutOf({ id, checkout: { url } }: Order): string {
  if (url === undefined) return `/wallet/checkout/${id}`;
  const { pathname } = new URL(url, location.href);
  return pathname.startsWith('/sandbox/') ? pathname : url;
}

/** Where the fan sees what became of it. */
export function returnOf({ id }: Pick<Order, 'id'>): string {
  return `/wallet/return?order=${id}`;
}

/** Where it was begun. */
export function beganAt({ reservationId }: Pick<Order, 'reservationId'>): string {
  return reservationId === null ? '/my' : `/reservations/${reservationId}`;
}

/** Leaves for the gateway. */
export function leaveFor(order: Order): void {
  const to = checkoutOf(order);
  if (to.startsWith('/')) go(to);
  else location.assign(to);
}
