/** Chance that can be repeated: each fan has a die of its own, so what one does never depends on how fast another is. */
export interface Random {
  /** A whole number from 0 up, below what is asked. */
  below(limit: number): number;
  chance(probability: number): boolean;
  /** Around `mean`, never more than eight times as much, as waiting and thinking times are. */
  around(mean: number): number;
  pick<T>(all: readonly [T, ...T[]] | readonly T[]): T;
}

/** Mulberry32 from a seed and the number of a fan. */
export function createRandom(seed: number, fan: number): Random {
  let state = (Math.imul(seed + 1, 0x9e37_79b1) ^ Math.imul(fan + 1, 0x85eb_ca6b)) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    below: (limit) => Math.floor(next() * limit),
    chance: (probability) => next() < probability,
    around: (mean) => Math.min(8, -Math.log(1 - next())) * mean,
    pick: (all) => {
      const one = all[Math.floor(next() * all.length)];
      if (one === undefined) throw new Error('nothing to pick from');
      return one;
    },
  };
}
