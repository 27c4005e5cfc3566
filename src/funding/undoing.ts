/**
 * What a gateway undoes by itself: a deposit taken back, a dispute, an order cancelled at its desk. It is taken from the
 * wallet as a REVERSAL; what the wallet has not is the order's `owed`, and met first by whatever comes in later.
 */
import type { Standing, Undone } from '../gateway/gateway.ts';
import type { Tx } from '../platform/database.ts';
import { lockWallets, type Wallet } from '../wallet/wallet.ts';

export interface Undoing {
  /**
   * Takes from the fan's wallet what the gateway undid of a PAID order without our asking, as far as it was not taken
   * before. `undone` is all that ever went back, as the gateway lists it: told twice, or less of it than before, it changes
   * nothing. Locks the wallet, then the order: whoever has locked either has locked the wallet first.
   */
  undo(tx: Tx, order: PaidOrder, undone: readonly Undone[]): Promise<void>;
}

export interface PaidOrder {
  readonly id: string;
  readonly userId: string;
}

export interface UndoingOptions {
  readonly wallet: Pick<Wallet, 'reverse' | 'settleOwed' | 'onCredited'>;
}

interface OrderRow {
  readonly amount: number;
  readonly withdrawn: number;
  readonly reversed: number;
}

interface PartRow {
  readonly id: string;
  readonly amount: number;
}

/** One place for a fan's and an order's next REVERSAL: `<orderId>-r1`, `-r2`, …. */
const nextReference = async (tx: Tx, { id, userId }: PaidOrder): Promise<string> => {
  const [{ past }] = await tx<[{ past: number }]>`
    select count(*)::integer as past from transfers
    where user_id = ${userId} and kind = 'REVERSAL' and starts_with(reference, ${`${id}-r`})`;
  return `${id}-r${past + 1}`;
};

export function createUndoing({ wallet }: UndoingOptions): Undoing {
  wallet.onCredited((tx, userIds) => meetOwed(tx, wallet, userIds));
  return {
    undo: async (tx, order, undone) => {
      if (undone.length === 0) return;
      await lockWallets(tx, [order.userId]);
      const [[row], parts] = await Promise.all([
        tx<OrderRow[]>`
          select amount, withdrawn, reversed from charge_orders
          where id = ${order.id} and user_id = ${order.userId} and status = 'PAID' for no key update`.execute(),
        tx<PartRow[]>`
          select id, amount from withdrawal_parts where order_id = ${order.id} and status <> 'FAILED'`.execute(),
      ]);
      if (row === undefined) return;
      const more = Math.min(undoneElsewhere(undone, parts), row.amount - row.withdrawn) - row.reversed;
      if (more <= 0) return;
      const reference = await nextReference(tx, order);
      const taken = await wallet.reverse(tx, { userId: order.userId, amount: more, reference });
      void tx`
        update charge_orders set reversed = reversed + ${more}, owed = owed + ${more - taken}
        where id = ${order.id}`.execute();
    },
  };
}

/**
 * All that ever went back of an order of so much that is PAID here, as the gateway has it. Money that was paid into an account
 * and taken back leaves the account open again, known by its secret. Nothing else that is not PAID says that money went
 * back: with another merchant's key a gateway knows none of our orders.
 */
export function wentBack(standing: Standing, amount: number): readonly Undone[] {
  if (standing.state === 'PAID') return standing.undone;
  return standing.state === 'OPEN' && standing.secret !== undefined ? [{ amount, partId: undefined }] : [];
}

/**
 * What went back and is no part of ours. Of a part that failed here the money is in the wallet again, so if it went back
 * all the same it is the gateway's own doing; and so is whatever went back under a part's name beyond its amount.
 */
function undoneElsewhere(undone: readonly Undone[], parts: readonly PartRow[]): number {
  const byPart = Map.groupBy(undone, ({ partId }) => partId);
  const ours = parts.reduce((sum, { id, amount }) => sum + Math.min(amount, amountOf(byPart.get(id) ?? [])), 0);
  return amountOf(undone) - ours;
}

function amountOf(undone: readonly Undone[]): number {
  return undone.reduce((sum, { amount }) => sum + amount, 0);
}

/**
 * These fans' wallets were credited, owe something and are locked: it goes to what is owed, the oldest order first. Orders
 * are locked in the order of their ids, as everybody does.
 */
async function meetOwed(tx: Tx, wallet: Pick<Wallet, 'settleOwed'>, userIds: readonly string[]): Promise<void> {
  const rows = await tx<{ id: string; userId: string; owed: number; created: number }[]>`
    select id, user_id as "userId", owed, (extract(epoch from created_at) * 1000000)::bigint as created
    from charge_orders where user_id = any(${userIds}::text[]) and owed > 0 order by id for no key update`;
  const byFan = Map.groupBy(rows, ({ userId }) => userId);
  for (const orders of byFan.values()) {
    for (const order of orders.toSorted((one, other) => one.created - other.created)) {
      const reference = await nextReference(tx, order);
      const taken = await wallet.settleOwed(tx, { userId: order.userId, amount: order.owed, reference });
      void tx`update charge_orders set owed = owed - ${taken} where id = ${order.id}`.execute();
      if (taken < order.owed) break;
    }
  }
}
