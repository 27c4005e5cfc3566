/** The contract's rules of a concert, said beside the field that breaks them. The server checks the same again. */
import { concertLimits as limits } from '../../../src/contract/limits.ts';
import { number, type Both } from '../../words/language.ts';

export type Fault = Both<string>;

const fault = (ko: string, en: string): Fault => ({ ko, en });

export const faults = {
  needed: fault('이 칸을 적어 주세요.', 'Fill this in.'),
  whole: fault('정수로 적어 주세요.', 'Enter a whole number.'),
  date: fault('날짜와 시각을 선택해 주세요.', 'Choose a date and time.'),
  range: (min: number, max: number): Fault =>
    fault(
      `${number('ko', min)}부터 ${number('ko', max)}까지예요.`,
      `From ${number('en', min)} to ${number('en', max)}.`,
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

export function textFault(text: string, max: number): Fault | undefined {
  if (text.trim() === '') return faults.needed;
  return text.trim().length > max ? faults.long(max) : undefined;
}

/** A whole number as people write it: `150000`, or `150,000` as a spreadsheet shows it. */
export function wholeOf(text: string): number | undefined {
  const plain = text.trim();
  return /^-?\d{1,12}$/.test(plain) || /^\d{1,3}(,\d{3}){1,3}$/.test(plain)
    ? Number(plain.replaceAll(',', ''))
    : undefined;
}

function wholeFault(text: string, min: number, max: number): Fault | undefined {
  if (text.trim() === '') return faults.needed;
  const value = wholeOf(text);
  if (value === undefined) return faults.whole;
  return value < min || value > max ? faults.range(min, max) : undefined;
}

export const sectionFields = ['name', 'rows', 'seatsPerRow', 'grade', 'price'] as const;
export type SectionField = (typeof sectionFields)[number];
/** A section as it is being written. */
export type SectionText = Readonly<Record<SectionField, string>>;

const side = (text: string) => wholeFault(text, 1, limits.sectionSideMax);
const name = (text: string) => textFault(text, limits.nameCharsMax);
const sectionRules: Readonly<Record<SectionField, (text: string) => Fault | undefined>> = {
  name,
  rows: side,
  seatsPerRow: side,
  grade: name,
  price: (text) => wholeFault(text, 0, limits.priceMax),
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
  return wholeFault(text, 1, settingMax[field]);
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
  return Math.max(0, wholeOf(rows) ?? 0) * Math.max(0, wholeOf(seatsPerRow) ?? 0);
}
