/** The sandbox in the test's own process: its wire, and its page pressed without a browser. */
import assert from 'node:assert/strict';
import {
  createGateways,
  openSandbox,
  type Gateway,
  type GatewayOrder,
  type Sandbox,
} from '../../src/gateway/gateway.ts';
import { timeOrderedId } from '../../src/platform/ids.ts';
import type { House } from './house.ts';

/** As the servers of tests have it, so that what is opened here is found there. */
const secret = 'a secret of at least thirty-two characters';
const order_minutes = 30;

export interface SandboxAtHand {
  readonly sandbox: Sandbox;
  readonly gateway: Gateway;
  /** Makes the payment known; answers the address of its page. */
  open(order: GatewayOrder): Promise<string>;
  /** Presses a button of an order that was opened; answers where the browser goes, if it does. */
  press(order: GatewayOrder, action: string): Promise<URL | undefined>;
  /** Opens the order and agrees to it; answers the key that the browser brings back. */
  agree(order: GatewayOrder, action?: string): Promise<string>;
}

export async function sandboxOf(
  house: House,
  { publicUrl = 'http://tickets.example', webhook = 'http://127.0.0.1:9/' } = {},
): Promise<SandboxAtHand> {
  const sandbox = await openSandbox({ database: house.database, secret, publicUrl, webhook });
  const gateway = createGateways({ money: { toss: undefined, stripe: undefined }, sandbox }).get('sandbox');
  assert(gateway);
  const open = async (order: GatewayOrder): Promise<string> => {
    const back = `${publicUrl}/wallet/return?order=${order.id}`;
    const orderName = '지갑 충전 <b>';
    const { checkout } = await gateway.open(order, { successUrl: back, failUrl: `${back}&failed=1`, orderName });
    assert('url' in checkout);
    return checkout.url;
  };
  const press = async (order: GatewayOrder, action: string): Promise<URL | undefined> => {
    const [, , , id = '', seal = ''] = new URL(await open(order)).pathname.split('/');
    const row = await sandbox.find(id, seal);
    assert(row);
    const pressed = await sandbox.press(row, action);
    return 'to' in pressed ? new URL(pressed.to, publicUrl) : undefined;
  };
  return {
    sandbox,
    gateway,
    open,
    press,
    agree: async (order, action = 'pay') => {
      const to = await press(order, action);
      assert(to, `nobody can ${action} here`);
      return to.searchParams.get('paymentKey') ?? '';
    },
  };
}

export function newOrder(more: Partial<GatewayOrder> = {}): GatewayOrder {
  return {
    id: timeOrderedId(),
    amount: 50_000,
    currency: 'KRW',
    expiresAt: new Date(Date.now() + order_minutes * 60_000),
    paymentKey: undefined,
    refundAccount: undefined,
    ...more,
  };
}

export const refundAccount = { bank: '88', number: '110-123-456789', holder: '김매진' };
