#include "jobs.h"

#include "buf.h"

/* What is taken away, a row each. */
static const struct {
    const struct sql *statement;
    const char *what;
} prunings[] = {
    {&sql_prune_jobs, "jobs"},
    {&sql_prune_checks, "whitelist checks"},
    {&sql_prune_job_log, "lines of job logs"},
    {&sql_prune_events, "pushes"},
    {&sql_prune_bulk, "acts on many tickets"},
    {&sql_prune_drifts, "drifts"},
    {&sql_prune_scans, "refused scans"},
    {&sql_prune_minutes, "minutes"},
    {&sql_prune_workers, "workers"},
    {&sql_prune_refusals, "refused tokens"},
    {&sql_prune_asks, "questions"},
};

/* A statement takes away a part, so that none runs long: again until nothing is left. */
static bool prune(struct db *db, const struct sql *statement, int64_t *gone, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    do {
        db_rows_clear(&rows);
        if (!db_query0(db, statement, &rows, err))
            return false;
        *gone += rows.hits;
    } while (rows.hits > 0);
    return true;
}

bool job_prune(struct run *run, struct err *err) {
    AUTO_BUF struct buf done = {0};
    for (size_t i = 0; i < ARRAY_LEN(prunings); i++) {
        int64_t gone = 0;
        if (!prune(run->work->db, prunings[i].statement, &gone, err))
            return false;
        buf_printf(&done, "%s%lld %s", i ? ", " : "", (long long)gone, prunings[i].what);
    }
    run_result(run, "forgot %s", buf_str(&done));
    return true;
}
