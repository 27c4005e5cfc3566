/** The files in plans/, as operators' programs write them, and what is right: how each is read, row by row. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';

export interface PlanCase {
  readonly file: string;
  readonly readAs: 'UTF-8' | 'CP949' | 'UTF-16';
  /** Section, rows, seats a row, grade, price. */
  readonly rows: readonly string[];
  /** Row as a spreadsheet counts it, and what is said beside it. Without any, the plan can be taken. */
  readonly wrong?: readonly [row: number, said: RegExp];
}

const a = 'A|10|20|VIP|165,000';

export const planCases: readonly PlanCase[] = [
  { file: '01-cp949-that-is-valid-utf8', readAs: 'CP949', rows: ['홀|10|20|R|165,000', '홈|5|20|S|121,000'] },
  { file: '02-cp949-outside-ksx1001', readAs: 'CP949', rows: ['똠방석|1|2|R|99,000', '뷁구역|1|2|R|99,000'] },
  {
    file: '03-utf8-one-stray-byte',
    readAs: 'UTF-8',
    rows: ['가구역|1|2|R|3,000'],
    wrong: [2, /읽을 수 없는 글자.*note ‘caf\ufffd’/],
  },
  { file: '04-utf16be-with-mark', readAs: 'UTF-16', rows: ['가|1|2|R|3,000'] },
  { file: '05-utf16le-with-mark-tabs', readAs: 'UTF-16', rows: ['가|1|2|R|3,000'] },
  { file: '06-header-nfd', readAs: 'UTF-8', rows: ['가구역|1|2|R|3,000'] },
  {
    file: '07-twin-names-nfc-nfd',
    readAs: 'UTF-8',
    rows: ['가|1|2|R|3,000', '가|1|2|R|3,000'],
    wrong: [3, /구역 ‘가’: 2번 줄의 구역과 똑같이 읽혀요/],
  },
  { file: '08-won-and-words', readAs: 'UTF-8', rows: [a, 'B|10|20|R|132,000', 'C|10|20|S|99,000'] },
  { file: '09-full-width-digits-nbsp', readAs: 'UTF-8', rows: [a, 'B|10|20|R|132,000'] },
  { file: '10-sep-line', readAs: 'UTF-8', rows: [a] },
  {
    file: '11-twin-names-zero-width',
    readAs: 'UTF-8',
    rows: ['A|1|2|R|3,000', 'A|1|2|R|3,000'],
    wrong: [3, /구역 ‘A’: 2번 줄의 구역과 똑같이 읽혀요/],
  },
  {
    file: '12-won-165.000-german',
    readAs: 'UTF-8',
    rows: ['A|10|20|VIP|165.000'],
    wrong: [2, /가격\(원\) ‘165\.000’: 165인지 165,000인지 알 수 없어요/],
  },
];

export function bytesOf({ file }: PlanCase): Promise<Buffer> {
  return readFile(path.join(import.meta.dirname, 'plans', `${file}.csv`));
}
