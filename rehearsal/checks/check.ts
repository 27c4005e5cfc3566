/** What every check is: it is shown the calls one by one, and says at the end what it found. */
import type { Call, Terms } from '../history.ts';

export interface Finding {
  /** The invariant or promise. */
  readonly name: string;
  readonly ok: boolean;
  /** How many things were looked at; with none, nothing is asserted. */
  readonly counted: number;
  readonly violations: number;
  /** The first few violations, in words. */
  readonly sample: readonly string[];
  /** What there is to tell of it, whatever came of it. */
  readonly note?: string;
}

export interface Check {
  take(call: Call): void;
  finish(): readonly Finding[];
}

export type CreateCheck = (terms: Terms) => Check;

const sample_max = 5;

/** Collects what one check found. */
export function createFinding(name: string) {
  const sample: string[] = [];
  let counted = 0;
  let violations = 0;
  let note: string | undefined;
  return {
    count: (things = 1): void => {
      counted += things;
    },
    violation: (what: string): void => {
      violations++;
      if (sample.length < sample_max) sample.push(what);
    },
    note: (what: string): void => {
      note = what;
    },
    done: (): Finding => ({
      name,
      ok: violations === 0,
      counted,
      violations,
      sample,
      ...(note === undefined ? {} : { note }),
    }),
  };
}

/** The number of `sorted` starts and ends: how many intervals contain a moment, at most. */
export function highestOverlap(intervals: readonly (readonly [from: number, until: number])[]): {
  readonly count: number;
  readonly at: number;
} {
  const starts = Float64Array.from(intervals, ([from]) => from).toSorted();
  const ends = Float64Array.from(intervals, ([, until]) => until).toSorted();
  let ended = 0;
  let highest = { count: 0, at: 0 };
  for (const [begun, at] of starts.entries()) {
    // One that ends at the very moment another begins has made room for it.
    while ((ends[ended] ?? Infinity) <= at) ended++;
    const count = begun + 1 - ended;
    if (count > highest.count) highest = { count, at };
  }
  return highest;
}
