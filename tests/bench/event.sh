#!/bin/sh
# How fast recorded pushes are applied: EVENTS of them (100000), each for a ticket of its own, three of four user_get_card
# and one user_consume_card, and REPEATS (1000) in other words. A line with figure, goal and ok or MISS.
set -eu
events=${EVENTS:-100000} repeats=${REPEATS:-1000}
# shellcheck source=tests/bench/private.sh
. "$(dirname "$0")/private.sh"

stage_database bench > "$work/stage.log" 2>&1 || trouble "the database"
sql > "$work/scene.log" 2>&1 << EOF || trouble "the scene"
insert into kaquan.account (key, appid, original_id) values ('festival', 'wx0123456789abcdef', 'gh_festival');
insert into kaquan.backend_grant values ('festival_app', 1);
insert into kaquan.template (account_id, key, card_type, title, body, code_mode, status, card_id)
  values (1, 'adult', 'SCENIC_TICKET', 'adult', '{}', 'merchant', 'approved', 'pAdult');
insert into kaquan.ticket (request_id, template_id, code, epoch, signed_at, valid_until, nonce, signature)
  select 'r' || n, 1, 'C' || n, 1, 1790000000, now() + interval '1 h', decode(lpad(to_hex(n), 20, '0'), 'hex'), '\x00'
    from generate_series(1, $events) n;
create function push(n integer, blank text) returns text language sql as \$\$
  select format('<xml>%s<ToUserName><![CDATA[gh_festival]]></ToUserName><FromUserName><![CDATA[oVisitor%s]]></FromUserName>'
    '<CreateTime>%s</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[%s]]></Event><CardId><![CDATA[pAdult]]></CardId>'
    '<UserCardCode><![CDATA[C%s]]></UserCardCode><IsGiveByFriend>0</IsGiveByFriend><FriendUserName><![CDATA[]]></FriendUserName>'
    '<OuterId>0</OuterId><OldUserCardCode><![CDATA[]]></OldUserCardCode><OuterStr><![CDATA[%s]]></OuterStr>'
    '<IsRestoreMemberCard>0</IsRestoreMemberCard><IsRecommendByFriend>0</IsRecommendByFriend></xml>', blank, n,
    1790000000 + n % 86400, case n % 4 when 0 then 'user_consume_card' else 'user_get_card' end, n, md5(n::text)) \$\$;
EOF
PGUSER=festival_app sql -c "select count(kaquan.event_record(public.push(n, ''))) from generate_series(1, $events) n" \
  -c "select count(kaquan.event_record(public.push(n, ' '))) from generate_series(1, $repeats) n" > "$work/record.log" 2>&1 ||
  trouble "recording"
sql -c 'vacuum analyze' -c checkpoint
worker run event_apply > "$work/run.log" 2>&1 || trouble "applying"
seconds=$(sql -c "select round(extract(epoch from sum(finished_at - started_at)), 2) from kaquan.job where kind = 'event_apply'")
applied=$(sql -c "select count(*) from kaquan.ticket where state in ('added', 'consumed')")
[ "$applied" -eq "$events" ] || trouble "$applied of $events tickets"
line "applying $events recorded pushes, s" "$seconds" 'at most' 10
exit "$missed"
