#!/bin/sh
# Are the programs that are installed hardened? Reads their ELF. Prints a line for each check, ends with 1 if any failed.
# Usage: harden_check.sh [PROGRAM...]    default: those of build/release
set -eu
LC_ALL=C; export LC_ALL
here=$(cd "$(dirname "$0")/.." && pwd)
if [ $# -eq 0 ]; then
  for p in kaquan kaquan-worker kaquan-sim; do
    if [ -x "$here/build/release/$p" ]; then set -- "$@" "$here/build/release/$p"; fi
  done
fi
[ $# -gt 0 ] || { echo "harden_check.sh: no programs; run make first" >&2; exit 64; }
checks=0 failed=0

has() { # has NAME PATTERN: a line of the ELF's description fits
  checks=$((checks + 1))
  if printf '%s\n' "$elf" | grep -Eq -- "$2"; then echo "ok $checks - $name: $1"
  else echo "not ok $checks - $name: $1"; failed=$((failed + 1)); fi
}

for program; do
  name=$(basename "$program")
  elf=$(readelf --wide --file-header --program-headers --dynamic --dyn-syms --notes "$program")
  has "position independent" 'FLAGS_1.*PIE'
  has "all symbols bound at start" 'FLAGS_1.*NOW'
  has "relocations read-only" 'GNU_RELRO'
  has "stack not executable" 'GNU_STACK .* RW +0x'
  has "stack protector" '__stack_chk_fail'
  has "fortified calls" '__[a-z]+_chk(@|$)'
done
echo "1..$checks"
[ "$failed" -eq 0 ]
