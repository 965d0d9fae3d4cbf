#!/bin/bash
# sim_check.sh [KAQUAN-SIM] - checks the simulated WeChat against the reference: signature vectors, credentials, cards,
# codes, users, faults, events. Prints a line for each check; ends with 1 if any was not ok. Needs curl and jq.

set -u
here=$(cd "$(dirname "$0")/../.." && pwd)
sim=${1:-${KAQUAN_SIM:-$here/build/release/kaquan-sim}}
[ -x "$sim" ] || sim=$here/build/check/kaquan-sim
dir=$(mktemp -d) && failed=0 checks=0 pids=()
# shellcheck disable=SC2154 # p is the loop's own
trap 'for p in "${pids[@]}"; do kill "$p" 2>/dev/null; done; wait; rm -rf "$dir"' EXIT

# What it says is true when the two texts are equal.
is() {
    checks=$((checks + 1))
    if [ "$2" = "$3" ]; then
        echo "ok $checks - $1"
    else
        echo "not ok $checks - $1: wanted '$2', got '$3'"
        failed=$((failed + 1))
    fi
}

# Tries a command until it succeeds, for 10 s at most.
until_true() {
    local deadline=$((SECONDS + 10))
    until "$@"; do
        [ $SECONDS -lt $deadline ] || return 1
        sleep 0.02
    done
}

# start NAME OPTIONS… - starts a simulator; its address is in $url, its pid in $pid.
start() {
    local name=$1
    shift
    "$sim" --quiet --with-parent --port-file "$dir/$name.port" "$@" >"$dir/$name.out" &
    pid=$!
    pids+=("$pid")
    until_true test -s "$dir/$name.port" || { echo "not ok - $name does not start"; exit 1; }
    url=http://127.0.0.1:$(cat "$dir/$name.port")
}

get() { curl -s --noproxy '*' "$@"; }
sim() { get "$url/sim/$1" ${2:+-d "$2"}; }
api() { get "$url$1$([[ $1 == *\?* ]] && echo '&' || echo '?')access_token=$token" ${2:+-d "$2"}; }
field() { jq -r "$1" <<<"$2"; }
code_of() { field .errcode "$(api "$@")"; }
set_to() { sim settings "$1" >/dev/null; }
fault() { sim faults "$1" >/dev/null; }
stable() { get "$url/cgi-bin/stable_token" -d "{\"grant_type\":\"client_credential\",\"appid\":\"wx1\",\"secret\":\"sec1\"$1}"; }
legacy() { get "$url/cgi-bin/token?grant_type=client_credential&appid=wx1&secret=sec1"; }
ticket() { field .ticket "$(api '/cgi-bin/ticket/getticket?type=wx_card')"; }
advance() { sim clock/advance "{\"seconds\":$1}" >/dev/null; }

# card_body EXTRA QUANTITY - a scenic ticket whose base_info also has EXTRA.
card_body() {
    echo '{"card":{"card_type":"SCENIC_TICKET","scenic_ticket":{"base_info":{
      "logo_url":"http://mmbiz.qpic.cn/mmbiz_png/EXAMPLE/0","brand_name":"松湖景区","code_type":"CODE_TYPE_QRCODE",
      "title":"松湖成人票","color":"Color020","notice":"入园时请出示二维码","description":"当日有效","can_share":false,
      "date_info":{"type":"DATE_TYPE_FIX_TIME_RANGE","begin_timestamp":1700000000,"end_timestamp":2000000000},
      "sku":{"quantity":'"$2"'}'"${1:+,$1}"'},"ticket_class":"全价票","guide_url":"https://www.example.com/map"}}}'
}
create() { field .card_id "$(api /card/create "$(card_body "$1" "$2")")"; }

