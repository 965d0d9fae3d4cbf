/* What needs a person and how the event goes, on one page. Before the first cards are signed it is a list of the
 * steps that lead there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act.h"
#include "console.h"
#include "dash_alert.h"
#include "lang.h"
#include "screens.h"
#include "term.h"

enum { ALERTS, TICKETS, JOBS, POOLS, ACCOUNTS, CHANGES };

/* --- what is shown --- */

/* clang-format off */
/* What alerts are made of; sorting, the filter and export know the alerts by these. */
static const struct field alert_fields[] = {
    {"level", "LEVEL", 4, 6, 0, SHOW_WORD, "level"},  {"kind", "KIND", 8, 20, 0, SHOW_TEXT, NULL},
    {"name", "ABOUT", 8, 30, 0, SHOW_TEXT, NULL},     {"number", "NUMBER", 4, 9, 0, SHOW_NUMBER, NULL},
    {"total", "TOTAL", 4, 9, 0, SHOW_NUMBER, NULL},   {"span_s", "SPAN", 4, 7, 0, SHOW_SPAN, NULL},
    {"word", "WHAT", 8, 20, 0, SHOW_TEXT, NULL},      {"text", "WHY", 8, 60, 1, SHOW_TEXT, NULL},
    {"errcode", "ERRCODE", 5, 7, 0, SHOW_TEXT, NULL},
};
static const struct field ticket_fields[] = {
    {"what",      "WHAT",     8, 10, 0, SHOW_WORD,   "what"},
    {"today",     "TODAY",    7, 8,  0, SHOW_NUMBER, NULL},
    {"last_hour", "LAST H",   6, 8,  0, SHOW_NUMBER, NULL},
    {"change",    "DAY",      5, 6,  0, SHOW_TEXT,   NULL},
    {"hours",     "24 HOURS", 6, 24, 1, SHOW_SPARK,  NULL},
};
enum { POOL_FILL = 4, POOL_STATE };
static const struct field pool_fields[] = {
    {"title",    "TEMPLATE", 12, 36, 4, SHOW_TEXT,   NULL},
    {"ready",    "READY",    6,  7,  0, SHOW_NUMBER, NULL},
    {"wanted",   "WANTED",   6,  7,  0, SHOW_NUMBER, NULL},
    {"ready",    "FILL",     8,  20, 2, SHOW_TEXT,   NULL},
    {"state",    "STATE",    8,  11, 1, SHOW_WORD,   "state"},
    {"per_hour", "/HOUR",    6,  7,  0, SHOW_NUMBER, NULL},
    {"empty_s",  "EMPTY IN", 8,  9,  0, SHOW_SPAN,   NULL},
    {"epoch_s",  "EPOCH",    6,  8,  0, SHOW_SPAN,   NULL},
    {"stock_s",  "STOCK",    6,  8,  0, SHOW_SPAN,   NULL},
};
static const struct field account_fields[] = {
    {"key",      "ACCOUNT",  8, 16, 1, SHOW_TEXT,   NULL},
    {"state",    "STATE",    9, 10, 0, SHOW_WORD,   "state"},
    {"token_s",  "TOKEN",    6, 7,  0, SHOW_SPAN,   NULL},
    {"ticket_s", "TICKET",   6, 7,  0, SHOW_SPAN,   NULL},
    {"listed",   "ADDRESS",  8, 9,  0, SHOW_WORD,   "state"},
    {"calls",    "CALLS",    6, 7,  0, SHOW_NUMBER, NULL},
};
static const struct field change_fields[] = {
    {"at",     "TIME",   14, 14, 0, SHOW_TIME, NULL},
    {"person", "WHO",    6,  12, 1, SHOW_TEXT, NULL},
    {"action", "ACTION", 12, 20, 1, SHOW_TEXT, NULL},
    {"object", "OBJECT", 10, 30, 2, SHOW_TEXT, NULL},
};
/* clang-format on */

/* An open pool is a good one: word_role() knows other things that are open. */
static enum term_role pool_role(const char *state) {
    return strcmp(state, "open") == 0 ? ROLE_OK : strcmp(state, "no stock") == 0 ? ROLE_BAD : word_role(state);
}

