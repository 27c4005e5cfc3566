/** A schema goes forward only: what a database has run can be added to, never edited. */
import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { connect } from '../src/platform/database.ts';
import { migrate } from '../src/platform/migrations.ts';
import { type House, openHouse } from './harness/house.ts';

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
    assert.deepEqual(await migrate(house.database, folder), ['902_broken.sql']);
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
});
