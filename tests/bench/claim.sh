#!/bin/sh
# What a claim costs, against the goals: a table with figure, goal and ok or MISS; exit 1 when a goal is missed.
#   claim.sh [-n CARDS]      CARDS of the drain, 1000000 unless said
# Environment: DURATION seconds of a run (4), RUNS of each figure (3; the median counts, runs are interleaved), PG
# (directory of the PostgreSQL programs), KAQUAN_PG_OPTIONS (server settings).
# The server is private, durable, on a Unix socket, and is gone at the end.
set -eu
duration=${DURATION:-4} runs=${RUNS:-3} drain=1000000
while getopts n: option; do
  case $option in
  n) drain=$OPTARG ;;
  *) sed -n '2,6s/^# *//p' "$0" >&2; exit 64 ;;
  esac
done

# shellcheck source=tests/bench/measure.sh
. "$(dirname "$0")/measure.sh"

cat > "$work/replay.sql" <<'SQL'
\set n random(1, 1000)
select * from kaquan.card_claim('adult', 'kept-' || :n);
SQL
cat > "$work/kept.sql" <<'SQL'
\set n random(1, 1000)
select * from kept_get('kept-' || :n);
SQL

claims_against_insert() { # clients goal
  : > "$work/ratios"; : > "$work/wal"
  for _ in $(each_run); do
    fill "$run_cards"
    base=$(bench base "$1" -T "$duration")
    sql -c checkpoint
    from=$(sql -c 'select pg_current_wal_lsn()')
    ratio "$(bench claim "$1" -T "$duration")" "$base" >> "$work/ratios"; echo >> "$work/ratios"
    sql -c "select round((pg_current_wal_lsn() - '$from') / count(*)) from kaquan.ticket" >> "$work/wal"
  done
  line "claims against inserts with a unique key, $1 clients" "$(grep . "$work/ratios" | median)" 'at least' "$2"
  line "WAL bytes a claim, $1 clients" "$(median < "$work/wal")" 'at most' 450
}

replays() {
  sql -c "select count(kaquan.card_claim('adult', 'kept-' || i)) from generate_series(1, 1000) i" > /dev/null
  for _ in $(each_run); do
    kept=$(bench kept 8 -T "$duration")
    ratio "$(bench replay 8 -T "$duration")" "$kept"; echo
  done | median > "$work/ratio"
  line 'replays against a select by key in a function' "$(cat "$work/ratio")" 'at least' 0.5
}

old_snapshot() {
  for _ in $(each_run); do
    fill "$run_cards"
    without=$(bench claim 8 -T "$duration")
    fill "$run_cards"
    sql -c 'begin isolation level repeatable read; select 1; select pg_sleep(3600)' > /dev/null 2>&1 &
    holder=$!
    until [ "$(sql -c "select count(*) from pg_stat_activity where query like '%pg_sleep(3600)%' and backend_xmin is not null
        and pid <> pg_backend_pid()")" -gt 0 ]; do :; done
    with=$(bench claim 8 -T "$duration")
    sql -c "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(3600)%'
        and pid <> pg_backend_pid()" > /dev/null
    wait "$holder" || :
    holder=''
    ratio "$with" "$without"; echo
  done | median > "$work/ratio"
  line 'claims with an old snapshot open, against without' "$(cat "$work/ratio")" 'at least' 0.95
}

# Tenths are claimed one after the other; a client takes its share of one.
drain() {
  fill "$drain"
  share=$((drain / 80))
  for tenth in 1 2 3 4 5 6 7 8 9 10; do
    first=$((share * (tenth - 1)))
    bench claim 8 -t "$share" > "$work/tenth$tenth"
  done
  first=0
  line "last tenth of $drain claims against the first" "$(ratio "$(cat "$work/tenth10")" "$(cat "$work/tenth1")")" \
    'at least' 0.95
  line 'tickets of the drain that are missing' "$(sql -c "select $share * 80 - count(distinct code) from kaquan.ticket")" \
    'at most' 0
  sql -c 'select pg_stat_clear_snapshot()' > /dev/null
  line 'dead rows in the slots and the pool' "$(sql -c "select sum(n_dead_tup + n_tup_upd + n_tup_del) from pg_stat_all_tables
    where schemaname = 'kaquan' and relname like 'pool\_card\_%'")" 'at most' 0
}

claims_against_insert 8 0.75
claims_against_insert 32 0.60
replays
old_snapshot
drain
exit "$missed"
