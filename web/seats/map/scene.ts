/** What is painted: the hall laid out, who sits where now, in which colours and words. */
import type { Section } from '../section.ts';
import { type Box } from './block.ts';
import { boxOf, layOut, type Layout } from './layout.ts';
import { lettersOf } from './letters.ts';
import type { Palette } from './palette.ts';

/** How a seat looks; the first three are the codes of its status. */
export const looks = { available: 0, held: 1, reserved: 2, own: 3 } as const;
export type Look = (typeof looks)[keyof typeof looks];

export interface Part {
  readonly index: number;
  readonly section: Section;
  /** In the palette. */
  readonly grade: number;
  readonly letter: string;
  readonly box: Box;
  /** Indices of its seats: from, and the first that is not its own. */
  readonly from: number;
  readonly to: number;
}

export interface Scene {
  readonly layout: Layout;
  readonly parts: readonly Part[];
  /** Free seats of each part. */
  readonly free: Int32Array;
  readonly statuses: Uint8Array;
  selected: ReadonlySet<number>;
  language: 'ko' | 'en';
  palette: Palette;
}

const grades_shown = 6;

export function createScene(
  given: Pick<Scene, 'statuses' | 'selected' | 'language' | 'palette'> & { readonly sections: readonly Section[] },
): Scene {
  const { sections, statuses, selected, language, palette } = given;
  const layout = layOut(sections);
  const grades = [...new Set(sections.map(({ grade }) => grade))];
  // Where all are of one grade, its letter says nothing.
  const letters = grades.length > 1 ? lettersOf(grades) : [];
  const parts = layout.blocks.map((block, index): Part => {
    const { section } = block;
    const grade = grades.indexOf(section.grade);
    const from = section.firstNumber - 1;
    const to = from + section.rows * section.seatsPerRow;
    return { index, section, grade: grade % grades_shown, letter: letters[grade] ?? '', box: boxOf(block), from, to };
  });
  const scene = { layout, parts, free: new Int32Array(parts.length), statuses, selected, language, palette };
  for (const part of parts) count(scene, part);
  return scene;
}

/** Counts the free seats of a part again. */
export function count({ free, statuses }: Pick<Scene, 'free' | 'statuses'>, { index, from, to }: Part): void {
  let found = 0;
  for (let seat = from; seat < to; seat++) if (statuses[seat] === looks.available) found++;
  free[index] = found;
}

export function lookOf({ statuses, selected }: Scene, seat: number): Look {
  if (selected.has(seat + 1)) return looks.own;
  const status = statuses[seat];
  return status === looks.available || status === looks.held ? status : looks.reserved;
}

/** The part that a seat, by its number − 1, belongs to. */
export function partOf({ parts }: Scene, seat: number): Part | undefined {
  let low = 0;
  let high = parts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((parts[middle]?.from ?? Infinity) <= seat) low = middle + 1;
    else high = middle;
  }
  const part = parts[low - 1];
  return part !== undefined && seat < part.to ? part : undefined;
}
