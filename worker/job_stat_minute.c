#include "jobs.h"
#include "stat.h"

/* Lists find the latest rows by time at once, afterwards. */
static bool sum(struct run *run, double seconds, struct err *err) {
    int64_t changed;
    if (!db_do0(run->work->db, &sql_stat_time_summarize, err) || !stat_sum(run->work->db, seconds, &changed, err))
        return false;
    run_result(run, "%lld minutes summed", (long long)changed);
    return true;
}

bool job_stat_minute(struct run *run, struct err *err) {
    return sum(run, STAT_LATELY_S, err);
}

bool job_stat_late(struct run *run, struct err *err) {
    return sum(run, STAT_LATE_S, err);
}
