/** A line in numbers, as everybody may know them. */
import { nowSeconds, type Board, type Pause } from './board.ts';

export interface LineNumbers extends Pause {
  readonly waiting: number;
  readonly active: number;
  readonly maxActive: number;
  readonly admittedPerMinute: number;
}

export function numbersOf(board: Board): LineNumbers {
  const { maxActive, paused, pauseReasons } = board.settings;
  const admittedPerMinute = board.admittedPerMinute(nowSeconds());
  return { waiting: board.waiting, active: board.active.size, maxActive, admittedPerMinute, paused, pauseReasons };
}
