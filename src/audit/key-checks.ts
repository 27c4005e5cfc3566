/** Keys: what was answered under one happened, once, and what happened is remembered under one. */
import type { Tx } from '../platform/database.ts';
import type { Check } from './check.ts';

/**
 * What may be remembered under a key, one row for each time that it happened: whose, its id, when, how many keys it has at
 * least, what was asked, and how the answer begins.
 */
const effects = (tx: Tx) => tx`
  -- What a charge met of what was owed is told with it, and stands in entries of the same transaction.
  select user_id, reference as id, at, 1 as keys_min, 'charge ' || amount as fingerprint,
    format('{"id":"%s","amount":%s,"balance":%s}', reference, amount, coalesce(rest, balance)) as answer
  from transfers left join (
    select user_id, at, min(balance) as rest from transfers where kind = 'REVERSAL' group by user_id, at) as met using (user_id, at)
  where kind = 'CHARGE' and source in ('open', 'service')
  union all
  select user_id, id, created_at, 1,
    format('order %s %s %s %s', amount, method, coalesce(reservation_id, '-'), coalesce(refund_account, '-')),
    format('{"id":"%s","expiresAt":"%s"}', id, to_char(expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
  from charge_orders
  union all
  -- One that a cancellation sent on is in that one's answer, and has no key of its own.
  select withdrawal.user_id, withdrawal.id, withdrawal.at,
    case when withdrawal.id in (select withdrawal_id from cancellations where withdrawal_id is not null) then 0 else 1 end,
    'withdraw ' || withdrawal.amount,
    format('{"id":"%s","amount":%s,"status":"PENDING","balance":%s,', withdrawal.id, withdrawal.amount, balance)
  from withdrawals as withdrawal join transfers as entry
    on entry.user_id = withdrawal.user_id and entry.kind = 'WITHDRAWAL' and entry.reference = withdrawal.id
  union all
  select paid.user_id, payment_id, paid_at, 1, 'pay ' || paid.id,
    format('{"id":"%s","reservationId":"%s","amount":%s,"balance":%s,', payment_id, paid.id, paid.amount, balance)
  from reservations as paid join transfers as entry on entry.user_id = paid.user_id and entry.reference = payment_id
  union all
  select coalesce(operator_id, user_id), id, at, 1, 'cancel ' || reservation_id,
    format('{"id":"%s","reservationId":"%s","fee":%s,"refund":%s,', id, reservation_id, fee, refund)
  from cancellations where reason <> 'called_off'
  union all
  -- A hold of a date that was moved since may have been promised for longer than it lasted.
  select user_id, hold.id, created_at, 0, format('hold %s %s', performance_id, array_to_string(seat_numbers, ',')),
    format('{"id":"%s","amount":%s,"heldUntil":"', hold.id, amount) || case
      when moved_at > created_at - interval '1 minute' then ''
      else to_char(held_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || '"}' end
  from reservations as hold
  join performances as date on date.concert_id = hold.concert_id and date.id = hold.performance_id
  union all
  select operator_id, concert_id, at, 0, 'concert', format('{"id":"%s","title":', concert_id)
  from operator_log where action = 'CREATE_CONCERT'
  union all
  select operator_id, id, started_at, 0, 'calling-off', format('{"id":"%s","performanceId":"%s",', id, performance_id)
  from performance_cancellations`;

const idIn = (tx: Tx) => tx`substring(answer from '^[{]"id":"([^"]+)",')`;

export const keyChecks: readonly Check[] = [
  {
    name: 'I6 what is remembered under a key happened, once, as the answer says',
    breaches: (tx) => tx`
      with known as (
        select user_id, key, fingerprint, answer, ${idIn(tx)} as id,
          count(*) over (partition by user_id, key) as same from idempotency_keys
      )
      select user_id, key, known.fingerprint, known.answer, times
      from known
      left join (
        select user_id, id, count(*) as times, min(fingerprint) as fingerprint, min(answer) as answer
        from (${effects(tx)}) as effect group by user_id, id) as effect using (user_id, id)
      where same > 1
        -- Holds that are over for long are removed; how far, is written down.
        or times is distinct from 1 and not (starts_with(known.fingerprint, 'hold ') and id <= coalesce(
          (select removed_to from reservation_retention where concert_id = split_part(id, '-', 1)), ''))
        -- What was sent to make a concert, or to call a date off, is known by its hash alone; of a cancellation it stands in its
        -- answer.
        or case split_part(effect.fingerprint, ' ', 1) when 'concert' then split_part(known.fingerprint, ' ', 1)
          when 'calling-off' then split_part(known.fingerprint, ' ', 1)
          when 'cancel' then substring(known.fingerprint from '^[^ ]+ [^ ]+') else known.fingerprint end
          <> effect.fingerprint
        or not starts_with(known.answer, effect.answer)`,
  },
  {
    // Keys are kept for 48 hours; a day is what the contract promises. A hold needs none, nor does a concert of the start.
    name: 'I6 what happened within a day is remembered under exactly one key',
    breaches: (tx) => tx`
      select user_id, effect.id, count(known.id) as keys
      from (${effects(tx)}) as effect
      left join (select user_id, ${idIn(tx)} as id from idempotency_keys) as known using (user_id, id)
      where at > now() - interval '1 day'
      group by user_id, effect.id having count(known.id) not between min(keys_min) and 1`,
  },
];
