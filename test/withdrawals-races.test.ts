/**
 * Withdrawals at once: who takes money out and ends a part on several servers, each guard beside its twin, the same race
 * without it, which must go wrong. The gateway is in the hands of the tests.
 */
import assert from 'node:assert/strict';
import { after, beforeEach, describe, test } from 'node:test';
import { endPart } from '../src/funding/part-ending.ts';
import { createUndoing } from '../src/funding/undoing.ts';
import type { Withdrawals } from '../src/funding/withdrawals.ts';
import { createWallet } from '../src/wallet/wallet.ts';
import { eventually } from './harness/eventually.ts';
import { closeInOrder } from './harness/in-order.ts';
import { openHouse, type House } from './harness/house.ts';
import { openRefunder, type Refunder } from './harness/refunder.ts';
import {
  balanceOf,
  brokenIn,
  filled,
  meeting,
  newUser,
  openWithdrawals,
  over,
  statusOf,
  withdraw,
} from './harness/withdrawal-rooms.ts';

const house = await openHouse();
let refunder: Refunder;
let one: Withdrawals;
let other: Withdrawals;
const rooms: Withdrawals[] = [];
const opened = (of: House, from = refunder, batches: number[] = []): Withdrawals => {
  const room = openWithdrawals(of, from, batches);
  rooms.push(room);
  return room;
};

after(async () => {
  await Promise.all(rooms.map((room) => room.drain()));
  await closeInOrder(house);
});
beforeEach(() => {
  refunder = openRefunder();
  one = opened(house);
  other = opened(house);
});

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const either = (index: number): Withdrawals => (index % 2 === 0 ? one : other);

describe('taking out', () => {
  test('never more than there is, however many servers are asked at once', async () => {
    const user = newUser();
    const orders = await filled(house, user, [400, 600]);
    const answers = await Promise.all(times(30, (index) => withdraw(either(index), user, 100)));
    assert.equal(answers.filter((answer) => answer === 'NOT_WITHDRAWABLE').length, 20);
    const done = answers.filter((answer) => answer !== 'NOT_WITHDRAWABLE');
    assert.equal(new Set(done).size, 10);
    assert.equal(await balanceOf(house, user), 0);
    for (const id of done) await over(house, id);
    assert.deepEqual(orders.map(refunder.sentBack), [400, 600]);
    assert.equal(refunder.asked.length, new Set(refunder.asked).size, 'each part was asked for once');
  });

  test('the twin, which looks before it locks, takes the same money twice', async () => {
    const twin = await openHouse();
    try {
      await twin.sql`alter table wallets drop constraint wallets_balance_check`;
      await twin.sql`alter table charge_orders drop constraint charge_orders_undone`;
      const user = newUser();
      const [order = ''] = await filled(twin, user, [1_000]);
      const bothLooked = meeting(2);
      const wrongly = () =>
        twin.database.transaction(async (tx) => {
          const [found] = await tx<{ left: number }[]>`
            select amount - withdrawn as left from charge_orders where id = ${order}`;
          await bothLooked();
          const amount = found?.left ?? 0;
          await tx`update wallets set balance = balance - ${amount} where user_id = ${user}`;
          await tx`update charge_orders set withdrawn = withdrawn + ${amount} where id = ${order}`;
        });
      await Promise.all([wrongly(), wrongly()]);
      assert.equal(await balanceOf(twin, user), -1_000);
      assert((await brokenIn(twin)).some((check) => check.startsWith('I12')));
    } finally {
      await twin.close();
    }
  });

  test('one key acts once on several servers', async () => {
    const user = newUser();
    await filled(house, user, [1_000]);
    const answers = await Promise.all(times(20, (index) => either(index).withdraw(user, 'one-key', 300)));
    assert.equal(new Set(answers.map(({ answer }) => JSON.stringify(answer))).size, 1);
    assert.equal(answers.filter(({ replayed }) => !replayed).length, 1);
    assert.equal(await balanceOf(house, user), 700);
  });
});

