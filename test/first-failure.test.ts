/** A transaction whose statements travel together says what failed, not that something before it did. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
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
