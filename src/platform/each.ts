/** How a duty works through what has nothing to do with each other. */
import type { Tx } from './database.ts';

/**
 * For the first statement of a duty's transaction: it would rather come again than wait long for a row, since what it
 * has yet to do for others waits with it.
 */
export function impatient(tx: Tx): void {
  void tx`select set_config('lock_timeout', '1000', true)`.execute();
}

/** Works through what has nothing to do with each other: what goes wrong with one keeps none of the others waiting. */
export async function eachByItself<T>(all: Iterable<T>, work: (one: T) => Promise<void>): Promise<void> {
  const failures: unknown[] = [];
  for (const one of all) {
    // oxlint-disable-next-line no-await-in-loop
    await work(one).catch((error: unknown) => failures.push(error));
  }
  // A duty that fails says so; one reason is as good as any.
  if (failures.length > 0) throw failures[0];
}

/** Of a list at most so many, and the next time those behind them, so that none is left out for ever. */
export function createRotation(most: number): <T>(all: readonly T[]) => T[] {
  let from = 0;
  return (all) => {
    if (from >= all.length || all.length <= most) from = 0;
    const some = all.slice(from, from + most);
    from += most;
    return some;
  };
}

/** So many at a time keep nobody else waiting for longer than a few milliseconds. */
const slice_max = 500;

/**
 * Works through many, a slice in an iteration of the event loop; those added meanwhile are met too, as `all` has it. What
 * the work on a slice promises is waited for before the next one.
 */
export async function inSlices<T>(all: Iterable<T>, work: (one: T) => unknown, slice = slice_max): Promise<void> {
  let pending: Promise<unknown>[] = [];
  let left = slice;
  for (const one of all) {
    if (left === 0) {
      // oxlint-disable-next-line no-await-in-loop
      await Promise.all([...pending, nextIteration()]);
      pending = [];
      left = slice;
    }
    left -= 1;
    const begun = work(one);
    if (begun instanceof Promise) pending.push(begun);
  }
  await Promise.all(pending);
}

/** Everybody else has their iteration of the event loop before this goes on. */
function nextIteration(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
