/** What a database administrator may have set: it makes no difference, or one line says what to do. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { awaitFitDatabase } from '../src/platform/await-database.ts';
import { type Database, connect, isTransient } from '../src/platform/database.ts';
import { createFeed } from '../src/platform/feed.ts';
import { boxOffice, newFan } from './harness/box-office.ts';
import { openHouse, type House } from './harness/house.ts';
import { openPooler } from './harness/pooler.ts';
import { runMain } from './harness/server.ts';

let house: House;
before(async () => {
  house = await openHouse();
});
after(async () => {
  await dropRoles();
  await house.close();
});

async function withDatabase<T>(url: string, work: (database: Database) => Promise<T>): Promise<T> {
  const database = connect(url, { poolMax: 4, applicationName: 'maejin-test' });
  try {
    return await work(database);
  } finally {
    await database.close(1);
  }
}

const fitness = (url: string): Promise<void> => withDatabase(url, awaitFitDatabase);

/** The address of this house's database for a role of its own. */
async function asRole(name: string, ...settings: readonly string[]): Promise<string> {
  const url = new URL(house.databaseUrl);
  const role = `${name}_${url.pathname.slice(1)}`;
  await house.sql.unsafe(`create role ${role} login password 'secret'`);
  for (const setting of settings) await house.sql.unsafe(`alter role ${role} ${setting}`);
  url.username = role;
  url.password = 'secret';
  return url.href;
}

async function dropRoles(): Promise<void> {
  const suffix = new URL(house.databaseUrl).pathname.slice(1);
  const roles = await house.sql<{ name: string }[]>`
    select rolname as name from pg_roles where rolname like ${`%\\_${suffix}`}`;
  for (const { name } of roles) await house.sql`drop owned by ${house.sql(name)}`;
  for (const { name } of roles) await house.sql`drop role ${house.sql(name)}`;
}
describe('settings that others may want', () => {
  test('change neither a date nor a rule', async () => {
    const { sql } = house;
    const name = new URL(house.databaseUrl).pathname.slice(1);
    const odd: Readonly<Record<string, string>> = {
      datestyle: 'SQL, DMY',
      timezone: 'Asia/Seoul',
      intervalstyle: 'sql_standard',
      bytea_output: 'escape',
      extra_float_digits: '-3',
      standard_conforming_strings: 'off',
      default_transaction_isolation: 'serializable',
      synchronous_commit: 'off',
      statement_timeout: '1h',
      idle_session_timeout: '1h',
      client_encoding: 'EUC_KR',
    };
    for (const [setting, value] of Object.entries(odd)) {
      await sql.unsafe(`alter database ${name} set ${setting} = '${value}'`);
    }
    const box = boxOffice(await house.start());
    const startsAt = '2031-05-01T10:00:00.000Z';
    const sections = [{ name: '똠방석 🎫', rows: 1, seatsPerRow: 2, grade: 'R', price: 1 }];
    const { concertId, performanceId } = await box.createConcert({ performances: [{ startsAt, sections }] });
    const { body } = await box.call<{ performances: { startsAt: string }[] }>('GET', `/api/v1/concerts/${concertId}`);
    assert.equal(body.performances[0]?.startsAt, startsAt);
    const token = await box.enter(concertId, newFan());
    const { heldUntil } = (await box.hold(token, performanceId, [1])).body;
    const clock = await box.call<{ now: string }>('GET', '/api/v1/time');
    const seconds = (Date.parse(heldUntil ?? '') - Date.parse(clock.body.now)) / 1_000;
    assert(seconds > 0 && seconds < 3_600, `held for ${seconds} s`);
    await box.assertInvariants();
    const [inForce] = await withDatabase(
      house.databaseUrl,
      ({ sql }) =>
        sql`select current_setting('synchronous_commit') as commit, current_setting('datestyle') as dates, '1 day'::interval::text as day`,
    );
    assert.deepEqual({ ...inForce }, { commit: 'on', dates: 'ISO, YMD', day: '1 day' });
    for (const setting of Object.keys(odd)) await sql.unsafe(`alter database ${name} reset ${setting}`);
  });

  test('of an address are honoured where they are not ours', async () => {
    const url = `${house.databaseUrl}?application_name=of-mine&options=-c%20work_mem%3D7MB&connect_timeout=5&channel_binding=prefer&gssencmode=prefer&keepalives=1`;
    const [row] = await withDatabase(
      url,
      ({ sql }) => sql`select current_setting('application_name') as name, current_setting('work_mem') as memory`,
    );
    assert.deepEqual({ ...row }, { name: 'of-mine', memory: '7MB' });
  });
});

