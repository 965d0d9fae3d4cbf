#!/bin/sh
# A whole event on this machine: private PostgreSQL, simulated WeChat, worker, visitors. `make demo`, `make demo-stop`.
#   demo.sh start    begins afresh, under build/demo; with a terminal it ends in the console
#   demo.sh stop     ends what it started; the data go with it, the logs stay
# Environment: KAQUAN_DEMO_SCALE  WeChat's time passes so many times as fast (360: an api_ticket lives 20 s)
#              KAQUAN_DEMO_CARDS  size of the pool (100000)
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
dir=$root/build/demo
scale=${KAQUAN_DEMO_SCALE:-360}
cards=${KAQUAN_DEMO_CARDS:-100000}
# shellcheck source=tests/harness/stage.sh
. "$root/tests/harness/stage.sh"

say() { printf '%s\n' "$*"; }

stop() {
  stage_end serve kaquan-worker
  stage_end sim kaquan-sim
  "$root/tests/harness/postgres.sh" remove "$dir/pg"
}

trouble() { # trouble WHAT LOG HINT
  say "demo: $1 failed. The end of $2:" >&2
  tail -n 15 "$2" >&2 || :
  say "To look further: $3" >&2
  say "make demo-stop ends what still runs." >&2
  exit 1
}

# step WHAT LOG COMMAND...: the log is the command's own, or that of the program that should have done it.
step() {
  what=$1 log=$2
  shift 2
  say "  $what"
  "$@" > "$dir/step.log" 2>&1 && return
  if [ -s "$dir/step.log" ]; then cat "$dir/step.log" >&2; fi
  trouble "\"$what\"" "$log" "less $log, and: $here_psql"
}

crowd() { # crowd NAME OPTIONS...: 20 visitors at a time, as the backend sees the database; figures in NAME.json
  name=$1
  shift
  PGUSER=festival_app "$root/build/release/visitors" --template adult --sim "$sim" --clients 20 --json "$@" \
    > "$dir/$name.json" 2> "$dir/$name.log" ||
    trouble "the crowd ($(cat "$dir/$name.json"))" "$dir/$name.log" "less $dir/serve.log $dir/sim.log, and: $here_psql"
}

# --- after the sale: what visitors, gates and operators do; each act is one line, and what came of it ---

simulate() { curl -sf "$sim/sim/$1" -d "$2" > /dev/null; } # simulate WHAT JSON
ask() { sql -c "$1"; }
# The lines of a command, below the act that it belongs to. Its exit code may be a finding: what must be so is asked afterwards.
shown() { "$@" 2>&1 | sed 's/^/      /' || :; }

# What WeChat pushed since the last time goes to the database, as the backend that WeChat calls hands it on.
pushed=0
forward() {
  while :; do
    curl -sf "$sim/sim/events?after=$pushed&limit=500" > "$dir/pushes.json"
    jq -c '[.events[].xml]' "$dir/pushes.json" > "$dir/pushes.xml"
    PGUSER=festival_app sql -v file="$dir/pushes.xml" > /dev/null <<'SQL'
\set pushes `cat :'file'`
select kaquan.event_record(push) from jsonb_array_elements_text(:'pushes'::jsonb) push;
SQL
    if [ "$(jq '.events | length' "$dir/pushes.json")" -eq 0 ]; then return; fi
    pushed=$(jq .last "$dir/pushes.json")
  done
}
all_applied() { [ "$(ask "select count(*) from kaquan.wx_event where state = 'new'")" -eq 0 ]; }
in_state() { [ "$(ask "select count(*) from kaquan.ticket where code = '$1' and state = '$2'")" -eq 1 ]; } # in_state CODE STATE
hear() { forward && stage_until 30 all_applied; }
admit() { # admit CODE SCAN -> "admitted, 1 entry" or "refused: entries"
  PGUSER=festival_gate sql -v code="$1" -v scan="$2" <<'SQL'
select case when a.admitted then 'admitted, entries: ' || a.entries else 'refused: ' || a.reason end
  from kaquan.ticket_admit('adult', :'code', 'north', :'scan') a;
SQL
}

visits() {
  ask "do \$\$ begin if not exists (select from pg_roles where rolname = 'festival_gate') then
    create role festival_gate login in role kaquan_gate; end if; end \$\$"
  worker gate add festival_gate --account festival > "$dir/gate.sql" &&
    worker gate rule adult entries=2 > /dev/null &&
    card=$(ask "select card_id from kaquan.template where key = 'adult'") &&
    code=$(ask "select code from kaquan.ticket where state = 'added' order by claimed_at limit 1") &&
    [ -n "$code" ] || return
  say "  $(ask "select count(*) from kaquan.ticket where state = 'added'") visitors have the card in their wallet, as WeChat's pushes say"

  say "  one of them gives it to a friend, who takes it"
  simulate gift "{\"card_id\":\"$card\",\"code\":\"$code\",\"friend\":\"oFriend\"}" && hear || return
  shown worker ticket timeline "$code"
  [ "$(ask "select count(*) from kaquan.ticket_event where kind = 'received'")" -eq 1 ] || return

  say "  the friend goes in, out and in again; a third time is once too often"
  first=$(admit "$code" scan-1) second=$(admit "$code" scan-2) third=$(admit "$code" scan-3) || return
  say "      $first; $second; $third"
  case "$first $second $third" in *1*2*refused*) ;; *) return 1 ;; esac

  say "  a ticket was sold by mistake: it is made void, and the gate knows"
  code=$(ask "select code from kaquan.ticket where state = 'added' order by claimed_at desc limit 1")
  worker ticket void "$code" --template adult --yes --reason 'sold by mistake' > "$dir/void.log" 2>&1 && stage_until 20 in_state "$code" void || return
  say "      $(admit "$code" scan-4)"
}

