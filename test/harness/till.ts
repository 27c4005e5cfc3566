/** A gateway that does what its test says: how each payment stands, and what every question is answered with. */
import {
  GatewayUnclear,
  type Confirmed,
  type Gateway,
  type GatewayOrder,
  type MethodId,
  type Notice,
  type Standing,
} from '../../src/gateway/gateway.ts';

export interface Till {
  readonly gateway: Gateway;
  /** By order; what is not here is ABSENT. */
  readonly standings: Map<string, Standing>;
  /** How often it was asked what. */
  readonly asked: { open: number; confirm: number; lookUp: number };
  /** It says nothing while this is true. */
  isAway: boolean;
  /** Awaited by every confirmation and look-up before it is answered. */
  before: (what: 'confirm' | 'lookUp', order: GatewayOrder) => Promise<void>;
  /** Instead of taking the money. */
  onConfirm: ((order: GatewayOrder, paymentKey: string) => Confirmed) | undefined;
}

export const keyOf = (orderId: string): string => `pay-${orderId}`;

export function paidFor(
  { id, amount, currency }: Pick<GatewayOrder, 'id' | 'amount' | 'currency'>,
  changes: Partial<Extract<Standing, { state: 'PAID' }>> = {},
): Extract<Standing, { state: 'PAID' }> {
  return { state: 'PAID', orderId: id, paymentKey: keyOf(id), amount, currency, undone: [], ...changes };
}

export function openTill(id: MethodId = 'toss'): Till {
  const till: Till = {
    standings: new Map(),
    asked: { open: 0, confirm: 0, lookUp: 0 },
    isAway: false,
    before: async () => undefined,
    onConfirm: undefined,
    gateway: {
      id,
      name: { en: 'Till', ko: '계산대' },
      minAmount: 100,
      maxAmount: 5_000_000,
      takesDeposits: id !== 'stripe',
      open: async (order) => {
        till.asked.open += 1;
        answers();
        return { checkout: { url: `https://till.example/${order.id}` } };
      },
      confirm: async (order, paymentKey) => {
        till.asked.confirm += 1;
        answers();
        await till.before('confirm', order);
        if (till.onConfirm !== undefined) return till.onConfirm(order, paymentKey);
        if (paymentKey !== keyOf(order.id)) return { state: 'REFUSED', because: 'NOT_FOUND_PAYMENT' };
        const standing = till.standings.get(order.id) ?? paidFor(order);
        till.standings.set(order.id, standing);
        return standing;
      },
      lookUp: async (order) => {
        till.asked.lookUp += 1;
        answers();
        await till.before('lookUp', order);
        return till.standings.get(order.id) ?? { state: 'ABSENT' };
      },
      sendBack: () => Promise.reject(new GatewayUnclear('this till sends nothing back')),
      readNotice: (_headers, body) => JSON.parse(body.toString()) as Notice,
    },
  };
  const answers = (): void => {
    if (till.isAway) throw new GatewayUnclear('the till is away');
  };
  return till;
}
