/** Who gives back what was paid for, how, and how soon. */
import type { Options } from './options.ts';
import { createRandom, type Random } from './random.ts';

/** Each is as frequent as the others. */
const manners = [
  'all of it',
  'some of it',
  'by a quote that is not true any more',
  'twice at once',
  'from two devices with one key',
  'without hearing the answer',
  'to where the money came from',
  'as if it were a hold',
] as const;

export interface Regret {
  readonly manner: (typeof manners)[number];
  readonly afterMs: number;
  /** Gives all back for something better. */
  readonly comesAgain: boolean;
  readonly random: Random;
}

/** On average, as long as so many decisions inside take. */
const decisions = 8;
/** So that the rest of a fan is the same whether anybody gives anything back or not. */
const other_die = 0xbac4;

/** The same for the same seed and fan; undefined: what is bought is kept. */
export function regretOf({ seed, cancelling, think }: Options, fan: number): Regret | undefined {
  const random = createRandom(seed ^ other_die, fan);
  if (!random.chance(cancelling)) return undefined;
  const afterMs = random.around(decisions * think * 1_000);
  return { manner: random.pick(manners), afterMs, comesAgain: random.chance(0.3), random };
}
