#include "ask_wechat.h"

#include <stdio.h>

#include "json.h"

bool ask_record(struct call *call, const char *action, const char *what, const char *name, const cJSON *asked,
                struct err *err) {
    AUTO_BUF struct buf after = {0};
    struct act act = call_act(call);
    char object[64];
    snprintf(object, sizeof object, "%s %s", what, name);
    json_print(&after, asked);
    return db_begin(call->work->db, err) &&
           audit_commit(call->work->db, &act, action, object, NULL, buf_str(&after), err);
}

bool ask_wechat(struct call *call, int64_t account_id, enum wx_endpoint_id id, const cJSON *request,
                struct wx_reply *reply, struct err *err) {
    struct wx wx;
    return work_wx(call->work, account_id, &wx, err) && call_json(&wx, id, request, reply, err);
}

const char *ask_text(const struct wx_reply *reply, const char *name) {
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(reply->json, name));
}