# add CARD_ID API_TICKET CODE USER [NONCE] - the reason of a refusal, or "ok"; the reply is in $added.
serial=0 stamp=$(date +%s)
add() {
    local nonce sign ext
    nonce=${5:-nonce$((++serial))abcdefgh}
    sign=$(field .signature "$(sim sign_check "{\"api_ticket\":\"$2\",\"card_id\":\"$1\",\"code\":\"$3\",
        \"timestamp\":\"$stamp\",\"nonce_str\":\"$nonce\"}")")
    ext=$(jq -nc --arg c "$3" --arg t "$stamp" --arg n "$nonce" --arg s "$sign" \
        '(if $c == "" then {} else {code:$c} end) + {timestamp:$t,nonce_str:$n,signature:$s,outer_str:"order42"}')
    added=$(sim add_card "$(jq -nc --arg i "$1" --arg e "$ext" --arg u "$4" '{card_id:$i,card_ext:$e,openid:$u}')")
    [ "$(field .ok "$added")" = true ] && reason=ok || reason=$(field .reason "$added")
}

echo "# signatures: the vectors of the reference, section 25"
start main --account wx1:sec1 --account wx2:sec2 --review-delay 0
sign() { field .signature "$(sim sign_check "$1")"; }
long=sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg
first='"api_ticket":"ojZ8YtyVyr30HheH3CM73y7h4jJE","card_id":"pjZ8Yt1XGILfi-FUsewpnnolGgZk","timestamp":"1404896688"'
is "vector 1" f137ab68b7f8112d20ee528ab6074564e2796250 "$(sign "{$first,\"nonce_str\":\"123\",\"code\":\"1434008071\"}")"
is "vector 2" 22dce6bad4db532d4a2ef82ca2ca7bbe1e10ef28 \
    "$(sign "{\"api_ticket\":\"$long\",\"card_id\":\"random_card_id\",\"nonce_str\":\"Wm3WZYTPz0wzccnW\",\"timestamp\":\"1414587457\"}")"
is "vector 3" 950dc1842852457ea573d4d6af34879c1ec093c8 \
    "$(sign "{\"api_ticket\":\"$long\",\"card_id\":\"random_card_id\",\"nonce_str\":\"Wm3WZYTPz0wzccnW\",\"timestamp\":\"1414587457\",\"code\":\"random_code\",\"openid\":\"random_openid\"}")"
is "vector 4" 89a0e60888a9471f75dc5eb0ee86431ddbec1fd9 \
    "$(sign '{"api_ticket":"aaaa","card_id":"dddd","code":"eeee","openid":"ffff","nonce_str":"cccc","timestamp":"bbbb"}')"
is "vector 5" 2b4d29b5f60fa4be37522ddfd9583c329446d3e3 "$(sign "{$first,\"nonce_str\":\"jonyqin\",\"code\":\"jonyqin_1434008071\"}")"
is "the sorter alone" f7c3bc1d808e04732adf679965ccc34ca7ae3441 "$(sign '{"values":["789","456","123"]}')"
is "a push's signature is made by the same rule" dd6b9c95b495b3f7e2901bfbc76c664930ffdb96 \
    "$(sign '{"values":["123456","1411443780","437374425","4ByGGj+sVCYcvGeQYhaKIk1o0pQRNbRjxybjTGblXrBaXlTXeOo1+bXFXDQQb1o6co6Yh9Bv41n7hOchLF6p+Q=="]}')"

echo "# access_token"
token=$(field .access_token "$(stable '')")
is "stable_token repeats itself" "$token" "$(field .access_token "$(stable '')")"
is "its life is 7200" 7200 "$(field .expires_in "$(legacy)")"
is "a success of token has no errcode" null "$(field .errcode "$(legacy)")"
is "the chains are apart" null "$(code_of /cgi-bin/get_api_domain_ip)"
old=$(field .access_token "$(legacy)") new=$(field .access_token "$(legacy)")
uses() { field '.errcode // 0' "$(get "$url/cgi-bin/getcallbackip?access_token=$1")"; }
is "an old legacy token works for 5 minutes" 0 "$(uses "$old")"
advance 301
is "and then no longer" 40001 "$(uses "$old")"
is "the new one does" 0 "$(uses "$new")"
is "expires_in of stable_token counts down" true "$(field '.expires_in < 6901' "$(stable '')")"
advance 6600
next=$(field .access_token "$(stable '')")
is "in its last 5 minutes stable_token gives the next" true "$([ "$next" != "$token" ] && echo true)"
is "both work then" "0 0" "$(uses "$token") $(uses "$next")"
advance 300
is "an ended token has expired" 42001 "$(uses "$token")"
token=$next
forced=$(field .access_token "$(stable ',"force_refresh":true')")
is "a forced refresh kills the old token at once" "40001 0" "$(uses "$token") $(uses "$forced")"
token=$forced
is "within 30 s nothing is forced" "$token" "$(field .access_token "$(stable ',"force_refresh":true')")"
is "no token" 41001 "$(field .errcode "$(get "$url/cgi-bin/getcallbackip")")"
is "an impossible token" 40014 "$(uses nonsense)"
is "somebody's token" 40001 "$(uses "${token:0:80}")"
bad() { field .errcode "$(get "$url/cgi-bin/token?$1")"; }
is "wrong secret, appid, grant_type; none" "40125 40013 40002 41004 41002" \
    "$(bad 'grant_type=client_credential&appid=wx1&secret=x') $(bad 'grant_type=client_credential&appid=wx9&secret=x') $(
        bad 'grant_type=x&appid=wx1&secret=sec1') $(bad 'grant_type=client_credential&appid=wx1') $(bad 'grant_type=client_credential')"
sim token/refresh '{"appid":"wx1","chain":"stable"}' >/dev/null
is "somebody else's refresh" 40001 "$(uses "$token")"
token=$(field .access_token "$(stable '')")
for _ in $(seq 20); do advance 31; stable ',"force_refresh":true' >/dev/null; done
is "20 forced refreshes a day" 45009 "$(field .errcode "$(stable ',"force_refresh":true')")"
token=$(field .access_token "$(stable '')")

