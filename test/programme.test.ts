/** The programme that everybody sees: the next date first, what is sold out last, what is over not at all; and its search. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { boxOffice, newFan, type BoxOffice } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';
import { openWire, type Wire } from './harness/wire.ts';
import type { ReplyOf } from '../src/contract.ts';

let house: House;
let one: BoxOffice;
let other: BoxOffice;
/** Between `one` and the database: what it asks is counted. */
let wire: Wire;

before(async () => {
  house = await openHouse();
  wire = await openWire(house.databaseUrl);
  one = boxOffice(await house.start({ DATABASE_URL: wire.url }));
  other = boxOffice(await house.start());
});
after(async () => {
  await house.close();
  await wire.close();
});

type Concerts = ReplyOf<'listConcerts', 200>;
const tiny = [{ name: 'A', rows: 1, seatsPerRow: 1, grade: 'R', price: 0 }];

async function bill(title: string, ...starts: readonly string[]): Promise<string> {
  const performances = starts.map((startsAt) => ({ startsAt, sections: tiny }));
  return (await one.createConcert({ title, performances })).concertId;
}

async function sellOut(concertId: string, dates = 1): Promise<void> {
  for (let date = 1; date <= dates; date++) {
    const token = await one.enter(concertId, newFan());
    const { body } = await one.hold(token, `${concertId}-${date}`, [1]);
    assert.equal((await one.pay(token, body.id)).status, 201);
  }
}

const look = async (query: string, server = one): Promise<Concerts> =>
  (await server.call<Concerts>('GET', `/api/v1/concerts?${query}`)).body;

async function titles(q: string, server = one): Promise<string[]> {
  return (await look(`q=${encodeURIComponent(q)}`, server)).concerts.map(({ title }) => title);
}

test('the next date comes first; what is over is in no list', async () => {
  const late = await bill('order late', '2032-03-01T10:00:00Z');
  const early = await bill('order early', '2031-03-01T10:00:00Z');
  const running = await bill('order running', '2032-01-01T10:00:00Z', '2031-06-01T10:00:00Z', '2020-05-01T10:00:00Z');
  const over = await bill('order over', '2020-01-01T10:00:00Z');
  const ends = await bill('order ends', '2030-01-01T10:00:00Z');
  const order = async () => (await look('q=order')).concerts.map(({ id, nextStartsAt }) => [id, nextStartsAt]);
  const expected = [
    [early, '2031-03-01T10:00:00.000Z'],
    [running, '2031-06-01T10:00:00.000Z'],
    [late, '2032-03-01T10:00:00.000Z'],
  ];
  assert.deepEqual(await order(), [[ends, '2030-01-01T10:00:00.000Z'], ...expected]);
  await house.sql`update concerts set last_starts_at = now() where id = ${ends}`;
  await eventually(async () => assert.deepEqual(await order(), expected));
  const all = await one.call<Concerts>('GET', '/api/v1/admin/concerts', await one.asOperator());
  assert(
    all.body.concerts.some(({ id }) => id === over),
    'an operator still finds it',
  );
});

test('pages cover all concerts once, also while new ones come and others sell out', async () => {
  const ids: string[] = [];
  for (let day = 1; day <= 6; day++) ids.push(await bill(`turning ${day}`, `2033-01-0${day}T10:00:00Z`));
  const [first = '', second = '', third = '', ...rest] = ids;
  await sellOut(second);
  const seen: string[] = [];
  let cursor: string | null = '';
  for (let page = 0; cursor !== null && page < 20; page++) {
    const body: Concerts = await look(`q=turning&limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
    assert(body.concerts.length <= 2);
    seen.push(...body.concerts.map(({ id }) => id));
    if (page === 0) {
      await bill('turning late', '2033-02-01T10:00:00Z');
      await bill('turning back', '2033-01-01T09:00:00Z');
      await sellOut(first);
      await sellOut(rest[0] ?? '');
    }
    ({ nextCursor: cursor } = body);
  }
  assert.deepEqual(seen.slice(0, 4), [first, third, ...rest.slice(1)]);
  assert.deepEqual(
    ids.filter((id) => !seen.includes(id)),
    [],
    'none is missing',
  );
  assert.deepEqual(seen.slice(-3), [first, second, rest[0]], 'what is sold out is last, as the others by date');
  assert.equal(seen.length, 8, 'the first was on the first page, and then sold out');
});

test('a search finds title, artist and venue, in any order, however they were typed', async () => {
  const create = (about: { title: string; artist: string; venue: string }) => one.createConcert(about);
  await create({ title: '밤의 정원 — Night Garden', artist: '하늘', venue: '올림픽홀' });
  await create({ title: '낮의 정원', artist: '바다', venue: 'Olympic Hall ２관' });
  assert.deepEqual((await titles('정원')).toSorted(), ['낮의 정원', '밤의 정원 — Night Garden']);
  assert.deepEqual(await titles('night GARDEN'), ['밤의 정원 — Night Garden']);
  assert.deepEqual(await titles('정원 하늘'), ['밤의 정원 — Night Garden']);
  assert.deepEqual(await titles('정원'.normalize('NFD') + ' 바다'), ['낮의 정원']);
  assert.deepEqual(await titles('hall 2관'), ['낮의 정원']);
  assert.deepEqual(await titles('정원 없음'), []);
  assert.deepEqual(await titles('%'), []);
  assert.equal((await titles('\0 정원\u200b')).length, 2, 'what cannot be seen is not looked for');
  assert((await titles('   ')).length >= 2, 'nothing to find is no search');
  await eventually(async () => assert.equal((await titles('밤의', other)).length, 1));
});

test('a concert made here is in the list at once, though the list was asked for a moment ago', async () => {
  for (let times = 0; times < 5; times++) {
    await titles('at once');
    await bill(`at once ${times}`, '2031-03-01T10:00:00Z');
    assert.equal((await titles('at once')).length, times + 1);
  }
});

test('however many look, search and turn pages, the database is asked now and then', async () => {
  const before = wire.statements();
  const asks = Array.from({ length: 300 }, (_, index) => look(`limit=${(index % 200) + 1}&q=${index}`));
  assert((await Promise.all(asks)).every(({ concerts }) => Array.isArray(concerts)));
  const asked = wire.statements() - before;
  assert(asked < 80, `${asked} statements for three hundred searches`);
});
