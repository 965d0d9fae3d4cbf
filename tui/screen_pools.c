#include "screens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lang.h"

enum { POOLS, BATCHES, BATCHES_MOST = 8 };
static const struct question load[] = {{&sql_tui_pools, 1}, {&sql_tui_batches, 2}};

/* Words of the columns; C_("column", ...) in the catalogue. */
enum pool_column { MARK, TITLE, ACCOUNT, STATUS, READY, WANTED, FILL, EPOCH, LIFE, RATE, TREND, POOL_COLUMNS };
/* clang-format off */
static const struct ui_column pool_columns[POOL_COLUMNS] = {
    [MARK]    = {"",         2,  2,  0, false},
    [TITLE]   = {"TEMPLATE", 12, 36, 4, false},
    [ACCOUNT] = {"ACCOUNT",  8,  16, 1, false},
    [STATUS]  = {"STATUS",   8,  8,  0, false},
    [READY]   = {"READY",    6,  7,  0, true},
    [WANTED]  = {"WANTED",   6,  7,  0, true},
    [FILL]    = {"FILL",     6,  20, 2, false},
    [EPOCH]   = {"EPOCH",    5,  6,  0, true},
    [LIFE]    = {"LIFE",     6,  6,  0, true},
    [RATE]    = {"/MIN",     5,  6,  0, true},
    [TREND]   = {"TREND",    6,  30, 4, false},
};

enum batch_column { B_FILL, B_TITLE, B_EPOCH, B_CARDS, B_SECONDS, B_RATE, B_AGE, B_REASON, BATCH_COLUMNS };
static const struct ui_column batch_columns[BATCH_COLUMNS] = {
    [B_FILL]    = {"BATCH",    6,  8,  0, true},
    [B_TITLE]   = {"TEMPLATE", 12, 36, 4, false},
    [B_EPOCH]   = {"EPOCH",    5,  6,  0, true},
    [B_CARDS]   = {"CARDS",    6,  7,  0, true},
    [B_SECONDS] = {"SECONDS",  7,  8,  0, true},
    [B_RATE]    = {"CARDS/S",  8,  9,  0, true},
    [B_AGE]     = {"AGO",      6,  7,  0, true},
    [B_REASON]  = {"REASON",   10, 20, 1, false},
};
/* clang-format on */

/* How bad it is, in words too: colour is never the only sign. */
static const struct health {
    enum term_role role;
    const char *mark;
} healthy = {ROLE_OK, ""}, low = {ROLE_WARN, "!"}, empty = {ROLE_BAD, "!!"}, closed = {ROLE_DIM, ""};

static const struct health *health_of(const struct db_rows *rows, int i) {
    if (strcmp(db_text(rows, i, "status"), "approved") != 0 || db_bool(rows, i, "paused"))
        return &closed;
    if (db_int(rows, i, "ready") == 0)
        return &empty;
    return db_int(rows, i, "ready") < db_int(rows, i, "low") ? &low : &healthy;
}

static void draw_level(const struct ui_table *t, int line, const struct db_rows *rows, int i, enum term_role role) {
    int64_t ready = db_int(rows, i, "ready");
    int64_t wanted = db_int(rows, i, "wanted");
    char figure[UI_FIGURE];

    ui_cell(t, line, READY, role, ui_number(figure, ready));
    ui_cell(t, line, WANTED, ROLE_NORMAL, ui_number(figure, wanted));
    ui_fill(t->area.row + 1 + line, t->left[FILL], t->width[FILL], role,
            wanted > 0 ? (double)ready / (double)wanted : 0);
}

