/* Lets WeChat count an account's calls of the day from 0 again, as a person asked for: once, for it grants that 10
 * times a month and nobody knows about a call whose answer was lost. */
#include "jobs.h"

#include "json.h"
#include "wechat.h"

/* A call that was made is never made again: what came of it stands with the reset. */
static bool give_up(struct wx *wx, int64_t id, const struct wx_reply *reply, struct err *err) {
    struct db *db = wx->tools.db;
    if (reply->class == WX_OK && reply->json == NULL) /* no call was made */
        return db_do(db, &sql_quota_reset_wait, NULL, V_INT(id)) && false;
    if (reply->json != NULL)
        db_do(db, &sql_quota_reset_end, NULL, V_INT(id), V_INT(reply->errcode));
    err->kind = err_class(err->kind)->retry ? ERR_PARTIAL : err->kind;
    return false;
}

static bool reset(struct wx *wx, int64_t id, struct err *err) {
    AUTO_WX_REPLY struct wx_reply reply = {0};
    AUTO_JSON cJSON *question = json_new();
    AUTO_BUF struct buf body = {0};
    json_add_text(question, "appid", wx->appid);
    json_print(&body, question);
    if (!wx_call(wx, WX_CLEAR_QUOTA, &body, &reply, err))
        return give_up(wx, id, &reply, err);
    return db_do(wx->tools.db, &sql_quota_reset_end, err, V_INT(id), V_INT(reply.errcode)) &&
           db_do(wx->tools.db, &sql_quota_cleared, err, V_INT(wx->account_id));
}

bool job_quota_reset(struct run *run, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    struct wx wx;
    if (!work_wx(run->work, run->job.account_id, &wx, err) ||
        !db_query(run->work->db, &sql_quota_reset_send, &rows, err, V_INT(run->job.account_id)))
        return false;
    wx.tools.by_person = true;
    run_result(run, rows.count > 0 ? "the day's calls count from 0 again" : "no reset waits");
    return rows.count == 0 || reset(&wx, db_int(&rows, 0, "id"), err);
}
