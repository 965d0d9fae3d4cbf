/* Compares a template's tickets with WeChat: asks for each code, newest first, and for the wallets of those who have
 * one. What differs is written down, a page in one statement; the next attempt goes on behind the last page. */
#include "jobs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "drift.h"
#include "fault.h"
#include "json.h"
#include "ticket.h"
#include "wechat.h"

enum { PAGE = 100, OPENID_UNKNOWN = 40003 };

/* A page under way. Texts are lent by the row of the comparison. */
struct page {
    struct run *run;
    struct wx *wx;
    int64_t number, looked, most; /* of the comparison, which was begun `number` times */
    const char *filter, *place, *key, *card_id;
    cJSON *said;    /* list of what reconcile_record takes */
    cJSON *wallets; /* the openids whose wallets were looked into, as members */
};

static cJSON *say_of(struct page *p, const char *code, enum drift_id drift, const char *theirs, const char *openid) {
    cJSON *one = json_new();
    json_add_text(one, "code", code);
    if (drift != DRIFT_NONE)
        json_add_text(one, "kind", drift_kind(drift)->name);
    json_add_text(one, "theirs", theirs[0] ? theirs : "unknown");
    if (openid[0] != '\0')
        json_add_text(one, "openid", openid);
    cJSON_AddItemToArray(p->said, one);
    return one;
}

static bool note_wallet(struct page *p, const char *openid, const cJSON *cards, struct err *err) {
    const cJSON *card;
    cJSON_ArrayForEach(card, cards) {
        const char *code, *card_id;
        if (!json_need_text(card, "code", 1, 64, NULL, &code, err) ||
            !json_need_text(card, "card_id", 1, 32, NULL, &card_id, err))
            return fail_in(err, "card/user/getcardlist");
        if (strcmp(card_id, p->card_id) == 0)
            say_of(p, code, DRIFT_STRAY, "held", openid); /* forgotten again where a ticket has the code */
    }
    return true;
}

/* Whose wallet has a card of this template may have others of it. */
static bool look_into_wallet(struct page *p, const char *openid, struct err *err) {
    AUTO_WX_REPLY struct wx_reply reply = {0};
    AUTO_JSON cJSON *question = json_new();
    if (openid[0] == '\0' || cJSON_GetObjectItemCaseSensitive(p->wallets, openid) != NULL)
        return true;
    json_add_bool(p->wallets, openid, true);
    json_add_text(question, "openid", openid);
    json_add_text(question, "card_id", p->card_id);
    if (!call_json(p->wx, WX_USER_CARDS, question, &reply, err))
        return reply.errcode == OPENID_UNKNOWN;
    return note_wallet(p, openid, json_array(reply.json, "card_list"), err);
}

/* A ticket without a code has not been added: WeChat can only be asked by the code. */
static bool look_at_ticket(struct page *p, const struct db_rows *tickets, int row, struct err *err) {
    const char *code = db_text(tickets, row, "code"), *state = db_text(tickets, row, "state");
    const char *holder = db_text(tickets, row, "holder");
    struct code_view view;
    if (code[0] == '\0')
        return true;
    if (!code_view(p->wx, p->card_id, code, &view, err))
        return false;
    cJSON *one = say_of(p, code, drift_judge(state, holder, view.status, view.openid), view.status, view.openid);
    json_add_text(one, "request_id", db_text(tickets, row, "request_id"));
    json_add_text(one, "ours", state);
    if (holder[0] != '\0')
        json_add_text(one, "holder", holder);
    return look_into_wallet(p, view.openid, err);
}

static bool look_at_all(struct page *p, const struct db_rows *tickets, struct err *err) {
    for (int row = 0; row < tickets->count; row++) {
        if (app_stopping())
            return fail(err, ERR_STOPPED, "asked to stop; the comparison of %s goes on later", p->key);
        if (!look_at_ticket(p, tickets, row, err) ||
            !job_progress(p->run->work->db, &p->run->job, p->looked + row + 1, 0, err))
            return false;
    }
    return true;
}

static bool next_tickets(const struct page *p, struct db_rows *tickets, char next[TICKET_PLACE], struct err *err) {
    struct filter filter;
    char text[FILTER_TEXT];
    int64_t left = p->most - p->looked;
    snprintf(text, sizeof text, "template:%s %s", p->key, p->filter);
    return filter_read(&ticket_fields, text, &filter, err) &&
           ticket_list(p->run->work->db, &filter, p->place[0] ? p->place : NULL, left < PAGE ? left : PAGE, tickets,
                       next, err);
}

static bool compare(struct page *p, struct err *err) {
    AUTO_ROWS struct db_rows tickets = {0};
    AUTO_JSON cJSON *wallets = json_new(), *said = cJSON_CreateArray();
    AUTO_BUF struct buf list = {0};
    char next[TICKET_PLACE];
    p->said = said;
    p->wallets = wallets;
    if (!next_tickets(p, &tickets, next, err) || !look_at_all(p, &tickets, err))
        return false;
    json_print(&list, said);
    FAULT("reconcile_before_record");
    return db_do(p->run->work->db, &sql_reconcile_record, err, V_INT(p->run->job.template_id), V_INT(p->number),
                 V_TEXT(next[0] ? next : NULL), V_INT(tickets.count), V_TEXT(buf_str(&list)));
}

/* The next page; *more is false when there is none. */
static bool some(struct run *run, struct wx *wx, bool *more, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!db_query(run->work->db, &sql_reconcile_open, &rows, err, V_INT(run->job.template_id)))
        return false;
    *more = rows.count > 0;
    if (!*more)
        return true;
    struct page page = {
        .run = run,
        .wx = wx,
        .number = db_int(&rows, 0, "run"),
        .looked = db_int(&rows, 0, "looked"),
        .most = db_int(&rows, 0, "most"),
        .filter = db_text(&rows, 0, "filter"),
        .place = db_text(&rows, 0, "place"),
        .key = db_text(&rows, 0, "key"),
        .card_id = db_text(&rows, 0, "card_id"),
    };
    return compare(&page, err);
}

bool job_ticket_reconcile(struct run *run, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    struct wx wx;
    if (!work_wx(run->work, run->job.account_id, &wx, err))
        return false;
    for (bool more = true; more;)
        if (!some(run, &wx, &more, err))
            return false;
    if (!db_query(run->work->db, &sql_reconcile_result, &rows, err, V_INT(run->job.template_id)))
        return false;
    run_result(run, "%s: %" PRId64 " tickets looked at, %" PRId64 " drifts", db_text(&rows, 0, "key"),
               db_int(&rows, 0, "looked"), db_int(&rows, 0, "drifts"));
    return true;
}
