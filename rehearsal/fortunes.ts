/** What may go wrong between a fan and a gateway, and which buttons of the sandbox make it so. */
import { createRandom, type Random } from './random.ts';

/** Each is met by about as many fans. */
const misfortunes = [
  'refused',
  'slow',
  'answer lost',
  'notice twice',
  'notice late',
  'notices out of order',
  'notice forged',
  'notice of another amount',
  'deposit undone',
  'half cancelled',
  'window closed',
  'two tabs',
  'amount altered',
  'withdrawn',
] as const;
export type Fortune = 'fine' | (typeof misfortunes)[number];

const share = 0.55;
/** So that the rest of a fan is the same whether wallets are filled for the asking or not. */
const other_die = 0x5eed;

export interface Luck {
  readonly fortune: Fortune;
  /** Everything else that a fan decides about an order. */
  readonly random: Random;
}

/** The same for the same seed and fan. */
export function luckOf(seed: number, fan: number): Luck {
  const random = createRandom(seed ^ other_die, fan);
  return { fortune: random.chance(share) ? random.pick(misfortunes) : 'fine', random };
}
