/** A seating plan from a spreadsheet: whatever Excel writes is read, and its rows are judged as the contract judges them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assert as assertProperty, constantFrom, integer, oneof, property, record, string } from 'fast-check';
import { Compile } from 'typebox/compile';
import { contract, oneLineIn } from '../src/contract.ts';
import { amountIn } from '../web/console/desk/amounts.ts';
import { openPlan, plan_bytes_max, readingsOf } from '../web/console/desk/csv-bytes.ts';
import { readPlan, type PlanRow } from '../web/console/desk/csv-plan.ts';
import { sectionFaults, twinFaults, wholeOf } from '../web/console/desk/rules.ts';
import { dice } from './harness/properties.ts';

const head = 'name,rows,seatsPerRow,grade,price';
const section = { name: 'A', rows: '10', seatsPerRow: '20', grade: 'VIP', price: '165000' };

/** What is wrong, row by row, in English. */
function told(rows: readonly PlanRow[]): string[] {
  return rows.map(({ row, faults, fault }) =>
    [row, fault?.en, ...Object.entries(faults).map(([field, { en }]) => `${field}: ${en}`)].filter(Boolean).join(' '),
  );
}

test('reads what Excel and others write', async () => {
  for (const text of [
    `${head}\nA,10,20,VIP,165000`,
    `\ufeff${head}\r\nA,10,20,VIP,165000\r\n`,
    `${head.replaceAll(',', ';')}\r\nA;10;20;VIP;165000\r\n`,
    `${head.replaceAll(',', '\t')}\nA\t10\t20\tVIP\t165000\n`,
    `sep=;\r\n${head.replaceAll(',', ';')}\r\nA;10;20;VIP;165000\r\n`,
    `"name","rows","seatsPerRow","grade","price"\r\n"A","10","20","VIP","165000"\r\n`,
    `구역,열,열당 좌석,등급,가격\nA,10,20,VIP,165000`,
    `Price , Seats per row,GRADE,Section,rows\n165000,20,VIP,A,10\n`,
    `\n\n${head}\n,,,,\n A , 10 , 20 , VIP ,165000\n\n`,
    `"sep=|"\r${head.replaceAll(',', '|')}\rA|10|20|VIP|165,000\r`,
    `구역명;열 수;열당 좌석수;좌석 등급;단가(원)\nA;10열;20석;VIP;165,000원\n`,
    '구역,열,열당 좌석,등급,가격\nA,１０,２０,ＶＩＰ,"₩165,000"'.replace('ＶＩＰ', 'VIP').normalize('NFD'),
    `Section name\tNo. of rows\tSeats / row\tTotal seats\tClass\tPrice (KRW)\nA\t10\t20\t200\tVIP\t165000.00\n`,
  ]) {
    const plan = await readPlan(text);
    assert.deepEqual([plan.fault, plan.isClean, plan.seats], [undefined, true, 200], text);
    assert.deepEqual(plan.rows[0]?.section, section, text);
  }
  const plan = await readPlan(`${head},note\r\n"A, ""west""\nside",10,20,VIP,"165,000",\u00ab\r\n`);
  assert.deepEqual([plan.rows[0]?.section.name, plan.isClean, plan.ignored], ['A, "west" side', true, ['note']]);
});

test('finds the names under a title and in two lines of merged cells, and says what it leaves out', async () => {
  for (const [text, notes] of [
    [
      `2026 봄밤,,,,\n\n${head}\nA,10,20,VIP,165000\n합계,,200,,\n`,
      ['The row above the names was taken for a title.', 'Left out as totals: row 5'],
    ],
    ['구역,좌석,,등급,가격\n,열,열당 좌석,,(원)\nA,10,20,VIP,165000\n', []],
    [
      '구역,열,좌석수,등급,가격\nA,10,20,VIP,165000\nTotal,,,,\n',
      ['“좌석수” was read as the seats of one row.', 'Left out as totals: row 3'],
    ],
    [`${head}\n="A",10,20,V\u200bIP,165000\n`, ['Characters that cannot be seen were taken out of row 2']],
  ] as const) {
    const plan = await readPlan(text);
    assert.deepEqual(
      [plan.fault, plan.isClean, plan.rows.map((row) => row.section)],
      [undefined, true, [section]],
      text,
    );
    assert.deepEqual(
      plan.notes.map(({ en }) => en),
      notes,
    );
  }
});