describe('a database that will not do is told in one line', { concurrency: 4 }, () => {
  test('text that is not UTF-8', async () => {
    const url = new URL(house.databaseUrl);
    const name = `euc_${url.pathname.slice(1)}`;
    await house.sql.unsafe(`create database ${name} encoding 'EUC_KR' locale 'C' template template0`);
    url.pathname = name;
    try {
      await assert.rejects(fitness(url.href), {
        name: 'CannotStart',
        message: /keeps text as EUC_KR.* encoding 'UTF8'/,
      });
    } finally {
      await house.sql.unsafe(`drop database ${name} with (force)`);
    }
  });

  test('no right to make tables', async () => {
    const url = await asRole('guest');
    await assert.rejects(fitness(url), {
      name: 'CannotStart',
      message: /the role guest_\w+ may not make tables .*: grant create on schema public to guest_\w+$/,
    });
  });

  test('no schema', async () => {
    const url = await asRole('lost', 'set search_path = nowhere');
    await assert.rejects(fitness(url), { name: 'CannotStart', message: /no schema of the search_path of lost_/ });
  });

  test('no writes', async () => {
    const url = await asRole('reader', 'set default_transaction_read_only = on');
    await assert.rejects(fitness(url), { name: 'CannotStart', message: /set default_transaction_read_only to off/ });
  });

  test('tables that are distributed over several machines', async () => {
    const url = new URL(house.databaseUrl);
    const name = `citus_${url.pathname.slice(1)}`;
    await house.sql.unsafe(`create database ${name} template template0`);
    url.pathname = name;
    try {
      await withDatabase(url.href, async ({ transaction, sql }) => {
        // Stands for the extension, which no package has: its catalog as version 13.2 makes it, in the place where it does.
        await transaction(async (tx) => {
          await tx.unsafe('set local allow_system_table_mods = on');
          await tx.unsafe(`create table pg_catalog.pg_dist_partition (logicalrelid regclass primary key, partmethod "char" not null,
            partkey text, colocationid integer not null default 0, repmodel "char" not null default 'c', autoconverted boolean not null default false)`);
        });
        await sql.unsafe('create schema elsewhere; create table elsewhere.theirs (); create table rooms ()');
        const place = (table: string) =>
          sql.unsafe(`insert into pg_dist_partition (logicalrelid, partmethod) values ('${table}', 'h')`);
        await place('elsewhere.theirs');
        await fitness(url.href);
        await place('rooms');
      });
      await assert.rejects(fitness(url.href), {
        name: 'CannotStart',
        message: /^1 tables of this database are distributed by Citus, .*docs\/scale\.md/,
      });
    } finally {
      await house.sql.unsafe(`drop database ${name} with (force)`);
    }
  });

  test('tables that belong to somebody else', async () => {
    const url = await asRole('other');
    await house.sql.unsafe(`grant create on schema public to ${new URL(url).username}`);
    const program = runMain({
      DATABASE_URL: url,
      AUTH_SECRET: 'a secret of at least thirty-two characters',
      CHARGES: 'open',
    });
    assert.equal(await program.ended, 1);
    assert.match(program.output(), /^maejin: the role other_\w+ .*permission denied for table schema_migrations.*\n$/);
  });
});

describe('behind a pooler that gives sessions away after each transaction', { concurrency: 4 }, () => {
  test('the service does not start, and says why', async () => {
    await using open = new AsyncDisposableStack();
    const pooler = await openPooler(house.databaseUrl);
    open.defer(() => pooler.close());
    const program = runMain({
      DATABASE_URL: pooler.url,
      AUTH_SECRET: 'a secret of at least thirty-two characters',
      CHARGES: 'open',
    });
    const code = await program.ended;
    assert.equal(code, 1);
    assert.match(program.output(), /^maejin: DATABASE_URL leads through a pooler .*pool_mode = session.*\n$/);
  });

  test('(and of any pool) who finds no connection free for too long is told so, and the pool goes on', async () => {
    const database = connect(house.databaseUrl, { poolMax: 1, applicationName: 'maejin-test' });
    await database.transaction(async (tx) => {
      const busy = tx`select pg_sleep(6)`.execute();
      await assert.rejects(Promise.all([database.sql`select 1`, database.sql`select 2`]), isTransient);
      await busy;
    });
    assert.deepEqual([...(await database.sql`select 1 as one`)], [{ one: 1 }]);
    await database.close(1);
  });

  test('news is not heard, and that is said', async () => {
    await using open = new AsyncDisposableStack();
    const pooler = await openPooler(house.databaseUrl);
    open.defer(() => pooler.close());
    await assert.rejects(createFeed(pooler.url, house.sql), {
      name: 'CannotStart',
      message: /is not heard on another.*pool_mode = session/,
    });
  });

  test('what is told to be committed is committed', async () => {
    await house.sql`create table told (id int primary key)`;
    await using open = new AsyncDisposableStack();
    const pooler = await openPooler(house.databaseUrl);
    open.defer(() => pooler.close());
    const told: number[] = [];
    await withDatabase(pooler.url, async ({ transaction, sql }) => {
      const one = async (id: number): Promise<void> => {
        await transaction(async (tx) => {
          await tx`select ${id}::int`;
          void tx`insert into told values (${id})`.execute();
          if (id % 3 === 0) await sql`select ${id}::text`.catch(() => undefined);
        });
        told.push(id);
      };
      for (let round = 0; round < 20; round++) {
        await Promise.allSettled(Array.from({ length: 6 }, (_, at) => one(round * 6 + at)));
      }
    });
    const kept = await house.sql<{ id: number }[]>`select id from told`;
    const ids = new Set(kept.map(({ id }) => id));
    assert.deepEqual(
      told.filter((id) => !ids.has(id)),
      [],
    );
    assert(told.length > 0, 'something was told');
    await house.sql`drop table told`;
  });
});
