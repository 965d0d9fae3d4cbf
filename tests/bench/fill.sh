#!/bin/sh
# What a fill and a run of the worker cost, against the goals: a line each with figure, goal and ok or MISS.
# Environment: CARDS of a fill (1000000), PAIRS of fill and \copy (5; the medians count, pairs are interleaved), CLIENTS
# that claim during a fill (8). The server is private, durable, on a Unix socket; all is gone at the end.
set -eu
cards=${CARDS:-1000000} pairs=${PAIRS:-5} clients=${CLIENTS:-8}
# shellcheck source=tests/bench/private.sh
. "$(dirname "$0")/private.sh"

# --- the scene: an approved template with an epoch of two hours, and a table like a slot's ---

stage_database bench > "$work/stage.log" 2>&1 || trouble "the database"
stage_sim 1 --review-delay 0 || trouble "the simulator"
stage_account "$cards" >> "$work/stage.log" 2>&1 || trouble "the account"
worker run > "$work/run.log" 2>&1 || trouble "the first run"
sql -c "update kaquan.template set review_due_at = now()" # nobody waits a minute for the simulator
worker run >> "$work/run.log" 2>&1 || trouble "the first fill"
sql -c "create table baseline (like kaquan.pool_card_00)"

# --- a fill against \copy of the very same rows ---

fill() { # seconds of the whole job: start, sign, store, switch, record
  worker pool fill adult --cards "$cards" > /dev/null 2>> "$work/run.log"
  sql -c checkpoint
  /usr/bin/time -f '%M' -o "$work/rss" env PGUSER=kaquan_worker "$KAQUAN_WORKER" --quiet run pool_fill \
    >> "$work/run.log" 2>&1 || trouble "a fill"
  sql -c "select extract(epoch from finished_at - started_at) from kaquan.job where kind = 'pool_fill' order by id desc limit 1"
}

slot() { sql -c "select 'kaquan.pool_card_' || lpad(slot::text, 2, '0') from kaquan.pool where cards is not null"; }

copy() { # seconds of: begin; truncate; \copy, frozen; key; commit
  sql -c "\copy $(slot) to '$work/rows' (format binary)"
  sql -c checkpoint
  sql << EOF
set client_min_messages = warning;
select clock_timestamp() as began \gset
begin;
truncate baseline;
alter table baseline drop constraint if exists baseline_key;
\copy baseline from '$work/rows' (format binary, freeze)
alter table baseline add constraint baseline_key primary key (ordinal);
commit;
select extract(epoch from clock_timestamp() - :'began'::timestamptz);
EOF
}

pair=0
while [ "$pair" -lt "$pairs" ]; do
  pair=$((pair + 1))
  wal=$(sql -c "select pg_current_wal_lsn()")
  fill >> "$work/fills"
  sql -c "select (pg_current_wal_lsn() - '$wal') / $cards" >> "$work/wal"
  cat "$work/rss" >> "$work/rsses"
  copy >> "$work/copies"
done
idle=$(median < "$work/fills")
line "fill of $cards against \\copy of the same rows, speed" "$(calc %.3f "$(median < "$work/copies") / $idle")" 'at least' 0.97
note "  cards a second, generated, signed and stored" "$(calc %.0f "$cards / $idle")"
line "WAL bytes a card" "$(calc %.1f "$(median < "$work/wal")")" 'at most' 100
line "worker's memory, MB" "$(calc %.1f "$(sort -n "$work/rsses" | tail -n 1) / 1024")" 'at most' 32

# --- a fill and its switch while visitors claim ---

PGUSER=festival_app "$root/build/release/visitors" --template adult --clients "$clients" --seconds "$(calc %.0f "3 + 6 * $idle")" \
  --json > "$work/crowd" 2> "$work/crowd.log" &
crowd=$!
stage_until 10 test "$(sql -c 'select count(*) from kaquan.ticket')" -gt 0 || :
busy=$(fill)
wait "$crowd" || trouble "the crowd"
line "fill under $clients claiming clients against idle, time" "$(calc %.2f "$busy / $idle")" 'at most' 2.5
line "  longest claim meanwhile, ms" "$(jq .longest_claim_ms "$work/crowd")" 'at most' 50
line "  claims refused or made to wait" "$(jq '.refused + .waited' "$work/crowd")" 'at most' 0
note "  claims a second meanwhile" "$(jq .claims_per_s "$work/crowd")"

# --- a run of the worker when nothing is due, and how soon a queued job starts ---

took_ms() { # took_ms COMMAND...: the median of five
  for _ in 1 2 3 4 5; do
    from=$(date +%s%N)
    "$@" >> "$work/run.log" 2>&1
    echo $((($(date +%s%N) - from) / 1000000))
  done | median
}
worker run >> "$work/run.log" 2>&1
line "a run with nothing due, ms" "$(took_ms worker run)" 'at most' 50
note "  the least: psql, which asks for one row, ms" "$(took_ms sql -c 'select 1')"
sql -c "alter role kaquan_worker in database bench set log_statement = 'all'"
from=$(wc -l < "$KAQUAN_TEST_CLUSTER/log")
worker run >> "$work/run.log" 2>&1
sql -c "alter role kaquan_worker in database bench reset log_statement"
line "  statements of such a run" \
  "$(tail -n +$((from + 1)) "$KAQUAN_TEST_CLUSTER/log" | grep -Ec 'kaquan_worker@bench LOG:  (statement|execute)' || :)" 'at most' 10

stage_start serve env PGUSER=kaquan_worker "$KAQUAN_WORKER" --quiet serve
stage_until 10 test "$(sql -c "select count(*) from kaquan.worker_heartbeat where mode = 'serve'")" -gt 0 || :
for _ in 1 2 3 4 5 6 7 8 9 10; do
  job=$(sql -c "insert into kaquan.job (kind) values ('stat_minute') returning id")
  done_yet() { [ "$(sql -c "select state from kaquan.job where id = $job")" = 'done' ]; }
  stage_until 10 done_yet || trouble "a queued job"
  sql -c "select 1000 * extract(epoch from started_at - created_at) from kaquan.job where id = $job"
done > "$work/starts"
line "a queued job starts under serve, ms, slowest of 10" "$(calc %.1f "$(sort -n "$work/starts" | tail -n 1)")" 'at most' 200
exit "$missed"
