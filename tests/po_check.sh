#!/bin/sh
# Is every sentence of the console there in Chinese, and every head of a column? Says what is not. Usage: po_check.sh
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
catalogue=tui/po/zh_CN.po

xgettext --keyword=_ --keyword=N_ --from-code=UTF-8 -o "$work/all.pot" tui/*.c
msgmerge --quiet --no-fuzzy-matching -o "$work/merged.po" "$catalogue" "$work/all.pot"
msgattrib --untranslated --no-obsolete "$work/merged.po" | grep '^msgid "..*"' > "$work/missing" || :

# {"name", "HEAD", least, .. SHOW_..}: heads are looked up as they come.
msgfmt -o "$work/kaquan.mo" "$catalogue"
sed -n 's/^ *{"[a-z_]*", *"\([^"]\{1,\}\)", *[0-9].*SHOW_.*/\1/p' tui/screen_*.c | sort -u | while read -r head; do
  awk -v head="$head" '$0 == "msgctxt \"column\"" { getline; if ($0 == "msgid \"" head "\"") found = 1 } END { exit !found }' \
    "$catalogue" || echo "msgctxt \"column\" msgid \"$head\""
done >> "$work/missing"

[ ! -s "$work/missing" ] || { echo "$catalogue lacks:"; cat "$work/missing"; exit 1; }
