/** What fans see of the seats: lists, tags, and events, on the server that changed them and on another. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { endHold } from './harness/backdate.ts';
import { boxOffice, newFan, type BoxOffice } from './harness/box-office.ts';
import { readEvents } from './harness/event-stream.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';

let house: House;
let one: BoxOffice;
let other: BoxOffice;
const origins: string[] = [];

before(async () => {
  house = await openHouse();
  const servers = [await house.start(), await house.start()] as const;
  origins.push(...servers.map(({ origin }) => origin));
  one = boxOffice(servers[0]);
  other = boxOffice(servers[1]);
});
after(() => house.close());

test('seats come with their place, grade, price and status; by default only the available ones', async () => {
  const { concertId, performanceId } = await one.createConcert({
    performances: [
      {
        startsAt: '2030-05-01T10:00:00.000Z',
        sections: [
          { name: 'Floor "A"', rows: 2, seatsPerRow: 3, grade: 'VIP', price: 198_000 },
          { name: '나', rows: 1, seatsPerRow: 2, grade: 'R석', price: 0 },
        ],
      },
    ],
  });
  const fan = newFan();
  const token = await one.enter(concertId, fan);
  const { status, headers, body } = await one.seats(token, performanceId, 'all');
  assert.equal(status, 200);
  assert.match(headers.get('content-type') ?? '', /^application\/json; charset=utf-8$/);
  assert.equal(body.performanceId, performanceId);
  const a = { section: 'Floor "A"', grade: 'VIP', price: 198_000, status: 'AVAILABLE' };
  const b = { section: '나', row: 1, grade: 'R석', price: 0, status: 'AVAILABLE' };
  assert.deepEqual(body.seats, [
    { number: 1, label: 'Floor "A"-1-1', row: 1, ...a },
    { number: 2, label: 'Floor "A"-1-2', row: 1, ...a },
    { number: 3, label: 'Floor "A"-1-3', row: 1, ...a },
    { number: 4, label: 'Floor "A"-2-1', row: 2, ...a },
    { number: 5, label: 'Floor "A"-2-2', row: 2, ...a },
    { number: 6, label: 'Floor "A"-2-3', row: 2, ...a },
    { number: 7, label: '나-1-1', ...b },
    { number: 8, label: '나-1-2', ...b },
  ]);
  const hold = await one.hold(token, performanceId, [1, 8]);
  const held = await one.seats(token, performanceId, 'all');
  assert.deepEqual(
    held.body.seats.filter((seat) => seat.status === 'HELD').map(({ number }) => number),
    [1, 8],
    'what this server acknowledged is in its next answer',
  );
  const left = await one.seats(token, performanceId);
  assert.deepEqual(
    left.body.seats.map(({ number }) => number),
    [2, 3, 4, 5, 6, 7],
  );
  await one.charge(fan, 198_000);
  assert.equal((await one.pay(token, hold.body.id)).status, 201);
  const watcher = await one.enter(concertId, newFan());
  for (const server of [one, other]) {
    await eventually(async () => {
      const { body: all } = await server.seats(watcher, performanceId, 'all');
      assert.deepEqual(
        all.seats.filter((seat) => seat.status === 'RESERVED').map(({ number }) => number),
        [1, 8],
      );
    });
  }
});

test('dates tell how many seats are available; a full one is left out unless all are asked for', async () => {
  const sections = [{ name: 'A', rows: 1, seatsPerRow: 2, grade: 'R', price: 1 }];
  const { concertId, performanceIds } = await one.createConcert({
    performances: ['2030-05-01T10:00:00.000Z', '2030-05-02T10:00:00.000Z'].map((startsAt) => ({ startsAt, sections })),
  });
  const [first, second] = performanceIds;
  assert(first !== undefined && second !== undefined);
  const token = await one.enter(concertId, newFan());
  const both = { concertId, status: 'SCHEDULED', seatsTotal: 2, seatsAvailable: 2 };
  const dates = [
    { ...both, id: first, startsAt: '2030-05-01T10:00:00.000Z' },
    { ...both, id: second, startsAt: '2030-05-02T10:00:00.000Z' },
  ];
  assert.deepEqual((await one.performances(token, concertId)).body.performances, dates);
  assert.equal((await other.performances(token, concertId)).body.performances.length, 2);
  await one.hold(token, first, [1]);
  assert.equal((await one.performances(token, concertId)).body.performances[0]?.seatsAvailable, 1);
  await one.hold(token, first, [2]);
  assert.deepEqual((await one.performances(token, concertId)).body.performances, [dates[1]]);
  const all = await one.performances(token, concertId, 'all');
  assert.deepEqual(all.body.performances, [{ ...dates[0], seatsAvailable: 0 }, dates[1]]);
  await eventually(async () => {
    assert.deepEqual((await other.performances(token, concertId)).body.performances, [dates[1]]);
  });
});

test('the tag names the content: the same on every server, another after a change, and 304 while nothing changed', async () => {
  const { concertId, performanceId } = await one.createConcert();
  const token = await one.enter(concertId, newFan());
  const url = `/api/v1/performances/${performanceId}/seats`;
  const ask = (server: BoxOffice, tag: string, query = '') =>
    server.call(`GET`, `${url}${query}`, { queueToken: token, headers: { 'if-none-match': tag } });
  const first = await one.seats(token, performanceId);
  const tag = first.headers.get('etag') ?? '';
  assert.match(tag, /^"[\x21\x23-\x7e]+"$/, 'a strong tag');
  for (const sent of [tag, `W/${tag}`, `"x", ${tag}`, '*']) {
    const answer = await ask(one, sent);
    assert.equal(answer.status, 304, sent);
    assert.equal(answer.body, '');
    assert.equal(answer.headers.get('etag'), tag);
  }
  assert.equal((await ask(other, tag)).status, 304, 'another server gives the same tag to the same seats');
  assert.equal((await ask(one, tag, '?status=all')).status, 200, 'another question has another tag');
  assert.equal((await ask(one, '"other"')).status, 200);
  const { body } = await one.hold(token, performanceId, [5]);
  const changed = await ask(one, tag);
  assert.equal(changed.status, 200);
  assert.notEqual(changed.headers.get('etag'), tag);
  await endHold(house.sql, body.id);
  await eventually(async () => assert.equal((await ask(one, tag)).status, 304, 'the seat is free again'));
});

test('a hall of several chunks stays one valid answer while its seats change', async () => {
  const { concertId, performanceId } = await one.createConcert({
    maxSeatsPerFan: 100,
    performances: [
      {
        startsAt: '2030-05-01T10:00:00.000Z',
        sections: [
          { name: 'A', rows: 7, seatsPerRow: 100, grade: 'R', price: 1 },
          { name: 'B', rows: 9, seatsPerRow: 77, grade: 'S', price: 2 },
        ],
      },
    ],
  });
  const token = await one.enter(concertId, newFan());
  const total = 700 + 693;
  assert.equal((await one.seats(token, performanceId)).body.seats.length, total);
  const numbers = [1, 512, 513, 700, 701, 1024, 1025, total];
  assert.equal((await one.hold(token, performanceId, numbers)).status, 201);
  const { headers, body } = await one.seats(token, performanceId, 'all');
  assert.equal(Number(headers.get('content-length')), Buffer.byteLength(JSON.stringify(body)));
  assert.deepEqual(
    body.seats.filter((seat) => seat.status === 'HELD').map(({ number }) => number),
    numbers,
  );
  assert.deepEqual(
    (await one.seats(token, performanceId)).body.seats.map(({ number }) => number),
    body.seats.filter((seat) => seat.status === 'AVAILABLE').map(({ number }) => number),
  );
});

test('streams tell what changed, on both servers, and end with the session', async () => {
  const { concertId, performanceId } = await one.createConcert();
  const watcher = await one.enter(concertId, newFan());
  const fan = newFan();
  const token = await one.enter(concertId, fan);
  const streams = await Promise.all(
    origins.map((origin) => readEvents(`${origin}/api/v1/performances/${performanceId}/seats/events`, watcher)),
  );
  const expected = async (status: string): Promise<void> => {
    for (const stream of streams) {
      const told = new Map<number, string>();
      while (told.size < 2) {
        const { event, data } = await stream.next();
        assert.equal(event, 'seats');
        for (const seat of data as { number: number; status: string }[]) told.set(seat.number, seat.status);
      }
      assert.deepEqual(Object.fromEntries(told), { 3: status, 4: status });
    }
  };
  const { body } = await one.hold(token, performanceId, [3, 4]);
  await expected('HELD');
  await other.cancel(fan, body.id);
  await expected('AVAILABLE');
  await one.leave(watcher);
  await Promise.all(streams.map((stream) => stream.over));
  const late = await readEvents(`${origins[0]}/api/v1/performances/${performanceId}/seats/events`, watcher);
  assert.equal(late.status, 403);
  late.close();
});

test('seats and dates are shown to those who are inside, of their own concert', async () => {
  const { concertId, performanceId } = await one.createConcert({ maxActive: 1, graceSeconds: 3_600 });
  const elsewhere = await one.createConcert();
  const inside = await one.enter(concertId, newFan());
  const waiting = (await one.issue(concertId, newFan())).body.token;
  const urls = [
    `/api/v1/concerts/${concertId}/performances`,
    `/api/v1/performances/${performanceId}/seats`,
    `/api/v1/performances/${performanceId}/seats/events`,
  ];
  for (const url of urls) {
    const early = await one.call('GET', url, { queueToken: waiting });
    assert.deepEqual([early.status, early.code, early.fields['position']], [403, 'NOT_ADMITTED', 1], url);
    for (const queueToken of ['', 'nonsense', `${inside}x`]) {
      const forged = await one.call('GET', url, { queueToken });
      assert.deepEqual([forged.status, forged.code], [401, 'QUEUE_TOKEN_INVALID'], url);
    }
    assert.equal((await one.call('GET', url)).code, 'QUEUE_TOKEN_INVALID');
    const foreign = url.replace(performanceId, elsewhere.performanceId).replace(concertId, elsewhere.concertId);
    assert.equal((await one.call('GET', foreign, { queueToken: inside })).code, 'FORBIDDEN', foreign);
    for (const unknown of ['aaaaaaaaaa', 'x', '%00']) {
      const nothing = url
        .replace(performanceId, unknown === 'aaaaaaaaaa' ? `${concertId}-9` : unknown)
        .replace(concertId, unknown);
      assert.equal((await one.call('GET', nothing, { queueToken: inside })).code, 'NOT_FOUND', nothing);
    }
    if (url.endsWith('events')) continue;
    for (const query of ['?status=sold', '?status=', '?status=all&status=all']) {
      assert.equal((await one.call('GET', url + query, { queueToken: inside })).code, 'VALIDATION_FAILED', url + query);
    }
  }
  await one.leave(inside);
  for (const url of urls) {
    const late = await other.call('GET', url, { queueToken: inside });
    assert.deepEqual([late.code, late.fields['expiredBecause']], ['ADMISSION_EXPIRED', 'LEFT'], url);
  }
});
