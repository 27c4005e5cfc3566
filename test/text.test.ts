/**
 * Text comes back as it was sent, composed, or is refused: nothing in between, nothing that the database has to refuse, and
 * nothing that nobody can see. Two names that read alike are one name.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assert as assertProperty, asyncProperty, constantFrom, oneof, string } from 'fast-check';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { asRead, type BodyOf, isOneLine, oneLineIn, type ReplyOf } from '../src/contract.ts';
import { isProse } from '../src/contract/text.ts';
import { type Account, accountsAt, assertProblem, newEmail, password } from './harness/accounts.ts';
import { boxOffice, type BoxOffice } from './harness/box-office.ts';
import type { Answer } from './harness/http.ts';
import { openHouse, type House } from './harness/house.ts';
import { text as nasty } from './harness/nasty.ts';
import { anyCharacters, dice } from './harness/properties.ts';
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

/** No longer than the shortest limit of the contract. */
const chars_max = 40;
const nfd = (text: string): string => text.normalize('NFD');
const graphemes = ['가', '각', '홀', 'Ａ', 'é', '​', '‍', '️', 'ᆨ', ' ', '한', '구역', '👨‍👩‍👧', '1'];
const anyText = oneof(
  nasty,
  anyCharacters({ maxLength: chars_max }),
  string({ unit: constantFrom(...graphemes), maxLength: 6 }).map(nfd),
  constantFrom(
    '\ude00\ud83d',
    'half \udfff',
    '\\u0000',
    '\\ud800',
    '\\\\u0000',
    '\u2028',
    '\u202e',
    '🎫',
    'ﷺ',
    nfd('é'),
  ),
);

/** As it was sent, composed, or refused for what it is. */
function assertKept(answer: Answer<unknown>, text: string, kept: string | undefined, canBeSeen = isOneLine): void {
  const form = text.normalize('NFC');
  const isFine = text !== '' && text.isWellFormed() && canBeSeen(form);
  if (isFine && form.length <= chars_max) assert.equal(kept, form, JSON.stringify(answer.fields));
  else if (!isFine || answer.status >= 400) assertProblem(answer, 400, 'VALIDATION_FAILED');
  else assert.equal(kept, form);
}

type NewConcert = BodyOf<'createConcert'>;
type Concert = ReplyOf<'getConcert', 200>;

const startsAt = '2030-05-01T10:00:00.000Z';
const section = { name: 'A', rows: 1, seatsPerRow: 1, grade: 'R', price: 1_000 };
const plain = { title: 'T', artist: 'A', venue: 'V', performances: [{ startsAt, sections: [section] }] };
const grade = (text: string): NewConcert => ({
  ...plain,
  performances: [{ startsAt, sections: [{ ...section, grade: text }] }],
});
/** Where an operator writes text, and where everybody reads it. */
const places: Record<string, readonly [(text: string) => NewConcert, (concert: Concert) => string | undefined]> = {
  title: [(title) => ({ ...plain, title }), ({ title }) => title],
  artist: [(artist) => ({ ...plain, artist }), ({ artist }) => artist],
  venue: [(venue) => ({ ...plain, venue }), ({ venue }) => venue],
  grade: [grade, ({ performances: [date] }) => date?.grades[0]?.grade],
};

test('what an operator writes about a concert', async () => {
  const asOperator = await office.asOperator();
  const property = asyncProperty(constantFrom(...Object.values(places)), anyText, async ([write, read], text) => {
    const created = await office.call<Concert>('POST', '/api/v1/admin/concerts', { ...asOperator, body: write(text) });
    const shown =
      created.status === 201 ? await office.call<Concert>('GET', `/api/v1/concerts/${created.body.id}`) : created;
    assertKept(shown, text, created.status === 201 ? read(shown.body) : undefined);
  });
  await assertProperty(property, dice(200));
});

test('why the line stands still', async () => {
  const asOperator = await office.asOperator();
  const { concertId } = await office.createConcert();
  const property = asyncProperty(anyText, async (reason) => {
    const body = { paused: { reason } };
    const answer = await office.call<{ paused?: { reason: string } }>('PATCH', `/api/v1/admin/concerts/${concertId}`, {
      ...asOperator,
      body,
    });
    assertKept(answer, reason, answer.body.paused?.reason, isProse);
  });
  await assertProperty(property, dice(100));
});

test('the name of an account', async () => {
  const { call } = accountsAt(server);
  const property = asyncProperty(anyText, async (name) => {
    const body = { email: newEmail(), password, name };
    const answer = await call<Account>('POST', '/api/auth/sign-up/email', { body });
    assertKept(answer, name, answer.status === 200 ? answer.body.user.name : undefined);
  });
  await assertProperty(property, dice(30));
});

