/** A sale written straight into the tables, for those who look at rows. */

/**
 * A concert in mid-sale. In line: 1 has paid, 2 and 5 are inside, 3 was passed over, 4 left, 6 waits. Seats 1 and 11
 * are sold, 2 and 3 held, 4's hold has run out, 5's was cancelled.
 *
 * Money from outside, all of u8's: two orders were paid, 4 and 6 are open, 5 ran out. Of the first withdrawal the newest order's part
 * went back, the other was refused; a second one is under way; and the gateway undid a part of order 1 by itself.
 *
 * Given back, all of u7's, who paid days ago: of seats 6 and 12 the first, for a fee; 13 by an operator; and all of a second
 * date, which was called off with a compensation.
 */
export const world = `
insert into concerts (id, title, artist, venue, first_starts_at, last_starts_at)
  values ('concert001', 'T', 'A', 'V', '2030-01-01', '2030-01-01');
insert into performances (concert_id, id, starts_at, seats_total) values ('concert001', 'concert001-1', '2030-01-01', 20);
insert into sections (concert_id, performance_id, ordinal, name, rows, seats_per_row, grade, price, first_number) values
  ('concert001', 'concert001-1', 0, 'A', 1, 10, 'R', 1000, 1), ('concert001', 'concert001-1', 1, 'B', 2, 5, 'S', 500, 11);
insert into performances (concert_id, id, starts_at, seats_total, status)
  values ('concert001', 'concert001-2', '2030-01-02', 3, 'CANCELLED');
insert into sections (concert_id, performance_id, ordinal, name, rows, seats_per_row, grade, price, first_number)
  values ('concert001', 'concert001-2', 0, 'A', 1, 3, 'R', 1005, 1);
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
insert into seats (concert_id, performance_id, number, version)
  select 'concert001', 'concert001-2', number, case number when 1 then 3 else 0 end from generate_series(1, 3) as number;
insert into reservations (concert_id, id, performance_id, user_id, seat_numbers, amount, status, held_until, payment_id,
    paid_at, cancelled_numbers, cancelled_amount)
  select 'concert001', id, 'concert001-' || date, 'u7', seats::int[], amount, status, now() - interval '2 days', 'p-' || id,
    now() - interval '3 days', cancelled::int[], price
  from (values ('concert001-fee', 1, '{6,12}', 1500, 'CONFIRMED', '{6}', 1000), ('concert001-desk', 1, '{13}', 500, 'CANCELLED', '{13}', 500),
    ('concert001-off', 2, '{1}', 1005, 'CANCELLED', '{1}', 1005)) as paid (id, date, seats, amount, status, cancelled, price);
update seats set reservation_id = 'concert001-fee', sold = true, version = 2 where number = 12;
update seats set version = 3 where number in (6, 13);
insert into performance_cancellations (concert_id, performance_id, id, reason_ko, reason_en, compensation_percent, state, done,
    total, ended_at)
  values ('concert001', 'concert001-2', 'off', '사정', 'Reasons', 10, 'DONE', 1, 1, now());
insert into cancellations (concert_id, id, reservation_id, performance_id, user_id, seat_numbers, seat_fees, price, fee, refund,
    compensation, rule, reason, operator_id) values
  ('concert001', 'x1', 'concert001-fee', 'concert001-1', 'u7', '{6}', '{100}', 1000, 100, 900, 0, 'days:7:10', 'fan', null),
  ('concert001', 'x2', 'concert001-desk', 'concert001-1', 'u7', '{13}', '{0}', 500, 0, 500, 0, 'operator:0', 'illness', 'operator'),
  ('concert001', 'x3', 'concert001-off', 'concert001-2', 'u7', '{1}', '{0}', 1005, 0, 1005, 100, 'called_off', 'called_off', null);
insert into performance_sales (concert_id, performance_id, seats_total, seats_reserved, revenue, changes)
  values ('concert001', 'concert001-1', 20, 3, 2100, 15), ('concert001', 'concert001-2', 3, 0, 0, 3);
update performance_sales set called_off = true, revision = 1 where performance_id = 'concert001-2';
update performances set revision = 1 where id = 'concert001-2';
insert into wallets values ('u1', 8500), ('u2', 700), ('u7', 4500);
insert into transfers (user_id, kind, amount, balance, reference, source, at)
  select 'u7', kind, amount, balance, reference, case kind when 'CHARGE' then 'open' end, now() - days * interval '1 day'
  from (values ('CHARGE', 5000, 5000, 'c7', 3), ('PAYMENT', -1500, 3500, 'p-concert001-fee', 3),
    ('PAYMENT', -500, 3000, 'p-concert001-desk', 3), ('PAYMENT', -1005, 1995, 'p-concert001-off', 3), ('REFUND', 900, 2895, 'x1', 0),
    ('REFUND', 500, 3395, 'x2', 0), ('REFUND', 1005, 4400, 'x3', 0), ('COMPENSATION', 100, 4500, 'x3-c', 0))
    as moved (kind, amount, balance, reference, days);
insert into idempotency_keys (user_id, key, fingerprint, answer) values
  ('u7', 'k1', 'cancel concert001-fee 6 900 wallet', '{"id":"x1","reservationId":"concert001-fee","fee":100,"refund":900,"balance":2895}'),
  ('operator', 'k1', 'cancel concert001-desk all for the fan illness 0', '{"id":"x2","reservationId":"concert001-desk","fee":0,"refund":500,"balance":3395}');
insert into transfers (user_id, kind, amount, balance, reference, source) values ('u1', 'CHARGE', 10000, 10000, 'c1', 'open'),
  ('u1', 'PAYMENT', -1500, 8500, 'concert001-p', null), ('u2', 'CHARGE', 700, 700, 'c2', 'open');
insert into idempotency_keys (user_id, key, fingerprint, answer) values
  ('u1', 'k1', 'charge 10000', '{"id":"c1","amount":10000,"balance":10000}'),
  ('u1', 'k2', 'pay concert001-paid', '{"id":"concert001-p","reservationId":"concert001-paid","amount":1500,"balance":8500,"seats":[]}'),
  ('u2', 'k1', 'charge 700', '{"id":"c2","amount":700,"balance":700}');
insert into idempotency_keys (user_id, key, fingerprint, answer)
  select user_id, 'k3', 'hold concert001-1 2,3', format('{"id":"concert001-held","amount":2000,"heldUntil":"%s"}',
    to_char(held_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
  from reservations where id = 'concert001-held';
insert into money_sources (source) values ('open'), ('sandbox');
insert into charge_orders (id, user_id, amount, currency, method, status, created_at, expires_at, payment_key, paid_at,
    withdrawn, reversed)
  select id, 'u8', amount, 'KRW', 'sandbox', status, at, at + interval '30 min', 'pay-' || id, case status when 'PAID' then at end,
    withdrawn, reversed
  from (values ('order1', 10000, 'PAID', now() - interval '3 days', 1000, 1500),
    ('order2', 5000, 'PAID', now() - interval '2 days', 5000, 0), ('order4', 3000, 'OPEN', now() - interval '2 days', 0, 0),
    ('order5', 3000, 'EXPIRED', now() - interval '2 days', 0, 0)) as given (id, amount, status, at, withdrawn, reversed);
insert into charge_orders (id, user_id, amount, currency, method, expires_at)
  values ('order6', 'u8', 3000, 'KRW', 'sandbox', now() + interval '30 min');
insert into charge_order_questions (order_id, method, ask_at) select id, method, now() from charge_orders where status = 'OPEN';
insert into gateway_payments (method, payment_key, order_id, at)
  select method, payment_key, id, paid_at from charge_orders where status = 'PAID';
insert into withdrawals (id, user_id, amount, status, ended_at) values ('w1', 'u8', 7000, 'DONE', now()), ('w2', 'u8', 1000, 'PENDING', null);
insert into withdrawal_parts (id, withdrawal_id, order_id, amount, status, because, ask_at, ended_at) values
  ('w1-1', 'w1', 'order2', 5000, 'DONE', null, null, now()), ('w1-2', 'w1', 'order1', 2000, 'FAILED', 'NO', null, now()),
  ('w2-1', 'w2', 'order1', 1000, 'PENDING', null, now(), null);
insert into wallets values ('u8', 7500);
insert into transfers (user_id, kind, amount, balance, reference, source, at) values
  ('u8', 'CHARGE', 10000, 10000, 'order1', 'sandbox', now() - interval '3 days'),
  ('u8', 'CHARGE', 5000, 15000, 'order2', 'sandbox', now() - interval '2 days'),
  ('u8', 'WITHDRAWAL', -7000, 8000, 'w1', null, now()), ('u8', 'WITHDRAWAL', 2000, 10000, 'w1-2', null, now()),
  ('u8', 'WITHDRAWAL', -1000, 9000, 'w2', null, now()), ('u8', 'REVERSAL', -1500, 7500, 'order1-r1', null, now());
insert into idempotency_keys (user_id, key, fingerprint, answer) values
  ('u8', 'k1', 'withdraw 7000', '{"id":"w1","amount":7000,"status":"PENDING","balance":8000,"parts":[]}'),
  ('u8', 'k2', 'withdraw 1000', '{"id":"w2","amount":1000,"status":"PENDING","balance":9000,"parts":[]}');
insert into idempotency_keys (user_id, key, fingerprint, answer)
  select user_id, 'k6', 'order 3000 sandbox - -', format('{"id":"order6","expiresAt":"%s"}',
    to_char(expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
  from charge_orders where id = 'order6';`;
