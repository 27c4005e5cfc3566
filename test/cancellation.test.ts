/** Cancelling through the front door: what a quote says, what comes back, and who is told no. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { boxOffice, newFan, type Fan } from './harness/box-office.ts';
import { openHouse } from './harness/house.ts';
import { boughtAgo, paidSeats, startsIn } from './harness/paid-seats.ts';
import { ended, movesOf, sentBack, topUps, with_sandbox } from './harness/topping-up.ts';

const house = await openHouse();
const box = boxOffice(await house.start(with_sandbox));
const tops = topUps(box);
after(async () => {
  try {
    await box.assertInvariants();
  } finally {
    await house.close();
  }
});

const price = 50_000;
const balanceOf = async (fan: Fan): Promise<number> => (await box.wallet(fan)).body.balance;
const because = ({ code, fields }: { code: string | undefined; fields: Record<string, unknown> }) => [
  code,
  fields['because'],
];

describe('a fan', () => {
  test('cancels one seat of two, and then the other', async () => {
    const date = await box.createConcert();
    const { fan, reservationId, paymentId } = await paidSeats(box, date, [1, 2]);
    await startsIn(house, date.performanceId, 8);
    await boughtAgo(house, reservationId, 25);

    const quoted = await box.quote(fan, reservationId, '?seatNumbers=2');
    assert.equal(quoted.status, 200, JSON.stringify(quoted.fields));
    const seat = { number: 2, price, fee: 5_000, refund: 45_000 };
    const { rule, now, ...quote } = quoted.body;
    assert.deepEqual(quote, { reservationId, seats: [seat], fee: 5_000, refund: 45_000 });
    assert(rule.length > 5 && Math.abs(Date.parse(now) - Date.now()) < 60_000, rule);
    const all = (await box.quote(fan, reservationId)).body;
    assert.deepEqual([all.seats.length, all.fee, all.refund], [2, 10_000, 90_000]);

    const key = randomUUID();
    const done = await box.cancelPaid(fan, reservationId, { seatNumbers: [2], refund: 45_000 }, key);
    assert.equal(done.status, 201, JSON.stringify(done.fields));
    const { id, cancelledAt, ...told } = done.body;
    assert.deepEqual(told, { reservationId, seats: [seat], fee: 5_000, refund: 45_000, balance: 45_000 });
    const again = await box.cancelPaid(fan, reservationId, { seatNumbers: [2], refund: 45_000 }, key);
    assert.deepEqual([again.status, again.body, again.headers.get('idempotent-replayed')], [201, done.body, 'true']);
    const reused = await box.cancelPaid(fan, reservationId, { seatNumbers: [1], refund: 45_000 }, key);
    assert.equal(reused.code, 'IDEMPOTENCY_KEY_REUSED');

    const left = (await box.reservation(fan, reservationId)).body;
    assert.deepEqual(
      [left.status, left.seats.map(({ number }) => number), left.amount, left.paid, left.cancelledSeats?.length],
      ['CONFIRMED', [1], price, 2 * price, 1],
    );
    assert.deepEqual(left.cancellations, [
      {
        id,
        seatNumbers: [2],
        fee: 5_000,
        refund: 45_000,
        compensation: 0,
        reason: 'fan',
        at: cancelledAt,
        withdrawalId: null,
      },
    ]);
    const other = newFan();
    const token = await box.enter(date.concertId, other);
    const free = new Set((await box.seats(token, date.performanceId)).body.seats.map(({ number }) => number));
    assert.deepEqual([free.has(2), free.has(1)], [true, false]);

    const rest = await box.cancelPaid(fan, reservationId, { refund: 45_000 });
    assert.deepEqual([rest.status, rest.body.seats.map(({ number }) => number), rest.body.balance], [201, [1], 90_000]);
    const over = (await box.reservation(fan, reservationId)).body;
    assert.deepEqual([over.status, over.seats, over.amount, over.paid], ['CANCELLED', [], 0, 2 * price]);
    assert.deepEqual(
      (await movesOf(house, fan)).map(([kind, amount]) => [kind, amount]),
      [
        ['CHARGE', 2 * price],
        ['PAYMENT', -2 * price],
        ['REFUND', 45_000],
        ['REFUND', 45_000],
      ],
    );

    assert.deepEqual(because(await box.quote(fan, reservationId)), ['NOT_CANCELLABLE', 'ALREADY_CANCELLED']);
    assert.equal((await box.cancel(fan, reservationId)).code, 'ALREADY_PAID', 'it is no hold that could be released');
    const place = await box.enter(date.concertId, fan);
    const paid = await box.pay(place, reservationId);
    assert.deepEqual([paid.code, paid.fields['paymentId']], ['ALREADY_PAID', paymentId]);
    assert.equal(
      (await box.hold(place, date.performanceId, [3, 4, 5, 6])).status,
      201,
      'what was cancelled is not counted',
    );
    const overview = (await box.overview(date.concertId)).body;
    assert.equal(overview.revenue, 10_000, 'the fees stay');
  });

  test('is told no, in this order, and nothing happens', async () => {
    const date = await box.createConcert();
    const { fan, reservationId } = await paidSeats(box, date, [1, 2]);
    const wish = { refund: 2 * price };
    for (const refused of [
      await box.quote(newFan(), reservationId),
      await box.cancelPaid(newFan(), reservationId, wish),
    ])
      assert.equal(refused.code, 'NOT_FOUND');
    for (const query of ['?seatNumbers=3', '?seatNumbers=1,1', '?seatNumbers=0', '?seatNumbers=', '?seatNumbers=1,2,x'])
      assert.equal((await box.quote(fan, reservationId, query)).code, 'VALIDATION_FAILED', query);
    assert.equal(
      (await box.cancelPaid(fan, reservationId, { ...wish, seatNumbers: [1, 3] })).code,
      'VALIDATION_FAILED',
    );
    const holder = newFan();
    const token = await box.enter(date.concertId, holder);
    const held = (await box.hold(token, date.performanceId, [7])).body.id;
    assert.deepEqual(because(await box.quote(holder, held)), ['NOT_CANCELLABLE', 'NOT_PAID']);
    await box.cancel(holder, held);
    assert.deepEqual(because(await box.cancelPaid(holder, held, { refund: 0 })), ['NOT_CANCELLABLE', 'NOT_PAID']);

    const changed = await box.cancelPaid(fan, reservationId, { refund: 2 * price - 1 });
    assert.deepEqual(
      [changed.status, changed.code, changed.fields['fee'], changed.fields['refund']],
      [409, 'QUOTE_CHANGED', 0, 2 * price],
    );
    assert.equal((await box.cancelPaid(fan, reservationId, { seatNumbers: [2], refund: price })).status, 201);
    for (const seatNumbers of [[2], [1, 2]])
      assert.deepEqual(because(await box.cancelPaid(fan, reservationId, { seatNumbers, refund: price })), [
        'NOT_CANCELLABLE',
        'ALREADY_CANCELLED',
      ]);
    await startsIn(house, date.performanceId, -1);
    assert.deepEqual(because(await box.quote(fan, reservationId)), ['NOT_CANCELLABLE', 'STARTED']);
    assert.deepEqual(because(await box.quote(fan, reservationId, '?seatNumbers=2')), [
      'NOT_CANCELLABLE',
      'ALREADY_CANCELLED',
    ]);
    assert.equal(await balanceOf(fan), price);
    const [rows] = await house.sql`select count(*)::int as all from cancellations where user_id = ${fan.userId}`;
    assert.equal(rows?.['all'], 1);
  });

  test('goes by the terms of the day of the payment, whatever becomes of the policy', async () => {
    const date = await box.createConcert({ refundPolicy: { preset: 'none' } });
    const before = await paidSeats(box, date, [1]);
    await box.updateConcert(date.concertId, { refundPolicy: { rules: [{ untilDaysBefore: 0, feePercent: 50 }] } });
    const behind = await paidSeats(box, date, [2]);
    await box.updateConcert(date.concertId, { refundPolicy: { preset: 'kftc' } });
    assert.deepEqual(because(await box.quote(before.fan, before.reservationId)), ['NOT_CANCELLABLE', 'POLICY']);
    assert.equal((await box.quote(behind.fan, behind.reservationId)).body.fee, price / 2);
    // Of what was paid before there were terms.
    await house.sql`update reservations set refund_terms = null where id = ${before.reservationId}`;
    assert.equal((await box.quote(before.fan, before.reservationId)).body.fee, 0);
    const free = await box.createConcert({
      performances: [
        {
          startsAt: '2030-05-01T10:00:00.000Z',
          sections: [{ name: 'A', rows: 1, seatsPerRow: 5, grade: 'R', price: 0 }],
        },
      ],
    });
    const guest = await paidSeats(box, free, [1]);
    const nothing = await box.cancelPaid(guest.fan, guest.reservationId, { refund: 0 });
    assert.deepEqual([nothing.status, nothing.body.refund, nothing.body.balance], [201, 0, 0]);
  });

  test('has the refund sent on to where the money came from, as far as orders can take it', async () => {
    const date = await box.createConcert();
    const fan = newFan();
    const order = await tops.fill(fan, 30_000);
    await box.charge(fan, 20_000);
    const token = await box.enter(date.concertId, fan);
    const reservationId = (await box.hold(token, date.performanceId, [1])).body.id;
    assert.equal((await box.pay(token, reservationId)).status, 201);

    const key = randomUUID();
    const done = await box.cancelPaid(fan, reservationId, { refund: price, to: 'origin' }, key);
    const { withdrawal } = done.body;
    assert.deepEqual(
      [done.status, done.body.balance, withdrawal?.amount, withdrawal?.status, withdrawal?.parts.length],
      [201, 20_000, 30_000, 'PENDING', 1],
    );
    await ended(tops, fan, withdrawal?.id ?? '');
    assert.deepEqual(await sentBack(house, order), [30_000]);
    assert.deepEqual((await box.cancelPaid(fan, reservationId, { refund: price, to: 'origin' }, key)).body, done.body);
    const own = (await box.reservation(fan, reservationId)).body.cancellations?.[0];
    assert.equal(own?.withdrawalId, withdrawal?.id);

    const play = await paidSeats(box, date, [2]);
    const stays = (await box.cancelPaid(play.fan, play.reservationId, { refund: price, to: 'origin' })).body;
    assert.deepEqual([stays.balance, 'withdrawal' in stays], [price, false], 'no order brought any of it');
  });
});

test('an operator cancels for a fan, also when it has begun, and it stands in the log', async () => {
  const date = await box.createConcert({ refundPolicy: { preset: 'none' } });
  const { fan, reservationId } = await paidSeats(box, date, [1, 2, 3]);
  await startsIn(house, date.performanceId, -1);
  const key = randomUUID();
  const wish = { reason: 'illness' as const, feePercent: 33, seatNumbers: [2] };
  const done = await box.cancelForFan(reservationId, wish, key);
  assert.equal(done.status, 201, JSON.stringify(done.fields));
  assert.deepEqual([done.body.fee, done.body.refund, done.body.balance], [16_500, 33_500, 33_500]);
  assert.equal((await box.cancelForFan(reservationId, wish, key)).headers.get('idempotent-replayed'), 'true');
  assert.deepEqual(because(await box.cancelForFan(reservationId, wish)), ['NOT_CANCELLABLE', 'ALREADY_CANCELLED']);
  assert.equal((await box.cancelForFan(`${date.concertId}-nothing`, wish)).code, 'NOT_FOUND');
  const rest = await box.cancelForFan(reservationId, { reason: 'organiser' });
  assert.deepEqual([rest.body.seats.length, rest.body.fee, await balanceOf(fan)], [2, 0, 133_500]);
  const log = await house.sql`
    select action, before, after, operator_id is not null as signed from operator_log
    where concert_id = ${date.concertId} and action = 'CANCEL_RESERVATION' order by id`;
  assert.deepEqual(
    log.map(({ before, signed }) => [before, signed]),
    [
      [null, true],
      [null, true],
    ],
  );
  assert.deepEqual(log[0]?.['after'], {
    reservationId,
    performanceId: date.performanceId,
    userId: fan.userId,
    seatNumbers: [2],
    reason: 'illness',
    feePercent: 33,
    fee: 16_500,
    refund: 33_500,
  });
  const told = (await box.reservation(fan, reservationId)).body.cancellations?.map(({ reason }) => reason);
  assert.deepEqual(told, ['illness', 'organiser']);
});
