/** What was paid and given back: nothing of it is lost, and nothing comes back twice. */
import type { Tx } from '../platform/database.ts';
import type { Check } from './check.ts';

/** Every seat of every cancellation, with its price and its fee; both null where there is no such seat, or too few fees. */
const seatsGivenUp = (tx: Tx) => tx`
  select past.concert_id, past.id, number, seat.fee, section.price
  from cancellations as past cross join unnest(seat_numbers, seat_fees) as seat (number, fee)
  left join sections as section on section.concert_id = past.concert_id and section.performance_id = past.performance_id
    and number >= section.first_number and number < section.first_number + section.rows * section.seats_per_row`;

export const cancellationChecks: readonly Check[] = [
  {
    name: 'I14 what was paid is the prices of the seats that are kept, and refunds and fees of the others',
    breaches: (tx) => tx`
      select paid.concert_id, paid.id, paid.amount, coalesce(kept.prices, 0) as kept, past.refund, past.fee
      from reservations as paid
      left join (
        select owner.concert_id, owner.id, sum(section.price) as prices
        from reservations as owner cross join unnest(owner.seat_numbers) as number
        join sections as section on section.concert_id = owner.concert_id and section.performance_id = owner.performance_id
          and number >= section.first_number and number < section.first_number + section.rows * section.seats_per_row
        where owner.payment_id is not null and number <> all(coalesce(owner.cancelled_numbers, '{}'))
        group by owner.concert_id, owner.id) as kept using (concert_id, id)
      left join (
        select concert_id, reservation_id as id, sum(refund) as refund, sum(fee) as fee
        from cancellations group by concert_id, reservation_id) as past using (concert_id, id)
      where paid.payment_id is not null
        and paid.amount <> coalesce(kept.prices, 0) + coalesce(past.refund, 0) + coalesce(past.fee, 0)`,
  },
  {
    name: 'I14 a reservation names the seats that its cancellations gave back, each once and its own, and what they cost',
    breaches: (tx) => tx`
      select concert_id, id, seat_numbers, cancelled_numbers, cancelled_amount, numbers, price
      from (
        select *, (select array_agg(number order by number) from unnest(cancelled_numbers) as number) as named
        from reservations) as paid
      full join (
        select concert_id, reservation_id as id, array_agg(number order by number) as numbers, count(*) as times,
          count(distinct number) as seats, min(performance_id) as first_date, max(performance_id) as last_date,
          min(user_id) as first_user, max(user_id) as last_user
        from cancellations cross join unnest(seat_numbers) as number group by concert_id, reservation_id) as given
        using (concert_id, id)
      full join (
        select concert_id, reservation_id as id, sum(price) as price from cancellations
        group by concert_id, reservation_id) as sum using (concert_id, id)
      where named is distinct from numbers or cancelled_amount is distinct from price
        or numbers is not null and (payment_id is null or times <> seats or not numbers <@ seat_numbers
          or first_date <> performance_id or last_date <> performance_id or first_user <> user_id or last_user <> user_id)`,
  },
  {
    // floor(price × percent / 100) a seat is what whoever called the date off has promised beside the refund.
    name: 'I14 a cancellation is the prices of its seats less their fees, and has a compensation only as it was promised',
    breaches: (tx) => tx`
      select past.concert_id, past.id, past.reason, past.price, past.fee, past.refund, past.compensation, seats.prices, seats.fees,
        promised.compensation_percent
      from cancellations as past
      left join performance_cancellations as promised on promised.concert_id = past.concert_id
        and promised.performance_id = past.performance_id and past.reason = 'called_off'
      left join (
        select concert_id, id, sum(price) as prices, sum(fee) as fees, bool_or(price is null or fee is null or fee not between 0 and price) as is_odd
        from (${seatsGivenUp(tx)}) as seat group by concert_id, id) as seats on seats.concert_id = past.concert_id and seats.id = past.id
      left join (
        select seat.concert_id, seat.id, sum(seat.price * compensation_percent / 100) as sum
        from (${seatsGivenUp(tx)}) as seat
        join cancellations as own on own.concert_id = seat.concert_id and own.id = seat.id and own.reason = 'called_off'
        join performance_cancellations as date on date.concert_id = own.concert_id and date.performance_id = own.performance_id
        group by seat.concert_id, seat.id) as due on due.concert_id = past.concert_id and due.id = past.id
      where is_odd is distinct from false or prices <> past.price or fees <> past.fee or past.price <> past.fee + past.refund
        or past.compensation <> coalesce(due.sum, 0) or past.reason = 'called_off' and (promised.id is null or past.fee <> 0)`,
  },
  {
    name: 'I14 each cancellation moved its refund and its compensation into the wallet of its fan, once, and no more than that away',
    breaches: (tx) => tx`
      select user_id, reference, kind, amount, due, entries
      from (
        select user_id, id as reference, 'REFUND' as kind, refund as amount, count(*) as due
        from cancellations group by user_id, id, refund
        union all
        select user_id, id || '-c', 'COMPENSATION', compensation, count(*)
        from cancellations where compensation > 0 group by user_id, id, compensation) as movement
      full join (
        select user_id, reference, kind, amount, count(*) as entries from transfers
        where kind in ('REFUND', 'COMPENSATION') group by user_id, reference, kind, amount) as entry
        using (user_id, reference, kind, amount)
      where due is distinct from 1 or entries is distinct from 1
      union all
      select past.user_id, past.id, 'WITHDRAWAL', sent.amount, past.refund, null
      from cancellations as past left join withdrawals as sent on sent.id = past.withdrawal_id
      where past.withdrawal_id is not null and (sent.user_id is distinct from past.user_id or sent.amount > past.refund)`,
  },
];
