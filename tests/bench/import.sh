#!/bin/sh
# What an import of codes costs against \copy of the same file into the same table: a line each with figure, goal and ok
# or MISS. Environment: CODES of a file (1000000), PAIRS of import and \copy (3; the medians count, pairs are interleaved).
# The server is private, durable, on a Unix socket; all is gone at the end.
set -eu
LC_ALL=C; export LC_ALL
codes=${CODES:-1000000} pairs=${PAIRS:-3}
root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tests/harness/stage.sh
. "$root/tests/harness/stage.sh"

work=$(mktemp -d /tmp/kaquan-bench.XXXXXX)
chmod 711 "$work"
stage_set "$work"
finish() {
  "$root/tests/harness/postgres.sh" remove "$work/pg" || :
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM
eval "$("$root/tests/harness/postgres.sh" start "$work/pg")"
trouble() { echo "import.sh: $1 failed" >&2; tail -n 20 "$work"/*.log >&2 || :; exit 1; }

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
calc() { awk "BEGIN { printf \"$1\", $2 }"; }
missed=0

stage_database bench > "$work/stage.log" 2>&1 || trouble "the database"
sql << 'EOF'
insert into kaquan.account (key, appid) values ('bench', 'wx1234567890abcdef');
insert into kaquan.template (account_id, key, card_type, title, body, code_mode, status, card_id)
  select id, 'adult', 'SCENIC_TICKET', 'bench', '{}', 'merchant', 'approved', 'pABCDEFGHIJKLMNOPQRSTUVWXYZ0' from kaquan.account;
create table baseline (like kaquan.code_stock including all);
alter table baseline alter template_id set default 1;
EOF
sql -c "copy (select upper(substr(md5(i::text), 1, 16)) from generate_series(1, $codes) i) to stdout" > "$work/random"
sort "$work/random" > "$work/sorted"

seconds() { # seconds COMMAND...
  from=$(date +%s%N)
  "$@" >> "$work/run.log" 2>&1 || trouble "$*"
  calc '%.3f\n' "($(date +%s%N) - $from) / 1e9"
}
import() { worker pool import adult "$1"; }
copy() { sql -c "\copy baseline (code) from '$1'"; }

compare() { # compare FILE WORDS
  pair=0
  while [ "$pair" -lt "$pairs" ]; do
    pair=$((pair + 1))
    sql -c "truncate kaquan.code_stock, kaquan.code_level, baseline" -c checkpoint
    seconds import "$work/$1" >> "$work/$1.imports"
    sql -c checkpoint
    seconds copy "$work/$1" >> "$work/$1.copies"
  done
  took=$(median < "$work/$1.imports")
  figure=$(calc %.2f "$took / $(median < "$work/$1.copies")")
  verdict=ok
  if [ "$(calc %d "($figure > 2)")" -eq 1 ]; then verdict=MISS missed=1; fi
  printf '%-58s %9s   %-8s %6s   %s\n' "import of $codes codes $2 against \\copy, time" "$figure" 'at most' 2 "$verdict"
  printf '%-58s %9s\n' "  seconds" "$took"
}
compare random "in no order"
compare sorted "in order"
exit "$missed"
