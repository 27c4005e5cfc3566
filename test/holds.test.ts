/** Holding seats through the front door: one owner a seat, all or nothing, limits, time, and what everybody sees. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endHold } from './harness/backdate.ts';
import { newFan, newFans, type BoxOffice, type Fan } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { openTwoOffices } from './harness/two-offices.ts';

const { house, one, other } = await openTwoOffices();

/** Servers take turns. */
const office = (index: number): BoxOffice => (index % 2 === 0 ? one : other);
const enterAll = (concertId: string, fans: readonly Fan[]) => Promise.all(fans.map((fan) => one.enter(concertId, fan)));
const count = (answers: readonly { status: number }[], status: number): number =>
  answers.filter((answer) => answer.status === status).length;
/** Lets the hold's time be over, as if it had passed. */
const runOut = (id: string): Promise<void> => endHold(house.sql, id);

test('200 holds at once on one seat, over two servers: one 201, 199 times 409, none 5xx', async () => {
  const { concertId, performanceId } = await one.createConcert();
  const tokens = await enterAll(concertId, newFans(200));
  const answers = await Promise.all(tokens.map((token, index) => office(index).hold(token, performanceId, [7])));
  assert.equal(count(answers, 201), 1);
  assert.equal(count(answers, 409), 199);
  for (const { code, fields } of answers.filter(({ status }) => status === 409)) {
    assert.equal(code, 'SEAT_UNAVAILABLE');
    assert.deepEqual(fields['seats'], [{ number: 7, status: 'HELD' }]);
  }
  const [row] = await house.sql`select count(*)::int as holds from reservations where concert_id = ${concertId}`;
  assert.equal(row?.['holds'], 1);
});

test('overlapping groups over two servers: each wholly held or not at all, no seat twice', async () => {
  const { concertId, performanceId } = await one.createConcert();
  const tokens = await enterAll(concertId, newFans(120));
  const groups = tokens.map((_, index) => [0, 7, 3].map((step) => ((index * 11 + step * (1 + (index % 3))) % 30) + 1));
  const answers = await Promise.all(
    tokens.map((token, index) => office(index).hold(token, performanceId, [...new Set(groups[index])])),
  );
  const owners = new Map<number, string>();
  for (const { body } of answers.filter(({ status }) => status === 201)) {
    for (const { number } of body.seats) {
      assert(!owners.has(number), `seat ${number} was held twice`);
      owners.set(number, body.id);
    }
  }
  assert(owners.size > 10, 'somebody got seats');
  const rows = await house.sql<{ number: number; reservation_id: string }[]>`
    select number, reservation_id from seats
    where concert_id = ${concertId} and performance_id = ${performanceId} and reservation_id is not null`;
  assert.deepEqual(new Map(rows.map((row) => [row.number, row.reservation_id])), owners);
  for (const { status, code, fields } of answers.filter((answer) => answer.status !== 201)) {
    assert.equal(status, 409);
    assert.equal(code, 'SEAT_UNAVAILABLE');
    assert((fields['seats'] as unknown[]).length > 0);
  }
  await one.assertInvariants();
});

test('one fan holding on two servers at once never has more than the limit', async () => {
  const { concertId, performanceId, performanceIds } = await one.createConcert({
    performances: [1, 2].map(() => ({
      startsAt: '2030-05-01T10:00:00.000Z',
      sections: [{ name: 'A', rows: 5, seatsPerRow: 10, grade: 'R', price: 1 }],
    })),
  });
  const token = await one.enter(concertId, newFan());
  const wanted = Array.from({ length: 20 }, (_, index) => index + 1);
  const answers = await Promise.all(wanted.map((number, index) => office(index).hold(token, performanceId, [number])));
  assert.equal(count(answers, 201), 4);
  for (const { status, code, fields } of answers.filter((answer) => answer.status !== 201)) {
    assert.equal(status, 409);
    assert.equal(code, 'SEAT_LIMIT_EXCEEDED');
    assert.equal(fields['limit'], 4);
    assert.equal(fields['holding'], 4);
  }
  const [, second] = performanceIds;
  assert(second !== undefined);
  assert.equal((await one.hold(token, second, [1])).status, 201, 'another date has a limit of its own');
  const more = await one.hold(token, second, [2, 3, 4, 5]);
  assert.equal(more.code, 'SEAT_LIMIT_EXCEEDED');
  assert.deepEqual([more.fields['limit'], more.fields['holding']], [4, 1]);
  await one.assertInvariants();
});

