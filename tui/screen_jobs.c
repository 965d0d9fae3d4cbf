/* What the worker does and did. */
#include "lang.h"
#include "screens.h"

enum { NEWS = 7 };
/* clang-format off */
static const struct field fields[] = {
    {"id",       "ID",               6,  8,  0, SHOW_TEXT, NULL},
    {"kind",     "KIND",             18, 20, 0, SHOW_WORD, "kind"},
    {"object",   "OBJECT",           10, 24, 1, SHOW_TEXT, NULL},
    {"state",    "STATE",            9,  9,  0, SHOW_WORD, "state"},
    {"attempts", "TRY",              4,  4,  0, SHOW_TEXT, NULL},
    {"age_s",    "WHEN",             9,  10, 0, SHOW_SPAN, NULL},
    {"error",    "PROGRESS / ERROR", 16, 90, 4, SHOW_TEXT, NULL},
};
/* clang-format on */

/* An error, or else how far it is. */
static bool cell(const struct ui_table *t, int line, int column, const struct db_rows *rows, int row) {
    double done = db_number(rows, row, "done"), total = db_number(rows, row, "total");

    if (column != NEWS || db_text(rows, row, "error")[0] != '\0' || total <= 0)
        return false;
    ui_format(t->area.row + 1 + line, t->left[NEWS], 5, ROLE_NORMAL, "%3d%%", (int)(100 * done / total));
    ui_fill(t->area.row + 1 + line, t->left[NEWS] + 5, t->width[NEWS] < 25 ? t->width[NEWS] - 5 : 20, ROLE_ACCENT,
            done / total);
    return true;
}

static const struct part parts[] = {
    {.statement = &sql_tui_jobs,
     .every = 1,
     .fields = fields,
     .field_count = ARRAY_LEN(fields),
     .empty = N_("No jobs yet: kaquan-worker run, or the service, makes those that are due."),
     .cell = cell},
};

static const struct act acts[] = {
    {.key = 'R',
     .label = "R",
     .hint = N_("Retry"),
     .help = N_("queue the job again"),
     .danger = DANGER_ASK,
     .command = "job retry {row}"},
    {.key = 'K',
     .label = "K",
     .hint = N_("Cancel"),
     .help = N_("end the job, or ask it to stop"),
     .danger = DANGER_ASK,
     .command = "job cancel {row}"},
};

const struct screen screen_jobs = {
    .name = "jobs",
    .number = 5,
    .title = N_("Jobs"),
    .help = N_("what the worker does and did"),
    .parts = parts,
    .part_count = ARRAY_LEN(parts),
    .id = "id",
    .acts = acts,
    .act_count = ARRAY_LEN(acts),
};
