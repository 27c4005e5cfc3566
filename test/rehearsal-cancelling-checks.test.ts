/** The rehearsal's count of what comes back is itself checked: cancelling in order passes, and each planted fault is found. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkCalls } from '../rehearsal/checks/checks.ts';
import type { Call } from '../rehearsal/history.ts';
import {
  cancellationsOf,
  entriesOf,
  failing,
  inOrder,
  paidOf,
  rowsOf,
  telling,
  without,
} from './harness/cancelling-changed.ts';
import { cancellingTerms, cleanCancelling, given1 } from './harness/cancelling-in-order.ts';
import { admitted, call, price } from './harness/sale-in-order.ts';

test('cancelling in order passes, and every check had something to look at', () => {
  assert.deepEqual(failing(cleanCancelling()), []);
  const idle = checkCalls(cancellingTerms, inOrder(cleanCancelling())).filter(({ counted }) => counted === 0);
  assert.deepEqual(
    idle.map(({ name }) => name),
    ['Direct links lead nowhere before it is one’s turn'],
  );
});

/** Fans who stood by and were let in one after the other, each to a seat that is there no more. */
function disappointed(count: number): Call[] {
  return Array.from({ length: count }, (_, index) => {
    const [fan, at] = [100 + index, 40_000 + index * 100];
    return [
      call(fan, 'issue', [at, at + 1, 201], { spell: 1, standing: 'WAIT', position: 1, standby: true, place: fan }),
      call(fan, 'status', [at + 50, at + 51], admitted(at + 45)),
      call(fan, 'performances', [at + 60, at + 61], { spell: 1, dates: [] }),
    ];
  }).flat();
}

