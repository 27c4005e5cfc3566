/** A date is called off while its fans pay and cancel, and while servers die: each fan gets back what they paid, once. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, test } from 'node:test';
import type { ReplyOf } from '../src/contract.ts';
import { boxOffice, newFan, type BoxOffice } from './harness/box-office.ts';
import { callingOff, callOff, called } from './harness/dates.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse } from './harness/house.ts';
import { soldDate } from './harness/sold-date.ts';

const house = await openHouse();
after(() => house.close());
const servers = [await house.start(), await house.start()] as const;
const [one, other] = [boxOffice(servers[0]), boxOffice(servers[1])];
const price = 50_000;

const done = (office: BoxOffice, performanceId: string) =>
  eventually(async () => {
    const { body } = await callingOff(office, performanceId);
    assert.equal(body.state, 'DONE', `${body.done} of ${body.total}`);
    return body;
  }, 20_000);

/** So many fans inside, each with a seat on hold and the money for it. */
async function holders(office: BoxOffice, count: number) {
  const { concertId, performanceId } = await office.createConcert();
  const fans = await Promise.all(
    Array.from({ length: count }, async (_, at) => {
      const fan = newFan();
      await office.charge(fan, price);
      const token = await office.enter(concertId, fan);
      const { status, body } = await office.hold(token, performanceId, [at + 1]);
      assert.equal(status, 201);
      return { fan, token, reservationId: body.id };
    }),
  );
  return { concertId, performanceId, fans };
}

const officeAt = (at: number): BoxOffice => (at % 2 === 0 ? one : other);

test('twenty pay while it is called off: each has paid and is refunded, or has not paid', async () => {
  const { performanceId, fans } = await holders(one, 20);
  const [off, ...answers] = await Promise.all([
    callOff(one, performanceId),
    ...fans.map(({ token, reservationId }, at) => officeAt(at).pay(token, reservationId)),
  ]);
  const paid = answers.filter(({ status }) => status === 201).length;
  assert.deepEqual(
    answers.filter(({ status }) => status !== 201).map(({ code }) => code),
    Array.from({ length: 20 - paid }, () => 'HOLD_EXPIRED'),
  );
  assert.equal(off.body.total, paid, 'who paid did so before it');
  assert.deepEqual([(await done(other, performanceId)).done], [paid]);
  for (const { fan } of fans) assert.equal((await one.wallet(fan)).body.balance, price);
  const states = await Promise.all(fans.map(({ fan, reservationId }) => one.reservation(fan, reservationId)));
  assert(states.every(({ body }) => body.status === 'CANCELLED'));
  await one.assertInvariants();
});

test('twenty cancel while it is called off: one effect each', async () => {
  const { performanceId, fans } = await holders(one, 20);
  for (const { token, reservationId } of fans) assert.equal((await one.pay(token, reservationId)).status, 201);
  const [off, ...answers] = await Promise.all([
    callOff(other, performanceId, { body: { ...called, compensationPercent: 10 } }),
    ...fans.map(({ fan, reservationId }, at) =>
      officeAt(at).call<ReplyOf<'cancelPaid', 201>>('POST', `/api/v1/reservations/${reservationId}/cancellation`, {
        bearer: fan.token,
        key: randomUUID(),
        body: { refund: price },
      }),
    ),
  ]);
  const themselves = answers.filter(({ status }) => status === 201).length;
  assert(
    answers.every(({ status, fields }) => status === 201 || fields['because'] === 'ALREADY_CANCELLED'),
    JSON.stringify(answers.map(({ fields }) => fields)),
  );
  const end = await done(one, performanceId);
  assert.deepEqual([end.done, end.total], [20 - themselves, 20 - themselves]);
  assert(off.body.total >= end.total, 'one that was cancelled meanwhile lowers it');
  for (const [at, { fan }] of fans.entries()) {
    const { balance } = (await one.wallet(fan)).body;
    assert.equal(balance, answers[at]?.status === 201 ? price : price + price / 10);
  }
  await one.assertInvariants();
});

