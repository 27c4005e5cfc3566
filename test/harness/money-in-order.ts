/** The small sale of sale-in-order.ts where wallets are filled through a gateway, with what may go wrong in good order. */
import type { Call, Facts, OrderTold, Taken, Terms } from '../../rehearsal/history.ts';
import { call, cleanSale, price, terms } from './sale-in-order.ts';

export const moneyTerms: Terms = { ...terms, money: 'sandbox' };

type Entry = NonNullable<Facts['entries']>[number];

const opened = (fan: number, at: number, id: string, amount: number): Call =>
  call(fan, 'order', [at, at + 5, 201], { key: `o-${id}`, amount, order: id, stands: 'OPEN', chargeId: null });
const paid = (fan: number, at: number, [id, amount, chargeId]: readonly [string, number, string]): Call =>
  call(fan, 'confirm', [at, at + 10, 200], { order: id, amount, stands: 'PAID', chargeId });

/** Fan by fan: what is in the books beside the order of 150 and the payment. */
const more: Readonly<
  Record<number, { entries?: Entry[]; orders?: OrderTold[]; balance?: number; withdrawals?: Facts['withdrawals'] }>
> = {
  // Sends 30 back to where it came from.
  1: {
    entries: [['WITHDRAWAL', -30, 20, 'w1', '13']],
    balance: 20,
    withdrawals: [['w1', 'DONE', 30, [['order1', 30, 'DONE']]]],
  },
  // The gateway undoes 40.
  2: { entries: [['REVERSAL', -40, 10, 'order2-r1', '23']], balance: 10 },
  // What could not be sent back comes back.
  3: {
    entries: [
      ['WITHDRAWAL', -50, 0, 'w3', '33'],
      ['WITHDRAWAL', 50, 50, 'w3-1', '34'],
    ],
    withdrawals: [['w3', 'FAILED', 50, [['order3', 50, 'FAILED']]]],
  },
  // One order was refused; another one ran out and was paid for all the same.
  4: {
    entries: [['CHARGE', 70, 120, 'late4', '43']],
    orders: [
      ['refused4', 'FAILED', 60, null],
      ['late4', 'PAID', 70, '43'],
    ],
    balance: 120,
  },
  // The gateway undoes more than there is: the rest is owed.
  5: { entries: [['REVERSAL', -50, 0, 'order5-r1', '53']], balance: 0 },
};

export const taken: readonly Taken[] = [
  ['order1', 150, 30, 0],
  ['order2', 150, 0, 40],
  ['order3', 150, 0, 0],
  ['order4', 150, 0, 0],
  ['late4', 70, 0, 0],
  ['refused4', 0, 0, 0],
  ['order5', 150, 0, 80],
];

export function cleanMoney(): Call[] {
  const sale = cleanSale().filter(({ fan }) => fan !== 6);
  const calls = sale.flatMap((one): Call[] => {
    if (one.op === 'charge') {
      const confirmed = paid(one.fan, one.start + 8, [`order${one.fan}`, 150, `${one.fan}1`]);
      // From two tabs at once.
      return [opened(one.fan, one.start, `order${one.fan}`, 150), confirmed, { ...confirmed, start: one.start + 9 }];
    }
    return one.fan > 0 && one.start >= 20_000 ? booksOf(one) : [one];
  });
  return [
    ...calls,
    call(1, 'withdraw', [15_000, 15_010, 201], { key: 'w', id: 'w1', amount: 30, balance: 20 }),
    call(3, 'withdraw', [15_000, 15_010, 201], { key: 'w', id: 'w3', amount: 50, balance: 0 }),
    opened(4, 15_000, 'refused4', 60),
    call(4, 'confirm', [15_010, 15_020, 409], { order: 'refused4', amount: 60 }),
    call(4, 'order-told', [15_030, 15_031], { order: 'refused4', stands: 'FAILED', chargeId: null }),
    call(4, 'order', [15_100, null], { key: 'o-late4', amount: 70, hasty: true }),
    call(4, 'orders', [15_200, 15_210], { orders: [['late4', 'EXPIRED', 70, null]] }),
    call(-1, 'gateway', [22_000, 22_000], { taken }),
  ];
}

function booksOf(one: Call): Call[] {
  const { entries = [], orders = [], balance = 50, withdrawals = [] } = more[one.fan] ?? {};
  const charge: Entry = ['CHARGE', 150, 150, `order${one.fan}`, `${one.fan}1`];
  const payment: Entry = ['PAYMENT', -price, 50, `pay${one.fan}`, `${one.fan}2`];
  if (one.op === 'wallet') return [{ ...one, facts: { balance } }];
  if (one.op !== 'entries') return [one];
  const told: OrderTold[] = [...orders, [`order${one.fan}`, 'PAID', 150, `${one.fan}1`]];
  return [
    { ...one, facts: { entries: [charge, payment, ...entries] } },
    { ...one, op: 'orders', facts: { orders: told } },
    { ...one, op: 'withdrawals', facts: { withdrawals } },
  ];
}
