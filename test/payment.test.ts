/** Paying through the front door: one transaction, wholly done or wholly refused, whoever races whom. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { boxOffice, newFan, newFans, type BoxOffice, type Fan } from './harness/box-office.ts';
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
after(() => house.close());

const price = 50_000;

/** A fan inside with money and one held seat. */
async function ready(concertId: string, performanceId: string, seat: number, fan: Fan = newFan()) {
  await one.charge(fan, price);
  const token = await one.enter(concertId, fan);
  const { status, body } = await one.hold(token, performanceId, [seat]);
  assert.equal(status, 201, JSON.stringify(body));
  return { fan, token, reservationId: body.id };
}

const manySeats = [{ startsAt: '2030-05-01T10:00:00.000Z', sections: [{ name: 'A', rows: 20, seatsPerRow: 20, grade: 'R', price }] }];

test('all eight use cases, one after the other', async () => {
  const { concertId, performanceId } = await one.createConcert({ maxActive: 1, graceSeconds: 600 });
  const fan = newFan();
  const issued = await one.issue(concertId, fan);
  assert.deepEqual([issued.status, issued.body.status, issued.body.position, issued.body.concertId], [201, 'ACTIVE', null, concertId]);
  const next = await one.issue(concertId, newFan());
  assert.deepEqual([next.body.status, next.body.position, next.body.expiresAt], ['WAIT', 1, null]);
  const { token } = issued.body;
  const status = (await one.status(token)).body;
  assert(status.expiresAt !== null && status.expiredBecause === null);
  const [performance] = (await one.performances(token, concertId)).body.performances;
  assert.deepEqual(performance, { id: performanceId, concertId, startsAt: '2030-05-01T10:00:00.000Z', seatsTotal: 50, seatsAvailable: 50 });
  const seats = (await one.seats(token, performanceId)).body.seats;
  assert.equal(seats.length, 50);
  assert.deepEqual(seats[11], { number: 12, label: 'A-2-2', section: 'A', row: 2, grade: 'R', price, status: 'AVAILABLE' });
  const held = await one.hold(token, performanceId, [12, 13]);
  assert.deepEqual([held.status, held.body.status, held.body.amount], [201, 'HELD', 100_000]);
  assert.deepEqual(held.body.seats, [{ number: 12, label: 'A-2-2', price }, { number: 13, label: 'A-2-3', price }]);
  const charged = await one.charge(fan, 120_000);
  assert.deepEqual([charged.status, charged.body.amount, charged.body.balance], [201, 120_000, 120_000]);
  assert.deepEqual((await one.wallet(fan)).body, { balance: 120_000, currency: 'KRW' });
  const paid = await one.pay(token, held.body.id);
  assert.equal(paid.status, 201, JSON.stringify(paid.fields));
  assert.deepEqual([paid.body.reservationId, paid.body.amount, paid.body.balance], [held.body.id, 100_000, 20_000]);
  assert.deepEqual(paid.body.seats, held.body.seats);

  const ended = (await one.status(token)).body;
  assert.deepEqual([ended.status, ended.expiredBecause], ['EXPIRED', 'PAID']);
  assert.equal((await one.status(next.body.token)).body.status, 'ACTIVE', 'the next fan is in with the answer');
  const left = (await one.seats(next.body.token, performanceId, 'all')).body.seats;
  assert.deepEqual(left.filter((seat) => seat.status === 'RESERVED').map((seat) => seat.number), [12, 13]);
  assert.equal((await one.reservation(fan, held.body.id)).body.status, 'CONFIRMED');
  const entries = (await one.entries(fan)).body.entries;
  assert.deepEqual(entries.map(({ kind, amount, balance }) => [kind, amount, balance]), [['PAYMENT', -100_000, 20_000], ['CHARGE', 120_000, 120_000]]);
  await one.assertInvariants();
});

test('the same reservation paid 20 times at once with 20 keys: one payment', async () => {
  const { concertId, performanceId } = await one.createConcert();
  const { fan, token, reservationId } = await ready(concertId, performanceId, 1);
  await one.charge(fan, 20 * price);
  const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? one : other).pay(token, reservationId)));
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
  const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? one : other).pay(token, reservationId, key)));
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
  const answers = await Promise.all(fans.map(({ token, reservationId }, index) => (index % 2 === 0 ? one : other).pay(token, reservationId)));
  assert.deepEqual(answers.map(({ status }) => status), Array.from({ length: 30 }, () => 201));
  await one.assertInvariants();
});

