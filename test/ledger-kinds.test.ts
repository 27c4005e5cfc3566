/** Movements of every kind, in the wallet's own room: what has no limit, what is owed, and where money came from. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Tx } from '../src/platform/database.ts';
import { randomId } from '../src/platform/ids.ts';
import { Refusal } from '../src/refusals.ts';
import {
  createWallet,
  crediting,
  lockWallets,
  type Moved,
  type OnCredited,
  type Wallet,
} from '../src/wallet/wallet.ts';
import { openHouse, type House } from './harness/house.ts';

const newUser = (): string => `user-${randomId(10)}`;
const newReference = (): string => `reference-${randomId(10)}`;
const by = (userId: string, amount: number, reference = newReference()) => ({ userId, amount, reference });
const balancesOf = (moved: readonly Moved[]): (number | string)[] =>
  moved.map((one) => (one instanceof Refusal ? one.code : one.balance));

for (const postgres of [18, 15] as const) {
  describe(`movements of every kind on PostgreSQL ${postgres}`, () => {
    let house: House;
    before(async () => {
      house = await openHouse({ postgres });
    });
    after(() => house.close());

    const within = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => house.database.transaction(work);
    const entriesOf = async (user: string): Promise<unknown[][]> => {
      const rows = await house.sql`
        select kind, amount, balance, source from transfers where user_id = ${user} order by id`;
      return rows.map((row) => Object.values(row));
    };
    const standing = async (user: string): Promise<unknown[]> => {
      const [row] = await house.sql`select balance, owed from wallets where user_id = ${user}`;
      return Object.values(row ?? {});
    };
    /** A wallet whose owner owes 70 after all that was in it was taken. */
    const owing = async (wallet: Wallet, had = 30): Promise<string> => {
      const user = newUser();
      await within((tx) => wallet.creditOrders(tx, [{ ...by(user, 100), source: 'toss' }]));
      await within((tx) => wallet.debit(tx, [by(user, 100 - had)]));
      assert.equal(await within((tx) => wallet.reverse(tx, by(user, 100))), had);
      return user;
    };
    /** Meets what is owed as whoever keeps the orders will. */
    const settling = (wallet: Wallet, told: string[][] = []): OnCredited => {
      const settle: OnCredited = async (tx, userIds) => {
        told.push([...userIds]);
        for (const user of userIds) await wallet.settleOwed(tx, by(user, 1_000_000));
      };
      wallet.onCredited(settle);
      return settle;
    };

    test('what is the fans’ own is credited whatever the wallet holds, and a charge is not', async () => {
      const wallet = createWallet({ database: house.database, money: { charges: 'open', walletMax: 100 } });
      const [user, other] = [newUser(), newUser()];
      await wallet.charge(user, 'a', 90);
      const orders = [
        { ...by(user, 50), source: 'toss' as const },
        { ...by(other, 500), source: 'stripe' as const },
        { ...by(user, 5), source: 'sandbox' as const },
      ];
      assert.deepEqual(balancesOf(await within((tx) => wallet.creditOrders(tx, orders))), [140, 500, 145]);
      assert.deepEqual(
        balancesOf(await within((tx) => wallet.giveBack(tx, [by(user, 0), by(user, 7)], 'REFUND'))),
        [145, 152],
      );
      assert.deepEqual(balancesOf(await within((tx) => wallet.giveBack(tx, [by(user, 1)], 'COMPENSATION'))), [153]);
      assert.deepEqual(balancesOf(await within((tx) => wallet.giveBack(tx, [by(user, 2)], 'WITHDRAWAL'))), [155]);
      await assert.rejects(wallet.charge(user, 'b', 1), (error: Refusal) => {
        assert.deepEqual([error.code, error.fields], ['BALANCE_LIMIT_EXCEEDED', { limit: 100, balance: 155 }]);
        return true;
      });
      assert.deepEqual(await entriesOf(user), [
        ['CHARGE', 90, 90, 'open'],
        ['CHARGE', 50, 140, 'toss'],
        ['CHARGE', 5, 145, 'sandbox'],
        ['REFUND', 0, 145, null],
        ['REFUND', 7, 152, null],
        ['COMPENSATION', 1, 153, null],
        ['WITHDRAWAL', 2, 155, null],
      ]);
    });

    test('a wallet above every limit can be paid from and emptied, and no further', async () => {
      const wallet = createWallet({ database: house.database });
      const user = newUser();
      await within((tx) => wallet.creditOrders(tx, [{ ...by(user, 300_000_000), source: 'toss' }]));
      assert.deepEqual(balancesOf(await within((tx) => wallet.debit(tx, [by(user, 150_000_000)]))), [150_000_000]);
      const out = [by(user, 149_999_999), by(user, 2), by(user, 1)];
      assert.deepEqual(balancesOf(await within((tx) => wallet.takeOut(tx, out))), [1, 'INSUFFICIENT_BALANCE', 0]);
      assert.deepEqual(
        (await entriesOf(user)).map(([kind, amount]) => [kind, amount]),
        [
          ['CHARGE', 300_000_000],
          ['PAYMENT', -150_000_000],
          ['WITHDRAWAL', -149_999_999],
          ['WITHDRAWAL', -1],
        ],
      );
    });

    test('a reversal takes what is there in one entry, none if nothing is, and the rest is owed', async () => {
      const wallet = createWallet({ database: house.database });
      const user = await owing(wallet);
      assert.deepEqual(await standing(user), [0, 70]);
      assert.equal(await within((tx) => wallet.reverse(tx, by(user, 5))), 0);
      assert.deepEqual(await standing(user), [0, 75]);
      const nobody = newUser();
      assert.equal(await within((tx) => wallet.reverse(tx, by(nobody, 9))), 0);
      assert.deepEqual([await standing(nobody), await entriesOf(nobody)], [[0, 9], []]);
      assert.deepEqual(await entriesOf(user), [
        ['CHARGE', 100, 100, 'toss'],
        ['PAYMENT', -70, 30, null],
        ['REVERSAL', -30, 0, null],
      ]);
    });

    test('what is owed is taken as far as it is owed, asked for and there', async () => {
      const wallet = createWallet({ database: house.database });
      const user = await owing(wallet);
      assert.equal(await within((tx) => wallet.settleOwed(tx, by(user, 70))), 0, 'nothing is there');
      await within((tx) => wallet.giveBack(tx, [by(user, 50)], 'REFUND'));
      assert.equal(await within((tx) => wallet.settleOwed(tx, by(user, 20))), 20, 'asked for');
      assert.equal(await within((tx) => wallet.settleOwed(tx, by(user, 70))), 30, 'there');
      await within((tx) => wallet.giveBack(tx, [by(user, 50)], 'REFUND'));
      assert.equal(await within((tx) => wallet.settleOwed(tx, by(user, 70))), 20, 'owed');
      assert.deepEqual(await standing(user), [30, 0]);
      assert.deepEqual((await entriesOf(user)).slice(3), [
        ['REFUND', 50, 50, null],
        ['REVERSAL', -20, 30, null],
        ['REVERSAL', -30, 0, null],
        ['REFUND', 50, 50, null],
        ['REVERSAL', -20, 30, null],
      ]);
    });

    test('whatever comes in meets first what is owed, in its own transaction; who is answered hears what is left', async () => {
      const wallet = createWallet({ database: house.database });
      const told: string[][] = [];
      settling(wallet, told);
      const [charging, ordering, refunded, free] = [
        await owing(wallet),
        await owing(wallet),
        await owing(wallet),
        newUser(),
      ];
      assert.deepEqual(told, [], 'nobody owed anything when they were credited');

      const charged = await Promise.all([
        wallet.charge(charging, 'a', 60),
        wallet.charge(free, 'a', 5),
        wallet.charge(charging, 'b', 15),
      ]);
      assert.deepEqual(
        charged.map(({ answer }) => answer.balance),
        [5, 5, 5],
      );
      assert.equal((await wallet.charge(charging, 'a', 60)).answer.balance, 5, 'and is answered the same again');
      assert.deepEqual((await entriesOf(charging)).slice(3), [
        ['CHARGE', 60, 60, 'open'],
        ['CHARGE', 15, 75, 'open'],
        ['REVERSAL', -70, 5, null],
      ]);

      const orders = [free, ordering].map((user) => ({ ...by(user, 100), source: 'toss' as const }));
      assert.deepEqual(balancesOf(await within((tx) => wallet.creditOrders(tx, orders))), [105, 30]);
      assert.deepEqual(balancesOf(await within((tx) => wallet.giveBack(tx, [by(refunded, 1)], 'REFUND'))), [0]);
      assert.deepEqual(told, [[charging], [ordering], [refunded]]);
      assert.deepEqual(await Promise.all([charging, ordering, refunded].map(standing)), [
        [5, 0],
        [30, 0],
        [0, 69],
      ]);
    });

    test('nothing stands of a credit whose meeting of what is owed failed', async () => {
      const wallet = createWallet({ database: house.database });
      const user = await owing(wallet);
      wallet.onCredited(() => Promise.reject(new Error('the orders could not be read')));
      await assert.rejects(wallet.charge(user, 'a', 10), /could not be read/);
      await assert.rejects(
        within((tx) => wallet.giveBack(tx, [by(user, 10)], 'REFUND')),
        /could not be read/,
      );
      assert.deepEqual([await standing(user), (await entriesOf(user)).length], [[0, 70], 3]);
    });

    test('as parts of one statement, orders of those who owe nothing are credited, the others left out', async () => {
      const wallet = createWallet({ database: house.database });
      const [known, unknown, owes] = [newUser(), newUser(), await owing(wallet)];
      await wallet.charge(known, 'a', 5);
      const { sql, database } = house;
      const users = [owes, unknown, known];
      const [credited] = await database.flight([
        sql<{ user_id: string; balance: number }[]>`
          with received as (
            select user_id, 'order-' || user_id as id, 200000000 as amount, 'toss' as source
            from unnest(${users}::text[]) as received (user_id)
          ), ${crediting(sql)}
          select user_id, balance from credited order by balance`,
      ]);
      assert.deepEqual(
        credited.map((row) => Object.values(row)),
        [
          [unknown, 200_000_000],
          [known, 200_000_005],
        ],
      );
      assert.deepEqual((await entriesOf(known)).at(-1), ['CHARGE', 200_000_000, 200_000_005, 'toss']);
      assert.deepEqual([await standing(owes), (await entriesOf(owes)).length], [[0, 70], 3]);
    });

    test('locks wallets, making those that are not there, and names each once', async () => {
      const [one, other] = [newUser(), newUser()];
      const rows = await within((tx) => lockWallets(tx, [one, other, one]));
      assert.deepEqual(new Set(rows.map(({ user_id: user }) => user)), new Set([one, other]));
      assert.deepEqual([rows.length, await within((tx) => lockWallets(tx, []))], [2, []]);
    });
  });
}
