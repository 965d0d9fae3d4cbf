#!/bin/sh
# Runs test programs against a private PostgreSQL and counts. Usage: tests/run.sh PROGRAM...
# Environment: KAQUAN_TEST_PG    directory of a cluster to use (postgres.sh start DIR); kept running afterwards
#              KAQUAN_TEST_SECONDS  limit of one program, default 1200
#              KAQUAN_WORKER, KAQUAN_SIM, KAQUAN_CONSOLE  programs under test; default: those built beside the tests
#              KAQUAN_TEST_OUTPUT=all  print what programs that passed wrote, too
set -u
here=$(cd "$(dirname "$0")" && pwd)
limit=${KAQUAN_TEST_SECONDS:-1200}
work=$(mktemp -d /tmp/kaquan-test.XXXXXX) || exit 74
chmod 711 "$work" # the server's user passes through
cluster=${KAQUAN_TEST_PG:-$work/pg}
passed=0 failed=0

finish() {
  if [ -z "${KAQUAN_TEST_PG:-}" ]; then "$here/harness/postgres.sh" remove "$cluster"; fi
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

[ $# -gt 0 ] || { sed -n '2,6s/^# *//p' "$0" >&2; exit 64; }

export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0:exitcode=99:strict_string_checks=1}"
export LSAN_OPTIONS="${LSAN_OPTIONS:-exitcode=99:max_leaks=5}"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1:halt_on_error=1}"
export CMOCKA_MESSAGE_OUTPUT=TAP
export TZ=UTC LC_ALL=C.UTF-8

environment=$("$here/harness/postgres.sh" start "$cluster") || exit 69
eval "$environment"

programs_beside() { # build/VARIANT/tests/common/test_db -> build/VARIANT
  build=$(cd "$(dirname "$1")/../.." && pwd)
  KAQUAN_WORKER=${KAQUAN_WORKER:-$build/kaquan-worker}
  KAQUAN_SIM=${KAQUAN_SIM:-$build/kaquan-sim}
  KAQUAN_CONSOLE=${KAQUAN_CONSOLE:-$build/kaquan}
  export KAQUAN_WORKER KAQUAN_SIM KAQUAN_CONSOLE
}

count() { grep -c "$1" "$work/out"; }

run_one() { # a program that dies early leaves tests without a line: these failed
  timeout --kill-after=5 "$limit" "$1" > "$work/out" 2>&1 < /dev/null
  code=$?
  planned=$(sed -n 's/^1\.\.\([0-9][0-9]*\)$/\1/p' "$work/out" | awk '{n += $1} END {print n + 0}')
  ok=$(count '^ok [0-9]')
  skipped=$(count '^not ok [0-9]* # SKIP') # cmocka's way to write it
  bad=$((planned - ok - skipped))
  # Trouble outside of any test: a leak, a failed group setup, a time-out, no tests at all.
  if [ "$bad" -le 0 ] && { [ "$code" -ne 0 ] || [ "$planned" -eq 0 ]; }; then bad=1; fi
  [ "$bad" -ge 0 ] || bad=0
  passed=$((passed + ok)) failed=$((failed + bad))
  if [ "$bad" -gt 0 ] || [ "${KAQUAN_TEST_OUTPUT:-}" = all ]; then cat "$work/out"; fi
  if [ "$code" -eq 124 ]; then echo "# stopped after $limit s"; fi
  printf '%-6s %s: %d of %d (exit %d)\n' "$([ "$bad" -eq 0 ] && echo pass || echo FAIL)" "$1" "$ok" "$planned" "$code"
}

programs_beside "$1"
for program; do run_one "$program"; done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