for (const [what, hasten] of [
  ['its hold', (sql: House['sql'], concertId: string) => sql`
    with hastened as (
      update reservations set held_until = clock_timestamp() + random() * interval '150 milliseconds'
      where concert_id = ${concertId} and status = 'HELD' returning id, held_until
    )
    update seats set held_until = hastened.held_until from hastened where concert_id = ${concertId} and reservation_id = hastened.id`],
  ['its session', (sql: House['sql'], concertId: string) => sql`
    update queue_tokens set expires_at = clock_timestamp() + random() * interval '150 milliseconds'
    where concert_id = ${concertId} and status = 'ACTIVE'`],
] as const) {
  test(`a payment racing the end of ${what}, 200 times: each wholly paid or wholly refused`, async () => {
    const { concertId, performanceId } = await one.createConcert({ performances: manySeats });
    const fans = await Promise.all(Array.from({ length: 200 }, (_, index) => ready(concertId, performanceId, index + 1)));
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

test('refusals come in the order token, reservation, hold, balance', async () => {
  const { concertId, performanceId } = await one.createConcert({ graceSeconds: 600 });
  const { token, reservationId } = await ready(concertId, performanceId, 1);
  const poor = newFan();
  const poorToken = await one.enter(concertId, poor);
  const poorHold = (await one.hold(poorToken, performanceId, [2])).body.id;

  assert.equal((await one.pay('nonsense', reservationId)).code, 'QUEUE_TOKEN_INVALID');
  assert.equal((await one.pay(poorToken, reservationId)).code, 'NOT_FOUND', 'of somebody else');
  assert.equal((await one.pay(poorToken, `${concertId}-nothing`)).code, 'NOT_FOUND');
  assert.equal((await one.pay(poorToken, 'nothing')).code, 'NOT_FOUND');
  const short = await one.pay(poorToken, poorHold);
  assert.deepEqual([short.status, short.code, short.fields['balance'], short.fields['required']], [402, 'INSUFFICIENT_BALANCE', 0, price]);
  await house.sql`update reservations set held_until = now() - interval '1 second' where id = ${poorHold}`;
  assert.equal((await one.pay(poorToken, poorHold)).code, 'HOLD_EXPIRED', 'before the balance');
  await one.leave(poorToken);
  const gone = await one.pay(poorToken, poorHold);
  assert.deepEqual([gone.code, gone.fields['expiredBecause']], ['ADMISSION_EXPIRED', 'LEFT'], 'before the hold');

  const call = await one.call('POST', `/api/v1/reservations/${reservationId}/payment`, { queueToken: token });
  assert.equal(call.code, 'IDEMPOTENCY_KEY_REQUIRED');
  const tooLong = await one.pay(token, reservationId, 'k'.repeat(256));
  assert.deepEqual([tooLong.status, tooLong.code], [400, 'IDEMPOTENCY_KEY_REQUIRED']);
});

test('a refused payment uses up no key: the same key pays after topping up', async () => {
  const { concertId, performanceId } = await one.createConcert();
  const fan = newFan();
  const token = await one.enter(concertId, fan);
  const { id } = (await one.hold(token, performanceId, [1])).body;
  const key = randomUUID();
  assert.equal((await one.pay(token, id, key)).code, 'INSUFFICIENT_BALANCE');
  assert.equal((await one.status(token)).body.status, 'ACTIVE');
  await one.charge(fan, price);
  assert.equal((await one.pay(token, id, key)).status, 201);
});

test('a paid reservation is told as ALREADY_PAID, and a key is one request', async () => {
  const { concertId, performanceId } = await one.createConcert();
  const { fan, token, reservationId } = await ready(concertId, performanceId, 1);
  const key = randomUUID();
  const paid = await one.pay(token, reservationId, key);
  const again = await one.enter(concertId, fan);
  const refused = await one.pay(again, reservationId);
  assert.deepEqual([refused.status, refused.code, refused.fields['paymentId']], [409, 'ALREADY_PAID', paid.body.id]);
  const other_ = (await one.hold(again, performanceId, [2])).body.id;
  assert.deepEqual([(await one.pay(again, other_, key)).status, (await one.charge(fan, 1, key)).code], [422, 'IDEMPOTENCY_KEY_REUSED']);
});

test('two reservations of one fan paid at once: the first ends the session, the second keeps its money', async () => {
  const { concertId, performanceId } = await one.createConcert();
  const { fan, token, reservationId } = await ready(concertId, performanceId, 1);
  const second = (await one.hold(token, performanceId, [2])).body.id;
  await one.charge(fan, price);
  const answers = await Promise.all([one.pay(token, reservationId), one.pay(token, second)]);
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), [201, 403]);
  assert.equal((await one.wallet(fan)).body.balance, price);
  await one.assertInvariants();
});

test('a hold of another concert is FORBIDDEN with this place in line', async () => {
  const here = await one.createConcert();
  const there = await one.createConcert();
  const { fan, reservationId } = await ready(there.concertId, there.performanceId, 1);
  const token = await one.enter(here.concertId, fan);
  assert.deepEqual([(await one.pay(token, reservationId)).status, (await one.pay(token, reservationId)).code], [403, 'FORBIDDEN']);
});

test('seats that cost nothing are paid with nothing', async () => {
  const sections = [{ name: 'A', rows: 1, seatsPerRow: 2, grade: 'FREE', price: 0 }];
  const { concertId, performanceId } = await one.createConcert({ performances: [{ startsAt: '2030-05-01T10:00:00Z', sections }] });
  const token = await one.enter(concertId, newFan());
  const { id } = (await one.hold(token, performanceId, [1])).body;
  const paid = await one.pay(token, id);
  assert.deepEqual([paid.status, paid.body.amount, paid.body.balance], [201, 0, 0]);
  await one.assertInvariants();
});

test('each payment admits exactly the next in line', async () => {
  const { concertId, performanceId } = await one.createConcert({ maxActive: 1, graceSeconds: 3_600 });
  const fans = newFans(6);
  const tokens: string[] = [];
  for (const fan of fans) tokens.push((await one.issue(concertId, fan)).body.token);
  for (const [index, fan] of fans.entries()) {
    const token = tokens[index] ?? '';
    await eventually(async () => assert.equal((await one.status(token)).body.status, 'ACTIVE'));
    const behind = await Promise.all(tokens.slice(index + 1).map(async (waiting) => (await one.status(waiting)).body.position));
    assert.deepEqual(behind, tokens.slice(index + 1).map((_, place) => place + 1));
    await one.charge(fan, price);
    const { id } = (await one.hold(token, performanceId, [index + 1])).body;
    assert.equal((await one.pay(token, id)).status, 201);
  }
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
    assert.deepEqual(await Promise.all([pay(), pay()]), ['paid', 'paid'], 'the race that the conditional update prevents is real');
  } finally {
    await bare.close();
  }
});
