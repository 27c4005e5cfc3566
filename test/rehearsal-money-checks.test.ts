/** The rehearsal's count of money from outside is itself checked: books in order pass, and each planted fault is found. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkCalls } from '../rehearsal/checks/checks.ts';
import type { Call, Facts, Taken } from '../rehearsal/history.ts';
import { cleanMoney, moneyTerms, taken } from './harness/money-in-order.ts';
import { call } from './harness/sale-in-order.ts';

const inOrder = (calls: readonly Call[]): Call[] => calls.toSorted((a, b) => (a.end ?? a.start) - (b.end ?? b.start));

function failing(calls: readonly Call[], changed: Partial<typeof moneyTerms> = {}): string[] {
  return checkCalls({ ...moneyTerms, ...changed }, inOrder(calls))
    .filter(({ ok }) => !ok)
    .map(({ name, sample }) => `${name}: ${sample.join('; ')}`);
}

/** The last call of a fan of this kind tells something else. */
function telling(fan: number, op: Call['op'], change: (facts: Facts) => Facts): Call[] {
  const calls = inOrder(cleanMoney());
  const index = calls.findLastIndex((one) => one.fan === fan && one.op === op);
  const found = calls[index];
  assert(found !== undefined, 'the call that is to be changed is there');
  calls[index] = { ...found, facts: { ...found.facts, ...change(found.facts) } };
  return calls;
}

const gateway = (...changed: readonly Taken[]): Call[] =>
  telling(-1, 'gateway', () => ({
    taken: [...taken.filter(([id]) => !changed.some(([its]) => its === id)), ...changed],
  }));
const entriesOf = (
  fan: number,
  change: (all: NonNullable<Facts['entries']>) => NonNullable<Facts['entries']>,
): Call[] => telling(fan, 'entries', ({ entries = [] }) => ({ entries: change(entries) }));

test('money in order passes, and every check had something to look at', () => {
  assert.deepEqual(failing(cleanMoney()), []);
  const idle = checkCalls(moneyTerms, inOrder(cleanMoney())).filter(({ counted }) => counted === 0);
  assert.deepEqual(
    idle.map(({ name }) => name),
    ['Forged tokens open nothing', 'Direct links lead nowhere before it is one’s turn'],
  );
});

