/** A schema goes forward only: what a database has run can be added to, never edited. */
import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { connect, type Tx } from '../src/platform/database.ts';
import { migrate } from '../src/platform/migrations.ts';
import { type House, openHouse } from './harness/house.ts';
import { past, refused } from './harness/past.ts';
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
});
