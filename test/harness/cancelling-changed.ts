/** The sale of cancelling-in-order.ts with something else in its place, and what the rehearsal's checks find in it. */
import assert from 'node:assert/strict';
import { checkCalls } from '../../rehearsal/checks/checks.ts';
import type { Call, CancellationTold, Facts, PaidTold, Terms } from '../../rehearsal/history.ts';
import { cancellingTerms, cleanCancelling } from './cancelling-in-order.ts';

/** As a file has them: by when they ended. */
export const inOrder = (calls: readonly Call[]): Call[] =>
  calls.toSorted((a, b) => (a.end ?? a.start) - (b.end ?? b.start));

/** What the checks find, in words. */
export function failing(calls: readonly Call[], changed: Partial<Terms> = {}): string[] {
  return checkCalls({ ...cancellingTerms, ...changed }, inOrder(calls))
    .filter(({ ok }) => !ok)
    .map(({ name, sample }) => `${name}: ${sample.join('; ')}`);
}

/** The last call of a fan of this kind tells something else. */
export function telling(fan: number, op: Call['op'], change: (facts: Facts) => Facts): Call[] {
  const calls = inOrder(cleanCancelling());
  const index = calls.findLastIndex((one) => one.fan === fan && one.op === op);
  const found = calls[index];
  assert(found !== undefined, 'the call that is to be changed is there');
  calls[index] = { ...found, facts: { ...found.facts, ...change(found.facts) } };
  return calls;
}

type Entries = NonNullable<Facts['entries']>;
export const entriesOf = (fan: number, change: (all: Entries) => Entries): Call[] =>
  telling(fan, 'entries', ({ entries = [] }) => ({ entries: change(entries) }));

type Row = NonNullable<Facts['reservations']>[number];
export const rowsOf = (fan: number, change: (row: Row, told: PaidTold) => Row): Call[] =>
  telling(fan, 'reservations', ({ reservations = [] }) => ({
    reservations: reservations.map((row) => (row[5] === undefined ? row : change(row, row[5]))),
  }));
export const paidOf = (fan: number, change: (told: PaidTold) => Partial<PaidTold>): Call[] =>
  rowsOf(fan, ([id, status, date, seats, amount], told) => [
    ...([id, status, date, seats, amount] as const),
    { ...told, ...change(told) },
  ]);
export const cancellationsOf = (fan: number, change: (one: CancellationTold) => Partial<CancellationTold>): Call[] =>
  paidOf(fan, ({ cancellations }) => ({ cancellations: cancellations.map((one) => ({ ...one, ...change(one) })) }));
export const without = (fan: number, ...ops: Call['op'][]): Call[] =>
  cleanCancelling().filter((one) => !(one.fan === fan && ops.includes(one.op)));
