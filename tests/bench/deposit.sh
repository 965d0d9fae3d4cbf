#!/bin/sh
# How fast codes are deposited at a WeChat that takes 50 ms for each answer, against the goal: a line with figure, goal and
# ok or MISS. Environment: CODES (100000), RUNS (3; the median counts). The server is private, durable, on a Unix socket;
# all is gone at the end.
set -eu
codes=${CODES:-100000} runs=${RUNS:-3}
# shellcheck source=tests/bench/private.sh
. "$(dirname "$0")/private.sh"

# --- the scene: an approved template whose codes WeChat chooses ---

stage_database bench > "$work/stage.log" 2>&1 || trouble "the database"
stage_sim 1 --review-delay 0 || trouble "the simulator"
stage_account 1000 >> "$work/stage.log" 2>&1 || trouble "the account"
jq '(.card.scenic_ticket.base_info) += {use_custom_code: true, get_custom_code_mode: "GET_CUSTOM_CODE_MODE_DEPOSIT", sku: {quantity: 0}}' \
  "$root/tests/demo/adult.json" > "$work/stock.json"
worker template import "$work/stock.json" --account festival || trouble "the template"
worker template submit stock > /dev/null
worker run > "$work/run.log" 2>&1 || trouble "the first run"
sql -c "update kaquan.template set review_due_at = now()" # nobody waits a minute for the simulator
worker run >> "$work/run.log" 2>&1 || trouble "the review"
curl -s "$sim/sim/settings" -d '{"latency_ms": 50}' > /dev/null

deposit() { # deposit NUMBER: the seconds of a job with codes of its own
  sql -c "copy (select 'R$1C' || lpad(i::text, 9, '0') from generate_series(1, $codes) i) to stdout" > "$work/codes"
  worker pool import stock "$work/codes" > /dev/null || trouble "the import"
  sql -c checkpoint
  worker pool deposit stock > /dev/null
  worker run code_deposit >> "$work/run.log" 2>&1 || trouble "the deposit"
  sql -c "select extract(epoch from finished_at - started_at) from kaquan.job where kind = 'code_deposit' order by id desc limit 1"
}

run=0
while [ "$run" -lt "$runs" ]; do
  run=$((run + 1))
  deposit "$run" >> "$work/seconds"
done
[ "$(sql -c "select stock from kaquan.template where key = 'stock'")" -eq $((runs * codes)) ] || trouble "the stock"
line "deposit of $codes codes, WeChat answering in 50 ms, s" "$(calc %.2f "$(median < "$work/seconds")")" 'at most' 8
exit "$missed"
