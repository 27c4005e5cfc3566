/** Migrations that carry money over: not a unit is made or lost, and what cannot be told is refused. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Tx } from '../src/platform/database.ts';
import { type House, openHouse } from './harness/house.ts';
import { past, refused } from './harness/past.ts';
import { undone } from './harness/undone.ts';

describe('migrations of money', () => {
  let house: House;
  before(async () => {
    house = await openHouse();
  });
  after(() => house.close());

  describe('021: two entries a movement become one transfer', () => {
    // Two servers write at once, so entries of one movement need not stand together. A free seat, and a refund.
    const entries = `insert into ledger_entries (user_id, account, kind, amount, balance, reference, at) values
      ('u1', 'WALLET', 'CHARGE', 10000, 10000, 'c1', '2026-01-01 10:00:00.000001Z'),
      ('u2', 'WALLET', 'CHARGE', 700, 700, 'c2', '2026-01-01 10:00:00.000002Z'),
      ('u1', 'FUNDING', 'CHARGE', -10000, null, 'c1', '2026-01-01 10:00:00.000001Z'),
      ('u2', 'FUNDING', 'CHARGE', -700, null, 'c2', '2026-01-01 10:00:00.000002Z'),
      ('u1', 'WALLET', 'PAYMENT', -1500, 8500, 'p1', '2026-01-02Z'), ('u1', 'SALES', 'PAYMENT', 1500, null, 'p1', '2026-01-02Z'),
      ('u2', 'WALLET', 'PAYMENT', 0, 700, 'p2', '2026-01-03Z'), ('u2', 'SALES', 'PAYMENT', 0, null, 'p2', '2026-01-03Z'),
      ('u1', 'WALLET', 'REFUND', 500, 9000, 'r1', '2026-01-04Z'), ('u1', 'SALES', 'REFUND', -500, null, 'r1', '2026-01-04Z')`;
    const asRead = (tx: Tx) => tx`
      select user_id, account, kind, amount, balance, reference, to_char(at at time zone 'UTC', 'MMDD.US') as at
      from ledger_entries order by at, account`;

    test('with its id, its time and its balance, and the books say what they said', async () => {
      await undone(house.database, async (tx) => {
        const text = await past(tx, '021_transfers.sql');
        await tx.unsafe(entries);
        const before = await asRead(tx);
        await tx.unsafe(text);
        const transfers = await tx`
          select id, user_id, kind, amount, balance, reference, to_char(at at time zone 'UTC', 'MMDD.US') as at
          from transfers order by id`;
        assert.deepEqual(
          transfers.map((row) => Object.values(row)),
          [
            [1, 'u1', 'CHARGE', 10_000, 10_000, 'c1', '0101.000001'],
            [2, 'u2', 'CHARGE', 700, 700, 'c2', '0101.000002'],
            [5, 'u1', 'PAYMENT', -1_500, 8_500, 'p1', '0102.000000'],
            [7, 'u2', 'PAYMENT', 0, 700, 'p2', '0103.000000'],
            [9, 'u1', 'REFUND', 500, 9_000, 'r1', '0104.000000'],
          ],
        );
        assert.deepEqual([...(await asRead(tx))], [...before]);
        const [next] = await tx<{ id: number }[]>`
          insert into transfers (user_id, kind, amount, balance, reference) values ('u2', 'CHARGE', 1, 701, 'c3') returning id`;
        assert.equal(next?.id, 11, 'ids go on after all that there were');
        for (const change of ['update transfers set amount = 0', 'delete from transfers', 'truncate transfers'])
          await refused(tx, change, /transfers is append-only/);
      });
    });

    test('unless they do not sum to zero, or not as their kind says: then nothing is changed', async () => {
      const broken = [
        `update ledger_entries set amount = 1499 where account = 'SALES' and reference = 'p1'`,
        `delete from ledger_entries where account = 'SALES' and reference = 'p1'`,
        `delete from ledger_entries where account = 'WALLET' and reference = 'p1'`,
        `update ledger_entries set account = 'FUNDING' where account = 'SALES' and reference = 'p1'`,
        `update ledger_entries set kind = 'REFUND' where account = 'SALES' and reference = 'p1'`,
        `update ledger_entries set at = now() where account = 'SALES' and reference = 'p1'`,
        `update ledger_entries set reference = 'another' where account = 'SALES' and reference = 'p1'`,
        `update ledger_entries set user_id = 'u2' where account = 'SALES' and reference = 'p1'`,
        `update ledger_entries set amount = -amount where reference = 'p1'`,
        `insert into ledger_entries (user_id, account, kind, amount, reference) values ('u1', 'SALES', 'PAYMENT', 0, 'p1')`,
      ];
      await undone(house.database, async (tx) => {
        const text = await past(tx, '021_transfers.sql');
        await tx.unsafe(`${entries}; alter table ledger_entries disable trigger user`);
        for (const change of broken) {
          await refused(
            tx,
            `${change}; ${text}`,
            /do not sum to zero, .* of u[12], reference|transfers_fit_their_kind/,
          );
        }
        await tx.unsafe(text);
      });
    });
  });

  describe('024: money that was there was for the asking', () => {
    const rows = `
      insert into wallets values ('u1', 8500), ('u2', 700), ('u3', 0);
      insert into transfers (user_id, kind, amount, balance, reference, at) values
        ('u1', 'CHARGE', 10000, 10000, 'c1', '2026-01-01Z'), ('u2', 'CHARGE', 700, 700, 'c2', '2026-01-02Z'),
        ('u1', 'PAYMENT', -1500, 8500, 'p1', '2026-01-03Z'), ('u1', 'REFUND', 0, 8500, 'r1', '2026-01-04Z')`;
    const books = (tx: Tx) => tx.unsafe('select * from ledger_entries order by id, account');

    test('and says so; everything else is as it was, and the table goes on as append-only', async () => {
      await undone(house.database, async (tx) => {
        const text = await past(tx, '024_money_from_outside.sql');
        await tx.unsafe(rows);
        const [before, booksBefore] = [await tx.unsafe('select * from transfers order by id'), await books(tx)];
        await tx.unsafe(text);
        assert.deepEqual(
          (await tx.unsafe('select * from transfers order by id')).map((row) => Object.values(row)),
          before.map((row) => [...Object.values(row), row['kind'] === 'CHARGE' ? 'open' : null]),
        );
        assert.deepEqual([...(await books(tx))], [...booksBefore]);
        assert.deepEqual(
          (await tx.unsafe('select * from wallets order by user_id')).map((row) => Object.values(row)),
          [
            ['u1', 8_500, 0],
            ['u2', 700, 0],
            ['u3', 0, 0],
          ],
        );
        assert.deepEqual([...(await tx`select source from money_sources`)], [{ source: 'open' }]);
        for (const change of ['update transfers set source = null', 'delete from transfers', 'truncate transfers'])
          await refused(tx, change, /transfers is append-only/);
        await refused(tx, `update wallets set balance = -1`, { constraint: 'wallets_balance_check' });
        await refused(tx, `update wallets set owed = -1`, { constraint: 'wallets_owed_check' });
        // What is owed to a fan is never refused by the table.
        await tx.unsafe(`update wallets set balance = 100000001 where user_id = 'u1'`);
      });
    });

    test('and where there was none, there is none', async () => {
      await undone(house.database, async (tx) => {
        const text = await past(tx, '024_money_from_outside.sql');
        await tx.unsafe(`insert into wallets values ('u1', 0);
          insert into transfers (user_id, kind, amount, balance, reference) values ('u1', 'PAYMENT', 0, 0, 'p1')`);
        await tx.unsafe(text);
        assert.deepEqual([...(await tx`select source from money_sources`)], []);
      });
    });
  });
});
