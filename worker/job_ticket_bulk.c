/* Carries out acts on tickets through WeChat, ticket by ticket: a refusal is the item's result, other trouble stops
 * the job and it goes on later. An act that may have been carried out in an earlier attempt is looked up. */
#include "jobs.h"

#include <string.h>

#include "app.h"
#include "bulk.h"
#include "fault.h"
#include "json.h"
#include "wechat.h"

enum { ITEMS_AT_ONCE = 100 };

struct item {
    const struct bulk_act *act;
    int64_t bulk_id, n;
    const char *code, *new_code, *card_id, *card_type, *argument, *reason;
    bool was_sent; /* in an earlier attempt, and WeChat may have done it */
};

static struct item item_of(const struct db_rows *rows, int row) {
    return (struct item){
        .act = bulk_act_named(db_text(rows, row, "act")),
        .bulk_id = db_int(rows, row, "bulk_id"),
        .n = db_int(rows, row, "n"),
        .code = db_text(rows, row, "code"),
        .new_code = db_text(rows, row, "new_code"),
        .card_id = db_text(rows, row, "card_id"),
        .card_type = db_text(rows, row, "card_type"),
        .argument = db_text(rows, row, "argument"),
        .reason = db_text(rows, row, "reason"),
        .was_sent = db_bool(rows, row, "was_sent"),
    };
}

/* Code, card and what the act adds. */
static bool write_body(const struct item *i, struct buf *body, struct err *err) {
    AUTO_JSON cJSON *json = json_parse(i->argument, strlen(i->argument), NULL, err);
    if (json == NULL)
        return false;
    json_add_text(json, "code", i->code);
    json_add_text(json, "card_id", i->card_id);
    if (i->act->id == BULK_VOID && i->reason[0] != '\0')
        json_add_text(json, "reason", i->reason);
    json_print(body, json);
    return true;
}

/* After a refusal: is the ticket already as the act would make it? */
static bool is_done(struct wx *wx, const struct item *i, int errcode, bool *done, struct err *err) {
    struct code_view view;
    *done = i->act->id == BULK_CONSUME && errcode == 40099;
    if (i->act->id == BULK_VOID && errcode == 40127) {
        if (!code_view(wx, i->card_id, i->code, &view, err))
            return false;
        *done = strcmp(view.status, "UNAVAILABLE") == 0;
    }
    if (i->act->id == BULK_CHANGE_CODE && errcode == 40056) {
        if (!code_view(wx, i->card_id, i->new_code, &view, err))
            return false;
        *done = view.status[0] != '\0';
    }
    return true;
}

static bool refused(const struct wx_reply *reply) {
    return reply->errcode != 0 &&
           (reply->class == WX_BAD_DATA || reply->class == WX_DONE || reply->class == WX_PERMISSION ||
            reply->class == WX_STOCK || reply->class == WX_UNKNOWN);
}

static bool record_refusal(struct db *db, const struct item *i, const struct wx_reply *reply, struct err *err) {
    return db_do(db, &sql_bulk_failed, err, V_INT(i->bulk_id), V_INT(i->n), V_INT(reply->errcode),
                 V_TEXT(reply->errmsg));
}

/* Another ticket may have got the new code since the list was checked: that is no reason to stop the others. */
static bool record(struct db *db, const struct item *i, const char *remark, struct err *err) {
    if (db_do(db, &sql_bulk_done, err, V_INT(i->bulk_id), V_INT(i->n), V_TEXT(i->act->step), V_TEXT(remark)))
        return true;
    if (strcmp(err->sqlstate, "23505") != 0)
        return false;
    err_clear(err);
    return db_do(db, &sql_bulk_failed, err, V_INT(i->bulk_id), V_INT(i->n), V_NULL,
                 V_TEXT("WeChat changed the code, but another ticket has it here"));
}

static bool call_failed(struct wx *wx, const struct item *i, const struct wx_reply *reply) {
    if (!i->was_sent && call_fate(reply) != CALL_UNSURE)
        db_do(wx->tools.db, &sql_bulk_later, NULL, V_INT(i->bulk_id), V_INT(i->n));
    return false;
}

static bool carry_out(struct wx *wx, const struct item *i, struct err *err) {
    AUTO_WX_REPLY struct wx_reply reply = {0};
    AUTO_BUF struct buf body = {0};
    enum wx_endpoint_id endpoint;
    bool done = true;
    if (!bulk_endpoint(i->act, i->card_type, &endpoint, err) || !write_body(i, &body, err))
        return false;
    FAULT("bulk_before_call");
    if (!wx_call(wx, endpoint, &body, &reply, err) &&
        (!refused(&reply) || !is_done(wx, i, reply.errcode, &done, err)))
        return call_failed(wx, i, &reply);
    FAULT("bulk_after_call");
    return done ? record(wx->tools.db, i, reply.errcode ? "it was so already" : NULL, err)
                : record_refusal(wx->tools.db, i, &reply, err);
}

/* Each item is claimed just before its call: those that were given up are passed over. */
static bool next_item(struct run *run, struct wx *wx, const struct item *i, int64_t *ended, struct err *err) {
    AUTO_ROWS struct db_rows ours = {0};
    if (!db_query(run->work->db, &sql_bulk_begin, &ours, err, V_INT(i->bulk_id), V_INT(i->n)))
        return false;
    if (ours.count == 0)
        return true;
    return carry_out(wx, i, err) && job_progress(run->work->db, &run->job, ++*ended, 0, err);
}

bool job_ticket_bulk(struct run *run, struct err *err) {
    struct db *db = run->work->db;
    struct wx wx;
    int64_t ended = 0;
    if (!work_wx(run->work, run->job.account_id, &wx, err))
        return false;
    for (int count = 1; count > 0 && !app_stopping();) {
        AUTO_ROWS struct db_rows rows = {0};
        if (!db_query(db, &sql_bulk_take, &rows, err, V_INT(run->job.account_id), V_INT(ITEMS_AT_ONCE)))
            return false;
        count = rows.count;
        for (int row = 0; row < count && !app_stopping(); row++) {
            struct item item = item_of(&rows, row);
            if (!next_item(run, &wx, &item, &ended, err))
                return false;
        }
    }
    run_result(run, "%lld tickets have a result", (long long)ended);
    return db_do(db, &sql_bulk_finish, err, V_INT(run->job.account_id));
}
