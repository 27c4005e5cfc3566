/** Ways to break the rules of money from outside and of what is given back: see broken-rules.ts. */
export const paymentsOpen = 'alter table reservations drop constraint reservations_payment_check; ';
export const ledgerOpen = 'alter table transfers disable trigger user; ';
const ordersOpen = `alter table charge_orders drop constraint charge_orders_undone; `;
const sourcesOpen = 'alter table transfers drop constraint transfers_fit_their_kind; ';

export const moneyPlants: Readonly<Record<string, readonly string[]>> = {
  'I14 what was paid is the prices of the seats that are kept, and refunds and fees of the others': [
    `update cancellations set price = 900, fee = 0 where id = 'x1'`,
    `update cancellations set price = 1100, fee = 200 where id = 'x1'`,
    `update reservations set cancelled_numbers = '{12}' where id = 'concert001-fee'`,
    `update reservations set cancelled_numbers = null where id = 'concert001-off'`,
    `delete from cancellations where id = 'x2'`,
    `update reservations set amount = 1501 where id = 'concert001-fee'`,
    // A compensation is not of what was paid.
    `update cancellations set price = 1105, refund = 1105, compensation = 0 where id = 'x3'`,
  ],
  'I14 a reservation names the seats that its cancellations gave back, each once and its own, and what they cost': [
    `delete from cancellations where id = 'x1'`,
    `update reservations set cancelled_numbers = '{12}' where id = 'concert001-fee'`,
    `update reservations set cancelled_numbers = '{6,12}' where id = 'concert001-fee'`,
    `update reservations set cancelled_amount = 999 where id = 'concert001-fee'`,
    `update reservations set cancelled_numbers = '{1}', cancelled_amount = 1000 where id = 'concert001-paid'`,
    `update cancellations set reservation_id = 'concert001-none' where id = 'x1'`,
    `update cancellations set user_id = 'u1' where id = 'x1'`,
    `update cancellations set performance_id = 'concert001-2' where id = 'x1'`,
    // Given back twice.
    `update reservations set cancelled_numbers = '{6,6}', cancelled_amount = 2000 where id = 'concert001-fee';
      insert into cancellations select concert_id, 'x4', reservation_id, performance_id, user_id, seat_numbers, seat_fees, price, fee,
        refund, 0, rule, reason from cancellations where id = 'x1'`,
    `update cancellations set seat_numbers = '{7}' where id = 'x1';
      update reservations set cancelled_numbers = '{7}' where id = 'concert001-fee'`,
    `${paymentsOpen}update reservations set payment_id = null where id = 'concert001-desk'`,
  ],
  'I14 a cancellation is the prices of its seats less their fees, and has a compensation only as it was promised': [
    `update cancellations set price = 1001, refund = 901 where id = 'x1'`,
    `update cancellations set seat_fees = '{99}' where id = 'x1'`,
    `update cancellations set seat_fees = '{}' where id = 'x1'`,
    `update cancellations set seat_numbers = '{21}' where id = 'x1'`,
    `update cancellations set seat_fees = '{501}', fee = 501, refund = 0, price = 501 where id = 'x2'`,
    `alter table cancellations drop constraint cancellations_add_up; update cancellations set refund = 901 where id = 'x1'`,
    `update cancellations set compensation = 50 where id = 'x2'`,
    `update cancellations set compensation = 101 where id = 'x3'`,
    `update cancellations set compensation = 0 where id = 'x3'`,
    `update performance_cancellations set compensation_percent = 9`,
    `delete from performance_cancellations`,
    `update cancellations set fee = 5, seat_fees = '{5}', refund = 1000 where id = 'x3'`,
  ],
  'I14 each cancellation moved its refund and its compensation into the wallet of its fan, once, and no more than that away':
    [
      `${ledgerOpen}delete from transfers where reference = 'x1'`,
      `${ledgerOpen}delete from transfers where reference = 'x3-c'`,
      `${ledgerOpen}update transfers set amount = 901 where reference = 'x1'`,
      `${ledgerOpen}update transfers set user_id = 'u1' where reference = 'x1'`,
      `${ledgerOpen}update transfers set kind = 'COMPENSATION' where reference = 'x2'`,
      `insert into transfers (user_id, kind, amount, balance, reference) values ('u7', 'REFUND', 900, 5400, 'x1')`,
      `insert into transfers (user_id, kind, amount, balance, reference) values ('u7', 'REFUND', 0, 4500, 'x9')`,
      `insert into transfers (user_id, kind, amount, balance, reference) values ('u7', 'COMPENSATION', 5, 4505, 'x1-c')`,
      `update cancellations set withdrawal_id = 'w2' where id = 'x1'`,
      `update cancellations set withdrawal_id = 'w9' where id = 'x1'`,
    ],
  'I11 an order is PAID if and only if exactly one CHARGE of its amount names it': [
    `${ledgerOpen}delete from transfers where reference = 'order2'`,
    `update charge_orders set status = 'PAID', paid_at = now() where id = 'order4'`,
    `${ordersOpen}update charge_orders set status = 'OPEN', paid_at = null where id = 'order2'`,
    `update charge_orders set amount = 5001 where id = 'order2'`,
    `update charge_orders set method = 'toss' where id = 'order2'`,
    `update charge_orders set user_id = 'u9' where id = 'order2'`,
    `insert into transfers (user_id, kind, amount, balance, reference, source) values ('u8', 'CHARGE', 5000, 12500, 'order2', 'sandbox')`,
    `insert into transfers (user_id, kind, amount, balance, reference, source) values ('u9', 'CHARGE', 3000, 3000, 'order5', 'open')`,
  ],
  'I11 an order is PAID if and only if exactly one payment is its own, of that moment': [
    `delete from gateway_payments where order_id = 'order2'`,
    `insert into gateway_payments (method, payment_key, order_id) values ('sandbox', 'again', 'order2')`,
    `insert into gateway_payments (method, payment_key, order_id) values ('sandbox', 'pay-order4', 'order4')`,
    `insert into gateway_payments (method, payment_key, order_id) values ('sandbox', 'pay-nobody', 'nobody')`,
    `update gateway_payments set method = 'toss' where order_id = 'order2'`,
    `update gateway_payments set payment_key = 'other' where order_id = 'order2'`,
    `update gateway_payments set at = at + interval '1 second' where order_id = 'order2'`,
    `update charge_orders set payment_key = null where id = 'order2'`,
    `${ordersOpen}update charge_orders set status = 'OPEN', paid_at = null where id = 'order2'`,
  ],
  'I11 a CHARGE from a gateway names an order of that method': [
    `insert into transfers (user_id, kind, amount, balance, reference, source) values ('u8', 'CHARGE', 1, 7501, 'c8', 'sandbox')`,
    `${ledgerOpen}update transfers set source = 'toss' where reference = 'order2'`,
    `${ledgerOpen}update transfers set user_id = 'u9' where reference = 'order2'`,
  ],
  'I11 from where there is money in the wallets is written down': [
    `delete from money_sources where source = 'sandbox'`,
    `${ledgerOpen}update transfers set source = 'stripe' where reference = 'c1'`,
    `${ledgerOpen}${sourcesOpen}update transfers set source = null where reference = 'c1'`,
  ],
  'I12 of each order, what was withdrawn and reversed never exceeds its amount': [
    `${ordersOpen}update charge_orders set withdrawn = 3501, reversed = 1500 where id = 'order2'`,
    `${ordersOpen}update charge_orders set reversed = 9001 where id = 'order1'`,
    `${ordersOpen}update charge_orders set withdrawn = 1 where id = 'order4'`,
  ],
  'I12 what an order says of its withdrawals and reversals is the sum of their parts and entries': [
    `update charge_orders set withdrawn = 999 where id = 'order1'`,
    `update charge_orders set reversed = 1501 where id = 'order1'`,
    `update charge_orders set owed = 1 where id = 'order1'`,
    `update withdrawal_parts set status = 'FAILED', ended_at = now() where id = 'w2-1'`,
    `${ledgerOpen}delete from transfers where reference = 'order1-r1'`,
    `${ledgerOpen}update transfers set user_id = 'u1' where reference = 'order1-r1'`,
    `${ledgerOpen}update transfers set reference = 'r1' where reference = 'order1-r1'`,
    `insert into transfers (user_id, kind, amount, balance, reference) values ('u8', 'REVERSAL', -5, 7495, 'order1-r2')`,
  ],
  'I12 what a wallet owes is what its orders owe, and while it owes it holds nothing': [
    `update wallets set owed = 1 where user_id = 'u8'`,
    `update charge_orders set owed = 1 where id = 'order1'`,
    `update charge_orders set owed = 1 where id = 'order1'; update wallets set owed = 1 where user_id = 'u8'`,
    `update charge_orders set owed = 1 where id = 'order1'; delete from wallets where user_id = 'u8'`,
  ],
  'I13 each withdrawal took its amount out of the wallet, and each part that failed brought its own back': [
    `${ledgerOpen}delete from transfers where reference = 'w2'`,
    `${ledgerOpen}delete from transfers where reference = 'w1-2'`,
    `${ledgerOpen}update transfers set amount = -6999 where reference = 'w1'`,
    `${ledgerOpen}update transfers set user_id = 'u1' where reference = 'w2'`,
    `update withdrawal_parts set status = 'FAILED', ended_at = now() where id = 'w2-1'`,
    `update withdrawal_parts set status = 'DONE' where id = 'w1-2'`,
    `insert into transfers (user_id, kind, amount, balance, reference) values ('u8', 'WITHDRAWAL', -5, 7495, 'w3')`,
    `insert into transfers (user_id, kind, amount, balance, reference) values ('u8', 'WITHDRAWAL', -1000, 6500, 'w2')`,
  ],
  'I13 a withdrawal is the sum of its parts, all of its fan’s orders, and has ended as they have': [
    `update withdrawal_parts set amount = 4999 where id = 'w1-1'`,
    `delete from withdrawal_parts where id = 'w2-1'`,
    `update charge_orders set user_id = 'u1' where id = 'order2'`,
    `update withdrawal_parts set status = 'PENDING', ended_at = null, ask_at = now() where id = 'w1-2'`,
    `update withdrawal_parts set ask_at = null where id = 'w2-1'`,
    `update withdrawal_parts set status = 'DONE', ended_at = now(), ask_at = null where id = 'w2-1'`,
    `update withdrawals set status = 'FAILED' where id = 'w1'`,
    `update withdrawals set status = 'DONE', ended_at = now() where id = 'w2'`,
  ],
};
