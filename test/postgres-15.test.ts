/** The oldest PostgreSQL that is promised, beside the one that is brought along: the same journeys on both. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { boxOffice, type BoxOffice } from './harness/box-office.ts';
import { openHouse, type House } from './harness/house.ts';
import { journeys } from './harness/journeys.ts';

for (const postgres of [15, 18] as const) {
  describe(`PostgreSQL ${postgres}`, () => {
    let house: House;
    let one: BoxOffice;
    let other: BoxOffice;
    before(async () => {
      house = await openHouse({ postgres });
      const servers = await Promise.all([house.start(), house.start()]);
      [one, other] = [boxOffice(servers[0]), boxOffice(servers[1])];
    });
    after(() => house.close());

    test('is what it says', async () => {
      const [row] = await house.sql`select current_setting('server_version_num')::int / 10000 as version`;
      assert.equal(row?.['version'], postgres);
    });
    for (const [name, journey] of Object.entries(journeys)) {
      test(name, async () => {
        await journey({ one, other, sql: house.sql });
        await one.assertInvariants();
      });
    }
  });
}