static bool draw_pool_cell(const struct ui_table *t, int line, int column, const struct db_rows *rows, int row) {
    const char *state = db_text(rows, row, "state");
    double wanted = db_number(rows, row, "wanted");

    if (column == POOL_FILL)
        ui_fill(t->area.row + 1 + line, t->left[POOL_FILL], t->width[POOL_FILL], pool_role(state),
                wanted > 0 ? db_number(rows, row, "ready") / wanted : 0);
    else if (column == POOL_STATE)
        ui_cell(t, line, POOL_STATE, pool_role(state), lang_word("state", state));
    else
        return false;
    return true;
}

static const struct part parts[] = {
    [ALERTS] = {.statement = &sql_tui_dash,
                .every = 2,
                .fields = alert_fields,
                .field_count = ARRAY_LEN(alert_fields)},
    [TICKETS] = {.title = N_("Tickets"),
                 .statement = &sql_tui_dash_tickets,
                 .every = 5,
                 .fields = ticket_fields,
                 .field_count = ARRAY_LEN(ticket_fields)},
    [JOBS] = {.title = N_("Jobs"), .statement = &sql_tui_dash_jobs, .every = 4},
    [POOLS] = {.title = N_("Pools, what ends first"),
               .statement = &sql_tui_dash_pools,
               .every = 4,
               .fields = pool_fields,
               .field_count = ARRAY_LEN(pool_fields),
               .empty = N_("No templates yet: a template that is approved gets a pool."),
               .cell = draw_pool_cell,
               .id = "key",
               .opens = "pool"},
    [ACCOUNTS] = {.title = N_("Accounts"),
                  .statement = &sql_tui_accounts,
                  .every = 10,
                  .fields = account_fields,
                  .field_count = ARRAY_LEN(account_fields),
                  .empty = N_("No account yet."),
                  .id = "key",
                  .opens = "account"},
    [CHANGES] = {.title = N_("Last changes"),
                 .statement = &sql_tui_dash_changes,
                 .every = 10,
                 .fields = change_fields,
                 .field_count = ARRAY_LEN(change_fields),
                 .empty = N_("Nothing was changed yet."),
                 .id = "id",
                 .opens = "change"},
};

/* --- alerts and steps --- */

static bool is_first_run(const struct db_rows *rows) {
    return rows->count > 0 && strncmp(db_text(rows, 0, "kind"), "step_", 5) == 0;
}

struct own {
    bool put;        /* the cursor is where it begins */
    struct buf seen; /* alerts that a person knows of, a line each, with their causes */
};

static struct own *own_of(struct view *view) {
    if (!view->own)
        view->own = mem_new(sizeof(struct own));
    return view->own;
}

static void leave(struct view *view) {
    if (view->own)
        buf_wipe(&((struct own *)view->own)->seen);
    free(view->own);
}

/* At first the cursor is on the step that comes next. */
static void begin_at_next(struct view *view) {
    struct own *own = own_of(view);

    for (int i = 0; !own->put && i < view->shown; i++)
        if (strcmp(db_text(&view->panes[ALERTS].rows, view->order[i], "level"), "next") == 0)
            view_move(view, i - view->at);
    own->put = own->put || view->panes[ALERTS].answered_at > 0;
}

/* --- alerts that were seen --- */

/* Where its line begins, which it also writes: an alert with another level or text is another one. */
static char *seen_line(struct view *view, int row, struct buf *line) {
    const struct db_rows *rows = &view->panes[ALERTS].rows;

    buf_printf(line, "\n%s|%s|%s\n", view_id(view, row), db_text(rows, row, "level"), db_text(rows, row, "text"));
    return own_of(view)->seen.len > 0 ? strstr(own_of(view)->seen.data, buf_str(line)) : NULL;
}

static bool is_seen(struct view *view, int row) {
    AUTO_BUF struct buf line = {0};

    return seen_line(view, row, &line) != NULL;
}

static int count_seen(struct view *view) {
    int count = 0;

    for (int i = 0; i < view->shown; i++)
        count += is_seen(view, view->order[i]);
    return count;
}

