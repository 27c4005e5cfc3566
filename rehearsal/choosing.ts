/**
 * Picking seats out of the list of the free ones, as it came: a list of thousands is not parsed for the two or three
 * that somebody clicks on.
 */
import type { Persona } from './persona.ts';

const mark = Buffer.from('{"number":');
const looked_at_max = 60;
const first_rows_seats = 20;

/** As many seats as the party wants, side by side if they are found; fewer if there are fewer. Empty: none is free. */
export function chooseSeats(
  body: Buffer,
  { party, herd, random }: Pick<Persona, 'party' | 'herd' | 'random'>,
): number[] {
  const from = herd ? 0 : random.below(Math.max(1, body.length - looked_at_max * 100));
  let seen = numbersFrom(body, from);
  if (seen.length < party && from > 0) seen = numbersFrom(body, 0);
  if (herd) seen = seen.slice(random.below(Math.max(1, Math.min(first_rows_seats, seen.length - party))));
  for (let index = 0; index + party <= seen.length; index++) {
    const some = seen.slice(index, index + party);
    if ((some.at(-1) ?? 0) - (some[0] ?? 0) === party - 1) return some;
  }
  return seen.slice(0, party);
}

function numbersFrom(body: Buffer, from: number): number[] {
  const numbers: number[] = [];
  for (
    let at = body.indexOf(mark, from);
    at !== -1 && numbers.length < looked_at_max;
    at = body.indexOf(mark, at + 1)
  ) {
    numbers.push(Number.parseInt(body.toString('latin1', at + mark.length, at + mark.length + 12), 10));
  }
  return numbers;
}

/** Whether a list of the free seats has one. */
export function hasSeats(body: Buffer): boolean {
  return body.includes(mark);
}