static void draw_pool(const struct ui_table *t, int line, const struct db_rows *rows, int i) {
    const struct health *health = health_of(rows, i);
    const char *status = db_bool(rows, i, "paused") ? "paused" : db_text(rows, i, "status");
    char figure[UI_FIGURE];

    ui_cell(t, line, MARK, health->role, health->mark);
    ui_cell(t, line, TITLE, ROLE_NORMAL, db_text(rows, i, "title"));
    ui_cell(t, line, ACCOUNT, ROLE_DIM, db_text(rows, i, "account"));
    ui_cell(t, line, STATUS, health == &closed ? ROLE_DIM : ROLE_NORMAL, lang_word("status", status));
    draw_level(t, line, rows, i, health->role);
    ui_cell(t, line, EPOCH, ROLE_DIM, db_text(rows, i, "epoch"));
    ui_cell(t, line, LIFE, health->role,
            db_null(rows, i, "life_s") ? "-" : ui_span(figure, db_number(rows, i, "life_s")));
    ui_cell(t, line, RATE, ROLE_NORMAL,
            db_null(rows, i, "per_minute") ? "-" : ui_number(figure, db_int(rows, i, "per_minute")));
    ui_spark(t->area.row + 1 + line, t->left[TREND], t->width[TREND], db_text(rows, i, "minutes"));
}

static void draw_pools(struct view *view, struct area area) {
    const struct db_rows *rows = &view->panes[POOLS].rows;
    struct ui_table table;

    if (pane_draw_state(&view->panes[POOLS], area, _("No templates yet: a template that is approved gets a pool.")))
        return;
    ui_table(&table, pool_columns, POOL_COLUMNS, area);
    view_fit(view, rows->count, area.rows - 1);
    for (int i = view->top; i < rows->count && i - view->top < view->page; i++)
        draw_pool(&table, i - view->top, rows, i);
}

static void draw_batch(const struct ui_table *t, const struct db_rows *rows, int i) {
    char figure[UI_FIGURE];

    ui_cell(t, i, B_FILL, ROLE_DIM, db_text(rows, i, "fill"));
    ui_cell(t, i, B_TITLE, ROLE_NORMAL, db_text(rows, i, "title"));
    ui_cell(t, i, B_EPOCH, ROLE_DIM, db_text(rows, i, "epoch"));
    ui_cell(t, i, B_CARDS, ROLE_NORMAL, ui_number(figure, db_int(rows, i, "cards")));
    snprintf(figure, sizeof(figure), "%.2f", db_number(rows, i, "seconds"));
    ui_cell(t, i, B_SECONDS, ROLE_NORMAL, figure);
    ui_cell(t, i, B_RATE, ROLE_NORMAL, ui_rate(figure, db_number(rows, i, "per_second")));
    ui_cell(t, i, B_AGE, ROLE_DIM, ui_span(figure, db_number(rows, i, "age_s")));
    ui_cell(t, i, B_REASON, ROLE_DIM, lang_word("reason", db_text(rows, i, "reason")));
}

static void draw_batches(const struct view *view, struct area area) {
    const struct db_rows *rows = &view->panes[BATCHES].rows;
    struct ui_table table;

    draw_rule(area, _("Last fills"));
    area.row++;
    area.rows--;
    if (pane_draw_state(&view->panes[BATCHES], area, _("Nothing was signed yet: the worker fills the pools.")))
        return;
    ui_table(&table, batch_columns, BATCH_COLUMNS, area);
    for (int i = 0; i < rows->count && i < area.rows - 1; i++)
        draw_batch(&table, rows, i);
}

/* The batches get a third, and what the pools leave. */
static void draw(struct view *view, struct area area) {
    int third = area.rows / 3;
    int pools = view->panes[POOLS].rows.count + 2;
    int below = third < BATCHES_MOST + 2 ? third : BATCHES_MOST + 2;
    struct area top = area;
    struct area bottom = area;

    if (area.rows - pools > below)
        below = area.rows - pools < BATCHES_MOST + 2 ? area.rows - pools : BATCHES_MOST + 2;
    top.rows = area.rows - below;
    bottom.row = area.row + top.rows;
    bottom.rows = below;
    draw_pools(view, top);
    draw_batches(view, bottom);
}

const struct screen screen_pools = {
    .name = "pools",
    .title = N_("Pools"),
    .help = N_("cards ready, and the last fills"),
    .load = load,
    .load_count = ARRAY_LEN(load),
    .keys = keys_list,
    .key_count = KEYS_LIST,
    .draw = draw,
};