describe('a planted fault is found', () => {
  const stays = /^I11 what was told/;
  const once = /^I11 an order/;
  const back = /^I12/;
  const sums = /^I13/;
  const outside = /^What the gateway/;
  const planted: readonly (readonly [what: string, check: RegExp, calls: () => Call[]])[] = [
    [
      'an order told as paid and not credited',
      once,
      () => entriesOf(4, (all) => all.filter(([, , , reference]) => reference !== 'late4')),
    ],
    ['an order credited twice', once, () => entriesOf(4, (all) => [...all, ['CHARGE', 70, 190, 'late4', '44']])],
    [
      'an order credited with another amount',
      once,
      () => entriesOf(4, (all) => all.map((one) => (one[3] === 'late4' ? ['CHARGE', 71, 121, 'late4', '43'] : one))),
    ],
    [
      'an order told as failed and credited',
      once,
      () => entriesOf(4, (all) => [...all, ['CHARGE', 60, 180, 'refused4', '44']]),
    ],
    [
      'an order told as open to the end and credited',
      once,
      () =>
        telling(4, 'orders', ({ orders = [] }) => ({
          orders: orders.map((one) => (one[0] === 'late4' ? ['late4', 'OPEN', 70, null] : one)),
        })),
    ],
    [
      'an order of somebody else that is credited',
      once,
      () => entriesOf(2, (all) => [...all, ['CHARGE', 70, 80, 'late4', '24']]),
    ],
    [
      'another entry told than the one there is',
      once,
      () => entriesOf(4, (all) => all.map((one) => (one[3] === 'late4' ? ['CHARGE', 70, 120, 'late4', '99'] : one))),
    ],
    [
      'an order that was paid and is not any more',
      stays,
      () => [
        ...cleanMoney(),
        call(1, 'order-told', [19_000, 19_005], { order: 'order1', stands: 'FAILED', chargeId: null }),
      ],
    ],
    ['two tabs with two entries', stays, () => telling(2, 'confirm', () => ({ chargeId: '22' }))],
    [
      'a confirmation that is accepted of an order that is open',
      stays,
      () => [
        ...cleanMoney(),
        call(4, 'confirm', [15_012, 15_013, 200], { order: 'refused4', stands: 'OPEN', chargeId: null }),
      ],
    ],
    [
      'an order told to two fans',
      stays,
      () => [
        ...cleanMoney(),
        call(2, 'order-told', [19_000, 19_005], { order: 'order1', stands: 'PAID', amount: 150, chargeId: '11' }),
      ],
    ],
    [
      'an order of another amount',
      stays,
      () => telling(1, 'orders', () => ({ orders: [['order1', 'PAID', 160, '11']] })),
    ],
    [
      'more sent back than an order brought',
      back,
      () => telling(1, 'withdrawals', () => ({ withdrawals: [['w1', 'DONE', 160, [['order1', 160, 'DONE']]]] })),
    ],
    [
      'more undone than an order brought',
      back,
      () => entriesOf(5, (all) => [...all, ['REVERSAL', -120, -120, 'order5-r2', '54']]),
    ],
    [
      'a part that failed and did not come back',
      back,
      () => entriesOf(3, (all) => all.filter(([kind, amount]) => kind !== 'WITHDRAWAL' || amount < 0)),
    ],
    [
      'a part that came back and was sent too',
      back,
      () => telling(3, 'withdrawals', () => ({ withdrawals: [['w3', 'DONE', 50, [['order3', 50, 'DONE']]]] })),
    ],
    [
      'parts that are not the whole',
      back,
      () => telling(1, 'withdrawals', () => ({ withdrawals: [['w1', 'DONE', 30, [['order1', 29, 'DONE']]]] })),
    ],
    [
      'a withdrawal that says it failed and did not',
      back,
      () => telling(1, 'withdrawals', () => ({ withdrawals: [['w1', 'FAILED', 30, [['order1', 30, 'DONE']]]] })),
    ],
    [
      'a withdrawal that came back out of nowhere',
      back,
      () => entriesOf(2, (all) => [...all, ['WITHDRAWAL', 30, 40, 'w9-1', '24']]),
    ],
    ['a withdrawal that is in no list', sums, () => telling(1, 'withdrawals', () => ({ withdrawals: [] }))],
    ['a balance that still has what was withdrawn', sums, () => telling(1, 'wallet', () => ({ balance: 50 }))],
    [
      'a withdrawal that left the wallet unasked',
      /^I4/,
      () => entriesOf(2, (all) => [...all, ['WITHDRAWAL', -10, 0, 'w2', '24']]),
    ],
    [
      'a withdrawal told and not in the wallet',
      /^I4.*w1/,
      () => entriesOf(1, (all) => all.filter(([kind]) => kind !== 'WITHDRAWAL')),
    ],
    [
      'a key with two withdrawals',
      /^I6/,
      () => [
        ...cleanMoney(),
        call(1, 'withdraw', [16_000, 16_010, 201], { key: 'w', id: 'w8', amount: 30, balance: 20 }),
      ],
    ],
    [
      'a key with two orders',
      /^I6/,
      () => [
        ...cleanMoney(),
        call(1, 'order', [16_000, 16_010, 201], {
          key: 'o-order1',
          amount: 150,
          order: 'other',
          stands: 'OPEN',
          chargeId: null,
        }),
      ],
    ],
    ['money taken and not credited', outside, () => gateway(['refused4', 60, 0, 0])],
    ['money credited and not taken', outside, () => gateway(['late4', 0, 0, 0])],
    ['another amount taken than credited', outside, () => gateway(['late4', 700, 0, 0])],
    ['money taken for an order of nobody', outside, () => gateway(['nobody', 10, 0, 0])],
    ['a part told as sent that was not', outside, () => gateway(['order1', 150, 0, 0])],
    ['a part sent twice', outside, () => gateway(['order1', 150, 60, 0])],
    ['a part told as failed that was sent', outside, () => gateway(['order3', 150, 50, 0])],
    ['an undoing that the wallet does not know', outside, () => gateway(['order2', 150, 0, 50])],
    ['an undoing out of nowhere', outside, () => gateway(['order2', 150, 0, 0])],
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
  const lost = cleanMoney().map((one) =>
    one.fan === 1 && one.op === 'withdraw' ? { ...one, status: 0, end: null, facts: { key: 'w', amount: 30 } } : one,
  );
  assert.deepEqual(failing(lost, { rough: true }), []);
  const pending = telling(1, 'withdrawals', () => ({
    withdrawals: [['w1', 'PENDING', 30, [['order1', 30, 'PENDING']]]],
  }));
  assert.deepEqual(failing(pending), []);
  const notSent = pending.map((one) =>
    one.op === 'gateway' ? { ...one, facts: { taken: [...taken.slice(1), ['order1', 150, 0, 0] as const] } } : one,
  );
  assert.deepEqual(failing(notSent), []);
});

test('of a sale whose wallets are filled for the asking nothing of it is said', () => {
  const names = checkCalls({ ...moneyTerms, money: 'open' }, inOrder(cleanMoney())).map(({ name }) => name);
  assert(!names.some((name) => /^(I11|I12|I13|What the gateway)/.test(name)));
});
