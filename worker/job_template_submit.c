/* Creates a template at WeChat. card/create may not be repeated blindly: when an earlier attempt was cut off,
 * WeChat's list is searched for a card like ours first (wechat-card-api.md 8.1). */
#include "jobs.h"

#include <string.h>

#include "fault.h"
#include "json.h"
#include "wechat.h"

enum { REVIEW_FIRST_S = 60, LIST_PAGE = 50, CLOCKS_APART_S = 300 };

/* The template being sent; texts lent by its row. */
struct sending {
    struct run *run;
    struct wx wx;
    const char *key, *title, *body;
    int64_t submitted_at;
};

static bool sent(struct sending *s, const char *card_id, const char *how, struct err *err) {
    run_result(s->run, "%s: %s as %s, waiting for review", s->key, how, card_id);
    return db_do(s->run->work->db, &sql_template_sent, err, V_INT(s->run->job.template_id), V_TEXT(card_id),
                 V_SECONDS(REVIEW_FIRST_S));
}

/* Is this card the one that the cut-off attempt made? Same title, made since then, and none of our templates. */
static bool is_ours(struct sending *s, const char *card_id, bool *ours, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    AUTO_WX_REPLY struct wx_reply reply = {0};
    const char *title = "";
    int64_t made = INT64_MAX;
    *ours = false;
    if (!db_query(s->run->work->db, &sql_template_known, &rows, err, V_TEXT(card_id)))
        return false;
    if (db_bool(&rows, 0, "known"))
        return true;
    const cJSON *base = card_base_info(&s->wx, card_id, &reply, err);
    if (!base || !json_need_text(base, "title", 0, 256, NULL, &title, err) ||
        !json_may_int(base, "create_time", 0, INT64_C(1) << 33, &made, err))
        return false;
    *ours = strcmp(title, s->title) == 0 && made >= s->submitted_at - CLOCKS_APART_S;
    return true;
}

static bool list_page(struct sending *s, int64_t offset, struct wx_reply *reply, const cJSON **cards,
                      struct err *err) {
    AUTO_JSON cJSON *question = json_new();
    AUTO_BUF struct buf body = {0};
    json_add_int(question, "offset", offset);
    json_add_int(question, "count", LIST_PAGE);
    json_print(&body, question);
    if (!wx_call(&s->wx, WX_CARD_BATCHGET, &body, reply, err))
        return false;
    *cards = json_array(reply->json, "card_id_list");
    return *cards || fail(err, ERR_PROTOCOL, "card/batchget answered without card_id_list");
}

static bool look_for_it(struct sending *s, char found[33], struct err *err) {
    int count = LIST_PAGE;
    for (int64_t offset = 0; count == LIST_PAGE; offset += LIST_PAGE) {
        AUTO_WX_REPLY struct wx_reply reply = {0};
        const cJSON *card = NULL, *cards = NULL;
        if (!list_page(s, offset, &reply, &cards, err))
            return false;
        count = cJSON_GetArraySize(cards);
        cJSON_ArrayForEach(card, cards) {
            bool ours = false;
            if (!cJSON_IsString(card) || strlen(card->valuestring) > 32)
                return fail(err, ERR_PROTOCOL, "card/batchget listed something that is no card_id");
            if (!is_ours(s, card->valuestring, &ours, err))
                return false;
            if (ours)
                return text_copy(found, 33, card->valuestring);
        }
    }
    found[0] = '\0';
    return true;
}

static bool create(struct sending *s, struct err *err) {
    AUTO_WX_REPLY struct wx_reply reply = {0};
    AUTO_BUF struct buf body = {0};
    const char *card_id;
    buf_text(&body, s->body);
    FAULT("create_before_call");
    if (!wx_call(&s->wx, WX_CARD_CREATE, &body, &reply, err)) {
        if (reply.class == WX_BAD_DATA || reply.class == WX_PERMISSION)
            db_do(s->run->work->db, &sql_template_unsent, NULL, V_INT(s->run->job.template_id), V_TEXT(err->text));
        return false;
    }
    FAULT("create_after_call");
    return json_need_text(reply.json, "card_id", 1, 32, NULL, &card_id, err) && sent(s, card_id, "created", err);
}

bool job_template_submit(struct run *run, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    struct sending s = {.run = run};
    char found[33] = "";
    if (!db_query(run->work->db, &sql_template_send, &rows, err, V_INT(run->job.template_id)))
        return false;
    if (rows.count == 0) {
        run_result(run, "not a draft: nothing to send");
        return true;
    }
    s.key = db_text(&rows, 0, "key");
    s.title = db_text(&rows, 0, "title");
    s.body = db_text(&rows, 0, "body");
    s.submitted_at = db_int(&rows, 0, "submitted_at");
    if (!work_wx(run->work, db_int(&rows, 0, "account_id"), &s.wx, err))
        return false;
    if (strcmp(db_text(&rows, 0, "was"), "sending") == 0 && !look_for_it(&s, found, err))
        return fail_in(err, "looking whether the first attempt arrived");
    return found[0] ? sent(&s, found, "found", err) : create(&s, err);
}
