/**
 * A seat by what people call it: `F1구역 1열 49번`, `F1 1열 49`, `F1-1-49`, `section F1, row 1, seat 49`, or a part of
 * that. Sections are called anything, with digits and hyphens too, so a name is read in every way that it can mean; which
 * of them there is, the plan decides.
 */
import { oneLineIn } from './text.ts';

export interface SeatReading {
  /** Undefined: not said. As people compare names, see `sectionKey`. */
  readonly section: string | undefined;
  readonly row: number | undefined;
  /** In the row, from 1. */
  readonly seat: number | undefined;
}

const rowWord = /(\d{1,6}) ?[열행]|\brow (\d{1,6})/g;
const seatWord = /(\d{1,6}) ?[번석](?: ?(?:좌석|자리))?|\bseat (\d{1,6})/g;
const sectionWord = /\bsection\b|구역/g;
const edges = /^[\s,·/-]+|[\s,·/-]+$/g;
const oneNumber = /^(?:(.*?)[\s,·/-]+)?(\d{1,6})$/;
const twoNumbers = /^(?:(.*?)[\s,·/-]+)?(\d{1,6})[\s,·/-]+(\d{1,6})$/;

/** Names that read the same are the same: whatever the case, the width of the letters, or how Korean is composed. */
export function sectionKey(name: string): string {
  return oneLineIn(name).normalize('NFKC').toLowerCase().replaceAll(/\s+/g, ' ').trim();
}

/** At most a dozen, those that say most first; none for a text that names no seat in any way. */
export function readSeatName(text: string): readonly SeatReading[] {
  const [withoutRow, row] = taken(sectionKey(text), rowWord);
  const [rest, seat] = taken(withoutRow, seatWord);
  const names = new Set(
    [rest, rest.replaceAll(sectionWord, ' ')].map((name) => sectionKey(name.replaceAll(edges, ''))),
  );
  const readings = [...names].flatMap((name) => readingsOf(name, row, seat));
  const different = new Map(readings.map((reading) => [JSON.stringify(Object.values(reading)), reading]));
  return [...different.values()].toSorted((one, other) => told(other) - told(one));
}

/** The last number with that word, and the text without it. */
function taken(text: string, word: RegExp): readonly [rest: string, found: number | undefined] {
  const match = [...text.matchAll(word)].at(-1);
  if (match === undefined) return [text, undefined];
  const rest = `${text.slice(0, match.index)} ${text.slice(match.index + match[0].length)}`;
  return [rest, Number(match[1] ?? match[2])];
}

function readingsOf(name: string, row: number | undefined, seat: number | undefined): SeatReading[] {
  const readings = [{ section: name || undefined, row, seat }];
  const [, section, number] = split(oneNumber, name);
  // A number alone is none of a seat, unless a word beside it says so.
  if (number !== undefined && (section ?? row ?? seat) !== undefined) {
    if (seat === undefined) readings.push({ section, row, seat: Number(number) });
    if (row === undefined) readings.push({ section, row: Number(number), seat });
  }
  if ((row ?? seat) === undefined) readings.push(...withBoth(name));
  return readings.filter((reading) => told(reading) > 0);
}

function withBoth(name: string): SeatReading[] {
  const [, section, row, seat] = split(twoNumbers, name);
  return row === undefined ? [] : [{ section, row: Number(row), seat: Number(seat) }];
}

/** Parts that are there but empty are not there. */
function split(pattern: RegExp, name: string): readonly (string | undefined)[] {
  return (pattern.exec(name) ?? []).map((part: string | undefined) => part || undefined);
}

const told = (reading: SeatReading): number => Object.values(reading).filter((part) => part !== undefined).length;
