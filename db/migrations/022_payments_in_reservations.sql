-- A payment is columns of its reservation: the amount and the fan are the reservation's own, and there is at most one. Who
-- pays writes one row less, and one index entry less.
alter table reservations add column payment_id text collate "C";
alter table reservations add column paid_at timestamptz;
-- The place in line (`queue_tokens.entry`) that it was paid from; null for what was paid before places were noted with it.
alter table reservations add column paid_from_entry bigint;

-- Nothing is carried over, and no payment dropped, while one of them cannot be told from its reservation.
do $$ declare odd record; begin
  select coalesce(payment.id, 'none') as payment_id, coalesce(payment.reservation_id, hold.id) as reservation_id into odd
  from payments as payment
  full join reservations as hold on hold.concert_id = payment.concert_id and hold.id = payment.reservation_id
  where (payment.id is not null or hold.status = 'CONFIRMED')
    and (hold.amount is distinct from payment.amount or hold.user_id is distinct from payment.user_id
      or hold.status not in ('CONFIRMED', 'CANCELLED'))
  limit 1;
  if found then
    raise exception 'payment % is not that of reservation %: a payment has the amount and the user of its reservation, which is CONFIRMED or CANCELLED, and each CONFIRMED one has one; see what npm run audit of the version before says',
      odd.payment_id, odd.reservation_id;
  end if;
end $$;

-- One index of the numbers on tickets instead of two, so that whatever becomes of a hold writes one entry less. It knows a
-- number from its third character on, and then its first two: whatever part is asked for, what is looked at is bounded, or one
-- in 1,296. Live holds are still not in it.
drop index reservations_by_number, reservations_by_number_end;

update reservations as hold
set payment_id = payment.id, paid_at = payment.paid_at, paid_from_entry = payment.entry
from payments as payment
where hold.id = payment.reservation_id and hold.concert_id = payment.concert_id;

create index reservations_by_number on reservations (right(id, 6), left(right(id, 8), 2)) where status <> 'HELD';

-- Whoever pays makes the row wider: so much room is left that it nearly always stays in its page.
alter table reservations set (fillfactor = 65);

-- What was paid for and given back later keeps its payment.
alter table reservations add constraint reservations_payment_check check (case when payment_id is null
  then status <> 'CONFIRMED' and paid_at is null and paid_from_entry is null
  else status in ('CONFIRMED', 'CANCELLED') and paid_at is not null end);

drop table payments;
