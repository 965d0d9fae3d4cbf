/* Tickets, however many there are: what is loaded are the pages around the row under the cursor, found by its place
 * and never by counting. The filter is the server's. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console.h"
#include "filtered.h"
#include "lang.h"
#include "term.h"
#include "ticket.h"
#include "ticket_acts.h"

/* Rows before and behind the cursor's; loaded anew when fewer than AHEAD are left. */
enum { PAGE = 100, AHEAD = 50, WIDE = 110 };
static const double READ_PER_S = 6e6; /* tickets that the database looks at in a second, about */

enum { LIST, COUNT, RECORD, HISTORY };

/* What the view remembers. */
struct own {
    char filter[VIEW_TEXT]; /* of the rows that were asked for */
    char agreed[VIEW_TEXT]; /* the filter that may read all tickets: a person said so */
    bool refused;           /* one that would was not asked */
    enum jump { STAY, NEWEST, OLDEST } jump;
    struct ticket_place place;    /* around which was asked; lent to the statement */
    char around[VIEW_TEXT];       /* the row there */
    int newer_asked, older_asked; /* so many rows at most */
    bool more_newer, more_older;  /* as many came: there may be more */
    double counted_at;            /* of the answer that was looked at */
};

static struct own *own_of(struct view *view) {
    if (!view->own) {
        view->own = mem_new(sizeof(struct own));
        ((struct own *)view->own)->jump = NEWEST;
    }
    return view->own;
}

static void leave(struct view *view) {
    free(view->own);
}

/* --- what is asked --- */

/* How many tickets there are, about; -1: not known yet. */
static int64_t tickets_of(const struct view *view) {
    const struct pane *pane = &view->panes[COUNT];

    return pane->answered_at > 0 && pane->rows.count > 0 ? db_int(&pane->rows, 0, "tickets") : -1;
}

/* A filter that no index helps is asked about where there are many tickets, as kaquan-worker does. */
static bool may_read(const struct view *view, const struct own *own, const struct filter *filter) {
    int64_t tickets = tickets_of(view);

    return filter->terms == 0 || filter_is_indexed(filter) || strcmp(own->agreed, view->filter) == 0 ||
           (tickets >= 0 && tickets < TICKET_READ_MANY);
}

static bool refuse(const struct view *view, struct own *own, struct err *err) {
    int64_t tickets = tickets_of(view);
    char figure[UI_FIGURE];

    own->refused = true;
    if (tickets < 0)
        return fail(err, ERR_USAGE, "waiting for the database..");
    fail(err, ERR_USAGE, "No index helps this filter: it reads %s tickets, about %.1f s.", ui_number(figure, tickets),
         (double)tickets / READ_PER_S);
    return fail_cure(
        err, "%s",
        N_("Enter asks it all the same; better: add code:, request:, person:, openid:, holder: or claimed:"));
}

/* The cursor leaves its row for the end of the list that it jumps to. */
static void jump(struct view *view, enum jump where) {
    struct own *own = own_of(view);

    own->jump = where;
    view->cursor[0] = '\0';
    view->at = where == OLDEST ? INT_MAX / 2 : 0;
    view->top = 0;
}

static void take_filter(struct view *view, struct own *own) {
    if (strcmp(own->filter, view->filter) == 0)
        return;
    text_copy(own->filter, sizeof(own->filter), view->filter);
    jump(view, NEWEST); /* the cursor's row may not match */
    view->panes[COUNT].asked_at = 0;
}

static bool write_side(const struct own *own, bool placed, enum ticket_way way, int most, struct query *q,
                       struct err *err) {
    buf_printf(&q->text, "select r.*, %s as newer from (", way == TICKET_NEWER ? "true" : "false");
    if (!ticket_write_page(&q->filter, placed ? &own->place : NULL, way, most, &q->text, &q->parameters, err))
        return false;
    buf_text(&q->text, ") r\n");
    return true;
}

