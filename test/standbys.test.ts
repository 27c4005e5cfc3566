/**
 * Real standbys beside the primary, which dies: nobody reads from a host that does not take writes, however the address
 * leads there, and `/readyz` says what the primary says.
 */
import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { comeBack, createPostgres, createStandby, type Postgres } from '../rehearsal/faults/postgres.ts';
import { boxOffice, newFan, type BoxOffice, type Fan } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { named_operator, startServer } from './harness/server.ts';
import { openWire, type Wire } from './harness/wire.ts';

const settings = { fsync: 'off', full_page_writes: 'off', shared_buffers: '32MB' };
const fan: Fan = newFan();
const open = new AsyncDisposableStack();
let primary: Postgres;
let second: Postgres;
let third: Postgres;
/** What a name or a proxy before the database is: it leads to one host, and after a fail-over to another one. */
let wire: Wire;
let offices: BoxOffice[];
let charges = 0;

before(async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'maejin-standbys-'));
  await chmod(folder, 0o755);
  open.defer(() => rm(folder, { recursive: true, force: true }));
  primary = await started(await createPostgres(path.join(folder, 'a'), settings));
  second = await started(await createStandby(primary, { folder: path.join(folder, 'b'), name: 'b', settings }));
  third = await started(await createStandby(primary, { folder: path.join(folder, 'c'), name: 'c', settings }));
  wire = await openWire(primary.url);
  open.defer(() => wire.close());
  const urls = [
    `${urlOf(third, second, primary)}?target_session_attrs=read-write`,
    urlOf(primary, second, third),
    wire.url,
  ];
  offices = [];
  // The first makes the tables.
  for (const url of urls) {
    const server = await startServer({ ...named_operator, DATABASE_URL: url });
    open.defer(() => server.kill());
    offices.push(boxOffice(server));
  }
});
after(() => open.disposeAsync());

async function started(postgres: Postgres): Promise<Postgres> {
  open.defer(() => postgres.stop());
  await postgres.start();
  return postgres;
}

/** The address that names these hosts in this order. */
function urlOf(...hosts: readonly Postgres[]): string {
  const places = hosts.map(({ port }) => `127.0.0.1:${port}`).join(',');
  return primary.url.replace(`127.0.0.1:${primary.port}`, places);
}

const readyOf = async (office: BoxOffice): Promise<number> => (await office.call('GET', '/readyz')).status;

async function balanceOf(office: BoxOffice): Promise<number> {
  const { status, body } = await office.call<{ balance: number }>('GET', '/api/v1/wallet', { bearer: fan.token });
  assert([200, 503].includes(status), `${status}`);
  return status === 200 ? body.balance : Number.NaN;
}

/** As many at once as there are connections, so that all of them are used. */
async function balancesOf(office: BoxOffice): Promise<number[]> {
  return Promise.all(Array.from({ length: 12 }, () => balanceOf(office)));
}

async function assertServed(by: readonly BoxOffice[]): Promise<void> {
  for (const office of by) {
    charges += 1;
    const key = `charge-${charges}`;
    // A 503 says to come again.
    await eventually(async () => assert.equal((await office.charge(fan, 1, key)).status, 201), 20_000);
  }
  for (const office of by) {
    assert.deepEqual(new Set(await balancesOf(office)), new Set([charges]));
    await eventually(async () => assert.equal(await readyOf(office), 200));
  }
}

/** Nothing told as true that is of before, and whoever asks whether it can serve hears no. */
async function assertNotServed(by: readonly BoxOffice[]): Promise<void> {
  await assertNotReady(by);
  const told = await Promise.all(by.map(balancesOf));
  assert.deepEqual(new Set(told.flat()), new Set([Number.NaN]));
}

async function assertNotReady(by: readonly BoxOffice[]): Promise<void> {
  await Promise.all(by.map((office) => eventually(async () => assert.equal(await readyOf(office), 503), 10_000)));
}

/** Those of the servers; they may be seen while they find out that they are not in the right place. */
async function assertNobodyOn(...hosts: readonly Postgres[]): Promise<void> {
  for (const host of hosts) {
    await eventually(async () => {
      const there = await host.ask(
        ({ sql }) => sql`
          select application_name from pg_stat_activity
          where application_name in ('maejin', 'maejin-feed') and pg_is_in_recovery()`,
      );
      assert.deepEqual([...there], []);
    });
  }
}

/** Kills it when the other host has all that it wrote. */
async function killBehind(host: Postgres, other: Postgres): Promise<void> {
  const [end] = await host.ask(({ sql }) => sql<{ lsn: string }[]>`select pg_current_wal_flush_lsn()::text as lsn`);
  await eventually(async () => {
    const [there] = await other.ask(
      ({ sql }) => sql<{ isThere: boolean }[]>`
        select pg_last_wal_replay_lsn() >= ${end?.lsn ?? null}::text::pg_lsn as "isThere"`,
    );
    assert.equal(there?.isThere, true);
  });
  await host.kill();
}

async function promote(host: Postgres): Promise<void> {
  await host.ask(({ sql }) => sql`select pg_promote(true, 60)`);
}

test('the primary serves, whichever host the address names first', async () => {
  await assertServed(offices);
  await assertNobodyOn(second, third);
});

test('a primary that is told to take no writes is not what anybody waits for', async () => {
  const tell = (word: 'on' | 'off') =>
    primary.ask(async ({ sql }) => {
      await sql.unsafe(`alter system set default_transaction_read_only = ${word}`);
      await sql`select pg_reload_conf()`;
    });
  await tell('on');
  await assertNotReady(offices);
  await tell('off');
  await assertServed(offices);
});

test('an address that leads to a standby for a while serves nothing meanwhile', async () => {
  const [, , moved] = offices;
  assert(moved);
  await wire.down();
  await wire.up(third.url);
  await assertNotServed([moved]);
  await assertNobodyOn(third);
  await wire.down();
  await wire.up(primary.url);
  await assertServed(offices);
});

test('the primary dies: nothing is told from a standby until one is promoted, and nobody stays on the third', async () => {
  await killBehind(primary, second);
  await wire.down();
  await wire.up(second.url);
  await assertNotServed(offices);
  await assertNobodyOn(second, third);
  await promote(second);
  await assertServed(offices);
  await assertNobodyOn(third);
});

test('the old primary comes back as a standby, and is not asked until it is the primary again', async () => {
  const returned = await started(await comeBack(primary, second));
  await assertServed(offices);
  await assertNobodyOn(third, returned);
  await killBehind(second, returned);
  await wire.down();
  await wire.up(third.url);
  await assertNotReady(offices);
  await assertNobodyOn(third, returned);
  await promote(returned);
  await wire.down();
  await wire.up(returned.url);
  await assertServed(offices);
  await assertNobodyOn(third);
});
