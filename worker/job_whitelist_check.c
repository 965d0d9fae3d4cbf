/* Asks for each account whether WeChat accepts this host's address, and says which address to add. */
#include "jobs.h"

#include "buf.h"
#include "log.h"
#include "whitelist.h"

bool job_whitelist_check(struct run *run, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    AUTO_BUF struct buf refused = {0};
    if (!db_query(run->work->db, &sql_account_checkable, &rows, err,
                  run->job.account_id != 0 ? V_INT(run->job.account_id) : V_NULL))
        return false;
    for (int i = 0; i < rows.count; i++) {
        struct whitelist_answer answer;
        struct err why = {0};
        const char *key = db_text(&rows, i, "key");
        if (!whitelist_ask(run->work, db_int(&rows, i, "id"), &answer, &why)) /* one account never stops another */
            log_warn("whitelist_check", F_TEXT("account", key), F_TEXT("why", why.text));
        else if (!answer.listed)
            buf_printf(&refused, "%s%s (%s %s, %d)", refused.len ? ", " : "", key, answer.cause->outcome,
                       answer.address, answer.cause->errcode);
    }
    if (refused.len) {
        fail(err, ERR_PERMISSION, "WeChat lets this host in no more for %s", buf_str(&refused));
        return fail_cure(err, "kaquan-worker ip check says for each account what to do");
    }
    run_result(run, "%d accounts asked", rows.count);
    return true;
}
