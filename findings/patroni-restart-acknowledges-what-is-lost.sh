#!/bin/bash
# Patroni 3.0.2-1, etcd 3.4.23-4, PostgreSQL 15.20 of Debian 12 (apt), 2026-11-28. As an ordinary user, or as root, who becomes
# `nobody`. Two minutes. The packages are unpacked in a folder that is thrown away; nothing is installed. Needs amd64, and what a plain
# Debian 12 has: apt, /usr/bin/python3. When Debian has replaced a version, apt says so and the finding ends with 1.
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
folder=$(mktemp -d)
chmod 755 "$folder"
pids=()
finish() {
  # In one go: a Patroni that is told to end has first to reach etcd, and etcd must not have gone before.
  for pid in "${pids[@]}"; do kill -9 "$pid" 2> /dev/null || true; done
  for pid in "$folder"/*/*/data/postmaster.pid; do [ -e "$pid" ] && kill -QUIT "$(head -1 "$pid")" 2> /dev/null || true; done
  sleep 1
  rm -rf "$folder"
}
trap finish EXIT

# What the finding is about has a version; libraries are those of the release.
packages=(
  patroni=3.0.2-1 etcd-server=3.4.23-4+b4 postgresql-15=15.20-0+deb12u1 postgresql-client-15=15.20-0+deb12u1 libpq5=15.20-0+deb12u1
  python3-psycopg2=2.9.5-1+b1 python3-etcd=0.4.5-4 python3-dateutil python3-dnspython python3-psutil python3-six python3-urllib3 python3-yaml
  libgssapi-krb5-2 libicu72 libk5crypto3 libkeyutils1 libkrb5-3 libkrb5support0 libldap-2.5-0 libreadline8 libsasl2-2 libxml2 libyaml-0-2
)
mkdir -p "$folder/debs" "$folder/apt/lists/partial" "$folder/apt/cache/archives/partial" "$folder/root"
cd "$folder/debs"
own=(-q -o APT::Sandbox::User=root -o "Dir::State::lists=$folder/apt/lists" -o "Dir::Cache=$folder/apt/cache")
apt-get -q -o APT::Sandbox::User=root download "${packages[@]}" > "$folder/apt/told" 2>&1 ||
  { apt-get "${own[@]}" update && apt-get "${own[@]}" download "${packages[@]}"; } > "$folder/apt/told" 2>&1 ||
  { cat "$folder/apt/told"; exit 1; }
for deb in *.deb; do dpkg -x "$deb" "$folder/root"; done
cd /
libraries=$folder/root/usr/lib/x86_64-linux-gnu:$folder/root/lib/x86_64-linux-gnu
programs=$folder/root/usr/lib/postgresql/15/bin
user=()
[ "$(id -u)" != 0 ] || user=(setpriv --reuid nobody --regid nogroup --clear-groups)
as() {
  setsid "${user[@]}" env -i PATH="$programs:$folder/root/usr/bin:/usr/bin:/bin" LC_ALL=C.UTF-8 LD_LIBRARY_PATH="$libraries" \
    PYTHONPATH="$folder/root/usr/lib/python3/dist-packages" "$@" > /dev/null 2>> "$folder/log" < /dev/null &
  pids+=($!); last=$!
  disown
}
# -S: nothing of the machine's own Python packages.
patroni() { as /usr/bin/python3 -S -m patroni "$1"; }
read -r etcd etcd_peer rest_1 rest_2 port_1 port_2 < <(/usr/bin/python3 -c '
import socket
found = [socket.create_server(("127.0.0.1", 0)) for _ in range(6)]
print(*(each.getsockname()[1] for each in found))')
sql() {
  local port=port_$1
  LD_LIBRARY_PATH=$libraries PGPASSWORD=secret PGCONNECT_TIMEOUT=3 "$programs/psql" -h 127.0.0.1 -p "${!port}" -U postgres -Atc "$2" postgres 2>&1
}
until_so() { for _ in $(seq 120); do if eval "$1" > /dev/null 2>&1; then return; fi; sleep 0.5; done; echo "never: $1"; tail -5 "$folder/log"; exit 1; }

for strict in false true; do
  here="$folder/$strict"
  mkdir -p "$here"
  for n in 1 2; do
    mkdir -p "$here/$n"
    rest=rest_$n port=port_$n
    cat > "$here/$n.yml" <<YML
scope: finding-$strict
name: n$n
restapi: {listen: 127.0.0.1:${!rest}, connect_address: 127.0.0.1:${!rest}}
etcd3: {hosts: 127.0.0.1:$etcd}
bootstrap:
  dcs: {ttl: 20, loop_wait: 2, retry_timeout: 3, synchronous_mode: true, synchronous_mode_strict: $strict, postgresql: {use_pg_rewind: true}}
  initdb: [{encoding: UTF8}, data-checksums]
postgresql:
  listen: 127.0.0.1:${!port}
  connect_address: 127.0.0.1:${!port}
  data_dir: $here/$n/data
  bin_dir: $programs
  pgpass: $here/$n.pgpass
  authentication: {superuser: {username: postgres, password: secret}, replication: {username: replicator, password: secret}}
  parameters: {unix_socket_directories: $here/$n, jit: "off"}
  pg_hba: [local all all trust, host replication all 127.0.0.0/8 scram-sha-256, host all all 127.0.0.0/8 scram-sha-256]
YML
  done
  mkdir -p "$folder/etcd"
  chmod 700 "$folder/etcd"
  [ "$(id -u)" != 0 ] || chown -R nobody:nogroup "$here" "$folder/etcd"
  if [ $strict = false ]; then
    as etcd --data-dir "$folder/etcd" --listen-client-urls "http://127.0.0.1:$etcd" --advertise-client-urls "http://127.0.0.1:$etcd" \
      --listen-peer-urls "http://127.0.0.1:$etcd_peer" --initial-advertise-peer-urls "http://127.0.0.1:$etcd_peer" \
      --initial-cluster "default=http://127.0.0.1:$etcd_peer"
    sleep 3
  fi
  patroni "$here/1.yml"; first=$last
  until_so 'sql 1 "select 1 where not pg_is_in_recovery()" | grep -qx 1'
  patroni "$here/2.yml"; second=$last
  until_so 'sql 1 "select sync_state from pg_stat_replication" | grep -qx sync'
  sql 1 'create table said (word text)' > /dev/null
  kill -9 "$first"
  until_so 'sql 2 "select 1 where not pg_is_in_recovery()" | grep -qx 1'
  sql 1 "insert into said values ('acknowledged')" > "$here/told" &
  client=$!
  sleep 3
  [ ! -s "$here/told" ] || { echo "it did not wait: $(cat "$here/told")"; exit 1; }
  patroni "$here/1.yml"; first=$last
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
