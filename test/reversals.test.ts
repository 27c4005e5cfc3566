/**
 * What a gateway undoes by itself, through the front door and the buttons of the sandbox: it is taken from the wallet once, as
 * far as it has it; the rest is owed, and met first by whatever comes in.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { boxOffice, newFan, type Fan } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { gateBefore } from './harness/gate-of-rows.ts';
import { insideOf } from './harness/held-once.ts';
import { openHouse } from './harness/house.ts';
import { ended, movesOf, press as pressed, topUps, with_sandbox, type Filled } from './harness/topping-up.ts';

const house = await openHouse();
const box = boxOffice(await house.start(with_sandbox));
const other = boxOffice(await house.start(with_sandbox));
const tops = topUps(box);
after(async () => {
  try {
    await box.assertInvariants();
  } finally {
    await house.close();
  }
});

/** What is reversed and owed of an order, and owed by its fan's wallet, once so much is reversed. */
function reversed({ id }: Filled, amount: number): Promise<{ owed: number; walletOwes: number }> {
  return eventually(async () => {
    const [row] = await house.sql<{ reversed: number; owed: number; walletOwes: number }[]>`
      select reversed, ordered.owed, wallets.owed as "walletOwes"
      from charge_orders as ordered join wallets using (user_id) where id = ${id}`;
    assert.equal(row?.reversed, amount);
    return { owed: row.owed, walletOwes: row.walletOwes };
  }, 20_000);
}
/** As a while after the gateway was asked last: for the sake of notices it is asked once in 5 s. */
async function press(order: Filled, action: string): Promise<void> {
  await house.sql`update charge_orders set asked_at = null where id = ${order.id}`;
  await pressed(order, action);
}
const balanceOf = async (fan: Fan): Promise<number> => (await box.wallet(fan)).body.balance;

/** A fan who has spent 50,000 that came by a deposit, which is then undone. */
async function owing(): Promise<{ fan: Fan; order: Filled }> {
  const { performanceId, fan, token } = await insideOf(box);
  const order = await tops.deposit(fan, 50_000);
  const hold = await box.hold(token, performanceId, [1]);
  assert.equal((await box.pay(token, hold.body.id)).status, 201);
  await press(order, 'undo-deposit');
  assert.deepEqual(await reversed(order, 50_000), { owed: 50_000, walletOwes: 50_000 });
  return { fan, order };
}

describe('what the gateway undid', () => {
  test('is taken from the wallet, once, whatever it says how often', async () => {
    const fan = newFan();
    const order = await tops.fill(fan, 10_000);
    await press(order, 'cancel-half');
    assert.deepEqual(await reversed(order, 5_000), { owed: 0, walletOwes: 0 });
    await press(order, 'notice-twice');
    await press(order, 'cancel-half');
    await reversed(order, 7_500);
    await press(order, 'notice-twice');
    await press(order, 'cancel-rest');
    await reversed(order, 10_000);
    assert.deepEqual(await movesOf(house, fan), [
      ['CHARGE', 10_000, 10_000],
      ['REVERSAL', -5_000, 5_000],
      ['REVERSAL', -2_500, 2_500],
      ['REVERSAL', -2_500, 0],
    ]);
    const references = (await box.entries(fan)).body.entries.map(({ reference }) => reference);
    assert.deepEqual(references.slice(0, 3), [`${order.id}-r3`, `${order.id}-r2`, `${order.id}-r1`]);
    assert.equal((await tops.withdrawals(fan)).body.withdrawable, 0);
  });

  test('and was spent is owed, and met first by the next order', async () => {
    const { fan, order } = await owing();
    await tops.fill(fan, 20_000);
    assert.deepEqual(await reversed(order, 50_000), { owed: 30_000, walletOwes: 30_000 });
    assert.equal(await balanceOf(fan), 0);
    assert.deepEqual((await movesOf(house, fan)).slice(-2), [
      ['CHARGE', 20_000, 20_000],
      ['REVERSAL', -20_000, 0],
    ]);
    await tops.fill(fan, 40_000);
    assert.deepEqual(await reversed(order, 50_000), { owed: 0, walletOwes: 0 });
    assert.equal(await balanceOf(fan), 10_000);
    assert.equal((await tops.withdrawals(fan)).body.withdrawable, 10_000);
  });

  test('of several orders is met in the order of their age', async () => {
    const { performanceId, fan, token } = await insideOf(box);
    const [older, newer] = [await tops.fill(fan, 25_000), await tops.fill(fan, 25_000)];
    const hold = await box.hold(token, performanceId, [1]);
    assert.equal((await box.pay(token, hold.body.id)).status, 201);
    await press(newer, 'cancel-rest');
    await reversed(newer, 25_000);
    await press(older, 'cancel-rest');
    assert.deepEqual(await reversed(older, 25_000), { owed: 25_000, walletOwes: 50_000 });
    assert.equal((await box.charge(fan, 30_000)).body.balance, 0);
    assert.deepEqual(await reversed(older, 25_000), { owed: 0, walletOwes: 20_000 });
    assert.deepEqual(await reversed(newer, 25_000), { owed: 20_000, walletOwes: 20_000 });
  });

  test('is met first by a plain charge too, which tells what is left', async () => {
    const { fan, order } = await owing();
    const key = randomUUID();
    const first = await box.charge(fan, 20_000, key);
    assert.deepEqual([first.status, first.body.balance], [201, 0]);
    const next = await other.charge(fan, 40_000);
    assert.deepEqual([next.status, next.body.balance], [201, 10_000]);
    assert.deepEqual(await reversed(order, 50_000), { owed: 0, walletOwes: 0 });
    const again = await other.charge(fan, 20_000, key);
    assert.deepEqual([again.body, again.headers.get('idempotent-replayed')], [first.body, 'true']);
    assert.deepEqual((await box.charge(fan, 1)).body.balance, 10_001, 'what owes nothing is charged as ever');
  });

  test('is met first by what comes back for a ticket, also where it should go on to where it came from', async () => {
    const { fan, order } = await owing();
    const [ticket] = (await box.reservations(fan)).body.reservations;
    const { status, body } = await other.cancelPaid(fan, ticket?.id ?? '', { refund: 50_000, to: 'origin' });
    assert.deepEqual([status, body.refund, body.balance, 'withdrawal' in body], [201, 50_000, 0, false]);
    assert.deepEqual(await reversed(order, 50_000), { owed: 0, walletOwes: 0 });
    assert.deepEqual((await movesOf(house, fan)).slice(-2), [
      ['REFUND', 50_000, 50_000],
      ['REVERSAL', -50_000, 0],
    ]);
  });

  test('is met once by many who come at the same moment, on several servers', async () => {
    const { fan, order } = await owing();
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? box : other).charge(fan, 2_000)),
    );
    assert(answers.every(({ status }) => status === 201));
    assert.deepEqual(await reversed(order, 50_000), { owed: 0, walletOwes: 0 });
    assert.equal(await balanceOf(fan), 30_000);
  });

  test('the twin, which reads what is owed before it locks, takes it twice', async () => {
    const user = `twin-${randomUUID()}`;
    await house.sql`insert into wallets (user_id, balance, owed) values (${user}, 0, 100)`;
    const { promise: bothRead, resolve } = Promise.withResolvers<void>();
    let readers = 0;
    const wrongly = () =>
      house.database.transaction(async (tx) => {
        const [wallet] = await tx<{ owed: number }[]>`select owed from wallets where user_id = ${user}`;
        readers += 1;
        if (readers === 2) resolve();
        await bothRead;
        const taken = Math.min(100, wallet?.owed ?? 0);
        await tx`update wallets set balance = balance + 100 - ${taken}, owed = ${(wallet?.owed ?? 0) - taken} where user_id = ${user}`;
      });
    await Promise.all([wrongly(), wrongly()]);
    const [wallet] = await house.sql`select balance, owed from wallets where user_id = ${user}`;
    assert.deepEqual(wallet, { balance: 0, owed: 0 }, '200 came in, 100 were owed, and nothing is left');
    await house.sql`delete from wallets where user_id = ${user}`;
  });
});

