#!/bin/sh
# What an import of codes costs against \copy of the same file into the same table: a line each with figure, goal and ok
# or MISS. Environment: CODES of a file (1000000), PAIRS of import and \copy (3; the medians count, pairs are interleaved).
# The server is private, durable, on a Unix socket; all is gone at the end.
set -eu
codes=${CODES:-1000000} pairs=${PAIRS:-3}
# shellcheck source=tests/bench/private.sh
. "$(dirname "$0")/private.sh"

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
  line "import of $codes codes $2 against \\copy, time" "$(calc %.2f "$took / $(median < "$work/$1.copies")")" 'at most' 2
  note "  seconds" "$took"
}
compare random "in no order"
compare sorted "in order"
exit "$missed"
