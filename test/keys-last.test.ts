/** Keys are stored behind every lock, and a repeat beside a first try that is under way is answered as that one is. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { codeOf } from '../src/platform/database.ts';
import { endSessions } from './harness/backdate.ts';
import { boxOffice, type BoxOffice } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { insideOf, isReplay } from './harness/held-once.ts';
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

async function lockWaiters(): Promise<number> {
  const rows = await house.sql`
    select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  return rows.length;
}

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

test('a plain hold that waits to be counted has not stored its key yet', async () => {
  const { concertId, performanceId, fan, token } = await insideOf(one);
  await one.seats(token, performanceId);
  const { asked, stored } = await house.database.transaction(async (tx) => {
    await tx`select from performance_sales where concert_id = ${concertId} for update`;
    const holding = one.hold(token, performanceId, [1], 'early');
    await eventually(async () => assert.equal(await lockWaiters(), 1));
    return { asked: [holding], stored: await isStored(fan.userId, 'early') };
  });
  assert.equal((await asked[0])?.status, 201);
  assert.equal(stored, false);
});

test('a plain payment that waits to be counted has not stored its key yet', async () => {
  const { concertId, performanceId, fan, token } = await insideOf(one);
  await one.charge(fan, 50_000);
  const { body } = await one.hold(token, performanceId, [1]);
  const { asked, stored } = await house.database.transaction(async (tx) => {
    await tx`select from performance_sales where concert_id = ${concertId} for update`;
    const paying = one.pay(token, body.id, 'early-pay');
    await eventually(async () => assert.equal(await lockWaiters(), 1));
    return { asked: [paying], stored: await isStored(fan.userId, 'early-pay') };
  });
  assert.equal((await asked[0])?.status, 201);
  assert.equal(stored, false);
});

test('a repeat beside a first try that is under way when the session ends', async () => {
  const { concertId, performanceId, fan, token } = await insideOf(one);
  await one.seats(token, performanceId);
  const begun = await house.database.transaction(async (tx) => {
    await tx`select from performance_sales where concert_id = ${concertId} for update`;
    await endSessions(house.sql, concertId, { inSeconds: 3 });
    const first = one.hold(token, performanceId, [1], 'slow');
    await eventually(async () => assert.equal(await lockWaiters(), 1));
    await eventually(async () => {
      const [row] = await house.sql`
        select clock_timestamp() > expires_at as "isOver" from queue_tokens where concert_id = ${concertId}`;
      assert.equal(row?.['isOver'], true);
    });
    const again = other.hold(token, performanceId, [1], 'slow');
    // It is answered at once, or waits for the first.
    await Promise.race([again, eventually(async () => assert.equal(await lockWaiters(), 2))]);
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
