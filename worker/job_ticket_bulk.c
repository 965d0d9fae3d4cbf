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
        return false;
    FAULT("bulk_after_call");
    if (!done)
        return db_do(wx->tools.db, &sql_bulk_failed, err, V_INT(i->bulk_id), V_INT(i->n), V_INT(reply.errcode),
                     V_TEXT(reply.errmsg));
    return db_do(wx->tools.db, &sql_bulk_done, err, V_INT(i->bulk_id), V_INT(i->n), V_TEXT(i->act->step),
                 V_TEXT(reply.errcode ? "it was so already" : NULL));
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
            if (!carry_out(&wx, &item, err) || !job_progress(db, &run->job, ++ended, 0, err))
                return false;
        }
    }
    run_result(run, "%lld tickets have a result", (long long)ended);
    return db_do(db, &sql_bulk_finish, err, V_INT(run->job.account_id));
}
