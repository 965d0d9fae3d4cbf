/* Gives WeChat the codes of a template in code mode deposit, sees that it has them, and only then raises the stock:
 * to what WeChat counts, and never to more. */
#include "jobs.h"

#include <inttypes.h>
#include <string.h>

#include "deposit.h"
#include "fault.h"
#include "json.h"
#include "wechat.h"

enum { STOCK_MAX = 100000000 };

/* A template, and how far its codes are. */
struct stock {
    struct run *run;
    struct wx wx;
    char key[41], card_id[33];
    int64_t codes, confirmed, open;
};

static bool look(struct stock *s, struct db_rows *rows, struct err *err) {
    if (!db_query(s->run->work->db, &sql_deposit_look, rows, err, V_INT(s->run->job.template_id)))
        return false;
    if (rows->count == 0)
        return fail(err, ERR_INPUT, "the job names no template");
    s->codes = db_int(rows, 0, "codes");
    s->confirmed = db_int(rows, 0, "confirmed");
    s->open = db_int(rows, 0, "open");
    return true;
}

static bool begin(struct stock *s, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!look(s, &rows, err))
        return false;
    text_copy(s->key, sizeof s->key, db_text(&rows, 0, "key"));
    text_copy(s->card_id, sizeof s->card_id, db_text(&rows, 0, "card_id"));
    if (strcmp(db_text(&rows, 0, "code_mode"), "deposit") != 0 ||
        strcmp(db_text(&rows, 0, "status"), "approved") != 0)
        return fail(err, ERR_INPUT, "template %s is not approved, or its code mode is not deposit", s->key);
    return work_wx(s->run->work, db_int(&rows, 0, "account_id"), &s->wx, err);
}

static bool deposited(struct stock *s, int64_t *count, struct err *err) {
    AUTO_WX_REPLY struct wx_reply reply = {0};
    return call_card(&s->wx, WX_CODE_DEPOSITED, s->card_id, &reply, err) &&
           json_need_int(reply.json, "count", 0, STOCK_MAX, count, err);
}

/* All that was ever put in, claimed or not. */
static bool total_stock(struct stock *s, int64_t *total, struct err *err) {
    AUTO_WX_REPLY struct wx_reply reply = {0};
    const cJSON *card = card_get(&s->wx, s->card_id, &reply, err);
    const cJSON *base = card != NULL ? card_base(card, err) : NULL;
    return base != NULL && json_need_int(json_object(base, "sku"), "total_quantity", 0, STOCK_MAX, total, err);
}

/* Not repeatable: what WeChat has is read anew before each attempt. */
static bool raise_by(struct stock *s, int64_t more, struct err *err) {
    AUTO_WX_REPLY struct wx_reply reply = {0};
    AUTO_JSON cJSON *change = json_new();
    json_add_text(change, "card_id", s->card_id);
    json_add_int(change, "increase_stock_value", more);
    if (!job_progress(s->run->work->db, &s->run->job, s->confirmed, s->codes, err)) /* still ours to do? */
        return false;
    FAULT("deposit_before_stock");
    if (!call_json(&s->wx, WX_CARD_MODIFYSTOCK, change, &reply, err))
        return false;
    FAULT("deposit_after_stock");
    return true;
}

static bool raise_stock(struct stock *s, struct err *err) {
    int64_t count, total, goal;
    if (!deposited(s, &count, err) || !total_stock(s, &total, err))
        return false;
    goal = count < s->confirmed ? count : s->confirmed;
    if (goal > total && !raise_by(s, goal - total, err))
        return false;
    if (goal > total)
        total = goal;
    if (!db_do(s->run->work->db, &sql_deposit_stock, err, V_INT(s->run->job.template_id), V_INT(total)))
        return false;
    run_result(s->run, "%s: WeChat has %" PRId64 " of %" PRId64 " codes, the stock is %" PRId64, s->key, s->confirmed,
               s->codes, total);
    if (count < s->confirmed)
        return fail(err, ERR_BUSY,
                    "%s: WeChat showed %" PRId64 " codes and counts %" PRId64 "; the stock is %" PRId64, s->key,
                    s->confirmed, count, total);
    return true;
}

static bool look_again(struct stock *s, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    return look(s, &rows, err);
}

static bool deposit_all(struct stock *s, struct err *err) {
    if (!deposit_codes(s->run, &s->wx, s->card_id, s->confirmed, s->codes, err) || !look_again(s, err))
        return false;
    if (s->open > 0)
        return fail(err, ERR_BUSY, "%s: WeChat does not show all codes of %" PRId64 " parts yet; they are sent again",
                    s->key, s->open);
    return raise_stock(s, err);
}

/* Codes may be imported meanwhile, and who queues their deposit is given this job, up to its very end. */
static bool look_last(struct stock *s, bool *more, struct err *err) {
    struct db *db = s->run->work->db;
    if (!job_hold(db, &s->run->job, err))
        return false;
    bool good = look_again(s, err);
    *more = s->confirmed < s->codes;
    if (good && !*more)
        return true;
    db_rollback(db);
    s->run->job.held = false;
    return good;
}

bool job_code_deposit(struct run *run, struct err *err) {
    struct stock s = {.run = run};
    bool more = true;
    if (!begin(&s, err))
        return false;
    while (more)
        if (!deposit_all(&s, err) || !look_last(&s, &more, err))
            return false;
    return true;
}
