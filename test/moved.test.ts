/** A date that is moved: everybody sees where it is now, no hold outlasts it, and whoever paid before may go without a fee. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { ReplyOf } from '../src/contract.ts';
import { boxOffice, newFan, newFans, type BoxOffice } from './harness/box-office.ts';
import { move } from './harness/dates.ts';
import { readEvents } from './harness/event-stream.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse } from './harness/house.ts';

const house = await openHouse();
after(() => house.close());
const servers = [await house.start(), await house.start()] as const;
const [one, other] = [boxOffice(servers[0]), boxOffice(servers[1])];
const price = 50_000;
const sections = [{ name: 'A', rows: 5, seatsPerRow: 10, grade: 'R', price }];
const [early, late, later] = [
  '2030-05-01T10:00:00.000Z',
  '2030-05-09T10:00:00.000Z',
  '2030-06-01T10:00:00.000Z',
] as const;
const twoDates = [early, late].map((startsAt) => ({ startsAt, sections }));

const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1_000).toISOString();
const listed = async (office: BoxOffice, id: string) => {
  const { body } = await office.call<ReplyOf<'listConcerts', 200>>('GET', '/api/v1/concerts?limit=200');
  return body.concerts.find((concert) => concert.id === id);
};
const concertOf = async (office: BoxOffice, id: string) =>
  (await office.call<ReplyOf<'getConcert', 200>>('GET', `/api/v1/concerts/${id}`)).body;
const logOf = async (concertId: string) => {
  const url = `/api/v1/admin/log?concertId=${concertId}`;
  const { body } = await one.call<ReplyOf<'listOperatorLog', 200>>('GET', url, await one.asOperator());
  return body.entries.filter(({ action }) => action === 'MOVE_PERFORMANCE');
};

test('moved, a date is everywhere where it is now, on both servers; its holders go without a fee', async () => {
  const { concertId, performanceIds } = await one.createConcert({
    performances: twoDates,
    refundPolicy: { preset: 'none' },
  });
  const [first = '', second = ''] = performanceIds;
  const fan = newFan();
  await one.charge(fan, price);
  const token = await one.enter(concertId, fan);
  const bought = (await one.hold(token, first, [1])).body;
  assert.equal((await one.pay(token, bought.id)).status, 201);
  const looker = await one.enter(concertId, newFan());
  const pageOf = async (office: (typeof servers)[number]) =>
    (await fetch(`${office.origin}/concerts/${concertId}`)).text();
  for (const [at, office] of [one, other].entries()) {
    assert.equal((await listed(office, concertId))?.nextStartsAt, early);
    assert.equal((await concertOf(office, concertId)).firstStartsAt, early);
    assert.equal((await office.performances(looker, concertId)).body.performances[0]?.startsAt, early);
    assert.match(await pageOf(servers[at as 0 | 1]), /2030-05-01T10:00/);
  }
  const streams = await Promise.all(
    servers.map(({ origin }) => readEvents(`${origin}/api/v1/performances/${first}/seats/events`, looker)),
  );

  const moved = await move(one, first, '2030-06-01T19:00:00+09:00');
  assert.equal(moved.status, 200, JSON.stringify(moved.fields));
  const { movedAt } = moved.body;
  assert.deepEqual(moved.body, { id: first, concertId, startsAt: later, movedFrom: early, movedAt });
  const isMoved = async (office: BoxOffice, server: (typeof servers)[number]) => {
    const concert = await concertOf(office, concertId);
    assert.deepEqual([concert.firstStartsAt, concert.lastStartsAt], [late, later]);
    assert.deepEqual(
      concert.performances.map((date) => [date.startsAt, date.movedFrom, date.movedAt, date.status, date.onSale]),
      [
        [later, early, movedAt, 'SCHEDULED', true],
        [late, null, null, 'SCHEDULED', true],
      ],
    );
    const programmed = await listed(office, concertId);
    assert.deepEqual([programmed?.nextStartsAt, programmed?.lastStartsAt], [late, later]);
    assert.equal((await office.performances(looker, concertId)).body.performances[0]?.startsAt, later);
    const sale = await office.call<ReplyOf<'getSale', 200>>('GET', `/api/v1/concerts/${concertId}/sale`);
    assert.equal(sale.body.performances[0]?.startsAt, later);
    const map = await office.call<ReplyOf<'getSeatMap', 200>>('GET', `/api/v1/performances/${first}/map`, {
      queueToken: looker,
    });
    assert.equal(map.body.startsAt, later);
    const page = await pageOf(server);
    assert.match(page, /"startDate":"2030-06-01T10:00/);
    assert.match(page, /"previousStartDate":"2030-05-01T10:00/);
    assert.match(page, /EventRescheduled/);
  };
  await isMoved(one, servers[0]);
  await eventually(() => isMoved(other, servers[1]), 2_000);
  for (const stream of streams) {
    assert.deepEqual(await stream.next(), {
      event: 'performance',
      data: { id: first, status: 'SCHEDULED', startsAt: later },
    });
    stream.close();
  }
  const quote = await other.call<ReplyOf<'getCancellation', 200>>(
    'GET',
    `/api/v1/reservations/${bought.id}/cancellation`,
    {
      bearer: fan.token,
    },
  );
  assert.deepEqual([quote.body.fee, quote.body.refund], [0, price]);

  // Who pays from now on has bought it where it is.
  const newcomer = newFan();
  await one.charge(newcomer, price);
  const theirs = await one.enter(concertId, newcomer);
  const hold = (await other.hold(theirs, first, [2])).body;
  assert.equal((await other.pay(theirs, hold.id)).status, 201);
  const refused = await one.call('GET', `/api/v1/reservations/${hold.id}/cancellation`, { bearer: newcomer.token });
  assert.deepEqual([refused.code, refused.fields['because']], ['NOT_CANCELLABLE', 'POLICY']);

  // To where it is changes nothing; to the past it is not moved.
  assert.deepEqual((await move(other, first, later)).body, moved.body);
  assert.equal((await move(one, first, '2020-01-01T00:00:00Z')).code, 'VALIDATION_FAILED');
  assert.equal((await move(one, first, '2031-02-30T00:00:00Z')).code, 'VALIDATION_FAILED');
  assert.equal((await move(one, 'nosuchdate-1', later)).code, 'NOT_FOUND');
  assert.deepEqual(
    (await logOf(concertId)).map(({ before, after: changed }) => [before, changed]),
    [[{ startsAt: early }, { performanceId: first, startsAt: later }]],
  );
  assert.equal((await move(one, second, early)).status, 200);
  assert.equal((await concertOf(one, concertId)).firstStartsAt, early);
  await one.assertInvariants();
});

test('holds and a move at once: no live hold outlasts the start', async () => {
  const { concertId, performanceId } = await one.createConcert();
  const inside = await Promise.all(newFans(40).map((fan) => one.enter(concertId, fan)));
  await other.seats(inside[0] ?? '', performanceId);
  const first = inside.slice(0, 10);
  const before = await Promise.all(first.map((token, at) => one.hold(token, performanceId, [at + 1], `key-${at}`)));
  const startsAt = inSeconds(120);
  const [moved, ...holds] = await Promise.all([
    move(one, performanceId, startsAt),
    ...inside.slice(10).map((token, at) => (at % 2 === 0 ? one : other).hold(token, performanceId, [at + 11])),
  ]);
  assert.equal(moved.status, 200);
  assert.deepEqual(
    holds.map(({ status }) => status),
    holds.map(() => 201),
  );
  const ends = await house.sql<{ end: Date; seats: Date }[]>`
    select hold.held_until as end, seat.held_until as seats from reservations as hold
    join seats as seat on seat.reservation_id = hold.id where hold.concert_id = ${concertId} and status = 'HELD'`;
  assert.equal(ends.length, 40);
  for (const { end, seats } of ends) assert.deepEqual([end.toISOString(), seats.toISOString()], [startsAt, startsAt]);
  const [hold] = before;
  const again = await other.hold(first[0] ?? '', performanceId, [1], 'key-0');
  assert.deepEqual([again.status, again.body], [201, hold?.body], 'the first answer again');
  await one.assertInvariants();
});

for (const isBarred of [true, false])
  test(`whoever has not heard of a move ${isBarred ? 'goes by it all the same' : 'holds for longer, without the barrier'}`, async () => {
    const { concertId, performanceId } = await one.createConcert();
    const tokens = await Promise.all(newFans(3).map((fan) => one.enter(concertId, fan)));
    await other.seats(tokens[0] ?? '', performanceId);
    const startsAt = inSeconds(60);
    await house.sql`
      update performances set starts_at = ${startsAt}, moved_from = starts_at, moved_at = now(), revision = revision + 1
      where id = ${performanceId}`;
    if (isBarred)
      await house.sql`update performance_sales set revision = revision + 1 where performance_id = ${performanceId}`;
    const holds = await Promise.all(tokens.map((token, at) => other.hold(token, performanceId, [at + 1])));
    for (const { status, body } of holds) {
      assert.equal(status, 201);
      assert.equal(body.heldUntil === startsAt, isBarred);
      assert.equal((body.heldUntil ?? '') > startsAt, !isBarred);
    }
    // What is over for all: nobody holds there any more, whatever this server remembers.
    await house.sql`update performances set starts_at = now(), revision = revision + 1 where id = ${performanceId}`;
    if (isBarred)
      await house.sql`update performance_sales set revision = revision + 1 where performance_id = ${performanceId}`;
    const [token = ''] = tokens;
    assert.equal((await other.hold(token, performanceId, [9])).code, isBarred ? 'SALE_ENDED' : undefined);
    await house.sql`delete from seats where concert_id = ${concertId}`;
    await house.sql`delete from reservations where concert_id = ${concertId}`;
  });
