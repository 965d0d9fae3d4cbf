#include "schema.h"

#include <string.h>

#include "lang.h"
#include "migrate.h"

static const char *newest(const struct db_rows *rows) {
    return rows->count > 0 ? db_text(rows, rows->count - 1, "name") : "0000";
}

/* The console only reads, so a difference is said and the screens try all the same. The worker compares checksums. */
bool schema_trouble(const struct pane *pane, struct err *err) {
    size_t known = migration_steps(&migrations);
    const char *ours = known > 0 ? migrations.files[known - 1].name : "0000";
    int order;

    if (pane->failed) {
        *err = pane->err;
        return true;
    }
    if (pane->answered_at == 0)
        return false;
    order = strcmp(newest(&pane->rows), ours);
    if (order < 0) {
        fail(err, ERR_CONFIG, "the schema is older than this program: it has %.4s, the program needs %.4s",
             newest(&pane->rows), ours);
        fail_cure(err, "run kaquan-worker db migrate");
    } else if (order > 0) {
        fail(err, ERR_CONFIG, "the schema is newer than this program: it has %.4s, the program knows %.4s",
             newest(&pane->rows), ours);
        fail_cure(err, "install the newer kaquan on this host");
    }
    return order != 0;
}
