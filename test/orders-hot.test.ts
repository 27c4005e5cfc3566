/** What a credit writes: the order's row where it stands and nothing into its indexes, however many are credited together. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { connect } from '../src/platform/database.ts';
import { eventually } from './harness/eventually.ts';
import { openFunding } from './harness/funding-rooms.ts';
import { openHouse } from './harness/house.ts';
import { keyOf, openTill } from './harness/till.ts';

const house = await openHouse();
after(() => house.close());

test('orders that were opened together are confirmed together, and none leaves its page', async () => {
  const count = 8;
  const database = connect(house.databaseUrl, { poolMax: 2, applicationName: 'maejin-test' });
  const till = openTill();
  const room = openFunding({ database }, [till.gateway]);
  const users = Array.from({ length: count }, (_, place) => `fan-${place}`);
  const ids = await Promise.all(
    users.map(async (user) => (await room.open(user, 'key', { amount: 10_000, method: 'toss' }, 'en')).answer.id),
  );
  const confirmed = await Promise.all(
    ids.map((id, place) => room.confirm(users[place] ?? '', id, { paymentKey: keyOf(id), amount: 10_000 })),
  );
  assert(confirmed.every(({ isPaid }) => isPaid));
  // Its counts are told when a connection ends.
  await database.close();
  await eventually(async () => {
    const [row] = await house.sql<{ updated: number; hot: number; questions: number; payments: number }[]>`
      select n_tup_upd as updated, n_tup_hot_upd as hot, (select count(*) from charge_order_questions) as questions,
        (select count(*) from gateway_payments) as payments
      from pg_stat_user_tables where relname = 'charge_orders'`;
    // What the browser needs, and the credit.
    assert.deepEqual(row, { updated: 2 * count, hot: 2 * count, questions: 0, payments: count });
  });
});

test('no index of the orders knows what a credit changes', async () => {
  const rows = await house.sql<{ column: string }[]>`
    select distinct attname as column
    from pg_depend join pg_index on indexrelid = objid and indrelid = refobjid
      join pg_attribute on attrelid = refobjid and attnum = refobjsubid
    where refobjid = 'charge_orders'::regclass and classid = 'pg_class'::regclass
    order by 1`;
  const known = new Set(rows.map(({ column }) => column));
  assert(known.has('owed'), 'the columns of conditions are among them');
  const changed = ['status', 'paid_at', 'payment_key', 'notice_secret', 'asked_at', 'asks'];
  assert.deepEqual(
    changed.filter((column) => known.has(column)),
    [],
  );
});