address() {
  say "  WeChat's whitelist loses this host's address"
  simulate whitelist '{"appid":"wx0123456789abcdef","add":["203.0.113.7"]}' || return
  shown worker ip check festival
  say "  the address is added, as it says"
  simulate whitelist '{"appid":"wx0123456789abcdef","add":["127.0.0.1"]}' || return
  shown worker ip check festival
  worker ip check festival > "$dir/address.log" 2>&1
}

figure() { jq -r "$1" -s "$dir/crowd.json" "$dir/rotation.json"; }
row() { printf '  %-34s %s\n' "$1" "$2"; }
summary() {
  say
  row "cards signed a second" "$(sql -c "select round(sum(cards) / sum(seconds)) || ' (' || sum(cards) || ' in '
    || count(*) || ' fills, with storing and switching)' from kaquan.batch")"
  row "claims" "$(figure 'map(.claimed) | add') ($(sql -c "select count(distinct code) || ' codes in ' || count(distinct epoch) \
    || ' epochs' from kaquan.ticket"))"
  row "accepted by WeChat" "$(figure 'map(.added) | add')"
  row "refused: $(figure 'map(.refused) | add')" ""
  row "longest claim" "$(figure 'map(.longest_claim_ms) | max | round') ms"
  row "gap without a claimable card" "$(figure 'map(.longest_wait_ms) | max / 1000 | . * 100 | round / 100') s (in WeChat's time: \
$(figure "map(.longest_wait_ms) | max / 1000 * $scale | round") s)"
  say
}

start() {
  mkdir -p "$dir"
  exec 9> "$dir/lock"
  flock -n 9 || { say "demo: another make demo is at work" >&2; exit 75; }
  stage_set "$dir"
  stop
  say "demo: an event against the simulated WeChat, $scale times as fast (an api_ticket lives $((7200 / scale)) s)"

  environment=$("$root/tests/harness/postgres.sh" start "$dir/pg" 9>&-) || trouble "PostgreSQL" "$dir/pg/cluster/log" "less $dir/pg/cluster/log"
  eval "$environment"
  here_psql="psql 'host=$PGHOST user=postgres dbname=kaquan_demo'"
  say "  private PostgreSQL: $here_psql"
  step "schema and roles: db init, db migrate" "$dir/step.log" stage_database kaquan_demo
  stage_sim "$scale" --review-delay 360 9>&- || trouble "the simulator" "$dir/sim.log" "less $dir/sim.log"
  say "  simulated WeChat: $sim/sim/help"
  step "key, account, template (SCENIC_TICKET, with a way back into the mini program)" "$dir/step.log" stage_account "$cards"
  stage_start serve env PGUSER=kaquan_worker "$KAQUAN_WORKER" serve 9>&-
  step "worker: kaquan-worker serve; WeChat reviews the template" "$dir/serve.log" stage_until 30 stage_approved
  step "credentials fetched, $cards cards signed" "$dir/serve.log" stage_until 60 stage_filled

  say "  100 visitors claim, 20 at a time, and add the card to their wallet"
  crowd crowd --claims 100
  most=$((7200 / scale + 10))
  say "  and more come while the api_ticket changes (at most $most s)"
  crowd rotation --pause 100 --rotations 1 --seconds "$most"
  step "WeChat's pushes reach the backend, which hands them on to event_record()" "$dir/serve.log" hear
  visits || trouble "the visit" "$dir/serve.log" "less $dir/serve.log $dir/sim.log, and: $here_psql"
  address || trouble "the address check" "$dir/serve.log" "less $dir/serve.log $dir/sim.log, and: $here_psql"
  summary
  say "It goes on until make demo-stop. To look around:"
  say "  export PGHOST='$PGHOST' PGDATABASE=kaquan_demo PGUSER=anna    # an operator"
  say "  build/release/kaquan; build/release/kaquan-worker pool list; build/release/kaquan-worker job list"
  say "What calls WeChat is done as the worker, with its key:"
  say "  PGUSER=kaquan_worker KAQUAN_KEY_FILE='$KAQUAN_KEY_FILE' build/release/kaquan-worker ip check festival"
  exec 9>&-
  if [ -t 0 ] && [ -t 1 ] && [ -x "$root/build/release/kaquan" ]; then
    env -u KAQUAN_KEY_FILE PGUSER=anna "$root/build/release/kaquan" || :
    say "The demo still runs; make demo-stop ends it."
  fi
}

case ${1:-} in
start) start ;;
stop)
  stage_set "$dir"
  stop
  say "demo: stopped" ;;
*)
  sed -n '2,6s/^# *//p' "$0" >&2
  exit 64 ;;
esac
