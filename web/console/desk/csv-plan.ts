/**
 * A seating plan from a spreadsheet: one row a section, one row with the names of the columns. Whatever Excel writes is
 * read (comma, semicolon, tab or bar, quotes, any line ends, amounts with their unit); what cannot be a section is said
 * beside its row, what was left out or read otherwise than it is written is said too, and as long as one row is wrong
 * nothing of the file is taken.
 */
import { concertLimits as limits } from '../../../src/contract/limits.ts';
import { composed, isOneLine, oneLineIn } from '../../../src/contract/text.ts';
import { number } from '../../words/language.ts';
import { amountIn, type Measure } from './amounts.ts';
import { fileFaults, plan_bytes_max } from './csv-bytes.ts';
import { headOf, namedIn, type Head, type Line } from './csv-columns.ts';
import { faults, sectionFaults, sectionFields, twinFaults } from './rules.ts';
import type { Fault, SectionFaults, SectionField, SectionText } from './rules.ts';

export interface PlanRow {
  /** As a spreadsheet counts them, from 1. */
  readonly row: number;
  /** As it is taken. */
  readonly section: SectionText;
  /** The same as it stands in the file, where that is something else. */
  readonly written: Partial<SectionText>;
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
  /** What was left out, or guessed. */
  readonly notes: readonly Fault[];
}

const wrong = {
  empty: { ko: '비어 있어요.', en: 'There is nothing in it.' },
  noRows: { ko: '구역이 한 줄도 없어요.', en: 'There is no row with a section.' },
  quotes: { ko: '따옴표가 닫히지 않았어요.', en: 'A quotation mark is not closed.' },
  cells: {
    ko: '칸이 첫 줄보다 많아요. 쉼표가 든 값은 따옴표로 감싸야 해요.',
    en: 'It has more cells than the row of names; a value with a comma in it needs quotes.',
  },
  broken: (columns: readonly string[]): Fault => ({
    ko: `읽을 수 없는 글자(�)가 있어요: ${columns.join(', ')}`,
    en: `Characters that cannot be read (�): ${columns.join(', ')}`,
  }),
  total: (written: number, counted: number): Fault => ({
    ko: `전체 좌석 수(${number('ko', written)})가 열 × 열당 좌석(${number('ko', counted)})과 달라요.`,
    en: `The total is ${number('en', written)} seats, but rows × seats per row is ${number('en', counted)}.`,
  }),
  twin: (row: number): Fault => ({
    ko: `${row}번 줄의 구역과 똑같이 읽혀요. 등급이나 가격이 다른 곳이면 구역 이름을 나눠 적어 주세요.`,
    en: `It reads like the section in row ${row}. A part with another grade or price needs a name of its own.`,
  }),
} as const;

const told = {
  above: (rows: number): Fault => ({
    ko: `항목 이름 위의 ${rows}줄은 제목으로 보고 뺐어요.`,
    en:
      rows === 1
        ? 'The row above the names was taken for a title.'
        : `${rows} rows above the names were taken for titles.`,
  }),
  sums: (rows: readonly number[]): Fault => ({
    ko: `합계로 보고 뺀 줄: ${listed(rows)}`,
    en: `Left out as totals: ${rows.length === 1 ? 'row' : 'rows'} ${listed(rows)}`,
  }),
  unseen: (rows: readonly number[]): Fault => ({
    ko: `보이지 않는 글자를 뺀 줄: ${listed(rows)}`,
    en: `Characters that cannot be seen were taken out of ${rows.length === 1 ? 'row' : 'rows'} ${listed(rows)}`,
  }),
  guessed: (column: string): Fault => ({
    ko: `‘${column}’은 한 열의 좌석 수로 읽었어요.`,
    en: `“${column}” was read as the seats of one row.`,
  }),
} as const;

const listed_max = 10;
function listed(rows: readonly number[]): string {
  return rows.length > listed_max ? `${rows.slice(0, listed_max).join(', ')} …` : rows.join(', ');
}

