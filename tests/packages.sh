#!/bin/sh
# Installs the Debian packages that build, tests, lint and demo need, those that are missing only. As root or by sudo.
# Usage: packages.sh        install      packages.sh list     print their names
set -eu

# compiler, tools of the build
packages='gcc libc6-dev make pkg-config gettext scdoc'
# libraries of the programs
packages="$packages libpq-dev libcurl4-openssl-dev libssl-dev libcjson-dev libncurses-dev libqrencode-dev ca-certificates"
# tests: simulator, harness, database, pooler, the example in Node.js
packages="$packages libmicrohttpd-dev libcmocka-dev libvterm-dev libzbar-dev libpng-dev postgresql-15 pgbouncer curl jq openssl procps time
  binutils util-linux tmux nodejs node-pg"
# a second compiler, lint
packages="$packages clang-14 clang-format clang-tidy cppcheck shellcheck"

installed() {
  # Debian's npm brings 350 packages: where npm is not there already, node-pg takes its place (tests/node/run.sh).
  case $1 in node-pg) command -v npm > /dev/null && return ;; esac
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2> /dev/null)" = installed ]
}

if [ "${1:-}" = list ]; then
  for p in $packages; do echo "$p"; done
  exit 0
fi
if ! command -v apt-get > /dev/null; then
  # shellcheck disable=SC2086 # a list of words
  echo "packages.sh: this is no Debian; what is needed is called there:" $packages >&2
  exit 0
fi
missing=''
for p in $packages; do installed "$p" || missing="$missing $p"; done
[ -n "$missing" ] || exit 0

as_root=''
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo > /dev/null || { echo "packages.sh: as root, please: apt-get install$missing" >&2; exit 77; }
  as_root=sudo
fi
echo "installing$missing"
# RUNLEVEL=1: no service is started because its package came; tests and demo start their own.
set -- env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -q -y --no-install-recommends
$as_root "$@" -o APT::Update::Error-Mode=any update
# shellcheck disable=SC2086 # a list of words
$as_root "$@" install $missing
