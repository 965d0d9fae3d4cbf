#include "screens.h"

#include <stdio.h>
#include <string.h>

#include "lang.h"

static const struct question load[] = {{&sql_tui_jobs, 1}};

enum job_column { ID, KIND, OBJECT, STATE, TRIES, WHEN, NEWS, JOB_COLUMNS };
/* clang-format off */
static const struct ui_column columns[JOB_COLUMNS] = {
    [ID]     = {"ID",               6,  8,  0, true},
    [KIND]   = {"KIND",             18, 20, 0, false},
    [OBJECT] = {"OBJECT",           10, 24, 1, false},
    [STATE]  = {"STATE",            9,  9,  0, false},
    [TRIES]  = {"TRY",              4,  4,  0, true},
    [WHEN]   = {"WHEN",             9,  10, 0, true},
    [NEWS]   = {"PROGRESS / ERROR", 16, 90, 4, false},
};

static const struct state_look {
    const char *state;
    enum term_role role;
} state_looks[] = {
    {"queued",    ROLE_NORMAL},
    {"running",   ROLE_ACCENT},
    {"done",      ROLE_OK},
    {"failed",    ROLE_BAD},
    {"cancelled", ROLE_DIM},
};
/* clang-format on */

static enum term_role role_of(const char *state) {
    for (size_t i = 0; i < ARRAY_LEN(state_looks); i++)
        if (strcmp(state_looks[i].state, state) == 0)
            return state_looks[i].role;
    return ROLE_NORMAL;
}

static void draw_when(const struct ui_table *t, int line, double age) {
    char span[UI_FIGURE];
    char text[96];

    if (age < 0)
        snprintf(text, sizeof(text), _("in %s"), ui_span(span, -age));
    else
        snprintf(text, sizeof(text), "%s", ui_span(span, age));
    ui_cell(t, line, WHEN, ROLE_DIM, text);
}

/* An error, or else how far it is. */
static void draw_news(const struct ui_table *t, int line, const struct db_rows *rows, int i) {
    int64_t done = db_int(rows, i, "done");
    int64_t total = db_int(rows, i, "total");
    char figure[UI_FIGURE];
    char percent[UI_FIGURE];

    if (db_text(rows, i, "error")[0] != '\0') {
        ui_cell(t, line, NEWS, ROLE_WARN, db_text(rows, i, "error"));
    } else if (total > 0) {
        snprintf(percent, sizeof(percent), "%3d%%", (int)(100 * (double)done / (double)total));
        ui_cell(t, line, NEWS, ROLE_NORMAL, percent);
        ui_fill(t->area.row + 1 + line, t->left[NEWS] + 5, t->width[NEWS] < 25 ? t->width[NEWS] - 5 : 20, ROLE_ACCENT,
                (double)done / (double)total);
    } else if (!db_null(rows, i, "done")) {
        ui_cell(t, line, NEWS, ROLE_NORMAL, ui_number(figure, done));
    }
}

static void draw_job(const struct ui_table *t, int line, const struct db_rows *rows, int i) {
    const char *state = db_text(rows, i, "state");

    ui_cell(t, line, ID, ROLE_DIM, db_text(rows, i, "id"));
    ui_cell(t, line, KIND, ROLE_NORMAL, lang_word("kind", db_text(rows, i, "kind")));
    ui_cell(t, line, OBJECT, ROLE_NORMAL, db_text(rows, i, "object"));
    ui_cell(t, line, STATE, role_of(state), lang_word("state", state));
    ui_cell(t, line, TRIES, ROLE_DIM, db_text(rows, i, "attempts"));
    draw_when(t, line, db_number(rows, i, "age_s"));
    draw_news(t, line, rows, i);
}

static void draw(struct view *view, struct area area) {
    const struct db_rows *rows = &view->panes[0].rows;
    struct ui_table table;

    if (pane_draw_state(&view->panes[0], area,
                        _("No jobs yet: kaquan-worker run, or the service, makes those that are due.")))
        return;
    ui_table(&table, columns, JOB_COLUMNS, area);
    view_fit(view, rows->count, area.rows - 1);
    for (int i = view->top; i < rows->count && i - view->top < view->page; i++)
        draw_job(&table, i - view->top, rows, i);
}

const struct screen screen_jobs = {
    .name = "jobs",
    .title = N_("Jobs"),
    .help = N_("what the worker does and did"),
    .load = load,
    .load_count = ARRAY_LEN(load),
    .keys = keys_list,
    .key_count = KEYS_LIST,
    .draw = draw,
};
