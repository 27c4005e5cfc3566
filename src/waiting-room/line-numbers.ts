/** A line in numbers, as everybody may know them. */
import { nowSeconds, type Board } from './board.ts';

export interface LineNumbers {
  readonly waiting: number;
  readonly active: number;
  readonly maxActive: number;
  readonly admittedPerMinute: number;
  readonly paused: { readonly reason: string } | null;
}

export function numbersOf(board: Board): LineNumbers {
  const { maxActive, paused } = board.settings;
  const admittedPerMinute = board.admittedPerMinute(nowSeconds());
  return { waiting: board.waiting, active: board.active.size, maxActive, admittedPerMinute, paused };
}
