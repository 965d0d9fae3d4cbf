# shellcheck shell=sh disable=SC2034,SC2154 # the variables are shared with the script that sources it
# measure.sh - what the benchmarks of claims and scans share beside private.sh: one template with a pool; runs and ratios. To be
# sourced by a sh script with `set -eu` that sets duration (seconds of a run) and runs (of each figure; the median counts, runs
# are interleaved).

# shellcheck source=tests/bench/private.sh
. "$(dirname "$0")/private.sh"
# shellcheck source=tests/bench/pool.sh
. "$root/tests/bench/pool.sh"

# --- the scene: one template, a pool of generated cards, two tables to compare with ---

PGDATABASE=claim; export PGDATABASE
sql -d postgres -c 'create database claim'
"$KAQUAN_WORKER" --quiet db init
"$KAQUAN_WORKER" --quiet db migrate
sql <<'SQL' > /dev/null
insert into kaquan.account (key, appid) values ('bench', 'wx1234567890abcdef');
insert into kaquan.template (account_id, key, card_type, title, body, code_mode, status, card_id)
  select id, 'adult', 'SCENIC_TICKET', 'bench', '{}', 'merchant', 'approved', 'pABCDEFGHIJKLMNOPQRSTUVWXYZ0'
    from kaquan.account;
insert into kaquan.backend_grant select session_user, id from kaquan.account;
insert into kaquan.credential_history (account_id, kind, epoch, fingerprint, first_seen_at, valid_until, age_known)
  select id, 'api_ticket', 1, 'bench', now(), now() + interval '1 day', true from kaquan.account;

create table base (request_id text collate "C" primary key, payload text);
create table kept (request_id text collate "C" primary key, payload text);
insert into kept select 'kept-' || i, 'x' from generate_series(1, 1000) i;
create function kept_get(request_id text) returns text language plpgsql as
$$ begin return (select k.payload from kept k where k.request_id = kept_get.request_id); end $$;
SQL

# Empties tickets and base, and opens a fresh pool of `$1` cards.
fill() {
  sql -c 'truncate base, kaquan.ticket'
  pool "$1"
}

# --- measuring ---

# Request ids of 36 characters that rise with the time, as UUIDv7 do.
cat > "$work/base.sql" <<'SQL'
\set n :n + 1
\set id 1000000000000000000 + :n * 1000 + :client_id
insert into base values (:id || '-aaaaaaaaaaaaaaaa', 'x');
SQL
ratio() { awk "BEGIN { printf \"%.3f\", $1 / $2 }"; }
each_run() { i=0; while [ "$i" -lt "$runs" ]; do i=$((i + 1)); echo "$i"; done; }

# A pool that lasts for a run at any speed this machine may have.
run_cards=$((duration * 60000))