test('an amount is read however it is written, and what could be two numbers is none', () => {
  const amounts: Readonly<Record<string, number | RegExp>> = {
    '165000': 165_000,
    '₩165,000': 165_000,
    '￦ 165,000 ': 165_000,
    '\\165,000': 165_000,
    '165,000원': 165_000,
    'KRW 165 000': 165_000,
    '１６５，０００원': 165_000,
    '132\u00a0000': 132_000,
    '165000\u200b': 165_000,
    '99000.00': 99_000,
    '165,000.00': 165_000,
    '165.000,00': 165_000,
    '1.650.000': 1_650_000,
    "165'000": 165_000,
    '-5': -5,
    '165.000': /165 or 165,000/,
    '1.000': /1 or 1,000/,
    '99.5': /No decimals/,
    '1,2 열': /Enter a whole number/,
    '1.65E+05': /shortened/,
    '#####': /too narrow/,
    '16만5천': /whole number/,
    '1-10': /whole number/,
    '1,00': /No decimals/,
  };
  for (const [text, wanted] of Object.entries(amounts)) {
    const found = amountIn(text, 'price');
    if (typeof wanted === 'number') assert.equal(found, wanted, text);
    else assert.match(typeof found === 'number' ? String(found) : found.en, wanted, text);
  }
  assert.deepEqual([amountIn('10열', 'rows'), amountIn('20 석', 'seatsPerRow')], [10, 20]);
});

test('sees what a file is by its bytes; what only a browser can decode is tried in one', async () => {
  const bytesOf = (text: string, encoding: BufferEncoding = 'utf8') => new Uint8Array(Buffer.from(text, encoding));
  const korean = '구역,열,열당 좌석,등급,가격\n가,1,2,일반,3\n';
  const wide = bytesOf(korean, 'utf16le');
  const files: Readonly<Record<string, readonly [Uint8Array<ArrayBuffer>, string]>> = {
    marked: [bytesOf(`\ufeff${korean}`), 'utf-8'],
    unmarked: [bytesOf(korean), 'utf-8'],
    'UTF-16': [wide, 'utf-16le'],
    'the other way round': [wide.slice().map((_byte, index) => wide[index ^ 1] ?? 0), 'utf-16be'],
    accents: [bytesOf('name\nBalcón\n'), 'utf-8'],
    // 가 is B0 A1 in the old code page; the rest of the line is ASCII.
    'old Excel': [bytesOf(`${head}\n\xb0\xa1,1,2,R,3\n`, 'latin1'), 'euc-kr'],
    'a byte astray': [bytesOf(korean).map((byte, at, all) => (at === all.length - 2 ? 0xe9 : byte)), 'utf-8'],
  };
  for (const [name, [bytes, encoding]] of Object.entries(files)) {
    const opened = readingsOf(bytes);
    assert('readings' in opened && opened.isSure, name);
    assert.equal(opened.readings[0].encoding, encoding, name);
  }
  for (const [bytes, fault] of [
    ['PK\x03\x04\x14', /Excel workbook/],
    ['\xd0\xcf\x11\xe0', /Excel workbook/],
    ['<html><table>', /web page/],
    ['\x89PNG\r\n\x1a\n\0\0\0\rIHDR', /not a text file/],
  ] as const) {
    const opened = readingsOf(bytesOf(bytes, 'latin1'));
    assert.match('en' in opened ? opened.en : 'opened', fault);
  }
  const large = await openPlan(new File(['x'.repeat(5_000_000)], 'plan.csv'));
  assert.match('en' in large ? large.en : '', /too large/);
});