describe('a planted fault is found', () => {
  const ruled = /^A refund is/;
  const refused = /^Who is refused/;
  const adds = /^I14/;
  const once = /^Each refund/;
  const closed = /^Nobody holds/;
  const off = /^Of a date/;
  const bound = /^No more are let in/;
  const planted: readonly (readonly [what: string, check: RegExp, calls: () => Call[]])[] = [
    ['a seat sold again before it came back', /^I1 /, () => without(1, 'cancel-paid', 'quote')],
    [
      'a seat sold again whose return was refused',
      /^I1 /,
      () => cleanCancelling().map((one) => (one.fan === 1 && one.op === 'cancel-paid' ? { ...one, status: 409 } : one)),
    ],
    [
      'a seat sold again that its fan has at the end',
      /^I1 /,
      () =>
        telling(1, 'reservations', () => ({
          reservations: [
            [
              'r1',
              'CONFIRMED',
              'd1',
              [1],
              price,
              { paid: price, paidAt: 2_095, kept: [[1, price]], cancelled: [], cancellations: [] },
            ],
          ],
        })),
    ],
    ['seats gone that nobody gave back', /^I10/, () => without(1, 'cancel-paid', 'quote')],
    [
      'seats given back and still there',
      /^I10/,
      () => rowsOf(8, ([id, , date], told) => [id, 'CONFIRMED', date, [12], price, told]),
    ],
    [
      'a reservation that is CONFIRMED without a seat',
      /^I10/,
      () => rowsOf(8, ([id, , date, seats, amount], told) => [id, 'CONFIRMED', date, seats, amount, told]),
    ],
    [
      'a fee of another rule',
      ruled,
      () => telling(1, 'quote', () => ({ each: [[1, price, 20, 80]], fee: 20, refund: 80 })),
    ],
    [
      'a fee that is not the one quoted',
      ruled,
      () =>
        cleanCancelling().map((one) =>
          one.fan === 1 && one.op === 'cancel-paid' && one.status === 201
            ? { ...one, facts: { ...one.facts, stated: 100 } }
            : one,
        ),
    ],
    ['a fee that is not the sum of its seats', ruled, () => telling(1, 'quote', () => ({ fee: 31 }))],
    [
      'a seat of another price',
      ruled,
      () => telling(1, 'quote', () => ({ each: [[1, 200, 60, 140]], fee: 60, refund: 140 })),
    ],
    ['other seats given back than asked', ruled, () => telling(-1, 'cancel-for-fan', () => ({ seats: [11] }))],
    ['another fee than the operator said', ruled, () => telling(-1, 'cancel-for-fan', () => ({ percent: 34 }))],
    [
      'a free return because of a move that was not',
      ruled,
      () => telling(1, 'quote', () => ({ each: [[1, price, 0, price]], fee: 0, refund: price })),
    ],
    [
      'a fee for a date that was moved',
      ruled,
      () => [
        ...cleanCancelling(),
        call(-1, 'move-date', [9_500, 9_510], { performance: 'd1', startsAt: 37 * 3_600_000, at: 9_505 }),
      ],
    ],
    [
      'a quote that changed to what it was',
      refused,
      () =>
        telling(8, 'cancel-paid', () => ({ ...given1, stated: 70 })).map((one) =>
          one.fan === 8 && one.op === 'cancel-paid' && one.status === 409
            ? { ...one, code: 'QUOTE_CHANGED', facts: { ...one.facts, refund: 101 } }
            : one,
        ),
    ],
    ['a refusal by another policy', refused, () => telling(1, 'cancel-paid', () => ({ because: 'POLICY' }))],
    [
      'a refusal for what nobody had cancelled',
      refused,
      () => [
        ...cleanCancelling(),
        call(2, 'cancel-paid', [11_000, 11_010, 409], {
          reservation: 'r2',
          key: 'x',
          stated: 70,
          because: 'ALREADY_CANCELLED',
        }),
      ],
    ],
    ['paid, and neither kept nor refunded', adds, () => cancellationsOf(1, () => ({ refund: 60 }))],
    ['a seat given back twice', adds, () => cancellationsOf(8, () => ({ seats: [11] }))],
    [
      'a seat called cancelled that no cancellation has',
      adds,
      () =>
        paidOf(8, () => ({
          cancelled: [
            [11, price],
            [12, price],
            [13, price],
          ],
        })),
    ],
    ['an amount that is not its seats', adds, () => paidOf(7, () => ({ kept: [[1, price + 1]] }))],
    ['a refund that never came', once, () => entriesOf(1, (all) => all.filter(([kind]) => kind !== 'REFUND'))],
    ['a refund twice', once, () => entriesOf(1, (all) => [...all, ['REFUND', 70, 190, 'can1']])],
    [
      'a refund of another amount',
      once,
      () => entriesOf(8, (all) => all.map((one) => (one[3] === 'can82' ? ['REFUND', 100, 200, 'can82'] : one))),
    ],
    ['a refund of nothing', once, () => entriesOf(2, (all) => [...all, ['REFUND', 70, 120, 'can99']])],
    ['a refund that nobody asked for', /^I4/, () => entriesOf(2, (all) => [...all, ['REFUND', 70, 120, 'can99']])],
    [
      'a refund told with another balance',
      /^I4/,
      () =>
        cleanCancelling().map((one) =>
          one.fan === 1 && one.op === 'cancel-paid' && one.status === 201
            ? { ...one, facts: { ...one.facts, balance: 121 } }
            : one,
        ),
    ],
    [
      'a key with two cancellations',
      /^I6/,
      () => [...cleanCancelling(), call(1, 'cancel-paid', [10_020, 10_030, 201], { ...given1, id: 'can2' })],
    ],
    ['a cancellation that was acknowledged and is gone', once, () => paidOf(1, () => ({ cancellations: [] }))],
    ['a cancellation that nobody asked for', once, () => cleanCancelling().filter(({ facts }) => facts.key !== 'b8')],
    ['a cancellation told otherwise later', once, () => cancellationsOf(1, () => ({ fee: 20, refund: 80 }))],
    ['a refund sent on that nobody wanted sent', once, () => cancellationsOf(1, () => ({ withdrawal: 'w1' }))],
    [
      'takings that have what came back',
      /^I5/,
      () => [...cleanCancelling(), call(-1, 'overview', [33_000, 33_010], { revenue: 9 * price })],
    ],
    [
      'a hold on a date that was called off',
      closed,
      () => [
        ...cleanCancelling(),
        call(5, 'hold', [12_100, 12_110, 201], {
          spell: 1,
          performance: 'd3',
          seats: [21],
          reservation: 'late',
          amount: price,
          heldUntil: 32_105,
        }),
      ],
    ],
    [
      'a payment on a date that was called off',
      closed,
      () => cleanCancelling().map((one) => (one.op === 'call-off' ? { ...one, start: 6_600, end: 6_610 } : one)),
    ],
    [
      'a date that was called off in a list',
      closed,
      () => [...cleanCancelling(), call(5, 'performances', [12_300, 12_310], { spell: 1, dates: ['d1', 'd3'] })],
    ],
    ['less than all back of a date called off', off, () => cancellationsOf(9, () => ({ fee: 10, refund: 90 }))],
    ['another compensation than promised', off, () => cancellationsOf(9, () => ({ compensation: 11 }))],
    ['a compensation twice', once, () => entriesOf(9, (all) => [...all, ['COMPENSATION', 10, 120, 'can9-c']])],
    [
      'a date called off that keeps somebody',
      off,
      () =>
        telling(9, 'reservations', () => ({
          reservations: [
            [
              'r9',
              'CONFIRMED',
              'd3',
              [21],
              price,
              { paid: price, paidAt: 6_700, kept: [[21, price]], cancelled: [], cancellations: [] },
            ],
          ],
        })),
    ],
    [
      'a date called off twice over for a fan',
      off,
      () => paidOf(9, ({ cancellations }) => ({ cancellations: [...cancellations, ...cancellations] })),
    ],
    ['a calling off that never ends', off, () => telling(-1, 'called-off', () => ({ state: 'RUNNING', done: 0 }))],
    [
      'one let in where everything was sold',
      bound,
      () =>
        cleanCancelling().map((one) =>
          one.fan === 7 && one.facts.standing === 'ACTIVE'
            ? { ...one, start: 9_800, end: 9_805, facts: { ...one.facts, ...admitted(9_800) } }
            : one,
        ),
    ],
    [
      'a seat that came back and lets nobody in',
      /^A free slot/,
      () => [
        ...cleanCancelling().filter(({ facts }) => facts.supply === undefined),
        ...[8_000, 8_500, 9_000, 9_500, 10_100].map((at) =>
          call(-1, 'overview', [at, at + 4], { active: 0, waiting: 1, supply: { available: 1, held: 0, sold: 7 } }),
        ),
      ],
    ],
    ['many let in to nothing', /^Who is let in/, () => [...cleanCancelling(), ...disappointed(120)]],
  ];
  for (const [what, check, calls] of planted) {
    test(what, () => {
      const found = failing(calls());
      assert(
        found.some((finding) => check.test(finding)),
        `found only ${JSON.stringify(found)}`,
      );
    });
  }
});

test('what is unknown is not held against anybody', () => {
  const lost = cleanCancelling().flatMap((one) => {
    if (one.fan !== 1 || one.op !== 'cancel-paid') return [one];
    return one.facts.again === true
      ? []
      : [{ ...one, status: 0, end: null, facts: { reservation: 'r1', key: 'back1', stated: 70 } }];
  });
  assert.deepEqual(failing(lost, { rough: true }), []);
  // Decided before the date was moved, and told behind it.
  const moved = call(-1, 'move-date', [10_001, 10_020], { performance: 'd1', startsAt: 37 * 3_600_000, at: 10_004 });
  const again = lost.concat(call(1, 'cancel-paid', [10_500, 10_510, 201], { ...given1, again: true }), moved);
  assert.deepEqual(failing(again, { rough: true }), []);
});

test('of a sale in which nothing is given back nothing of it is said', () => {
  const { dates: _dates, boundToSupply: _bound, ...plain } = cancellingTerms;
  const names = checkCalls(plain, inOrder(cleanCancelling())).map(({ name }) => name);
  assert(!names.some((name) => /^(A refund|Who is|I14|Each refund|Nobody holds|Of a date|No more are)/.test(name)));
});
