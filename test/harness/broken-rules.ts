/** Ways to break each rule that the audit checks, by the name of its check: constraints and triggers are taken away first. */
import { brokenDates } from './broken-dates.ts';
import { ledgerOpen, moneyPlants, paymentsOpen } from './broken-money-rules.ts';

const kindsOpen = `${ledgerOpen}alter table transfers drop constraint transfers_fit_their_kind; `;
const roomsOpen = `do $$ declare c text; begin
  for c in select conname from pg_constraint where conrelid = 'rooms'::regclass and contype = 'c' loop
    execute 'alter table rooms drop constraint ' || quote_ident(c);
  end loop; end $$; `;
const unpaid = `update reservations set payment_id = null, paid_at = null, paid_from_entry = null where id = 'concert001-paid'`;
/** Another reservation of the same fan, for nothing, with the same payment. */
const paidTwice = `update reservations set user_id = 'u1', amount = 0, status = 'CONFIRMED', payment_id = 'concert001-p', paid_at = now()
  where id = 'concert001-gone'`;

/** By check. Each is SQL against the world of `sale-in-rows.ts`. */
export const plants: Readonly<Record<string, readonly string[]>> = {
  ...brokenDates,
  'I2 ACTIVE tokens are counted exactly and within maxActive': [
    'update rooms set active = 1',
    `${roomsOpen}update rooms set max_active = 1, active_ceiling = 1`,
    'update rooms set active_ceiling = 3',
    `update queue_tokens set status = 'ACTIVE', admitted_at = now(), expires_at = now() where number = 6`,
  ],
  'I3 the numbers of a line are 1 to the last, each once': [
    'update rooms set last_number = 7',
    'update rooms set removed = 1',
    'delete from queue_tokens where entry = 4; update rooms set removed = 1, removed_to = 3',
    'delete from queue_tokens where number = 6',
    'update queue_tokens set number = 4 where entry = 3',
    'update queue_tokens set number = 0 where entry = 1',
    `insert into queue_tokens (concert_id, entry, number, user_id) values ('noconcert0', 1, 1, 'u1')`,
  ],
  'I3 nobody waits behind the head of the line unless passed over': [
    'update queue_tokens set skipped_at = null where number = 3',
    'update rooms set head = 6',
  ],
  'I3 fans are admitted in the order of their numbers': [
    // Let in before the one in front of them, who was not passed over.
    `update queue_tokens set admitted_at = now() - interval '9 min' where number = 5`,
    `update queue_tokens set admitted_at = now() - interval '1 min' where number = 2`,
    'update queue_tokens set skipped_at = null where number = 3',
    `update queue_tokens set ended_at = now() where number = 4`,
  ],
  'I7 a user has at most one live token per concert': [
    `drop index queue_tokens_live; update queue_tokens set user_id = 'u2' where number = 6`,
  ],
  'I1 no seat is in two live reservations': [
    `update reservations set seat_numbers = '{2,1}' where id = 'concert001-held'`,
    `update reservations set seat_numbers = '{2,12}' where id = 'concert001-held'`,
  ],
  'I1 a sold seat belongs to a CONFIRMED reservation that keeps it': [
    `update seats set reservation_id = 'concert001-fee', sold = true where performance_id = 'concert001-1' and number = 6`,
    `update seats set reservation_id = 'concert001-held', held_until = null, sold = true where number = 2`,
    `update seats set reservation_id = 'concert001-paid', sold = true where number = 7`,
    `update seats set reservation_id = 'nothing', sold = true where number = 7`,
    `update reservations set status = 'CANCELLED' where id = 'concert001-paid'`,
    `update reservations set performance_id = 'concert001-2' where id = 'concert001-paid'`,
  ],
  'I1 no two sections of a performance read alike': [
    `update sections set name = 'B' where name = 'A'`,
    `update sections set name = case name when 'A' then '가' else normalize('가', nfd) end`,
    `update sections set name = case name when 'A' then 'Ａ 1' else U&'A1\\200B' end`,
  ],
  'I9 a held seat belongs to a HELD reservation that names it': [
    `update reservations set status = 'EXPIRED' where id = 'concert001-held'`,
    `update seats set reservation_id = 'concert001-held', held_until = now() + interval '1 min' where number = 7`,
    `update seats set held_until = held_until + interval '1 min' where number = 2`,
  ],
  'I9 a live hold has all its seats': [
    'update seats set reservation_id = null, held_until = null where number = 2',
    `update seats set reservation_id = 'concert001-over' where number = 2`,
    `update reservations set seat_numbers = '{2,3,21}' where id = 'concert001-held'`,
  ],
  'I5 a CONFIRMED reservation has all the seats that it keeps': [
    `update reservations set cancelled_numbers = '{}' where id = 'concert001-fee'`,
    'update seats set reservation_id = null, sold = false where number = 11',
    `update seats set reservation_id = 'concert001-held' where number = 1`,
    'delete from seats where number = 1',
  ],
  'I5 a reservation is CONFIRMED if and only if it was paid for and a seat is kept, CANCELLED if none is': [
    `update reservations set status = 'CANCELLED' where id = 'concert001-fee'`,
    `update reservations set status = 'CONFIRMED' where id = 'concert001-desk'`,
    `update reservations set cancelled_numbers = '{6,12}' where id = 'concert001-fee'`,
    `update reservations set status = 'CANCELLED' where id = 'concert001-paid'`,
    `${paymentsOpen}${unpaid}`,
    `${paymentsOpen}update reservations set status = 'EXPIRED' where id = 'concert001-paid'`,
    `${paymentsOpen}update reservations set payment_id = 'p2', paid_at = now() where id = 'concert001-held'`,
    `${paymentsOpen}update reservations set paid_at = null where id = 'concert001-paid'`,
  ],
  'I5 a reservation and the place it was paid from are of the same user': [
    `update reservations set user_id = 'u2' where id = 'concert001-paid'`,
    `update queue_tokens set user_id = 'u2x' where entry = 1`,
    `update reservations set paid_from_entry = 4 where id = 'concert001-paid'`,
    `update reservations set paid_from_entry = 99 where id = 'concert001-paid'`,
    `${paymentsOpen}update reservations set payment_id = null where id = 'concert001-paid'`,
    `update queue_tokens set ended_because = 'LEFT' where entry = 1`,
  ],
  'I5 an amount is the sum of the prices of its seats': [
    `update reservations set amount = 1 where id = 'concert001-held'`,
    `update reservations set seat_numbers = '{2,3,21}' where id = 'concert001-held'`,
    `update sections set price = 600 where name = 'B'`,
  ],
  'I5 the sales of a performance are what its seats and reservations say': [
    'update performance_sales set seats_reserved = 3',
    'update performance_sales set revenue = 1501',
    // As if what a fan was given back were kept, or the fee were given back.
    `update performance_sales set revenue = 3000 where performance_id = 'concert001-1'`,
    `update performance_sales set revenue = 2000 where performance_id = 'concert001-1'`,
    'delete from performance_sales',
    'delete from seats where number = 20',
    'update performances set seats_total = 21',
  ],
  'I5 the changes of a performance that were counted are those of its seats': [
    'update performance_sales set changes = 6',
    'update seats set version = version + 1 where number = 7',
    'delete from performance_sales',
    'delete from seats',
  ],
  'I8 a fan has at most maxSeatsPerFan seats in a performance': [
    `update reservations set user_id = 'u2' where id = 'concert001-paid'`,
    `update rooms set max_seats_per_fan = 1, max_seats_per_fan_ever = 1`,
  ],
  'I9 a live hold is of a fan who is inside, and ends with the session at the latest': [
    `update queue_tokens set status = 'EXPIRED', ended_at = now(), ended_because = 'LEFT' where number = 2`,
    `update queue_tokens set status = 'WAIT', skipped_at = now(), expires_at = null where number = 2`,
    `update queue_tokens set expires_at = now() + interval '1 min' where number = 2`,
  ],
  'I9 no hold outlasts the sale of its date': [`update performances set starts_at = now() + interval '4 min'`],
  'I9 a hold is paid before it runs out': [
    `update reservations set paid_at = now() + interval '2 min' where id = 'concert001-paid'`,
  ],
  'I4 each movement is one transfer, into the wallet or out of it as its kind says': [
    `${kindsOpen}update transfers set amount = -amount where reference = 'concert001-p'`,
    `${kindsOpen}update transfers set kind = 'CHARGE' where kind = 'PAYMENT'`,
    `${kindsOpen}update transfers set kind = 'GIFT' where user_id = 'u2'`,
    `${kindsOpen}insert into transfers (user_id, kind, amount, balance, reference, source) values ('u2', 'CHARGE', 0, 700, 'c3', 'open')`,
    `${kindsOpen}insert into transfers (user_id, kind, amount, balance, reference) values ('u2', 'REFUND', -1, 699, 'c3')`,
    `${kindsOpen}alter table transfers alter amount drop not null; update transfers set amount = null where user_id = 'u2'`,
    `insert into transfers (user_id, kind, amount, balance, reference, source) values ('u2', 'CHARGE', 5, 705, 'c2', 'open')`,
  ],
  'I4 each balance is the sum of its entries': [
    `update wallets set balance = balance + 1 where user_id = 'u1'`,
    `delete from wallets where user_id = 'u2'`,
    `insert into wallets values ('u9', 1)`,
  ],
  'I4 no balance is negative, at any time': [
    `alter table wallets drop constraint wallets_balance_check; update wallets set balance = -1 where user_id = 'u1'`,
    `${ledgerOpen}update transfers set balance = -1 where reference = 'c2'`,
  ],
  'I4 no top-up that is no order’s left more than a wallet may hold': [
    `${ledgerOpen}update transfers set balance = 100000001 where reference = 'c2'`,
    `${ledgerOpen}update transfers set balance = 100000001, source = 'service' where reference = 'c1'`,
  ],
  "I4 each entry's balance follows from the one before": [
    `${ledgerOpen}update transfers set balance = 8501 where kind = 'PAYMENT'`,
    `${ledgerOpen}update transfers set balance = 1 where reference = 'c1'`,
    `${ledgerOpen}alter table transfers alter balance drop not null; update transfers set balance = null where user_id = 'u2'`,
  ],
  'I4 each payment took its amount from the wallet of its user, once': [
    `${ledgerOpen}delete from transfers where reference = 'concert001-p'`,
    `${paymentsOpen}${unpaid}`,
    `update reservations set user_id = 'u2' where id = 'concert001-paid'`,
    `update reservations set amount = 1499 where id = 'concert001-paid'`,
    `update reservations set payment_id = 'p2' where id = 'concert001-paid'`,
    paidTwice,
    `insert into transfers (user_id, kind, amount, balance, reference) values ('u1', 'PAYMENT', -1500, 7000, 'concert001-p')`,
  ],
  'I6 what is remembered under a key happened, once, as the answer says': [
    `${ledgerOpen}delete from transfers where reference = 'c1'`,
    `update idempotency_keys set answer = replace(answer, '"balance":700', '"balance":701') where user_id = 'u2'`,
    `update idempotency_keys set fingerprint = 'charge 701' where user_id = 'u2'`,
    `update idempotency_keys set answer = 'damaged' where user_id = 'u2'`,
    `update idempotency_keys set fingerprint = 'pay concert001-held' where key = 'k2'`,
    `insert into transfers (user_id, kind, amount, balance, reference, source) values ('u2', 'CHARGE', 700, 1400, 'c2', 'open')`,
    `${paymentsOpen}${unpaid}`,
    paidTwice,
    `delete from reservations where id = 'concert001-held'`,
    // Removed as over for long; but what the key speaks of is not that far behind.
    `delete from reservations where id = 'concert001-held';
      insert into reservation_retention (concert_id, removed_to) values ('concert001', 'concert001-gone')`,
    `update reservations set user_id = 'u5' where id = 'concert001-held'`,
    `update reservations set seat_numbers = '{2}' where id = 'concert001-held'`,
    `update idempotency_keys set answer = replace(answer, '"amount":2000', '"amount":1000') where key = 'k3'`,
    `update reservations set held_until = held_until + interval '1 min' where id = 'concert001-held'`,
    `insert into idempotency_keys (user_id, key, fingerprint, answer)
      values ('operator', 'k9', 'concert abc', '{"id":"concert999","title":"Never made"}')`,
    `delete from cancellations where id = 'x1'`,
    `update idempotency_keys set answer = replace(answer, '"refund":900', '"refund":901') where user_id = 'u7'`,
    `update idempotency_keys set fingerprint = 'cancel concert001-desk 6 900 wallet' where user_id = 'u7'`,
    `update idempotency_keys set user_id = 'u7', key = 'k2' where user_id = 'operator'`,
    `delete from withdrawal_parts where withdrawal_id = 'w2'; delete from withdrawals where id = 'w2'`,
    `update idempotency_keys set answer = replace(answer, '"balance":9000', '"balance":9001') where user_id = 'u8'`,
    `update idempotency_keys set fingerprint = 'withdraw 999' where user_id = 'u8' and key = 'k2'`,
    `update idempotency_keys set fingerprint = 'order 3000 toss - -' where user_id = 'u8' and key = 'k6'`,
    `delete from charge_orders where id = 'order6'`,
    `alter table idempotency_keys drop constraint idempotency_keys_pkey;
      insert into idempotency_keys select user_id, key, fingerprint, answer, at from idempotency_keys where key = 'k2'`,
  ],
  'I6 what happened within a day is remembered under exactly one key': [
    `delete from idempotency_keys where key = 'k1' and user_id = 'u2'`,
    `delete from idempotency_keys where key = 'k2'`,
    `insert into idempotency_keys select user_id, 'another', fingerprint, answer, at from idempotency_keys where key = 'k2'`,
    `insert into idempotency_keys select user_id, 'another', fingerprint, answer, at from idempotency_keys where key = 'k3'`,
    `delete from idempotency_keys where user_id = 'u8' and key = 'k2'`,
    `delete from idempotency_keys where user_id = 'u8' and key = 'k6'`,
    `insert into idempotency_keys select user_id, 'another', fingerprint, answer, at from idempotency_keys where user_id = 'u8' and key = 'k2'`,
    `delete from idempotency_keys where user_id = 'u7'`,
    `delete from idempotency_keys where user_id = 'operator'`,
    // A second effect of one key.
    `insert into transfers (user_id, kind, amount, balance, reference, source) values ('u2', 'CHARGE', 700, 1400, 'c3', 'open')`,
  ],
  ...moneyPlants,
};
