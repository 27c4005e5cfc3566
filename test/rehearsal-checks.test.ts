/** The checker of the rehearsal is itself checked: a sale in order passes, and each planted fault is found, by its name. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkCalls } from '../rehearsal/checks/checks.ts';
import type { Call, Facts, Op, Terms } from '../rehearsal/history.ts';
import { admitted, call, cleanSale, held, price, terms, waiting } from './harness/sale-in-order.ts';

function failing(calls: readonly Call[], changed: Partial<Terms> = {}): string[] {
  const inOrder = calls.toSorted((a, b) => (a.end ?? a.start) - (b.end ?? b.start));
  return checkCalls({ ...terms, ...changed }, inOrder)
    .filter(({ ok }) => !ok)
    .map(({ name, sample }) => `${name}: ${sample.join('; ')}`);
}

/** Finds the one call that is meant and puts something else in its place. */
function replaced(
  which: Partial<Pick<Call, 'fan' | 'op' | 'status'>>,
  facts: Facts,
  changes: Partial<Call> = {},
): Call[] {
  const calls = cleanSale();
  const index = calls.findIndex((one) => Object.entries(which).every(([name, value]) => one[name as 'fan'] === value));
  const found = calls[index];
  assert(found !== undefined, 'the call that is to be changed is there');
  calls[index] = { ...found, ...changes, facts: { ...found.facts, ...facts } };
  return calls;
}

const without = (fan: number, op: Op): Call[] => cleanSale().filter((one) => !(one.fan === fan && one.op === op));

test('a sale in order passes, and every check had something to look at', () => {
  const findings = checkCalls(terms, cleanSale());
  assert.deepEqual(failing(cleanSale()), []);
  const idle = findings.filter(({ counted }) => counted === 0).map(({ name }) => name);
  assert.deepEqual(idle, ['Direct links lead nowhere before it is one’s turn']);
});

