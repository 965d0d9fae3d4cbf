#include "once.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lang.h"
#include "migrate.h"
#include "text.h"

static const char *const columns[] = {"key",   "title",  "account", "status", "paused",
                                      "ready", "wanted", "epoch",   "life_s"};

static void print_row(const struct db_rows *rows, int row) {
    for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
        const char *value = db_text(rows, row, columns[i]);
        AUTO_BUF struct buf safe = {0};

        safe_text(&safe, value, strlen(value));
        printf("%s%s", i > 0 ? "\t" : "", buf_str(&safe));
    }
    printf("\n");
}

bool once_pools(const struct db_options *options, struct err *err) {
    AUTO_DB struct db *db = db_new(options, err);
    AUTO_ROWS struct db_rows rows = {0};

    if (!db || !migrate_check(db, &migrations, err) || !db_query0(db, &sql_tui_pools, &rows, err))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(columns); i++)
        printf("%s%s", i > 0 ? "\t" : "", columns[i]);
    printf("\n");
    for (int row = 0; row < rows.count; row++)
        print_row(&rows, row);
    if (fflush(stdout) != 0 || ferror(stdout))
        return fail(err, ERR_IO, "standard output: %s", strerror(errno));
    return true;
}