/* How densely tickets lie around the cursor's row, as far as they are loaded. */
static void look_around(const struct db_rows *rows, int row, struct ticket_place *place) {
    int last = rows->count - 1;

    place->seen[TICKET_NEWER] = (struct ticket_seen){db_text(rows, 0, "claimed_at"), row};
    place->seen[TICKET_OLDER] = (struct ticket_seen){db_text(rows, last, "claimed_at"), last - row};
}

/* Around the cursor's row; the other end of a jump has one side only. */
static bool write_sides(struct view *view, struct own *own, struct query *q, struct err *err) {
    char place[TICKET_PLACE];
    int row = view_row(view);
    bool placed = own->jump == STAY && row >= 0;

    if (placed)
        ticket_place_of(&view->panes[LIST].rows, row, place);
    if (placed && !ticket_place_read(place, &own->place, err))
        return false;
    if (placed)
        look_around(&view->panes[LIST].rows, row, &own->place);
    own->newer_asked = placed || own->jump == OLDEST ? PAGE : 0;
    own->older_asked = placed || own->jump != OLDEST ? PAGE : 0;
    text_copy(own->around, sizeof(own->around), view->cursor);
    if (own->newer_asked > 0 && !write_side(own, placed, TICKET_NEWER, own->newer_asked, q, err))
        return false;
    buf_text(&q->text, placed ? "union all " : "");
    return own->older_asked == 0 || write_side(own, placed, TICKET_OLDER, own->older_asked, q, err);
}

static bool ask_list(struct view *view, struct query *q, struct err *err) {
    struct own *own = own_of(view);

    buf_text(&q->text, "select x.*, x.template || ' ' || coalesce(x.code, '(' || x.request_id || ')') as id,"
                       " coalesce(x.code, x.request_id) as name, coalesce(x.holder, x.openid) as person\n  from (");
    if (!write_sides(view, own, q, err))
        return false;
    own->jump = STAY;
    buf_text(&q->text, ") x\n order by x.claimed_at desc, x.request_id desc, x.template_id desc");
    q->statement = (struct sql){"tui_tickets", buf_str(&q->text)};
    return true;
}

/* Counting stops early; without a filter the estimate is all there is. */
static bool ask_count(const struct view *view, struct query *q, struct err *err) {
    const struct own *own = view->own;

    if (q->filter.terms == 0 || !may_read(view, own, &q->filter)) {
        q->statement = sql_tui_ticket_rows;
        return true;
    }
    buf_printf(&q->text, "select (select count(*) from (%s", sql_ticket_select.text);
    if (!filter_write(&q->filter, &q->text, &q->parameters, err))
        return false;
    buf_printf(&q->text, " limit %d) m) as matches, r.tickets from (%s) r", FILTERED_COUNT_MOST + 1,
               sql_tui_ticket_rows.text);
    q->statement = (struct sql){"tui_ticket_count", buf_str(&q->text)};
    return true;
}

/* What no index helps is not read for the sake of a hint. */
static bool ask_without(struct view *view, struct query *q, struct err *err) {
    return filtered_read_without(view, q, &ticket_fields, err) &&
           (may_read(view, view->own, &q->filter) || fail(err, ERR_USAGE, "no index helps")) &&
           filtered_count(q, &sql_ticket_select, err);
}

static bool ask(struct view *view, int part, struct query *q, struct err *err) {
    struct own *own = own_of(view);

    if (part == PART_WITHOUT)
        return ask_without(view, q, err);
    if (part > COUNT)
        return true;
    take_filter(view, own);
    own->refused = own->refused && part == COUNT;
    if (!filter_read(&ticket_fields, view->filter, &q->filter, err))
        return false;
    if (part == COUNT)
        return ask_count(view, q, err);
    return may_read(view, own, &q->filter) ? ask_list(view, q, err) : refuse(view, own, err);
}

/* --- what came --- */

