/**
 * The small sale of sale-in-order.ts where seats come back: one that its fan gives back and somebody buys who stood by for it, two
 * given back one by one, the second by the operator, and a date that is called off. A second date is moved.
 */
import type { Call, CancellationTold, Facts, PaidTold, RefundTold, Terms } from '../../rehearsal/history.ts';
import { admitted, call, cleanSale, price, terms } from './sale-in-order.ts';

const hour_ms = 3_600_000;
const day_ms = 24 * hour_ms;

/** It is a quarter to three in the night in Seoul: tomorrow afternoon, in ten weeks, and in a week and a day. */
export const cancellingTerms: Terms = {
  ...terms,
  boundToSupply: true,
  dates: [
    { id: 'd1', startsAt: 36 * hour_ms, seats: 5 },
    { id: 'd2', startsAt: 70 * day_ms, seats: 2 },
    { id: 'd3', startsAt: 8 * day_ms, seats: 1 },
  ],
};

type Entry = NonNullable<Facts['entries']>[number];
type Row = NonNullable<Facts['reservations']>[number];

export interface Purchase {
  readonly fan: number;
  readonly date: string;
  readonly seats: readonly number[];
  readonly paidAt: number;
}

const standingBy: Facts = { spell: 1, standing: 'WAIT', position: 1, standby: true };

/** Takes the place of this number at `at`, is let in after 50 ms (or when told), buys within a second. */
function visit({ fan, date, seats, paidAt }: Purchase, place: number, waits: readonly Call[]): Call[] {
  const at = paidAt - 500;
  const amount = price * seats.length;
  const reservation = `r${fan}`;
  return [
    ...waits,
    call(fan, 'issue', [at - 60, at - 50, 201], { ...admitted(at - 55), place }),
    call(fan, 'performances', [at, at + 5], { spell: 1, dates: [date] }),
    call(fan, 'seats', [at + 6, at + 9], { spell: 1, performance: date, anyFree: true }),
    call(fan, 'hold', [at + 100, at + 120, 201], {
      spell: 1,
      performance: date,
      seats,
      reservation,
      amount,
      heldUntil: at + 110 + terms.holdSeconds * 1_000,
    }),
    call(fan, 'charge', [at + 200, at + 220, 201], { key: `c${fan}`, id: `charge${fan}`, amount, balance: amount }),
    call(fan, 'pay', [at + 490, at + 510, 201], {
      spell: 1,
      key: `p${fan}`,
      id: `pay${fan}`,
      reservation,
      amount,
      balance: 0,
      paidAt,
    }),
  ];
}

interface Back {
  readonly id: string;
  readonly at: number;
  readonly each: readonly RefundTold[];
  readonly reason?: string;
  readonly compensation?: number;
}

const summed = (each: readonly RefundTold[], part: 2 | 3): number => each.reduce((sum, one) => sum + one[part], 0);

/** What everybody's books say at the end. */
function books({ fan, date, seats, paidAt }: Purchase, given: readonly Back[], charged: number, at = 31_000): Call[] {
  const amount = price * seats.length;
  const entries: Entry[] = [
    ['CHARGE', charged, charged, `charge${fan}`],
    ['PAYMENT', -amount, charged - amount, `pay${fan}`],
  ];
  let balance = charged - amount;
  const move = (kind: string, by: number, reference: string): void => {
    balance += by;
    entries.push([kind, by, balance, reference]);
  };
  const cancellations = given.map(({ id, each, at: then, reason = 'fan', compensation = 0 }): CancellationTold => {
    move('REFUND', summed(each, 3), id);
    if (compensation > 0) move('COMPENSATION', compensation, `${id}-c`);
    const numbers = each.map(([seat]) => seat);
    return {
      id,
      seats: numbers,
      fee: summed(each, 2),
      refund: summed(each, 3),
      compensation,
      reason,
      at: then,
      withdrawal: null,
    };
  });
  const gone = new Set(cancellations.flatMap((one) => one.seats));
  const kept = seats.filter((seat) => !gone.has(seat));
  const priced = (some: readonly number[]): PaidTold['kept'] => some.map((seat) => [seat, price] as const);
  const told = { paid: amount, paidAt, kept: priced(kept), cancelled: priced([...gone]), cancellations };
  const status = kept.length === 0 ? 'CANCELLED' : 'CONFIRMED';
  const row: Row = [`r${fan}`, status, date, kept, price * kept.length, told];
  return [
    call(fan, 'wallet', [at, at + 5], { balance }),
    call(fan, 'entries', [at + 10, at + 15], { entries }),
    call(fan, 'reservations', [at + 20, at + 25], { reservations: [row] }),
  ];
}

