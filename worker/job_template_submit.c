/* Creates a template at WeChat. card/create may not be repeated blindly: when an earlier attempt was cut off,
 * WeChat's list is searched for a card like ours first (wechat-card-api.md 8.1). */
#include "jobs.h"

#include <string.h>

#include "fault.h"
#include "json.h"
#include "template_field.h"
#include "wechat.h"
#include "wx_usage.h"

enum { REVIEW_FIRST_S = 60, CLOCKS_APART_S = 300 };

/* The template being sent; texts lent by its row. */
struct sending {
    struct run *run;
    struct wx wx;
    const char *key, *title, *card_type, *body;
    int64_t submitted_at;
    char found[33]; /* the card that an earlier attempt made */
};

static bool sent(struct sending *s, const char *card_id, const char *how, struct err *err) {
    run_result(s->run, "%s: %s as %s, waiting for review", s->key, how, card_id);
    return db_do(s->run->work->db, &sql_template_sent, err, V_INT(s->run->job.template_id), V_TEXT(card_id),
                 V_SECONDS(REVIEW_FIRST_S));
}

/* Is this card the one that the cut-off attempt made? Same title, made since then, and none of our templates. */
static bool is_ours(void *with, const char *card_id, bool *ours, struct err *err) {
    struct sending *s = with;
    AUTO_ROWS struct db_rows rows = {0};
    AUTO_WX_REPLY struct wx_reply reply = {0};
    const char *title = "";
    int64_t made = INT64_MAX;
    if (!db_query(s->run->work->db, &sql_template_known, &rows, err, V_TEXT(card_id)))
        return false;
    if (db_bool(&rows, 0, "known"))
        return true;
    const cJSON *card = card_get(&s->wx, card_id, &reply, err), *base = card ? card_base(card, err) : NULL;
    if (!base || !json_need_text(base, "title", 0, 256, NULL, &title, err) ||
        !json_may_int(base, "create_time", 0, INT64_C(1) << 33, &made, err))
        return false;
    *ours = strcmp(title, s->title) == 0 && made >= s->submitted_at - CLOCKS_APART_S;
    if (*ours)
        text_copy(s->found, sizeof s->found, card_id);
    return true;
}

/* WeChat said no, and says no again: the draft is open once more, with the reason. Coupons are an expected no, which
 * says nothing about the account's tickets. */
static void refused(struct sending *s, const struct wx_reply *reply, struct err *err) {
    struct db *db = s->run->work->db;
    const struct card_type *type = card_type_find(s->card_type);
    AUTO_BUF struct buf reason = {0};
    if (type && (type->kind & KIND_COUPONS)) {
        fail_cure(err, "WeChat takes no new coupons since April 2021: make a ticket or a member card");
        if (reply->class == WX_PERMISSION)
            wx_usage_resume(db, s->wx.account_id, wx_endpoint(WX_CARD_CREATE), NULL);
    }
    buf_printf(&reason, "%s%s%s", err->text, err->cure[0] ? ". " : "", err->cure);
    db_do(db, &sql_template_unsent, NULL, V_INT(s->run->job.template_id), V_TEXT(buf_str(&reason)));
}

static bool create(struct sending *s, struct err *err) {
    AUTO_WX_REPLY struct wx_reply reply = {0};
    AUTO_BUF struct buf body = {0};
    const char *card_id;
    buf_text(&body, s->body);
    FAULT("create_before_call");
    if (!wx_call(&s->wx, WX_CARD_CREATE, &body, &reply, err)) {
        if (call_fate(&reply) == CALL_REFUSED)
            refused(s, &reply, err);
        return false;
    }
    FAULT("create_after_call");
    return json_need_text(reply.json, "card_id", 1, 32, NULL, &card_id, err) && sent(s, card_id, "created", err);
}

bool job_template_submit(struct run *run, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    struct sending s = {.run = run};
    if (!db_query(run->work->db, &sql_template_send, &rows, err, V_INT(run->job.template_id)))
        return false;
    if (rows.count == 0) {
        run_result(run, "not a draft: nothing to send");
        return true;
    }
    s.key = db_text(&rows, 0, "key");
    s.title = db_text(&rows, 0, "title");
    s.card_type = db_text(&rows, 0, "card_type");
    s.body = db_text(&rows, 0, "body");
    s.submitted_at = db_int(&rows, 0, "submitted_at");
    if (!work_wx(run->work, db_int(&rows, 0, "account_id"), &s.wx, err))
        return false;
    if (strcmp(db_text(&rows, 0, "was"), "sending") == 0 && !card_each(&s.wx, is_ours, &s, err))
        return fail_in(err, "looking whether the first attempt arrived");
    return s.found[0] ? sent(&s, s.found, "found", err) : create(&s, err);
}