static void act_seen(struct console *c) {
    struct view *view = console_view(c);
    struct buf *seen = &own_of(view)->seen;
    AUTO_BUF struct buf line = {0};
    char *at;

    if (view_row(view) < 0 || is_first_run(&view->panes[ALERTS].rows))
        return;
    at = seen_line(view, view_row(view), &line);
    if (at) {
        memmove(at, at + line.len, strlen(at + line.len) + 1);
        seen->len -= line.len;
    } else {
        buf_text(seen, buf_str(&line));
    }
    view_move(view, 1);
}

enum { CURE_ROWS = 3 };

static void draw_alerts(struct view *view, struct area area) {
    const struct db_rows *rows = &view->panes[ALERTS].rows;
    int seen = count_seen(view);
    char title[96];

    if (is_first_run(rows))
        text_copy(title, sizeof(title), _("First steps"));
    else if (seen > 0)
        snprintf(title, sizeof(title), _("Needs attention (%d), seen (%d)"), view->shown - seen, seen);
    else
        snprintf(title, sizeof(title), _("Needs attention (%d)"), view->shown);
    draw_rule(area, title);
    area.row++;
    area.rows--;
    if (pane_draw_state(&view->panes[ALERTS], area, _("Nothing needs attention.")))
        return;
    view_fit(view, area.rows - CURE_ROWS);
    for (int i = view->top; i < view->shown && i - view->top < view->page; i++)
        dash_alert_draw(rows, view->order[i], (struct area){area.row + i - view->top, area.column, 1, area.columns},
                        i == view->at, view->active == 0, is_seen(view, view->order[i]));
    if (view_row(view) >= 0)
        dash_alert_cure(rows, view_row(view),
                        (struct area){area.row + area.rows - CURE_ROWS, area.column, CURE_ROWS, area.columns});
}

/* --- without tables --- */

static bool has_no_tables(const struct pane *pane) {
    return pane->failed && (strcmp(pane->err.sqlstate, "42P01") == 0 || strcmp(pane->err.sqlstate, "3F000") == 0);
}

/* --- jobs --- */

static int draw_count(int row, int column, int right, enum term_role role, const char *word, const char *figure) {
    column += ui_text(row, column, right - column, ROLE_DIM, lang_word("count", word)) + 1;
    return column + ui_text(row, column, right - column, role, figure) + 2;
}

static void draw_job_counts(const struct db_rows *rows, struct area line) {
    static const char *const names[] = {"waiting", "running", "failed"};
    char figure[UI_FIGURE];
    int column = line.column;

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        int64_t count = db_int(rows, 0, names[i]);
        bool bad = strcmp(names[i], "failed") == 0 && count > 0;

        column = draw_count(line.row, column, line.column + line.columns, bad ? ROLE_BAD : ROLE_NORMAL, names[i],
                            ui_number(figure, count));
    }
}

static void draw_job_line(const struct db_rows *rows, const char *name, const char *label, struct area line) {
    char span[UI_FIGURE];

    ui_text(line.row, line.column, 16, ROLE_DIM, label);
    ui_text(line.row, line.column + 17, line.columns - 17, ROLE_NORMAL,
            db_null(rows, 0, name) ? "-" : ui_span(span, db_number(rows, 0, name)));
}

static void draw_jobs(const struct view *view, struct area area) {
    const struct db_rows *rows = &view->panes[JOBS].rows;
    struct area line = {area.row + 1, area.column + 1, 1, area.columns - 1};
    char figure[UI_FIGURE];

    draw_rule(area, _("Jobs"));
    if (pane_draw_state(&view->panes[JOBS], (struct area){area.row + 1, area.column, area.rows - 1, area.columns},
                        ""))
        return;
    draw_job_counts(rows, line);
    line.row++;
    draw_job_line(rows, "oldest_s", _("oldest waits"), line);
    line.row++;
    ui_text(line.row, line.column, 16, ROLE_DIM, _("done in an hour"));
    ui_text(line.row, line.column + 17, 8, ROLE_NORMAL, ui_number(figure, db_int(rows, 0, "done")));
    ui_spark(line.row, line.column + 25, line.columns - 25 < 12 ? line.columns - 25 : 12, db_text(rows, 0, "parts"));
    line.row++;
    draw_job_line(rows, "next_s", _("next by clock"), line);
    ui_text(line.row, line.column + 25, line.columns - 25, ROLE_DIM,
            lang_word("kind", db_text(rows, 0, "next_kind")));
}