/** As fan 1 is told it, who gives the seat back with 30 % kept, from two devices with one key, after a quote. */
export const given1: Facts = {
  reservation: 'r1',
  key: 'back1',
  stated: 70,
  id: 'can1',
  each: [[1, price, 30, 70]],
  fee: 30,
  refund: 70,
  balance: 120,
  at: 10_005,
};

export function cleanCancelling(): Call[] {
  const [one, two, three] = [
    { fan: 7, date: 'd1', seats: [1], paidAt: 10_700 },
    { fan: 8, date: 'd2', seats: [11, 12], paidAt: 6_000 },
    { fan: 9, date: 'd3', seats: [21], paidAt: 6_700 },
  ];
  const waits = [
    call(7, 'issue', [8_000, 8_004, 201], { ...standingBy, place: 8 }),
    ...[8_500, 9_000, 9_500, 10_000].map((at) => call(7, 'status', [at, at + 2], standingBy)),
  ];
  const off = { id: 'off1', performance: 'd3', percent: 10, at: 12_005, done: 0, total: 1 };
  return [
    ...cleanSale().filter(({ fan, op }) => fan !== 1 || (op !== 'entries' && op !== 'wallet' && op !== 'reservations')),
    ...visit(two, 6, []),
    ...visit(three, 7, []),
    ...visit(one, 8, waits),
    ...[8_000, 8_500, 9_000, 9_500].map((at) =>
      call(-1, 'overview', [at, at + 4], { active: 0, waiting: 1, supply: { available: 0, held: 0, sold: 8 } }),
    ),
    call(1, 'quote', [9_900, 9_910], { ...given1, key: 'none', at: 9_905 }),
    call(1, 'cancel', [9_920, 9_930, 409], { reservation: 'r1' }),
    call(1, 'cancel-paid', [10_000, 10_010, 201], given1),
    call(1, 'cancel-paid', [10_000, 10_012, 201], { ...given1, again: true }),
    call(1, 'cancel-paid', [10_100, 10_110, 409], {
      reservation: 'r1',
      key: 'more1',
      stated: 70,
      because: 'ALREADY_CANCELLED',
    }),
    call(8, 'cancel-paid', [11_000, 11_010, 409], {
      reservation: 'r8',
      seats: [11],
      key: 'a8',
      stated: 101,
      fee: 0,
      refund: 100,
    }),
    // Nobody told the fan what became of this one.
    call(8, 'cancel-paid', [11_100, null], {
      reservation: 'r8',
      seats: [11],
      key: 'b8',
      stated: 100,
      hasty: true,
    }),
    call(-1, 'cancel-for-fan', [11_500, 11_510, 201], {
      reservation: 'r8',
      seats: [12],
      key: 'for8',
      percent: 33,
      because: 'illness',
      id: 'can82',
      each: [[12, price, 33, 67]],
      fee: 33,
      refund: 67,
      balance: 167,
      at: 11_505,
    }),
    call(-1, 'move-date', [11_600, 11_610], { performance: 'd2', startsAt: 70 * day_ms + hour_ms, at: 11_605 }),
    call(-1, 'call-off', [12_000, 12_010, 202], { ...off, state: 'RUNNING' }),
    call(-1, 'called-off', [13_000, 13_010], { ...off, state: 'DONE', done: 1 }),
    ...books(
      { fan: 1, date: 'd1', seats: [1], paidAt: 2_095 },
      [{ id: 'can1', at: 10_005, each: [[1, price, 30, 70]] }],
      150,
    ),
    ...books(one, [], price),
    ...books(
      two,
      [
        { id: 'can81', at: 11_105, each: [[11, price, 0, price]] },
        { id: 'can82', at: 11_505, each: [[12, price, 33, 67]], reason: 'illness' },
      ],
      2 * price,
    ),
    ...books(
      three,
      [{ id: 'can9', at: 12_500, each: [[21, price, 0, price]], reason: 'called_off', compensation: 10 }],
      price,
    ),
    call(-1, 'overview', [32_000, 32_010], { active: 0, waiting: 0, revenue: 9 * price - 70 - price - 67 - price }),
  ];
}
