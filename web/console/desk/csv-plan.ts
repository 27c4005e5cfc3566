/**
 * A seating plan from a spreadsheet: one row a section, the first row names the columns. Whatever Excel writes is
 * read (comma, semicolon or tab, quotes, any line ends, UTF-8 with or without its mark, the old Korean code page);
 * what cannot be a section is said beside its row, and then nothing of the file is taken.
 */
import { concertLimits as limits } from '../../../src/contract/limits.ts';
import { faults, sectionFaults, sectionFields, type Fault, type SectionFaults, type SectionField } from './rules.ts';
import type { SectionText } from './rules.ts';

export const plan_bytes_max = 262_144;

export interface PlanRow {
  /** As a spreadsheet counts them: the names of the columns are row 1. */
  readonly row: number;
  readonly section: SectionText;
  readonly faults: SectionFaults;
  /** What is wrong with the row as such. */
  readonly fault?: Fault | undefined;
}

export interface ReadPlan {
  /** Why it is no plan at all; then there are no rows. */
  readonly fault?: Fault | undefined;
  readonly rows: readonly PlanRow[];
  readonly seats: number;
  readonly isClean: boolean;
  /** Columns that say nothing about a section. */
  readonly ignored: readonly string[];
}

const names: Readonly<Record<SectionField, readonly string[]>> = {
  name: ['name', 'section', '구역', '구역명', '이름'],
  rows: ['rows', 'row', '열', '열수', '행', '행수'],
  seatsPerRow: ['seatsperrow', 'seats', '열당좌석', '열당좌석수', '좌석', '좌석수'],
  grade: ['grade', '등급', '좌석등급'],
  price: ['price', '가격', '금액'],
};
export const columnNames: Readonly<Record<'ko' | 'en', readonly string[]>> = {
  ko: ['구역', '열', '열당 좌석', '등급', '가격'],
  en: [...sectionFields],
};

const wrong = {
  large: {
    ko: '파일이 너무 커요. 구역은 500개, 파일은 256KB까지예요.',
    en: 'The file is too large: at most 500 sections and 256 KB.',
  },
  empty: { ko: '비어 있어요.', en: 'There is nothing in it.' },
  noRows: { ko: '구역이 한 줄도 없어요.', en: 'There is no row with a section.' },
  columns: (missing: readonly string[], en: readonly string[]): Fault => ({
    ko: `첫 줄에 열 이름이 없어요: ${missing.join(', ')}`,
    en: `The first row does not name these columns: ${en.join(', ')}`,
  }),
  twice: (column: string): Fault => ({
    ko: `열 이름이 두 번 나와요: ${column}`,
    en: `A column is named twice: ${column}`,
  }),
  quotes: { ko: '따옴표가 닫히지 않았어요.', en: 'A quotation mark is not closed.' },
  cells: { ko: '열 수가 첫 줄과 달라요.', en: 'It does not have as many cells as the first row.' },
} as const;

function none(fault: Fault): ReadPlan {
  return { fault, rows: [], seats: 0, isClean: false, ignored: [] };
}

/** Text of a file, by its mark, as UTF-8, or as what Korean Excel saves without asking. */
export async function textOf(file: File): Promise<string | Fault> {
  if (file.size > plan_bytes_max) return wrong.large;
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('euc-kr').decode(bytes);
  }
}

/** Reads the text; loads the parser when it is first needed. */
export async function readPlan(text: string): Promise<ReadPlan> {
  if (text.length > plan_bytes_max) return none(wrong.large);
  const { default: papa } = await import('papaparse');
  // Excel writes down which separator it used, and leaves the line to whoever reads.
  const [, given, body = ''] = /^\ufeff?(?:sep=(.)\r?\n)?([\s\S]*)$/.exec(text) ?? [];
  const { data, errors } = papa.parse<string[]>(body, {
    delimiter: given ?? '',
    delimitersToGuess: [',', ';', '\t'],
    header: false,
    skipEmptyLines: false,
  });
  const unclosed = new Set(errors.filter(({ type }) => type === 'Quotes').map(({ row }) => row ?? 0));
  const [head, ...rows] = data.map((cells, index) => ({ cells, index })).filter(({ cells }) => cells.some(isWritten));
  if (head === undefined) return none(wrong.empty);
  const columns = columnsOf(head.cells);
  if ('ko' in columns) return none(columns);
  if (rows.length === 0) return none(wrong.noRows);
  if (rows.length > limits.sectionsMax) return none(wrong.large);
  return checked(
    rows.map(({ cells, index }) => rowOf({ cells, index, width: head.cells.length, columns }, unclosed.has(index))),
    head.cells.filter((_name, index) => isWritten(head.cells[index]) && !Object.values(columns).includes(index)),
  );
}

const isWritten = (cell: string | undefined): boolean => cell !== undefined && cell.trim() !== '';
const plain = (name: string): string => name.toLowerCase().replaceAll(/[\s_\-()]/g, '');

type Columns = Readonly<Record<SectionField, number>>;

function columnsOf(head: readonly string[]): Columns | Fault {
  const places = new Map<SectionField, number>();
  for (const [index, name] of head.entries()) {
    const field = sectionFields.find((one) => names[one].includes(plain(name)));
    if (field === undefined) continue;
    if (places.has(field)) return wrong.twice(name.trim());
    places.set(field, index);
  }
  const missing = sectionFields.filter((field) => !places.has(field));
  if (missing.length === 0) return Object.fromEntries(places) as unknown as Columns;
  const inKorean = missing.map((field) => columnNames.ko[sectionFields.indexOf(field)] ?? field);
  return wrong.columns(inKorean, missing);
}

interface Cells {
  readonly cells: readonly string[];
  readonly index: number;
  readonly width: number;
  readonly columns: Columns;
}

function rowOf({ cells, index, width, columns }: Cells, isUnclosed: boolean): PlanRow {
  const cell = (field: SectionField): string => (cells[columns[field]] ?? '').trim();
  const section = {
    name: cell('name'),
    rows: cell('rows'),
    seatsPerRow: cell('seatsPerRow'),
    grade: cell('grade'),
    price: cell('price'),
  };
  const isOff = cells.length > width && cells.slice(width).some(isWritten);
  const fault = isUnclosed ? wrong.quotes : isOff ? wrong.cells : undefined;
  return { row: index + 1, section, faults: sectionFaults(section), fault };
}

function checked(rows: readonly PlanRow[], ignored: readonly string[]): ReadPlan {
  const isRowClean = (row: PlanRow): boolean => row.fault === undefined && Object.keys(row.faults).length === 0;
  const clean = rows.filter(isRowClean);
  const seats = clean.reduce((sum, { section }) => sum + sides(section), 0);
  const fault = seats > limits.seatsPerDateMax ? faults.seats : undefined;
  return { rows, seats, ignored, fault, isClean: fault === undefined && clean.length === rows.length };
}

function sides({ rows, seatsPerRow }: SectionText): number {
  return Number(rows.replaceAll(',', '')) * Number(seatsPerRow.replaceAll(',', ''));
}
