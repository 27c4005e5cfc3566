/** Servers exclude each other at their start, and outlive that their connection is ended while they do. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { exclusively } from '../src/platform/exclusive.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';
import { opened, runMain } from './harness/server.ts';

let house: House;
before(async () => {
  house = await openHouse();
});
after(() => house.close());

/** The connections that hold the lock, or wait for it. */
async function which(state: 'holds' | 'waits'): Promise<number[]> {
  const rows = await house.sql<{ pid: number }[]>`
    select pid from pg_locks
    where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())
      and granted = ${state === 'holds'} and pid <> pg_backend_pid()`;
  return rows.map((row) => row.pid);
}

/**
 * Ends those that hold the lock, or wait for it, once they are `count`. They are ended after they were all seen: whoever
 * is ended comes again half a second later, so ending those seen one by one may never find all of them.
 */
async function end(state: 'holds' | 'waits', count: number): Promise<void> {
  const pids = await eventually(async () => {
    const seen = await which(state);
    assert.equal(seen.length, count);
    return seen;
  }, 30_000);
  await house.sql`select pg_terminate_backend(pid) from unnest(${pids}::int[]) pid`;
}

test('one at a time, and a connection that is ended meanwhile is made again', async () => {
  let inside = 0;
  let most = 0;
  const release = Promise.withResolvers<void>();
  const runs: string[] = [];
  const work = (name: string, wait?: Promise<void>) => () =>
    exclusively(house.database, async (sql) => {
      inside += 1;
      most = Math.max(most, inside);
      runs.push(name);
      try {
        await wait;
        await sql`select pg_sleep(0.01)`;
      } finally {
        inside -= 1;
      }
      return name;
    });
  const first = work('first', release.promise)();
  await eventually(() => assert.deepEqual(runs, ['first']));
  const others = [work('second')(), work('third')()];
  // Whatever becomes of it, the tests behind this one find the lock free.
  await end('waits', 2).finally(() => release.resolve());
  assert.deepEqual(await Promise.all([first, ...others]), ['first', 'second', 'third']);
  assert.equal(most, 1);
  assert.deepEqual(runs.toSorted(), ['first', 'second', 'third']);
});

test('who was ended at work begins again', async () => {
  let runs = 0;
  const done = await exclusively(house.database, async (sql) => {
    runs += 1;
    if (runs === 1) await end('holds', 1);
    await sql`select 1`;
    return runs;
  });
  assert.equal(done, 2);
  await assert.rejects(
    exclusively(house.database, () => Promise.reject(new Error('of its own'))),
    /of its own/,
  );
});

test('a server whose connection is ended while it waits at its start starts all the same', async () => {
  const environment = {
    DATABASE_URL: house.databaseUrl,
    AUTH_SECRET: 'a secret of at least thirty-two characters',
    CHARGES: 'open',
  };
  const goOn = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const before = exclusively(house.database, async () => {
    begun.resolve();
    await goOn.promise;
  });
  await begun.promise;
  const program = runMain({ ...environment, DEMO: 'false' });
  await end('waits', 1).finally(() => goOn.resolve());
  await before;
  await opened(program);
  program.process.kill('SIGTERM');
  assert.equal(await program.ended, 0, program.output());
});
