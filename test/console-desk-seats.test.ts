/** The story of a seat through the operator's door: who had it, who owns it, who lost it to whom, and what that costs. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ReplyOf } from '../src/contract.ts';
import { endHold } from './harness/backdate.ts';
import { boxOffice, newFans, type BoxOffice, type Fan } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';

let house: House;
let one: BoxOffice;
let other: BoxOffice;

before(async () => {
  house = await openHouse();
  one = boxOffice(await house.start());
  other = boxOffice(await house.start());
});
after(async () => {
  try {
    await one.assertInvariants();
  } finally {
    await house.close();
  }
});

const story = async (performanceId: string, seat: number) =>
  one.call<ReplyOf<'getSeatStory', 200>>(
    'GET',
    `/api/v1/admin/performances/${performanceId}/seats/${seat}/story`,
    await one.asOperator(),
  );

test('who held it until when, how each hold ended, who owns it, who lost to whom', async () => {
  const { concertId, performanceId } = await one.createConcert();
  const [quitter, sleeper, buyer, loser, late] = newFans(5) as [Fan, Fan, Fan, Fan, Fan];
  const places = new Map<string, string>();
  for (const fan of [quitter, sleeper, buyer, loser, late]) places.set(fan.userId, await one.enter(concertId, fan));
  const hold = (fan: typeof buyer) => one.hold(places.get(fan.userId) ?? '', performanceId, [7, 8]);
  const given = (await hold(quitter)).body.id;
  await one.cancel(quitter, given);
  const forgotten = (await hold(sleeper)).body.id;
  assert.equal((await hold(loser)).code, 'SEAT_UNAVAILABLE');
  await eventually(async () => assert.equal((await story(performanceId, 7)).body.refused.total, 1));
  await endHold(house.sql, forgotten);
  const bought = (await hold(buyer)).body.id;
  await one.charge(buyer, 100_000);
  await one.pay(places.get(buyer.userId) ?? '', bought);
  assert.equal((await hold(late)).code, 'SEAT_UNAVAILABLE');
  const { body } = await eventually(async () => {
    const answer = await story(performanceId, 7);
    assert.equal(answer.body.refused.total, 2);
    return answer;
  });
  assert.deepEqual([body.seat.label, body.seat.status, body.moreHolds], ['A-1-7', 'RESERVED', false]);
  assert.deepEqual(
    body.holds.map(({ reservationId, userId, status }) => [reservationId, userId, status]),
    [
      [bought, buyer.userId, 'CONFIRMED'],
      [forgotten, sleeper.userId, 'EXPIRED'],
      [given, quitter.userId, 'CANCELLED'],
    ],
  );
  const [paid, ranOut, released] = body.holds;
  assert.deepEqual([paid?.until, paid?.paidAt === null, paid?.paymentId === null], [null, false, false]);
  assert.equal(ranOut?.until === null, false);
  assert(String(released?.from) <= String(released?.until));
  assert.deepEqual(
    body.refused.attempts.map(({ userId, status, lostTo }) => [userId, status, lostTo]),
    [
      [late.userId, 'RESERVED', bought],
      [loser.userId, 'HELD', forgotten],
    ],
  );
  const untouched = (await story(performanceId, 1)).body;
  assert.deepEqual([untouched.holds, untouched.refused], [[], { total: 0, attempts: [] }]);
});

test('keeps the newest twenty of a crowd that lost, and counts them all', async () => {
  const { concertId, performanceId } = await one.createConcert();
  const fans = newFans(61);
  const tokens = await Promise.all(fans.map((fan) => one.enter(concertId, fan)));
  const answers = await Promise.all(
    tokens.map((token, n) => (n % 2 === 0 ? one : other).hold(token, performanceId, [1])),
  );
  const winner = answers.find(({ status }) => status === 201)?.body.id;
  assert.equal(answers.filter(({ code }) => code === 'SEAT_UNAVAILABLE').length, 60);
  const { refused } = await eventually(async () => {
    const { body } = await story(performanceId, 1);
    assert.equal(body.refused.total, 60);
    return body;
  });
  assert.equal(refused.attempts.length, 20);
  assert.deepEqual([...new Set(refused.attempts.map(({ lostTo }) => lostTo))], [winner]);
  const [rows] = await house.sql<[{ kept: number; counted: number }]>`
      select kept, (select count(*)::int from seat_refusals where concert_id = ${concertId}) as counted
      from seat_refusal_totals where concert_id = ${concertId}`;
  assert.deepEqual({ ...rows }, { kept: 20, counted: 20 });
});

test('past what a concert may keep, attempts are only counted', async () => {
  const { concertId, performanceId } = await one.createConcert();
  await house.sql`insert into seat_refusal_totals (concert_id, kept) values (${concertId}, 200000)`;
  const [first, second] = newFans(2);
  assert(first && second);
  await one.hold(await one.enter(concertId, first), performanceId, [3]);
  await one.hold(await one.enter(concertId, second), performanceId, [3]);
  await eventually(async () => {
    const { refused } = (await story(performanceId, 3)).body;
    assert.deepEqual(refused, { total: 1, attempts: [] });
  });
});

test('a hold is answered as ever while the attempts cannot be written, and what is dropped is counted', async () => {
  const { concertId, performanceId } = await one.createConcert();
  const [first, second, third] = newFans(3);
  assert(first && second && third);
  const dropped = async () => {
    const { body: text } = await one.call<string>('GET', '/metrics');
    return Number(/^maejin_seat_refusals_dropped_total (\d+)/m.exec(text)?.[1] ?? -1);
  };
  assert.equal(await dropped(), 0);
  await house.sql`alter table seat_refusals rename to seat_refusals_away`;
  try {
    await one.hold(await one.enter(concertId, first), performanceId, [5]);
    assert.equal((await one.hold(await one.enter(concertId, second), performanceId, [5])).code, 'SEAT_UNAVAILABLE');
    await eventually(async () => assert.equal(await dropped(), 1));
    assert.equal((await one.hold(await one.enter(concertId, third), performanceId, [6])).status, 201);
  } finally {
    await house.sql`alter table seat_refusals_away rename to seat_refusals`;
  }
});