test('a refusal names every seat in the way and why', async () => {
  const { concertId, performanceId } = await one.createConcert();
  const fan = newFan();
  const buyer = await one.enter(concertId, fan);
  const [holder, token] = await enterAll(concertId, newFans(2));
  assert(holder !== undefined && token !== undefined);
  const hold = await one.hold(buyer, performanceId, [1]);
  await one.charge(fan, 50_000);
  assert.equal((await one.pay(buyer, hold.body.id)).status, 201);
  assert.equal((await one.hold(holder, performanceId, [2])).status, 201);
  const answer = await other.hold(token, performanceId, [1, 2, 3, 51]);
  assert.equal(answer.status, 409);
  assert.equal(answer.code, 'SEAT_UNAVAILABLE');
  assert.deepEqual(answer.fields['seats'], [
    { number: 1, status: 'RESERVED' },
    { number: 2, status: 'HELD' },
    { number: 51, status: 'UNKNOWN' },
  ]);
  const huge = await one.hold(token, performanceId, [Number.MAX_SAFE_INTEGER]);
  assert.deepEqual(huge.fields['seats'], [{ number: Number.MAX_SAFE_INTEGER, status: 'UNKNOWN' }]);
  assert.equal((await one.hold(token, performanceId, [3])).status, 201, 'the third seat was left free');
});

test('a hold answers what it took, is listed newest first, and extends the session', async () => {
  const { concertId, performanceId } = await one.createConcert({ sessionSeconds: 100, holdSeconds: 150 });
  const fan = newFan();
  const token = await one.enter(concertId, fan);
  const { status, body } = await one.hold(token, performanceId, [12, 3]);
  assert.equal(status, 201);
  const { id, heldUntil, ...rest } = body;
  assert.deepEqual(rest, {
    concertId,
    performanceId,
    seats: [
      { number: 12, label: 'A-2-2', price: 50_000 },
      { number: 3, label: 'A-1-3', price: 50_000 },
    ],
    amount: 100_000,
    status: 'HELD',
  });
  assert.equal((await one.status(token)).body.expiresAt, heldUntil, 'the session lasts as long as the hold');
  await eventually(async () => assert.equal((await other.status(token)).body.expiresAt, heldUntil));
  assert.deepEqual((await other.reservation(fan, id)).body, body);
  const next = await one.hold(token, performanceId, [4]);
  const first = await other.reservations(fan, '?limit=1');
  assert.deepEqual(first.body.reservations, [next.body]);
  const last = await other.reservations(fan, `?limit=1&cursor=${first.body.nextCursor}`);
  assert.deepEqual(last.body, { reservations: [body], nextCursor: null });
  assert.equal((await one.reservations(fan, '?cursor=nonsense')).code, 'VALIDATION_FAILED');
  const stranger = newFan();
  assert.equal((await one.reservation(stranger, id)).code, 'NOT_FOUND');
  assert.deepEqual((await one.reservations(stranger)).body, { reservations: [], nextCursor: null });
});

test('a hold whose time is over stands in nobody’s way, swept or not, and is then told as EXPIRED', async () => {
  const { concertId, performanceId } = await one.createConcert();
  const [early, late] = newFans(2);
  assert(early !== undefined && late !== undefined);
  const [first, second] = await enterAll(concertId, [early, late]);
  assert(first !== undefined && second !== undefined);
  const held = await one.hold(first, performanceId, [1, 2]);
  await runOut(held.body.id);
  const taken = await other.hold(second, performanceId, [2]);
  assert.equal(taken.status, 201);
  assert.equal((await one.reservation(early, held.body.id)).body.status, 'EXPIRED');
  assert.equal((await one.reservation(early, held.body.id)).body.heldUntil, null);
  await eventually(async () => {
    const rows = await house.sql`select status from reservations where id = ${held.body.id}`;
    assert.equal(rows[0]?.['status'], 'EXPIRED', 'the sweep has been');
  });
  // Its release frees only what is still its own.
  assert.equal((await one.cancel(early, held.body.id)).status, 204);
  const [seat] = await house.sql`
    select reservation_id from seats where concert_id = ${concertId} and performance_id = ${performanceId} and number = 2`;
  assert.equal(seat?.['reservation_id'], taken.body.id);
  for (const server of [one, other]) {
    await eventually(async () => {
      const { body } = await server.seats(second, performanceId, 'all');
      assert.deepEqual(
        body.seats.slice(0, 3).map((each) => each.status),
        ['AVAILABLE', 'HELD', 'AVAILABLE'],
      );
    });
  }
  await one.assertInvariants();
});

test('releasing: the seats are free again everywhere; again is 204; what is not yours or paid is not', async () => {
  const { concertId, performanceId } = await one.createConcert();
  const fan = newFan();
  const stranger = newFan();
  const token = await one.enter(concertId, fan);
  const { body } = await one.hold(token, performanceId, [1, 2]);
  assert.equal((await one.cancel(stranger, body.id)).code, 'NOT_FOUND');
  const both = await Promise.all([one.cancel(fan, body.id), other.cancel(fan, body.id), one.cancel(fan, body.id)]);
  assert.deepEqual(
    both.map(({ status }) => status),
    [204, 204, 204],
  );
  assert.equal((await other.cancel(fan, body.id)).status, 204);
  assert.equal((await one.reservation(fan, body.id)).body.status, 'CANCELLED');
  assert.equal((await one.seats(token, performanceId)).body.seats.length, 50);
  await eventually(async () => assert.equal((await other.seats(token, performanceId)).body.seats.length, 50));
  assert.equal((await one.cancel(fan, `${concertId}-nothing`)).code, 'NOT_FOUND');
  assert.equal((await one.cancel(fan, 'nothing')).code, 'NOT_FOUND');

  const again = await one.hold(token, performanceId, [1]);
  await one.charge(fan, 50_000);
  const paid = await one.pay(token, again.body.id);
  assert.equal(paid.status, 201);
  const refused = await other.cancel(fan, again.body.id);
  assert.equal(refused.code, 'ALREADY_PAID');
  assert.equal(refused.fields['paymentId'], paid.body.id);
  assert.equal((await one.reservation(fan, again.body.id)).body.status, 'CONFIRMED');
  await one.assertInvariants();
});

