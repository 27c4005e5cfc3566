/**
 * A gateway in the hands of a test: what was paid there, what it was asked to send back, and what it says to that. Money that
 * came is what the test says; whatever went back is counted, each part once, as gateways promise.
 */
import { GatewayUnclear, type Gateway, type Part, type SentBack, type Undone } from '../../src/gateway/gateway.ts';

export interface Refunder {
  readonly gateway: Gateway;
  /** Ids of parts in the order in which it was asked to send them back, repeats too. */
  readonly asked: string[];
  /** How often it was asked how an order stands. */
  readonly lookedUp: string[];
  /** All that went back, by order. */
  readonly undone: Map<string, Undone[]>;
  /** What it says to a wish to send back; `undefined` sends it back. Called before anything is done. */
  answer: ((part: Part, orderId: string) => Promise<Answered> | Answered) | undefined;
  sentBack(orderId: string): number;
}

/** `LOST`: it is done, and nobody hears of it. */
type Answered = SentBack | 'LOST' | 'UNCLEAR' | undefined;

export function openRefunder(id: Gateway['id'] = 'sandbox'): Refunder {
  const [asked, lookedUp]: [string[], string[]] = [[], []];
  const undone = new Map<string, Undone[]>();
  const undoneOf = (orderId: string): Undone[] => {
    const found = undone.get(orderId) ?? [];
    undone.set(orderId, found);
    return found;
  };
  const never = (): never => {
    throw new Error('nobody asks this here');
  };
  const refunder: Refunder = {
    asked,
    lookedUp,
    undone,
    answer: undefined,
    sentBack: (orderId) => undoneOf(orderId).reduce((sum, { amount }) => sum + amount, 0),
    gateway: {
      id,
      name: { en: 'Refunder', ko: '환불기' },
      minAmount: 1,
      maxAmount: 10_000_000,
      takesDeposits: true,
      open: never,
      confirm: never,
      readNotice: never,
      lookUp: async ({ id: orderId, amount, currency }) => {
        lookedUp.push(orderId);
        await Promise.resolve();
        return {
          state: 'PAID',
          orderId,
          paymentKey: `of-${orderId}`,
          amount,
          currency,
          undone: [...undoneOf(orderId)],
        };
      },
      sendBack: async (order, part) => {
        asked.push(part.id);
        const answered = await refunder.answer?.(part, order.id);
        if (answered === 'UNCLEAR') throw new GatewayUnclear('nothing was done, and nobody hears of it');
        if (answered !== undefined && answered !== 'LOST' && answered.state !== 'DONE') return answered;
        const before = undoneOf(order.id);
        if (!before.some(({ partId }) => partId === part.id)) before.push({ amount: part.amount, partId: part.id });
        if (answered === 'LOST') throw new GatewayUnclear('it was done, and nobody hears of it');
        return { state: 'DONE' };
      },
    },
  };
  return refunder;
}
