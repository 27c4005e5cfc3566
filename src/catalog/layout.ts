/**
 * The seats of a performance as arithmetic. Seats are numbered 1…N through the sections in their order, row by
 * row, so a number alone tells section, row, label and price, and a stadium costs memory by sections, not seats.
 */
export interface Section {
  readonly name: string;
  readonly rows: number;
  readonly seatsPerRow: number;
  readonly grade: string;
  /** Whole units of the concert's currency. */
  readonly price: number;
  readonly firstNumber: number;
}

/** What of a performance never changes: which seats it has. */
export interface Layout {
  readonly concertId: string;
  readonly id: string;
  readonly seatsTotal: number;
  /** In order of `firstNumber`, without gaps. */
  readonly sections: readonly Section[];
}

/** As it stood when it was read: whoever keeps it may keep what is over, but for the layout. */
export interface Performance extends Layout {
  /** ISO 8601, UTC. */
  readonly startsAt: string;
  /** CANCELLED: called off, and never on sale again. */
  readonly status: 'SCHEDULED' | 'CANCELLED';
  /** Counts the changes of this date: whoever decides by an older one decides again. */
  readonly revision: number;
  /** When it was moved last, and from where; both null if it never was. ISO 8601, UTC. */
  readonly movedAt: string | null;
  readonly movedFrom: string | null;
  /** Why it was called off; null unless CANCELLED. */
  readonly reason: { readonly ko: string; readonly en: string } | null;
}

/** The concert that the id of a date or of a reservation begins with; none is the empty text. */
export function concertIdOf(id: string): string {
  return id.slice(0, Math.max(0, id.indexOf('-')));
}

/** From when on nothing of this date can be held: its start; ever since, where it was called off. */
export function saleEndOf({ startsAt, status }: Pick<Performance, 'startsAt' | 'status'>): Date {
  return new Date(status === 'SCHEDULED' ? startsAt : 0);
}

export interface Seat {
  readonly number: number;
  /** `A-3-12`: section A, row 3, seat 12. */
  readonly label: string;
  readonly section: string;
  readonly row: number;
  readonly grade: string;
  readonly price: number;
}

/** The seat of that number, or undefined if the performance has none. */
export function seatAt(performance: Layout, number: number): Seat | undefined {
  if (!Number.isInteger(number) || number < 1 || number > performance.seatsTotal) return undefined;
  const section = sectionOf(performance.sections, number);
  if (section === undefined) return undefined;
  const { row, place } = placeIn(section, number);
  const { name, grade, price } = section;
  return { number, label: `${name}-${row}-${place}`, section: name, row, grade, price };
}

/** Row and place in the row, both from 1, of a number that lies in the section. */
export function placeIn(section: Section, number: number): { row: number; place: number } {
  const offset = number - section.firstNumber;
  return { row: Math.floor(offset / section.seatsPerRow) + 1, place: (offset % section.seatsPerRow) + 1 };
}

/** The last section that starts at or before the number. */
export function sectionOf(sections: readonly Section[], number: number): Section | undefined {
  let low = 0;
  let high = sections.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sections[middle]?.firstNumber ?? Infinity) <= number) low = middle + 1;
    else high = middle;
  }
  return sections[low - 1];
}

interface GradePrice {
  readonly grade: string;
  readonly priceMin: number;
  readonly priceMax: number;
  readonly seatsTotal: number;
}

/** What each grade costs, in the order in which the sections name them. */
export function gradePrices({ sections }: Layout): GradePrice[] {
  const grades = new Map<string, GradePrice>();
  for (const { grade, price, rows, seatsPerRow } of sections) {
    const known = grades.get(grade) ?? { grade, priceMin: price, priceMax: price, seatsTotal: 0 };
    grades.set(grade, {
      grade,
      priceMin: Math.min(known.priceMin, price),
      priceMax: Math.max(known.priceMax, price),
      seatsTotal: known.seatsTotal + rows * seatsPerRow,
    });
  }
  return [...grades.values()];
}