describe('beside a withdrawal that is under way', async () => {
  const taking = await gateBefore(house, 'withdrawal_parts', 'new.asks > old.asks');

  test('what was cancelled at the gateway’s desk is taken when the part has failed', async () => {
    const fan = newFan();
    const order = await tops.fill(fan, 1_000);
    const { body } = await taking.whileShut(async ({ stopped }) => {
      const asked = await tops.withdraw(fan, 700);
      await stopped(1);
      await press(order, 'cancel-half');
      // 500 went back, of which the withdrawal leaves 300.
      await reversed(order, 300);
      assert.equal(await balanceOf(fan), 0);
      return asked;
    });
    await ended(tops, fan, body.id, 'FAILED');
    assert.deepEqual(await reversed(order, 500), { owed: 0, walletOwes: 0 });
    assert.deepEqual((await movesOf(house, fan)).slice(1), [
      ['WITHDRAWAL', -700, 300],
      ['REVERSAL', -300, 0],
      ['WITHDRAWAL', 700, 700],
      ['REVERSAL', -200, 500],
    ]);
    const rest = (await tops.withdraw(fan, 500)).body;
    await ended(tops, fan, rest.id);
  });

  test('a part that was refused and went back all the same is taken again', async () => {
    const fan = newFan();
    const order = await tops.fill(fan, 1_000);
    await house.sql`update sandbox_payments set status = 'ABORTED', because = 'GONE' where order_id = ${order.id}`;
    const { body } = await tops.withdraw(fan, 700);
    await ended(tops, fan, body.id, 'FAILED');
    assert.equal(await balanceOf(fan), 1_000);
    const cancel = { amount: 700, reason: `[${body.id}-1]`, key: 'k', at: '2026-11-28T00:00:00+09:00' };
    await house.sql`
      update sandbox_payments set status = 'PARTIAL_CANCELED', cancels = ${JSON.stringify([cancel])}::text::jsonb
      where order_id = ${order.id}`;
    await press(order, 'notice-twice');
    assert.deepEqual(await reversed(order, 700), { owed: 0, walletOwes: 0 });
    assert.equal(await balanceOf(fan), 300);
  });

  test('a deposit that is undone takes all of it, and the withdrawal fails', async () => {
    const fan = newFan();
    const order = await tops.deposit(fan, 1_000);
    const { body } = await taking.whileShut(async ({ stopped }) => {
      const asked = await tops.withdraw(fan, 400);
      await stopped(1);
      await press(order, 'undo-deposit');
      await reversed(order, 600);
      return asked;
    });
    await ended(tops, fan, body.id, 'FAILED');
    assert.deepEqual(await reversed(order, 1_000), { owed: 0, walletOwes: 0 });
    assert.equal(await balanceOf(fan), 0);
  });
});
