/** A box office's side of Stripe in a test: the gateway at a server that speaks like Stripe, and orders to open there. */
import assert from 'node:assert/strict';
import { GatewayUnclear, type Gateway, type GatewayOrder, type Undone } from '../../src/gateway/gateway.ts';
import { createStripe } from '../../src/gateway/stripe.ts';
import { type StripeLike, openStripeLike } from './stripe-like.ts';

export interface OpenOrder extends GatewayOrder {
  readonly paymentKey: string;
}

export interface Shop {
  readonly stripe: StripeLike;
  readonly gateway: Gateway;
  gatewayOf(options: { readonly secretKey?: string; readonly patienceMs?: number }): Gateway;
  opened(): Promise<OpenOrder>;
  paid(): Promise<OpenOrder>;
  /** What went back of an order that is paid. */
  undoneOf(order: GatewayOrder): Promise<readonly Undone[]>;
  /** That nothing is known, and that no key of ours is told with it. */
  unclear(promise: Promise<unknown>, what?: RegExp): Promise<void>;
}

export const back = {
  successUrl: 'http://box.example/wallet/return?order=1',
  failUrl: 'http://box.example/wallet/return?order=1&failed=1',
  orderName: '지갑 충전',
};
export const amount = 132_000;

let orders = 0;

/** As they are made: they end half an hour from now. */
export function newOrder(more: Partial<GatewayOrder> = {}): GatewayOrder {
  orders += 1;
  return {
    id: `order${String(orders).padStart(17, '0')}`,
    amount,
    currency: 'KRW',
    expiresAt: new Date(Date.now() + 30 * 60_000),
    paymentKey: undefined,
    refundAccount: undefined,
    ...more,
  };
}

export async function openShop(): Promise<Shop> {
  const stripe = await openStripeLike();
  const { secretKey, webhookSecret, origin: api, account } = stripe;
  const gatewayOf: Shop['gatewayOf'] = (options) => createStripe({ secretKey, webhookSecret, api, ...options });
  const gateway = gatewayOf({});
  const opened = async (): Promise<OpenOrder> => {
    const order = newOrder();
    const { paymentKey } = await gateway.open(order, back);
    assert(paymentKey !== undefined);
    return { ...order, paymentKey };
  };
  return {
    stripe,
    gateway,
    gatewayOf,
    opened,
    paid: async () => {
      const order = await opened();
      account.pay(order.paymentKey);
      return order;
    },
    undoneOf: async (order) => {
      const standing = await gateway.lookUp(order);
      assert(standing.state === 'PAID');
      return standing.undone;
    },
    unclear: (promise, what = /./) =>
      assert.rejects(promise, (error: Error) => {
        assert(error instanceof GatewayUnclear, String(error));
        assert.match(error.message, what);
        assert(!`${error.message} ${String(error.cause)}`.includes(secretKey));
        return true;
      }),
  };
}
