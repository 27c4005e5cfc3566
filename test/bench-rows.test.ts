/** Rows that the bench writes keep every rule of the house, so that the audit after a run speaks for the run. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { writePast } from '../bench/idle.ts';
import * as rows from '../bench/rows.ts';
import { createAudit } from '../src/audit/audit.ts';
import { openHouse } from './harness/house.ts';

const house = await openHouse();
after(() => house.close());

async function broken(): Promise<{ name: string; violations: number }[]> {
  const { checks } = await createAudit(house).run();
  return checks.filter(({ ok }) => !ok).map(({ name, violations }) => ({ name, violations }));
}

test('of lines, of the past, and of those who stand ready to pay once who never came in has lost the hold', async () => {
  const [inside, waiting] = [3, 20];
  const graceSeconds = rows.day_seconds;
  await rows.line(house.sql, 'benchtill0', { inside, waiting, graceSeconds });
  await rows.performances(house.sql, 'benchtill0', [50]);
  await writePast(rows, house.sql, 2);
  assert.deepEqual(await broken(), []);
  await rows.holdsWithMoney(house.sql, 'benchtill0', { fans: inside + waiting, seatsPerPerformance: 50 });
  assert.deepEqual(
    (await broken()).map(({ name, violations }) => [name.slice(0, 42), violations]),
    [['I9 a live hold is of a fan who is inside, ', waiting]],
  );
  await rows.waitersLoseHolds(house.sql, 'benchtill0');
  assert.deepEqual(await broken(), []);
  await rows.line(house.sql, 'benchpaid0', { inside: 0, waiting: 0, graceSeconds, maxActive: inside });
  await rows.performances(house.sql, 'benchpaid0', [50]);
  await rows.paidFor(house.sql, 'benchpaid0', { fans: 20, seatsPerPerformance: 50 });
  assert.deepEqual(await broken(), []);
});
