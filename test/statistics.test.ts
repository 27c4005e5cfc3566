/** In the first minute of a sale tables grow from nothing: the planner is told each time they have doubled. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { keepStatistics } from '../src/platform/statistics.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';

for (const postgres of [18, 15] as const) {
  describe(`what the planner knows, on PostgreSQL ${postgres}`, () => {
    let house: House;
    before(async () => {
      house = await openHouse({ postgres });
    });
    after(() => house.close());

    test('follows a table that grows, and leaves one alone that does not', async () => {
      const { sql } = house;
      await sql`create table "Grown up" (id int primary key)`;
      await sql`create table "Small" (id int primary key)`;
      // Only ours, so that nothing else is the reason.
      await sql`alter table "Grown up" set (autovacuum_enabled = false)`;
      await sql`alter table "Small" set (autovacuum_enabled = false)`;
      await sql`insert into "Small" select generate_series(1, 400)`;
      const duty = keepStatistics(house.database);
      const look = async (): Promise<{ rows: number; looks: number }> => {
        await duty.run();
        const [seen] = await sql<[{ rows: number; looks: number }]>`
          select reltuples::int as rows, pg_stat_get_analyze_count(oid)::int as looks from pg_class
          where oid = '"Grown up"'::regclass`;
        return seen;
      };
      const grow = async (from: number, to: number): Promise<void> => {
        await sql`insert into "Grown up" select generate_series(${from}::int, ${to}::int)`;
      };
      await grow(1, 1_000);
      // PostgreSQL counts what a connection did up to a second later.
      await eventually(async () => assert.deepEqual(await look(), { rows: 1_000, looks: 1 }));
      await grow(1_001, 2_000);
      assert.equal((await look()).looks, 1, 'not yet doubled');
      await grow(2_001, 5_000);
      await eventually(async () => assert.deepEqual(await look(), { rows: 5_000, looks: 2 }));
      assert.deepEqual(await look(), { rows: 5_000, looks: 2 });
      const [small] = await sql`select pg_stat_get_analyze_count('"Small"'::regclass)::int as looks`;
      assert.deepEqual(small, { looks: 0 });
    });
  });
}
