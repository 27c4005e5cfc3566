/**
 * Seats and reservations: each says the same of the other. A payment is columns of its reservation, of the same amount and user
 * by construction; that one is there if and only if it should be, the table asserts too.
 */
import type { Check } from './check.ts';

export const seatChecks: readonly Check[] = [
  {
    name: 'I1 no seat is in two live reservations',
    breaches: (tx, at) => tx`
      select concert_id, performance_id, number, array_agg(id order by id) as reservations
      from reservations, unnest(seat_numbers) as number
      where (status = 'CONFIRMED' or status = 'HELD' and held_until > ${at}::timestamptz)
        and number <> all(coalesce(cancelled_numbers, '{}'))
      group by concert_id, performance_id, number having count(*) > 1`,
  },
  {
    name: 'I1 a sold seat belongs to a CONFIRMED reservation that keeps it',
    breaches: (tx) => tx`
      select seat.concert_id, seat.performance_id, seat.number, seat.reservation_id, owner.status
      from seats as seat
      left join reservations as owner on owner.concert_id = seat.concert_id and owner.id = seat.reservation_id
        and owner.performance_id = seat.performance_id and seat.number = any(owner.seat_numbers)
        and seat.number <> all(coalesce(owner.cancelled_numbers, '{}'))
      where seat.sold and owner.status is distinct from 'CONFIRMED'`,
  },
  {
    // A seat is known by its label: two that read alike are one seat sold twice, to whoever stands before it.
    name: 'I1 no two sections of a performance read alike',
    breaches: (tx) => tx`
      select concert_id, performance_id, as_read(name) as reads, array_agg(name order by ordinal) as names
      from sections group by concert_id, performance_id, as_read(name) having count(*) > 1`,
  },
  {
    name: 'I9 a held seat belongs to a HELD reservation that names it',
    breaches: (tx, at) => tx`
      select seat.concert_id, seat.performance_id, seat.number, seat.reservation_id, seat.held_until, owner.status
      from seats as seat
      left join reservations as owner on owner.concert_id = seat.concert_id and owner.id = seat.reservation_id
        and owner.performance_id = seat.performance_id and seat.number = any(owner.seat_numbers)
        and owner.held_until = seat.held_until
      where not seat.sold and seat.held_until > ${at}::timestamptz and owner.status is distinct from 'HELD'`,
  },
  {
    name: 'I9 a live hold has all its seats',
    breaches: (tx, at) => tx`
      select hold.concert_id, hold.id, hold.performance_id, number, seat.reservation_id, seat.sold
      from reservations as hold cross join unnest(hold.seat_numbers) as number
      left join seats as seat using (concert_id, performance_id, number)
      where hold.status = 'HELD' and hold.held_until > ${at}::timestamptz
        and (seat.reservation_id is distinct from hold.id or seat.sold or seat.held_until is null)`,
  },
  {
    name: 'I5 a CONFIRMED reservation has all the seats that it keeps',
    breaches: (tx) => tx`
      select reservation.concert_id, reservation.id, reservation.performance_id, number, seat.reservation_id, seat.sold
      from reservations as reservation cross join unnest(reservation.seat_numbers) as number
      left join seats as seat using (concert_id, performance_id, number)
      where reservation.status = 'CONFIRMED' and number <> all(coalesce(reservation.cancelled_numbers, '{}'))
        and (seat.reservation_id is distinct from reservation.id or not seat.sold)`,
  },
  {
    name: 'I5 a reservation is CONFIRMED if and only if it was paid for and a seat is kept, CANCELLED if none is',
    breaches: (tx) => tx`
      select concert_id, id, status, payment_id, paid_at, kept
      from reservations
      cross join lateral (
        select count(*) as kept from unnest(seat_numbers) as number where number <> all(coalesce(cancelled_numbers, '{}'))) as seats
      where (payment_id is null) <> (paid_at is null) or case when payment_id is null then status = 'CONFIRMED'
        else status <> case when kept > 0 then 'CONFIRMED' else 'CANCELLED' end end`,
  },
  {
    // What was paid before places were written down with it names none.
    name: 'I5 a reservation and the place it was paid from are of the same user',
    breaches: (tx) => tx`
      select paid.concert_id, paid.id, paid.user_id, paid_from_entry, place.user_id as place_of, place.ended_because
      from reservations as paid
      left join queue_tokens as place on place.concert_id = paid.concert_id and place.entry = paid_from_entry
      where paid_from_entry is not null
        and (payment_id is null or place.user_id is distinct from paid.user_id or place.ended_because is distinct from 'PAID')`,
  },
  {
    // Of seats that were cancelled too: what was paid stays what it was.
    name: 'I5 an amount is the sum of the prices of its seats',
    breaches: (tx) => tx`
      select reservation.concert_id, reservation.id, reservation.amount, sum(section.price) as prices
      from reservations as reservation cross join unnest(reservation.seat_numbers) as number
      left join sections as section on section.concert_id = reservation.concert_id
        and section.performance_id = reservation.performance_id and number >= section.first_number
        and number < section.first_number + section.rows * section.seats_per_row
      group by reservation.concert_id, reservation.id, reservation.amount
      having sum(section.price) is distinct from reservation.amount or count(section.price) <> count(*)`,
  },
  {
    name: 'I5 the sales of a performance are what its seats and reservations say',
    breaches: (tx) => tx`
      select concert_id, performance_id, planned, total, sales.seats_total, sold, sales.seats_reserved, taken, sales.revenue
      from (select concert_id, id as performance_id, seats_total as planned from performances) as performance
      full join performance_sales as sales using (concert_id, performance_id)
      full join (
        select concert_id, performance_id, count(*) as total, count(*) filter (where sold) as sold
        from seats group by concert_id, performance_id) as seat using (concert_id, performance_id)
      full join (
        select concert_id, performance_id, sum(amount) as taken from (
          select concert_id, performance_id, amount from reservations where payment_id is not null
          union all
          -- Of a seat that was given up, the fee is money kept.
          select concert_id, performance_id, -refund from cancellations) as movement
        group by concert_id, performance_id) as kept using (concert_id, performance_id)
      where planned is distinct from sales.seats_total or total is distinct from sales.seats_total
        or sold is distinct from sales.seats_reserved or coalesce(taken, 0) is distinct from sales.revenue`,
  },
  {
    // By these a server finds out that it missed a change of a seat.
    name: 'I5 the changes of a performance that were counted are those of its seats',
    breaches: (tx) => tx`
      select concert_id, performance_id, sales.changes, seat.changes as of_seats
      from performance_sales as sales
      full join (
        select concert_id, performance_id, sum(version) as changes from seats group by concert_id, performance_id) as seat
        using (concert_id, performance_id)
      where sales.changes is distinct from seat.changes`,
  },
  {
    // The limit may have been lowered since: nothing is taken back.
    name: 'I8 a fan has at most maxSeatsPerFan seats in a performance',
    breaches: (tx, at) => tx`
      select concert_id, seat.performance_id, owner.user_id, count(*) as seats, max_seats_per_fan_ever
      from seats as seat
      join reservations as owner using (concert_id)
      join rooms using (concert_id)
      where owner.id = seat.reservation_id and (seat.sold or seat.held_until > ${at}::timestamptz)
      group by concert_id, seat.performance_id, owner.user_id, max_seats_per_fan_ever
      having count(*) > max_seats_per_fan_ever`,
  },
  {
    name: 'I9 a live hold is of a fan who is inside, and ends with the session at the latest',
    breaches: (tx, at) => tx`
      select hold.concert_id, hold.id, hold.user_id, hold.held_until, place.entry, place.expires_at
      from reservations as hold
      left join queue_tokens as place on place.concert_id = hold.concert_id and place.user_id = hold.user_id
        and place.status = 'ACTIVE'
      where hold.status = 'HELD' and hold.held_until > ${at}::timestamptz
        and (place.expires_at is null or place.expires_at < hold.held_until)`,
  },
  {
    name: 'I9 no hold outlasts the sale of its date',
    breaches: (tx, at) => tx`
      select hold.concert_id, hold.id, hold.held_until, date.starts_at
      from reservations as hold
      join performances as date on date.concert_id = hold.concert_id and date.id = hold.performance_id
      where hold.status = 'HELD' and hold.held_until > ${at}::timestamptz and hold.held_until > date.starts_at`,
  },
  {
    name: 'I9 a hold is paid before it runs out',
    breaches: (tx) => tx`
      select concert_id, id, held_until, paid_at from reservations where paid_at > held_until`,
  },
];
