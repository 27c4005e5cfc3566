/**
 * Money as parts of one statement of another room, for the plain case: the statement stands only if every row that it relies
 * upon is met, and whatever is not plain is left to ledger.ts.
 */
import type { Sql, Statement } from '../platform/database.ts';

type Part = Statement<readonly unknown[]>;

/** Locks the wallets of these users for the next statements of a flight, in the order of everybody's locks; those that exist. */
export function lockingWallets(sql: Sql, userIds: readonly string[]): Part {
  return sql`
    select from wallets where user_id = any(${userIds}::text[]) order by user_id for no key update`;
}

/**
 * Parts of a statement in which `paid` has payments of different fans whose wallets are locked: user, amount, payment's id,
 * and the balance that is left. Takes the money where it is there, and writes the transfers.
 */
export function debiting(sql: Sql): Part {
  return sql`
    debited as (
      update wallets set balance = wallets.balance - paid.amount from paid
      where wallets.user_id = paid.user_id and wallets.balance >= paid.amount
      returning 1
    ), transferred as (
      insert into transfers (user_id, kind, amount, balance, reference)
      select user_id, 'PAYMENT', -amount, balance, id from paid
    )`;
}

/**
 * Parts of a statement in which `cancelled` has refunds of different fans whose wallets are locked and owe nothing: user,
 * amount, id, and the balance after it. Adds the money, and writes the transfers. No limit.
 */
export function refunding(sql: Sql): Part {
  return sql`
    credited as (
      update wallets set balance = cancelled.balance from cancelled
      where wallets.user_id = cancelled.user_id and wallets.balance + cancelled.refund = cancelled.balance and wallets.owed = 0
      returning 1
    ), transferred as (
      insert into transfers (user_id, kind, amount, balance, reference)
      select user_id, 'REFUND', refund, balance, id from cancelled
    )`;
}

/**
 * Parts of a statement in which `received` has what orders of different fans brought: user, order's id, amount and source.
 * Credits those who owe nothing, making wallets that do not exist yet, writes the transfers, and leaves `credited`: user and
 * balance. Whom it left out is for `Ledger.creditOrders` to credit. No limit. Locks the wallets in the order of everybody's
 * locks; those of one flight that were locked before stay locked.
 */
export function crediting(sql: Sql): Part {
  return sql`
    credited as (
      insert into wallets (user_id, balance)
      select user_id, amount from received order by user_id collate "C"
      on conflict (user_id) do update set balance = wallets.balance + excluded.balance
      where wallets.owed = 0
      returning user_id, balance
    ), credit as materialized (
      -- Looked up in one object: in a join each would be compared with each, for PostgreSQL cannot know how many there are.
      select jsonb_object_agg(user_id, balance) as balances from credited
    ), transferred as (
      insert into transfers (user_id, kind, amount, balance, reference, source)
      select user_id, 'CHARGE', amount, (balances ->> user_id)::bigint, id, source from credit, received where balances ? user_id
    )`;
}
