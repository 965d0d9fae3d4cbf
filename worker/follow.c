#include "follow.h"

#include <string.h>

#include "app.h"
#include "clock.h"
#include "progress.h"

static bool look(struct db *db, int64_t id, struct db_rows *rows, struct err *err) {
    if (!db_query(db, &sql_job_show, rows, err, V_INT(id)))
        return false;
    return rows->count == 1 || fail(err, ERR_LOST, "job %lld is gone", (long long)id);
}

static bool ended(const struct db_rows *rows, int64_t id, const char *undone, bool *end, struct err *err) {
    const char *state = db_text(rows, 0, "state");
    *end = strcmp(state, "queued") != 0 && strcmp(state, "running") != 0;
    if (!*end || strcmp(state, "done") == 0)
        return true;
    fail(err, ERR_PARTIAL, "%s: job %lld is %s: %s", undone, (long long)id, state, db_text(rows, 0, "error_text"));
    return fail_cure(err, "kaquan-worker job log %lld", (long long)id);
}

/* Looks each second: a worker does the job, here or on another host. */
bool follow_job(struct work *work, int64_t id, const char *what, const char *undone, struct err *err) {
    struct progress *progress = progress_new(what);
    bool end = false, good = true;
    while (good && !end && !app_stopping()) {
        AUTO_ROWS struct db_rows rows = {0};
        good = look(work->db, id, &rows, err) && ended(&rows, id, undone, &end, err);
        if (!good || end)
            break;
        progress_set(progress, db_int(&rows, 0, "progress_done"), db_int(&rows, 0, "progress_total"));
        clock_sleep(1);
    }
    progress_free(progress);
    if (good && !end)
        return fail(err, ERR_STOPPED, "job %lld goes on", (long long)id);
    return good;
}
