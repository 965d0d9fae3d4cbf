#!/bin/sh
# A private PostgreSQL for tests, demo and benchmarks: Unix socket only, fully durable, no other cluster is touched.
#   postgres.sh start DIR    makes the cluster when it is not there, starts it, prints its environment for eval
#   postgres.sh stop DIR     stops it and keeps the data
#   postgres.sh status DIR   prints its environment; exit 3 when it is not running
#   postgres.sh remove DIR   stops it and deletes the data
# Environment: PG (directory of the PostgreSQL programs), KAQUAN_PG_USER (whom root runs the server as, default
# postgres), KAQUAN_PG_OPTIONS (more server settings, as "-c fsync=off").
set -eu
LC_ALL=C; export LC_ALL

die() { echo "postgres.sh: $*" >&2; exit 1; }
usage() { sed -n '2,6s/^# *//p' "$0" >&2; exit 64; }

[ $# -eq 2 ] || usage
action=$1 dir=$2
server_user=${KAQUAN_PG_USER:-postgres}

programs() { # where initdb and pg_ctl are
  if [ -n "${PG:-}" ]; then echo "$PG"; return; fi
  newest=''
  for d in /usr/lib/postgresql/*/bin; do [ -x "$d/initdb" ] && newest=$d; done
  [ -n "$newest" ] || newest=$(dirname "$(command -v initdb || die 'PostgreSQL (initdb) is not installed')")
  echo "$newest"
}

as_server() { # the server refuses to run as root
  if [ "$(id -u)" -eq 0 ]; then runuser -u "$server_user" -- "$@"; else "$@"; fi
}

own() { # gives a directory to the server's user
  chmod 700 "$1"
  if [ "$(id -u)" -eq 0 ]; then chown "$server_user" "$1"; fi
}

# Where the cluster really is: under DIR, or under /tmp when the server's user cannot reach DIR. DIR/home remembers it,
# DIR/socket the directory of the socket (a path of a socket is at most 107 bytes long).
choose_places() {
  mkdir -p "$dir"
  dir=$(cd "$dir" && pwd)
  home=$dir/cluster
  mkdir -p "$home"; own "$home"
  if ! as_server test -w "$home" 2>/dev/null; then
    rmdir "$home"
    home=$(mktemp -d /tmp/kaquan-pg.XXXXXX); own "$home"
  fi
  socket=$home/s
  if [ "$(printf %s "$socket" | wc -c)" -gt 80 ]; then socket=$(mktemp -d /tmp/kaquan-s.XXXXXX); fi
  mkdir -p "$socket"; own "$socket"
  echo "$home" > "$dir/home"
  echo "$socket" > "$dir/socket"
}

find_places() {
  [ -s "$dir/home" ] && [ -s "$dir/socket" ] || return 1
  dir=$(cd "$dir" && pwd)
  home=$(cat "$dir/home") socket=$(cat "$dir/socket")
  [ -d "$home" ]
}

make_cluster() {
  as_server "$bin/initdb" --pgdata="$home/data" --username=postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 \
    --no-sync --no-instructions > "$home/initdb.log" 2>&1 || { cat "$home/initdb.log" >&2; die 'initdb failed'; }
  as_server tee -a "$home/data/postgresql.conf" > /dev/null <<EOF
listen_addresses = ''
unix_socket_directories = '$socket'
unix_socket_permissions = 0700
port = 5432
max_connections = 200
shared_buffers = 256MB
checkpoint_timeout = 30min
max_wal_size = 4GB
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_error_verbosity = terse
logging_collector = off
log_line_prefix = '%m [%p] %u@%d '
EOF
}

running() { as_server "$bin/pg_ctl" status -D "$home/data" > /dev/null 2>&1; }

print_environment() {
  # The caller's own PG* settings point elsewhere; passwords are not needed here. Tests make and drop databases and
  # roles only where KAQUAN_TEST_CLUSTER is set.
  echo "unset PGHOSTADDR PGSERVICE PGPASSWORD PGPASSFILE PGSSLMODE PGOPTIONS;"
  echo "PGHOST='$socket' PGPORT=5432 PGUSER=postgres PGDATABASE=postgres KAQUAN_TEST_CLUSTER='$home';"
  echo "export PGHOST PGPORT PGUSER PGDATABASE KAQUAN_TEST_CLUSTER;"
}

start() {
  find_places || choose_places
  if [ ! -s "$home/data/PG_VERSION" ]; then make_cluster; fi
  if ! running; then
    [ -d "$socket" ] || { mkdir -p "$socket"; own "$socket"; }
    as_server "$bin/pg_ctl" start -w -t 60 -s -D "$home/data" -l "$home/log" -o "${KAQUAN_PG_OPTIONS:-}" >&2 ||
      { tail -n 20 "$home/log" >&2; die 'the server did not start'; }
  fi
  print_environment
}

stop() {
  find_places || return 0
  if running; then as_server "$bin/pg_ctl" stop -w -t 60 -s -m fast -D "$home/data" >&2; fi
}

remove() {
  stop
  find_places || return 0
  rm -rf "$home" "$socket"
  rm -f "$dir/home" "$dir/socket"
}

bin=$(programs)
cd / # the server's user may not be allowed in here
case $dir in /*) ;; *) dir=$OLDPWD/$dir ;; esac
case $action in
start) start ;;
stop) stop ;;
remove) remove ;;
status) if find_places && running; then print_environment; else exit 3; fi ;;
*) usage ;;
esac