describe('a planted fault is found', () => {
  const planted: readonly (readonly [what: string, check: RegExp, calls: () => Call[]])[] = [
    ['a seat sold twice', /^I1/, () => replaced({ fan: 4, op: 'hold' }, { seats: [3] })],
    [
      'a seat held by two',
      /^I1/,
      () => [...cleanSale(), call(7, 'hold', [9_000, 9_010, 201], { ...held(7, [1]), heldUntil: 29_000 })],
    ],
    [
      'a live hold given away',
      /^I1/,
      () => [
        ...cleanSale(),
        call(7, 'hold', [9_000, 9_010, 201], { ...held(7, [9]), heldUntil: 29_005 }),
        call(8, 'hold', [28_000, 28_010, 201], { ...held(8, [9]), heldUntil: 48_005 }),
      ],
    ],
    [
      'a hold told otherwise when it is told again',
      /^I6 a hold/,
      () => [...cleanSale(), call(4, 'hold', [9_000, 9_010, 201], { ...held(4, [9]), heldUntil: 29_000, again: true })],
    ],
    [
      'a lost charge',
      /^I4.*charge1/,
      () => replaced({ fan: 1, op: 'entries' }, { entries: [['PAYMENT', -100, 50, 'pay1']] }),
    ],
    [
      'money out of nowhere',
      /^I4/,
      () =>
        replaced(
          { fan: 6, op: 'entries' },
          {
            entries: [
              ['CHARGE', 70, 70, 'charge6'],
              ['CHARGE', 70, 140, 'charge7'],
            ],
          },
        ),
    ],
    ['a wallet that says something else', /^I4/, () => replaced({ fan: 2, op: 'wallet' }, { balance: 51 })],
    ['a payment of another amount', /^(I4|I9)/, () => replaced({ fan: 2, op: 'pay' }, { amount: 90, balance: 60 })],
    ['a payment that is gone', /^I10/, () => replaced({ fan: 3, op: 'reservations' }, { reservations: [] })],
    [
      'a reservation that nobody paid for',
      /^I10/,
      () =>
        without(3, 'pay').map((one) =>
          one.fan === 3 && one.op === 'entries'
            ? { ...one, facts: { entries: [['CHARGE', 150, 150, 'charge3'] as const] } }
            : one,
        ),
    ],
    [
      'takings that are not those of the fans',
      /^I5/,
      () => [...cleanSale(), call(-1, 'overview', [30_000, 30_001], { revenue: 600 })],
    ],
    [
      'a key with two effects',
      /^I6/,
      () => [
        ...cleanSale(),
        call(6, 'charge', [5_200, 5_210, 201], { key: 'lost', amount: 70, id: 'charge7', balance: 140 }),
      ],
    ],
    [
      'a repeat with another answer',
      /^I6/,
      () => [
        ...cleanSale(),
        call(6, 'charge', [5_200, 5_210, 201], { key: 'lost', amount: 70, id: 'charge6', balance: 71 }),
      ],
    ],
    [
      'one effect for two keys',
      /^I6/,
      () => [
        ...cleanSale(),
        call(1, 'charge', [5_200, 5_210, 201], { key: 'other', amount: 150, id: 'charge1', balance: 150 }),
      ],
    ],
    [
      'an overtaking',
      /^I3 nobody/,
      () =>
        replaced({ fan: 5, op: 'status', status: 200 }, {}).map((one) =>
          one.fan === 5 && one.facts.standing === 'ACTIVE' ? { ...one, facts: admitted(2_150) } : one,
        ),
    ],
    [
      'an overtaking of one who still waits',
      /^I3 nobody/,
      () =>
        cleanSale().flatMap((one) => {
          if (one.fan !== 4 || one.start < 1_000) return [one];
          return one.facts.standing === 'ACTIVE' ? [{ ...one, start: 4_000, end: 4_003, facts: waiting(1) }] : [];
        }),
    ],
    [
      'an extra one inside',
      /^I2/,
      () =>
        replaced({ fan: 3, op: 'status', status: 200 }, {}).map((one) =>
          one.fan === 3 && one.facts.standing === 'ACTIVE' ? { ...one, facts: admitted(1_900) } : one,
        ),
    ],
    ['a place given twice', /^I3 places/, () => replaced({ fan: 5, op: 'issue' }, { place: 4 })],
    ['places out of order', /^I3 places/, () => replaced({ fan: 1, op: 'issue' }, { place: 6 })],
    [
      'a fan with two places',
      /^I7/,
      () => [
        ...cleanSale(),
        call(5, 'issue', [2_000, 2_005, 201], { spell: 2, standing: 'WAIT', position: 1, place: 6 }),
      ],
    ],
    ['one sent back to wait', /^Whoever/, () => [...cleanSale(), call(5, 'status', [8_000, 8_005], waiting(1))]],
    [
      'a hold before one’s turn',
      /^Whoever/,
      () => [
        ...cleanSale(),
        call(5, 'hold', [500, 510, 201], { ...held(5, [44]), reservation: 'early', heldUntil: 20_505 }),
      ],
    ],
    [
      'a free slot that nobody gets',
      /^A free slot/,
      () =>
        cleanSale().map((one) =>
          one.op === 'overview' && one.start < 4_000 ? { ...one, facts: { active: 1, waiting: 3 } } : one,
        ),
    ],
    ['a forged token that opens', /^Forged/, () => [...cleanSale(), call(6, 'hold', [1, 2, 201], { forged: true })]],
    ['an answer that failed', /^No 5xx/, () => [...cleanSale(), call(6, 'status', [1, 2, 503], {})]],
    ['no answer', /^No 5xx/, () => [...cleanSale(), call(6, 'status', [1, null], {})]],
    [
      'a server with a clock of its own',
      /^All times/,
      () => replaced({ fan: 4, op: 'hold' }, { heldUntil: 2_340 + 20_000 + 3_600_000 }),
    ],
    ['a hold paid after its end', /^I9/, () => replaced({ fan: 4, op: 'hold' }, { heldUntil: 2_500 })],
    ['more seats than allowed', /^I8/, () => replaced({ fan: 4, op: 'hold' }, { seats: [21, 22, 23, 24, 25] })],
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
  const lostPayment = cleanSale().map((one) =>
    one.fan === 3 && one.op === 'pay'
      ? { ...one, status: 0, end: null, facts: { spell: 1, key: 'p3', reservation: 'r3', amount: price } }
      : one,
  );
  assert.deepEqual(failing(lostPayment, { rough: true }), []);
  const neverHappened = lostPayment.map((one) => {
    if (one.fan === 3 && one.op === 'entries')
      return { ...one, facts: { entries: [['CHARGE', 150, 150, 'charge3'] as const] } };
    if (one.fan === 3 && one.op === 'wallet') return { ...one, facts: { balance: 150 } };
    if (one.fan === 3 && one.op === 'reservations') return { ...one, facts: { reservations: [] } };
    return one.facts.revenue === undefined ? one : { ...one, facts: { ...one.facts, revenue: 4 * price } };
  });
  assert.deepEqual(failing(neverHappened, { rough: true }), []);
});

test('a hold that is told again is no new one, whether its first answer came, was lost, or came later', () => {
  const told = (at: number): Call =>
    call(7, 'hold', [at, at + 10, 201], { ...held(7, [9]), heldUntil: 29_005, again: true });
  const first = call(7, 'hold', [9_000, 9_010, 201], { ...held(7, [9]), heldUntil: 29_005 });
  const other = call(8, 'hold', [29_200, 29_210, 201], { ...held(8, [9]), heldUntil: 49_205 });
  for (const calls of [[first, told(60_000)], [told(9_100)], [told(8_990), first]])
    assert.deepEqual(failing([...cleanSale(), ...calls, other]), []);
});

test('one who was silent too long may be overtaken', () => {
  const silent = cleanSale().flatMap((one) => {
    if (one.fan !== 4 || one.op !== 'status') return [one];
    return one.facts.standing === 'ACTIVE' ? [{ ...one, start: 8_000, end: 8_005, facts: admitted(7_990) }] : [];
  });
  const found = failing(
    silent.filter(
      (one) =>
        !(
          one.fan === 4 &&
          (one.op === 'hold' ||
            one.op === 'pay' ||
            one.op === 'entries' ||
            one.op === 'wallet' ||
            one.op === 'reservations')
        ),
    ),
  );
  assert.deepEqual(
    found.filter((finding) => finding.startsWith('I3')),
    [],
  );
});
