# shellcheck shell=sh
# stage.sh - sets the stage for demo, benchmarks and the Node.js example: a fresh database, the simulated WeChat, an
# account with a template, a worker. To be sourced by a sh script with `set -eu`, with PG* of a private PostgreSQL
# (postgres.sh); then stage_set DIR. All that is made lies in DIR; what is started is ended by stage_end, by its pid.

stage_set() { # stage_set DIR: where logs, key and pids are kept
  stage=$1
  mkdir -p "$stage"
  KAQUAN_WORKER=${KAQUAN_WORKER:-$root/build/release/kaquan-worker}
  KAQUAN_SIM=${KAQUAN_SIM:-$root/build/release/kaquan-sim}
  # Settings of this user or of the system are not ours.
  XDG_CONFIG_HOME=$stage XDG_RUNTIME_DIR=$stage XDG_STATE_HOME=$stage
  KAQUAN_KEY_FILE=$stage/worker.pem KAQUAN_LOCK_FILE=$stage/worker.lock KAQUAN_LOG_FORMAT=keyvalue
  export KAQUAN_WORKER KAQUAN_SIM XDG_CONFIG_HOME XDG_RUNTIME_DIR XDG_STATE_HOME
  export KAQUAN_KEY_FILE KAQUAN_LOCK_FILE KAQUAN_LOG_FORMAT
  unset KAQUAN_SERVICE
}

sql() { psql -XAtq -v ON_ERROR_STOP=1 "$@"; }
worker() { PGUSER=kaquan_worker "$KAQUAN_WORKER" --quiet "$@"; }

stage_until() { # stage_until SECONDS COMMAND...: asks until it succeeds
  stage_deadline=$(($(date +%s) + $1))
  shift
  until "$@"; do
    [ "$(date +%s)" -lt "$stage_deadline" ] || return 1
    sleep 0.05
  done
}

stage_start() { # stage_start NAME COMMAND...: in the background, in a session of its own, so that Ctrl-C here spares it
  stage_name=$1
  shift
  setsid "$@" > "$stage/$stage_name.log" 2>&1 < /dev/null &
  echo $! > "$stage/$stage_name.pid"
}

stage_alive() { # is the pid in NAME.pid still the program that was started? (the worker hides its /proc/PID/exe)
  [ -s "$stage/$1.pid" ] && [ "$(cat "/proc/$(cat "$stage/$1.pid")/comm" 2> /dev/null)" = "$2" ]
}
stage_gone() { ! stage_alive "$1" "$2"; }

stage_end() { # stage_end NAME PROGRAM
  if stage_alive "$1" "$2"; then
    kill "$(cat "$stage/$1.pid")" 2> /dev/null || :
    stage_until 25 stage_gone "$1" "$2" || kill -KILL "$(cat "$stage/$1.pid")" 2> /dev/null || :
  fi
  rm -f "$stage/$1.pid"
}

# The functions below are chains of &&: where a caller asks for their result, `set -e` does not work inside them.

stage_database() { # stage_database NAME: fresh, with the schema, a backend's login (festival_app) and an operator's (anna)
  PGDATABASE=$1
  export PGDATABASE
  sql -d postgres -c "set client_min_messages = warning" -c "drop database if exists $1 with (force)" \
    -c "create database $1 template template0 encoding 'UTF8'" &&
    "$KAQUAN_WORKER" --quiet db init &&
    PGUSER=kaquan_migrator "$KAQUAN_WORKER" --quiet db migrate &&
    sql -c "do \$\$ begin if not exists (select from pg_roles where rolname = 'festival_app') then
      create role festival_app login in role kaquan_backend; end if;
      if not exists (select from pg_roles where rolname = 'anna') then
      create role anna login in role kaquan_operator; end if; end \$\$"
}

stage_sim() { # stage_sim SCALE OPTIONS...: the simulated WeChat; its address is in $sim
  stage_scale=$1
  shift
  rm -f "$stage/sim.port"
  stage_start sim "$KAQUAN_SIM" --port-file "$stage/sim.port" --account wx0123456789abcdef:demosecret \
    --scale "$stage_scale" "$@"
  stage_until 10 test -s "$stage/sim.port" && sim=http://127.0.0.1:$(cat "$stage/sim.port")
}

stage_account() { # the account festival with the template adult, imported and queued for review; $1: size of the pool
  rm -f "$KAQUAN_KEY_FILE"
  worker key new "$KAQUAN_KEY_FILE" &&
    worker site set time_scale "$stage_scale" --yes &&
    original_id=$(curl -sf "$sim/sim/accounts" | jq -r '.accounts[0].original_id') && # what its pushes are addressed to
    printf demosecret | worker account add festival --appid wx0123456789abcdef --name 松湖景区 --api-base "$sim" \
      --original-id "$original_id" --secret-file - &&
    worker backend add festival_app --account festival > "$stage/backend.sql" && # SQL for an administrator; ours is made
    worker template import "$root/tests/demo/adult.json" --account festival &&
    worker template set adult --target "$1" --low $(($1 / 4)) &&
    worker template submit adult > /dev/null
}

stage_approved() { [ "$(sql -c "select status from kaquan.template where key = 'adult'")" = approved ]; }
stage_filled() { [ "$(sql -c "select count(*) from kaquan.batch")" -gt 0 ]; }
stage_run() { worker run --max-seconds 20 && "$@"; }
