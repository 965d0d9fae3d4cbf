#!/bin/sh
# `make bench`: signing, filling, importing, claiming, applying pushes, searching, the console against the goals, one table: what,
# figure, goal, ok or MISS. Exit 1 on a MISS. Environment: KAQUAN_BENCH_CARDS (1000000), KAQUAN_BENCH_PAIRS of fill and \copy (5),
# KAQUAN_BENCH_SECONDS of a run of claims (4), KAQUAN_BENCH_RUNS of each (3), KAQUAN_BENCH_EVENTS recorded pushes (100000),
# KAQUAN_BENCH_TICKETS to search and look among (3000000); KAQUAN_BENCH_SMOKE=1: a MISS is shown and forgiven.
set -eu
LC_ALL=C; export LC_ALL
here=$(cd "$(dirname "$0")" && pwd)
cards=${KAQUAN_BENCH_CARDS:-1000000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0

part() { # part COMMAND...: 1 is a MISS, more is trouble
  code=0
  "$@" || code=$?
  [ "$code" -le "$bad" ] || bad=$code
}

sign() { # nanoseconds of one core for a card
  "$here/../../build/release/bench_sign" > "$work/sign" || return 2
  ns=$(awk -F '|' '/whole card/ { print $3 + 0 }' "$work/sign")
  verdict=ok
  [ "$ns" -le 350 ] || verdict=MISS
  printf '%-58s %9s   %-8s %6s   %s\n' 'signing and encoding a card on one core, ns' "$ns" 'at most' 350 "$verdict"
  [ "$verdict" = ok ]
}

echo "$(nproc) processors:$(sed -n 's/^model name[^:]*://p' /proc/cpuinfo | head -n 1), $(psql --version)"
printf '%-58s %9s   %-15s   %s\n' what figure goal verdict
part sign
part env CARDS="$cards" PAIRS="${KAQUAN_BENCH_PAIRS:-5}" "$here/fill.sh"
part env CODES="$cards" "$here/import.sh"
part env CODES="$((cards / 10))" "$here/deposit.sh"
part env DURATION="${KAQUAN_BENCH_SECONDS:-4}" RUNS="${KAQUAN_BENCH_RUNS:-3}" "$here/claim.sh" -n "${KAQUAN_BENCH_CLAIMS:-$cards}"
part env DURATION="${KAQUAN_BENCH_SECONDS:-4}" RUNS="${KAQUAN_BENCH_RUNS:-3}" "$here/admit.sh"
part env EVENTS="${KAQUAN_BENCH_EVENTS:-100000}" "$here/event.sh"
part env TICKETS="${KAQUAN_BENCH_TICKETS:-3000000}" DURATION="${KAQUAN_BENCH_SECONDS:-4}" "$here/ticket.sh"
if [ "$bad" -eq 1 ] && [ -n "${KAQUAN_BENCH_SMOKE:-}" ]; then exit 0; fi
exit "$bad"
