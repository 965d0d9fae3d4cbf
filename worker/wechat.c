#include "wechat.h"

#include "json.h"

bool work_tools(struct work *work, struct wx_tools *tools, struct err *err) {
    *tools = (struct wx_tools){.db = work->db, .host = work->host, .key = work_key(work, err), .by_person = work->by_person};
    tools->http = tools->key ? work_http(work, err) : NULL;
    return tools->http != NULL;
}

bool work_wx(struct work *work, int64_t account_id, struct wx *wx, struct err *err) {
    struct wx_tools tools;
    return work_tools(work, &tools, err) && wx_open(wx, &tools, account_id, err);
}

const cJSON *card_base_info(struct wx *wx, const char *card_id, struct wx_reply *reply, struct err *err) {
    AUTO_JSON cJSON *question = json_new();
    AUTO_BUF struct buf body = {0};
    json_add_text(question, "card_id", card_id);
    json_print(&body, question);
    if (!wx_call(wx, WX_CARD_GET, &body, reply, err))
        return NULL;
    const cJSON *member = NULL, *card = json_object(reply->json, "card");
    cJSON_ArrayForEach(member, card) { /* the type names its object: "scenic_ticket" */
        const cJSON *base = json_object(member, "base_info");
        if (base)
            return base;
    }
    fail(err, ERR_PROTOCOL, "card/get answered without base_info");
    return NULL;
}