test('of a storm of withdrawals many share a transaction, and few are asked about at once', async () => {
  const batches: number[] = [];
  const room = opened(house, refunder, batches);
  const user = newUser();
  await filled(house, user, [1_000]);
  let [atOnce, most] = [0, 0];
  refunder.answer = async () => {
    atOnce += 1;
    most = Math.max(most, atOnce);
    await new Promise(setImmediate);
    atOnce -= 1;
    return undefined;
  };
  const strangers = times(300, newUser);
  const answers = await Promise.all([
    ...times(20, () => withdraw(room, user, 50)),
    ...strangers.map((stranger) => withdraw(room, stranger, 50)),
  ]);
  assert.equal(answers.filter((answer) => answer === 'NOT_WITHDRAWABLE').length, 300);
  assert(batches.length <= 5, `${batches.length} transactions`);
  for (const id of answers.slice(0, 20)) await over(house, id);
  assert(most <= 8, `${most} at once`);
});

describe('ending', () => {
  test('a part that two servers are told was refused gives its money back once', async () => {
    const user = newUser();
    const [order = ''] = await filled(house, user, [500]);
    const part = await takenPart(user, 500);
    const wallet = createWallet({ database: house.database });
    const ends = { wallet, undoing: createUndoing({ wallet }) };
    await Promise.all(
      times(4, () =>
        house.database.transaction((tx) => endPart(tx, ends, part, { status: 'FAILED', because: 'NO', undone: [] })),
      ),
    );
    assert.equal(await balanceOf(house, user), 500);
    const [row] = await house.sql`select withdrawn from charge_orders where id = ${order}`;
    assert.deepEqual([row?.['withdrawn'], await statusOf(house, part.withdrawalId)], [0, 'FAILED']);
  });

  test('the twin, which does not ask whether it has ended, gives it back twice', async () => {
    const twin = await openHouse();
    try {
      const user = newUser();
      const [order = ''] = await filled(twin, user, [500, 500]);
      const wallet = createWallet({ database: twin.database });
      await twin.sql`update charge_orders set withdrawn = amount where id = ${order}`;
      const wrongly = () =>
        twin.database.transaction(async (tx) => {
          await tx`update charge_orders set withdrawn = 0 where id = ${order}`;
          await wallet.giveBack(tx, [{ userId: user, amount: 500, reference: 'w-1' }], 'WITHDRAWAL');
        });
      await Promise.all([wrongly(), wrongly()]);
      assert.equal(await balanceOf(twin, user), 2_000);
      assert((await brokenIn(twin)).some((check) => check.startsWith('I13')));
    } finally {
      await twin.close();
    }
  });

  test('a withdrawal whose last two parts end at once on two servers has ended', async () => {
    for (let round = 0; round < 5; round++) {
      const user = newUser();
      await filled(house, user, [500, 500]);
      const bothAsked = meeting(2);
      refunder.answer = async () => {
        await bothAsked();
        return undefined;
      };
      const id = await withdraw(either(round), user, 1_000);
      await over(house, id);
    }
  });

  test('the twin, whose parts end without the wallet’s lock, stays under way for ever', async () => {
    const user = newUser();
    await filled(house, user, [500, 500]);
    refunder.answer = () => 'UNCLEAR';
    const id = await withdraw(one, user, 1_000);
    await eventually(() => assert.equal(refunder.asked.length, 2));
    const bothEnded = meeting(2);
    const wrongly = (part: string) =>
      house.database.transaction(async (tx) => {
        await tx`update withdrawal_parts set status = 'DONE', ended_at = now(), ask_at = null where id = ${part}`;
        const [row] = await tx`
          select from withdrawal_parts where withdrawal_id = ${id} and status = 'PENDING'`;
        await bothEnded();
        return row === undefined;
      });
    const isLast = await Promise.all([wrongly(`${id}-1`), wrongly(`${id}-2`)]);
    assert.deepEqual(isLast, [false, false], 'each saw the other’s as pending');
    // In order again, for the audit.
    await house.sql`update withdrawals set status = 'DONE', ended_at = now() where id = ${id}`;
  });
});

/** A withdrawal's only part, as the one holds it who asks the gateway. */
async function takenPart(userId: string, amount: number) {
  refunder.answer = () => 'UNCLEAR';
  const withdrawalId = await withdraw(one, userId, amount);
  await eventually(() => assert.equal(refunder.asked.length, 1));
  const [row] = await house.sql<{ id: string; orderId: string }[]>`
    select id, order_id as "orderId" from withdrawal_parts where withdrawal_id = ${withdrawalId}`;
  assert(row !== undefined);
  return { ...row, withdrawalId, userId, amount };
}
