/** A sale written straight into the tables, for those who look at rows. */

/**
 * A concert in mid-sale. In line: 1 has paid, 2 and 5 are inside, 3 was passed over, 4 left, 6 waits. Seats 1 and 11
 * are sold, 2 and 3 held, 4's hold has run out, 5's was cancelled.
 */
export const world = `
insert into concerts (id, title, artist, venue, first_starts_at, last_starts_at)
  values ('concert001', 'T', 'A', 'V', '2030-01-01', '2030-01-01');
insert into performances (concert_id, id, starts_at, seats_total) values ('concert001', 'concert001-1', '2030-01-01', 20);
insert into sections (concert_id, performance_id, ordinal, name, rows, seats_per_row, grade, price, first_number) values
  ('concert001', 'concert001-1', 0, 'A', 1, 10, 'R', 1000, 1), ('concert001', 'concert001-1', 1, 'B', 2, 5, 'S', 500, 11);
insert into rooms (concert_id, max_active, session_seconds, hold_seconds, grace_seconds, max_seats_per_fan,
    max_seats_per_fan_ever, last_number, head, front, active, active_ceiling)
  values ('concert001', 2, 600, 300, 20, 2, 2, 6, 5, 6, 2, 2);
insert into queue_tokens (concert_id, entry, number, user_id, status, skipped_at, admitted_at, expires_at, ended_at, ended_because) values
  ('concert001', 1, 1, 'u1', 'EXPIRED', null, now() - interval '9 min', now(), now() - interval '2 min', 'PAID'),
  ('concert001', 2, 2, 'u2', 'ACTIVE', null, now() - interval '8 min', now() + interval '5 min', null, null),
  ('concert001', 3, 3, 'u3', 'WAIT', now() - interval '3 min', null, null, null, null),
  ('concert001', 4, 4, 'u4', 'EXPIRED', null, null, null, now() - interval '4 min', 'LEFT'),
  ('concert001', 5, 5, 'u5', 'ACTIVE', null, now() - interval '2 min', now() + interval '8 min', null, null),
  ('concert001', 6, 6, 'u6', 'WAIT', null, null, null, null, null);
insert into seats (concert_id, performance_id, number) select 'concert001', 'concert001-1', generate_series(1, 20);
insert into reservations (concert_id, id, performance_id, user_id, seat_numbers, amount, status, held_until, payment_id,
    paid_at, paid_from_entry) values
  ('concert001', 'concert001-paid', 'concert001-1', 'u1', '{1,11}', 1500, 'CONFIRMED', now() + interval '1 min', 'concert001-p',
    now() - interval '2 min', 1),
  ('concert001', 'concert001-held', 'concert001-1', 'u2', '{2,3}', 2000, 'HELD', now() + interval '5 min', null, null, null),
  ('concert001', 'concert001-over', 'concert001-1', 'u5', '{4}', 1000, 'HELD', now() - interval '1 min', null, null, null),
  ('concert001', 'concert001-gone', 'concert001-1', 'u5', '{5}', 1000, 'CANCELLED', now() + interval '1 min', null, null, null);
update seats set reservation_id = 'concert001-paid', sold = true, version = 2 where number in (1, 11);
update seats set reservation_id = r.id, held_until = r.held_until, version = 1 from reservations r
  where r.status = 'HELD' and seats.number = any (r.seat_numbers);
insert into performance_sales values ('concert001', 'concert001-1', 20, 2, 1500, 7);
insert into wallets values ('u1', 8500), ('u2', 700);
insert into transfers (user_id, kind, amount, balance, reference) values ('u1', 'CHARGE', 10000, 10000, 'c1'),
  ('u1', 'PAYMENT', -1500, 8500, 'concert001-p'), ('u2', 'CHARGE', 700, 700, 'c2');
insert into idempotency_keys (user_id, key, fingerprint, answer) values
  ('u1', 'k1', 'charge 10000', '{"id":"c1","amount":10000,"balance":10000}'),
  ('u1', 'k2', 'pay concert001-paid', '{"id":"concert001-p","reservationId":"concert001-paid","amount":1500,"balance":8500,"seats":[]}'),
  ('u2', 'k1', 'charge 700', '{"id":"c2","amount":700,"balance":700}');
insert into idempotency_keys (user_id, key, fingerprint, answer)
  select user_id, 'k3', 'hold concert001-1 2,3', format('{"id":"concert001-held","amount":2000,"heldUntil":"%s"}',
    to_char(held_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
  from reservations where id = 'concert001-held';`;
