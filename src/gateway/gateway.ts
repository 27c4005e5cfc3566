/**
 * The door to payment gateways: those that are configured, each spoken to in the same words (`terms.ts`). Nothing here
 * keeps or decides anything, but the sandbox, which is another's house: a gateway tells how a payment stands, and the rule
 * of what follows from it is the orders' (funding/).
 */
import type { MoneyConfig } from '../config.ts';
import { createStripe } from './stripe.ts';
import type { Gateway, MethodId } from './terms.ts';
import { createToss } from './toss.ts';
import type { Sandbox } from './sandbox/sandbox.ts';

export { openSandbox, type Sandbox } from './sandbox/sandbox.ts';
export { GatewayUnclear } from './terms.ts';
export type {
  Checkout,
  Confirmed,
  Gateway,
  GatewayOrder,
  MethodId,
  Notice,
  Part,
  RefundAccount,
  Return,
  SentBack,
  Standing,
  Undone,
} from './terms.ts';

export interface GatewaysOptions {
  readonly money: Pick<MoneyConfig, 'toss' | 'stripe'>;
  readonly sandbox: Sandbox | undefined;
}

/** Those that are configured, in the order in which they are offered. */
export function createGateways({ money: { toss, stripe }, sandbox }: GatewaysOptions): ReadonlyMap<MethodId, Gateway> {
  const gateways = [
    ...(toss === undefined ? [] : [realToss(toss)]),
    ...(stripe === undefined ? [] : [createStripe(stripe)]),
    ...(sandbox === undefined ? [] : [simulated(sandbox)]),
  ];
  return new Map(gateways.map((gateway) => [gateway.id, gateway]));
}

/** Its window is opened in the browser by its own script, which needs no question from here. */
function realToss({ clientKey, secretKey, api }: NonNullable<MoneyConfig['toss']>): Gateway {
  return createToss({
    id: 'toss',
    name: { en: 'Toss Payments', ko: '토스페이먼츠' },
    secretKey,
    api,
    open: ({ id: orderId }, back) => Promise.resolve({ checkout: { clientKey, orderId, ...back } }),
  });
}

function simulated({ secretKey, api, open }: Sandbox): Gateway {
  return createToss({
    id: 'sandbox',
    name: { en: 'Sandbox (simulated)', ko: '샌드박스 (모의 결제)' },
    secretKey,
    api,
    open,
  });
}
