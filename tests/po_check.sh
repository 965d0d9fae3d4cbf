#!/bin/sh
# Is every sentence there in Chinese, and every head of a column? Says what is not. Usage: po_check.sh
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Where sentences pass, and which argument it is. The second list is for a place that takes two, or has a namesake.
places="_ N_ fail:3 fail_cure:2 fail_in:2 say:2 log_message:1 ask_yes:3 ask_name:4 ask_secret:2 check_add:6 ok:3
  doubtful:4 bad:4 lint_problem:5 lint_cure:2 wrong:2 missing:3 refuse:4"
second="check_add:5 doubtful:3 bad:3 refuse:2 check_age:8 check_count:7"

extract() { # FILE KEYWORD...
  to=$1
  shift
  for place; do set -- "$@" "--keyword=$place"; shift; done
  xgettext --language=C --from-code=UTF-8 --keyword "$@" -o "$to" common/*.c worker/*.c tui/*.c
}
# shellcheck disable=SC2086 # words
{
  extract "$work/1.pot" $places
  extract "$work/2.pot" $second
}
msgcat --use-first -o "$work/all.pot" "$work/1.pot" "$work/2.pot"
msgcat --use-first --no-wrap -o "$work/all.po" worker/po/zh_CN.po tui/po/zh_CN.po
msgmerge --quiet --no-fuzzy-matching -o "$work/merged.po" "$work/all.po" "$work/all.pot"
msgfmt --check-format -o /dev/null "$work/merged.po"

# "%s: %s" says the same in any language.
msgattrib --untranslated --no-obsolete --no-wrap "$work/merged.po" | awk '
  /^msgid / { id = ""; reading = 1; sub(/^msgid /, "") }
  /^msgstr / { words = id; gsub(/%(<[A-Za-z0-9]+>|[-+ 0#]*[0-9.*]*(ll|l|z)?[A-Za-z])/, "", words)
               if (words ~ /[A-Za-z][A-Za-z]/) print "msgid \"" id "\""; reading = 0 }
  reading { gsub(/^"|"$/, ""); id = id $0 }' > "$work/missing"
msgattrib --only-fuzzy --no-obsolete "$work/all.po" | sed -n 's/^msgid "..*/fuzzy &/p' >> "$work/missing"

lacks() { # CONTEXT or "", sentences by lines: those that are not there
  while read -r said; do
    CONTEXT=${1:+msgctxt \"$1\"} SAID="msgid \"$said\"" awk '
      $0 == ENVIRON["SAID"] && (ENVIRON["CONTEXT"] ? before == ENVIRON["CONTEXT"] : before !~ /^msgctxt/) { found = 1 }
      { before = $0 }
      END { exit !found }' "$work/all.po" || echo "${1:+msgctxt \"$1\" }msgid \"$said\""
  done
}
{
  # Heads are looked up as they come: {"name", "HEAD", least, .. SHOW_..} in the console, {"name", "TITLE", OUT_..} here.
  sed -n 's/^ *{"[a-z_]*", *"\([^"]\{1,\}\)", *[0-9].*SHOW_.*/\1/p' tui/screen_*.c | sort -u | lacks column
  grep -oh '{"[a-z_0-9]*", *"[^"]*", *OUT_' worker/*.c | sed 's/^{"[^"]*", *"\([^"]*\)".*/\1/' | sort -u | lacks title
  # What statements say for people: format('address {%s}', ..), looked up as "address {}".
  grep -oh "format('[^']*\(''[^']*\)*'" common/sql/doctor_*.sql common/sql/go_live_*.sql common/sql/audit_verify.sql \
    common/sql/bulk_misfit.sql | sed "s/^format('//; s/'\$//; s/''/'/g; s/{%s}/{}/g; s/\"/\\\\\"/g" | sort -u | lacks ""
} >> "$work/missing"

[ ! -s "$work/missing" ] || { echo "not in Chinese:"; cat "$work/missing"; exit 1; }
