/**
 * Seats as a person says them: `F1구역 1열 49번`; `section F1, row 1, seat 49`. The label of the contract, `F1-1-49`, is
 * for machines. No browser in here.
 */
import { readSeatName, sectionKey } from '../../src/contract/seat-names.ts';
import { unbroken, type Language } from './language.ts';

/** Rows and places count from 1. */
export interface SeatPlace {
  readonly section: string;
  readonly row: number;
  readonly place: number;
}

/** What the label of a seat names; undefined for what is no label. A section's own name may have dashes in it. */
export function placeOfLabel(label: string): SeatPlace | undefined {
  const [, section, row, place] = /^(.+)-(\d+)-(\d+)$/s.exec(label) ?? [];
  return section === undefined ? undefined : { section, row: Number(row), place: Number(place) };
}

/**
 * A seat of these sections as somebody types it: its label, or as it is said in either language. All three of its parts
 * are needed. Undefined if that names none.
 */
export function seatTyped(text: string, sections: readonly string[]): SeatPlace | undefined {
  for (const { section, row, seat: place } of readSeatName(text)) {
    const name = sections.find((one) => sectionKey(one) === section);
    if (name !== undefined && row !== undefined && place !== undefined) return { section: name, row, place };
  }
  return undefined;
}

/** A sign and no word, `A`, `F1`, `101`, `12B`, `가`: English says what it is a sign of. */
const sign = /^([A-Za-z]{0,3}-?\d{1,4}[A-Za-z]?|[A-Za-z]{1,3}|[가나다라마바사아자차카타파하])$/;
/** Ends in such a sign: `A`, `스탠딩 B`, `1층 가`. `A구역`, `R석`, `2층`, `스탠딩`, `Floor` say by themselves what they are. */
const counting =
  /(?<![A-Za-z\d])([A-Za-z]{0,3}\d{1,4}[A-Za-z]?|[A-Za-z]{1,3}|(?<![가-힣])[가나다라마바사아자차카타파하])$/;
const named_in_english = /^(section|sec\.|zone|block|area)\s/i;

/** `F1구역`, `section F1`; a name that says by itself what it is stays as the operator wrote it. */
export function sectionName(language: Language, name: string): string {
  const plain = name.normalize('NFC').trim();
  if (language === 'ko') return counting.test(plain) && !named_in_english.test(plain) ? `${plain}구역` : plain;
  return sign.test(plain) ? `section ${plain}` : plain;
}

/** `1열`, `row 1`. No line ends between a number and what it counts. */
export function rowName(language: Language, row: number): string {
  return language === 'ko' ? `${row}열` : unbroken(`row ${row}`);
}

/** Within its section: `1열 49번`, `row 1, seat 49`. */
export function seatInSection(language: Language, { row, place }: Pick<SeatPlace, 'row' | 'place'>): string {
  return language === 'ko'
    ? unbroken(`${row}열 ${place}번`)
    : `${rowName(language, row)}, ${unbroken(`seat ${place}`)}`;
}

/** All of it, for the ear and for a sentence. */
export function seatName(language: Language, seat: SeatPlace): string {
  return joined(language, sectionName(language, seat.section), seatInSection(language, seat));
}

/** For a chip, a row of a table: the section by its bare name in English. */
export function shortSeatName(language: Language, seat: SeatPlace): string {
  return language === 'ko' ? seatName(language, seat) : `${seat.section}, ${seatInSection(language, seat)}`;
}

/** The name of a seat that is known by its label alone; a label that is none stays as it is. */
export function nameOfLabel(language: Language, label: string, name: typeof seatName = seatName): string {
  const seat = placeOfLabel(label);
  return seat === undefined ? label : name(language, seat);
}

/** Several in a sentence; those of one row are named together: `section A, row 3, seats 4 and 5`. */
export function seatNames(language: Language, seats: readonly SeatPlace[]): string {
  const rows = Map.groupBy(seats, ({ section, row }) => JSON.stringify([section, row]));
  return [...rows.values()]
    .flatMap((row) => {
      const [first] = row;
      if (first === undefined) return [];
      const section = sectionName(language, first.section);
      return joined(
        language,
        section,
        placesInRow(
          language,
          first.row,
          row.map(({ place }) => place),
        ),
      );
    })
    .join(language === 'ko' ? ', ' : '; ');
}

/** The same of seats that are known by their labels alone. */
export function namesOfLabels(language: Language, labels: readonly string[]): string {
  const seats = labels.map((label) => placeOfLabel(label));
  const all = seats.filter((seat) => seat !== undefined);
  return all.length === labels.length ? seatNames(language, all) : labels.join(', ');
}

/** With a capital, where a sentence or a heading begins; what the operator named stays as it is. */
export function begun(text: string): string {
  return /^(section|row|seats?)\s/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

function joined(language: Language, section: string, inSection: string): string {
  return language === 'ko' ? `${section} ${inSection}` : `${section}, ${inSection}`;
}

function placesInRow(language: Language, row: number, places: readonly number[]): string {
  if (places.length === 1) return seatInSection(language, { row, place: places[0] ?? 0 });
  if (language === 'ko') return unbroken(`${row}열 ${places.map((place) => `${place}번`).join('·')}`);
  return `${rowName(language, row)}, seats ${places.slice(0, -1).join(', ')} and ${places.at(-1)}`;
}