static void look_at_answer(struct view *view, struct own *own) {
    const struct pane *pane = &view->panes[LIST];
    int newer = 0;

    if (own->counted_at == pane->answered_at)
        return;
    own->counted_at = pane->answered_at;
    for (int row = 0; row < pane->rows.count; row++)
        newer += db_bool(&pane->rows, row, "newer");
    own->more_newer = own->newer_asked > 0 && newer == own->newer_asked;
    own->more_older = own->older_asked > 0 && pane->rows.count - newer == own->older_asked;
}

/* Before the cursor comes to the end of what is loaded, unless what was asked last failed; and a filter that waited
 * to know how many tickets there are. */
static void load_ahead(struct view *view, struct own *own) {
    struct pane *list = &view->panes[LIST];
    bool near_newer = own->more_newer && view->at < AHEAD;
    bool near_older = own->more_older && view->shown - view->at <= AHEAD;

    if (!list->failed && (near_newer || near_older) && strcmp(own->around, view->cursor) != 0)
        list->asked_at = 0;
    if (own->refused && tickets_of(view) >= 0 && list->err.cure[0] == '\0') {
        list->asked_at = 0;
        view->panes[COUNT].asked_at = 0;
    }
}

/* --- how it looks --- */

/* "412 match", "10 000+ match", "~3.0M" */
static void scope_words(const struct view *view, char *out, size_t size) {
    const struct pane *pane = &view->panes[COUNT];
    char figure[UI_FIGURE];

    out[0] = '\0';
    if (pane->answered_at == 0 || pane->failed || pane->rows.count == 0)
        return;
    if (view->filter[0] == '\0')
        snprintf(out, size, _("about %s tickets"), ui_number(figure, tickets_of(view)));
    else if (db_null(&pane->rows, 0, "matches"))
        out[0] = '\0';
    else {
        filtered_write_count(db_int(&pane->rows, 0, "matches"), figure, sizeof(figure));
        snprintf(out, size, _("%s match"), figure);
    }
}

static void draw_scope(const struct view *view, const struct own *own, struct area line) {
    char scope[64];

    scope_words(view, scope, sizeof(scope));
    if (own->more_older && !view->panes[LIST].failed)
        ui_text(line.row, line.column + 1, line.columns - 2, ROLE_DIM, _("more below: pages load as you scroll"));
    ui_right(line.row, line.column, line.columns - 1, ROLE_ACCENT, scope);
}

/* The record takes what it needs, its history the rest. */
static void draw_preview(struct view *view, struct area area) {
    int record = area.rows > 24 ? 14 : area.rows * 3 / 5;

    part_draw(view, RECORD, (struct area){area.row, area.column, record, area.columns});
    part_draw(view, HISTORY, (struct area){area.row + record, area.column, area.rows - record, area.columns});
}

static void draw(struct console *c UNUSED, struct view *view, struct area area) {
    struct own *own = own_of(view);
    int beside = area.columns >= WIDE ? area.columns / 3 : 0;

    look_at_answer(view, own);
    load_ahead(view, own);
    part_draw(view, LIST, (struct area){area.row, area.column, area.rows - 1, area.columns - beside});
    draw_scope(view, own, (struct area){area.row + area.rows - 1, area.column, 1, area.columns - beside});
    if (beside > 0 && view->shown > 0)
        draw_preview(view, (struct area){area.row, area.column + area.columns - beside + 1, area.rows, beside - 1});
}

/* --- keys that mean more here --- */

static bool key_jumps(struct view *view, uint32_t pressed) {
    bool newest = pressed == 'g' || pressed == TERM_HOME, oldest = pressed == 'G' || pressed == TERM_END;

    if (newest || oldest)
        jump(view, newest ? NEWEST : OLDEST);
    return newest || oldest;
}

