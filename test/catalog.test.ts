/** What is on sale, as everybody sees it, and as the operator may describe it. */
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
type Concert = ReplyOf<'getConcert', 200>;
const section = { name: 'A', rows: 2, seatsPerRow: 5, grade: 'R', price: 1_000 };
const date = (startsAt: string, sections: object[] = [section]) => ({ startsAt, sections });

test('a concert is shown to everybody, on every server', async () => {
  const { concertId, performanceIds } = await one.createConcert({
    title: '겨울 나그네 "Winterreise"',
    maxSeatsPerFan: 2,
    performances: [
      { startsAt: '2031-02-03T19:30:00+09:00', sections: [section] },
      { startsAt: '2031-01-01T00:00:00.000Z', sections: [section, { ...section, name: 'B', price: 0 }] },
    ],
  });
  const expected = {
    id: concertId,
    title: '겨울 나그네 "Winterreise"',
    artist: 'An artist',
    venue: 'A venue',
    currency: 'KRW',
    firstStartsAt: '2031-01-01T00:00:00.000Z',
    lastStartsAt: '2031-02-03T10:30:00.000Z',
    soldOut: false,
    priceFrom: 0,
    seatsTotal: 30,
    seatsSold: 0,
  };
  for (const server of [one, other]) {
    const { status, body } = await server.call<Concert>('GET', `/api/v1/concerts/${concertId}`);
    assert.equal(status, 200);
    const { performances, maxSeatsPerFan, timeZone, refundRules, ...concert } = body;
    assert.deepEqual(concert, expected);
    assert.equal(maxSeatsPerFan, 2);
    assert.equal(timeZone, 'Asia/Seoul');
    assert(Array.isArray(refundRules));
    const untouched = { status: 'SCHEDULED', movedFrom: null, movedAt: null, notice: null };
    assert.deepEqual(performances, [
      {
        id: performanceIds[0],
        startsAt: '2031-02-03T10:30:00.000Z',
        seatsTotal: 10,
        onSale: true,
        ...untouched,
        grades: [{ grade: 'R', priceMin: 1_000, priceMax: 1_000, seatsTotal: 10 }],
      },
      {
        id: performanceIds[1],
        startsAt: '2031-01-01T00:00:00.000Z',
        seatsTotal: 20,
        onSale: true,
        ...untouched,
        grades: [{ grade: 'R', priceMin: 0, priceMax: 1_000, seatsTotal: 20 }],
      },
    ]);
    await eventually(async () => {
      const list = await server.call<Concerts>('GET', '/api/v1/concerts');
      assert.deepEqual(list.body.concerts, [{ ...expected, nextStartsAt: expected.firstStartsAt }]);
    });
  }
});

test('an id that was asked for before it existed is found afterwards', async () => {
  const unknown = await one.call('GET', '/api/v1/concerts/0000000000');
  assert.deepEqual([unknown.status, unknown.code], [404, 'NOT_FOUND']);
  await house.database.transaction(async (tx) => {
    await tx`
      insert into concerts (id, title, artist, venue, first_starts_at, last_starts_at)
      values ('0000000000', 't', 'a', 'v', now(), now())`;
    await tx`
      insert into rooms (concert_id, max_active, active_ceiling, session_seconds, hold_seconds, grace_seconds, max_seats_per_fan,
        max_seats_per_fan_ever) values ('0000000000', 1, 1, 1, 1, 1, 1, 1)`;
  });
  await eventually(async () => assert.equal((await one.call('GET', '/api/v1/concerts/0000000000')).status, 200));
  await house.sql`delete from rooms where concert_id = '0000000000'`;
  await house.sql`delete from concerts where id = '0000000000'`;
});

test('what no list has is refused', async () => {
  for (const query of [
    'limit=0',
    'limit=201',
    'limit=x',
    'limit=1.5',
    'cursor=x',
    'cursor=',
    'cursor=%00',
    'limit=1&limit=2',
    `q=${'x'.repeat(101)}`,
    'q=x&q=y',
  ]) {
    const { status, code } = await one.call('GET', `/api/v1/concerts?${query}`);
    assert.deepEqual([status, code], [400, 'VALIDATION_FAILED'], query);
  }
  for (const id of ['x', 'NOTANIDATA', '%00', 'aaaaaaaaaa', 'a'.repeat(500)]) {
    assert.equal((await one.call('GET', `/api/v1/concerts/${id}`)).code, 'NOT_FOUND', id);
  }
});

test('a concert whose seats are all sold is sold out', async () => {
  const tiny = { ...section, rows: 1, seatsPerRow: 1, price: 0 };
  const { concertId, performanceId } = await one.createConcert({
    performances: [date('2030-01-01T00:00:00Z', [tiny])] as never,
  });
  const fan = newFan();
  const token = await one.enter(concertId, fan);
  const { body } = await one.hold(token, performanceId, [1]);
  assert.equal(
    (await one.call<Concert>('GET', `/api/v1/concerts/${concertId}`)).body.soldOut,
    false,
    'held is not sold',
  );
  assert.equal((await one.pay(token, body.id)).status, 201);
  const assertSoldOut = async (server: BoxOffice): Promise<void> => {
    assert.equal((await server.call<Concert>('GET', `/api/v1/concerts/${concertId}`)).body.soldOut, true);
    const list = await server.call<Concerts>('GET', '/api/v1/concerts?limit=200');
    assert.equal(list.body.concerts.find(({ id }) => id === concertId)?.soldOut, true);
  };
  // What it sold itself it says at once, though it was asked a moment ago.
  await assertSoldOut(one);
  await eventually(() => assertSoldOut(other));
});

