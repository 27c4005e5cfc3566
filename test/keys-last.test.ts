/** Keys are stored behind every lock, and a repeat beside a first try that is under way is answered as that one is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeOf } from '../src/platform/database.ts';
import { endSessions } from './harness/backdate.ts';
import { eventually } from './harness/eventually.ts';
import { insideOf, isReplay } from './harness/held-once.ts';
import type { Answer } from './harness/http.ts';
import { lockWaiters } from './harness/lock-waiters.ts';
import { paidSeats } from './harness/paid-seats.ts';
import { openTwoOffices } from './harness/two-offices.ts';

const { house, one, other } = await openTwoOffices();

/** Whether somebody has a row with this key stored, and not committed yet. */
async function isStored(userId: string, key: string): Promise<boolean> {
  return house.database
    .transaction(async (tx) => {
      await tx`select set_config('lock_timeout', '200', true)`;
      await tx`insert into idempotency_keys (user_id, key, fingerprint, answer) values (${userId}, ${key}, 'probe', '{}')`;
      throw new Error('undone');
    })
    .catch((error: unknown) => {
      if (error instanceof Error && error.message === 'undone') return false;
      if (codeOf(error) === '55P03') return true;
      throw error;
    });
}

/** Whether the key of what is asked is stored when its effect is yet to be counted. Asserts that it is carried out. */
async function isStoredUncounted(concertId: string, userId: string, key: string, ask: () => Promise<Answer<unknown>>) {
  const { asked, stored } = await house.database.transaction(async (tx) => {
    await tx`select from performance_sales where concert_id = ${concertId} for update`;
    const asking = ask();
    await lockWaiters(house, 1);
    // Not waited for in here, where it cannot go on.
    return { asked: [asking], stored: await isStored(userId, key) };
  });
  assert.equal((await asked[0])?.status, 201);
  return stored;
}

test('a plain hold that waits to be counted has not stored its key yet', async () => {
  const { concertId, performanceId, fan, token } = await insideOf(one);
  await one.seats(token, performanceId);
  const ask = () => one.hold(token, performanceId, [1], 'early');
  assert.equal(await isStoredUncounted(concertId, fan.userId, 'early', ask), false);
});

test('a plain payment that waits to be counted has not stored its key yet', async () => {
  const { concertId, performanceId, fan, token } = await insideOf(one);
  await one.charge(fan, 50_000);
  const { body } = await one.hold(token, performanceId, [1]);
  const ask = () => one.pay(token, body.id, 'early-pay');
  assert.equal(await isStoredUncounted(concertId, fan.userId, 'early-pay', ask), false);
});

test('a cancellation that waits to be counted has not stored its key yet', async () => {
  const date = await one.createConcert();
  const { fan, reservationId } = await paidSeats(one, date, [1]);
  const ask = () => one.cancelPaid(fan, reservationId, { refund: 50_000 }, 'early-cancel');
  assert.equal(await isStoredUncounted(date.concertId, fan.userId, 'early-cancel', ask), false);
});

test('a repeat beside a first try that is under way when the session ends', async () => {
  const { concertId, performanceId, fan, token } = await insideOf(one);
  await one.seats(token, performanceId);
  const begun = await house.database.transaction(async (tx) => {
    await tx`select from performance_sales where concert_id = ${concertId} for update`;
    await endSessions(house.sql, concertId, { inSeconds: 3 });
    const first = one.hold(token, performanceId, [1], 'slow');
    await lockWaiters(house, 1);
    await eventually(async () => {
      const [row] = await house.sql`
        select clock_timestamp() > expires_at as "isOver" from queue_tokens where concert_id = ${concertId}`;
      assert.equal(row?.['isOver'], true);
    });
    const again = other.hold(token, performanceId, [1], 'slow');
    // It is answered at once, or waits for the first.
    await Promise.race([again, lockWaiters(house, 2)]);
    return { all: [first, again] };
  });
  const [first, again] = await Promise.all(begun.all);
  const later = await other.hold(token, performanceId, [1], 'slow');
  const own = await one.reservations(fan);
  assert.deepEqual([first?.status, again?.status, again?.code], [201, 201, undefined]);
  assert.deepEqual([later.status, isReplay(later)], [201, true]);
  assert.deepEqual(
    own.body.reservations.map(({ status }) => status),
    ['HELD'],
  );
});
