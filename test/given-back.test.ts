/** A hold lasts as long as it can be paid, and no longer: it ends with the session, with leaving, and with the sale. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReplyOf } from '../src/contract.ts';
import type { Tx } from '../src/platform/database.ts';
import { lockTokens } from '../src/waiting-room/gate.ts';
import { endSessions } from './harness/backdate.ts';
import { newFan, newFans, type BoxOffice } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { openTwoOffices } from './harness/two-offices.ts';

const { house, one, other } = await openTwoOffices();

/** Servers take turns. */
const office = (index: number): BoxOffice => (index % 2 === 0 ? one : other);
const sections = [{ name: 'A', rows: 5, seatsPerRow: 10, grade: 'R', price: 50_000 }];

/** The database's clock, moved. */
async function timeIn(seconds: number): Promise<string> {
  const [row] = await house.sql<{ at: Date }[]>`select now() + make_interval(secs => ${seconds}) as at`;
  assert(row !== undefined);
  return row.at.toISOString();
}

/** One more fan inside since `secondsAgo`, who holds these seats one by one. */
async function holdAll(sessionSeconds: number, holdSeconds: number, secondsAgo: readonly number[]) {
  const { concertId, performanceId } = await one.createConcert({ sessionSeconds, holdSeconds, maxSeatsPerFan: 10 });
  const token = await one.enter(concertId, newFan());
  const ends = [];
  for (const [index, seconds] of secondsAgo.entries()) {
    await house.sql`
      update queue_tokens set admitted_at = admitted_at - make_interval(secs => ${seconds}),
        expires_at = expires_at - make_interval(secs => ${seconds}) where concert_id = ${concertId}`;
    await house.sql`
      with earlier as (update reservations set held_until = held_until - make_interval(secs => ${seconds})
        where concert_id = ${concertId} returning id, held_until)
      update seats set held_until = earlier.held_until from earlier where reservation_id = earlier.id`;
    const held = await office(index).hold(token, performanceId, [index + 1]);
    assert.equal(held.status, 201);
    // Not as a board has it, which does not hear of what is moved here.
    const [session] = await house.sql<{ expiresAt: Date }[]>`
      select expires_at as "expiresAt" from queue_tokens where concert_id = ${concertId}`;
    ends.push({ heldUntil: Date.parse(held.body.heldUntil ?? ''), expiresAt: Number(session?.expiresAt) });
  }
  await one.assertInvariants();
  return ends;
}

test('no hold is promised for longer than the session in which it can be paid', async () => {
  // With the defaults a session of ten minutes ends after twenty: the last hold has half of its time.
  const [first, second, third, last] = await holdAll(600, 300, [0, 500, 250, 280]);
  assert(first !== undefined && second !== undefined && third !== undefined && last !== undefined);
  assert(first.heldUntil < first.expiresAt - 200_000, 'well within the session');
  assert.equal(second.heldUntil, second.expiresAt, 'the session is extended to the end of the hold');
  assert.equal(third.heldUntil, third.expiresAt);
  assert(last.heldUntil < third.heldUntil - 100_000, 'and no further than twice its length');
  assert.equal(last.heldUntil, last.expiresAt);
  const [short] = await holdAll(60, 600, [0]);
  assert.equal(short?.heldUntil, short?.expiresAt);
  const [only, more] = await holdAll(100, 150, [0, 90]);
  assert.equal(only?.heldUntil, only?.expiresAt);
  assert.equal(more?.heldUntil, more?.expiresAt);
});

test('leaving gives back at once what is held, on every server, and what is paid stays', async () => {
  const { concertId, performanceId } = await one.createConcert();
  const fan = newFan();
  const token = await one.enter(concertId, fan);
  const watcher = await other.enter(concertId, newFan());
  const held = [await one.hold(token, performanceId, [1, 2]), await other.hold(token, performanceId, [3])];
  await eventually(async () =>
    assert.equal((await other.seats(watcher, performanceId, 'all')).body.seats[2]?.status, 'HELD'),
  );
  assert.equal((await one.leave(token)).status, 204);
  assert.equal((await one.hold(watcher, performanceId, [1, 2, 3])).status, 201, 'the next fan has them at once');
  for (const { body } of held) {
    const own = (await other.reservation(fan, body.id)).body;
    assert.deepEqual([own.status, own.heldUntil], ['CANCELLED', null]);
  }
  // Whoever comes back does not find it, and cannot pay for it.
  const again = await one.enter(concertId, fan);
  await one.charge(fan, 1_000_000);
  assert.equal((await one.pay(again, held[0]?.body.id ?? '')).code, 'HOLD_EXPIRED');
  assert.equal((await other.hold(again, performanceId, [4])).status, 201);
  await one.leave(again);
  for (const { seats } of [one, other]) {
    await eventually(async () => {
      const { body } = await seats(watcher, performanceId, 'all');
      assert.equal(body.seats[3]?.status, 'AVAILABLE');
    });
  }
  await one.assertInvariants();
});

