/** Text comes back as it was sent, or is refused: nothing in between, and nothing that the database has to refuse. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assert as assertProperty, asyncProperty, constantFrom, oneof, string } from 'fast-check';
import type { BodyOf, ReplyOf } from '../src/contract.ts';
import { type Account, accountsAt, assertProblem, newEmail, password } from './harness/accounts.ts';
import { boxOffice, type BoxOffice } from './harness/box-office.ts';
import type { Answer } from './harness/http.ts';
import { openHouse, type House } from './harness/house.ts';
import { text as nasty } from './harness/nasty.ts';
import { dice } from './harness/properties.ts';
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

/** Neither what PostgreSQL cannot store, nor longer than the shortest limit of the contract. */
const chars_max = 40;
const isFine = (text: string): boolean =>
  text.length > 0 && text.length <= chars_max && text.isWellFormed() && !text.includes('\0');
const anyText = oneof(
  nasty,
  string({ unit: 'binary', maxLength: chars_max }),
  constantFrom('\ude00\ud83d', 'half \udfff', '\\u0000', '\\ud800', '\\\\u0000', '\u2028', '\u202e', '🎫', 'ﷺ', 'é'),
);

/** As it was sent, or refused for what it is. */
function assertKept(answer: Answer<unknown>, text: string, kept: string | undefined): void {
  if (isFine(text)) assert.equal(kept, text, JSON.stringify(answer.fields));
  else if (answer.status >= 400 || text.length <= chars_max) assertProblem(answer, 400, 'VALIDATION_FAILED');
  else assert.equal(kept, text);
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
    assertKept(answer, reason, answer.body.paused?.reason);
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
