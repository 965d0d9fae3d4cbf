#include "filtered.h"

#include <stdio.h>
#include <string.h>

#include "lang.h"
#include "shared_acts.h"
#include "words.h"

/* --- what is shown --- */

enum { PERCENT = 5, RATE = 8, BAR = 16, BAR_LEAST = 4 };

enum job_column { ID, KIND, OBJECT, STATE, TRIES, WHEN, NEWS, JOB_FIELDS };
/* clang-format off */
static const struct field fields[JOB_FIELDS] = {
    [ID]     = {"id",       "ID",               6,  8,  0, SHOW_TEXT, NULL},
    [KIND]   = {"kind",     "KIND",             18, 20, 0, SHOW_WORD, "kind"},
    [OBJECT] = {"object",   "OBJECT",           8,  24, 1, SHOW_TEXT, NULL},
    [STATE]  = {"state",    "STATE",            9,  9,  0, SHOW_WORD, "state"},
    [TRIES]  = {"attempts", "TRY",              4,  4,  0, SHOW_NUMBER, NULL},
    [WHEN]   = {"age_s",    "WHEN",             9,  10, 0, SHOW_SPAN, NULL},
    [NEWS]   = {"error",    "PROGRESS / ERROR", 16, 90, 4, SHOW_TEXT, NULL},
};
enum due_column { DUE_KIND, DUE_FOR, DUE_IN, DUE_EVERY, DUE_FIELDS };
static const struct field due_fields[DUE_FIELDS] = {
    [DUE_KIND]  = {"kind",    "KIND",   18, 20, 0, SHOW_WORD, "kind"},
    [DUE_FOR]   = {"object",  "FOR",    8,  24, 1, SHOW_TEXT, NULL},
    [DUE_IN]    = {"due_s",   "DUE IN", 9,  10, 0, SHOW_SPAN, NULL},
    [DUE_EVERY] = {"every_s", "EVERY",  7,  8,  0, SHOW_SPAN, NULL},
};
/* clang-format on */

static void draw_when(const struct ui_table *t, int line, int column, double age) {
    char span[UI_FIGURE];
    char text[96];

    if (age < 0)
        snprintf(text, sizeof(text), _("in %s"), ui_span(span, -age));
    else
        snprintf(text, sizeof(text), "%s", ui_span(span, age));
    ui_cell(t, line, (size_t)column, ROLE_DIM, text);
}

/* "45% ######....  74/s" */
static void draw_progress(const struct ui_table *t, int line, int column, const struct db_rows *rows, int row) {
    double share = db_number(rows, row, "done") / db_number(rows, row, "total");
    int at = t->area.row + 1 + line, left = t->left[column], width = t->width[column];
    char figure[UI_FIGURE];
    int room = width - PERCENT - RATE, bar = room < BAR_LEAST ? BAR_LEAST : room > BAR ? BAR : room;

    if (line + 1 >= t->area.rows)
        return;
    ui_format(at, left, PERCENT - 1, ROLE_NORMAL, "%3d%%", (int)(100 * share));
    ui_fill(at, left + PERCENT, bar, ROLE_ACCENT, share);
    if (!db_null(rows, row, "per_second"))
        ui_text(at, left + PERCENT + bar + 1, width - PERCENT - bar - 1, ROLE_DIM,
                ui_rate(figure, db_number(rows, row, "per_second")));
}

/* An error, or else how far it is, or what came of it. */
static void draw_news(const struct ui_table *t, int line, int column, const struct db_rows *rows, int row) {
    char figure[UI_FIGURE];

    if (db_text(rows, row, "error")[0] != '\0')
        ui_cell(t, line, (size_t)column, ROLE_WARN, db_text(rows, row, "error"));
    else if (db_int(rows, row, "total") > 0 && db_null(rows, row, "result"))
        draw_progress(t, line, column, rows, row);
    else if (db_null(rows, row, "result") && !db_null(rows, row, "done"))
        ui_cell(t, line, (size_t)column, ROLE_NORMAL, ui_number(figure, db_int(rows, row, "done")));
    else
        ui_cell(t, line, (size_t)column, ROLE_NORMAL, db_text(rows, row, "result"));
}

