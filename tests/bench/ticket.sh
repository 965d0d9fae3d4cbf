#!/bin/sh
# How long the database takes to find tickets by every documented key among TICKETS (3000000): the slowest key's median of
# 5 searches, each by a worker of its own, with figure, goal and ok or MISS. Then how the console feels there (console.sh).
set -eu
tickets=${TICKETS:-3000000}
# shellcheck source=tests/bench/private.sh
. "$(dirname "$0")/private.sh"

# Claimed one after the other over ten days; one of three with an openid, a thousand of them gifted under a new code.
stage_database bench > "$work/stage.log" 2>&1 || trouble "the database"
sql > "$work/scene.log" 2>&1 << EOF || trouble "the scene"
insert into kaquan.account (key, appid) values ('festival', 'wx0123456789abcdef');
insert into kaquan.backend_grant select session_user, id from kaquan.account;
insert into kaquan.credential_history (account_id, kind, epoch, fingerprint, first_seen_at, valid_until, age_known)
  values (1, 'api_ticket', 1, 'bench', now(), now() + interval '1 day', true);
insert into kaquan.template (account_id, key, card_type, title, body, code_mode, status, card_id)
  values (1, 'adult', 'SCENIC_TICKET', 'adult', '{}', 'merchant', 'approved', 'pAdult');
insert into kaquan.ticket (claimed_at, request_id, template_id, code, openid, epoch, signed_at, valid_until, nonce, signature)
  select now() - interval '10 d' * ($tickets - n) / $tickets, 'r' || n, 1, 'C' || n, case n % 3 when 0 then 'oVisitor' || n end, 1, 1790000000,
         now() + interval '1 h', decode(lpad(to_hex(n), 20, '0'), 'hex'), '\x00' from generate_series(1, $tickets) n;
insert into kaquan.ticket_past_code select 'P' || n, 1, 'r' || n from generate_series(1, 1000) n;
update kaquan.ticket set holder = 'oFriend' || n from generate_series(1, 1000) n where request_id = 'r' || n and template_id = 1;
insert into kaquan.ticket_person select holder, request_id, template_id from kaquan.ticket where holder is not null;
EOF
worker run ticket_person > "$work/run.log" 2>&1 || trouble "the index of persons"
sql -c 'vacuum analyze' -c "alter role kaquan_worker in database bench set log_min_duration_statement = 0"

log_lines() { wc -l < "$KAQUAN_TEST_CLUSTER/log"; }
statements() { # statements LINE: of kaquan_worker since that line of the log: the database's ms for each, parse, plan and run together, its begin
  tail -n +$(($1 + 1)) "$KAQUAN_TEST_CLUSTER/log" |
    awk '/ parse <unnamed>/ { ms = 0 }
         /<unnamed>/ { for (i = 1; i < NF; i++) if ($i == "duration:") ms += $(i + 1) }
         / execute <unnamed>/ { sub(/.*<unnamed>: /, ""); print ms, $0 }'
}

search() { # search FILTER: the median of the database's ms for it, parse, plan and run together
  for _ in 1 2 3 4 5; do
    from=$(log_lines)
    [ "$(echo "$1" | worker ticket list --plain --filter - | wc -l)" -ge 1 ] || trouble "finding $1"
    statements "$from" | awk '{ ms += $1 } END { print ms }'
  done | sort -n | sed -n 3p
}

by_key() { # the least: one look-up by key, like the searches by a connection that knows nothing yet of the tables
  for _ in 1 2 3 4 5; do
    from=$(log_lines)
    PGUSER=kaquan_worker sql -c "select code from kaquan.ticket where request_id = 'r99' and template_id = 1" > "$work/by_key"
    tail -n +$((from + 1)) "$KAQUAN_TEST_CLUSTER/log" | awk '/ statement: / { for (i = 1; i < NF; i++) if ($i == "duration:") print $(i + 1) }'
  done | median
}

worst=0
for filter in code:C77777 code:P77 C2777777 request:r2222222 openid:oVisitor1500000 holder:oFriend500 person:oVisitor900000; do
  [ "$tickets" -ge 3000000 ] || filter=$(echo "$filter" | sed 's/[0-9]*$/99/')
  ms=$(search "$filter")
  note "  $filter, ms" "$ms"
  worst=$(awk "BEGIN { print ($ms > $worst) ? $ms : $worst }")
done
line "search among $tickets tickets, slowest key, ms" "$worst" 'at most' 5
note "  the least: psql, one ticket by its key, ms" "$(by_key)"
# shellcheck source=tests/bench/console.sh
. "$root/tests/bench/console.sh"
exit "$missed"
