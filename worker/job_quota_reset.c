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

/* Without a token because its own calls are used up, too: the AppSecret does. */
static bool call_without_token(struct wx *wx, struct wx_reply *reply, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (reply->class != WX_OK || !db_query(wx->tools.db, &sql_token_used_up, &rows, NULL, V_INT(wx->account_id)) ||
        rows.count == 0 || !db_bool(&rows, 0, "used_up"))
        return false;
    return wx_call_secret(wx, WX_CLEAR_QUOTA_V2, reply, err) &&
           db_do(wx->tools.db, &sql_credential_retry, err, V_INT(wx->account_id), V_BOOL(false));
}

/* All that the account calls, or one interface. */
static bool call(struct wx *wx, const char *interface, struct wx_reply *reply, struct err *err) {
    AUTO_JSON cJSON *question = json_new();
    json_add_text(question, interface != NULL ? "cgi_path" : "appid", interface != NULL ? interface : wx->appid);
    return call_json(wx, interface != NULL ? WX_QUOTA_CLEAR : WX_CLEAR_QUOTA, question, reply, err) ||
           (interface == NULL && call_without_token(wx, reply, err));
}

static bool reset(struct wx *wx, int64_t id, const char *interface, struct err *err) {
    AUTO_WX_REPLY struct wx_reply reply = {0};
    struct db *db = wx->tools.db;
    if (!call(wx, interface, &reply, err))
        return give_up(wx, id, &reply, err);
    return db_do(db, &sql_quota_reset_end, err, V_INT(id), V_INT(reply.errcode)) &&
           db_do(db, &sql_quota_cleared, err, V_INT(wx->account_id), V_TEXT(interface));
}

bool job_quota_reset(struct run *run, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    struct wx wx;
    if (!work_wx(run->work, run->job.account_id, &wx, err) ||
        !db_query(run->work->db, &sql_quota_reset_send, &rows, err, V_INT(run->job.account_id)))
        return false;
    wx.tools.by_person = true;
    if (rows.count == 0) {
        run_result(run, "no reset waits");
        return true;
    }
    const char *interface = db_null(&rows, 0, "interface") ? NULL : db_text(&rows, 0, "interface");
    run_result(run, "the day's calls of %s count from 0 again", interface != NULL ? interface : "all interfaces");
    return reset(&wx, db_int(&rows, 0, "id"), interface, err);
}
