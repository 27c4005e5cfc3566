/** Many pay at once: whoever races whom, each payment is wholly done or wholly refused. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { payPlainly } from '../src/payment/plain-payments.ts';
import { admitting } from '../src/waiting-room/admission.ts';
import type { WaitingRoom } from '../src/waiting-room/gate.ts';
import { passOf } from '../src/waiting-room/tokens.ts';
import { endSessions } from './harness/backdate.ts';
import { newFan, type Fan } from './harness/box-office.ts';
import { openHouse, type House } from './harness/house.ts';
import { lockWaiters } from './harness/lock-waiters.ts';
import { openTwoOffices } from './harness/two-offices.ts';

const { house, one, other } = await openTwoOffices();

const price = 50_000;

/** A fan inside with money and one held seat. */
async function ready(concertId: string, performanceId: string, seat: number, fan: Fan = newFan()) {
  await one.charge(fan, price);
  const token = await one.enter(concertId, fan);
  const { status, body } = await one.hold(token, performanceId, [seat]);
  assert.equal(status, 201, JSON.stringify(body));
  return { fan, token, reservationId: body.id };
}

const manySeats = [
  { startsAt: '2030-05-01T10:00:00.000Z', sections: [{ name: 'A', rows: 20, seatsPerRow: 20, grade: 'R', price }] },
];

test('the same reservation paid 20 times at once with 20 keys: one payment', async () => {
  const { concertId, performanceId } = await one.createConcert();
  const { fan, token, reservationId } = await ready(concertId, performanceId, 1);
  await one.charge(fan, 20 * price);
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? one : other).pay(token, reservationId)),
  );
  assert.equal(answers.filter(({ status }) => status === 201).length, 1);
  const refused = answers.filter(({ status }) => status !== 201);
  assert(refused.every(({ code, fields }) => code === 'ADMISSION_EXPIRED' && fields['expiredBecause'] === 'PAID'));
  assert.equal((await one.wallet(fan)).body.balance, 20 * price);
  await one.assertInvariants();
});

test('the same key 20 times at once: one payment, 20 equal answers, also long after', async () => {
  const { concertId, performanceId } = await one.createConcert();
  const { fan, token, reservationId } = await ready(concertId, performanceId, 1);
  const key = randomUUID();
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? one : other).pay(token, reservationId, key)),
  );
  const again = await other.pay(token, reservationId, key);
  for (const { status, body } of [...answers, again]) {
    assert.equal(status, 201);
    assert.deepEqual(body, answers[0]?.body);
  }
  const first = answers.filter(({ headers }) => headers.get('idempotent-replayed') === null);
  assert.equal(first.length, 1);
  assert.equal(again.headers.get('idempotent-replayed'), 'true');
  assert.equal((await one.wallet(fan)).body.balance, 0);
  await one.assertInvariants();
});

test('30 users paying at once: all 30', async () => {
  const { concertId, performanceId } = await one.createConcert();
  const fans = await Promise.all(Array.from({ length: 30 }, (_, index) => ready(concertId, performanceId, index + 1)));
  const answers = await Promise.all(
    fans.map(({ token, reservationId }, index) => (index % 2 === 0 ? one : other).pay(token, reservationId)),
  );
  assert.deepEqual(
    answers.map(({ status }) => status),
    Array.from({ length: 30 }, () => 201),
  );
  await one.assertInvariants();
});

for (const [what, hasten] of [
  [
    'its hold',
    (sql: House['sql'], concertId: string) => sql`
    with hastened as (
      update reservations set held_until = clock_timestamp() + random() * interval '150 milliseconds'
      where concert_id = ${concertId} and status = 'HELD' returning id, held_until
    )
    update seats set held_until = hastened.held_until from hastened where concert_id = ${concertId} and reservation_id = hastened.id`,
  ],
  [
    'its session',
    (sql: House['sql'], concertId: string) => endSessions(sql, concertId, { inSeconds: 0, spreadSeconds: 0.15 }),
  ],
] as const) {
  test(`a payment racing the end of ${what}, 200 times: each wholly paid or wholly refused`, async () => {
    const { concertId, performanceId } = await one.createConcert({ performances: manySeats });
    const fans = await Promise.all(
      Array.from({ length: 200 }, (_, index) => ready(concertId, performanceId, index + 1)),
    );
    await hasten(house.sql, concertId);
    const answers = await Promise.all(
      fans.map(async ({ token, reservationId }, index) => {
        // Spread over the time in which the ends fall.
        await new Promise((resolve) => setTimeout(resolve, (index % 20) * 8));
        return (index % 2 === 0 ? one : other).pay(token, reservationId);
      }),
    );
    for (const [index, { status, code }] of answers.entries()) {
      const { fan } = fans[index] ?? { fan: newFan() };
      assert(status === 201 || code === 'HOLD_EXPIRED' || code === 'ADMISSION_EXPIRED', `${status} ${code}`);
      assert.equal((await one.wallet(fan)).body.balance, status === 201 ? 0 : price);
    }
    const [sold] = await house.sql`select count(*)::int as sold from seats where concert_id = ${concertId} and sold`;
    assert.equal(sold?.['sold'], answers.filter(({ status }) => status === 201).length);
    await one.assertInvariants();
  });
}