test('says beside each row what is wrong with it, counted as the spreadsheet counts', async () => {
  const { rows, isClean, fault } = await readPlan(
    `${head}\nA,10,20,VIP,165000\n\n,0,2.5,${'g'.repeat(51)},-1\nC,1,2,R,free\nD,1,2,R,3,4\nE,1e3,"1,00",R,\n"F,1,2,R,3\n`,
  );
  assert.deepEqual([isClean, fault], [false, undefined]);
  assert.deepEqual(told(rows), [
    '2',
    '4 name: Fill this in. rows: From 1 to 100,000. seatsPerRow: No decimals: enter a whole number. grade: At most 50 characters. price: From 0 to 100,000,000.',
    '5 price: Enter a whole number.',
    '6 It has more cells than the row of names; a value with a comma in it needs quotes.',
    '7 rows: Excel shortened the number (1.65E+05): set the format of the cell to “Number” and save again. seatsPerRow: No decimals: enter a whole number. price: Fill this in.',
    '8 A quotation mark is not closed. rows: Fill this in. seatsPerRow: Fill this in. grade: Fill this in. price: Fill this in.',
  ]);
});

test('says why it is no plan at all', async () => {
  const rows = (count: number): string => Array.from({ length: count }, (_, index) => `A${index},1,1,R,1\n`).join('');
  const row = rows(1);
  for (const [text, reason] of [
    ['', /nothing in it/],
    [' \n,,\n', /nothing in it/],
    [head, /no row/],
    ['A,10,20,VIP,165000\n', /names these columns: name, rows, seatsPerRow, grade, price/],
    ['name,rows,grade,price\nA,1,R,1', /columns: seatsPerRow$/],
    [`${head},section\n${row}`, /named twice: section/],
    [`${head}\n${rows(501)}`, /too large/],
    [`${head}\nA,1,1,R,1,\n${' '.repeat(plan_bytes_max)}`, /too large/],
    [`${head}\nA,1000,100,R,1\nB,1,1,R,1\n`, /at most 100,000 seats/],
  ] as const) {
    const plan = await readPlan(text);
    assert.equal(plan.isClean, false);
    assert.match(plan.fault?.en ?? '', reason);
  }
  assert.equal((await readPlan(`${head}\n${rows(500)}`)).isClean, true);
});

test('names a section that reads like another, a grade that is spelled otherwise, seats that do not add up', async () => {
  const { rows, isClean } = await readPlan(
    `${head},seats\n가,1,2,R석,3,2\n${'가'.normalize('NFD')},1,2,R석,3,2\n가 \u200b,5,2,S,1,\nB,1,2,R 석,3,2\nC,2,2,R석,3,3\nD,1,2,\ufffd석,3,2\n`,
  );
  assert.equal(isClean, false);
  const twin = 'It reads like the section in row 2. A part with another grade or price needs a name of its own.';
  assert.deepEqual(told(rows), [
    '2',
    `3 name: ${twin}`,
    `4 name: ${twin}`,
    '5 grade: It reads like the grade “R석” above: if it is the same, write it the same.',
    '6 The total is 3 seats, but rows × seats per row is 4.',
    '7 Characters that cannot be read (\ufffd): grade ‘\ufffd석’',
  ]);
  const twins = twinFaults(
    [section, { ...section, name: 'Ａ' }, { ...section, name: '' }, { ...section, name: '' }],
    String as never,
  );
  assert.deepEqual([...twins.keys()], [1]);
});

test('a section has no fault here exactly if the contract takes it', () => {
  const body = Compile(contract.createConcert.body);
  const number = oneof(
    integer({ min: -5, max: 200_000_000 }).map(String),
    constantFrom('0', '1', '100000', '100001', ''),
  );
  const text = oneof(string({ maxLength: 60 }), constantFrom('A', 'x'.repeat(50), 'x'.repeat(51), ' '));
  const any = record({ name: text, rows: number, seatsPerRow: number, grade: text, price: number });
  let taken = 0;
  assertProperty(
    property(any, (written) => {
      const sent = {
        name: oneLineIn(written.name),
        rows: wholeOf(written.rows),
        seatsPerRow: wholeOf(written.seatsPerRow),
        grade: oneLineIn(written.grade),
        price: wholeOf(written.price),
      };
      const concert = {
        title: 'T',
        artist: 'A',
        venue: 'V',
        performances: [{ startsAt: '2030-05-01T10:00:00Z', sections: [sent] }],
      };
      const isFine = Object.keys(sectionFaults(written)).length === 0;
      if (isFine) taken += 1;
      assert.equal(isFine, body.Check(concert), JSON.stringify(written));
    }),
    dice(2_000),
  );
  assert(taken > 20, `${taken} of them were fine`);
});
