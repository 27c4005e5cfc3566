/** Commits hang, for a synchronous standby is gone. Nobody waits for ever, balancers hear of it, nothing is lost. */
import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { connect, type Database } from '../src/platform/database.ts';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../src/platform/embedded-postgres.ts';
import { boxOffice, newFans, type BoxOffice } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import type { Answer } from './harness/http.ts';
import { startServer, type Server, named_operator } from './harness/server.ts';

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
  const first = await startServer({ ...named_operator, DATABASE_URL: postgres.url });
  servers = [first, await startServer({ ...named_operator, DATABASE_URL: postgres.url })];
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

/** A sale with somebody at each point of it, and what each of them writes next. */
async function openSale(office: BoxOffice) {
  const { concertId, performanceId } = await office.createConcert({ maxActive: 10 });
  const fans = newFans(6);
  const [, payer, canceller, , late, charger] = fans;
  assert(payer && canceller && late && charger);
  const places = await Promise.all(fans.slice(0, 4).map((fan) => office.enter(concertId, fan)));
  const [holding = '', paying = '', cancelling = '', leaving = ''] = places;
  assert.equal((await office.charge(payer, 100_000)).status, 201);
  const unpaid = await office.hold(paying, performanceId, [1]);
  const unwanted = await office.hold(cancelling, performanceId, [2]);
  const pay = () => office.pay(paying, unpaid.body.id, 'pay');
  const charge = () => office.charge(charger, 5_000, 'charge');
  const take = () => office.issue(concertId, late);
  const writes: (() => Promise<Answer<unknown>>)[] = [
    () => office.hold(holding, performanceId, [3]),
    pay,
    charge,
    () => office.call('DELETE', `/api/v1/reservations/${unwanted.body.id}`, { bearer: canceller.token }),
    () => office.leave(leaving),
    take,
  ];
  const assertShown = async (by: BoxOffice): Promise<void> => {
    const { body } = await by.seats(holding, performanceId, 'all');
    const statuses = body.seats.slice(0, 3).map(({ status }) => status);
    assert.deepEqual(statuses, ['RESERVED', 'AVAILABLE', 'HELD']);
    assert.equal((await by.status(leaving)).body.expiredBecause, 'LEFT');
    assert.equal((await by.status(paying)).body.expiredBecause, 'PAID');
  };
  const look = (by: BoxOffice) => by.seats(holding, performanceId);
  return { writes, pay, charge, take, look, assertShown };
}

test('while commits hang, writes are 503 in time, /readyz says so, and what was on its way is done and shown', async () => {
  const offices = servers.map((server) => boxOffice(server));
  const [office] = offices;
  assert(office);
  const sale = await openSale(office);
  const allSay = (status: number) =>
    Promise.all(
      offices.map((each) => eventually(async () => assert.equal((await each.call('GET', '/readyz')).status, status))),
    );
  await allSay(200);
  for (const each of offices) assert.equal((await sale.look(each)).status, 200, 'their boards are in memory');

  await waitFor('nobody');
  const started = performance.now();
  const answers = await Promise.all(sale.writes.map((write) => write()));
  for (const [index, { status, code, headers }] of answers.entries()) {
    assert.deepEqual([status, code], [503, 'OVERLOADED'], `write ${index}`);
    assert(Number(headers.get('retry-after')) >= 1);
  }
  assert(performance.now() - started < 29_000, 'before a statement is given up');
  await allSay(503);
  assert.equal((await office.call('GET', '/healthz')).status, 200);

  await waitFor('');
  await allSay(200);
  // What their boards had not been told of it they would show wrongly.
  for (const each of offices) await eventually(() => sale.assertShown(each));
  for (const { status, headers } of [await sale.pay(), await sale.charge()]) {
    assert.deepEqual([status, headers.get('idempotent-replayed')], [201, 'true'], 'the key tells the outcome');
  }
  assert.equal((await sale.take()).status, 200, 'the place was taken');
  await office.assertInvariants();
});