echo "# IP whitelist"
sim whitelist '{"appid":"wx1","add":["127.0.0.2"]}' >/dev/null
reply=$(legacy)
is "an address that is not on it" 40164 "$(field .errcode "$reply")"
is "is named in the message" "invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist rid: " \
    "$(field '.errmsg | sub("[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$"; "")' "$reply")"
rid=$(field '.errmsg | capture("rid: (?<t>[0-9a-f]{8})").t' "$reply")
is "and the rid begins with the time" true "$([ $((0x$rid - $(date +%s))) -ge -5 ] && [ $((0x$rid - $(date +%s))) -le 0 ] && echo true)"
is "stable_token asks for it too" 40164 "$(field .errcode "$(stable '')")"
is "the other account has its own" null "$(field .errcode "$(get "$url/cgi-bin/token?grant_type=client_credential&appid=wx2&secret=sec2")")"
is "the listed address may" null "$(field .errcode "$(get --interface 127.0.0.2 "$url/cgi-bin/token?grant_type=client_credential&appid=wx1&secret=sec1")")"
is "the test header names another address" null "$(field .errcode "$(get -H 'X-Kaquan-Sim-Peer: 127.0.0.2' "$url/cgi-bin/token?grant_type=client_credential&appid=wx1&secret=sec1")")"
is "a token works from anywhere" 0 "$(uses "$token")"
sim whitelist '{"appid":"wx1","off":true}' >/dev/null

echo "# api_ticket"
one=$(ticket)
is "86 characters" 86 "${#one}"
is "it repeats itself" "$one" "$(ticket)"
is "the jsapi_ticket is another" true "$([ "$one" != "$(field .ticket "$(api '/cgi-bin/ticket/getticket?type=jsapi')")" ] && echo true)"
is "an unknown type" 40097 "$(code_of '/cgi-bin/ticket/getticket?type=x')"
card=$(create '"use_custom_code":true,"get_limit":50' 1000)
advance 6000
is "its age is not told" 7200 "$(field .expires_in "$(api '/cgi-bin/ticket/getticket?type=wx_card')")"
advance 901
two=$(ticket)
is "overlap: the next one comes 300 s early" true "$([ "$one" != "$two" ] && echo true)"
add "$card" "$one" A1 oUser1; is "overlap: the old one is still accepted" ok "$reason"
add "$card" "$two" A2 oUser1; is "overlap: so is the new one" ok "$reason"
advance 300
token=$(field .access_token "$(stable '')")
add "$card" "$one" A3 oUser1; is "after its end it is not" "signature true" "$reason $(field .stale "$added")"
set_to '{"ticket_mode":"fixed"}'
advance 6800
token=$(field .access_token "$(stable '')")
is "fixed: the same until its end" "$two" "$(ticket)"
advance 101
three=$(ticket)
is "fixed: then another" true "$([ "$two" != "$three" ] && echo true)"
add "$card" "$two" A4 oUser1; is "fixed: the old one is refused" "signature true" "$reason $(field .stale "$added")"
sim ticket/revoke '{"appid":"wx1"}' >/dev/null
add "$card" "$three" A4 oUser1; is "a revoked one is refused" "signature true" "$reason $(field .stale "$added")"
key=$(ticket)
is "a new value stands in its place" true "$([ "$three" != "$key" ] && echo true)"
is "the rotations are counted" 3 "$(field .accounts.wx1.tickets.wx_card.rotations "$(sim stats)")"

echo "# templates"
headers=$(get -D - -o /dev/null "$url/cgi-bin/getcallbackip?access_token=$token" | tr -d '\r')
is "the content type says encoding" "Content-Type: application/json; encoding=utf-8" "$(grep -i ^content-type <<<"$headers")"
is "a slash is escaped" 1 "$(api /cgi-bin/getcallbackip | grep -c '\\/')"
reply=$(api /card/get "{\"card_id\":\"$card\"}")
is "card/get shows the colour as hex, the status and both stocks" "#2c9f67 CARD_STATUS_VERIFY_OK 998 1000" \
    "$(field '.card.scenic_ticket.base_info | "\(.color) \(.status) \(.sku.quantity) \(.sku.total_quantity)"' "$reply")"
is "batchget lists it" "$card 1" "$(field '"\(.card_id_list[0]) \(.total_num)"' "$(api /card/batchget '{"offset":0,"count":10}')")"
good=$(card_body '"use_custom_code":true' 5)
is "a misspelt key" 47001 "$(code_of /card/create "${good/\"notice\"/\"notise\"}")"
is "is pointed at" true "$(field '.errmsg | contains("Error before \":\"入园")' "$(api /card/create "${good/\"notice\"/\"notise\"}")")"
is "a key twice" 47001 "$(code_of /card/create "${good/\"notice\"/\"title\":\"x\",\"notice\"}")"
is "null" 47001 "$(code_of /card/create "${good/\"Color020\"/null}")"
is "a text for a number" 47001 "$(code_of /card/create "${good/:5/:\"5\"}")"
is "trailing text" 47001 "$(code_of /card/create "$good x")"
is "a unicode escape" 47002 "$(code_of /card/create "${good/松湖/\\u677e}")"
is "no body" 44002 "$(field .errcode "$(get -X POST "$url/card/create?access_token=$token")")"
is "GET for POST" 43002 "$(code_of /card/create)"
is "POST for GET" 43001 "$(code_of /cgi-bin/getcallbackip '{}')"
is "a missing field" 41011 "$(code_of /card/create "${good/\"notice\":\"入园时请出示二维码\",/}")"
is "a type without its object" 40071 "$(code_of /card/create "${good/SCENIC_TICKET/MEETING_TICKET}")"
is "a code type" 40072 "$(code_of /card/create "${good/CODE_TYPE_QRCODE/CODE_TYPE_X}")"
is "a colour" 40076 "$(code_of /card/create "${good/Color020/Color999}")"
is "28 bytes of title" 45021 "$(code_of /card/create "${good/松湖成人票/松湖成人票松湖成人x}")"
is "27 bytes of title" 0 "$(code_of /card/create "${good/松湖成人票/松湖成人票松湖成人}")"
is "an end in the past" 40079 "$(code_of /card/create "${good/2000000000/1700000001}")"
is "no stock" 40122 "$(code_of /card/create "$(card_body '' 0)")"
is "stock with deposit mode" 40122 "$(code_of /card/create "$(card_body '"use_custom_code":true,"get_custom_code_mode":"GET_CUSTOM_CODE_MODE_DEPOSIT"' 5)")"
is "a foreign logo" 40141 "$(code_of /card/create "${good/mmbiz.qpic.cn/example.com}")"
is "get_limit over 50" 72009 "$(code_of /card/create "$(card_body '"get_limit":51' 5)")"
coupon=${good/SCENIC_TICKET/GENERAL_COUPON}
coupon=${coupon/scenic_ticket/general_coupon}
coupon=${coupon/\"ticket_class\":\"全价票\",\"guide_url\":\"https:\/\/www.example.com\/map\"/\"default_detail\":\"x\"}
is "coupons have ended" 48001 "$(code_of /card/create "$coupon")"
member=${good/SCENIC_TICKET/MEMBER_CARD}
member=${member/scenic_ticket/member_card}
member=${member/\"ticket_class\":\"全价票\",\"guide_url\":\"https:\/\/www.example.com\/map\"/\"prerogative\":\"x\",\"supply_bonus\":true,\"supply_balance\":false}
is "a member card" 0 "$(code_of /card/create "$member")"
member=${member/DATE_TYPE_FIX_TIME_RANGE/DATE_TYPE_PERMANENT}
is "for ever, which no other card is" "0 40079" "$(code_of /card/create "$member") $(code_of /card/create "${good/DATE_TYPE_FIX_TIME_RANGE/DATE_TYPE_PERMANENT}")"
set_to '{"coupon_errcode":0}'
is "unless they are switched on" 0 "$(code_of /card/create "$coupon")"
update() { api /card/update "{\"card_id\":\"$card\",\"scenic_ticket\":{\"base_info\":{$1}}}"; }
is "a small update needs no review" false "$(field .send_check "$(update '"notice":"请出示"')")"
is "brand_name cannot be changed" 47001 "$(field .errcode "$(update '"brand_name":"x"')")"
is "a validity may not shrink" 40100 "$(field .errcode "$(update '"date_info":{"type":"DATE_TYPE_FIX_TIME_RANGE","begin_timestamp":1700000000,"end_timestamp":1999999999}')")"
is "it may widen" 0 "$(field .errcode "$(update '"date_info":{"type":"DATE_TYPE_FIX_TIME_RANGE","begin_timestamp":1700000000,"end_timestamp":2000000001}')")"
set_to '{"review_delay":-1}'
is "a marked field is reviewed" true "$(field .send_check "$(update '"title":"松湖儿童票"')")"
status() { field .card.scenic_ticket.base_info.status "$(api /card/get "{\"card_id\":\"$1\"}")"; }
is "until then it waits" CARD_STATUS_NOT_VERIFY "$(status "$card")"
sim audit "{\"card_id\":\"$card\",\"status\":\"refuse\",\"reason\":\"图片不清晰\"}" >/dev/null
is "and may be refused" CARD_STATUS_VERIFY_FAIL "$(status "$card")"
set_to '{"review_delay":100}'
update '"title":"松湖成人票"' >/dev/null
advance 101
is "a review ends after its delay" CARD_STATUS_VERIFY_OK "$(status "$card")"
stock() { code_of /card/modifystock "{\"card_id\":\"$1\",$2}"; }
is "stock can grow and shrink, not below zero" "0 0 40122" \
    "$(stock "$card" '"increase_stock_value":10') $(stock "$card" '"reduce_stock_value":20') $(stock "$card" '"reduce_stock_value":5000')"
is "no card_id, a wrong one" "41012 40073" "$(code_of /card/get '{}') $(code_of /card/get '{"card_id":"p"}')"

echo "# users, merchant's codes"
set_to '{"review_delay":0}'
add "$card" "$key" B1 oUser1 nonce0123456789ab; is "a card is added" "ok addCard:ok" "$reason $(field .errMsg "$added")"
crypt=$(field .code "$added")
is "its encrypted code has 64 characters" 64 "${#crypt}"
is "and is decrypted" B1 "$(field .code "$(api /card/code/decrypt "{\"encrypt_code\":\"$crypt\"}")")"
is "another's is not" 40075 "$(code_of /card/code/decrypt '{"encrypt_code":"x"}')"
add "$card" "$key" B2 oUser1 nonce0123456789ab; is "a nonce is used once" used "$reason"
add "$card" "$key" B1 oUser2; is "a code is taken once" code "$reason"
add "$card" "$key" "" oUser2; is "a custom card needs a code" parameter "$reason"
add "$card" "$key" 123456789012345678901 oUser2; is "at most 20 characters" parameter "$reason"
# shellcheck disable=SC2016 # the code holds a dollar
add "$card" "$key" 'B$3' oUser2; is "without special ones" parameter "$reason"
add "$card" "wrong$key" B3 oUser2; is "a wrong signature" "signature false" "$reason $(field .stale "$added")"
is "cardExt must be a string" parameter "$(field .reason "$(sim add_card "{\"card_id\":\"$card\",\"card_ext\":{},\"openid\":\"o1\"}")")"
small=$(create '"use_custom_code":true,"get_limit":1' 2)
add "$small" "$key" S1 oUser1; add "$small" "$key" S2 oUser1; is "get_limit holds for one user" limit "$reason"
add "$small" "$key" S2 oUser2; add "$small" "$key" S3 oUser3; is "the stock ends" stock "$reason"
is "WeChat reminds of it" card_sku_remind "$(field '.events[-1].event' "$(sim 'events?limit=1000')")"
set_to '{"review_delay":-1}'
waiting=$(create '"use_custom_code":true' 10)
add "$waiting" "$key" W1 oUser1; is "before its review nobody may add it" status "$reason"
api /card/testwhitelist/set '{"openid":["oUser1"]}' >/dev/null
add "$waiting" "$key" W1 oUser1; is "but testers" ok "$reason"
set_to '{"review_delay":0}'

echo "# codes"
state() { field '"\(.errcode) \(.user_card_status)"' "$(api /card/code/get "{\"card_id\":\"$card\",\"code\":\"$1\",\"check_consume\":$2}")"; }
is "a usable code" "0 NORMAL" "$(state B1 true)"
is "outer_str comes back" order42 "$(field .outer_str "$(api /card/code/get "{\"card_id\":\"$card\",\"code\":\"B1\"}")")"
is "an unknown code" "40056 null" "$(state nobody false)"
is "a custom code without card_id" 40056 "$(code_of /card/code/get '{"code":"B1"}')"
is "it is consumed once" "0 40099" "$(code_of /card/code/consume "{\"card_id\":\"$card\",\"code\":\"B1\"}") $(code_of /card/code/consume "{\"card_id\":\"$card\",\"code\":\"B1\"}")"
is "and says so" "40099 null 0 CONSUMED" "$(state B1 true) $(state B1 false)"
add "$card" "$key" B4 oUser1
is "a code is made void" 0 "$(code_of /card/code/unavailable "{\"card_id\":\"$card\",\"code\":\"B4\"}")"
is "and says so" "40127 null 0 UNAVAILABLE" "$(state B4 true) $(state B4 false)"
add "$card" "$key" B5 oUser1
sim delete "{\"card_id\":\"$card\",\"code\":\"B5\"}" >/dev/null
is "a user deletes it" "0 DELETE user_del_card" "$(state B5 false) $(field '.events[-1].event' "$(sim 'events?limit=1000')")"
add "$card" "$key" B6 oUser1
sim gift "{\"card_id\":\"$card\",\"code\":\"B6\",\"friend\":\"oFriend\",\"accept\":false}" >/dev/null
is "a gift is on its way" "0 GIFTING" "$(state B6 false)"
sim gift "{\"card_id\":\"$card\",\"code\":\"B6\",\"friend\":\"oFriend\"}" >/dev/null
is "and arrives" "0 NORMAL" "$(state B6 true)"
wallet() { field '"\(.errcode) \([.card_list[]?.code] | sort | join(" "))"' "$(api /card/user/getcardlist "$1")"; }
add "$card" "$key" B7 oWallet; add "$card" "$key" B8 oWallet; add "$card" "$key" B9 oWallet
api /card/code/consume "{\"card_id\":\"$card\",\"code\":\"B9\"}" >/dev/null
is "a wallet has the usable codes" "0 B7 B8" "$(wallet "{\"openid\":\"oWallet\",\"card_id\":\"$card\"}")"
is "of all cards" "0 B7 B8" "$(wallet '{"openid":"oWallet"}')"
is "of another card" "0 " "$(wallet "{\"openid\":\"oWallet\",\"card_id\":\"$small\"}")"
is "of nobody" "40003 " "$(wallet '{}')"
is "of a card that is not there" "40073 " "$(wallet '{"openid":"oWallet","card_id":"pNobody"}')"
free=$(create '' 10)
add "$free" "$key" X1 oUser1; is "WeChat's own codes: none in cardExt" parameter "$reason"
add "$free" "$key" "" oUser1; is "WeChat chooses" ok "$reason"
own=$(field .code "$(api /card/code/decrypt "{\"encrypt_code\":\"$(field .code "$added")\"}")")
is "12 digits" true "$([[ $own =~ ^[0-9]{12}$ ]] && echo true)"
is "found without card_id" 0 "$(code_of /card/code/get "{\"code\":\"$own\"}")"
given=$(field .code "$(sim gift "{\"card_id\":\"$free\",\"code\":\"$own\",\"friend\":\"oFriend\"}")")
is "a gift gets a new code, the old one is gone" "40056 0" "$(code_of /card/code/get "{\"code\":\"$own\"}") $(code_of /card/code/get "{\"code\":\"$given\"}")"
is "the event names the old one" true "$(field ".events[-1].xml | test(\"OldUserCardCode> ?<!.CDATA.$own\")" "$(sim 'events?limit=1000')")"

advance $((2050000000 - $(date +%s)))
token=$(field .access_token "$(stable '')")
is "validity ends" "40127 null 0 EXPIRE" "$(state A1 true) $(state A1 false)"
update '"date_info":{"type":"DATE_TYPE_FIX_TIME_RANGE","begin_timestamp":1700000000,"end_timestamp":2140000000}' >/dev/null
is "a wider one holds at once" "0 NORMAL" "$(state A1 true)"
is "refusals are counted by errcode" true "$(field '.accounts.wx1.calls["/card/create"].refused["47001"] > 3' "$(sim stats)")"
is "adds by reason" true "$(field '.accounts.wx1.adds | .ok > 5 and .refused.signature == 4 and .stale == 3' "$(sim stats)")"
sim reset '{}' >/dev/null
set_to '{"review_delay":0}'
token=$(field .access_token "$(stable '')") key=$(ticket)
is "a reset leaves nothing" 0 "$(field '.cards | length' "$(sim cards)")"
card=$(create '"use_custom_code":true' 10)

echo "# deposits"
deposit=$(create '"use_custom_code":true,"get_custom_code_mode":"GET_CUSTOM_CODE_MODE_DEPOSIT"' 0)
codes() { jq -nc --arg i "$deposit" --argjson c "$1" '{card_id:$i,code:$c}'; }
many=$(jq -nc '[range(101)|"D\(.)"]')
is "101 codes are too many" 40109 "$(code_of /card/code/deposit "$(codes "$many")")"
is "an empty one, the same twice" "40110 40111" "$(code_of /card/code/deposit "$(codes '["a",""]')") $(code_of /card/code/deposit "$(codes '["a","a"]')")"
is "stock before codes" 40136 "$(stock "$deposit" '"increase_stock_value":1')"
is "codes are deposited" '["D1","D2"]' "$(api /card/code/deposit "$(codes '["D1","D2"]')" | jq -c .succ_code)"
is "again: duplicates" '[["D3"],["D2"]]' "$(api /card/code/deposit "$(codes '["D2","D3"]')" | jq -c '[.succ_code,.duplicate_code]')"
is "checkcode" '[["D1"],["D9"]]' "$(api /card/code/checkcode "$(codes '["D1","D9"]')" | jq -c '[.exist_code,.not_exist_code]')"
is "getdepositcount" 3 "$(field .count "$(api /card/code/getdepositcount "{\"card_id\":\"$deposit\"}")")"
is "stock up to that" "0 40136" "$(stock "$deposit" '"increase_stock_value":3') $(stock "$deposit" '"increase_stock_value":1')"
is "an unclaimed code is unknown" 40056 "$(code_of /card/code/get "{\"card_id\":\"$deposit\",\"code\":\"D1\"}")"
add "$deposit" "$key" D1 oUser1; is "cardExt must not choose" parameter "$reason"
add "$deposit" "$key" "" oUser1; is "WeChat draws one" "ok true" "$reason $(field '.code | test("^D[123]$")' "$(api /card/code/decrypt "{\"encrypt_code\":\"$(field .code "$added")\"}")")"
is "deleting the card" "0 CARD_STATUS_DELETE" "$(code_of /card/delete "{\"card_id\":\"$deposit\"}") $(status "$deposit")"
add "$deposit" "$key" "" oUser2; is "ends it" status "$reason"

echo "# quotas and pictures"
sim quota '{"appid":"wx1","path":"/card/get","limit":5,"used":5}' >/dev/null
is "a day's calls are used up" 45009 "$(code_of /card/get "{\"card_id\":\"$card\"}")"
is "quota/get tells" "5 5 0" "$(field '.quota | "\(.daily_limit) \(.used) \(.remain)"' "$(api /cgi-bin/openapi/quota/get '{"cgi_path":"/card/get"}')")"
is "clear_quota helps" "0 0" "$(code_of /cgi-bin/clear_quota '{"appid":"wx1"}') $(code_of /card/get "{\"card_id\":\"$card\"}")"
for _ in $(seq 9); do api /cgi-bin/clear_quota '{"appid":"wx1"}' >/dev/null; done
is "ten times a month" 48006 "$(code_of /cgi-bin/clear_quota '{"appid":"wx1"}')"
v2() { get "$url/cgi-bin/clear_quota/v2" -d "{\"appid\":\"$1\",\"appsecret\":\"$2\"}"; }
is "its second version counts with it and wants the secret" "48006 40125 40013" \
   "$(field .errcode "$(v2 wx1 sec1)") $(field .errcode "$(v2 wx1 other)") $(field .errcode "$(v2 wxno sec1)")"
is "so does one interface's" 48006 "$(code_of /cgi-bin/openapi/quota/clear '{"cgi_path":"/card/get"}')"
refused=$(api /card/get '{"card_id":"pNone"}')
rid=$(field .errmsg "$refused") && rid=${rid##*rid: }
is "rid/get tells of a refused call" '{"card_id":"pNone"} 40073 127.0.0.1' \
   "$(field '.request | "\(.request_body) \(.response_body | fromjson | .errcode) \(.client_ip)"' "$(api /cgi-bin/openapi/rid/get "{\"rid\":\"$rid\"}")")"
is "not of another, nor of nonsense" "76001 76002" \
   "$(code_of /cgi-bin/openapi/rid/get '{"rid":"00000000-00000000-00000000"}') $(code_of /cgi-bin/openapi/rid/get '{"rid":"x"}')"
check='{"action":"all","check_operator":"DEFAULT"}'
is "no callback URL" 40201 "$(code_of /cgi-bin/callback/check "$check")"
sim account '{"appid":"wx1","callback_url":"http://127.0.0.1:9/"}' >/dev/null
is "callback/check" "UNICOM 0%" "$(field '"\(.dns[0].real_operator) \(.ping[0].package_loss)"' "$(api /cgi-bin/callback/check "$check")")"
is "its action" 40202 "$(code_of /cgi-bin/callback/check '{"action":"x","check_operator":"DEFAULT"}')"
is "its operator" 40203 "$(code_of /cgi-bin/callback/check '{"action":"dns","check_operator":"x"}')"
is "an unknown path" 76021 "$(code_of /cgi-bin/openapi/quota/get '{"cgi_path":"/x"}')"
printf '\x89PNG\r\n\x1a\n0123456789' >"$dir/logo.png"
upload() { get "$url/cgi-bin/media/uploadimg?access_token=$token" -F "$1"; }
is "a picture gets an address" true "$(field '.url | startswith("http://mmbiz.qpic.cn/")' "$(upload "buffer=@$dir/logo.png")")"
is "not a picture, nothing" "40137 41005" "$(field .errcode "$(upload "media=@$0")") $(field .errcode "$(upload x=y)")"
head -c 1100000 /dev/zero >>"$dir/logo.png"
is "too big" 40009 "$(field .errcode "$(upload "media=@$dir/logo.png")")"

echo "# offering cards"
open=$(create '"use_all_locations":true' 5) own=$(create '"use_custom_code":true' 5)
button=$(create '"use_all_locations":true,"center_title":"x","center_url":"https:\/\/example.com\/"' 5)
qr() { code_of /card/qrcode/create "{\"action_name\":\"$1\",$2}"; }
one() { echo "\"action_info\":{\"card\":{\"card_id\":\"$1\"${2:+,$2}}}"; }
is "a QR code" 0 "$(qr QR_CARD "$(one "$open" '"outer_str":"poster"')")"
is "of a minute to half an hour" "0 40053 40053" "$(qr QR_CARD "\"expire_seconds\":1800,$(one "$open")") $(qr QR_CARD "\"expire_seconds\":59,$(one "$open")") $(qr QR_CARD "\"expire_seconds\":1801,$(one "$open")")"
is "a code where the merchant chooses it, and only there" "0 40053 40053" "$(qr QR_CARD "$(one "$own" '"code":"Q1"')") $(qr QR_CARD "$(one "$own")") $(qr QR_CARD "$(one "$open" '"code":"Q1"')")"
is "an openid where it is bound, and only there" 40053 "$(qr QR_CARD "$(one "$open" '"openid":"o1"')")"
is "another action, another's card, null" "40053 40073 47001" "$(qr QR_SCENE "$(one "$open")") $(qr QR_CARD "$(one pNobodys)") $(qr QR_CARD "\"expire_seconds\":null,$(one "$open")")"
list="\"action_info\":{\"multiple_card\":{\"card_list\":[{\"card_id\":\"$open\"},{\"card_id\":\"$button\",\"outer_str\":\"b\"}]}}"
is "several cards" "0 40053" "$(qr QR_MULTIPLE_CARD "$list") $(qr QR_CARD "$list")"
page() { code_of /card/landingpage/create "{\"banner\":\"http://mmbiz.qpic.cn/$1\",\"page_title\":\"x\",\"can_share\":true,\"scene\":\"$2\",\"card_list\":[{\"card_id\":\"$open\",\"thumb_url\":\"http://mmbiz.qpic.cn/b/0\"}${3:-}]}"; }
is "a landing page" "0 40097 47001" "$(page a/0 SCENE_H5) $(page a/0 SCENE_X) $(page a/0 SCENE_H5 ',"x"')"
cell() { code_of "/card/$1/set" "{\"card_id\":\"$2\",\"is_open\":${3:-true}}"; }
is "cells need stores" "0 0 40107 43017 0" "$(cell paycell "$open") $(cell selfconsumecell "$open") $(cell paycell "$own") $(cell selfconsumecell "$own") $(cell paycell "$own" false)"
is "and no button in the centre" "40145 45046" "$(cell paycell "$button") $(cell selfconsumecell "$button")"

echo "# faults and statistics"
ips=/cgi-bin/getcallbackip
fault "{\"path\":\"$ips\",\"nth\":2,\"kind\":\"errcode\",\"errcode\":-1}"
is "the second call fails" "null -1 null" "$(code_of $ips) $(code_of $ips) $(code_of $ips)"
how() { get -m 5 -o "$dir/body" -w '%{http_code} %{size_download} %{exitcode}' "$url$ips?access_token=$token"; }
try() { fault "{\"path\":\"$ips\",$1}"; how; }
is "http_status" "502 6 0" "$(try '"kind":"http_status","status":502,"body":"<html>"')"
is "raw bytes" "200 3 0" "$(try '"kind":"raw","body_base64":"AAEC"')"
is "cut" "200 5 18" "$(try '"kind":"cut","bytes":5')"
is "drop" "000 0 52" "$(try '"kind":"drop"')"
is "reset" "000 0 56" "$(try '"kind":"reset"')"
is "redirect" "302 0 0" "$(try '"kind":"redirect","location":"http://127.0.0.1:1/"')"
is "garbage" "200 7 0" "$(try '"kind":"garbage","bytes":7')"
is "stall" "200 3 18" "$(try '"kind":"stall","bytes":3,"ms":200')"
is "slow" "200 0" "$(try '"kind":"slow","ms":1' | cut -d' ' -f1,3)"
is "flood" "200 300000 0" "$(try '"kind":"flood","bytes":300000')"
try '"kind":"patch","set":{"expires_in":"x"}' >/dev/null
is "patch" x "$(jq -r .expires_in "$dir/body")"
fault "{\"path\":\"/card/create\",\"kind\":\"drop\",\"applied\":true}"
before=$(field .total_num "$(api /card/batchget '{"offset":0,"count":1}')")
api /card/create "$good" >/dev/null
is "a lost answer, the work done" $((before + 1)) "$(field .total_num "$(api /card/batchget '{"offset":0,"count":1}')")"
fault "{\"path\":\"$ips\",\"count\":2,\"kind\":\"delay_ms\",\"ms\":60000}"
get "$url$ips?access_token=$token" >/dev/null & one=$!
get "$url$ips?access_token=$token" >/dev/null & two=$!
in_flight() { [ "$(field ".accounts.wx1.calls[\"$ips\"].in_flight" "$(sim stats)")" = 2 ]; }
until_true in_flight
is "delayed calls are in flight together" 2 "$(field ".accounts.wx1.calls[\"$ips\"].max_in_flight" "$(sim stats)")"
is "and hold up nobody" null "$(code_of /cgi-bin/get_api_domain_ip)"
kill "$one" "$two" 2>/dev/null
wait "$one" "$two" 2>/dev/null
is "help lists the control API" true "$(sim help | grep -q '/sim/add_cards' && echo true)"
is "a wrong setting is refused" "false true" "$(field .ok "$(sim settings '{"ticket_mode":"x"}')") $(field .ok "$(sim settings '{"ticket_mode":"overlap"}')")"
kill "$pid" && wait "$pid"
is "it ends well on SIGTERM, calls in flight or not" 0 $?

echo "# events"
start receiver --account wx0:sec0
receiver=$url
fault '{"path":"/callback","count":0,"kind":"raw","body":"success"}'
start sender --account wx1:sec1 --callback "$receiver/callback" --callback-token eventtoken --review-delay 0 --event-retry 0
token=$(field .access_token "$(stable '')")
create '' 10 >/dev/null
delivered() { [ "$(field '.events[-1].state' "$(sim events)")" = "$1" ]; }
until_true delivered delivered
is "an event is delivered" "card_pass_check delivered 1 200" "$(field '.events[-1] | "\(.event) \(.state) \(.attempts) \(.http_status)"' "$(sim events)")"
sim account "{\"appid\":\"wx1\",\"callback_url\":\"$receiver/elsewhere\"}" >/dev/null
create '' 10 >/dev/null
until_true delivered failed
is "an unanswered one is tried 3 times" "failed 3" "$(field '.events[-1] | "\(.state) \(.attempts)"' "$(sim events)")"
sim account "{\"appid\":\"wx1\",\"callback_url\":\"$receiver/callback\",\"encoding_aes_key\":\"abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG\"}" >/dev/null
set_to '{"event_duplicate":100}'
create '' 10 >/dev/null
twice() { [ "$(field '.events[-1].attempts' "$(sim events)")" = 2 ]; }
until_true twice
is "a duplicated, encrypted one" "delivered 2" "$(field '.events[-1] | "\(.state) \(.attempts)"' "$(sim events)")"

echo "# scaled time, https"
start scaled --account wx1:sec1 --scale 7200 --ticket-mode fixed
token=$(field .access_token "$(stable '')")
is "figures stay unscaled" 7200 "$(field .expires_in "$(api '/cgi-bin/ticket/getticket?type=wx_card')")"
expired() { [ "$(uses "$token")" = 42001 ]; }
until_true expired
is "a life of 7200 s lasts a second" 42001 "$(uses "$token")"
start secure --account wx1:sec1 --tls --ca-out "$dir/ca.pem"
secure() { get "$@" -o /dev/null -w '%{http_code} %{exitcode}' "${url/http:/https:}/sim/help"; }
is "https with its CA" "200 0" "$(secure --cacert "$dir/ca.pem")"
is "not without" "000 60" "$(secure)"
start expired --tls-fault expired --ca-out "$dir/expired.pem"
is "an expired certificate" "000 60" "$(secure --cacert "$dir/expired.pem")"
start wrong --tls-fault wrong-name --ca-out "$dir/wrong.pem"
is "a wrong name" "000 60" "$(secure --cacert "$dir/wrong.pem")"

echo "1..$checks"
echo "# $((checks - failed)) of $checks checks are ok"
[ "$failed" = 0 ]
