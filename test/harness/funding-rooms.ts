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
  { walletMax = 100_000_000, warn = (_message: string): void => undefined, isBusy = (): boolean => false } = {},
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
    log: { warn: (_fields, message) => warn(message) },
    batchMax: 500,
    isBusy,
  });
  return { ...funding, counted };
}

/** One look of the duty that asks, and everything that comes of it. */
export async function look(room: FundingRoom): Promise<void> {
  await room.duties.find(({ name }) => name === 'funding.ask')?.run();
  await room.drain();
}

/** Moves an order back in time, to the moment at which it is next asked about. Answers whether there is one. */
export async function untilAsked({ sql }: Pick<House, 'sql'>, id: string): Promise<boolean> {
  const { count } = await sql`
    with next as materialized (
      select order_id, greatest(ask_at - now(), interval '0') as ahead from charge_order_questions
      where order_id = ${id} and ask_at is not null
    ), moved as (
      update charge_order_questions as question set ask_at = ask_at - ahead, unclear_since = unclear_since - ahead
      from next where question.order_id = next.order_id
    )
    update charge_orders set created_at = created_at - ahead, expires_at = expires_at - ahead, asked_at = asked_at - ahead
    from next where id = order_id`;
  return count > 0;
}
