/** A transaction whose statements travel together says what failed, not that something before it did. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { brokenConstraint } from '../src/platform/database.ts';
import { openHouse, type House } from './harness/house.ts';

let house: House;
before(async () => {
  house = await openHouse();
});
after(() => house.close());

test('statements behind one that failed are told its failure', async () => {
  const codes: unknown[] = [];
  const note = (error: { code: string }): void => {
    codes.push(error.code);
  };
  const transaction = house.database.transaction(async (tx) => {
    const first = tx`select 1 / (random() * 0)::int`.execute();
    const second = tx`select 1`.execute();
    // Whoever waits for the second alone hears of the first.
    first.catch(note);
    await second.catch((error: { code: string }) => {
      note(error);
      throw error;
    });
  });
  await assert.rejects(transaction, { code: '22012' });
  assert.deepEqual(codes, ['22012', '22012']);
});

test('what nobody waited for travels with the commit: if it fails, nothing stands, and its failure comes out', async () => {
  const { sql, transaction } = house.database;
  await sql`create table travelled (id int primary key)`;
  const add = async (...ids: number[]): Promise<string> =>
    transaction(async (tx) => {
      for (const id of ids) void tx`insert into travelled values (${id})`.execute();
      return 'done';
    });
  assert.equal(await add(1, 2), 'done');
  await assert.rejects(add(3, 2, 4), (error) => brokenConstraint(error) === 'travelled_pkey');
  assert.deepEqual([...(await sql`select id from travelled order by id`)], [{ id: 1 }, { id: 2 }]);
  assert.equal(await add(3), 'done', 'the connection is in order');
});
