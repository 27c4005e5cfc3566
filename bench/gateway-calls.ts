/**
 * What the call to a gateway costs by itself, as a process of its own: the very file that speaks to Toss asks the stand-in
 * to confirm, so many at a time, and nothing else happens here.
 */
import { createToss } from '../src/gateway/toss.ts';
import { serveOrders } from './children.ts';
import { order_amount, orderOf, paymentOf } from './order-names.ts';

export interface CallsOrder {
  readonly api: string;
  readonly atOnce: number;
  readonly seconds: number;
}

export interface Called {
  readonly calls: number;
  /** Of this process. */
  readonly processorSeconds: number;
}

async function call({ api, atOnce, seconds }: CallsOrder): Promise<Called> {
  const toss = createToss({
    id: 'toss',
    name: { en: '', ko: '' },
    secretKey: 'a key of the bench',
    api,
    open: () => Promise.reject(new Error('nothing is opened here')),
  });
  const expiresAt = new Date(Date.now() + 1_800_000);
  let calls = 0;
  const before = process.cpuUsage();
  const endsAt = performance.now() + seconds * 1_000;
  const one = async (): Promise<void> => {
    while (performance.now() < endsAt) {
      const id = orderOf(calls++);
      const order = {
        id,
        amount: order_amount,
        currency: 'KRW',
        expiresAt,
        paymentKey: undefined,
        refundAccount: undefined,
      };
      const { state } = await toss.confirm(order, paymentOf(id));
      if (state !== 'PAID') throw new Error(`the stand-in says ${state}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  const used = process.cpuUsage(before);
  return { calls, processorSeconds: (used.user + used.system) / 1e6 };
}

serveOrders(call);
