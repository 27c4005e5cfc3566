/** Dates that were called off or moved: nothing is left behind. */
import type { Check } from './check.ts';

export const dateChecks: readonly Check[] = [
  {
    name: 'I14 a date that was called off has refunded as many as it says, and all of them when it is done',
    breaches: (tx, at) => tx`
      select off.concert_id, off.performance_id, state, done, total, given.count as given, kept.count as kept, date.status
      from performance_cancellations as off
      left join performances as date on date.concert_id = off.concert_id and date.id = off.performance_id
      cross join lateral (
        select count(*) from cancellations as past
        where past.concert_id = off.concert_id and past.performance_id = off.performance_id and reason = 'called_off') as given
      cross join lateral (
        select count(*) from seats as seat
        where seat.concert_id = off.concert_id and seat.performance_id = off.performance_id
          and (sold or held_until > ${at}::timestamptz)) as kept
      where done <> given.count or date.status is distinct from 'CANCELLED'
        or state = 'DONE' and (kept.count > 0 or total <> done)`,
  },
  {
    name: 'I9 what decides whether a date can be held or paid is what the date is',
    breaches: (tx) => tx`
      select date.concert_id, date.id, date.status, date.revision, sales.called_off, sales.revision as of_sales, off.id as by
      from performances as date
      left join performance_sales as sales on sales.concert_id = date.concert_id and sales.performance_id = date.id
      left join performance_cancellations as off on off.concert_id = date.concert_id and off.performance_id = date.id
      where sales.called_off is distinct from (date.status = 'CANCELLED') or sales.revision is distinct from date.revision
        or (off.id is not null) <> (date.status = 'CANCELLED')`,
  },
];
