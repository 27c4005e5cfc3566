/** Money: nothing is made, nothing is lost, and a key acts once. */
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
        when 'CHARGE' then amount > 0 when 'PAYMENT' then amount <= 0 when 'REFUND' then amount >= 0 end, false))`,
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
    name: 'I4 no balance is negative or over the limit, at any time',
    breaches: (tx) => tx`
      select user_id, balance, null as entry from wallets where balance not between 0 and ${balanceMax}
      union all
      select user_id, balance, id from transfers where balance not between 0 and ${balanceMax}`,
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
  {
    name: 'I6 what is remembered under a key happened, once, as the answer says',
    breaches: (tx) => tx`
      with known as (
        select user_id, key, fingerprint, answer, substring(answer from '^[{]"id":"([^"]+)",') as id,
          count(*) over (partition by user_id, key) as same from idempotency_keys
      ), charge as (
        select user_id, reference as id, count(*) as times,
          min(format('{"id":"%s","amount":%s,"balance":%s}', reference, amount, balance)) as answer,
          min('charge ' || amount) as fingerprint
        from transfers where kind = 'CHARGE' group by user_id, reference
      ), payment as (
        select paid.user_id, payment_id as id, count(*) as times,
          min(format('{"id":"%s","reservationId":"%s","amount":%s,"balance":%s,', payment_id, paid.id, paid.amount, balance)) as answer,
          min('pay ' || paid.id) as fingerprint
        from reservations as paid join transfers as entry on entry.user_id = paid.user_id and entry.reference = payment_id
        group by paid.user_id, payment_id
      ), hold as (
        select user_id, id, 1 as times,
          format('{"id":"%s","amount":%s,"heldUntil":"%s"}', id, amount,
            to_char(held_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) as answer,
          format('hold %s %s', performance_id, array_to_string(seat_numbers, ',')) as fingerprint
        from reservations
      ), concert as (
        select operator_id as user_id, concert_id as id, count(*) as times, format('{"id":"%s","title":', concert_id) as answer,
          'concert' as fingerprint
        from operator_log where action = 'CREATE_CONCERT' group by operator_id, concert_id
      )
      select user_id, key, known.fingerprint, known.answer, times
      from known
      left join (
        select * from charge union all select * from payment union all select * from hold union all select * from concert
      ) as effect using (user_id, id)
      where same > 1
        -- Holds that are over for long are removed; how far, is written down.
        or times is distinct from 1 and not (starts_with(known.fingerprint, 'hold ') and id <= coalesce(
          (select removed_to from reservation_retention where concert_id = split_part(id, '-', 1)), ''))
        -- What was sent to make a concert is known by its hash alone.
        or case effect.fingerprint when 'concert' then split_part(known.fingerprint, ' ', 1) else known.fingerprint end
          <> effect.fingerprint
        or not starts_with(known.answer, effect.answer)`,
  },
  {
    // Keys are kept for 48 hours; a day is what the contract promises. A hold needs none.
    name: 'I6 what happened within a day is remembered under exactly one key',
    breaches: (tx) => tx`
      select user_id, effect.id, count(known.id) as keys
      from (
        select user_id, reference as id, 1 as keys_min from transfers
        where kind = 'CHARGE' and at > now() - interval '1 day'
        union all
        select user_id, payment_id, 1 from reservations where paid_at > now() - interval '1 day'
        union all
        select user_id, id, 0 from reservations where created_at > now() - interval '1 day') as effect
      left join (
        select user_id, substring(answer from '^[{]"id":"([^"]+)",') as id from idempotency_keys) as known using (user_id, id)
      group by user_id, effect.id having count(known.id) not between min(keys_min) and 1`,
  },
];
