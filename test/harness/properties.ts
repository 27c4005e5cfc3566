/**
 * How property-based tests are run: the same cases every time, so that a red test is a change of the code and not of
 * the dice. `PROPERTY_SEED` throws others, `PROPERTY_RUNS` more of them; a failure prints the seed to repeat it with.
 */
import type { Parameters } from 'fast-check';

const seed_usual = 20_300_501;

/** For `fc.assert(property, dice(100))`. */
export function dice(runs: number): Parameters<unknown> {
  const { PROPERTY_SEED: seed, PROPERTY_RUNS: more } = process.env;
  return { seed: seed === undefined ? seed_usual : Number(seed), numRuns: more === undefined ? runs : Number(more) };
}
