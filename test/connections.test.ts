/** The pool in bad weather: connections cut, hosts away, a flood beside a transaction. Everything asked is answered. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import * as fc from 'fast-check';
import { connect, isTransient, type Database, type Sql } from '../src/platform/database.ts';
import { boxOffice, newFan } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';
import { anyCharacters, dice } from './harness/properties.ts';
import { openWire } from './harness/wire.ts';

let house: House;
before(async () => {
  house = await openHouse();
});
after(() => house.close());

async function withDatabase(url: string, work: (database: Database) => Promise<void>): Promise<void> {
  const database = connect(url, { poolMax: 4, applicationName: 'maejin-test-weather' });
  try {
    await work(database);
  } finally {
    await database.close(1);
  }
}

test('a transaction begins however many statements are on their way beside it', async () => {
  await withDatabase(house.databaseUrl, async (database) => {
    const begin = () => database.transaction(async (tx) => (await tx<{ one: number }[]>`select 1 as one`)[0]?.one);
    await Promise.all(Array.from({ length: 8 }, begin));
    for (let flood = 384; flood < 408; flood++) {
      const reads = Array.from({ length: flood }, () => database.sql`select 1`.execute());
      assert.deepEqual(await Promise.all([begin(), begin(), begin()]), [1, 1, 1]);
      await Promise.all(reads);
    }
    const open = await house.sql`
      select from pg_stat_activity where application_name = 'maejin-test-weather' and state like 'idle in transaction%'`;
    assert.equal(open.length, 0, 'and none is left open');
  });
});

test('what a transaction says when it is over is not said in the next one on its connection', async () => {
  await withDatabase(house.databaseUrl, async (database) => {
    await database.sql`create table if not exists said (word text)`;
    // Found out by the commit alone; by then one of those who queue for a connection has this one.
    const failing = () =>
      database.transaction((tx) => {
        void tx`select 1 / 0`.execute();
        return Promise.resolve();
      });
    // Still at work when its transaction is rolled back.
    const straying = () =>
      database.transaction(async (tx) => {
        const late = sleep(5).then(() => tx`insert into said values ('stray')`);
        await Promise.all([late, Promise.reject(new Error('no'))]);
      });
    const saying = () =>
      database.transaction(async (tx) => {
        await tx`insert into said values ('word')`;
        await tx`select pg_sleep(0.01)`;
      });
    const rounds = Array.from({ length: 60 }, () => [failing().catch(String), straying().catch(String), saying()]);
    await Promise.all(rounds.flat());
    const words = await database.sql`select word, count(*)::int as times from said group by word`;
    assert.deepEqual([...words], [{ word: 'word', times: 60 }]);
    await database.sql`drop table said`;
  });
});

test('what broke off in the middle of its rows leaves no holes in the next answer on its connection', async () => {
  const database = connect(house.databaseUrl, { poolMax: 1, applicationName: 'maejin-test-weather' });
  const { sql } = database;
  const five = Array.from({ length: 5 }, (_, at) => ({ i: at + 1 }));
  const ask = () => sql<{ i: number }[]>`select i from generate_series(1, 5) as i`;
  try {
    const failed = sql`select i, 1 / (4 - i) from generate_series(1, 9) as i`.then(
      () => 'answered',
      ({ code }: { code: string }) => code,
    );
    // On its way before the failure is known.
    const behind = ask().execute();
    assert.equal(await failed, '22012');
    assert.deepEqual([...(await behind)], five);
    // Rows of a size that does not wait for the others.
    const cut = sql`
      select repeat('x', 20000), case when i = 3 then pg_terminate_backend(pg_backend_pid()) end from generate_series(1, 9) as i`;
    await assert.rejects(cut, isTransient);
    // The next may still be sent down the connection that closes.
    const next = await ask().catch((error: unknown) => {
      assert(isTransient(error));
      return ask();
    });
    assert.deepEqual([...next], five);
    await assert.rejects(sql.unsafe('select 1 / (2 - i) from generate_series(1, 9) as i'), { code: '22012' });
    assert.deepEqual([...(await sql.unsafe('select i from generate_series(1, 5) as i', [], { prepare: true }))], five);
  } finally {
    await database.close(1);
  }
});

test('arrays come back as they went, whatever is in them', async () => {
  const text = fc.option(fc.oneof(anyCharacters(), fc.constantFrom('NULL', '', '{}', '\\', '"', ' a,b\n')));
  const storable = text.filter((value) => value?.includes('\0') !== true && value?.isWellFormed() !== false);
  const arrays = fc.record({
    texts: fc.array(storable),
    ints: fc.array(fc.option(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }))),
    bigints: fc.array(fc.option(fc.maxSafeInteger())),
  });
  const property = fc.asyncProperty(arrays, async ({ texts, ints, bigints }) => {
    const [row] = await house.sql`
      select ${texts}::text[] as texts, ${ints}::int[] as ints, ${bigints}::bigint[] as bigints`;
    assert.deepEqual({ ...row }, { texts, ints, bigints });
  });
  await fc.assert(property, dice(200));
});

test('connections cut at any moment: every statement is answered or refused as transient, and all connections recover', async () => {
  const wire = await openWire(house.databaseUrl);
  await withDatabase(wire.url, async (database) => {
    const cuts = new AbortController();
    let answered = 0;
    let refused = 0;
    const ask = async (worker: number): Promise<void> => {
      while (!cuts.signal.aborted) {
        const statement =
          worker % 2 === 0
            ? database.sql`select ${worker}::int`.execute()
            : database.transaction((tx) =>
                Promise.all([tx`select ${worker}::int`, tx`select ${'x'.repeat(300)}::text`]),
              );
        await statement.then(
          () => (answered += 1),
          (error: unknown) => {
            assert(isTransient(error), String(error));
            refused += 1;
            return sleep(1);
          },
        );
      }
    };
    const workers = Array.from({ length: 12 }, (_, worker) => ask(worker));
    for (let cut = 0; cut < 40; cut++) {
      await sleep(20);
      await wire.down();
      if (cut % 4 === 0) await sleep(20);
      await wire.up(house.databaseUrl);
      const enough = answered + 5;
      await eventually(() => assert(answered >= enough, 'it goes on after each cut'), 10_000);
    }
    cuts.abort();
    await Promise.all(workers);
    assert(refused > 40, `${answered} answered, ${refused} refused`);
    await Promise.all(Array.from({ length: 16 }, () => database.sql`select pg_sleep(0.01)`));
  });
  await wire.close();
});

test('of several hosts one that answers is enough, and when none does that is said at once', async () => {
  const { host } = new URL(house.databaseUrl);
  const wire = await openWire(house.databaseUrl);
  const dead = new URL(wire.url).host;
  await wire.close();
  const several = (hosts: string): string =>
    `${house.databaseUrl.replace(host, hosts)}?target_session_attrs=read-write&sslmode=prefer`;
  await withDatabase(several(`${dead},${host}`), async (database) => {
    const rows = await Promise.all(Array.from({ length: 12 }, () => database.sql`select 1 as one`));
    assert(rows.every(([row]) => row?.['one'] === 1));
  });
  await withDatabase(several(`${dead},${dead}`), async (database) => {
    await assert.rejects(Promise.all([database.sql`select 1`, database.sql`select 1`]), isTransient);
  });
});

test('begin travels with the first statement, and what nobody waits for with the commit', async () => {
  await using open = new AsyncDisposableStack();
  const wire = await openWire(house.databaseUrl);
  open.defer(() => wire.close());
  await withDatabase(wire.url, async ({ transaction, sql }) => {
    await sql`select 1`;
    const add = (tx: Sql, word: string) => tx`select ${word}::text`.execute();
    await transaction(async (tx) => void add(tx, 'alone'));
    await transaction(async (tx) => {
      await add(tx, 'first');
      void add(tx, 'second');
      void add(tx, 'third');
    });
    await transaction(async (tx) => {
      await Promise.all([add(tx, 'one'), add(tx, 'two')]);
      await Promise.all([add(tx, 'three'), add(tx, 'four')]);
    });
    await transaction(async () => undefined);
    assert.deepEqual(
      wire.transactions.filter(({ text }) => text.includes('begin\0')).map(({ roundTrips }) => roundTrips),
      [1, 2, 3],
      'and one that says nothing takes none',
    );
  });
});

test('a place, a hold, a charge and a payment take one round trip each, also where somebody is let in', async () => {
  await using open = new AsyncDisposableStack();
  const wire = await openWire(house.databaseUrl);
  open.defer(() => wire.close());
  const server = await house.start({ DATABASE_URL: wire.url });
  open.defer(async () => {
    await server.stop();
  });
  const box = boxOffice(server);
  const { concertId, performanceId } = await box.createConcert({ maxActive: 1 });
  const [fan, next] = [newFan(), newFan()];
  const token = await box.enter(concertId, fan);
  assert.equal((await box.issue(concertId, next)).body.status, 'WAIT');
  assert.equal((await box.charge(fan, 100_000)).status, 201);
  await box.seats(token, performanceId);
  const { body } = await box.hold(token, performanceId, [1]);
  assert.equal((await box.pay(token, body.id)).status, 201);
  const tripsOf = (...words: readonly string[]): readonly number[] =>
    wire.transactions
      .filter(({ text }) => words.every((word) => text.includes(word)))
      .map(({ roundTrips }) => roundTrips);
  assert.deepEqual(
    {
      letIn: tripsOf('insert into queue_tokens', fan.userId),
      place: tripsOf(next.userId),
      charge: tripsOf('insert into wallets', fan.userId),
      hold: tripsOf('insert into reservations'),
      payment: tripsOf('payment_id = '),
    },
    { letIn: [1], place: [1], charge: [1], hold: [1], payment: [1] },
    'and none of them is done twice',
  );
});

test('a connection that stands where nothing can be written is thrown away', async () => {
  const database = connect(house.databaseUrl, { poolMax: 1, applicationName: 'maejin-test-weather' });
  const pid = async (): Promise<number> =>
    (await database.sql<{ pid: number }[]>`select pg_backend_pid() as pid`)[0]?.pid ?? 0;
  const first = await pid();
  assert.equal(await pid(), first);
  await assert.rejects(
    database.transaction(async (tx) => {
      await tx`set transaction read only`;
      await tx`create table never (id int)`;
    }),
    { code: '25006' },
  );
  assert.notEqual(await pid(), first);
  await database.close(1);
});

test('few connections stay warm: who comes alone is given the one that was used last', async () => {
  await withDatabase(house.databaseUrl, async ({ sql }) => {
    const pid = async (): Promise<number> =>
      (await sql<{ pid: number }[]>`select pg_backend_pid() as pid`)[0]?.pid ?? 0;
    await Promise.all(Array.from({ length: 4 }, () => sql`select pg_sleep(0.05)`));
    const seen = new Set<number>();
    for (let time = 0; time < 20; time++) seen.add(await pid());
    assert.equal(seen.size, 1);
  });
});

test('a connection that broke while a transaction had no use for it is handed to nobody', async () => {
  await withDatabase(house.databaseUrl, async (database) => {
    const [{ pid }] = await database.sql<[{ pid: number }]>`select pg_backend_pid() as pid`;
    await database.transaction(async () => {
      await house.sql`select pg_terminate_backend(${pid}, 5000)`;
      // What it said last comes in while others are asked.
      // oxlint-disable-next-line no-await-in-loop
      for (let turn = 0; turn < 20; turn++) await house.sql`select 1`;
    });
    assert.notEqual((await database.sql<{ pid: number }[]>`select pg_backend_pid() as pid`)[0]?.pid, pid);
  });
});

test('PostgreSQL finds out that a host is gone, though what it sent has no end yet', async () => {
  const [set] = await house.sql`
    select current_setting('tcp_keepalives_idle') as idle, current_setting('tcp_keepalives_interval') as interval,
      current_setting('tcp_keepalives_count') as count`;
  assert.deepEqual(set, { idle: '10', interval: '5', count: '3' });
});

test('a table that got another column meanwhile is read all the same', async () => {
  const database = connect(house.databaseUrl, { poolMax: 1, applicationName: 'maejin-test-weather' });
  const { sql, transaction } = database;
  await sql`create table changing (id int)`;
  const read = (tx: Sql) => tx`select * from changing`;
  await read(sql);
  await house.sql`alter table changing add column name text`;
  assert.equal((await read(sql)).length, 0);
  await house.sql`alter table changing add column more text`;
  await assert.rejects(transaction(read), isTransient);
  assert.equal((await transaction(read)).length, 0);
  await sql`drop table changing`;
  await database.close(1);
});
