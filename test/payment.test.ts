/** Paying through the front door: one transaction, wholly done or wholly refused, whoever races whom. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { endHold } from './harness/backdate.ts';
import { boxOffice, newFan, newFans, type BoxOffice, type Fan } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';

let house: House;
let one: BoxOffice;

before(async () => {
  house = await openHouse();
  one = boxOffice(await house.start());
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

test('all eight use cases, one after the other', async () => {
  const { concertId, performanceId } = await one.createConcert({ maxActive: 1, graceSeconds: 600 });
  const fan = newFan();
  const issued = await one.issue(concertId, fan);
  assert.deepEqual(
    [issued.status, issued.body.status, issued.body.position, issued.body.concertId],
    [201, 'ACTIVE', null, concertId],
  );
  const next = await one.issue(concertId, newFan());
  assert.deepEqual([next.body.status, next.body.position, next.body.expiresAt], ['WAIT', 1, null]);
  const { token } = issued.body;
  const status = (await one.status(token)).body;
  assert(status.expiresAt !== null && status.expiredBecause === null);
  const [performance] = (await one.performances(token, concertId)).body.performances;
  assert.deepEqual(performance, {
    id: performanceId,
    concertId,
    startsAt: '2030-05-01T10:00:00.000Z',
    status: 'SCHEDULED',
    seatsTotal: 50,
    seatsAvailable: 50,
  });
  const seats = (await one.seats(token, performanceId)).body.seats;
  assert.equal(seats.length, 50);
  assert.deepEqual(seats[11], {
    number: 12,
    label: 'A-2-2',
    section: 'A',
    row: 2,
    grade: 'R',
    price,
    status: 'AVAILABLE',
  });
  const held = await one.hold(token, performanceId, [12, 13]);
  assert.deepEqual([held.status, held.body.status, held.body.amount], [201, 'HELD', 100_000]);
  assert.deepEqual(held.body.seats, [
    { number: 12, label: 'A-2-2', price },
    { number: 13, label: 'A-2-3', price },
  ]);
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
  assert.deepEqual(
    left.filter((seat) => seat.status === 'RESERVED').map((seat) => seat.number),
    [12, 13],
  );
  assert.equal((await one.reservation(fan, held.body.id)).body.status, 'CONFIRMED');
  const entries = (await one.entries(fan)).body.entries;
  assert.deepEqual(
    entries.map(({ kind, amount, balance }) => [kind, amount, balance]),
    [
      ['PAYMENT', -100_000, 20_000],
      ['CHARGE', 120_000, 120_000],
    ],
  );
  await one.assertInvariants();
});

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
  assert.deepEqual(
    [short.status, short.code, short.fields['balance'], short.fields['required']],
    [402, 'INSUFFICIENT_BALANCE', 0, price],
  );
  await endHold(house.sql, poorHold);
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
  const another = (await one.hold(again, performanceId, [2])).body.id;
  assert.deepEqual(
    [(await one.pay(again, another, key)).status, (await one.charge(fan, 1, key)).code],
    [422, 'IDEMPOTENCY_KEY_REUSED'],
  );
});

test('a hold of another concert is FORBIDDEN with this place in line', async () => {
  const here = await one.createConcert();
  const there = await one.createConcert();
  const { fan, reservationId } = await ready(there.concertId, there.performanceId, 1);
  const token = await one.enter(here.concertId, fan);
  assert.deepEqual(
    [(await one.pay(token, reservationId)).status, (await one.pay(token, reservationId)).code],
    [403, 'FORBIDDEN'],
  );
});

test('seats that cost nothing are paid with nothing', async () => {
  const sections = [{ name: 'A', rows: 1, seatsPerRow: 2, grade: 'FREE', price: 0 }];
  const { concertId, performanceId } = await one.createConcert({
    performances: [{ startsAt: '2030-05-01T10:00:00Z', sections }],
  });
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
    const behind = await Promise.all(
      tokens.slice(index + 1).map(async (waiting) => (await one.status(waiting)).body.position),
    );
    assert.deepEqual(
      behind,
      tokens.slice(index + 1).map((_, place) => place + 1),
    );
    await one.charge(fan, price);
    const { id } = (await one.hold(token, performanceId, [index + 1])).body;
    assert.equal((await one.pay(token, id)).status, 201);
  }
  await one.assertInvariants();
});
