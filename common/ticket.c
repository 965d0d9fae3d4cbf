#include "ticket.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
#define PERSON "(t.request_id, t.template_id) in (select o.request_id, o.template_id from kaquan.tickets_of({}) o)"

static const char *const states[] = {"claiming", "handed_out", "added", "gifted", "expired", "deleted", "consumed", "void", NULL};

static const struct filter_field fields[] = {
    {"code",     FILTER_WORD, "(t.request_id, t.template_id) in (select c.request_id, c.template_id from kaquan.ticket c where c.code = {}"
                              " union all select p.request_id, p.template_id from kaquan.ticket_past_code p where p.code = {})",
     "t.code ^@ {}", NULL, true, false, "the code, also one that the ticket had before a gift"},
    {"request",  FILTER_WORD, "t.request_id = {}", "t.request_id ^@ {}", NULL, true, false, "the request id that claimed it"},
    {"openid",   FILTER_WORD, "t.openid = {} and " PERSON, NULL, NULL, true, true, "the openid (of the mini program) that claimed it"},
    {"holder",   FILTER_WORD, "t.holder = {} and " PERSON, NULL, NULL, true, true, "the openid (of the account) that has it now"},
    {"person",   FILTER_WORD, PERSON, NULL, NULL, true, true, "an openid that claimed it or ever had it"},
    {"claimed",  FILTER_TIME, "t.claimed_at", NULL, NULL, true, false, "when it was claimed"},
    {"state",    FILTER_ONE_OF, "t.state = {}::kaquan.ticket_state", NULL, states, false, false, "claiming, handed_out, added, gifted, expired, deleted, consumed, void"},
    {"template", FILTER_WORD, "tp.key = {}", "tp.key ^@ {}", NULL, false, false, "the template's key"},
    {"account",  FILTER_WORD, "a.key = {}", "a.key ^@ {}", NULL, false, false, "the account's key"},
    {"epoch",    FILTER_WORD, "t.epoch::text = {}", NULL, NULL, false, false, "the epoch that its card was signed in"},
};
const struct filter_table ticket_fields = {fields, sizeof(fields) / sizeof(fields[0])};

/* A page is looked for in ever longer times from its place on: claimed_at has a small index that finds, and does not sort.
 * The server takes these in their order, and none more when the page is full. Each reads some blocks whole: so the first is
 * as long as a page is likely to need, and they grow fast. Their ends are worked out once, behind "offset 0", and not for
 * every row that is read. */
static const char windows[] = "1), (1, 1e1), (1e1, 1e2), (1e2, 1e3), (1e3, 1e4), (1e4, 1e5), (1e5, 1e6), (1e6, 1e7), (1e7, null";
static const char whole[] = "null::float8";

/* The two ways through the list. {} stands for the time of the place. */
static const struct way {
    const char *start;      /* without a place */
    const char *first;      /* from there on: what is dated after now is a newest ticket, too */
    const char *near, *far; /* the ends of a window */
    const char *within, *behind, *order;
} ways[] = {
    [TICKET_OLDER] = {"now()", "null::float8", "coalesce({} - w.near * s.span, 'infinity')", "coalesce({} - w.far * s.span, '-infinity')",
                      " and t.claimed_at <= w.near and t.claimed_at > w.far", "<", "desc"},
    [TICKET_NEWER] = {"(select kaquan.ticket_oldest())", "0", "{} + w.near * s.span", "coalesce({} + w.far * s.span, 'infinity')",
                      " and t.claimed_at >= w.near and t.claimed_at < w.far", ">=", "asc"},
};
/* clang-format on */

/* Is there a term that finds few tickets, whenever they were claimed? */
static bool finds_few(const struct filter *filter) {
    for (int i = 0; i < filter->terms; i++)
        if (filter->term[i].field->indexed && !filter->term[i].negated && filter->term[i].field->type != FILTER_TIME)
            return true;
    return false;
}

static bool no_place(struct err *err) {
    return fail(err, ERR_USAGE, "--after: a place that a list gave as its next expected");
}

bool ticket_place_read(const char *text, struct ticket_place *place, struct err *err) {
    char *bar;
    *place = (struct ticket_place){0};
    if (text_copy(place->claimed_at, sizeof place->claimed_at, text) &&
        (bar = strchr(place->claimed_at, '|')) != NULL) {
        *bar = '\0';
        place->template_id = bar + 1;
        if ((bar = strchr(place->template_id, '|')) != NULL) {
            *bar = '\0';
            place->request_id = bar + 1;
            return true;
        }
    }
    return no_place(err);
}

