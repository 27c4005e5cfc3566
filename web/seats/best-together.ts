/**
 * The best n adjacent seats. Sections are in the operator's order, best first within a grade; in a section the front
 * rows and the middle are better. Among almost equal seats one is drawn, because thousands press this button at once.
 */
import type { Section } from './section.ts';

export interface Wish {
  readonly count: number;
  /** Undefined: any grade, the operator's first one before the others. */
  readonly grade: string | undefined;
  /** Draw among so many of the best; more after somebody was faster. */
  readonly among: number;
}

interface Found {
  readonly numbers: readonly number[];
  /** Smaller is better. */
  readonly distance: number;
}

/** The numbers, or undefined where no row has so many free neighbours. `draw` answers 0 up to 1. */
export function bestTogether(
  sections: readonly Section[],
  statuses: Uint8Array,
  { count, grade, among }: Wish,
  draw: () => number = Math.random,
): readonly number[] | undefined {
  const grades = grade === undefined ? [...new Set(sections.map((section) => section.grade))] : [grade];
  for (const wanted of grades) {
    const best: Found[] = [];
    for (const section of sections) {
      if (section.grade === wanted) collect(section, statuses, { count, among }, best);
    }
    if (best.length > 0) return best[Math.floor(draw() * best.length)]?.numbers;
  }
  return undefined;
}

function collect(
  section: Section,
  statuses: Uint8Array,
  { count, among }: Pick<Wish, 'count' | 'among'>,
  best: Found[],
): void {
  const { rows, seatsPerRow, firstNumber } = section;
  const middle = (seatsPerRow - count) / 2;
  for (let row = 0; row < rows; row++) {
    const start = firstNumber - 1 + row * seatsPerRow;
    let free = 0;
    for (let seat = 0; seat < seatsPerRow; seat++) {
      free = statuses[start + seat] === 0 ? free + 1 : 0;
      if (free < count) continue;
      const first = seat - count + 1;
      keep(best, among, { first: start + first + 1, count, distance: row * 1.6 + Math.abs(first - middle) });
    }
  }
}

function keep(
  best: Found[],
  among: number,
  { first, count, distance }: { first: number; count: number; distance: number },
): void {
  const worst = best.at(-1);
  if (best.length >= among && worst !== undefined && worst.distance <= distance) return;
  const at = best.findIndex((found) => found.distance > distance);
  const numbers = Array.from({ length: count }, (_none, index) => first + index);
  best.splice(at === -1 ? best.length : at, 0, { numbers, distance });
  if (best.length > among) best.pop();
}
