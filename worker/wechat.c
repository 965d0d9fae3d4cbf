#include "wechat.h"

#include <string.h>

#include "json.h"
#include "template.h"

enum { LIST_PAGE = 50, CODE_UNKNOWN = 40056 };

bool work_tools(struct work *work, struct wx_tools *tools, struct err *err) {
    *tools = (struct wx_tools){
        .db = work->db, .host = work->host, .key = work_key(work, err), .by_person = work->by_person};
    tools->http = tools->key ? work_http(work, err) : NULL;
    return tools->http != NULL;
}

/* Without a key: the worker has one. */
static struct wx_tools tools_to_ask(const struct work *work) {
    return (struct wx_tools){
        .db = work->db, .host = work->host, .by_person = true, .patience_s = conf_number(&work->conf, CONF_PATIENCE)};
}

bool work_wx(struct work *work, int64_t account_id, struct wx *wx, struct err *err) {
    struct wx_tools tools;
    if (work->by_person && !work_may_read_key(work))
        tools = tools_to_ask(work);
    else if (!work_tools(work, &tools, err))
        return false;
    return wx_open(wx, &tools, account_id, err);
}

bool call_json(struct wx *wx, enum wx_endpoint_id id, const cJSON *request, struct wx_reply *reply, struct err *err) {
    AUTO_BUF struct buf body = {0};
    json_print(&body, request);
    return wx_call(wx, id, &body, reply, err);
}

bool call_card(struct wx *wx, enum wx_endpoint_id id, const char *card_id, struct wx_reply *reply, struct err *err) {
    AUTO_JSON cJSON *question = json_new();
    json_add_text(question, "card_id", card_id);
    return call_json(wx, id, question, reply, err);
}

const cJSON *card_get(struct wx *wx, const char *card_id, struct wx_reply *reply, struct err *err) {
    return call_card(wx, WX_CARD_GET, card_id, reply, err) ? json_object(reply->json, "card") : NULL;
}

/* The type names its object, "scenic_ticket"; the type itself may be one that we do not know. */
const cJSON *card_base(const cJSON *envelope, struct err *err) {
    const cJSON *member = NULL;
    cJSON_ArrayForEach(member, envelope) {
        const cJSON *base = json_object(member, "base_info");
        if (base)
            return base;
    }
    fail(err, ERR_PROTOCOL, "card/get answered without base_info");
    return NULL;
}

bool card_status(const cJSON *envelope, const char **status, struct err *err) {
    const cJSON *base = card_base(envelope, err);
    return base && json_need_text(base, "status", 1, CARD_STATUS_SIZE - 1, "A-Z_", status, err);
}

cJSON *card_live(struct wx *wx, const char *card_id, char status[CARD_STATUS_SIZE], struct err *err) {
    AUTO_WX_REPLY struct wx_reply reply = {0};
    const cJSON *envelope = card_get(wx, card_id, &reply, err);
    const char *said;
    if (!envelope || !card_status(envelope, &said, err))
        return NULL;
    text_copy(status, CARD_STATUS_SIZE, said);
    return template_live(envelope, err);
}

/* --- all cards of an account --- */

static bool list_page(struct wx *wx, int64_t offset, struct wx_reply *reply, const cJSON **cards, struct err *err) {
    AUTO_JSON cJSON *question = json_new();
    json_add_int(question, "offset", offset);
    json_add_int(question, "count", LIST_PAGE);
    if (!call_json(wx, WX_CARD_BATCHGET, question, reply, err))
        return false;
    *cards = json_array(reply->json, "card_id_list");
    return *cards || fail(err, ERR_PROTOCOL, "card/batchget answered without card_id_list");
}

bool card_each(struct wx *wx, bool (*look)(void *with, const char *card_id, bool *enough, struct err *err),
               void *with, struct err *err) {
    bool enough = false;
    int count = LIST_PAGE;
    for (int64_t offset = 0; count == LIST_PAGE; offset += LIST_PAGE) {
        AUTO_WX_REPLY struct wx_reply reply = {0};
        const cJSON *card = NULL, *cards = NULL;
        if (!list_page(wx, offset, &reply, &cards, err))
            return false;
        count = cJSON_GetArraySize(cards);
        cJSON_ArrayForEach(card, cards) {
            if (!cJSON_IsString(card) || strlen(card->valuestring) > 32)
                return fail(err, ERR_PROTOCOL, "card/batchget listed something that is no card_id");
            if (!look(with, card->valuestring, &enough, err))
                return false;
            if (enough)
                return true;
        }
    }
    return true;
}

/* 40056: not added (yet), given away under another code, or never heard of. */
bool code_view(struct wx *wx, const char *card_id, const char *code, struct code_view *view, struct err *err) {
    AUTO_WX_REPLY struct wx_reply reply = {0};
    AUTO_JSON cJSON *question = json_new();
    const char *status = "", *openid = "";
    *view = (struct code_view){0};
    json_add_text(question, "code", code);
    json_add_text(question, "card_id", card_id);
    json_add_bool(question, "check_consume", false);
    if (!call_json(wx, WX_CODE_GET, question, &reply, err))
        return reply.errcode == CODE_UNKNOWN;
    return json_need_text(reply.json, "user_card_status", 1, sizeof view->status - 1, "A-Z_", &status, err) &&
           json_may_text(reply.json, "openid", 0, sizeof view->openid - 1, NULL, &openid, err) &&
           text_copy(view->status, sizeof view->status, status) &&
           text_copy(view->openid, sizeof view->openid, openid);
}

enum call_fate call_fate(const struct wx_reply *reply) {
    switch (reply->class) {
    case WX_TRANSIENT:
    case WX_GARBAGE:
        return CALL_UNSURE; /* also "system busy", which says nothing about what was done */
    case WX_CONFIG:
    case WX_PERMISSION:
    case WX_BAD_DATA:
    case WX_STOCK:
    case WX_UNKNOWN:
        return CALL_REFUSED;
    default:
        return CALL_LATER;
    }
}
