/* Asks WeChat for the codes behind those that pushes carry encrypted; event_apply then goes on. */
#include "jobs.h"

#include "app.h"
#include "json.h"
#include "wechat.h"

enum { CODES_AT_ONCE = 100 };

/* 40075 and the like: asked again, WeChat says the same. */
static bool is_final(const struct wx_reply *reply) {
    return reply->class == WX_BAD_DATA;
}

static bool decrypt(struct wx *wx, int64_t id, const char *encrypted, struct err *err) {
    AUTO_WX_REPLY struct wx_reply reply = {0};
    AUTO_JSON cJSON *question = json_new();
    const char *code = NULL;
    json_add_text(question, "encrypt_code", encrypted);
    if (!call_json(wx, WX_CODE_DECRYPT, question, &reply, err) && !is_final(&reply))
        return false;
    if (reply.errcode == 0 && !json_need_text(reply.json, "code", 1, 20, NULL, &code, err))
        return false;
    return db_do(wx->tools.db, &sql_event_decoded, err, V_INT(id), V_TEXT(code), V_TEXT(code ? NULL : reply.errmsg));
}

bool job_event_decrypt(struct run *run, struct err *err) {
    int64_t done = 0;
    struct wx wx;
    if (!work_wx(run->work, run->job.account_id, &wx, err))
        return false;
    for (int count = CODES_AT_ONCE; count == CODES_AT_ONCE && !app_stopping(); done += count) {
        AUTO_ROWS struct db_rows rows = {0};
        if (!db_query(run->work->db, &sql_event_coded, &rows, err, V_INT(run->job.account_id), V_INT(CODES_AT_ONCE)))
            return false;
        count = rows.count;
        for (int i = 0; i < count; i++)
            if (!decrypt(&wx, db_int(&rows, i, "id"), db_text(&rows, i, "encrypted"), err))
                return false;
        if (!job_progress(run->work->db, &run->job, done + count, 0, err))
            return false;
    }
    run_result(run, "%lld codes asked for", (long long)done);
    return true;
}
