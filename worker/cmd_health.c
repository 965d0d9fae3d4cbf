#include "check.h"
#include "cmd.h"
#include "lang.h"

enum { EXIT_DOWN = 69 };
static const double BEAT_WARN_S = 150, BEAT_FAIL_S = 600, JOB_WARN_S = 120, JOB_FAIL_S = 900;

/* An age against two limits; null is `nothing`. */
static void check_age(struct check_list *list, const char *name, const struct db_rows *rows, const char *column,
                      double warn, double down, enum check_state nothing, const char *cure) {
    double age = db_number(rows, 0, column);
    if (db_null(rows, 0, column))
        check_add(list, name, nothing, EXIT_DOWN, cure, "none");
    else
        check_add(list, name,
                  age > down   ? CHECK_FAIL
                  : age > warn ? CHECK_WARN
                               : CHECK_OK,
                  EXIT_DOWN, cure, "%.0f s", age);
}

static void check_count(struct check_list *list, const char *name, const struct db_rows *rows, const char *bad,
                        const char *down, const char *all, const char *cure) {
    int64_t n = db_int(rows, 0, bad), dead = db_int(rows, 0, down);
    enum check_state state = dead > 0 ? CHECK_FAIL : n > 0 ? CHECK_WARN : CHECK_OK;
    check_add(list, name, state, EXIT_DOWN, cure, "%lld of %lld bad, %lld of them out", (long long)n,
              (long long)db_int(rows, 0, all), (long long)dead);
}

/* What the database knows of the others. */
static void check_all(struct check_list *list, const struct db_rows *rows) {
    check_age(list, "last worker's sign of life", rows, "beat_age", BEAT_WARN_S, BEAT_FAIL_S, CHECK_FAIL,
              "start kaquan-worker: cron entry or service; kaquan-worker doctor");
    check_age(list, "oldest job that waits", rows, "job_age", JOB_WARN_S, JOB_FAIL_S, CHECK_OK,
              "kaquan-worker job list --state queued; start another worker");
    check_count(list, "credentials", rows, "credentials_short", "credentials_over", "credentials",
                "kaquan-worker credential list; kaquan-worker ip check");
    check_count(list, "pools", rows, "pools_low", "pools_empty", "pools",
                "kaquan-worker pool list; kaquan-worker job list --state failed");
}

/* What runs out, by name. Sold out is no fault. */
static void check_ends(struct check_list *list, const struct db_rows *rows) {
    const char *low = db_text(rows, 0, "low"), *sold_out = db_text(rows, 0, "sold_out");
    const char *ending = db_text(rows, 0, "ending");
    check_add(list, "low water", low[0] ? CHECK_WARN : CHECK_OK, EXIT_DOWN,
              "kaquan-worker pool show KEY; kaquan-worker pool fill KEY", "%s", low[0] ? low : _("none"));
    check_add(list, "stock", ending[0] ? CHECK_WARN : CHECK_OK, EXIT_DOWN,
              "raise the stock, or import codes: kaquan-worker pool import KEY FILE",
              "sold out: %s; within an hour: %s", sold_out[0] ? sold_out : _("none"), ending[0] ? ending : _("none"));
}

/* A database that is not there is a finding like the others: who watches reads the same form. */
bool cmd_health(struct call *call, struct err *err UNUSED) {
    AUTO_ROWS struct db_rows rows = {0}, ends = {0};
    struct check_list list = check_begin("kaquan.health.1");
    struct err why = {0};
    if (work_open(call->work, &why) && db_query0(call->work->db, &sql_health, &rows, &why) &&
        db_query0(call->work->db, &sql_health_pools, &ends, &why)) {
        check_add(&list, "database", CHECK_OK, EXIT_DOWN, NULL, "answers");
        check_all(&list, &rows);
        check_ends(&list, &ends);
        check_paused(&list, call->work->db);
    } else {
        check_add(&list, "database", CHECK_FAIL, EXIT_DOWN, why.cure, "%s", why.text);
    }
    call->exit_code = check_end(&list, call->work);
    return true;
}
