/**
 * A hold with an Idempotency-Key is made once: whoever asks again with the same key, since an answer was lost or a button was
 * pressed twice, gets the first answer again and is not refused with their own seat.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endHold, endSessions } from './harness/backdate.ts';
import { boxOffice, newFan, type BoxOffice } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { assertAgain, holdsOf, insideOf, isReplay } from './harness/held-once.ts';
import { openTwoOffices } from './harness/two-offices.ts';
import { openWire } from './harness/wire.ts';

const { house, one, other } = await openTwoOffices();

test('the same key gets the same 201, on any server, whatever became of the hold and of the turn', async () => {
  const { concertId, performanceId, fan, token } = await insideOf(one);
  const first = await one.hold(token, performanceId, [3, 1], 'first');
  assert.deepEqual([first.status, isReplay(first)], [201, false]);
  const again = (office: BoxOffice) => office.hold(token, performanceId, [3, 1], 'first');
  assertAgain(await again(one), first, 'at once');
  assertAgain(await again(other), first, 'elsewhere');
  assert.equal((await one.cancel(fan, first.body.id)).status, 204);
  assertAgain(await again(other), first, 'released');
  assert.deepEqual(
    (await one.seats(token, performanceId)).body.seats.slice(0, 3).map(({ number }) => number),
    [1, 2, 3],
    'nothing was held anew',
  );

  const second = await one.hold(token, performanceId, [1], 'second');
  await endHold(house.sql, second.body.id);
  const ranOut = await other.hold(token, performanceId, [1], 'second');
  assert.deepEqual([ranOut.status, ranOut.body.id, isReplay(ranOut)], [201, second.body.id, true]);

  const third = await one.hold(token, performanceId, [2], 'third');
  assert.equal((await one.charge(fan, 50_000)).status, 201);
  assert.equal((await one.pay(token, third.body.id)).status, 201);
  for (const office of [one, other])
    assertAgain(await office.hold(token, performanceId, [2], 'third'), third, 'paid, and the turn is over');
  assert.equal((await one.hold(token, performanceId, [2], 'fourth')).code, 'ADMISSION_EXPIRED');
  assert.equal(await holdsOf(house, concertId), 3);
  await one.assertInvariants();
});

test('a repeat that comes after the session is answered, by whom the place is waiting again too', async () => {
  const { concertId, performanceId, fan, token } = await insideOf(one);
  const held = await one.hold(token, performanceId, [1], 'late');
  await endSessions(house.sql, concertId);
  await eventually(async () => assert.equal((await other.hold(token, performanceId, [2])).code, 'ADMISSION_EXPIRED'));
  const ended = await other.hold(token, performanceId, [1], 'late');
  assert.deepEqual([ended.status, ended.body.id, isReplay(ended)], [201, held.body.id, true]);
  await one.updateConcert(concertId, { maxActive: 1 });
  // Takes the slot, or comes first when it is free.
  await one.issue(concertId, newFan());
  const { token: outside, status } = (await one.issue(concertId, fan)).body;
  assert.equal(status, 'WAIT');
  const waiting = await one.hold(outside, performanceId, [1], 'late');
  assert.deepEqual([waiting.status, waiting.body.id, isReplay(waiting)], [201, held.body.id, true]);
  assert.equal((await one.hold(outside, performanceId, [2], 'late')).code, 'IDEMPOTENCY_KEY_REUSED');
  assert.equal((await one.hold(outside, performanceId, [2], 'new')).code, 'NOT_ADMITTED');
  assert.equal((await one.hold(outside, 'nothing', [2], 'new')).code, 'NOT_ADMITTED', 'the token comes first');
});

test('another request under the same key is refused; the key of another fan is another key', async () => {
  const { concertId, performanceId, fan, token } = await insideOf(one);
  assert.equal((await one.hold(token, performanceId, [1, 2], 'mine')).status, 201);
  for (const numbers of [[1], [2, 1], [3, 4]]) {
    const reused = await other.hold(token, performanceId, numbers, 'mine');
    assert.deepEqual([reused.status, reused.code], [422, 'IDEMPOTENCY_KEY_REUSED'], numbers.join());
  }
  assert.equal((await one.charge(fan, 100, 'mine')).code, 'IDEMPOTENCY_KEY_REUSED');
  assert.equal((await one.charge(fan, 100, 'charged')).status, 201);
  assert.equal((await one.hold(token, performanceId, [3], 'charged')).code, 'IDEMPOTENCY_KEY_REUSED');
  const rival = await one.enter(concertId, newFan());
  assert.equal((await one.hold(rival, performanceId, [3], 'mine')).status, 201);
  assert.equal(await holdsOf(house, concertId), 2);
});

test('two requests with one key in one batch: the first counts', async () => {
  const { concertId, performanceId, token } = await insideOf(one);
  await one.seats(token, performanceId);
  const both = await Promise.all([
    one.hold(token, performanceId, [1], 'either'),
    one.hold(token, performanceId, [2], 'either'),
  ]);
  assert.deepEqual(
    both.map(({ status }) => status).toSorted((a, b) => a - b),
    [201, 422],
  );
  assert.equal(await holdsOf(house, concertId), 1);
});

test('a refusal is not remembered: the same key may hold as soon as it can', async () => {
  const { concertId, performanceId, token } = await insideOf(one);
  const rival = newFan();
  const theirs = await one.hold(await one.enter(concertId, rival), performanceId, [1]);
  assert.equal((await one.hold(token, performanceId, [1], 'again')).code, 'SEAT_UNAVAILABLE');
  assert.equal((await one.cancel(rival, theirs.body.id)).status, 204);
  const held = await one.hold(token, performanceId, [1], 'again');
  assert.deepEqual([held.status, isReplay(held)], [201, false]);
});

test('a key is 1 to 255 visible ASCII characters', async () => {
  const { performanceId, token } = await insideOf(one);
  for (const key of ['', 'two words', 'k'.repeat(256), '\u00e9'])
    assert.equal((await one.hold(token, performanceId, [1], key)).code, 'IDEMPOTENCY_KEY_REQUIRED', key);
  assert.equal((await one.hold(token, performanceId, [1], '~'.repeat(255))).status, 201);
});

test('a hold without a key asks for none, and one with a key is one flight all the same', async (t) => {
  const wire = await openWire(house.databaseUrl);
  t.after(() => wire.close());
  const server = await house.start({ DATABASE_URL: wire.url });
  const office = boxOffice(server);
  const { concertId, performanceId } = await one.createConcert();
  for (const [number, key] of [[1], [2, 'with']] as const) {
    const token = await office.enter(concertId, newFan());
    await office.seats(token, performanceId);
    const before = wire.transactions.length;
    assert.equal((await office.hold(token, performanceId, [number], key)).status, 201);
    // Sent in words, for it is the first time.
    const flights = wire.transactions.slice(before).filter(({ text }) => text.includes('judged'));
    assert.deepEqual(
      flights.map(({ roundTrips, text }) => [roundTrips, text.includes('idempotency_keys')]),
      [[1, key !== undefined]],
    );
  }
  await server.stop();
});
