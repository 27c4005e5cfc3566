/** Writes a concert with its performances and sections: once, by the operator, never changed afterwards. */
import { asRead, seatsPerPerformanceMax as seats_max } from '../contract.ts';
import type { Tx } from '../platform/database.ts';
import { randomId } from '../platform/ids.ts';
import { refuse, type Fault } from '../refusals.ts';
import { faultsInTerms, type RefundPolicy, type RefundTerms } from '../refunds/refunds.ts';
import { keepTerms } from './terms.ts';

export interface NewConcert {
  readonly title: string;
  readonly artist: string;
  readonly venue: string;
  readonly refundPolicy?: RefundPolicy | undefined;
  /** An IANA name. */
  readonly timeZone?: string | undefined;
  /** At least one; they become performance 1, 2, … in the order given. */
  readonly performances: readonly NewPerformance[];
}

interface NewPerformance {
  /** ISO 8601 with an offset, years 1–9999. */
  readonly startsAt: string;
  readonly sections: readonly NewSection[];
}

interface NewSection {
  readonly name: string;
  readonly rows: number;
  readonly seatsPerRow: number;
  readonly grade: string;
  readonly price: number;
}

export interface CreatedPerformance {
  readonly id: string;
  readonly startsAt: string;
  readonly seatsTotal: number;
}

export interface CreatedConcert extends RefundTerms {
  readonly concertId: string;
  readonly performances: readonly CreatedPerformance[];
}

const id_length = 10;
const problems_max = 20;
export const sentences = {
  date: { en: 'must be a date and time in the years 1 to 9999', ko: '1년부터 9999년 사이의 날짜와 시각이어야 해요' },
  seats: {
    en: `must have 1 to ${seats_max} seats in all`,
    ko: `좌석이 모두 합쳐 1석 이상 ${seats_max}석 이하여야 해요`,
  },
  twin: {
    en: 'reads like the name of another section of this date',
    ko: '같은 회차에 똑같이 읽히는 구역이 있어요',
  },
  spelling: {
    en: 'reads like another grade of this concert and is written otherwise',
    ko: '이 공연의 다른 등급과 똑같이 읽히지만 다르게 적혀 있어요',
  },
} as const;

/** The door's `create`. */
export async function createConcert(tx: Tx, input: NewConcert): Promise<CreatedConcert> {
  const problems = problemsIn(input);
  if (problems.length > 0) throw refuse('VALIDATION_FAILED', { errors: problems });
  const concertId = randomId(id_length);
  const performances = input.performances.map((performance, index) => ({
    id: `${concertId}-${index + 1}`,
    startsAt: utc(performance.startsAt) ?? '',
    seatsTotal: seatsIn(performance),
  }));
  const starts = performances.map((performance) => performance.startsAt).toSorted();
  const sections = input.performances.flatMap((performance, index) =>
    numbered(performance, `${concertId}-${index + 1}`),
  );
  const terms = await keepTerms(tx, input);
  await Promise.all([
    tx`insert into concerts (id, title, artist, venue, first_starts_at, last_starts_at, refund_terms)
      values (${concertId}, ${input.title}, ${input.artist}, ${input.venue}, ${starts[0] ?? ''}, ${starts.at(-1) ?? ''}, ${terms.id})`,
    tx`insert into performances (concert_id, id, starts_at, seats_total)
      select ${concertId}, p.id, p.starts_at, p.seats_total
      from unnest(${performances.map((p) => p.id)}::text[], ${performances.map((p) => p.startsAt)}::text[]::timestamptz[],
        ${performances.map((p) => p.seatsTotal)}::int[]) as p (id, starts_at, seats_total)`,
    tx`insert into sections (concert_id, performance_id, ordinal, name, rows, seats_per_row, grade, price, first_number)
      select ${concertId}, s.* from unnest(${sections.map((s) => s.performanceId)}::text[],
        ${sections.map((s) => s.ordinal)}::int[], ${sections.map((s) => s.name)}::text[], ${sections.map((s) => s.rows)}::int[],
        ${sections.map((s) => s.seatsPerRow)}::int[], ${sections.map((s) => s.grade)}::text[],
        ${sections.map((s) => s.price)}::bigint[], ${sections.map((s) => s.firstNumber)}::int[]) as s`,
  ]);
  return { concertId, performances, refundPolicy: terms.refundPolicy, timeZone: terms.timeZone };
}

/** What the schema of the request cannot say, in its first problems. */
function problemsIn(input: NewConcert): Fault[] {
  const problems: Fault[] = faultsInTerms(input);
  const names = createNames();
  for (const [index, performance] of input.performances.entries()) {
    if (problems.length >= problems_max) break;
    const path = `performances[${index}]`;
    if (utc(performance.startsAt) === undefined) problems.push({ path: `${path}.startsAt`, message: sentences.date });
    const seats = seatsIn(performance);
    if (!(seats >= 1 && seats <= seats_max)) problems.push({ path: `${path}.sections`, message: sentences.seats });
    for (const fault of names.faultsIn(performance)) problems.push({ ...fault, path: `${path}.${fault.path}` });
  }
  return problems.slice(0, problems_max);
}

/**
 * A seat is known by section, row and place: two sections that read alike would sell two seats of one label. And a grade
 * is spelled in one way on all dates, or what is one would be counted as two.
 */
function createNames() {
  /** What a name reads like, found out once: a hall has the same ones on every date. */
  const read = new Map<string, string>();
  const readingOf = (name: string): string => {
    const known = read.get(name) ?? asRead(name);
    read.set(name, known);
    return known;
  };
  const grades = new Map<string, string>();
  return {
    faultsIn: ({ sections }: NewPerformance): Fault[] => {
      const names = new Set<string>();
      const faults: Fault[] = [];
      for (const [index, { name, grade }] of sections.entries()) {
        const [section, rank] = [readingOf(name), readingOf(grade)];
        if (names.has(section)) faults.push({ path: `sections[${index}].name`, message: sentences.twin });
        names.add(section);
        const spelled = grades.get(rank) ?? grade;
        if (spelled !== grade) faults.push({ path: `sections[${index}].grade`, message: sentences.spelling });
        grades.set(rank, spelled);
      }
      return faults;
    },
  };
}

function seatsIn({ sections }: NewPerformance): number {
  return sections.reduce((sum, { rows, seatsPerRow }) => sum + rows * seatsPerRow, 0);
}

export function utc(text: string): string | undefined {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) return undefined;
  const iso = new Date(ms).toISOString();
  // Years outside 1–9999 are written in a way that PostgreSQL does not read.
  return /^(?!0000)\d{4}-/.test(iso) ? iso : undefined;
}

function numbered({ sections }: NewPerformance, performanceId: string) {
  let firstNumber = 1;
  return sections.map((section, ordinal) => {
    const placed = { ...section, performanceId, ordinal, firstNumber };
    firstNumber += section.rows * section.seatsPerRow;
    return placed;
  });
}
