/**
 * What is over is removed after RETENTION_DAYS, and nothing else: not what was paid, not what lives, not what a line's
 * arithmetic needs. Who asks for it afterwards is told that there is no such thing.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createCatalog } from '../src/catalog/catalog.ts';
import { createFeed, type Feed } from '../src/platform/feed.ts';
import { createMetrics } from '../src/platform/metrics.ts';
import { createKeys } from '../src/idempotency/idempotency.ts';
import { createReservations } from '../src/reservation/reservation.ts';
import { createWaitingRoom } from '../src/waiting-room/gate.ts';
import { boxOffice, newFan, newFans, type BoxOffice } from './harness/box-office.ts';
import { endHold } from './harness/backdate.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';

let house: House;
let office: BoxOffice;
let feed: Feed;

before(async () => {
  house = await openHouse();
  office = boxOffice(await house.start());
  feed = await createFeed(house.databaseUrl, house.sql);
});
after(async () => {
  await feed.close();
  await house.close();
});

const days = 30;
const patient = { graceSeconds: 3_600 };

/** Lets the duties of the retention run once, as several servers would at the same time. */
async function tidy(servers = 1): Promise<void> {
  const deps = { database: house.database, feed, batchMax: 100, metrics: createMetrics(), retentionDays: days };
  await Promise.all(
    Array.from({ length: servers }, async () => {
      const catalog = createCatalog(deps);
      const waitingRoom = createWaitingRoom({ ...deps, catalog, secret: 'unused here' });
      const reservations = createReservations({ ...deps, catalog, waitingRoom, keys: createKeys(deps) });
      const duties = [...waitingRoom.duties, ...reservations.duties].filter(({ name }) => name.endsWith('.retention'));
      assert.equal(duties.length, 3);
      for (const duty of duties) await duty.run();
    }),
  );
}

/** Everything of a concert happened so many days earlier than it did. */
async function age(concertId: string, by: number): Promise<void> {
  await house.sql`
    update queue_tokens set issued_at = issued_at - make_interval(days => ${by}), ended_at = ended_at - make_interval(days => ${by}),
      admitted_at = admitted_at - make_interval(days => ${by})
    where concert_id = ${concertId} and status = 'EXPIRED'`;
  await house.sql`
    update reservations set created_at = created_at - make_interval(days => ${by}),
      held_until = held_until - make_interval(days => ${by}), paid_at = paid_at - make_interval(days => ${by})
    where concert_id = ${concertId} and status <> 'HELD'`;
}

const entriesOf = async (concertId: string) => {
  const rows = await house.sql<{ entry: number }[]>`
    select entry from queue_tokens where concert_id = ${concertId} order by entry`;
  return rows.map(({ entry }) => entry);
};
const leftOf = async (concertId: string) => {
  const rows = await house.sql<{ status: string }[]>`
    select status from reservations where concert_id = ${concertId} order by id`;
  return rows.map(({ status }) => status);
};

test('ended places and holds go, what was paid and what lives stay, and the books are in order', async () => {
  const { concertId, performanceId } = await office.createConcert(patient);
  const [payer, leaver, canceller, late, living] = newFans(5);
  assert(payer && leaver && canceller && late && living);
  const paid = await office.enter(concertId, payer);
  const left = await office.enter(concertId, leaver);
  const inside = await office.enter(concertId, canceller);
  const lateToken = await office.enter(concertId, late);
  await office.charge(payer, 1_000_000);
  const bought = (await office.hold(paid, performanceId, [1])).body;
  const key = 'of-a-payment-long-ago';
  assert.equal((await office.pay(paid, bought.id, key)).status, 201);
  const cancelled = (await office.hold(inside, performanceId, [2])).body;
  assert.equal((await office.cancel(canceller, cancelled.id)).status, 204);
  const ranOut = (await office.hold(lateToken, performanceId, [3])).body;
  await endHold(house.sql, ranOut.id);
  await eventually(async () => assert.deepEqual(await leftOf(concertId), ['CONFIRMED', 'CANCELLED', 'EXPIRED']));
  assert.equal((await office.leave(left)).status, 204);
  const fresh = await office.enter(concertId, living);
  const held = (await office.hold(fresh, performanceId, [4])).body;

  await age(concertId, days - 1);
  await tidy();
  assert.deepEqual(await entriesOf(concertId), [1, 2, 3, 4, 5], 'a day too early');
  assert.equal((await leftOf(concertId)).length, 4);

  await age(concertId, 2);
  await tidy(3);
  // 3 and 4 are still inside.
  assert.deepEqual(await entriesOf(concertId), [1, 3, 4, 5]);
  assert.deepEqual(await leftOf(concertId), ['CONFIRMED', 'HELD']);
  await office.assertInvariants();

  assert.deepEqual((await office.reservations(canceller)).body.reservations, []);
  assert.equal((await office.reservation(late, ranOut.id)).code, 'NOT_FOUND');
  assert.equal((await office.cancel(late, ranOut.id)).code, 'NOT_FOUND');
  assert.equal((await office.reservation(payer, bought.id)).body.status, 'CONFIRMED');
  const again = await office.pay(paid, bought.id, key);
  assert.deepEqual([again.status, again.body.reservationId], [201, bought.id], 'its key still tells what came of it');
  const cold = boxOffice(await house.start());
  assert.deepEqual((await cold.status(paid)).body.expiredBecause, 'PAID');
  for (const answer of [await cold.status(left), await cold.leave(left), await cold.hold(left, performanceId, [9])])
    assert.deepEqual([answer.status, answer.code], [401, 'QUEUE_TOKEN_INVALID']);
  assert.equal((await cold.status(fresh)).body.status, 'ACTIVE');
  const back = await cold.issue(concertId, leaver);
  assert.deepEqual([back.status, back.body.status], [201, 'ACTIVE'], 'whose place is gone may come again');
  await office.charge(living, 1_000_000);
  assert.equal((await cold.pay(fresh, held.id)).status, 201);

  // It goes on from there.
  await office.leave(inside);
  await office.leave(lateToken);
  await age(concertId, days + 1);
  await tidy(2);
  assert.deepEqual(await entriesOf(concertId), [1, 5, 6]);
  await office.assertInvariants();
});

