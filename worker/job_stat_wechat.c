/* Asks WeChat for its own figures of each account. */
#include "jobs.h"

#include "log.h"
#include "stat.h"
#include "wechat.h"

bool job_stat_wechat(struct run *run, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    int64_t sum = 0;
    if (!db_query(run->work->db, &sql_account_checkable, &rows, err, V_NULL))
        return false;
    for (int i = 0; i < rows.count; i++) {
        struct wx wx;
        struct err why = {0};
        int64_t days = 0;
        if (!work_wx(run->work, db_int(&rows, i, "id"), &wx, &why) ||
            !stat_ask_wechat(run->work->db, &wx, &days, &why)) /* one account never stops another */
            log_warn("stat_wechat", F_TEXT("account", db_text(&rows, i, "key")), F_TEXT("why", why.text));
        sum += days;
    }
    run_result(run, "%lld days of %d accounts", (long long)sum, rows.count);
    return true;
}