void ticket_place_of(const struct db_rows *rows, int row, char out[TICKET_PLACE]) {
    snprintf(out, TICKET_PLACE, "%s|%s|%s", db_text(rows, row, "claimed_at"), db_text(rows, row, "template_id"),
             db_text(rows, row, "request_id"));
}

static void write_behind(const struct way *way, const char *moment, const struct ticket_place *place, struct buf *sql,
                         struct filter_parameters *p) {
    buf_printf(sql, " and (t.claimed_at, t.request_id, t.template_id) %s (%s, ", way->behind, moment);
    filter_parameter(sql, p, V_TEXT(place->request_id));
    buf_text(sql, ", ");
    filter_parameter(sql, p, V_TEXT(place->template_id));
    buf_text(sql, "::integer)");
}

static void write_moment(const char *pattern, const char *moment, struct buf *sql) {
    const char *hole = strstr(pattern, "{}");
    buf_printf(sql, "%.*s%s%s", (int)(hole - pattern), pattern, moment, hole + 2);
}

/* How long the first window is: for half a page more than one, where tickets lie as those between the place and
 * `seen`. */
static void write_span(const char *moment, const struct ticket_place *place, enum ticket_way direction, int limit,
                       struct buf *sql, struct filter_parameters *p) {
    const struct ticket_seen *seen = place != NULL ? &place->seen[direction] : NULL;
    if (seen == NULL || seen->rows < 1) {
        buf_text(sql, "interval '0.1 s'");
        return;
    }
    buf_printf(sql, "least(greatest((%s - ", moment);
    filter_parameter(sql, p, V_TEXT(seen->claimed_at));
    buf_printf(sql, "::timestamptz) * %.3f, '0.01 s'), '1 h')",
               (direction == TICKET_OLDER ? 1.5 : -1.5) * limit / seen->rows);
}

static void write_windows(const struct way *way, const char *moment, const char *first, const char *list,
                          const char *span, struct buf *sql) {
    buf_text(sql, "(select ");
    write_moment(way->near, moment, sql);
    buf_text(sql, " as near, ");
    write_moment(way->far, moment, sql);
    buf_printf(sql, " as far from (select %s as span) s, (values (%s, %s)) w (near, far) offset 0) w", span, first,
               list);
}

bool ticket_write_page(const struct filter *filter, const struct ticket_place *place, enum ticket_way direction,
                       int limit, struct buf *sql, struct filter_parameters *p, struct err *err) {
    const struct way *way = &ways[direction];
    AUTO_BUF struct buf moment = {0}, span = {0};
    if (place != NULL)
        filter_parameter(&moment, p, V_TEXT(place->claimed_at));
    buf_text(&moment, place != NULL ? "::timestamptz" : way->start);
    write_span(buf_str(&moment), place, direction, limit, &span, p);
    buf_text(sql, "select r.* from ");
    write_windows(way, buf_str(&moment), place != NULL ? "0" : way->first, finds_few(filter) ? whole : windows,
                  buf_str(&span), sql);
    buf_printf(sql, " cross join lateral (\n%s", sql_ticket_select.text);
    if (!filter_write(filter, sql, p, err))
        return false;
    buf_text(sql, way->within);
    if (place != NULL)
        write_behind(way, buf_str(&moment), place, sql, p);
    buf_printf(sql, " order by t.claimed_at %s, t.request_id %s, t.template_id %s limit %d) r limit %d", way->order,
               way->order, way->order, limit, limit);
    return true;
}

bool ticket_list(struct db *db, const struct filter *filter, const char *after, int64_t limit, struct db_rows *rows,
                 char next[TICKET_PLACE], struct err *err) {
    AUTO_BUF struct buf sql = {0};
    struct filter_parameters p = {.count = 0};
    struct ticket_place place;
    if ((after != NULL && !ticket_place_read(after, &place, err)) ||
        !ticket_write_page(filter, after != NULL ? &place : NULL, TICKET_OLDER, (int)limit, &sql, &p, err))
        return false;
    const struct sql statement = {"ticket_list", buf_str(&sql)};
    if (!db_run_once(db, &statement, p.value, p.count, rows, err))
        return after != NULL && err->kind == ERR_INPUT ? no_place(err) : false; /* its time or number is none */
    next[0] = '\0';
    if (rows->count == limit)
        ticket_place_of(rows, rows->count - 1, next);
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
