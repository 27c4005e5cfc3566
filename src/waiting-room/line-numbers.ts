/** A line in numbers, as everybody may know them. */
import { nowSeconds, type Board, type Pause } from './board.ts';

export interface LineNumbers extends Pause {
  readonly waiting: number;
  readonly active: number;
  readonly maxActive: number;
  readonly admittedPerMinute: number;
}

/** The same of a line that is known here. */
export interface KnownLine extends LineNumbers {
  /** Whoever joins when all is sold stands by for what comes back. */
  readonly boundToSupply: boolean;
}

export function numbersOf(board: Board): KnownLine {
  const { maxActive, paused, pauseReasons, boundToSupply } = board.settings;
  const admittedPerMinute = board.admittedPerMinute(nowSeconds());
  const { waiting, active } = board;
  return { waiting, active: active.size, maxActive, admittedPerMinute, boundToSupply, paused, pauseReasons };
}
