/**
 * How a part of a withdrawal ends: it went back, or its money is in the wallet again. One transaction each, under the locks of
 * the fan's wallet, then the order: so a withdrawal whose last two parts end at once on two servers ends too.
 */
import type { Undone } from '../gateway/gateway.ts';
import type { Tx } from '../platform/database.ts';
import { lockWallets, type Wallet } from '../wallet/wallet.ts';
import type { Undoing } from './undoing.ts';

export interface TakenPart {
  readonly id: string;
  readonly withdrawalId: string;
  readonly orderId: string;
  readonly userId: string;
  readonly amount: number;
}

export type Ending = { readonly undone: readonly Undone[] } & (
  | { readonly status: 'DONE' }
  /** In the gateway's own code. */
  | { readonly status: 'FAILED'; readonly because: string }
);

export interface Ends {
  readonly wallet: Pick<Wallet, 'giveBack'>;
  readonly undoing: Undoing;
}

/** Only the first ending of a part counts; what the gateway undid by itself is looked at in any case. */
export async function endPart(tx: Tx, { wallet, undoing }: Ends, part: TakenPart, ending: Ending): Promise<void> {
  const { id, withdrawalId, orderId, userId, amount } = part;
  await lockWallets(tx, [userId]);
  // What comes back may meet what other orders of the fan owe: all of them are locked in one go, in the order of their ids.
  void tx`
    select from charge_orders where user_id = ${userId} and (id = ${orderId} or owed > 0)
    order by id for no key update`.execute();
  const [ended] = await tx`
    update withdrawal_parts
    set status = ${ending.status}, because = ${ending.status === 'FAILED' ? ending.because : null}, ended_at = now(), ask_at = null
    where id = ${id} and status = 'PENDING' returning id`;
  if (ended !== undefined && ending.status === 'FAILED') {
    await tx`update charge_orders set withdrawn = withdrawn - ${amount} where id = ${orderId}`;
    await wallet.giveBack(tx, [{ userId, amount, reference: id }], 'WITHDRAWAL');
  }
  if (ended !== undefined) await endWithdrawal(tx, withdrawalId);
  await undoing.undo(tx, { id: orderId, userId }, ending.undone);
}

/** If that was the last of its parts: DONE if any is. */
async function endWithdrawal(tx: Tx, id: string): Promise<void> {
  await tx`
    update withdrawals set ended_at = now(), status = case when exists (
      select from withdrawal_parts where withdrawal_id = ${id} and status = 'DONE') then 'DONE' else 'FAILED' end
    where id = ${id} and status = 'PENDING' and not exists (
      select from withdrawal_parts where withdrawal_id = ${id} and status = 'PENDING')`;
}