/* --- the page --- */

enum { MIDDLE_ROWS = 5, POOLS_LEAST = 7, BOTTOM_LEAST = 5, BOTTOM_MOST = 9 };

static struct area take_rows(struct area *area, int rows) {
    struct area taken = *area;

    taken.rows = rows < area->rows ? rows : area->rows;
    area->row += taken.rows;
    area->rows -= taken.rows;
    return taken;
}

static struct area half(struct area area, bool right) {
    int left = area.columns / 2;

    return right ? (struct area){area.row, area.column + left + 1, area.rows, area.columns - left - 1}
                 : (struct area){area.row, area.column, area.rows, left};
}

/* Title, alerts, cure: all steps; of alerts as many as leave more than half of the page. */
static int alert_rows(const struct view *view, int rows) {
    int wanted = 1 + (view->shown > 0 ? view->shown + CURE_ROWS : 1);
    int most = is_first_run(&view->panes[ALERTS].rows) ? rows : rows * 9 / 20;

    return view->panes[ALERTS].failed ? most : wanted < most ? wanted : most;
}

/* From the top: alerts, then what there is room for. */
static void draw(struct console *console UNUSED, struct view *view, struct area area) {
    struct area row;
    int bottom;

    if (has_no_tables(&view->panes[ALERTS])) {
        dash_alert_no_tables(area);
        return;
    }
    begin_at_next(view);
    draw_alerts(view, take_rows(&area, alert_rows(view, area.rows)));
    if (area.rows < MIDDLE_ROWS)
        return;
    row = take_rows(&area, MIDDLE_ROWS);
    part_draw(view, TICKETS, half(row, false));
    draw_jobs(view, half(row, true));
    bottom = area.rows - POOLS_LEAST < BOTTOM_MOST ? area.rows - POOLS_LEAST : BOTTOM_MOST;
    part_draw(view, POOLS, take_rows(&area, bottom >= BOTTOM_LEAST ? area.rows - bottom : area.rows));
    part_draw(view, ACCOUNTS, half(area, false));
    part_draw(view, CHANGES, half(area, true));
}

/* --- acts --- */

static const char *not_the_key_step(const struct db_rows *rows, int row) {
    bool is_it =
        strcmp(db_text(rows, row, "kind"), "step_key") == 0 && strcmp(db_text(rows, row, "level"), "done") != 0;

    return is_it ? NULL : N_("the first step alone needs it");
}

static const struct prompt key_prompts[] = {
    {"file", N_("File"), N_("where the private key is kept; empty: as key-file of the settings says"), PROMPT_TEXT,
     false, NULL, NULL},
};
static const struct act acts[] = {
    {.key = 'K',
     .label = "K",
     .help = N_("make the worker's key on this host"),
     .danger = DANGER_ASK,
     .command = "key new [{file}]",
     .prompts = key_prompts,
     .prompt_count = ARRAY_LEN(key_prompts),
     .hindrance = not_the_key_step,
     .needs = "insert worker_key"},
    {.key = ' ',
     .label = "Space",
     .hint = N_("Seen"),
     .help = N_("you know of this alert: it is quiet in this session, until its cause changes"),
     .anywhere = true,
     .run = act_seen},
};

/* Enter: to what the row is about; the first step is an act of its own. */
static void open_row(struct console *console, const struct view *view) {
    const struct db_rows *rows = &view->panes[ALERTS].rows;
    const char *screen = db_text(rows, view_row(view), "screen");

    if (strcmp(screen, "dash") == 0)
        act_begin(console, &acts[0]);
    else
        console_open(console, screen, db_text(rows, view_row(view), "subject"));
}

static bool key(struct console *console, struct view *view, uint32_t pressed) {
    if (pressed != TERM_ENTER || view->active != 0 || view_row(view) < 0)
        return false;
    open_row(console, view);
    return true;
}

const struct screen screen_dash = {
    .name = "dash",
    .number = 1,
    .title = N_("Dash"),
    .help = N_("what needs a person, and how the event goes"),
    .parts = parts,
    .part_count = ARRAY_LEN(parts),
    .id = "id",
    .acts = acts,
    .act_count = ARRAY_LEN(acts),
    .draw = draw,
    .key = key,
    .leave = leave,
};
