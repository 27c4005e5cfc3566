/** Who comes: how many seats each wants, how each waits, and what each does that a tidy test would not. */
import type { Options } from './options.ts';
import { createRandom, type Random } from './random.ts';

export interface Persona {
  readonly random: Random;
  /** Milliseconds after the opening. */
  readonly arrivesAt: number;
  /** Seats wanted. */
  readonly party: number;
  /** Wants the first row of the first date, as everybody does who saw the last tour. */
  readonly herd: boolean;
  /** Follows the line by a stream instead of polls. */
  readonly streams: boolean;
  readonly patienceMs: number;
  /** Closes the tab after so long in line; undefined: never. */
  readonly absentAfterMs: number | undefined;
  /** Comes back after so long; undefined: never. */
  readonly backAfterMs: number | undefined;
  readonly doubleClicks: boolean;
  /** Gives up on an answer too early now and then, and asks again with the same key. */
  readonly hasty: boolean;
  /** Has two tabs open and takes a place with both. */
  readonly twoTabs: boolean;
  readonly changesMind: boolean;
  /** Goes for a coffee with the seats held. */
  readonly dawdles: boolean;
  readonly cheat: 'forger' | 'jumper' | 'hammer' | undefined;
}

const party_sizes = [1, 1, 1, 1, 2, 2, 2, 2, 3, 4] as const;
/** Most come at the stroke of the hour. */
const rush_share = 0.7;
const rush_part = 0.1;

/** The same person for the same seed and number, whatever happens around. */
export function personaOf({ seed, arrival, patience, absent, cheaters }: Options, fan: number): Persona {
  const random = createRandom(seed, fan);
  const arrival_ms = arrival * 1_000;
  const isAbsent = random.chance(absent);
  return {
    random,
    arrivesAt: random.chance(rush_share)
      ? random.below(arrival_ms * rush_part + 1)
      : arrival_ms * rush_part + random.below(arrival_ms * (1 - rush_part) + 1),
    party: random.pick(party_sizes),
    herd: random.chance(0.15),
    streams: random.chance(0.15),
    patienceMs: Math.max(2_000, random.around(patience * 1_000)),
    absentAfterMs: isAbsent ? random.around(4_000) : undefined,
    backAfterMs: isAbsent && random.chance(0.5) ? 3_000 + random.around(10_000) : undefined,
    doubleClicks: random.chance(0.15),
    hasty: random.chance(0.08),
    twoTabs: random.chance(0.05),
    changesMind: random.chance(0.05),
    dawdles: random.chance(0.03),
    cheat: random.chance(cheaters) ? random.pick(['forger', 'jumper', 'hammer'] as const) : undefined,
  };
}
