/** Files that an operator takes along: whole, safe to open in a spreadsheet, and in bounded memory however long. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import Papa from 'papaparse';
import { csvLine } from '../src/console/desk/csv.ts';
import { accountsAt, newEmail, password } from './harness/accounts.ts';
import { boxOffice, newFan, type BoxOffice } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';
import type { Server } from './harness/server.ts';

let house: House;
let server: Server;
let office: BoxOffice;

before(async () => {
  house = await openHouse();
  server = await house.start();
  office = boxOffice(server);
});
after(() => house.close());

async function get(path: string, language = 'en'): Promise<Response> {
  const { bearer = '' } = await office.asOperator();
  const headers = { authorization: `Bearer ${bearer}`, 'accept-language': language };
  return fetch(`${server.origin}/api/v1/admin${path}`, { headers });
}

/** By the hall's clock. */
const inSeoul = (time: string): string =>
  new Date(Date.parse(time) + 9 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');

function read(text: string): Record<string, string>[] {
  const { data, errors } = Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true });
  assert.deepEqual(errors, []);
  return data;
}

test('a line is RFC 4180, and no text in it is a formula', () => {
  for (const [cell, written] of [
    ['plain', 'plain'],
    ['', ''],
    [null, ''],
    [-5, '-5'],
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['two\nlines', '"two\nlines"'],
    ['=1+1', "'=1+1"],
    ['+82-10', "'+82-10"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\tx', "'\tx"],
    ['\r=1', '"\'\r=1"'],
    ['＝1', "'＝1"],
    ['=HYPERLINK("http://x","y")', '"\'=HYPERLINK(""http://x"",""y"")"'],
  ] as const) {
    assert.equal(csvLine([cell]), `${written}\r\n`);
    if (typeof cell === 'string' && cell !== '') {
      const [[back] = []] = Papa.parse<string[]>(csvLine([cell, 'x']), { newline: '\r\n' }).data;
      assert.equal(back?.replace(/^'/, ''), cell);
    }
  }
});

test('reservations of a concert, with names that would be formulas, as Excel reads Korean', async () => {
  const { concertId, performanceId } = await office.createConcert();
  const email = newEmail();
  const account = await accountsAt(server).call<{ token: string; user: { id: string } }>(
    'POST',
    '/api/auth/sign-up/email',
    { body: { email, password, name: '=HYPERLINK("http://x","김매진")' } },
  );
  const fan = { userId: account.body.user.id, token: account.body.token };
  const token = await office.enter(concertId, fan);
  const held = await office.hold(token, performanceId, [1, 2]);
  await office.charge(fan, 100_000);
  const paid = await office.pay(token, held.body.id);
  assert.equal(paid.status, 201);
  const answer = await get(`/concerts/${concertId}/reservations.csv`, 'ko-KR');
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('content-type'), 'text/csv; charset=utf-8');
  assert.equal(answer.headers.get('content-language'), 'ko');
  assert.equal(answer.headers.get('content-disposition'), `attachment; filename="reservations-${concertId}.csv"`);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  assert.deepEqual(Array.from(bytes.slice(0, 3)), [0xef, 0xbb, 0xbf]);
  const [row, ...more] = read(new TextDecoder().decode(bytes));
  const reservedAt = row?.['예매 시각 (KST)'] ?? '';
  assert.match(reservedAt, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
  const expected = {
    '예매 번호': held.body.id.slice(-8).toUpperCase(),
    상태: '결제 완료',
    '공연 일시 (KST)': '2030-05-01 19:00:00',
    구역: 'A',
    열: '1',
    번: '1',
    등급: 'R',
    가격: '50000',
    '환불 금액': '',
    '취소 수수료': '',
    예매자: '\'=HYPERLINK("http://x","김매진")',
    이메일: email,
    '예매 시각 (KST)': reservedAt,
    '결제 시각 (KST)': inSeoul(paid.body.paidAt),
    '선점 마감 (KST)': inSeoul(held.body.heldUntil ?? ''),
    '선택 취소 시각 (KST)': '',
    '예매 취소 시각 (KST)': '',
    '취소 사유': '',
    '예매 ID': held.body.id,
    '결제 ID': paid.body.id,
    '이용자 ID': fan.userId,
  };
  assert.deepEqual([row, ...more], [expected, { ...expected, 번: '2' }], 'one seat a row');
  const english = await (await get(`/concerts/${concertId}/reservations.csv`)).text();
  const [first] = read(english);
  assert.deepEqual(
    [
      first?.['Status'],
      first?.['Section'],
      first?.['Row'],
      first?.['Seat'],
      first?.['Price'],
      first?.['Paid at (KST)'],
    ],
    ['Paid', 'A', '1', '1', '50000', inSeoul(paid.body.paidAt)],
  );
});

test('the ledger of a fan whose id is nasty, oldest first', async () => {
  const fan = newFan(`"; rm,${randomUUID()}/../x`);
  await office.charge(fan, 300);
  await office.charge(fan, 200);
  const answer = await get(`/ledger.csv?userId=${encodeURIComponent(fan.userId)}`);
  assert.match(answer.headers.get('content-disposition') ?? '', /^attachment; filename="ledger-[A-Za-z0-9._-]+\.csv"$/);
  assert.deepEqual(
    read(await answer.text()).map((row) => [row['Kind'], row['Amount'], row['Balance after'], row['User ID']]),
    [
      ['Top-up', '300', '300', fan.userId],
      ['Top-up', '200', '500', fan.userId],
    ],
  );
});

/** Rows as a sale leaves them behind, put there without a crowd. */
async function fill(concertId: string, count: number): Promise<void> {
  await house.sql`
    insert into reservations (concert_id, id, performance_id, user_id, seat_numbers, amount, status, held_until)
    select ${concertId}, ${concertId} || '-' || lpad(n::text, 22, '0'), ${`${concertId}-1`}, 'jwt:' || repeat('x', 200) || n, '{1}', 50000,
      'EXPIRED', now() - interval '1 minute'
    from generate_series(1, ${count}::int) as n`;
}

test('every row that was there is in the file once, while a sale goes on adding and ending others', async () => {
  const { concertId, performanceId } = await office.createConcert();
  await fill(concertId, 20_500);
  const { bearer = '' } = await office.asOperator();
  const answer = await fetch(`${server.origin}/api/v1/admin/concerts/${concertId}/reservations.csv`, {
    headers: { authorization: `Bearer ${bearer}` },
  });
  assert(answer.body !== null);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = (await reader.read()).value ?? '';
  const holds = [];
  for (let seat = 1; seat <= 20; seat += 1) {
    const fan = newFan();
    holds.push((await office.hold(await office.enter(concertId, fan), performanceId, [seat])).status);
    text += (await reader.read()).value ?? '';
  }
  assert.deepEqual(new Set(holds), new Set([201]));
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) text += piece.value;
  const ids = read(text).map((row) => row['Reservation ID']);
  const there = Array.from({ length: 20_500 }, (_none, n) => `${concertId}-${String(n + 1).padStart(22, '0')}`);
  assert.deepEqual(ids, there);
});

test('a reader who does not read keeps the rest in the database, not in memory', async () => {
  const { concertId } = await office.createConcert();
  await fill(concertId, 60_000);
  const { body } = await get(`/concerts/${concertId}/reservations.csv`);
  assert(body !== null);
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  const first = (await reader.read()).value ?? '';
  // What comes after this with the old state had been read ahead: into sockets, not the whole file.
  await house.sql`update reservations set status = 'CANCELLED' where concert_id = ${concertId}`;
  const pieces = [first];
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) pieces.push(piece.value);
  const states = read(pieces.join('')).map((row) => row['Status']);
  assert.equal(states.length, 60_000);
  const ahead = states.filter((state) => state === 'Expired').length;
  assert(ahead > 0 && ahead < 40_000, `${ahead} rows were read ahead`);
});

test('only four are written at once, and one given up makes room', async () => {
  const { concertId } = await office.createConcert();
  await fill(concertId, 60_000);
  const path = `/concerts/${concertId}/reservations.csv`;
  const open = await Promise.all([1, 2, 3, 4].map(() => get(path)));
  assert.deepEqual(
    open.map(({ status }) => status),
    [200, 200, 200, 200],
  );
  const fifth = await get(path);
  assert.deepEqual([fifth.status, fifth.headers.has('retry-after')], [503, true]);
  assert.equal(((await fifth.json()) as { code: string }).code, 'OVERLOADED');
  await open[0]?.body?.cancel();
  await eventually(async () => {
    const again = await get(path);
    await again.body?.cancel();
    assert.equal(again.status, 200);
  });
  for (const { body } of open.slice(1)) await body?.cancel();
});
