/** Commits hang, for a synchronous standby is gone. Nobody waits for ever, balancers hear of it, nothing is lost. */
import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { connect, type Database } from '../src/platform/database.ts';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../src/platform/embedded-postgres.ts';
import { boxOffice, newFans } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { startServer, type Server } from './harness/server.ts';

let folder: string;
let postgres: EmbeddedPostgres;
let database: Database;
let servers: [Server, Server];
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'maejin-hanging-'));
  await chmod(folder, 0o755);
  // The one cluster for all test files cannot be made to wait for a standby.
  postgres = await startEmbeddedPostgres({ dataDir: path.join(folder, 'data'), settings: { fsync: 'off' } });
  database = connect(postgres.url, { poolMax: 1, applicationName: 'maejin-test' });
  const first = await startServer({ DATABASE_URL: postgres.url });
  servers = [first, await startServer({ DATABASE_URL: postgres.url })];
});
after(async () => {
  // A test that failed half way leaves commits hanging, and servers that wait for them.
  await Promise.all(servers.map((server) => server.kill()));
  await database.close(1);
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Lets every commit wait for a standby of that name; none has it. */
async function waitFor(standby: string): Promise<void> {
  // It takes no transaction, and its own commit does not wait.
  await database.sql.unsafe(`alter system set synchronous_standby_names = '${standby}'`);
  await database.sql`select pg_reload_conf()`;
  await eventually(async () => {
    const [row] = await database.sql`select current_setting('synchronous_standby_names') as standby`;
    assert.equal(row?.['standby'], standby);
  });
}

test('while commits hang, writes are 503 in time, /readyz says so, and what was on its way is done and shown', async () => {
  const [office, other] = [boxOffice(servers[0]), boxOffice(servers[1])];
  const { concertId, performanceId } = await office.createConcert({ maxActive: 10 });
  const [holder, payer, canceller, leaver, late, charger] = newFans(6);
  assert(holder && payer && canceller && leaver && late && charger);
  const places = await Promise.all([holder, payer, canceller, leaver].map((fan) => office.enter(concertId, fan)));
  const [holding = '', paying = '', cancelling = '', leaving = ''] = places;
  assert.equal((await office.charge(payer, 100_000)).status, 201);
  const unpaid = await office.hold(paying, performanceId, [1]);
  const unwanted = await office.hold(cancelling, performanceId, [2]);
  for (const each of [office, other]) {
    assert.equal((await each.call('GET', '/readyz')).status, 200);
    assert.equal((await each.seats(paying, performanceId)).status, 200);
  }

  await waitFor('nobody');
  const started = performance.now();
  const pay = () =>
    office.call('POST', `/api/v1/reservations/${unpaid.body.id}/payment`, { queueToken: paying, key: 'pay' });
  const charge = () => office.charge(charger, 5_000, 'charge');
  const writes = [
    () => office.hold(holding, performanceId, [3]),
    pay,
    charge,
    () => office.call('DELETE', `/api/v1/reservations/${unwanted.body.id}`, { bearer: canceller.token }),
    () => office.call('DELETE', '/api/v1/queue-token', { queueToken: leaving }),
    () => office.issue(concertId, late),
  ];
  const answers = await Promise.all(writes.map((write) => write()));
  for (const [index, { status, code, headers }] of answers.entries()) {
    assert.deepEqual([status, code], [503, 'OVERLOADED'], `write ${index}`);
    assert(Number(headers.get('retry-after')) >= 1);
  }
  assert(performance.now() - started < 29_000, 'before a statement is given up');
  assert.equal((await office.call('GET', '/healthz')).status, 200);
  await Promise.all(
    [office, other].map((each) =>
      eventually(async () => assert.equal((await each.call('GET', '/readyz')).code, 'OVERLOADED')),
    ),
  );
  const hanging = await database.sql`
    select from pg_stat_activity where application_name = 'maejin' and wait_event = 'SyncRep' and query ilike '%emit_message%'`;
  assert(hanging.length <= 6, `${hanging.length} questions of /readyz`);

  await waitFor('');
  await eventually(async () => {
    for (const each of [office, other]) assert.equal((await each.call('GET', '/readyz')).status, 200);
  });
  // What their boards did not see of it they would show wrongly.
  for (const each of [office, other]) {
    await eventually(async () => {
      const { body } = await each.seats(holding, performanceId, 'all');
      assert.deepEqual(
        body.seats.slice(0, 3).map(({ status }) => status),
        ['RESERVED', 'AVAILABLE', 'HELD'],
      );
      assert.equal((await each.status(leaving)).body.expiredBecause, 'LEFT');
      assert.equal((await each.status(paying)).body.expiredBecause, 'PAID');
    });
  }
  const [paid, charged] = [await pay(), await charge()];
  assert.deepEqual([paid.status, paid.headers.get('idempotent-replayed')], [201, 'true'], 'the key tells the outcome');
  assert.deepEqual([charged.status, charged.headers.get('idempotent-replayed')], [201, 'true']);
  assert.equal((await office.issue(concertId, late)).status, 200, 'the place was taken');
  await office.assertInvariants();
});
