/**
 * How property-based tests are run: the same cases every time, so that a red test is a change of the code and not of
 * the dice. `PROPERTY_SEED` throws others, `PROPERTY_RUNS` more of them; a failure prints the seed to repeat it with.
 */
import { type Arbitrary, type Parameters, type StringConstraints, integer, string } from 'fast-check';

const surrogates = { first: 0xd800, count: 0x800 };
const code_point_max = 0x10_ffff;
const seed_usual = 20_300_501;

/** For `fc.assert(property, dice(100))`. */
export function dice(runs: number): Parameters<unknown> {
  const { PROPERTY_SEED: seed, PROPERTY_RUNS: more } = process.env;
  return { seed: seed === undefined ? seed_usual : Number(seed), numRuns: more === undefined ? runs : Number(more) };
}

/** Each once, in order: the numbers that are characters. */
const character = integer({ min: 0, max: code_point_max - surrogates.count }).map(
  (nth) => String.fromCodePoint(nth < surrogates.first ? nth : nth + surrogates.count),
  (made) => {
    const point = typeof made === 'string' ? made.codePointAt(0) : undefined;
    if (point === undefined || made !== String.fromCodePoint(point)) throw new TypeError('not one character');
    return point < surrogates.first ? point : point - surrogates.count;
  },
);

/**
 * Any characters at all: what `unit: 'binary'` makes, case by case, without its table of them all, which costs every
 * process 1.2 s.
 */
export function anyCharacters(bounds: Omit<StringConstraints, 'unit'> = {}): Arbitrary<string> {
  return string({ ...bounds, unit: character });
}