function none(fault: Fault): ReadPlan {
  return { fault, rows: [], seats: 0, isClean: false, ignored: [], notes: [] };
}

/** Reads the text; loads the parser when it is first needed. */
export async function readPlan(text: string): Promise<ReadPlan> {
  if (text.length > plan_bytes_max) return none(fileFaults.large);
  const { lines, unclosed } = await tableIn(composed(text));
  if (lines.length === 0) return none(wrong.empty);
  const head = headOf(lines);
  if ('ko' in head) return none(head);
  const below = lines.filter(({ index }) => index > head.index);
  const [sums = [], rows = []] = [true, false].map((isSum) => below.filter((line) => isSumOf(line, head) === isSum));
  if (rows.length === 0) return none(wrong.noRows);
  if (rows.length > limits.sectionsMax) return none(fileFaults.large);
  const read = rows.map((line) => rowOf(line, head, unclosed.has(line.index)));
  const cleaned = read.filter(({ written: { name, grade } }) => name !== undefined || grade !== undefined);
  const notes = [...notesOn(head, sums), ...(cleaned.length > 0 ? [told.unseen(cleaned.map(({ row }) => row))] : [])];
  return { ...checked(read), ignored: ignoredBy(head), notes };
}

interface Table {
  /** Those in which something is written. */
  readonly lines: readonly Line[];
  /** Lines in which a quotation mark is open. */
  readonly unclosed: ReadonlySet<number>;
}

const delimiters = [',', ';', '\t', '|'];
/** A plan is recognised by its first lines. */
const first_lines = 20;

async function tableIn(text: string): Promise<Table> {
  const { default: papa } = await import('papaparse');
  // Excel writes down which separator it used, and leaves the line to whoever reads.
  const [, given, body = ''] = /^\ufeff?(?:"?sep=(.)"?(?:\r\n|\n|\r))?([\s\S]*)$/i.exec(text) ?? [];
  const parsed = (delimiter: string, preview = 0): Table => {
    const { data, errors } = papa.parse<string[]>(body, { delimiter, preview, header: false, skipEmptyLines: false });
    const lines = data.map((cells, index) => ({ cells, index })).filter(({ cells }) => cells.some(isWritten));
    return { lines, unclosed: new Set(errors.filter(({ type }) => type === 'Quotes').map(({ row }) => row ?? 0)) };
  };
  if (given !== undefined) return parsed(given);
  // Tried, not guessed: commas stand in amounts too.
  const named = delimiters.map((delimiter) => namedIn(parsed(delimiter, first_lines).lines));
  return parsed(delimiters[named.indexOf(Math.max(...named))] ?? ',');
}

const isWritten = (cell: string | undefined): boolean => cell !== undefined && oneLineIn(cell) !== '';

function ignoredBy({ cells, columns: { places, total } }: Head): string[] {
  const used = new Set([...Object.values(places), total]);
  return cells.filter((cell, index) => isWritten(cell) && !used.has(index)).map(oneLineIn);
}

function notesOn({ above, cells, columns: { isGuessed, places } }: Head, sums: readonly Line[]): Fault[] {
  return [
    ...(above > 0 ? [told.above(above)] : []),
    ...(isGuessed ? [told.guessed(oneLineIn(cells[places.seatsPerRow] ?? ''))] : []),
    ...(sums.length > 0 ? [told.sums(sums.map(({ index }) => index + 1))] : []),
  ];
}

const sum_names = /^(총\s*)?(합계|총계|소계|누계|계|합)$|^((grand|sub)[\s-]*)?totals?$|^sums?$/i;

/** A line of sums, in whichever cell it says so; a section that is called so says its grade too. */
function isSumOf({ cells }: Line, { columns: { places } }: Head): boolean {
  const isNamed = cells.some((cell) => sum_names.test(oneLineIn(cell)));
  return isNamed && sectionFields.some((field) => field !== 'name' && !isWritten(cells[places[field]]));
}