/** How many statements the server sends while it answers, those of its duties included. */
async function statementsOf(work: () => Promise<unknown>): Promise<number> {
  const before = wire.statements();
  await work();
  return wire.statements() - before;
}

test('who invents concerts costs the database a statement each, and none for one that was just asked for', async () => {
  const fan = newFan();
  const html = { headers: { accept: 'text/html' } };
  const asks = [
    (id: string) => one.call('GET', `/api/v1/concerts/${id}`),
    (id: string) => one.call('GET', `/api/v1/concerts/${id}/sale`),
    (id: string) => one.issue(id, fan),
    async (id: string) => (await one.call('GET', `/concerts/${id}/wait`, html)) as never,
  ];
  let made = 0;
  const invented = (): string => `made${String(made++).padStart(6, '0')}`;
  for (const [index, ask] of asks.entries()) {
    const each = await statementsOf(async () => {
      for (let times = 0; times < 100; times++) assert.equal((await ask(invented())).status, 404);
    });
    assert(each < 200, `way ${index}: ${each} statements for a hundred inventions`);
    const id = invented();
    const same = await statementsOf(async () => {
      for (let times = 0; times < 100; times++) assert.equal((await ask(id)).status, 404);
    });
    assert(same < 80, `way ${index}: ${same} statements for one, a hundred times`);
  }
});

test('the operator’s list finds its page and the lowest prices by index', async () => {
  const plan = await house.sql<{ 'QUERY PLAN': string }[]>`
    explain select id, (select coalesce(min(price), 0) from sections where sections.concert_id = concerts.id)
    from concerts where (created_at, id) < (now(), 'x') order by created_at desc, id desc limit 51`;
  const text = plan.map((line) => line['QUERY PLAN']).join('\n');
  assert.match(text, /concerts_by_creation/);
  assert.match(text, /Index Only Scan using sections_by_price/);
  assert.doesNotMatch(text, /\bSort\b/);
});

test('a hall of too many or no seats, or a date that is none, is refused and leaves nothing behind', async () => {
  const sections = [
    [{ ...section, rows: 1_000, seatsPerRow: 101 }],
    [
      { ...section, rows: 500, seatsPerRow: 100 },
      { ...section, name: 'B', rows: 501, seatsPerRow: 100 },
    ],
    [{ ...section, rows: 0 }],
    [{ ...section, price: -1 }],
    [{ ...section, name: 'A\u0000' }],
    [section, { ...section, price: 5, name: ' A' }],
    [],
  ];
  const dates = ['yesterday', '2030-13-01T00:00:00Z', '', '+012345-01-01T00:00:00Z'];
  const before = await house.sql`select count(*)::int as n from concerts`;
  const bad = [...sections.map((each) => date('2030-01-01T00:00:00Z', each)), ...dates.map((each) => date(each))];
  for (const performance of bad) {
    const body = { title: 't', artist: 'a', venue: 'v', performances: [performance] };
    const answer = await one.call('POST', '/api/v1/admin/concerts', { ...(await one.asOperator()), body });
    assert.deepEqual([answer.status, answer.code], [400, 'VALIDATION_FAILED'], JSON.stringify(performance));
    assert((answer.fields['errors'] as unknown[]).length > 0);
  }
  assert.deepEqual(await house.sql`select count(*)::int as n from concerts`, before);
});

test('100,000 seats are numbered through the sections', async () => {
  const big = { ...section, rows: 999, seatsPerRow: 100 };
  const last = { ...section, name: 'Z', rows: 1, seatsPerRow: 100, grade: 'S', price: 5 };
  const { concertId, performanceId } = await one.createConcert({
    performances: [date('2030-01-01T00:00:00Z', [big, last])] as never,
  });
  const token = await one.enter(concertId, newFan());
  const { body } = await one.seats(token, performanceId, 'all');
  assert.equal(body.seats.length, 100_000);
  assert.deepEqual(
    body.seats.map(({ number }) => number),
    Array.from({ length: 100_000 }, (_, index) => index + 1),
  );
  assert.deepEqual(body.seats[100], {
    number: 101,
    label: 'A-2-1',
    section: 'A',
    row: 2,
    grade: 'R',
    price: 1_000,
    status: 'AVAILABLE',
  });
  assert.equal(body.seats[99_899]?.label, 'A-999-100');
  assert.deepEqual(body.seats[99_911], {
    number: 99_912,
    label: 'Z-1-12',
    section: 'Z',
    row: 1,
    grade: 'S',
    price: 5,
    status: 'AVAILABLE',
  });
  const held = await one.hold(token, performanceId, [99_912, 1]);
  assert.equal(held.body.amount, 1_005);
  const available = await one.seats(token, performanceId);
  assert.equal(available.body.seats.length, 99_998);
  await eventually(async () => assert.equal((await other.seats(token, performanceId)).body.seats.length, 99_998));
});