test('who waits and leaves gives back nothing, for there is nothing', async () => {
  const { concertId, performanceId } = await one.createConcert({ maxActive: 1 });
  const inside = await one.enter(concertId, newFan());
  const { body } = await one.hold(inside, performanceId, [1]);
  const waiting = (await one.issue(concertId, newFan())).body.token;
  assert.equal((await one.leave(waiting)).status, 204);
  const [row] = await house.sql`select status from reservations where id = ${body.id}`;
  assert.equal(row?.['status'], 'HELD');
  await one.assertInvariants();
});

test('paying ends the session, and with it whatever else is held', async () => {
  const { concertId, performanceId } = await one.createConcert();
  const fan = newFan();
  const token = await one.enter(concertId, fan);
  const watcher = await other.enter(concertId, newFan());
  const { body: paid } = await one.hold(token, performanceId, [1]);
  const { body: left } = await other.hold(token, performanceId, [2, 3]);
  await one.charge(fan, 1_000_000);
  assert.equal((await other.pay(token, paid.id)).status, 201);
  assert.equal((await one.hold(watcher, performanceId, [2, 3])).status, 201, 'the next fan has them at once');
  assert.equal((await one.reservation(fan, left.id)).body.status, 'CANCELLED');
  assert.equal((await one.reservation(fan, paid.id)).body.status, 'CONFIRMED');
  await one.assertInvariants();
});

test('a session that is over takes its holds with it, swept or not', async () => {
  const { concertId, performanceId } = await one.createConcert();
  const fan = newFan();
  const token = await one.enter(concertId, fan);
  const { body } = await one.hold(token, performanceId, [1]);
  const next = await one.enter(concertId, newFan());
  await endSessions(house.sql, concertId, { userId: fan.userId });
  assert.equal((await one.hold(next, performanceId, [1])).status, 201);
  assert.equal((await other.pay(token, body.id)).code, 'ADMISSION_EXPIRED');
  await one.assertInvariants();
});

test('nothing is held for longer than its date is on sale, and nothing of a date that has begun', async () => {
  const soon = await timeIn(100);
  const { concertId, performanceIds } = await one.createConcert({
    performances: [soon, await timeIn(-1), await timeIn(90_000)].map((startsAt) => ({ startsAt, sections })),
  });
  const [begins = '', past = '', later = ''] = performanceIds;
  const token = await one.enter(concertId, newFan());
  const { status, body } = await one.hold(token, begins, [1]);
  assert.deepEqual([status, body.heldUntil], [201, soon]);
  const refused = await other.hold(token, past, [1]);
  assert.deepEqual([refused.status, refused.code], [409, 'SALE_ENDED']);
  // The token comes first, then the date, then the seats.
  assert.equal((await other.hold(token, past, [1, 2, 3, 4, 5, 999])).code, 'SALE_ENDED');
  assert.equal((await other.hold(token, later, [1])).status, 201);
  await one.leave(token);
  assert.equal((await other.hold(token, past, [1])).code, 'ADMISSION_EXPIRED');
  await one.assertInvariants();
});

test('a date that has begun is in no list, and a concert of which all have begun neither; what is left decides whether it is sold out', async () => {
  const tiny = { name: 'A', grade: 'R', rows: 1, seatsPerRow: 1, price: 0 };
  const { concertId, performanceIds } = await one.createConcert({
    performances: ['2020-01-01T00:00:00Z', '2030-01-01T00:00:00Z'].map((startsAt) => ({ startsAt, sections: [tiny] })),
  });
  const [past = '', next = ''] = performanceIds;
  const token = await one.enter(concertId, newFan());
  const datesOf = async (status?: 'all') =>
    (await one.performances(token, concertId, status)).body.performances.map(({ id }) => id);
  assert.deepEqual(await datesOf(), [next]);
  assert.deepEqual(await datesOf('all'), [past, next], 'whoever asks for all of them gets all');
  const shown = async () => (await one.call<ReplyOf<'getConcert', 200>>('GET', `/api/v1/concerts/${concertId}`)).body;
  const { soldOut, performances } = await shown();
  assert.deepEqual([soldOut, performances.map(({ onSale }) => onSale)], [false, [false, true]]);
  const sale = (await one.call<ReplyOf<'getSale', 200>>('GET', `/api/v1/concerts/${concertId}/sale`)).body;
  assert.deepEqual([sale.performances.map(({ id }) => id), sale.seats.total, sale.grades[0]?.total], [[next], 1, 1]);
  const { body } = await one.hold(token, next, [1]);
  assert.equal((await one.pay(token, body.id)).status, 201);
  assert.equal((await shown()).soldOut, true, 'the seat that nobody bought is not to be had any more');
  const over = await one.createConcert({ performances: [{ startsAt: '2020-01-01T00:00:00Z', sections }] });
  const { concerts } = (await one.call<ReplyOf<'listConcerts', 200>>('GET', '/api/v1/concerts?limit=200')).body;
  const listed = new Set(concerts.map(({ id }) => id));
  assert.deepEqual([listed.has(concertId), listed.has(over.concertId)], [true, false]);
  const desk = await one.call<{ concerts: { id: string }[] }>(
    'GET',
    '/api/v1/admin/concerts?limit=200',
    await one.asOperator(),
  );
  assert(
    desk.body.concerts.some(({ id }) => id === over.concertId),
    'the operators have it',
  );
});

