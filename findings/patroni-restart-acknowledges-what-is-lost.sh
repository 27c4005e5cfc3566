#!/bin/bash
# Patroni 3.0.2-1, etcd 3.4.23-4, PostgreSQL 15 of Debian 12 (apt), 2026-11-28. As root; everything runs as `postgres`. A minute each.
#
# `synchronous_mode: true` is to mean that what was acknowledged is on the standby too. Patroni dies on the primary's host and
# PostgreSQL lives on, as by Debian's own unit (KillMode=process); the standby is promoted. What is given to the old primary waits
# for a standby that has left, as it should. Then Patroni is started there again: it first writes postgresql.conf anew, in
# which no `synchronous_standby_names` stands any more, and has it read; PostgreSQL acknowledges all that waits; and some
# tenths of a second later Patroni demotes it and rewinds it. The commit that the client was told of is nowhere.
# With `synchronous_mode_strict: true` the file says '*', and the client is told that the connection broke.
#
# Seen: strict false: INSERT 0 1, rows on the new primary: 0; strict true: not acknowledged, rows: 0
set -euo pipefail
versions() { dpkg-query -W -f '${Version} ' patroni etcd-server 2>/dev/null || true; }
[ "$(versions | cut -c1-10)" != "" ] || { apt-get update -q && apt-get install -qy --no-install-recommends patroni=3.0.2-1 etcd-server etcd-client postgresql-15; } > /dev/null
[[ "$(versions)" == 3.4.*3.0.2-1* ]] || { echo "other versions: $(versions)"; exit 1; }
folder=$(mktemp -d)
chmod 755 "$folder"
pids=()
as() { setsid setpriv --reuid postgres --regid postgres --clear-groups env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8 "$@" > /dev/null 2>> "$folder/log" < /dev/null & pids+=($!); last=$!; }
finish() {
  kill "${pids[@]}" 2> /dev/null || true
  sleep 4
  for pid in "$folder"/*/data/postmaster.pid; do [ -e "$pid" ] && kill -INT "$(head -1 "$pid")" 2> /dev/null || true; done
  sleep 1
  rm -rf "$folder"
}
trap finish EXIT
sql() { PGPASSWORD=secret PGCONNECT_TIMEOUT=3 psql -h "127.0.0.3$1" -p 25432 -U postgres -Atc "$2" postgres 2>&1; }
until_so() { for _ in $(seq 120); do if eval "$1" > /dev/null 2>&1; then return; fi; sleep 0.5; done; echo "never: $1"; exit 1; }

for strict in false true; do
  here="$folder/$strict"
  mkdir -p "$here"
  for n in 1 2; do
    mkdir -p "$here/$n"
    cat > "$here/$n.yml" <<YML
scope: finding-$strict
name: n$n
restapi: {listen: 127.0.0.3$n:28008, connect_address: 127.0.0.3$n:28008}
etcd3: {hosts: 127.0.0.31:22379}
bootstrap:
  dcs: {ttl: 20, loop_wait: 2, retry_timeout: 3, synchronous_mode: true, synchronous_mode_strict: $strict, postgresql: {use_pg_rewind: true}}
  initdb: [{encoding: UTF8}, data-checksums]
postgresql:
  listen: 127.0.0.3$n:25432
  connect_address: 127.0.0.3$n:25432
  data_dir: $here/$n/data
  bin_dir: /usr/lib/postgresql/15/bin
  pgpass: $here/$n.pgpass
  authentication: {superuser: {username: postgres, password: secret}, replication: {username: replicator, password: secret}}
  parameters: {unix_socket_directories: $here/$n}
  pg_hba: [local all all trust, host replication all 127.0.0.0/8 scram-sha-256, host all all 127.0.0.0/8 scram-sha-256]
YML
  done
  chown -R postgres: "$folder"
  if [ $strict = false ]; then
    as etcd --data-dir "$folder/etcd" --listen-client-urls http://127.0.0.31:22379 --advertise-client-urls http://127.0.0.31:22379 --listen-peer-urls http://127.0.0.31:22380
    sleep 3
  fi
  as patroni "$here/1.yml"; first=$last
  until_so 'sql 1 "select 1 where not pg_is_in_recovery()" | grep -qx 1'
  as patroni "$here/2.yml"; second=$last
  until_so 'sql 1 "select sync_state from pg_stat_replication" | grep -qx sync'
  sql 1 'create table said (word text)' > /dev/null
  kill -9 "$first"
  until_so 'sql 2 "select 1 where not pg_is_in_recovery()" | grep -qx 1'
  sql 1 "insert into said values ('acknowledged')" > "$here/told" &
  client=$!
  sleep 3
  [ ! -s "$here/told" ] || { echo "it did not wait: $(cat "$here/told")"; exit 1; }
  as patroni "$here/1.yml"; first=$last
  wait "$client" || true
  told=$(grep -x 'INSERT 0 1' "$here/told" || echo 'not acknowledged')
  rows=$(sql 2 'select count(*) from said')
  echo "strict $strict: $told, rows on the new primary: $rows"
  expected=$([ $strict = false ] && echo 'INSERT 0 1' || echo 'not acknowledged')
  [ "$told $rows" = "$expected 0" ] || exit 1
  kill "$first" "$second"
  until_so '! sql 1 "select 1" | grep -qx 1 && ! sql 2 "select 1" | grep -qx 1'
  sleep 2
done
