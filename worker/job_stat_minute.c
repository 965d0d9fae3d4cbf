#include "jobs.h"

bool job_stat_minute(struct run *run, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!db_query0(run->work->db, &sql_stat_minute_sum, &rows, err))
        return false;
    run_result(run, "%lld minutes summed", (long long)rows.hits);
    return true;
}
