/** Rooms of money from outside in this process, on the database of a house: two of them are two servers. */
import { createFunding, type Funding } from '../../src/funding/funding.ts';
import type { Gateway } from '../../src/gateway/gateway.ts';
import { createWallet } from '../../src/wallet/wallet.ts';
import type { House } from './house.ts';

export interface FundingRoom extends Funding {
  /** What was counted: `paid 3`. */
  readonly counted: Map<string, number>;
}

export function openFunding(
  { database }: Pick<House, 'database'>,
  gateways: readonly Gateway[],
  { walletMax = 100_000_000 } = {},
): FundingRoom {
  const counted = new Map<string, number>();
  const funding = createFunding({
    database,
    wallet: createWallet({ database }),
    gateways: new Map(gateways.map((gateway) => [gateway.id, gateway])),
    config: { publicUrl: 'http://127.0.0.1', money: { charges: 'gateway', walletMax } },
    metrics: {
      batch: () => undefined,
      depth: () => undefined,
      orders: (what, count) => counted.set(what, (counted.get(what) ?? 0) + count),
    },
    log: { warn: () => undefined },
    batchMax: 500,
  });
  return { ...funding, counted };
}