test('40 fans hold and leave at once, over two servers: no seat stays with one who has left', async () => {
  const { concertId, performanceId } = await one.createConcert();
  const tokens = await Promise.all(newFans(40).map((fan) => one.enter(concertId, fan)));
  const answers = await Promise.all(
    tokens.flatMap((token, index) => [
      office(index).hold(token, performanceId, [index + 1]),
      office(index + 1).leave(token),
    ]),
  );
  for (const { status, code } of answers) assert(status < 300 || code === 'ADMISSION_EXPIRED', `${status} ${code}`);
  const held = await house.sql`
    select id from reservations where concert_id = ${concertId} and status = 'HELD' and held_until > now()`;
  assert.equal(held.length, 0);
  await one.assertInvariants();
});

/** A fan holds on one server and leaves on another, each having looked before either writes. Answers the live holds of it. */
async function holdWhileLeaving(lock: boolean): Promise<number> {
  const { concertId, performanceId } = await one.createConcert();
  const fan = newFan();
  await one.enter(concertId, fan);
  const looked = Promise.withResolvers<void>();
  const isInside = async (tx: Tx): Promise<boolean> => {
    if (lock) return (await lockTokens(tx, concertId, [1])).get(1)?.status === 'ACTIVE';
    const [token] = await tx`select status from queue_tokens where concert_id = ${concertId} and entry = 1`;
    return token?.['status'] === 'ACTIVE';
  };
  const holding = house.database.transaction(async (tx) => {
    const inside = await isInside(tx);
    looked.resolve();
    // For as long as one who leaves and does not wait for us takes.
    await new Promise((resolve) => setTimeout(resolve, 300));
    if (!inside) return;
    await tx`
      insert into reservations (concert_id, id, performance_id, user_id, seat_numbers, amount, held_until)
      values (${concertId}, ${`${concertId}-x`}, ${performanceId}, ${fan.userId}, '{1}', 50000, now() + interval '1 minute')`;
    await tx`
      update seats set reservation_id = ${`${concertId}-x`}, held_until = now() + interval '1 minute'
      where concert_id = ${concertId} and performance_id = ${performanceId} and number = 1`;
  });
  await looked.promise;
  const { token } = (await one.issue(concertId, fan)).body;
  assert.equal((await one.leave(token)).status, 204);
  await holding;
  const held = await house.sql`select id from reservations where concert_id = ${concertId} and status = 'HELD'`;
  await house.sql`update reservations set held_until = now() where concert_id = ${concertId}`;
  await house.sql`update seats set held_until = now() where concert_id = ${concertId} and held_until is not null`;
  return held.length;
}

test('holding against leaving: under the place’s lock the hold is seen and given back, without it it stays', async () => {
  assert.equal(await holdWhileLeaving(true), 0);
  assert.equal(await holdWhileLeaving(false), 1, 'the twin leaves a seat with one who has left');
});

test('20 sessions end while their fans pay and hold more: each seat is paid or free', async () => {
  const { concertId, performanceId } = await one.createConcert({ maxSeatsPerFan: 2 });
  const fans = await Promise.all(
    newFans(20).map(async (fan, index) => {
      await one.charge(fan, 50_000);
      const token = await one.enter(concertId, fan);
      const { body } = await one.hold(token, performanceId, [index + 1]);
      return { fan, token, id: body.id };
    }),
  );
  await endSessions(house.sql, concertId, { inSeconds: 0, spreadSeconds: 0.15 });
  await Promise.all(
    fans.map(async ({ token, id }, index) => {
      await new Promise((resolve) => setTimeout(resolve, (index % 10) * 15));
      const more = office(index).hold(token, performanceId, [30 + index]);
      const paid = await office(index + 1).pay(token, id);
      const { status, code } = await more;
      assert(status === 201 || code === 'ADMISSION_EXPIRED', `${status} ${code}`);
      assert(
        paid.status === 201 || /HOLD_EXPIRED|ADMISSION_EXPIRED/.test(paid.code ?? ''),
        `${paid.status} ${paid.code}`,
      );
    }),
  );
  await one.assertInvariants();
});
