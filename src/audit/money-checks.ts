/** Money: nothing is made, nothing is lost. */
import { balanceMax } from '../contract.ts';
import type { Check } from './check.ts';

export const moneyChecks: readonly Check[] = [
  {
    // That it sums to zero, and so do all of them together, needs no check: it has one amount, which one account gains and
    // the other loses. The rest is a constraint too, which somebody may have taken away.
    name: 'I4 each movement is one transfer, into the wallet or out of it as its kind says',
    breaches: (tx) => tx`
      select user_id, reference, array_agg(kind || ' ' || amount order by id) as transfers
      from transfers group by user_id, reference
      having count(*) <> 1 or not bool_and(coalesce(case kind
        when 'CHARGE' then amount > 0 when 'PAYMENT' then amount <= 0 when 'REFUND' then amount >= 0
        when 'COMPENSATION' then amount > 0 when 'WITHDRAWAL' then amount <> 0 when 'REVERSAL' then amount < 0 end, false))`,
  },
  {
    name: 'I4 each balance is the sum of its entries',
    breaches: (tx) => tx`
      select user_id, balance, entries
      from wallets
      full join (select user_id, sum(amount) as entries from transfers group by user_id) as entry
        using (user_id)
      where coalesce(balance, 0) <> coalesce(entries, 0)`,
  },
  {
    // Over the limit it may be, by what is the fan's own: refunds, and orders that were confirmed.
    name: 'I4 no balance is negative, at any time',
    breaches: (tx) => tx`
      select user_id, balance, null as entry from wallets where balance < 0
      union all
      select user_id, balance, id from transfers where balance < 0`,
  },
  {
    name: 'I4 no top-up that is no order’s left more than a wallet may hold',
    breaches: (tx) => tx`
      select user_id, id, source, amount, balance from transfers
      where kind = 'CHARGE' and source in ('open', 'service') and balance > ${balanceMax}`,
  },
  {
    name: "I4 each entry's balance follows from the one before",
    breaches: (tx) => tx`
      select user_id, id, amount, balance, before
      from (
        select user_id, id, amount, balance, coalesce(lag(balance) over (partition by user_id order by id), 0) as before
        from transfers) as entry
      where balance is distinct from before + amount`,
  },
  {
    name: 'I4 each payment took its amount from the wallet of its user, once',
    breaches: (tx) => tx`
      select user_id, reference, amount, reservations, movements, taken
      from (
        select user_id, payment_id as reference, sum(amount) as amount, count(*) as reservations
        from reservations where payment_id is not null group by user_id, payment_id) as payment
      full join (
        select user_id, reference, count(*) as movements, -sum(amount) as taken from transfers
        where kind = 'PAYMENT' group by user_id, reference) as entry using (user_id, reference)
      where reservations is distinct from 1 or movements is distinct from 1 or taken is distinct from amount`,
  },
];
