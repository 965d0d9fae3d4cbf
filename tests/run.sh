#!/bin/sh
# Runs test programs and counts. Usage: tests/run.sh PROGRAM... As many at a time as there are processors, each lane of them
# with a private PostgreSQL: roles belong to a whole cluster.
# Environment: KAQUAN_TEST_LANES  programs at a time
#              KAQUAN_TEST_PG     directory of a cluster to use (postgres.sh start DIR), one lane; kept running afterwards
#              KAQUAN_TEST_SECONDS  limit of one program, default 1200
#              KAQUAN_WORKER, KAQUAN_SIM, KAQUAN_CONSOLE  programs under test; default: those beside the tests,
#              for scripts alone those of build/check
#              KAQUAN_TEST_OUTPUT=all  print what programs that passed wrote, too
set -u
here=$(cd "$(dirname "$0")" && pwd)
limit=${KAQUAN_TEST_SECONDS:-1200}
lanes=${KAQUAN_TEST_LANES:-$(nproc)}
[ $# -gt 0 ] || { sed -n '2,9s/^# *//p' "$0" >&2; exit 64; }
[ "$lanes" -le $# ] || lanes=$#
[ -z "${KAQUAN_TEST_PG:-}" ] || lanes=1
work=$(mktemp -d /tmp/kaquan-test.XXXXXX) || exit 74
chmod 711 "$work" # the server's user passes through

export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0:exitcode=99:strict_string_checks=1}"
export LSAN_OPTIONS="${LSAN_OPTIONS:-exitcode=99:max_leaks=5}"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1:halt_on_error=1}"
export CMOCKA_MESSAGE_OUTPUT=TAP
export TZ=UTC LC_ALL=C.UTF-8

built=$here/../build/check
for program; do # build/VARIANT/tests/common/test_db -> build/VARIANT
  case $program in *.sh) ;; *) built=$(dirname "$program")/../..; break ;; esac
done
built=$(cd "$built" && pwd) || exit 66
KAQUAN_WORKER=${KAQUAN_WORKER:-$built/kaquan-worker}
KAQUAN_SIM=${KAQUAN_SIM:-$built/kaquan-sim}
KAQUAN_CONSOLE=${KAQUAN_CONSOLE:-$built/kaquan}
export KAQUAN_WORKER KAQUAN_SIM KAQUAN_CONSOLE

# --- a lane ---

run_program() { # its output into $out, its exit into $code
  timeout --kill-after=5 "$limit" "$1" > "$out" 2>&1 < /dev/null &
  running=$!
  wait "$running"
  code=$?
  running=
}

count() { grep -c "$1" "$out"; }

judge() { # what the program said into $ok and $bad; one that dies early leaves tests without a line: these failed
  planned=$(sed -n 's/^1\.\.\([0-9][0-9]*\)$/\1/p' "$out" | awk '{n += $1} END {print n + 0}')
  ok=$(count '^ok [0-9]')
  skipped=$(count '^not ok [0-9]* # SKIP') # cmocka's way to write it
  bad=$((planned - ok - skipped))
  # Trouble outside of any test: a leak, a failed group setup, a time-out, no tests at all.
  if [ "$bad" -le 0 ] && { [ "$code" -ne 0 ] || [ "$planned" -eq 0 ]; }; then bad=1; fi
  [ "$bad" -ge 0 ] || bad=0
}

report() { # report PROGRAM SECONDS
  if [ "$bad" -gt 0 ] || [ "${KAQUAN_TEST_OUTPUT:-}" = all ]; then cat "$out"; fi
  if [ "$code" -eq 124 ]; then echo "# stopped after $limit s"; fi
  verdict=$([ "$bad" -eq 0 ] && echo pass || echo FAIL)
  printf '%-6s %s: %d of %d (exit %d), %d s\n' "$verdict" "$1" "$ok" "$planned" "$code" "$2"
}

run_one() { # run_one PROGRAM
  began=$(date +%s)
  run_program "$1"
  judge
  echo "$ok $bad" >> "$work/counts"
  report "$1" $(($(date +%s) - began)) > "$out.report"
  flock "$work" cat "$out.report" # what two programs have to say is not mixed
}

lane() { # lane NUMBER PROGRAM...: runs what no other lane has taken
  cluster=${KAQUAN_TEST_PG:-$work/pg$1} out=$work/out$1 running=
  shift
  trap '[ -z "$running" ] || kill "$running"; exit 143' TERM
  trap '[ -n "${KAQUAN_TEST_PG:-}" ] || "$here/harness/postgres.sh" remove "$cluster"' EXIT
  environment=$("$here/harness/postgres.sh" start "$cluster") || exit 69
  eval "$environment"
  place=0
  for program; do
    place=$((place + 1))
    if mkdir "$work/taken$place" 2> /dev/null; then run_one "$program"; fi
  done
}

# --- all of them ---

pids=
stop() { # shellcheck disable=SC2086 # a list
  [ -z "$pids" ] || kill $pids 2> /dev/null
  wait
  exit "$1"
}
trap 'rm -rf "$work"' EXIT
trap 'stop 130' INT
trap 'stop 143' TERM

number=0 trouble=0
while [ "$number" -lt "$lanes" ]; do
  number=$((number + 1))
  lane "$number" "$@" &
  pids="$pids $!"
done
for pid in $pids; do wait "$pid" || trouble=$?; done
[ "$trouble" -eq 0 ] || exit "$trouble"
awk '{ ok += $1; bad += $2 } END { printf "%d passed, %d failed\n", ok, bad; exit bad > 0 }' "$work/counts"