function rowOf({ cells, index }: Line, { columns, cells: head }: Head, isUnclosed: boolean): PlanRow {
  const { places, total } = columns;
  const cell = (field: SectionField): string => cells[places[field]] ?? '';
  const section = {
    name: nameIn(cell('name')),
    rows: amountWritten(cell('rows'), 'rows'),
    seatsPerRow: amountWritten(cell('seatsPerRow'), 'seatsPerRow'),
    grade: nameIn(cell('grade')),
    price: amountWritten(cell('price'), 'price'),
  };
  const own = sectionFaults(section);
  const fault = isUnclosed ? wrong.quotes : (cellsFault(cells, head) ?? totalFault(cells[total ?? -1], section, own));
  return { row: index + 1, section, written: writtenIn(cell, section), faults: own, fault };
}

/** In digits alone where it is a number. */
function amountWritten(cell: string, measure: Measure): string {
  const amount = amountIn(cell, measure);
  return typeof amount === 'number' && isWritten(cell) ? String(amount) : oneLineIn(cell);
}

function writtenIn(cell: (field: SectionField) => string, section: SectionText): Partial<SectionText> {
  const other = sectionFields.filter((field) => {
    const written = plainly(cell(field));
    // Told of the names is only what nobody could see, not how a spreadsheet writes them.
    const isSeen = (field === 'name' || field === 'grade') && isOneLine(written);
    return written !== section[field] && !isSeen;
  });
  return Object.fromEntries(other.map((field) => [field, cell(field).trim()]));
}

/** What a spreadsheet shows of a name that it must not take for a number or a formula: `="007"`, `'-1`. */
function nameIn(cell: string): string {
  return oneLineIn(cell)
    .replace(/^="(.*)"$/, '$1')
    .replace(/^'(?=[=+\-@＝＋－＠])/, '');
}

/** Blanks around, and the commas of thousands, are nobody's news. */
const plainly = (cell: string): string =>
  composed(/^\s*\d{1,3}(,\d{3})+\s*$/.test(cell) ? cell.replaceAll(',', '') : cell).trim();

function cellsFault(cells: readonly string[], head: readonly string[]): Fault | undefined {
  const broken = cells.flatMap((cell, index) =>
    cell.includes('\ufffd') ? [`${oneLineIn(head[index] ?? '')} ‘${shortened(cell)}’`] : [],
  );
  if (broken.length > 0) return wrong.broken(broken.slice(0, listed_max));
  return cells.length > head.length && cells.slice(head.length).some(isWritten) ? wrong.cells : undefined;
}

function totalFault(cell: string | undefined, section: SectionText, own: SectionFaults): Fault | undefined {
  if (cell === undefined || own.rows !== undefined || own.seatsPerRow !== undefined) return undefined;
  const total = amountIn(cell, 'seatsPerRow');
  const seats = sides(section);
  return typeof total === 'number' && isWritten(cell) && total !== seats ? wrong.total(total, seats) : undefined;
}

const cell_chars_max = 30;
/** A cell as it is told beside what is wrong with it. */
export function shortened(cell: string): string {
  const line = oneLineIn(cell);
  return line.length > cell_chars_max ? `${line.slice(0, cell_chars_max).toWellFormed()}…` : line;
}

function checked(read: readonly PlanRow[]): Pick<ReadPlan, 'rows' | 'seats' | 'fault' | 'isClean'> {
  const twins = twinFaults(
    read.map(({ section }) => section),
    (index) => wrong.twin(read[index]?.row ?? 0),
  );
  const rows = read.map((row, index) => ({ ...row, faults: { ...twins.get(index), ...row.faults } }));
  const clean = rows.filter((row) => row.fault === undefined && Object.keys(row.faults).length === 0);
  const seats = clean.reduce((sum, { section }) => sum + sides(section), 0);
  const fault = seats > limits.seatsPerDateMax ? faults.seats : undefined;
  return { rows, seats, fault, isClean: fault === undefined && clean.length === rows.length };
}

function sides({ rows, seatsPerRow }: SectionText): number {
  return Number(rows) * Number(seatsPerRow);
}
