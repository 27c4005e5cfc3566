/** How often one fan may take places and make holds of a concert: counted by the database, so by all servers together. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { boxOffice, newFan, type BoxOffice } from './harness/box-office.ts';
import { openHouse, type House } from './harness/house.ts';
import type { Answer } from './harness/http.ts';

let house: House;
let offices: readonly [BoxOffice, BoxOffice];

before(async () => {
  house = await openHouse();
  const limits = { RATE_LIMIT: 'on' };
  offices = [boxOffice(await house.start(limits)), boxOffice(await house.start(limits))];
});
after(() => house.close());

const patient = { graceSeconds: 3_600 };
const places_max = 20;
const holds_max = 60;
const window_seconds = 600;

function assertLimited(answer: Answer<unknown>, secondsMin: number, secondsMax: number): void {
  assert.deepEqual([answer.status, answer.code], [429, 'RATE_LIMITED']);
  const seconds = Number(answer.headers.get('retry-after'));
  assert(seconds >= secondsMin && seconds <= secondsMax, `Retry-After: ${seconds}`);
}

test('places: twenty in ten minutes, then the fan is told by the database how long to wait', async () => {
  const [one, other] = offices;
  const { concertId } = await one.createConcert(patient);
  const elsewhere = await one.createConcert(patient);
  const fan = newFan();
  for (let times = 0; times < places_max; times++) {
    const office = times % 2 === 0 ? one : other;
    const token = await office.enter(concertId, fan);
    assert.equal(
      (await other.issue(concertId, fan)).body.token,
      token,
      'to ask for the one that there is costs nothing',
    );
    assert.equal((await office.leave(token)).status, 204);
  }
  assertLimited(await one.issue(concertId, fan), 300, window_seconds);
  assertLimited(await other.issue(concertId, fan), 300, window_seconds);
  assert.equal((await one.issue(elsewhere.concertId, fan)).status, 201, 'in another line they may stand');
  assert.equal((await one.issue(concertId, newFan())).status, 201, 'and others in this one');
  await house.sql`
    update queue_tokens set issued_at = now() - interval '500 seconds'
    where concert_id = ${concertId} and user_id = ${fan.userId}`;
  assertLimited(await other.issue(concertId, fan), 1, 100);
  await house.sql`
    update queue_tokens set issued_at = now() - interval '601 seconds' where concert_id = ${concertId} and entry = 1`;
  const token = await one.enter(concertId, fan);
  await one.leave(token);
  assertLimited(await one.issue(concertId, fan), 1, 100);
  await one.assertInvariants();
});

test('places: a session that is over and not yet swept counts too', async () => {
  const [one] = offices;
  const { concertId } = await one.createConcert(patient);
  const fan = newFan();
  for (let times = 1; times < places_max; times++) await one.leave(await one.enter(concertId, fan));
  await one.enter(concertId, fan);
  await house.sql`update queue_tokens set expires_at = now() where concert_id = ${concertId} and status = 'ACTIVE'`;
  assertLimited(await one.issue(concertId, fan), 300, window_seconds);
});

test('holds: sixty in ten minutes, however many at once and on whatever server; the twin without a lock makes more', async () => {
  const [one] = offices;
  const { concertId, performanceId } = await one.createConcert({ ...patient, maxSeatsPerFan: 100 });
  const fan = newFan();
  const token = await one.enter(concertId, fan);
  await house.sql`
    insert into reservations (concert_id, id, performance_id, user_id, seat_numbers, amount, status, held_until)
    select ${concertId}, ${concertId} || '-' || n, ${performanceId}, ${fan.userId}, array[50], 50000, 'CANCELLED', now()
    from generate_series(1, ${holds_max - 10}) as n`;
  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, index) => {
      const office = offices[index % 2] ?? one;
      return office.hold(token, performanceId, [index + 1]);
    }),
  );
  assert.equal(answers.filter(({ status }) => status === 201).length, 10);
  for (const answer of answers) if (answer.status !== 201) assertLimited(answer, 300, window_seconds);
  const held = answers.find(({ status }) => status === 201);
  assert.equal((await one.cancel(fan, held?.body.id ?? '')).status, 204);
  assertLimited(await one.hold(token, performanceId, [49]), 300, window_seconds);
  // Who counts before and writes afterwards, each for themselves, makes more than there may be.
  const both = Promise.withResolvers<void>();
  let counted = 0;
  const countAndHold = (id: string) =>
    house.database.transaction(async (tx) => {
      const [row] = await tx<{ made: number }[]>`
        select count(*)::int as made from reservations where concert_id = ${concertId} and user_id = 'twin'`;
      counted += 1;
      if (counted === 2) both.resolve();
      await both.promise;
      if ((row?.made ?? 0) < 1)
        await tx`insert into reservations (concert_id, id, performance_id, user_id, seat_numbers, amount, status, held_until)
          values (${concertId}, ${`${concertId}-${id}`}, ${performanceId}, 'twin', '{50}', 50000, 'CANCELLED', now())`;
    });
  await Promise.all([countAndHold('twin1'), countAndHold('twin2')]);
  const [twin] = await house.sql`select count(*)::int as made from reservations where user_id = 'twin'`;
  assert.equal(twin?.['made'], 2);
  await one.assertInvariants();
});

test('holds: the limit of seats and seats in the way are told as before, and after the time there is room again', async () => {
  const [one] = offices;
  const { concertId, performanceId } = await one.createConcert({ ...patient, maxSeatsPerFan: 2 });
  const fan = newFan();
  const token = await one.enter(concertId, fan);
  await house.sql`
    insert into reservations (concert_id, id, performance_id, user_id, seat_numbers, amount, status, held_until, created_at)
    select ${concertId}, ${concertId} || '-' || n, ${performanceId}, ${fan.userId}, array[50], 50000, 'CANCELLED', now(),
      now() - interval '601 seconds' + (case n when 60 then 30 else 0 end) * interval '1 second'
    from generate_series(1, 60) as n`;
  assert.equal((await one.hold(token, performanceId, [1, 2, 3])).code, 'SEAT_LIMIT_EXCEEDED');
  assert.equal((await one.hold(token, performanceId, [99])).code, 'SEAT_UNAVAILABLE');
  assert.equal((await one.hold(token, performanceId, [1, 2])).status, 201);
});
