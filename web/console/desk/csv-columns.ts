/**
 * Which column of a table says what, by the names that people give them in Korean and English, wherever they stand: under
 * a title, in two lines of merged cells, with their unit in brackets.
 */
import { asRead } from '../../../src/contract/text.ts';
import { sectionFields, type Fault, type SectionField } from './rules.ts';

export interface Columns {
  readonly places: Readonly<Record<SectionField, number>>;
  /** Where the seats of the whole section are counted; nothing is taken from there, but it must agree. */
  readonly total: number | undefined;
  /** "Seats" alone was taken for the seats of a row. */
  readonly isGuessed: boolean;
}

export interface Head {
  readonly columns: Columns;
  readonly cells: readonly string[];
  /** The line, counted from 0, in which the names end. */
  readonly index: number;
  /** Lines of text above the names. */
  readonly above: number;
}

export interface Line {
  readonly cells: readonly string[];
  /** Counted from 0, with those that are empty. */
  readonly index: number;
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));
const names: Readonly<Record<SectionField, ReadonlySet<string>>> = {
  name: words('name section sectionname block zone area 구역 구역명 구역이름 이름 블록 블록명 블럭 좌석구역'),
  rows: words('rows row rowcount numberofrows noofrows 열 열수 행 행수 줄 줄수'),
  seatsPerRow: words(
    'seatsperrow seatsrow perrow seatsinarow seatsineachrow 열당좌석 열당좌석수 열당석수 열당 열별좌석 열별좌석수 한열좌석수 한열당좌석수 좌석수열 행당좌석 행당좌석수 행별좌석수 줄당좌석 줄당좌석수',
  ),
  grade: words('grade class category tier level seatgrade 등급 등급명 좌석등급 석종 좌석종류'),
  price: words(
    'price amount fee ticketprice priceperseat seatprice 가격 금액 단가 요금 판매가 판매가격 정가 티켓가 티켓가격 좌석가격 가격원 금액원',
  ),
};
/** Of a row where nothing else says so; of the whole section where something does. */
const seats = words('seats 좌석 좌석수 석수');
const totals = words(
  'total totalseats seatstotal seatsinall allseats 총좌석 총좌석수 총석수 총좌석수량 전체좌석 전체좌석수 좌석합계 합계 소계 계',
);

export const columnNames: Readonly<Record<'ko' | 'en', readonly string[]>> = {
  ko: ['구역', '열', '열당 좌석', '등급', '가격'],
  en: [...sectionFields],
};

const headFaults = {
  columns: (missing: readonly SectionField[]): Fault => ({
    ko: `항목 이름이 있는 줄을 찾지 못했어요. 없는 이름: ${missing.map((field) => columnNames.ko[sectionFields.indexOf(field)]).join(', ')}`,
    en: `No row names these columns: ${missing.join(', ')}`,
  }),
  twice: (column: string): Fault => ({
    ko: `항목 이름이 두 번 나와요: ${column}`,
    en: `A column is named twice: ${column}`,
  }),
} as const;

/** So many lines of a table may stand before its names. */
const above_max = 10;

/** Where the names of the columns stand, or why there are none. */
export function headOf(lines: readonly Line[]): Head | Fault {
  let missing = sectionFields as readonly SectionField[];
  const read = lines.slice(0, above_max + 1).map((line) => ({ line, found: columnsOf(line.cells) }));
  for (const [above, { line, found }] of read.slice(0, above_max).entries()) {
    if ('ko' in found) return found;
    if ('places' in found) return { columns: found, above, ...line };
    const below = read[above + 1];
    const both = below !== undefined && 'missing' in below.found ? merged(line.cells, below.line) : undefined;
    const columns = both === undefined ? found : columnsOf(both.cells);
    if (both !== undefined && 'places' in columns) return { columns, above, ...both };
    if (found.missing.length < missing.length) ({ missing } = found);
  }
  return headFaults.columns(missing);
}

/** How many columns the best of these lines names. */
export function namedIn(lines: readonly Line[]): number {
  const head = headOf(lines);
  if (!('ko' in head)) return sectionFields.length;
  return Math.max(0, ...lines.slice(0, above_max).map(({ cells }) => cells.filter(isName).length));
}

/** A name over several columns stands over the first of them; what stands below says it more exactly. */
function merged(upper: readonly string[], { cells: lower, index }: Line): Line {
  const width = Math.max(upper.length, lower.length);
  const cells = Array.from({ length: width }, (_, at) => {
    const [above = '', below = ''] = [upper[at], lower[at]];
    return isName(below) || !isName(above) ? below : above;
  });
  return { cells, index };
}

function isName(cell: string): boolean {
  const name = plain(cell);
  return sectionFields.some((field) => names[field].has(name)) || seats.has(name) || totals.has(name);
}

function columnsOf(head: readonly string[]): Columns | Fault | { readonly missing: readonly SectionField[] } {
  const named = sectionFields.map((field) => [field, indexesOf(head, names[field])] as const);
  const vague = indexesOf(head, seats);
  const isGuessed = named.some(([field, { length }]) => field === 'seatsPerRow' && length === 0) && vague.length > 0;
  const found = named.map(([field, at]) => [field, isGuessed && field === 'seatsPerRow' ? vague : at] as const);
  const [again] = found.flatMap(([, [, second]]) => second ?? []);
  if (again !== undefined) return headFaults.twice((head[again] ?? '').trim());
  const missing = found.flatMap(([field, { length }]) => (length === 0 ? [field] : []));
  if (missing.length > 0) return { missing };
  const [total] = [...(isGuessed ? [] : vague), ...indexesOf(head, totals)];
  const places = Object.fromEntries(found.map(([field, [at]]) => [field, at])) as Columns['places'];
  return { places, total, isGuessed };
}

function indexesOf(head: readonly string[], wanted: ReadonlySet<string>): number[] {
  return head.flatMap((name, index) => (wanted.has(plain(name)) ? [index] : []));
}

const brackets = /[([{<].*?[)\]}>]/g;
const signs = /[\s_\-./:*'"·,()[\]{}<>₩]/g;

/** Without what does not matter: case, width, blanks, signs, the unit in brackets. */
function plain(name: string): string {
  const lower = asRead(name).toLowerCase();
  return lower.replaceAll(brackets, '').replaceAll(signs, '') || lower.replaceAll(signs, '');
}