test('in another encoding than UTF-8, it is refused instead of being stored as replacement characters', async () => {
  const asOperator = await office.asOperator();
  const post = async (title: Buffer): Promise<Response> => {
    const [head = '', tail = ''] = JSON.stringify({ ...plain, title: '?' }).split('?');
    return fetch(new URL('/api/v1/admin/concerts', server.origin), {
      method: 'POST',
      headers: { authorization: `Bearer ${asOperator.bearer}`, 'content-type': 'application/json' },
      body: Buffer.concat([Buffer.from(head), title, Buffer.from(tail)]),
    });
  };
  assert.equal((await post(Buffer.from('매진'))).status, 201);
  // EUC-KR, a pair of halves written in three bytes each, a character cut short, and a slash written too long.
  for (const bytes of ['b8c5c1f8', 'eda0bdedb880', 'eba7', 'c0af']) {
    const answer = await post(Buffer.from(bytes, 'hex'));
    const { code } = (await answer.json()) as { code: string };
    assert.deepEqual([answer.status, code], [400, 'VALIDATION_FAILED'], bytes);
  }
});

test('what can be seen: emoji and joined letters are whole, and what has no shape is refused', () => {
  for (const text of ['매진', '👨‍👩‍👧', '❤️', '1️⃣', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', 'می‌خواهم', 'क्‍ष', '葛󠄀', 'A\u00a0B', ' A'])
    assert(isOneLine(text), text);
  const none = [
    'A\u200b',
    '\u202eA',
    'A\ufe0f',
    '가\u3164',
    'A\tB',
    'A\nB',
    'A\u00ad',
    'A\u200dB',
    '\ufeffA',
    '\u{e0041}',
    ' ',
    '\u00a0\u2003',
    '\u2800',
  ];
  for (const text of none) assert(!isOneLine(text), JSON.stringify(text));
  assert(isProse('잠시\n멈췄어요') && !isProse('\n'));
  assert.equal(oneLineIn(`  ${nfd('각')}\u200b 👨‍👩‍👧\u202e\t`), '각 👨‍👩‍👧');
});

const alike: readonly (readonly [string, string])[] = [
  ['가', nfd('가')],
  ['A', 'Ａ'],
  ['가구역', '가 구역'],
  ['A 1', 'A\u00a01'],
  ['B-1', 'B–1'],
  [' C', 'C  '],
];
const concert = (sections: readonly object[][]) => ({
  ...plain,
  performances: sections.map((own) => ({ startsAt, sections: own.map((one) => ({ ...section, ...one })) })),
});

test('two sections of one date that read alike cannot be on sale, however they are written', async () => {
  const asOperator = await office.asOperator();
  const put = (body: object) => office.call<{ id: string }>('POST', '/api/v1/admin/concerts', { ...asOperator, body });
  for (const [one, other] of alike) {
    const answer = await put(concert([[{ name: 'X' }], [{ name: one }, { name: 'Y' }, { name: other }]]));
    assertProblem(answer, 400, 'VALIDATION_FAILED');
    const [fault, ...others] = answer.fields['errors'] as { path: string }[];
    assert.deepEqual([fault?.path, others], ['performances[1].sections[2].name', []], `${one} ${other}`);
  }
  const different = concert([
    [{ name: '1 11' }, { name: '11 1' }, { name: '가' }, { name: 'A' }],
    [{ name: nfd('가') }],
  ]);
  const { status, body } = await put(different);
  assert.equal(status, 201);
  const plan = await office.call<ReplyOf<'getPlan', 200>>('GET', `/api/v1/admin/concerts/${body.id}/plan`, asOperator);
  assert.deepEqual(
    plan.body.performances.map(({ sections }) => sections.map(({ name }) => name)),
    [['1 11', '11 1', '가', 'A'], ['가']],
  );
  // A grade that is spelled in two ways would be counted as two.
  const spelled = await put(concert([[{ grade: 'R석' }], [{ grade: 'R석' }, { name: 'B', grade: 'R 석' }]]));
  assertProblem(spelled, 400, 'VALIDATION_FAILED');
  assert.equal((spelled.fields['errors'] as { path: string }[])[0]?.path, 'performances[1].sections[1].grade');
});

test('a repeat that is composed otherwise is the same request', async () => {
  const key = { ...(await office.asOperator()), key: `composed ${process.pid}`.replace(' ', '-') };
  const [first, again] = [nfd('각본'), '각본'].map((title) => ({ ...key, body: { ...plain, title } }));
  const made = await office.call<{ id: string; title: string }>('POST', '/api/v1/admin/concerts', first);
  const replayed = await office.call<{ id: string }>('POST', '/api/v1/admin/concerts', again);
  assert.deepEqual([made.status, replayed.status, made.body.title], [201, 201, '각본']);
  assert.equal(replayed.body.id, made.body.id);
});

test('a fan is found by a name in any form, pasted with what cannot be seen; an address is ASCII or refused', async () => {
  const { call } = accountsAt(server);
  const name = `김각${process.pid}`;
  const body = { email: newEmail(), password, name: nfd(name) };
  assert.equal((await call<Account>('POST', '/api/auth/sign-up/email', { body })).body.user.name, name);
  const asOperator = await office.asOperator();
  for (const q of [name, nfd(name), `\u200b${name}\ufeff `]) {
    const found = await office.call<ReplyOf<'findUsers', 200>>(
      'GET',
      `/api/v1/admin/users?q=${encodeURIComponent(q)}`,
      asOperator,
    );
    assert.deepEqual(
      found.body.users.map(({ email }) => email),
      [body.email],
      JSON.stringify(q),
    );
  }
  for (const local of ['각', nfd('각')]) {
    const refused = await call('POST', '/api/auth/sign-up/email', {
      body: { ...body, email: `${local}@maejin.example` },
    });
    assertProblem(refused, 400, 'VALIDATION_FAILED');
  }
});

test('a seat and a concert are found by a name in any form', async () => {
  const asOperator = await office.asOperator();
  const title = `각본${process.pid}`;
  const { concertId } = await office.createConcert({
    title,
    performances: concert([[{ name: `각${process.pid}` }]]).performances,
  });
  const ask = <Reply>(at: string, q: string) =>
    office.call<Reply>('GET', `${at}?q=${encodeURIComponent(q)}`, asOperator);
  for (const form of [(text: string) => text, nfd, (text: string) => `\u200b${text}`]) {
    const seats = await ask<ReplyOf<'findSeats', 200>>('/api/v1/admin/seats', `${form(`각${process.pid}`)}-1-1`);
    assert.deepEqual(
      seats.body.seats.map((seat) => [seat.concertId, seat.number]),
      [[concertId, 1]],
    );
    const found = await ask<ReplyOf<'listConcerts', 200>>('/api/v1/concerts', form(title));
    assert.deepEqual(
      found.body.concerts.map(({ id }) => id),
      [concertId],
    );
  }
});

/** Written before texts were composed, and by hand. */
async function oldReason(concertId: string, reason: string): Promise<void> {
  await house.sql`update rooms set paused_reason = ${reason}, version = version + 1 where concert_id = ${concertId}`;
}

test('a pause from before is ended, though its reason would not be taken today', async () => {
  const asOperator = await office.asOperator();
  const { concertId } = await office.createConcert();
  const old = `${nfd('각')}\u200b`;
  await oldReason(concertId, old);
  const change = (paused: object | null, reason: string) =>
    office.call('PATCH', `/api/v1/admin/concerts/${concertId}`, {
      ...asOperator,
      body: { paused, expected: { paused: { reason } } },
    });
  assertProblem(await change({ reason: old }, old), 400, 'VALIDATION_FAILED');
  assert.equal((await change({ reason: '점검' }, old.normalize('NFC'))).status, 200);
  await oldReason(concertId, old);
  assert.equal((await change(null, old)).status, 200);
});

test('what was stored before is composed by the migration, and the database reads names as the service does', async () => {
  const { concertId } = await office.createConcert({ title: '옛' });
  await house.sql`update concerts set title = ${nfd('옛 각본')} where id = ${concertId}`;
  await house.sql`update sections set name = ${nfd('각')}, grade = ${nfd('일반')} where concert_id = ${concertId}`;
  const file = path.join(import.meta.dirname, '../db/migrations/016_text_as_read.sql');
  await house.sql.unsafe((await readFile(file, 'utf8')).replace('create function', 'create or replace function'));
  const [kept] = await house.sql<{ title: string; name: string; grade: string }[]>`
    select title, name, grade from concerts join sections on concert_id = id where id = ${concertId}`;
  assert.deepEqual({ ...kept }, { title: '옛 각본', name: '각', grade: '일반' });
  const shapeless =
    /[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{White_Space}\p{Pd}\ufff9-\ufffb\u2800\u2212]/u;
  const texts = alike.flat();
  for (let code = 1; code < 0xe1000; code = code === 0xd7ff ? 0xe000 : code === 0x1ffff ? 0xdfff0 : code + 1) {
    const char = String.fromCodePoint(code);
    if (shapeless.test(char) || code % 97 === 0) texts.push(`A${char}1`, `1${char}${char}1 가`);
  }
  const read = await house.sql<{ name: string; reading: string }[]>`
    select name, as_read(name) as reading from unnest(${texts}::text[]) as name`;
  assert(read.length > 3_000);
  for (const { name, reading } of read) assert.equal(reading, asRead(name), JSON.stringify(name));
});
