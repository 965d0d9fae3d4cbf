#!/bin/sh
# The example of a backend in Node.js against a private PostgreSQL (PG* of tests/harness/postgres.sh) and kaquan-sim, once
# directly and once through PgBouncer in transaction mode. Prints a line for each check.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=tests/harness/stage.sh
. "$root/tests/harness/stage.sh"

if [ -z "${KAQUAN_TEST_CLUSTER:-}" ]; then # alone: with a cluster of its own
  built=$root/build/release
  KAQUAN_WORKER=${KAQUAN_WORKER:-$built/kaquan-worker} KAQUAN_SIM=${KAQUAN_SIM:-$built/kaquan-sim} exec "$root/tests/run.sh" "$0"
fi
dir=$(mktemp -d /tmp/kaquan-node.XXXXXX)
chmod 711 "$dir"
stage_set "$dir"
finish() {
  stage_end pooler pgbouncer
  stage_end serve kaquan-worker
  stage_end sim kaquan-sim
  sql -d postgres -c "set client_min_messages = warning" -c "drop database if exists kaquan_node with (force)" || :
  rm -rf "$dir"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trouble() { echo "# $1 failed" >&2; tail -n 20 "$dir"/*.log >&2 || :; exit 1; }

# pg as the lock file has it, beside a copy of the example, so that the checkout stays clean; or Debian's node-pg.
modules=$root/build/node
mkdir -p "$modules"
cp "$here"/*.js "$here"/package*.json "$modules"
pg_by_npm() {
  if cmp -s "$here/package-lock.json" "$modules/installed"; then return; fi
  command -v npm > /dev/null &&
    (cd "$modules" && npm ci --omit=dev --ignore-scripts --no-audit --no-fund > "$dir/npm.log" 2>&1) &&
    cp "$here/package-lock.json" "$modules/installed"
}
pg_of_debian() {
  NODE_PATH=${NODE_PATH:-/usr/share/nodejs}
  export NODE_PATH
  [ -d "$NODE_PATH/pg" ]
}
pg_by_npm || pg_of_debian || trouble "finding pg (npm ci, or Debian's node-pg)"

start_pooler() {
  mkdir "$dir/s"
  printf '"festival_app" ""\n' > "$dir/users"
  cat > "$dir/pgbouncer.ini" << EOF
[databases]
* = host=$PGHOST port=$PGPORT
[pgbouncer]
listen_port = 6432
unix_socket_dir = $dir/s
auth_type = trust
auth_file = $dir/users
pool_mode = transaction
default_pool_size = 4
EOF
  set -- pgbouncer "$dir/pgbouncer.ini"
  if [ "$(id -u)" -eq 0 ]; then # it refuses to be root
    chown postgres "$dir/s"
    set -- pgbouncer -u postgres "$dir/pgbouncer.ini"
  fi
  PATH=$PATH:/usr/sbin stage_start pooler "$@"
  stage_until 10 test -S "$dir/s/.s.PGSQL.6432"
}

stage_database kaquan_node || trouble "the database"
stage_sim 60 --review-delay 0 || trouble "the simulator"
stage_account 10000 || trouble "the account"
stage_start serve env PGUSER=kaquan_worker "$KAQUAN_WORKER" serve
stage_until 60 stage_filled || trouble "the fill"
start_pooler || trouble "PgBouncer"
(cd "$modules" && KAQUAN_SIM_URL=$sim KAQUAN_POOLER=$dir/s node check.js)
