#include "ticket.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
#define PERSON "(t.request_id, t.template_id) in (select o.request_id, o.template_id from kaquan.tickets_of({}) o)"

static const char *const states[] = {"claiming", "handed_out", "added", "gifted", "deleted", "consumed", "void", NULL};

static const struct filter_field fields[] = {
    {"code",     FILTER_WORD, "(t.request_id, t.template_id) in (select c.request_id, c.template_id from kaquan.ticket c where c.code = {}"
                              " union all select p.request_id, p.template_id from kaquan.ticket_past_code p where p.code = {})",
     "t.code ^@ {}", NULL, true, "the code, also one that the ticket had before a gift"},
    {"request",  FILTER_WORD, "t.request_id = {}", "t.request_id ^@ {}", NULL, true, "the request id that claimed it"},
    {"openid",   FILTER_WORD, "t.openid = {} and " PERSON, NULL, NULL, true, "the openid (of the mini program) that claimed it"},
    {"holder",   FILTER_WORD, "t.holder = {} and " PERSON, NULL, NULL, true, "the openid (of the account) that has it now"},
    {"person",   FILTER_WORD, PERSON, NULL, NULL, true, "an openid that claimed it or ever had it"},
    {"claimed",  FILTER_TIME, "t.claimed_at", NULL, NULL, true, "when it was claimed"},
    {"state",    FILTER_ONE_OF, "t.state = {}::kaquan.ticket_state", NULL, states, false, "claiming, handed_out, added, gifted, deleted, consumed, void"},
    {"template", FILTER_WORD, "tp.key = {}", "tp.key ^@ {}", NULL, false, "the template's key"},
    {"account",  FILTER_WORD, "a.key = {}", "a.key ^@ {}", NULL, false, "the account's key"},
    {"epoch",    FILTER_WORD, "t.epoch::text = {}", NULL, NULL, false, "the epoch that its card was signed in"},
};
const struct filter_table ticket_fields = {fields, sizeof(fields) / sizeof(fields[0])};

/* The newest tickets are looked for in ever longer times before the place: claimed_at has a small index that finds, and
 * does not sort. NULL: all. */
static const char *const windows[] = {"15 min", "2 h", "1 day", "10 days", "100 days", NULL};
/* clang-format on */

static bool no_place(struct err *err) {
    return fail(err, ERR_USAGE, "--after: a place that a list gave as its next expected");
}

/* A place is time|template|request id. */
static bool write_after(char *place, struct buf *sql, struct filter_parameters *p, struct err *err) {
    char *template_id = strchr(place, '|'), *request_id = template_id ? strchr(template_id + 1, '|') : NULL;
    if (request_id == NULL)
        return no_place(err);
    *template_id++ = '\0';
    *request_id++ = '\0';
    buf_text(sql, " and (t.claimed_at, t.request_id, t.template_id) < (");
    filter_parameter(sql, p, V_TEXT(place));
    buf_text(sql, "::timestamptz, ");
    filter_parameter(sql, p, V_TEXT(request_id));
    buf_text(sql, ", ");
    filter_parameter(sql, p, V_TEXT(template_id));
    buf_text(sql, "::integer)");
    return true;
}

static void write_window(const char *window, const char *place, struct buf *sql, struct filter_parameters *p) {
    buf_text(sql, " and t.claimed_at > ");
    if (place != NULL) {
        filter_parameter(sql, p, V_TEXT(place));
        buf_text(sql, "::timestamptz");
    } else {
        buf_text(sql, "now()");
    }
    buf_printf(sql, " - interval '%s'", window);
    if (place != NULL) { /* the row comparison above does not reach the index */
        buf_text(sql, " and t.claimed_at <= ");
        filter_parameter(sql, p, V_TEXT(place));
        buf_text(sql, "::timestamptz");
    }
}

static bool list_within(struct db *db, const struct filter *filter, const char *after, const char *window,
                        int64_t limit, struct db_rows *rows, struct err *err) {
    AUTO_BUF struct buf sql = {0};
    struct filter_parameters p = {.count = 0};
    char place[TICKET_PLACE] = "";
    buf_text(&sql, sql_ticket_select.text);
    if (!filter_write(filter, &sql, &p, err))
        return false;
    if (after != NULL && !text_copy(place, sizeof place, after))
        return no_place(err);
    if (after != NULL && !write_after(place, &sql, &p, err))
        return false;
    if (window != NULL)
        write_window(window, after ? place : NULL, &sql, &p);
    buf_text(&sql, " order by t.claimed_at desc, t.request_id desc, t.template_id desc limit ");
    filter_parameter(&sql, &p, V_INT(limit));
    const struct sql statement = {"ticket_list", buf_str(&sql)};
    if (db_run_once(db, &statement, p.value, p.count, rows, err))
        return true;
    return after != NULL && err->kind == ERR_INPUT ? no_place(err) : false; /* its time or number is none */
}

bool ticket_list(struct db *db, const struct filter *filter, const char *after, int64_t limit, struct db_rows *rows,
                 char next[TICKET_PLACE], struct err *err) {
    size_t i = filter_is_indexed(filter) ? ARRAY_LEN(windows) - 1 : 0;
    do
        if (!list_within(db, filter, after, windows[i], limit, rows, err))
            return false;
    while (rows->count < limit && windows[i++] != NULL);
    next[0] = '\0';
    if (rows->count == limit)
        snprintf(next, TICKET_PLACE, "%s|%s|%s", db_text(rows, rows->count - 1, "claimed_at"),
                 db_text(rows, rows->count - 1, "template_id"), db_text(rows, rows->count - 1, "request_id"));
    return true;
}

bool ticket_export_begin(struct db *db, const struct filter *filter, struct err *err) {
    AUTO_BUF struct buf sql = {0};
    struct filter_parameters p = {.count = 0};
    buf_printf(&sql, "declare kaquan_export no scroll cursor for\n%s", sql_ticket_select.text);
    if (!filter_write(filter, &sql, &p, err) || !db_begin(db, err))
        return false;
    const struct sql statement = {"ticket_export", buf_str(&sql)};
    if (db_run_once(db, &statement, p.value, p.count, NULL, err))
        return true;
    db_rollback(db);
    return false;
}

bool ticket_export_next(struct db *db, struct db_rows *rows, struct err *err) {
    return db_query0(db, &sql_ticket_export_next, rows, err);
}

void ticket_export_end(struct db *db) {
    db_rollback(db);
}

bool ticket_take_steps(struct db *db, const char *ids, struct err *err) {
    const struct db_value pushes = V_TEXT(ids);
    return db_do(db, &sql_event_step, err, pushes) && db_do(db, &sql_event_past_code, err, pushes) &&
           db_do(db, &sql_event_fold, err, pushes) && db_do(db, &sql_event_person, err, pushes) &&
           db_do(db, &sql_event_reopen, err, pushes);
}
