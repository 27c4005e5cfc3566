/** A server that stops in the middle of a statement keeps its locks only until the others notice. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { connect } from '../src/platform/database.ts';
import { endStalled } from '../src/platform/stalled.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';
import { openWire } from './harness/wire.ts';

const application = { poolMax: 2, applicationName: 'maejin-test-stalled' };
const silent_ms = 200;

for (const postgres of [18, 15] as const) {
  describe(`a server that falls silent in mid-statement, on PostgreSQL ${postgres}`, () => {
    let house: House;
    before(async () => {
      house = await openHouse({ postgres });
    });
    after(() => house.close());

    test('loses its locks, and nobody else loses theirs', async () => {
      await using open = new AsyncDisposableStack();
      const wire = await openWire(house.databaseUrl);
      open.defer(() => wire.close());
      const frozen = connect(wire.url, application);
      open.defer(() => frozen.close(0));
      const other = connect(house.databaseUrl, application);
      open.defer(() => other.close(1));
      const { sql } = house;
      await sql`create table locked (name text primary key)`;
      await sql`insert into locked values ('by the frozen'), ('by the other')`;
      const isFree = async (name: string): Promise<boolean> =>
        (await sql`select from locked where name = ${name} for update skip locked`).length === 1;

      const stalled = () => sql`
        select from pg_stat_activity where application_name = ${application.applicationName}
          and state = 'active' and wait_event = 'ClientRead'`;

      wire.freezeAfter('half_said');
      const silenced = frozen.transaction(async (tx) => {
        await tx`select from locked where name = 'by the frozen' for update`;
        // The end of it, which asks for the answer, does not come.
        await tx`select ${1}::int as half_said`;
      });
      silenced.catch(() => undefined);
      await eventually(async () => assert.equal((await stalled()).length, 1));
      await other.transaction(async (tx) => {
        await tx`select from locked where name = 'by the other' for update`;
        const atWork = tx`select pg_sleep(1)`.execute();
        assert(!(await isFree('by the frozen')), 'however long it takes');
        const duty = endStalled(other, silent_ms);
        await eventually(async () => {
          await duty.run();
          assert(await isFree('by the frozen'));
        });
        assert(!(await isFree('by the other')));
        await atWork;
      });
      assert.equal((await stalled()).length, 0);
    });
  });
}
