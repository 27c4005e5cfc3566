/** A seating plan from a spreadsheet: whatever Excel writes is read, and its rows are judged as the contract judges them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assert as assertProperty, constantFrom, integer, oneof, property, record, string } from 'fast-check';
import { Compile } from 'typebox/compile';
import { contract } from '../src/contract.ts';
import { plan_bytes_max, readPlan, textOf, type PlanRow } from '../web/console/desk/csv-plan.ts';
import { sectionFaults, wholeOf } from '../web/console/desk/rules.ts';
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
  ]) {
    const plan = await readPlan(text);
    assert.deepEqual([plan.fault, plan.isClean, plan.seats], [undefined, true, 200], text);
    assert.deepEqual(plan.rows[0]?.section, section, text);
  }
  const plan = await readPlan(`${head},note\r\n"A, ""west""\nside",10,20,VIP,"165,000",\u00ab\r\n`);
  assert.deepEqual([plan.rows[0]?.section.name, plan.isClean, plan.ignored], ['A, "west"\nside', true, ['note']]);
});

test('reads a file by its mark, as UTF-8, and as Korean Excel saves without asking', async () => {
  const korean = '구역,열,열당 좌석,등급,가격\n가,1,2,일반,3\n';
  // 가 is B0 A1 in EUC-KR; the rest of the line is ASCII.
  const oldExcel = Buffer.concat([Buffer.from(`${head}\n`), Buffer.from([0xb0, 0xa1]), Buffer.from(',1,2,R,3\n')]);
  const wide = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(korean, 'utf16le')]);
  for (const bytes of [Buffer.from(korean), Buffer.from(`\ufeff${korean}`), wide, oldExcel]) {
    const text = await textOf(new File([new Uint8Array(bytes)], 'plan.csv'));
    assert(typeof text === 'string');
    assert.equal((await readPlan(text)).rows[0]?.section.name, '가');
  }
  assert(typeof (await textOf(new File(['x'.repeat(plan_bytes_max + 1)], 'plan.csv'))) === 'object');
});

test('says beside each row what is wrong with it, counted as the spreadsheet counts', async () => {
  const { rows, isClean, fault } = await readPlan(
    `${head}\nA,10,20,VIP,165000\n\n,0,2.5,${'g'.repeat(51)},-1\nC,1,2,R,free\nD,1,2,R,3,4\nE,1e3,"1,00",R,\n"F,1,2,R,3\n`,
  );
  assert.deepEqual([isClean, fault], [false, undefined]);
  assert.deepEqual(told(rows), [
    '2',
    '4 name: Please fill this in. rows: From 1 to 100,000. seatsPerRow: Write a whole number. grade: At most 50 characters. price: From 0 to 100,000,000.',
    '5 price: Write a whole number.',
    '6 It does not have as many cells as the first row.',
    '7 rows: Write a whole number. seatsPerRow: Write a whole number. price: Please fill this in.',
    '8 A quotation mark is not closed. rows: Please fill this in. seatsPerRow: Please fill this in. grade: Please fill this in. price: Please fill this in.',
  ]);
});

test('says why it is no plan at all', async () => {
  const row = 'A,1,1,R,1\n';
  for (const [text, reason] of [
    ['', /nothing in it/],
    [' \n,,\n', /nothing in it/],
    [head, /no row/],
    ['A,10,20,VIP,165000\n', /does not name these columns: name, rows, seatsPerRow, grade, price/],
    ['name,rows,grade,price\nA,1,R,1', /columns: seatsPerRow$/],
    [`${head},section\n${row}`, /named twice: section/],
    [`${head}\n${row.repeat(501)}`, /too large/],
    [`${head}\n${'A,1,1,R,1,\n'.repeat(1)}${' '.repeat(plan_bytes_max)}`, /too large/],
    [`${head}\nA,1000,100,R,1\nB,1,1,R,1\n`, /at most 100,000 seats/],
  ] as const) {
    const plan = await readPlan(text);
    assert.equal(plan.isClean, false);
    assert.match(plan.fault?.en ?? '', reason);
  }
  assert.equal((await readPlan(`${head}\n${row.repeat(500)}`)).isClean, true);
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
        name: written.name.trim(),
        rows: wholeOf(written.rows),
        seatsPerRow: wholeOf(written.seatsPerRow),
        grade: written.grade.trim(),
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