test('killed in mid-way, servers are succeeded: every fan gets price and compensation, once', async () => {
  const sections = [{ name: 'A', rows: 20, seatsPerRow: 100, grade: 'R', price: 1_005 }];
  const { concertId, performanceId } = await one.createConcert({
    performances: [{ startsAt: '2030-05-01T10:00:00.000Z', sections }],
  });
  await soldDate(house.sql, { concertId, performanceId, reservations: 900, seatsEach: 2, price: 1_005 });
  await one.seats(await one.enter(concertId, newFan()), performanceId);
  // Whoever works on it stops where this wallet is met.
  const holding = Promise.withResolvers<void>();
  const isHeld = Promise.withResolvers<void>();
  const holder = house.database.transaction(async (tx) => {
    await tx`select from wallets where user_id = 'jwt:buyer-800' for update`;
    isHeld.resolve();
    await holding.promise;
  });
  await isHeld.promise;
  const off = await callOff(one, performanceId, { body: { ...called, compensationPercent: 7 } });
  assert.equal(off.body.total, 900);
  const isStuck = async (): Promise<void> => {
    const [{ waiting }] = await house.sql<[{ waiting: number }]>`
      select count(*)::int as waiting from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and query like '%wallets%'`;
    assert.equal(waiting, 1);
  };
  await eventually(isStuck, 20_000);
  const { body } = await callingOff(other, performanceId);
  assert.equal(body.state, 'RUNNING');
  assert(body.done > 0 && body.done < 900, `${body.done}`);
  await Promise.all(servers.map((server) => server.kill()));
  holding.resolve();
  await holder;

  const survivor = boxOffice(await house.start());
  const end = await done(survivor, performanceId);
  assert.deepEqual([end.done, end.total], [900, 900]);
  const [sums] = await house.sql`
    select count(*)::int as cancellations, count(distinct reservation_id)::int as reservations, sum(refund)::int as refund,
      sum(compensation)::int as compensation, min(compensation)::int as each
    from cancellations where concert_id = ${concertId}`;
  // floor(1,005 × 7 / 100) a seat.
  assert.deepEqual(
    { ...sums },
    { cancellations: 900, reservations: 900, refund: 1_809_000, compensation: 126_000, each: 140 },
  );
  const wallets = await house.sql`select distinct balance from wallets where user_id like 'jwt:buyer-%'`;
  assert.deepEqual(
    [...wallets].map(({ balance }) => balance),
    [2_010 + 140],
  );
  const [{ sold, version }] = await house.sql<[{ sold: number; version: number }]>`
    select count(*) filter (where sold)::int as sold, sum(version)::int as version from seats where concert_id = ${concertId}`;
  assert.deepEqual([sold, version], [0, 3 * 1_800]);
  await survivor.assertInvariants();
});

test('a reservation whose seat were sold to it again would be refunded again: the audit finds it', async () => {
  const last = boxOffice(await house.start());
  const { concertId, performanceId, fans } = await holders(last, 1);
  const [first] = fans;
  assert(first !== undefined);
  const { fan, token, reservationId } = first;
  assert.equal((await last.pay(token, reservationId)).status, 201);
  await callOff(last, performanceId);
  await done(last, performanceId);
  await house.sql`
    update reservations set status = 'CONFIRMED', cancelled_numbers = null, cancelled_amount = null where id = ${reservationId}`;
  await house.sql`
    update seats set sold = true, reservation_id = ${reservationId} where concert_id = ${concertId} and number = 1`;
  await house.sql`update performance_sales set seats_reserved = 1, revenue = ${price} where concert_id = ${concertId}`;
  await house.sql`
    update performance_cancellations set state = 'RUNNING', ended_at = null, last_number = 0 where concert_id = ${concertId}`;
  await done(last, performanceId);
  assert.equal((await last.wallet(fan)).body.balance, 2 * price);
  await assert.rejects(last.assertInvariants(), /I14/);
});