test('who is not inside, is elsewhere, or asks for nonsense is told so and changes nothing', async () => {
  const { concertId, performanceId } = await one.createConcert({ maxActive: 1, graceSeconds: 3_600 });
  const elsewhere = await one.createConcert();
  const inside = await one.enter(concertId, newFan());
  const waiting = (await one.issue(concertId, newFan())).body.token;
  const early = await one.hold(waiting, performanceId, [1]);
  assert.deepEqual([early.status, early.code, early.fields['position']], [403, 'NOT_ADMITTED', 1]);
  assert.equal((await one.hold(inside, elsewhere.performanceId, [1])).code, 'FORBIDDEN');
  assert.equal((await one.hold(inside, `${concertId}-2`, [1])).code, 'NOT_FOUND');
  assert.equal((await one.hold(inside, 'nothing', [1])).code, 'NOT_FOUND');
  assert.equal((await one.hold('no token', performanceId, [1])).code, 'QUEUE_TOKEN_INVALID');
  const bodies = [
    undefined,
    [],
    'text',
    {},
    { performanceId },
    { performanceId, seatNumbers: [] },
    { performanceId, seatNumbers: [0] },
    { performanceId, seatNumbers: [-1] },
    { performanceId, seatNumbers: [1.5] },
    { performanceId, seatNumbers: ['1'] },
    { performanceId, seatNumbers: [1, 1] },
    { performanceId, seatNumbers: [null] },
    { performanceId, seatNumbers: 1 },
    { performanceId, seatNumbers: [1e300] },
    { performanceId, seatNumbers: Array.from({ length: 101 }, (_, index) => index + 1) },
    { performanceId: 1, seatNumbers: [1] },
    { performanceId: `${performanceId}\u0000`, seatNumbers: [1] },
    { performanceId, seatNumbers: [1], price: 0 },
  ];
  for (const body of bodies) {
    const answer = await one.call('POST', '/api/v1/reservations', { queueToken: inside, body });
    assert.deepEqual([answer.status, answer.code], [400, 'VALIDATION_FAILED'], JSON.stringify(body));
  }
  await one.leave(inside);
  const gone = await other.hold(inside, performanceId, [1]);
  assert.deepEqual([gone.status, gone.code, gone.fields['expiredBecause']], [403, 'ADMISSION_EXPIRED', 'LEFT']);
  const [row] = await house.sql`select count(*)::int as holds from reservations where concert_id = ${concertId}`;
  assert.equal(row?.['holds'], 0);
});

test('the sweeps of two servers share the work: each hold ends once, each seat is freed once', async () => {
  const { concertId, performanceId } = await one.createConcert();
  const tokens = await enterAll(concertId, newFans(50));
  const held = await Promise.all(tokens.map((token, index) => office(index).hold(token, performanceId, [index + 1])));
  assert.equal(count(held, 201), 50);
  await endHold(
    house.sql,
    held.map(({ body }) => body.id),
  );
  await eventually(async () => {
    const rows = await house.sql`select distinct status from reservations where concert_id = ${concertId}`;
    assert.deepEqual([...rows], [{ status: 'EXPIRED' }]);
  });
  const seats = await house.sql`
    select distinct reservation_id, held_until, version from seats where concert_id = ${concertId}`;
  assert.deepEqual([...seats], [{ reservation_id: null, held_until: null, version: 2 }], 'once held, once freed');
  for (const [index, token] of tokens.slice(0, 2).entries()) {
    await eventually(async () => {
      const { body } = await office(index).performances(token, concertId);
      assert.equal(body.performances[0]?.seatsAvailable, 50);
    });
  }
});

test('a user of any name holds, reads and releases', async () => {
  const { concertId, performanceId } = await one.createConcert();
  for (const [index, name] of [`{"a",b}\\ 'x'; --`, 'NULL', '홍길동 🎫', '\\', '""'].entries()) {
    const fan = newFan(name);
    const token = await one.enter(concertId, fan);
    const { status, body } = await one.hold(token, performanceId, [index + 1]);
    assert.equal(status, 201, name);
    assert.deepEqual((await one.reservations(fan)).body.reservations, [body]);
    const [row] = await house.sql`select user_id from reservations where id = ${body.id}`;
    assert.equal(row?.['user_id'], `jwt:${name}`);
    assert.equal((await one.cancel(fan, body.id)).status, 204);
  }
});
