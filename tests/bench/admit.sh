#!/bin/sh
# What a scan at the gate costs: ticket_admit() against card_claim(), in runs side by side.
# Environment: DURATION seconds of a run (4), RUNS of each figure (3; the median counts), PG, KAQUAN_PG_OPTIONS as in
# claim.sh. The server is private, durable, on a Unix socket, and is gone at the end.
set -eu
duration=${DURATION:-4} runs=${RUNS:-3} tickets=20000
# shellcheck source=tests/bench/measure.sh
. "$(dirname "$0")/measure.sh"

cat > "$work/admit.sql" <<SQL
\set n :n + 1
\set id 1000000000000000000 + :n * 1000 + :client_id
\set code 100000000000 + random(1, $tickets)
select * from kaquan.ticket_admit('adult', :code::text, 'north', :id || '-aaaaaaaaaaaaaaaa');
SQL
sql -c "insert into kaquan.gate_grant select session_user, id from kaquan.account" \
  -c "update kaquan.gate_rule set entries = 1000, per_day = 20, per_gate = 10, exits_count = true, exit_gates = '{south}'"

# Tickets of a day, nobody was at the gate yet.
visitors() {
  sql -v tickets="$tickets" <<'SQL' > /dev/null
truncate kaquan.ticket, kaquan.ticket_scan;
insert into kaquan.ticket (request_id, template_id, code, epoch, signed_at, valid_until, nonce, signature)
  select i || '-bbbbbbbbbbbbbbbb', t.id, (100000000000 + i)::text, 1, 0, now(), '\x00', '\x00'
    from kaquan.template t, generate_series(1, :tickets) i;
checkpoint;
SQL
}

scans_against_claims() { # clients goal
  : > "$work/ratios"; : > "$work/wal"
  for _ in $(each_run); do
    fill "$run_cards"
    claims=$(bench claim "$1" -T "$duration")
    visitors
    from=$(sql -c 'select pg_current_wal_lsn()')
    ratio "$(bench admit "$1" -T "$duration")" "$claims" >> "$work/ratios"; echo >> "$work/ratios"
    sql -c "select round((pg_current_wal_lsn() - '$from') / count(*)) from kaquan.ticket_scan" >> "$work/wal"
  done
  line "scans at gates against claims, $1 clients" "$(grep . "$work/ratios" | median)" 'at least' "$2"
  printf '%-58s %9s\n' "  WAL bytes a scan" "$(median < "$work/wal")"
}

scans_against_claims 8 0.60
exit "$missed"
