/* Ends a template at WeChat: no more cards of it can be added, those that were stay valid. */
#include "jobs.h"

#include "wechat.h"

bool job_template_delete(struct run *run, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    AUTO_WX_REPLY struct wx_reply reply = {0};
    struct wx wx;
    if (!db_query(run->work->db, &sql_template_push, &rows, err, V_INT(run->job.template_id)))
        return false;
    if (rows.count == 0) {
        run_result(run, "WeChat has no card of it: nothing to end");
        return true;
    }
    if (!work_wx(run->work, db_int(&rows, 0, "account_id"), &wx, err) ||
        !call_card(&wx, WX_CARD_DELETE, db_text(&rows, 0, "card_id"), &reply, err))
        return false;
    run_result(run, "%s: deleted at WeChat", db_text(&rows, 0, "key"));
    return db_do(run->work->db, &sql_template_deleted, err, V_INT(run->job.template_id), V_NULL);
}