static bool cell(const struct ui_table *t, int line, int column, const struct db_rows *rows, int row) {
    if (column == WHEN + 1)
        draw_when(t, line, column, db_number(rows, row, "age_s"));
    else if (column == NEWS + 1)
        draw_news(t, line, column, rows, row);
    return column == WHEN + 1 || column == NEWS + 1;
}

/* A kind that rests says so where others say when they are due. */
static bool due_cell(const struct ui_table *t, int line, int column, const struct db_rows *rows, int row) {
    if (column != DUE_IN + 1 || !db_null(rows, row, "due_s"))
        return false;
    ui_cell(t, line, (size_t)column, ROLE_WARN, lang_word("state", "paused"));
    return true;
}

enum { QUEUE, DUE };
static const struct part parts[] = {
    [QUEUE] =
        {
            .statement = &sql_tui_jobs,
            .every = 1,
            .fields = fields,
            .field_count = JOB_FIELDS,
            .empty = N_("No jobs yet: kaquan-worker run, or the service, makes those that are due."),
            .cell = cell,
        },
    [DUE] =
        {
            .title = N_("Due next"),
            .statement = &sql_tui_due,
            .every = 5,
            .rows = 7,
            .fields = due_fields,
            .field_count = DUE_FIELDS,
            .empty = N_("Nothing is due."),
            .cell = due_cell,
        },
};

/* --- the filter --- */

/* clang-format off */
static const char *const states[] = {"queued", "running", "done", "failed", "cancelled", NULL};
static const struct filter_field filter_fields[] = {
    {"any",    FILTER_WORD,   "{} in (j.kind, t.key, a.key)", "j.kind ^@ {} or t.key ^@ {} or a.key ^@ {} or strpos(j.error_text, {}) > 0",
     NULL, false, false, "kind, object, or a part of the error"},
    {"id",     FILTER_WORD,   "j.id::text = {}", NULL, NULL, false, false, "the number of the job"},
    {"kind",   FILTER_WORD,   "j.kind = {}", "j.kind ^@ {}", NULL, false, false, "what is done"},
    {"state",  FILTER_ONE_OF, "j.state = {}", NULL, states, false, false, "queued, running, done, failed, cancelled"},
    {"object", FILTER_WORD,   "{} in (t.key, a.key)", "t.key ^@ {} or a.key ^@ {}", NULL, false, false, "the template or account"},
    {"error",  FILTER_WORD,   "{} in (j.errcode::text, j.error_class)", NULL, NULL, false, false, "WeChat's errcode, or the class of the error"},
    {"made",   FILTER_TIME,   "j.created_at", NULL, NULL, false, false, "when it was queued"},
};
static const struct filter_table filter_table = {filter_fields, ARRAY_LEN(filter_fields)};
/* clang-format on */

/* --- what is under the cursor --- */

static bool rests(const struct db_rows *due, const char *kind) {
    for (int i = 0; i < due->count; i++)
        if (db_null(due, i, "due_s") && strcmp(db_text(due, i, "kind"), kind) == 0)
            return true;
    return false;
}

static void kind_words(const struct view *view, struct words *words) {
    const struct pane *pane = &view->panes[view->active];
    int row = view->active == QUEUE ? view_row(view) : pane->at;
    const char *kind = row >= 0 && row < pane->rows.count ? db_text(&pane->rows, row, "kind") : "";

    words_add(words, "at_kind", kind);
    words_add(words, "at_verb", rests(&view->panes[DUE].rows, kind) ? "resume" : "pause");
}

static bool ask(struct view *view, int part, struct query *query, struct err *err) {
    if (part == PART_WITHOUT)
        return filtered_read_without(view, query, &filter_table, err) && filtered_count(query, &sql_tui_jobs, err);
    return part != QUEUE ||
           filtered_ask(view, query, &sql_tui_jobs, &filter_table, " order by j.id desc limit 200", err);
}

const struct screen screen_jobs = {
    .name = "jobs",
    .number = 5,
    .title = N_("Jobs"),
    .help = N_("what the worker does and did"),
    .parts = parts,
    .part_count = ARRAY_LEN(parts),
    .id = "id",
    .opens = "job",
    .acts = job_acts,
    .act_count = JOB_ACTS,
    .filter = &filter_table,
    .ask = ask,
    .words = kind_words,
};
