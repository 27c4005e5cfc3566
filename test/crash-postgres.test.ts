/** PostgreSQL dies in mid-load, with fsync on as for real: what was acknowledged survives, and servers come back by themselves. */
import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { connect } from '../src/platform/database.ts';
import { startEmbeddedPostgres } from '../src/platform/embedded-postgres.ts';
import { boxOffice, newFan, type BoxOffice } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { startRush } from './harness/rush.ts';
import { startServer, type Server, named_operator } from './harness/server.ts';
import { openWire } from './harness/wire.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'maejin-crash-'));
  await chmod(folder, 0o755);
});
after(() => rm(folder, { recursive: true, force: true }));

const lives = ({ process: child }: Server): boolean => child.exitCode === null && child.signalCode === null;
/** PostgreSQL and all its children, at once. */
async function killPostgres(url: string): Promise<void> {
  const { sql, close } = connect(url, { poolMax: 1, applicationName: 'maejin-test' });
  const [postmaster] = await sql<[{ pid: number }]>`
    select split_part(pg_read_file('postmaster.pid'), E'\n', 1)::int as pid`;
  const children = await sql<{ pid: number }[]>`select pid from pg_stat_activity`;
  for (const { pid } of [postmaster, ...children]) process.kill(pid, 'SIGKILL');
  await close(0).catch(() => undefined);
}

test('kill -9 of PostgreSQL in mid-load, durable as for real: servers say 503, and serve again by themselves', async () => {
  const dataDir = path.join(folder, 'killed');
  let postgres = await startEmbeddedPostgres({ dataDir });
  const wire = await openWire(postgres.url);
  const environment = { DATABASE_URL: wire.url };
  const first = await startServer({ ...named_operator, ...environment });
  const servers: [Server, Server] = [first, await startServer({ ...named_operator, ...environment })];
  try {
    const offices: [BoxOffice, BoxOffice] = [boxOffice(servers[0]), boxOffice(servers[1])];
    const rush = await startRush(offices, 16);
    await rush.answered(200);
    await killPostgres(postgres.url);
    await Promise.all([wire.down(), postgres.stop()]);

    const fan = newFan();
    const refused = await Promise.all(offices.map((office) => office.charge(fan, 1_000)));
    for (const { status, code, headers } of refused) {
      assert.deepEqual([status, code], [503, 'OVERLOADED']);
      assert.match(headers.get('retry-after') ?? '', /^[1-9][0-9]*$/);
    }
    for (const office of offices) {
      assert.equal((await office.call('GET', '/healthz')).status, 200);
      assert.equal((await office.call('GET', '/readyz')).code, 'OVERLOADED');
    }
    assert(servers.every(lives), 'the servers live on');

    postgres = await startEmbeddedPostgres({ dataDir });
    await wire.up(postgres.url);
    const backAt = performance.now();
    await Promise.all(
      offices.map((office) =>
        eventually(async () => assert.equal((await office.charge(fan, 1_000)).status, 201), 30_000),
      ),
    );
    const seconds = ((performance.now() - backAt) / 1_000).toFixed(1);
    await rush.answered(100);
    await rush.settle();
    assert(servers.every(lives), `the servers live on, serving again after ${seconds} s`);
    await offices[0].assertInvariants();
  } finally {
    await Promise.all(servers.map((server) => server.kill()));
    await wire.close();
    await postgres.stop();
  }
});

test('kill -9 of the server that runs the embedded PostgreSQL: the next one finds all that was acknowledged', async () => {
  const environment = { DATA_DIR: path.join(folder, 'embedded') };
  let server = await startServer({ ...named_operator, ...environment });
  try {
    let office = boxOffice(server);
    const rush = await startRush([office], 8);
    await rush.answered(150);
    await server.kill();
    server = await startServer({ ...named_operator, ...environment });
    office = boxOffice(server);
    rush.crowd.offices = [office];
    await rush.answered(50);
    await rush.settle();
    await office.assertInvariants();
  } finally {
    await server.stop();
  }
});
