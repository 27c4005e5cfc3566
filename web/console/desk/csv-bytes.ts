/**
 * What the bytes of a file say. Excel saves UTF-8, UTF-16 or, unless told otherwise, the old Korean code page (CP949),
 * and says which only by a mark that is often missing. Each reading that could be meant is tried. One is taken when it
 * reads like a plan and the other does not; when both do, whoever opened the file says which.
 *
 * Neither is a check of the other: 345 syllables of CP949 are valid UTF-8 (홀 is Ȧ, 홈 is Ȩ), and a file of UTF-8 with one
 * byte astray can be valid CP949.
 */
import type { Fault } from './rules.ts';

export type Encoding = 'utf-8' | 'euc-kr' | 'utf-16le' | 'utf-16be';

export interface Reading {
  readonly encoding: Encoding;
  /** What could not be read is U+FFFD. */
  readonly text: string;
}

export interface Opened {
  /** The likeliest first; more than one where the bytes can be read in two ways. */
  readonly readings: readonly [Reading, ...Reading[]];
  /** The first is what was meant. */
  readonly isSure: boolean;
}

export const plan_bytes_max = 262_144;

export const fileFaults = {
  large: {
    ko: '파일이 너무 커요. 구역은 500개, 파일은 256KB까지예요.',
    en: 'The file is too large: at most 500 sections and 256 KB.',
  },
  workbook: {
    ko: 'CSV가 아니라 엑셀 파일이에요(.xlsx, .xls). 엑셀에서 ‘다른 이름으로 저장’의 ‘CSV UTF-8(쉼표로 분리)’로 저장해 주세요.',
    en: 'This is an Excel workbook (.xlsx, .xls), not a CSV file: in Excel, save it as “CSV UTF-8 (Comma delimited)”.',
  },
  page: {
    ko: 'CSV가 아니라 웹 페이지예요. 엑셀로 열어 ‘CSV UTF-8(쉼표로 분리)’로 저장해 주세요.',
    en: 'This is a web page, not a CSV file: open it in Excel and save it as “CSV UTF-8 (Comma delimited)”.',
  },
  binary: {
    ko: '글자로 된 파일이 아니에요. CSV 파일을 선택해 주세요.',
    en: 'This is not a text file. Choose a CSV file.',
  },
  gone: {
    ko: '파일을 읽지 못했어요. 옮기거나 고친 파일이면 다시 선택해 주세요.',
    en: 'The file could not be read. If it was moved or changed, choose it again.',
  },
} as const;

/** Reads a file of at most 256 KB; another is refused unread. */
export async function openPlan(file: File): Promise<Opened | Fault> {
  if (file.size > plan_bytes_max) return fileFaults.large;
  try {
    return readingsOf(new Uint8Array(await file.arrayBuffer()));
  } catch {
    return fileFaults.gone;
  }
}

export function readingsOf(bytes: Uint8Array): Opened | Fault {
  if (startsWith(bytes, 0x50, 0x4b, 3, 4) || startsWith(bytes, 0xd0, 0xcf, 0x11, 0xe0)) return fileFaults.workbook;
  const opened = byMark(bytes) ?? (bytes.includes(0) ? byZeros(bytes) : byTrying(bytes));
  const { text } = opened.readings[0];
  if (/^\s*<(!doctype|html|table|\?xml|meta)/i.test(text.slice(0, 1_000))) return fileFaults.page;
  return control.test(text) ? fileFaults.binary : opened;
}

/** What no text has; a page feed is none, and what shows that an encoding is wrong is told where it stands. */
const control = /(?![\t\n\v\f\r\u007f-\u009f])\p{Cc}/u;

function startsWith(bytes: Uint8Array, ...first: readonly number[]): boolean {
  return first.every((byte, index) => bytes[index] === byte);
}

function decoded(encoding: Encoding, bytes: Uint8Array): Reading {
  return { encoding, text: new TextDecoder(encoding).decode(bytes) };
}

function sure(encoding: Encoding, bytes: Uint8Array): Opened {
  return { readings: [decoded(encoding, bytes)], isSure: true };
}

function byMark(bytes: Uint8Array): Opened | undefined {
  if (startsWith(bytes, 0xef, 0xbb, 0xbf)) return sure('utf-8', bytes);
  if (startsWith(bytes, 0xff, 0xfe)) return sure('utf-16le', bytes);
  return startsWith(bytes, 0xfe, 0xff) ? sure('utf-16be', bytes) : undefined;
}

/** Commas, digits and line ends have a zero in UTF-16: before them, or behind. */
function byZeros(bytes: Uint8Array): Opened {
  const before = bytes.filter((byte, index) => byte === 0 && index % 2 === 0).length;
  const behind = bytes.filter((byte, index) => byte === 0 && index % 2 === 1).length;
  return sure(before > behind ? 'utf-16be' : 'utf-16le', bytes);
}

function byTrying(bytes: Uint8Array): Opened {
  const utf8 = decoded('utf-8', bytes);
  if (!/[^\0-\x7f]/.test(utf8.text)) return { readings: [utf8], isSure: true };
  const korean = decoded('euc-kr', bytes);
  const broken = { utf8: count(lost, utf8.text), korean: count(lost, korean.text) };
  if (isUtf8(bytes)) {
    // Hangul and whatever else takes three bytes comes about by no chance.
    if (broken.korean > 0 || /[\u0800-\u{10ffff}]/u.test(utf8.text)) return { readings: [utf8], isSure: true };
    return likelier(utf8, korean);
  }
  const whole = count(/[\u0800-\ufffc]|[\u{10000}-\u{10ffff}]/gu, utf8.text);
  if (broken.korean === 0 && !isOdd(korean.text)) return { readings: [korean], isSure: true };
  if (whole > broken.utf8) return { readings: [utf8, korean], isSure: true };
  const isKorean = broken.korean < broken.utf8;
  return { readings: isKorean ? [korean, utf8] : [utf8, korean], isSure: whole === 0 || broken.korean > 0 };
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Both are whole, and in UTF-8 there are only letters of two bytes: Latin, Greek, Cyrillic, Arabic … */
function likelier(utf8: Reading, korean: Reading): Opened {
  const [oddUtf8, oddKorean] = [isOdd(utf8.text), isOdd(korean.text)];
  const readings = oddUtf8 && !oddKorean ? ([korean, utf8] as const) : ([utf8, korean] as const);
  return { readings, isSure: oddUtf8 !== oddKorean };
}

const lost = /\ufffd/g;
/**
 * What a plan in Korea or Europe hardly has, and a wrong reading nearly always: controls of Latin-1, the rare Latin letters
 * and phonetic signs, Chinese characters, characters of private use, and Hangul that stands among small Latin letters.
 */
const odd = /[\x80-\x9f\u0180-\u02ff]|\p{Script=Han}|\p{Co}|(?<=[a-z])[가-힣]|[가-힣](?=[a-z])/u;
const isOdd = (text: string): boolean => odd.test(text);
const count = (what: RegExp, text: string): number => text.match(what)?.length ?? 0;

/** Words that show in which encoding a text was read, at most so many. */
export function telling({ text }: Reading, wordsMax: number): string[] {
  const words = text.matchAll(/[^\s,;|"]*[^\0-\x7f\s,;|"][^\s,;|"]*/gu);
  const found = new Set<string>();
  for (const [word] of words) {
    found.add(word.length > word_chars_max ? `${word.slice(0, word_chars_max).toWellFormed()}…` : word);
    if (found.size >= wordsMax) break;
  }
  return [...found];
}

const word_chars_max = 20;
