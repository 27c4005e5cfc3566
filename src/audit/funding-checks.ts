/** Money from outside: what came by orders, what went back to where it came from, and what gateways undid by themselves. */
import type { Tx } from '../platform/database.ts';
import type { Check } from './check.ts';

/** A REVERSAL names its order and counts from 1: `<orderId>-r1`. */
const reversals = (tx: Tx) => tx`
  select user_id, substring(reference from '^(.+)-r[1-9][0-9]*$') as id, -sum(amount) as taken
  from transfers where kind = 'REVERSAL' group by 1, 2`;

export const fundingChecks: readonly Check[] = [
  {
    name: 'I11 an order is PAID if and only if exactly one CHARGE of its amount names it',
    breaches: (tx) => tx`
      select ordered.id, ordered.user_id, status, ordered.amount, charges, charged
      from charge_orders as ordered
      left join (
        select reference, count(*) as charges, min(user_id) as user_id, sum(amount) as charged, min(source) as source
        from transfers where kind = 'CHARGE' group by reference) as entry on entry.reference = ordered.id
      where coalesce(charges, 0) <> case status when 'PAID' then 1 else 0 end
        or entry.user_id <> ordered.user_id or charged <> ordered.amount or source <> method`,
  },
  {
    name: 'I11 an order is PAID if and only if exactly one payment is its own, of that moment',
    breaches: (tx) => tx`
      select coalesce(ordered.id, payment.order_id) as id, status, ordered.method, payment_key, paid_at, payments, paid_with, at
      from charge_orders as ordered
      full join (
        select order_id, count(*) as payments, min(method) as paid_by, min(payment_key) as paid_with, min(at) as at
        from gateway_payments group by order_id) as payment on payment.order_id = ordered.id
      where coalesce(payments, 0) <> case status when 'PAID' then 1 else 0 end
        or paid_by <> ordered.method or status = 'PAID' and (payment_key is distinct from paid_with or paid_at <> at)`,
  },
  {
    name: 'I11 a CHARGE from a gateway names an order of that method',
    breaches: (tx) => tx`
      select entry.user_id, entry.id, entry.source, entry.reference, ordered.user_id as order_of, method
      from transfers as entry left join charge_orders as ordered on ordered.id = entry.reference
      where entry.kind = 'CHARGE' and entry.source not in ('open', 'service')
        and (ordered.user_id is distinct from entry.user_id or method is distinct from entry.source)`,
  },
  {
    name: 'I11 from where there is money in the wallets is written down',
    breaches: (tx) => tx`
      select source, count(*) as charges
      from transfers left join money_sources as known using (source)
      where kind = 'CHARGE' and known.source is null group by source`,
  },
  {
    name: 'I12 of each order, what was withdrawn and reversed never exceeds its amount',
    breaches: (tx) => tx`
      select id, user_id, status, amount, withdrawn, reversed from charge_orders
      where withdrawn + reversed > amount or withdrawn < 0 or reversed < 0
        or status <> 'PAID' and (withdrawn <> 0 or reversed <> 0)`,
  },
  {
    name: 'I12 what an order says of its withdrawals and reversals is the sum of their parts and entries',
    breaches: (tx) => tx`
      select user_id, id, withdrawn, parts, reversed, owed, taken
      from charge_orders
      full join (${reversals(tx)}) as reversal using (user_id, id)
      left join (
        select order_id, sum(amount) as parts from withdrawal_parts where status <> 'FAILED' group by order_id) as part
        on order_id = id
      where withdrawn is distinct from coalesce(parts, 0) or reversed - owed is distinct from coalesce(taken, 0)`,
  },
  {
    name: 'I12 what a wallet owes is what its orders owe, and while it owes it holds nothing',
    breaches: (tx) => tx`
      select user_id, balance, wallets.owed, orders_owe
      from wallets
      full join (select user_id, sum(owed) as orders_owe from charge_orders group by user_id having sum(owed) <> 0) as ordered
        using (user_id)
      where coalesce(wallets.owed, 0) <> coalesce(orders_owe, 0) or wallets.owed > 0 and balance <> 0`,
  },
  {
    name: 'I13 each withdrawal took its amount out of the wallet, and each part that failed brought its own back',
    breaches: (tx) => tx`
      select user_id, reference, amount, coalesce(due, 0) as due, coalesce(entries, 0) as entries
      from (
        select user_id, reference, amount, count(*) as due from (
          select user_id, id as reference, -amount as amount from withdrawals
          union all
          select user_id, part.id, part.amount from withdrawal_parts as part
          join withdrawals on withdrawals.id = withdrawal_id where part.status = 'FAILED') as movement
        group by 1, 2, 3) as movement
      full join (
        select user_id, reference, amount, count(*) as entries from transfers where kind = 'WITHDRAWAL'
        group by 1, 2, 3) as entry using (user_id, reference, amount)
      where due is distinct from 1 or entries is distinct from 1`,
  },
  {
    name: 'I13 a withdrawal is the sum of its parts, all of its fan’s orders, and has ended as they have',
    breaches: (tx) => tx`
      select id, withdrawals.user_id, amount, status, parts, pending, done
      from withdrawals
      left join (
        select withdrawal_id, sum(part.amount) as parts, count(*) filter (where part.status = 'PENDING') as pending,
          count(*) filter (where part.status = 'DONE') as done,
          -- One that is under way is asked about, one that ended is not.
          bool_and((part.status = 'PENDING') = (part.ask_at is not null)) as are_asked,
          min(user_id) as lowest, max(user_id) as highest
        from withdrawal_parts as part join charge_orders as ordered on ordered.id = order_id
        group by withdrawal_id) as part on withdrawal_id = id
      where parts is distinct from amount or not are_asked or lowest <> withdrawals.user_id or highest <> withdrawals.user_id
        or status <> case when pending > 0 then 'PENDING' when done > 0 then 'DONE' else 'FAILED' end`,
  },
];