test('who left from the middle of a line that stands still is counted by those behind until the head has passed', async () => {
  const { concertId } = await office.createConcert({ ...patient, maxActive: 1 });
  const inside = await office.enter(concertId, newFan());
  const tokens: string[] = [];
  for (const fan of newFans(4)) tokens.push((await office.issue(concertId, fan)).body.token);
  await office.leave(tokens[0] ?? '');
  await office.leave(tokens[2] ?? '');
  await age(concertId, 2 * days);
  await tidy();
  assert.deepEqual(await entriesOf(concertId), [1, 2, 3, 4, 5]);
  const cold = boxOffice(await house.start());
  for (const each of [office, cold]) {
    assert.equal((await each.status(tokens[1] ?? '')).body.position, 1);
    assert.equal((await each.status(tokens[3] ?? '')).body.position, 2);
  }
  await office.leave(inside);
  await office.leave(tokens[1] ?? '');
  await age(concertId, 2 * days);
  await tidy();
  assert.deepEqual(await entriesOf(concertId), [5], 'all in front of the one inside');
  assert.equal((await cold.issue(concertId, newFan())).body.position, 1);
  await office.assertInvariants();
});

test('many batches, while fans come and hold and several servers tidy: nothing twice, nothing lost', async () => {
  const { concertId, performanceId } = await office.createConcert({ ...patient, maxActive: 5_000 });
  const places = 1_700;
  await house.sql`
    insert into queue_tokens (concert_id, entry, number, user_id, status, issued_at, admitted_at, expires_at, ended_at, ended_because)
    select ${concertId}, n, n, 'past ' || n, 'EXPIRED', at, at + n * interval '1 second', at, at + interval '1 day', 'LEFT'
    from generate_series(1, ${places}) as n, (select now() - interval '60 days') as past (at)`;
  await house.sql`
    update rooms set last_number = ${places}, head = ${places}, front = ${places}, version = version + 1
    where concert_id = ${concertId}`;
  await house.sql`
    insert into reservations (concert_id, id, performance_id, user_id, seat_numbers, amount, status, held_until, created_at)
    select ${concertId}, ${concertId} || '-0' || lpad(n::text, 8, '0'), ${performanceId}, 'past ' || n, '{1}', 50000, 'EXPIRED', at, at
    from generate_series(1, 2500) as n, (select now() - interval '60 days') as past (at)`;
  const fans = newFans(30);
  const [, answers] = await Promise.all([
    tidy(3),
    Promise.all(
      fans.map(async (fan, index) => {
        const token = await office.enter(concertId, fan);
        return office.hold(token, performanceId, [index + 1]);
      }),
    ),
  ]);
  assert(answers.every(({ status }) => status === 201));
  await tidy();
  const [room] =
    await house.sql`select removed, last_number - removed as left from rooms where concert_id = ${concertId}`;
  assert.deepEqual([room?.['removed'], room?.['left']], [places, fans.length]);
  assert.equal((await leftOf(concertId)).length, fans.length);
  await office.assertInvariants();
});

test('what was once paid stays, also where it was given back', async () => {
  const { concertId, performanceId } = await office.createConcert();
  await house.sql`
    insert into reservations (concert_id, id, performance_id, user_id, seat_numbers, amount, status, held_until, created_at, payment_id, paid_at)
    select ${concertId}, ${concertId} || '-' || payment, ${performanceId}, 'past', '{1}', 50000, 'CANCELLED', at, at,
      nullif(payment, 'none'), case when payment <> 'none' then at end
    from unnest(array['none', 'payment']) as payment, (select now() - interval '60 days') as past (at)`;
  await tidy();
  const left = await house.sql`select payment_id from reservations where concert_id = ${concertId}`;
  assert.deepEqual(
    left.map((row) => row['payment_id']),
    ['payment'],
  );
});

test('attempts at seats go when they are old, and their room is free again', async () => {
  const { concertId, performanceId } = await office.createConcert(patient);
  await house.sql`
    insert into seat_refusals (concert_id, performance_id, number, slot, user_id, status, at)
    select ${concertId}, ${performanceId}, n, 0, 'u', 'HELD', now() - make_interval(days => case when n % 2 = 0 then 29 else 31 end)
    from generate_series(1, 50) as n`;
  await house.sql`
    insert into seat_refusal_totals (concert_id, kept, cleaned_at) values (${concertId}, 50, now() - interval '25 hours')`;
  await tidy(2);
  const [left] = await house.sql`select count(*)::int as rows from seat_refusals where concert_id = ${concertId}`;
  const [total] = await house.sql`
    select kept, cleaned_at > now() - interval '1 minute' as done from seat_refusal_totals where concert_id = ${concertId}`;
  assert.deepEqual([left?.['rows'], total?.['kept'], total?.['done']], [25, 25, true]);
});
