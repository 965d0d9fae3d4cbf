#!/bin/bash
# A whole event, played in tmux as an operator does it, with an operator's login and without the worker's key: first run, account,
# secret, template, review, pool, a ticket's code scanned from the screen, void with a reason, the audit entry. Each step is a line;
# waits for what must appear.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d /tmp/kaquan-smoke.XXXXXX)
scan=$root/build/check/scan
step=0
mux() { tmux -L "kaquan-smoke-$$" "$@"; }
# shellcheck source=tests/harness/stage.sh
. "$root/tests/harness/stage.sh"

finish() {
  mux kill-server 2> /dev/null || :
  stage_end serve kaquan-worker
  stage_end sim kaquan-sim
  psql -XAtqd postgres -c "drop database if exists smoke with (force)" > /dev/null 2>&1 || :
  rm -rf "$work"
}
trap finish EXIT
echo 1..10

screen() { mux capture-pane -t console -p; }
shows() { screen | grep -qF -- "$1"; }
see() { # see TEXT: it appears within 15 s
  stage_until 15 shows "$1" && return
  screen | sed 's/^/# /'
  echo "not ok $((step + 1)) - \"$1\" did not appear"
  exit 1
}
awake() { stage_until 5 lacks 'wakes in'; } # the button of a severe question
scanned() { [ "$(screen | "$scan")" = "$1" ]; }
keys() { mux send-keys -t console "$@"; }
lacks() { ! shows "$1"; }
closed() { # closes the window with what a command said; Esc and the next key must not arrive as one
  see 'Esc closes'
  keys Escape
  stage_until 5 lacks 'Esc closes'
}
type_in() { mux send-keys -t console -l -- "$1"; }
fill() { # fill VALUE...: each into the field that the next Tab leads to
  type_in "$1"
  shift
  for value; do
    keys Tab
    type_in "$value"
  done
}
done_with() { step=$((step + 1)) && echo "ok $step - $1"; }
wanted() { screen | sed -n 's/.*To confirm, type: \(.*[^ ]\) *│.*/\1/p'; }
says() { # says WANTED SQL: within 15 s
  stage_until 15 test_says "$1" "$2" && return
  screen | sed 's/^/# /'
  echo "not ok $((step + 1)) - $2: $(sql -c "$2"), not $1"
  exit 1
}
test_says() { [ "$(sql -c "$2")" = "$1" ]; }

stage_set "$work"
stage_database smoke > "$work/stage.log" 2>&1
stage_sim 60 --review-delay 0 --quiet
PGUSER=kaquan_worker worker site set time_scale 60 --yes
PGUSER=anna KAQUAN_KEY_FILE=/nowhere/worker.pem mux -f /dev/null new-session -d -s console -x 100 -y 30 "$KAQUAN_CONSOLE"

see "First steps"
keys '!'
see "Minutes"
keys C-s
see "WRITE"
done_with "a first run says what is to be done, and unlocks"

keys Enter
see "needs: grant insert on kaquan.worker_key to anna"
worker key new "$KAQUAN_KEY_FILE"
PGUSER=kaquan_worker stage_start serve "$KAQUAN_WORKER" serve
done_with "the worker's key is made where the worker is, not by an operator"

keys 6
see "No account yet"
keys n
see "AppID"
fill festival wx0123456789abcdef 松湖景区
keys C-s
see "account festival was added"
closed
sql -c "update kaquan.account set api_base = '$sim'"
done_with "an account is added"

keys K
see "AppSecret"
fill demosecret 'from the platform' "$(wanted)"
awake
keys C-s
see "was set"
if shows demosecret; then echo "not ok 4 - the secret is on the screen" && exit 1; fi
closed
says ok "select coalesce((select last_class from kaquan.credential where kind = 'api_ticket'), '-')"
done_with "its secret is set and never shown, and WeChat accepts it"

keys 2
keys n
see "new template"
type_in adult
for value in http://mmbiz.qpic.cn/mmbiz_png/EXAMPLE/0 城市美术馆 秋季当代艺术展 入场时出示二维码 请提前到场 50000 2026-11-01 +30d \
  成人票; do
  keys F8
  type_in "$value"
done
keys C-s
says 秋季当代艺术展 "select title from kaquan.template where key = 'adult'"
done_with "a template is written in Chinese and saved"

keys C-p
see "submit"
keys C-s
says approved "select status from kaquan.template where key = 'adult'"
done_with "it goes to WeChat and is approved"

keys Escape Escape
keys 4
see "秋季当代艺术展"
keys F
see "pool fill"
keys C-s
closed
says t "select count(*) > 0 from kaquan.batch"
done_with "the pool is filled"

sql -c "insert into kaquan.backend_grant select 'festival_app', id from kaquan.account" \
  -c "set session authorization festival_app; select json_build_object('card_id', card_id, 'card_ext', card_ext,
      'openid', 'oVisitorOne') from kaquan.card_claim('adult', 'visitor-1')" > "$work/card.json"
curl -sf "$sim/sim/add_card" -d @"$work/card.json" | jq -e .ok > "$work/added.log" # by the visitor, to the wallet
code=$(sql -c "select code from kaquan.ticket")
keys 3
see "adult"
keys i
see "margin"
stage_until 15 scanned "$code" || { screen && echo "not ok 8 - the code does not scan"; exit 1; }
done_with "a claimed ticket's code is scanned from the screen"

keys Escape
stage_until 5 lacks "margin"
keys X
see "ticket void"
fill refund "$(wanted)"
awake
keys C-s
says void "select state from kaquan.ticket"
done_with "the ticket is void, with a reason"

keys Escape Escape
keys 8
see "ticket_void"
see "refund"
done_with "who did it and why stands in the audit log"
