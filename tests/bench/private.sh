# shellcheck shell=sh disable=SC2034 # the variables are for the script that sources it
# private.sh - what every benchmark begins with: a workplace, $work, and a private, durable server on a Unix socket, both gone
# at the end; and how figures are told. To be sourced by a sh script with `set -eu`, which ends with `exit "$missed"`.
LC_ALL=C; export LC_ALL
root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tests/harness/stage.sh
. "$root/tests/harness/stage.sh"

work=$(mktemp -d /tmp/kaquan-bench.XXXXXX)
chmod 711 "$work" # the server's user passes through
stage_set "$work"
XDG_STATE_HOME=$work/state; export XDG_STATE_HOME # not what somebody's console remembers
# shellcheck disable=SC2317 # the trap calls it
finish() {
  if [ -n "${holder:-}" ]; then kill "$holder" 2> /dev/null || :; fi
  stage_end serve kaquan-worker
  stage_end sim kaquan-sim
  "$root/tests/harness/postgres.sh" remove "$work/pg" || :
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
eval "$("$root/tests/harness/postgres.sh" start "$work/pg")"

trouble() { echo "$(basename "$0"): $1 failed" >&2; tail -n 20 "$work"/*.log >&2 || :; exit 2; }

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
calc() { awk "BEGIN { printf \"$1\", $2 }"; }

missed=0
line() { # what, figure, at least | at most, goal
  verdict=$(awk "BEGIN { print (\"$3\" == \"at least\" ? $2 >= $4 : $2 <= $4) ? \"ok\" : \"MISS\" }")
  [ "$verdict" = ok ] || missed=1
  printf '%-58s %9s   %-8s %6s   %s\n' "$1" "$2" "$3" "$4" "$verdict"
}
note() { printf '%-58s %9s\n' "$1" "$2"; }
