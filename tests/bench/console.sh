# shellcheck shell=sh disable=SC2154 # $work and others are private.sh's and ticket.sh's
# console.sh - how the console feels among the tickets of ticket.sh, which sources it: lines with figure, goal and ok or MISS.
# Environment: DURATION (4): five times as many seconds of idleness, half of that of keys.
# shellcheck source=tests/bench/pool.sh
. "$root/tests/bench/pool.sh"
duration=${DURATION:-4}

figures() { # figures WHAT ARGUMENT...: what is measured, into $work/figures
  "$root/build/release/bench_console" "$root/build/release/kaquan" "$@" > "$work/figures" 2> "$work/console.log" || trouble "console $1"
}
figure() { awk -v name="$1" '$1 == name { print $2 }' "$work/figures"; }

# Much to read, and a lock that the console's own statement about the worker waits for.
slow_query() { # slow_query SECONDS
  sql -c begin -c 'lock table kaquan.worker_heartbeat in access exclusive mode' \
    -c "do \$\$ begin while clock_timestamp() < now() + interval '$1 s' loop perform sum(length(code)) from kaquan.ticket; end loop; end \$\$"
}

first_frame() {
  PGHOST=/nonexistent figures first-frame
  line 'console: first frame without a database, ms' "$(figure first_frame_ms)" 'at most' 50
}

first_rows() {
  figures first-rows "$1"
  line "console: first rows of $1, ms" "$(figure first_rows_ms)" 'at most' 200
}

keys() {
  keys_seconds=$((duration * 5 / 2))
  pool $((keys_seconds * 3000))
  slow_query $((keys_seconds + 2)) > "$work/slow.log" 2>&1 &
  slow=$!
  (bench claim 4 -R 1000 -T $((keys_seconds + 2)) > "$work/rate") &
  claims=$!
  figures keys "$1" "$keys_seconds"
  wait "$slow" "$claims" || trouble 'claims, or a slow query,'
  note "  claims a second meanwhile" "$(calc '%.0f' "$(cat "$work/rate")")"
  line "console: key to frame, $1, 95 of 100, ms" "$(figure key_p95_ms)" 'at most' 16
  line "console: key to frame, $1, slowest, ms" "$(figure key_max_ms)" 'at most' 50
}

steps() {
  figures step-bytes "$1"
  line "console: a step of the cursor in $1, bytes" "$(figure step_bytes)" 'at most' 400
}

asked() { # asked SECONDS SCREEN: statements of a console that does nothing but show it for so long
  from=$(log_lines)
  figures idle "$2" "$1"
  statements "$from" | wc -l
}

# What a start asks is taken off; half a second beside the beat of what is asked again and again.
idleness() {
  idle_seconds=$((duration * 5))
  starting=$(asked 1.5 "$1")
  all=$(asked "$((idle_seconds + 1)).5" "$1")
  line "console: idle in $1, % of a core" "$(figure idle_cpu)" 'at most' 0.5
  line "console: idle in $1, statements a second" "$(calc '%.2f' "($all - $starting) / $idle_seconds")" 'at most' 2
}

pages() { # pages LINE: of the list of tickets since that line of the log, the database's ms for each
  statements "$1" | awk '$2 == "select" && $3 ~ /^x\.\*/ { print $1 }'
}

# A minute after the claims, that is, when the worker has run once more. The first page is the opening of the list, by a
# connection that knows nothing yet of the tables; scrolling are those behind it. A noisy machine: the median of three.
scrolling() { # scrolling ROWS
  worker run stat_minute > "$work/run.log" 2>&1 || trouble 'the worker'
  for _ in 1 2 3; do
    from=$(log_lines)
    figures scroll tickets "$1"
    pages "$from" > "$work/pages"
    head -n 1 "$work/pages" >> "$work/pages.first"
    tail -n +2 "$work/pages" | median >> "$work/pages.middle"
    tail -n +2 "$work/pages" | sort -n | tail -n 1 >> "$work/pages.slowest"
  done
  line "console: $1 tickets scrolled, slowest page, ms" "$(median < "$work/pages.slowest")" 'at most' 5
  note "  a page in the middle, ms" "$(median < "$work/pages.middle")"
  note "  the list's first page, ms" "$(median < "$work/pages.first")"
  line "console: $1 tickets scrolled, memory, MB" "$(figure memory_mb)" 'at most' 32
}

first_frame
first_rows pools
first_rows tickets
keys tickets
steps tickets
scrolling 10000
idleness dash
idleness tickets
