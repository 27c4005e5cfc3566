/** Chance that can be repeated: the same seed, the same choices. */
export type Random = (below: number) => number;

/** Whole numbers from 0 up, below what is asked (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

export function chance(random: Random, probability: number): boolean {
  return random(1_000_000) < probability * 1_000_000;
}

export function pick<T>(random: Random, all: readonly T[]): T {
  const one = all[random(all.length)];
  if (one === undefined) throw new Error('nothing to pick from');
  return one;
}

/** By weight. */
export function choose<T>(random: Random, weighted: readonly (readonly [weight: number, choice: T])[]): T {
  let left = random(weighted.reduce((sum, [weight]) => sum + weight, 0));
  for (const [weight, choice] of weighted) {
    left -= weight;
    if (left < 0) return choice;
  }
  throw new Error('nothing to choose from');
}