test('two reservations of one fan paid at once: the first ends the session, the second keeps its money', async () => {
  const { concertId, performanceId } = await one.createConcert();
  const { fan, token, reservationId } = await ready(concertId, performanceId, 1);
  const second = (await one.hold(token, performanceId, [2])).body.id;
  await one.charge(fan, price);
  const answers = await Promise.all([one.pay(token, reservationId), one.pay(token, second)]);
  assert.deepEqual(
    answers.map(({ status }) => status).toSorted((a, b) => a - b),
    [201, 403],
  );
  assert.equal((await one.wallet(fan)).body.balance, price);
  await one.assertInvariants();
});

test('twin: reading the balance before writing it pays twice with the money of once', async () => {
  const bare = await openHouse();
  try {
    await bare.sql`insert into wallets values ('somebody', 100)`;
    const read = Promise.withResolvers<void>();
    let readers = 0;
    const pay = () =>
      bare.database.transaction(async (tx) => {
        const [wallet] = await tx`select balance from wallets where user_id = 'somebody'`;
        if ((readers += 1) === 2) read.resolve();
        await read.promise;
        const balance = wallet?.['balance'] as number;
        if (balance < 100) return 'refused';
        await tx`update wallets set balance = ${balance - 100} where user_id = 'somebody'`;
        return 'paid';
      });
    assert.deepEqual(
      await Promise.all([pay(), pay()]),
      ['paid', 'paid'],
      'the race that the conditional update prevents is real',
    );
  } finally {
    await bare.close();
  }
});

test('a free seat paid for while the wallet is charged: the ledger still adds up', async () => {
  const sections = [{ name: 'A', rows: 10, seatsPerRow: 50, grade: 'R', price: 0 }];
  const { concertId, performanceId } = await one.createConcert({
    performances: [{ startsAt: '2030-05-01T10:00:00.000Z', sections }],
  });
  for (let n = 1; n <= 100; n++) {
    const fan = newFan();
    const token = await one.enter(concertId, fan);
    const held = await one.hold(token, performanceId, [n]);
    assert.equal(held.status, 201);
    const [paid, ...charged] = await Promise.all([
      one.pay(token, held.body.id),
      one.charge(fan, 1_000),
      one.charge(fan, 1_000),
    ]);
    assert.equal(paid.status, 201);
    for (const { status } of charged) assert.equal(status, 201);
  }
  await one.assertInvariants();
});

/** What a token says, so that a command can be made without asking by HTTP. */
function passIn(token: string) {
  const [, claims = ''] = token.split('.');
  const { c, u, e } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { c: string; u: string; e: number };
  return passOf({ concertId: c, userId: u, entry: e, generation: 0 });
}

test('seats are sold in the order of everybody’s locks, whatever the order of their holds', async () => {
  // So large a hall that each seat is looked up by its key.
  const sections = [{ name: 'A', rows: 100, seatsPerRow: 100, grade: 'R', price }];
  const { concertId, performanceId } = await one.createConcert({
    performances: [{ startsAt: '2030-05-01T10:00:00.000Z', sections }],
  });
  await house.sql`analyze seats`;
  const commands = [];
  // The elder hold is of the later seat.
  for (const seat of [2, 1]) {
    const { token, reservationId } = await ready(concertId, performanceId, seat);
    const pass = passIn(token);
    const { userId } = pass;
    commands.push({
      pass,
      userId,
      reservationId,
      id: randomUUID(),
      key: `seat ${seat}`,
      fingerprint: `pay ${reservationId}`,
    });
  }
  const waitingRoom = { admitting: () => admitting(house.sql, concertId) } as unknown as WaitingRoom;
  const { sql, end } = await house.database.session();
  await sql`begin`;
  await sql`select from seats where performance_id = ${performanceId} and number = 1 for update`;
  const paying = payPlainly({ database: house.database, waitingRoom }, concertId, commands);
  await lockWaiters(house, 1);
  const free = await house.sql`
    select from seats where performance_id = ${performanceId} and number = 2 for update skip locked`;
  await sql`commit`;
  end();
  assert.equal((await paying).done.size, 2);
  assert.equal(free.length, 1, 'whoever waits for seat 1 has not locked seat 2 before');
  await one.assertInvariants();
});
