#include "quota.h"

#include <inttypes.h>

#include "json.h"
#include "wechat.h"

/* WeChat knows no limit of this path, or does not tell us: 76003, 76021, 76022. */
static bool not_told(int errcode) {
    return errcode == 76003 || errcode == 76021 || errcode == 76022;
}

/* Also for what is unlimited: then it is forgotten. */
static bool keep(struct wx *wx, const char *path, const cJSON *json, int *learnt, struct err *err) {
    const cJSON *quota = json_object(json, "quota");
    int64_t limit = 0, used = 0;
    if (!json_need_int(quota, "daily_limit", 0, INT64_C(1) << 53, &limit, err) ||
        !json_need_int(quota, "used", 0, INT64_C(1) << 53, &used, err))
        return fail_in(err, "%s", path);
    *learnt += limit > 0;
    return db_do(wx->tools.db, &sql_api_limit_asked, err, V_INT(wx->account_id), V_TEXT(path), V_INT(limit),
                 V_INT(used));
}

static bool learn(struct wx *wx, const char *path, int *learnt, struct err *err) {
    AUTO_WX_REPLY struct wx_reply reply = {0};
    AUTO_JSON cJSON *question = json_new();
    json_add_text(question, "cgi_path", path);
    if (call_json(wx, WX_QUOTA_GET, question, &reply, err))
        return keep(wx, path, reply.json, learnt, err);
    if (!not_told(reply.errcode))
        return false;
    err_clear(err);
    return true;
}

bool quota_learn(struct wx *wx, int *learnt, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    *learnt = 0;
    if (!db_query(wx->tools.db, &sql_quota_paths, &rows, err, V_INT(wx->account_id)))
        return false;
    for (int i = 0; i < rows.count; i++)
        if (!learn(wx, db_text(&rows, i, "endpoint"), learnt, err))
            return false;
    return true;
}
