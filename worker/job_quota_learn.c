/* Asks WeChat for the daily limits of the interfaces that each account uses. */
#include "jobs.h"

#include "log.h"
#include "quota.h"
#include "wechat.h"

bool job_quota_learn(struct run *run, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    int limits = 0, silent = 0;
    if (!db_query(run->work->db, &sql_account_checkable, &rows, err,
                  run->job.account_id != 0 ? V_INT(run->job.account_id) : V_NULL))
        return false;
    for (int i = 0; i < rows.count; i++) {
        struct wx wx;
        struct err why = {0};
        int learnt = 0;
        bool good = work_wx(run->work, db_int(&rows, i, "id"), &wx, &why) && quota_learn(&wx, &learnt, &why);
        limits += learnt;
        silent += !good;
        if (!good) /* one account never stops another */
            log_warn("quota_learn", F_TEXT("account", db_text(&rows, i, "key")), F_TEXT("why", why.text));
    }
    run_result(run, "%d limits of %d accounts", limits, rows.count - silent);
    return true;
}
