/* Changes the stock of a template at WeChat. card/modifystock adds up when it is repeated, so WeChat's total is
 * written down before the call; when nobody knows whether it arrived, the total tells. */
#include "jobs.h"

#include <inttypes.h>
#include <string.h>

#include "fault.h"
#include "json.h"
#include "template.h"
#include "wechat.h"

/* The open change; texts lent by its row. */
struct change {
    struct run *run;
    struct wx wx;
    int64_t id, change, before;
    const char *key, *card_id;
    bool was_sent;
};

static bool set_state(const struct change *c, const char *state, const char *reason, struct err *err) {
    return db_do(c->run->work->db, &sql_template_stock_state, err, V_INT(c->id), V_TEXT(state), V_INT(c->before),
                 V_TEXT(reason));
}

static bool done(const struct change *c, const char *how, struct err *err) {
    run_result(c->run, "%s: stock %+" PRId64 "%s", c->key, c->change, how);
    return db_do(c->run->work->db, &sql_template_stock_done, err, V_INT(c->id));
}

static bool total_now(struct change *c, int64_t *total, struct err *err) {
    AUTO_WX_REPLY struct wx_reply reply = {0};
    const cJSON *card = card_get(&c->wx, c->card_id, &reply, err);
    return card && template_live_total(card, total, err);
}

static bool call(struct change *c, struct err *err) {
    AUTO_JSON cJSON *request = json_new();
    AUTO_WX_REPLY struct wx_reply reply = {0};
    bool more = c->change > 0;
    json_add_text(request, "card_id", c->card_id);
    json_add_int(request, more ? "increase_stock_value" : "reduce_stock_value", more ? c->change : -c->change);
    if (!set_state(c, "sent", NULL, err))
        return false;
    FAULT("stock_before_call");
    if (!call_json(&c->wx, WX_CARD_MODIFYSTOCK, request, &reply, err)) {
        if (call_fate(&reply) != CALL_UNSURE)
            set_state(c, call_fate(&reply) == CALL_REFUSED ? "refused" : "queued", err->text, NULL);
        return false;
    }
    FAULT("stock_after_call");
    return done(c, "", err);
}

/* An earlier attempt may have arrived. More is seen in the total; whether the total knows of less is not certain, so
 * less is not sent a second time. */
static bool look(struct change *c, int64_t total, struct err *err) {
    if (total == c->before + c->change)
        return done(c, ", which an earlier attempt had done", err);
    if (total == c->before && c->change > 0)
        return call(c, err);
    fail(err, ERR_INPUT,
         "it is not clear whether the stock of %s was changed by %+" PRId64 ": WeChat's total is %" PRId64
         ", and was %" PRId64,
         c->key, c->change, total, c->before);
    fail_cure(err, "look in mp.weixin.qq.com, then give what is missing: kaquan-worker template stock %s", c->key);
    set_state(c, "unclear", err->text, NULL);
    return false;
}

bool job_template_stock(struct run *run, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    struct change c = {.run = run};
    int64_t total;
    if (!db_query(run->work->db, &sql_template_stock_open, &rows, err, V_INT(run->job.template_id)))
        return false;
    if (rows.count == 0) {
        run_result(run, "no change of the stock is open");
        return true;
    }
    c.id = db_int(&rows, 0, "id");
    c.change = db_int(&rows, 0, "change");
    c.before = db_int(&rows, 0, "total_before");
    c.key = db_text(&rows, 0, "key");
    c.card_id = db_text(&rows, 0, "card_id");
    c.was_sent = strcmp(db_text(&rows, 0, "state"), "sent") == 0;
    if (!work_wx(run->work, db_int(&rows, 0, "account_id"), &c.wx, err) || !total_now(&c, &total, err))
        return false;
    if (c.was_sent)
        return look(&c, total, err);
    c.before = total;
    return call(&c, err);
}
