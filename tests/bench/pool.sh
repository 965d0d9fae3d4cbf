# shellcheck shell=sh disable=SC2154 # $work is private.sh's
# pool.sh - a pool of made-up cards for the one template, `adult`, and clients that claim them. To be sourced after private.sh by
# a sh script with `set -eu`.

[ -n "${PG:-}" ] || PG=$(for d in /usr/lib/postgresql/*/bin; do [ -x "$d/initdb" ] && echo "$d"; done | tail -n 1)
export PG

pool() { # pool CARDS: a fresh one
  sql -v cards="$1" -v file="$KAQUAN_TEST_CLUSTER/cards" <<'SQL' > /dev/null
begin;
select b.*, 'kaquan.pool_card_' || lpad(b.slot::text, 2, '0') as cards_of, extract(epoch from clock_timestamp()) as began
  from kaquan.template t, kaquan.fill_begin(t.id, 1, :cards) b \gset
copy (
  select i + :first_ordinal, :fill, lpad(upper(to_hex(i + :first_run)), 7, '0') || substr(upper(md5(i::text)), 1, 11),
         '\x' || substr(md5('n' || i), 1, 18), '\x' || md5('s' || i) || substr(md5('t' || i), 1, 8)
    from generate_series(0, :cards - 1) i) to :'file';
copy :cards_of from :'file' with (freeze);
select kaquan.fill_commit(p.template_id, :slot, :fill, 1, :signed_at, :first_ordinal, :cards, p.fill, false, 'bench',
                          'bench', :began)
  from kaquan.pool p;
commit;
checkpoint;
SQL
}

cat > "$work/claim.sql" <<'SQL'
\set n :n + 1
\set id 1000000000000000000 + :n * 1000 + :client_id
select * from kaquan.card_claim('adult', :id || '-aaaaaaaaaaaaaaaa');
SQL
bench() { # script clients how-long... -> transactions per second
  script=$work/$1.sql clients=$2; shift 2
  "$PG/pgbench" -n -M prepared -D n="${first:-0}" -j 2 -c "$clients" -f "$script" "$@" > "$work/out" 2>&1 || { cat "$work/out" >&2; exit 1; }
  if grep -q 'aborted' "$work/out"; then cat "$work/out" >&2; exit 1; fi
  awk '/^tps/ { print $3 }' "$work/out"
}
