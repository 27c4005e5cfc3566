/** A schema goes forward only: what a database has run can be added to, never edited. */
import assert from 'node:assert/strict';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { connect, type Tx } from '../src/platform/database.ts';
import { migrate } from '../src/platform/migrations.ts';
import { type House, openHouse } from './harness/house.ts';
import { undone } from './harness/undone.ts';

describe('migrations', () => {
  let house: House;
  let folder: string;
  before(async () => {
    house = await openHouse();
  });
  after(() => house.close());
  afterEach(() => rm(folder, { recursive: true, force: true }));
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'maejin-migrations-'));
    await cp(path.join(import.meta.dirname, '../db/migrations'), folder, { recursive: true });
  });
  const add = (name: string, text: string): Promise<void> => writeFile(path.join(folder, name), text);
  const known = async (): Promise<string[]> =>
    (await house.sql<{ name: string }[]>`select name from schema_migrations order by name`).map(({ name }) => name);

  test('run once, even by servers that start together', async () => {
    assert.deepEqual(await migrate(house.database, folder), []);
    await add('900_first.sql', 'create table first_one (id int);');
    await add('901_second.sql', 'create table second_one (id int); insert into second_one values (1), (2);');
    const others = Array.from({ length: 4 }, () =>
      connect(house.databaseUrl, { poolMax: 1, applicationName: 'maejin-test' }),
    );
    const done = await Promise.all(others.map((other) => migrate(other, folder)));
    assert.deepEqual(done.flat(), ['900_first.sql', '901_second.sql']);
    assert.deepEqual([...(await house.sql`select count(*) from second_one`)], [{ count: 2 }]);
    await Promise.all(others.map((other) => other.close()));
  });

  test('leave nothing behind when one fails', async () => {
    await add('900_first.sql', 'create table first_one (id int);');
    await add('901_second.sql', 'create table second_one (id int); insert into second_one values (1), (2);');
    await add('902_broken.sql', 'create table third_one (id int); select 1 / 0;');
    await assert.rejects(migrate(house.database, folder), /division by zero/);
    assert.equal((await known()).at(-1), '901_second.sql');
    assert.deepEqual([...(await house.sql`select to_regclass('third_one') as found`)], [{ found: null }]);
    // The connection that failed is given back clean.
    await add('902_broken.sql', 'create table third_one (id int);');
    const told: [name: string, seconds: number][] = [];
    assert.deepEqual(await migrate(house.database, folder, (...one) => told.push(one)), ['902_broken.sql']);
    assert.deepEqual(
      told.map(([name, seconds]) => [name, seconds > 0]),
      [['902_broken.sql', true]],
    );
  });

  test('refuse a past that was edited, removed or inserted', async () => {
    const past = ['900_first.sql', '901_second.sql', '902_broken.sql'];
    const write = ([first = '', second = '', third = '']: readonly string[]): Promise<unknown> =>
      Promise.all([add(past[0] ?? '', first), add(past[1] ?? '', second), add(past[2] ?? '', third)]);
    const texts = [
      'create table first_one (id int);',
      'create table second_one (id int); insert into second_one values (1), (2);',
      'create table third_one (id int);',
    ];
    await write(texts);
    assert.deepEqual(await migrate(house.database, folder), []);
    await write(['create table first_one (id bigint);', ...texts.slice(1)]);
    await assert.rejects(migrate(house.database, folder), {
      name: 'CannotStart',
      message: /900_first\.sql was changed/,
    });
    await write(texts);
    await add('900_another.sql', 'select 1;');
    await assert.rejects(migrate(house.database, folder), {
      name: 'CannotStart',
      message: /900_another\.sql comes before/,
    });
    await rm(path.join(folder, '900_another.sql'));
    await rm(path.join(folder, '901_second.sql'));
    await assert.rejects(migrate(house.database, folder), {
      name: 'CannotStart',
      message: /901_second\.sql, which is not/,
    });
  });

  test('015: holds that were promised for longer end when they can be paid no more, and their seats with them', async () => {
    const { sql, database } = house;
    await database.transaction(async (tx) => {
      // Rows as a server from before left them, without the concert, the room and the rest of the seats.
      await tx`set local session_replication_role = replica`;
      await tx`insert into performances (concert_id, id, starts_at, seats_total) values
        ('old', 'far', now() + interval '1 day', 9), ('old', 'near', now() + interval '30 seconds', 9)`;
      await tx`
        insert into reservations (concert_id, id, performance_id, user_id, seat_numbers, amount, held_until)
        select 'old', fan, performance, fan, array[number], 1, now() + make_interval(secs => seconds)
        from (values ('as it was', 'far', 1, 100), ('longer', 'far', 2, 900), ('nobody inside', 'far', 3, 900),
          ('date begins', 'near', 1, 100)) as hold (fan, performance, number, seconds)`;
      await tx`insert into seats (concert_id, performance_id, number, reservation_id, held_until)
        select concert_id, performance_id, seat_numbers[1], id, held_until from reservations`;
      await tx`
        insert into queue_tokens (concert_id, entry, number, user_id, status, admitted_at, expires_at, ended_because)
        select 'old', entry, entry, fan, status, now(), now() + interval '300 seconds', because
        from (values (1, 'as it was', 'ACTIVE', null), (2, 'longer', 'ACTIVE', null), (3, 'nobody inside', 'EXPIRED', 'LEFT'),
          (4, 'date begins', 'ACTIVE', null)) as place (entry, fan, status, because)`;
      const text = await readFile(path.join(folder, '015_holds_and_pauses.sql'), 'utf8');
      await tx.unsafe(text.replace('add column', 'add column if not exists'));
      const ends = await tx`
        select hold.id, extract(epoch from hold.held_until - now())::int as seconds, seat.held_until = hold.held_until as same
        from reservations as hold join seats as seat on reservation_id = id order by id`;
      assert.deepEqual(
        ends.map((row) => [row['id'], row['seconds'], row['same']]),
        [
          ['as it was', 100, true],
          ['date begins', 30, true],
          ['longer', 300, true],
          ['nobody inside', 0, true],
        ],
      );
    });
    await sql`truncate performances, reservations, seats, queue_tokens cascade`;
  });

  test('019: the changes of seats that there were are counted, and none where none has changed', async () => {
    const { sql, database } = house;
    await database.transaction(async (tx) => {
      await tx`alter table performance_sales drop column changes`;
      await tx`insert into performance_sales (concert_id, performance_id, seats_total)
        values ('old', 'changed', 3), ('old', 'as laid out', 1), ('other', 'changed', 1)`;
      await tx`insert into seats (concert_id, performance_id, number, version)
        values ('old', 'changed', 1, 2), ('old', 'changed', 2, 0), ('old', 'changed', 3, 5), ('old', 'as laid out', 1, 0),
          ('other', 'changed', 1, 1)`;
      await tx.unsafe(await readFile(path.join(folder, '019_seat_changes.sql'), 'utf8'));
      const counted = await tx`
        select concert_id, performance_id, changes from performance_sales order by concert_id, performance_id`;
      assert.deepEqual(
        counted.map((row) => Object.values(row)),
        [
          ['old', 'as laid out', 0],
          ['old', 'changed', 7],
          ['other', 'changed', 1],
        ],
      );
    });
    await sql`truncate seats, performance_sales`;
  });

  /** The tables as they were before that migration, empty, beside ours until the transaction is undone; answers its text. */
  const past = async (tx: Tx, name: string): Promise<string> => {
    const names = (await readdir(folder)).toSorted();
    const texts = names.slice(0, names.indexOf(name) + 1).map((one) => readFile(path.join(folder, one), 'utf8'));
    await tx`create schema past`;
    await tx`set local search_path = past`;
    const all = await Promise.all(texts);
    await tx.unsafe(all.slice(0, -1).join('\n'));
    return all.at(-1) ?? '';
  };

  /** And the transaction is as before. */
  const refused = async (tx: Tx, statements: string, how: RegExp | object): Promise<void> => {
    await tx`savepoint in_order`;
    await assert.rejects(tx.unsafe(statements), how, statements);
    await tx`rollback to in_order`;
  };

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

  describe('022: payments become columns of their reservations', () => {
    const rows = `
      insert into reservations (concert_id, id, performance_id, user_id, seat_numbers, amount, status, held_until, released_at) values
        ('c', 'c-a', 'c-1', 'u1', '{1}', 100, 'CONFIRMED', '2026-01-01 00:05Z', null),
        ('c', 'c-b', 'c-1', 'u2', '{2}', 200, 'CONFIRMED', '2026-01-01 00:06Z', null),
        ('c', 'c-c', 'c-1', 'u2', '{3}', 300, 'HELD', '2026-01-01 00:07Z', null),
        ('c', 'c-d', 'c-1', 'u3', '{4}', 400, 'EXPIRED', '2026-01-01 00:08Z', null),
        ('c', 'c-e', 'c-1', 'u4', '{5}', 500, 'CANCELLED', '2026-01-01 00:09Z', '2026-01-01 00:02Z');
      insert into payments (concert_id, reservation_id, id, user_id, amount, paid_at, entry) values
        ('c', 'c-a', 'c-p1', 'u1', 100, '2026-01-01 00:01Z', 7), ('c', 'c-b', 'c-p2', 'u2', 200, '2026-01-01 00:03Z', null)`;
    // By the columns that there are at that moment, so by no statement that was prepared.
    const reservations = (tx: Tx) => tx.unsafe('select * from reservations order by id');

    test('all of them, as they were, and nothing else changes', async () => {
      await undone(house.database, async (tx) => {
        const text = await past(tx, '022_payments_in_reservations.sql');
        await tx.unsafe(rows);
        const before = await reservations(tx);
        await tx.unsafe(text);
        const payments = [
          ['c-p1', new Date('2026-01-01T00:01Z'), 7],
          ['c-p2', new Date('2026-01-01T00:03Z'), null],
        ];
        assert.deepEqual(
          (await reservations(tx)).map((row) => Object.values(row)),
          before.map((row, at) => [...Object.values(row), ...(payments[at] ?? [null, null, null])]),
        );
        assert.deepEqual([...(await tx`select to_regclass('payments') as found`)], [{ found: null }]);
      });
    });

    test('unless one is not that of its reservation; and then nothing is half paid', async () => {
      await undone(house.database, async (tx) => {
        const text = await past(tx, '022_payments_in_reservations.sql');
        await tx.unsafe(rows);
        for (const change of [
          `update payments set reservation_id = 'c-x' where id = 'c-p1'`,
          `update payments set concert_id = 'd' where id = 'c-p1'`,
          `update payments set amount = 99 where id = 'c-p1'`,
          `update payments set user_id = 'u9' where id = 'c-p1'`,
          `update reservations set status = 'EXPIRED' where id = 'c-a'`,
          `update reservations set status = 'HELD' where id = 'c-a'`,
          `delete from payments where id = 'c-p1'`,
        ])
          await refused(tx, `${change}; ${text}`, /payment (c-p1|none) is not that of reservation c-[ax]:/);
        await tx.unsafe(text);
        // From then on the table refuses what is half paid, or paid and not kept.
        for (const change of [
          `status = 'CONFIRMED' where id = 'c-c'`,
          `payment_id = 'p', paid_at = now() where id = 'c-c'`,
          `payment_id = 'p', paid_at = now() where id = 'c-d'`,
          `status = 'EXPIRED' where id = 'c-a'`,
          `payment_id = null where id = 'c-a'`,
          `paid_at = null where id = 'c-a'`,
          `paid_at = now() where id = 'c-c'`,
          `paid_from_entry = 1 where id = 'c-c'`,
        ])
          await refused(tx, `update reservations set ${change}`, { constraint: 'reservations_payment_check' });
        // One that is given back keeps its payment.
        await tx.unsafe(`update reservations set status = 'CANCELLED' where id = 'c-a'`);
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
