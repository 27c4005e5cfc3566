/** The contract's rules of a concert, said beside the field that breaks them. The server checks the same again. */
import { concertLimits as limits } from '../../../src/contract/limits.ts';
import { asRead, oneLineIn } from '../../../src/contract/text.ts';
import { number, type Both } from '../../words/language.ts';
import { amountIn, type Measure } from './amounts.ts';

export type Fault = Both<string>;

const fault = (ko: string, en: string): Fault => ({ ko, en });

export const faults = {
  needed: fault('이 칸을 적어 주세요.', 'Fill this in.'),
  date: fault('날짜와 시각을 선택해 주세요.', 'Choose a date and time.'),
  range: (min: number, max: number): Fault =>
    fault(
      `${number('ko', min)}부터 ${number('ko', max)}까지예요.`,
      `From ${number('en', min)} to ${number('en', max)}.`,
    ),
  twin: (place: number): Fault =>
    fault(
      `${place}번째 구역과 똑같이 읽혀요. 좌석 이름이 같아지니 다르게 적어 주세요.`,
      `It reads like section ${place}, and so would its seats: give it another name.`,
    ),
  spelling: (grade: string): Fault =>
    fault(
      `위의 ‘${grade}’ 등급과 똑같이 읽혀요. 같은 등급이면 똑같이 적어 주세요.`,
      `It reads like the grade “${grade}” above: if it is the same, write it the same.`,
    ),
  long: (max: number): Fault => fault(`${max}자까지예요.`, `At most ${max} characters.`),
  seats: fault(
    `한 회차는 ${number('ko', limits.seatsPerDateMax)}석까지예요.`,
    `A performance has at most ${number('en', limits.seatsPerDateMax)} seats.`,
  ),
  seatsInAll: fault(
    `모든 회차를 합쳐 ${number('ko', limits.seatsMax)}석까지예요.`,
    `All performances together have at most ${number('en', limits.seatsMax)} seats.`,
  ),
  sections: fault(`구역은 ${limits.sectionsMax}개까지예요.`, `At most ${limits.sectionsMax} sections.`),
  size: fault(
    '회차와 구역이 너무 많아 한 번에 보낼 수 없어요. 회차를 나눠 만들어 주세요.',
    'Too many performances and sections for one request. Create fewer performances at once.',
  ),
};

/** Of the line that will be sent. */
export function textFault(text: string, max: number): Fault | undefined {
  const { length } = oneLineIn(text);
  if (length === 0) return faults.needed;
  return length > max ? faults.long(max) : undefined;
}

/** A whole number as people write it, `150000` or `150,000원`; undefined for what is none. */
export function wholeOf(text: string, measure: Measure = 'plain'): number | undefined {
  const value = amountIn(text, measure);
  return typeof value === 'number' ? value : undefined;
}

interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** Undefined where it is a whole number within the bounds. */
export function wholeFault(text: string, { min, max }: Bounds, measure: Measure): Fault | undefined {
  if (oneLineIn(text) === '') return faults.needed;
  const value = amountIn(text, measure);
  if (typeof value !== 'number') return value;
  return value < min || value > max ? faults.range(min, max) : undefined;
}

export const sectionFields = ['name', 'rows', 'seatsPerRow', 'grade', 'price'] as const;
export type SectionField = (typeof sectionFields)[number];
/** A section as it is being written. */
export type SectionText = Readonly<Record<SectionField, string>>;

const side = (measure: Measure) => (text: string) => wholeFault(text, { min: 1, max: limits.sectionSideMax }, measure);
const name = (text: string) => textFault(text, limits.nameCharsMax);
const sectionRules: Readonly<Record<SectionField, (text: string) => Fault | undefined>> = {
  name,
  rows: side('rows'),
  seatsPerRow: side('seatsPerRow'),
  grade: name,
  price: (text) => wholeFault(text, { min: 0, max: limits.priceMax }, 'price'),
};

export type SectionFaults = Readonly<Partial<Record<SectionField, Fault>>>;

export function sectionFaults(section: SectionText): SectionFaults {
  return found(sectionFields, (field) => sectionRules[field](section[field]));
}

export const settingFields = ['maxActive', 'maxSeatsPerFan', 'sessionSeconds', 'holdSeconds', 'graceSeconds'] as const;
export type SettingField = (typeof settingFields)[number];

const settingMax: Readonly<Record<SettingField, number>> = {
  maxActive: limits.activeMax,
  maxSeatsPerFan: limits.seatsPerFanMax,
  sessionSeconds: limits.secondsMax,
  holdSeconds: limits.secondsMax,
  graceSeconds: limits.secondsMax,
};

export function settingFault(field: SettingField, text: string): Fault | undefined {
  return wholeFault(text, { min: 1, max: settingMax[field] }, 'plain');
}

/** Which fields have a fault. */
export function found<Field extends string>(
  fields: readonly Field[],
  check: (field: Field) => Fault | undefined,
): Partial<Record<Field, Fault>> {
  const faulty: Partial<Record<Field, Fault>> = {};
  for (const field of fields) {
    const wrong = check(field);
    if (wrong !== undefined) faulty[field] = wrong;
  }
  return faulty;
}

/** Seats of a section whose sides can be read; else 0. */
export function seatsOf({ rows, seatsPerRow }: SectionText): number {
  return Math.max(0, wholeOf(rows, 'rows') ?? 0) * Math.max(0, wholeOf(seatsPerRow, 'seatsPerRow') ?? 0);
}

/** By place: what is wrong with a section beside the others. `placeOf` says how people count it. */
export function twinFaults(
  sections: readonly SectionText[],
  placeOf: (index: number) => Fault,
): ReadonlyMap<number, SectionFaults> {
  const names = new Map<string, number>();
  const grades = new Map<string, string>();
  const twins = new Map<number, SectionFaults>();
  for (const [index, { name, grade }] of sections.entries()) {
    const [reads, rank] = [asRead(name), asRead(grade)];
    const first = names.get(reads);
    const spelled = oneLineIn(grade);
    const known = grades.get(rank) ?? spelled;
    const own = {
      ...(reads === '' || first === undefined ? {} : { name: placeOf(first) }),
      ...(known === spelled ? {} : { grade: faults.spelling(known) }),
    };
    if (Object.keys(own).length > 0) twins.set(index, own);
    names.set(reads, first ?? index);
    grades.set(rank, known);
  }
  return twins;
}
