#!/bin/sh
# Turns text files into C: statements of common/sql/ (sql) and files of migrations/ (migration) become constants, so that
# the programs carry them. Usage: embed.sh h|c sql|migration FILE...   -> standard output
set -eu
LC_ALL=C; export LC_ALL
form=$1 kind=$2
shift 2

literal() { # each line of a file as a C string literal; trigraphs cannot arise: ? is escaped
  sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/?/\\?/g' -e 's/	/\\t/g' -e 's/^/    "/' -e 's/$/\\n"/' "$1"
}

echo "/* Made by common/embed.sh; edit the .sql files. */"
case $form-$kind in
h-sql)
  for f; do n=$(basename "$f" .sql); echo "extern const struct sql sql_$n;"; done ;;
c-sql)
  echo '#include "sql.h"'
  for f; do
    n=$(basename "$f" .sql)
    printf 'const struct sql sql_%s = {"%s",\n' "$n" "$n"; literal "$f"; echo "};"
  done ;;
c-migration)
  echo '#include "migrate.h"'
  echo 'static const struct migration files[] = {'
  for f; do
    printf '{"%s", "%s",\n' "$(basename "$f")" "$(sha256sum < "$f" | cut -d ' ' -f 1)"; literal "$f"; echo "},"
  done
  echo '};'
  echo 'const struct migration_list migrations = {files, sizeof(files) / sizeof(files[0])};' ;;
*) echo "usage: embed.sh h|c sql|migration FILE..." >&2; exit 64 ;;
esac