static bool key(struct console *c UNUSED, struct view *view, uint32_t pressed) {
    struct own *own = own_of(view);

    if (pressed == TERM_ENTER && own->refused) {
        text_copy(own->agreed, sizeof(own->agreed), view->filter);
        view->panes[COUNT].asked_at = 0;
    } else if (view->active != 0 || !key_jumps(view, pressed)) {
        return false;
    }
    view->panes[LIST].asked_at = 0;
    return true;
}

/* --- the screen --- */

/* clang-format off */
static const struct field fields[] = {
    {"code",        "CODE", 13, 20, 2, SHOW_CODE,   NULL},
    {"template",    "TEMPLATE", 12, 24, 3, SHOW_TEXT,   NULL},
    {"person",      "HOLDER", 9,  20, 1, SHOW_MASKED, NULL},
    {"state",       "STATE", 10, 10, 0, SHOW_WORD,   "state"},
    {"claimed_at",  "CLAIMED", 14, 14, 0, SHOW_TIME,   NULL},
    {"request_id",  "REQUEST", 10, 36, 2, SHOW_CODE,   NULL},
    {"valid_until", "CARD UNTIL", 14, 14, 0, SHOW_TIME,   NULL},
    {"name",        "",               0,  0,  0, SHOW_TEXT,   NULL},
};

static const struct field record_fields[] = {
    {"code",         "CODE", 0, 0, 0, SHOW_CODE,   NULL},
    {"title",        "TEMPLATE", 0, 0, 0, SHOW_TEXT,   NULL},
    {"account",      "ACCOUNT", 0, 0, 0, SHOW_TEXT,   NULL},
    {"person",       "HOLDER", 0, 0, 0, SHOW_MASKED, NULL},
    {"state",        "STATE", 0, 0, 0, SHOW_WORD,   "state"},
    {"claimed_at",   "CLAIMED", 0, 0, 0, SHOW_TIME,   NULL},
    {"valid_until",  "CARD UNTIL", 0, 0, 0, SHOW_TIME,   NULL},
    {"codes_before", "CODES BEFORE", 0, 0, 0, SHOW_TEXT,   NULL},
    {"entries",      "ENTRIES", 0, 0, 0, SHOW_NUMBER, NULL},
    {"drift",        "AT WECHAT", 0, 0, 0, SHOW_WORD,   "drift"},
};

static const struct field history_fields[] = {
    {"at",     "", 15, 15, 0, SHOW_TIME, NULL},
    {"kind",   "", 14, 20, 0, SHOW_WORD, "step"},
    {"detail", "", 10, 80, 1, SHOW_TEXT, NULL},
};

static const struct part parts[] = {
    [LIST]    = {NULL, NULL, 2, {NULL}, 0, LOOK_LIST, PLACE_STACK, 0, fields, ARRAY_LEN(fields),
                 .empty = N_("No tickets yet: a backend's card_claim() makes them.")},
    [COUNT]   = {NULL, &sql_tui_ticket_rows, 60, {NULL}, 0, LOOK_RECORD, PLACE_STACK, 0, NULL, 0, .empty = NULL},
    [RECORD]  = {N_("Ticket"), &sql_tui_ticket, 10, {"{row}"}, 1, LOOK_RECORD, PLACE_BESIDE, 0, record_fields, ARRAY_LEN(record_fields), .empty = NULL},
    [HISTORY] = {N_("History"), &sql_tui_ticket_timeline, 10, {"{row}"}, 1, LOOK_LOG, PLACE_BESIDE, 0, history_fields, ARRAY_LEN(history_fields), .empty = NULL},
};
/* clang-format on */

const struct screen screen_tickets = {
    .name = "tickets",
    .number = 3,
    .title = N_("Tickets"),
    .help = N_("every ticket: find, look at, consume, make void"),
    .parts = parts,
    .part_count = ARRAY_LEN(parts),
    .id = "id",
    .opens = "ticket",
    .acts = ticket_acts,
    .act_count = TICKET_ACTS,
    .filter = &ticket_fields,
    .ask = ask,
    .words = ticket_words,
    .draw = draw,
    .key = key,
    .leave = leave,
};
