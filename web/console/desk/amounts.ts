/**
 * Whole numbers as people and spreadsheets write them: full-width digits, thousands apart by a comma, a blank or an
 * apostrophe, the unit beside them, decimals that say nothing. What could mean two numbers is no number.
 */
import { oneLineIn } from '../../../src/contract/text.ts';
import { number, type Both } from '../../words/language.ts';

/** What is counted, for the unit that may stand beside it. */
export type Measure = 'rows' | 'seatsPerRow' | 'price' | 'plain';
type Fault = Both<string>;

const nothing = /^$/;
/** ￦ and ₩ are one after NFKC; the backslash is how Korean fonts draw a won sign in the old code page. */
const units: Readonly<Record<Measure, readonly [before: RegExp, after: RegExp]>> = {
  rows: [nothing, /\s*(개\s*)?(열|행|줄|rows?)$/i],
  seatsPerRow: [nothing, /\s*(석|좌석|자리|개|seats?)$/i],
  price: [/^(₩|\\|krw\b|원)\s*/i, /\s*(원정?|₩|krw|won)$/i],
  plain: [nothing, nothing],
};

const digits_only = /^-?\d{1,12}$/;
const thousands = /^\d{1,3}([,' ’])\d{3}(\1\d{3}){0,2}(\.0+)?$/;
/** In four digits and more a point is no thousand's, and two zeros are no thousands. */
const idle_decimals = /^(\d{1,12}\.0{1,2}|\d{4,12}\.0+)$/;
/** As in Germany: a point can only be a thousand's where there are two of them, or a comma follows. */
const points = /^\d{1,3}((\.\d{3}){2,3}(,0+)?|(\.\d{3}){1,3},0{1,2})$/;
const either = /^(\d{1,3})\.(\d{3})$/;
const fraction = /^-?\d+[.,]\d+$/;
const exponent = /^-?\d([.,]\d+)?e\+?\d+$/i;

const amountFaults = {
  whole: { ko: '정수로 적어 주세요.', en: 'Enter a whole number.' },
  fraction: { ko: '소수는 쓸 수 없어요. 정수로 적어 주세요.', en: 'No decimals: enter a whole number.' },
  exponent: {
    ko: '엑셀이 숫자를 줄여 적었어요(1.65E+05). 셀 서식을 ‘숫자’로 바꿔 다시 저장해 주세요.',
    en: 'Excel shortened the number (1.65E+05): set the format of the cell to “Number” and save again.',
  },
  narrow: {
    ko: '엑셀의 칸이 좁아서 숫자 대신 #이 저장됐어요. 열을 넓혀 다시 저장해 주세요.',
    en: 'The column was too narrow, so Excel saved # instead of the number: widen it and save again.',
  },
  either: (one: number, other: number): Fault => ({
    ko: `${number('ko', one)}인지 ${number('ko', other)}인지 알 수 없어요. 점 없이 숫자만 적어 주세요.`,
    en: `This could be ${number('en', one)} or ${number('en', other)}: write it without a point.`,
  }),
} as const;

/** The number in a text that is not empty, or why there is none. */
export function amountIn(text: string, measure: Measure): number | Fault {
  const [before, after] = units[measure];
  const plain = oneLineIn(text).normalize('NFKC').replaceAll(/\s+/g, ' ').trim();
  const bare = plain.replace(before, '').replace(after, '').trim();
  if (digits_only.test(bare)) return Number(bare);
  if (thousands.test(bare) || idle_decimals.test(bare)) return Number((bare.split('.')[0] ?? '').replaceAll(/\D/g, ''));
  if (points.test(bare)) return Number((bare.split(',')[0] ?? '').replaceAll('.', ''));
  return amountFault(bare);
}

function amountFault(bare: string): Fault {
  const [, one, rest] = either.exec(bare) ?? [];
  if (one !== undefined && rest !== undefined) return amountFaults.either(Number(`${one}.${rest}`), Number(one + rest));
  if (fraction.test(bare)) return amountFaults.fraction;
  if (exponent.test(bare)) return amountFaults.exponent;
  return bare.startsWith('##') ? amountFaults.narrow : amountFaults.whole;
}
