/* Cards ready, and the last fills. */
#include <string.h>

#include "lang.h"
#include "screens.h"

/* clang-format off */
enum pool_column { MARK = 1, TITLE, ACCOUNT, STATUS, READY, WANTED, FILL };
static const struct field pool_fields[] = {
    {"paused",     "",         2,  2,  0, SHOW_TEXT,   NULL},
    {"title",      "TEMPLATE", 12, 36, 4, SHOW_TEXT,   NULL},
    {"account",    "ACCOUNT",  8,  16, 1, SHOW_TEXT,   NULL},
    {"status",     "STATUS",   8,  8,  0, SHOW_WORD,   "status"},
    {"ready",      "READY",    6,  7,  0, SHOW_NUMBER, NULL},
    {"wanted",     "WANTED",   6,  7,  0, SHOW_NUMBER, NULL},
    {"ready",      "FILL",     6,  20, 2, SHOW_TEXT,   NULL},
    {"epoch",      "EPOCH",    5,  6,  0, SHOW_TEXT,   NULL},
    {"life_s",     "LIFE",     6,  6,  0, SHOW_SPAN,   NULL},
    {"per_minute", "/MIN",     5,  6,  0, SHOW_NUMBER, NULL},
    {"minutes",    "TREND",    6,  30, 4, SHOW_SPARK,  NULL},
};
static const struct field batch_fields[] = {
    {"fill",       "BATCH",    6,  8,  0, SHOW_TEXT,   NULL},
    {"title",      "TEMPLATE", 12, 36, 4, SHOW_TEXT,   NULL},
    {"epoch",      "EPOCH",    5,  6,  0, SHOW_TEXT,   NULL},
    {"cards",      "CARDS",    6,  7,  0, SHOW_NUMBER, NULL},
    {"seconds",    "SECONDS",  7,  8,  0, SHOW_TEXT,   NULL},
    {"per_second", "CARDS/S",  8,  9,  0, SHOW_NUMBER, NULL},
    {"age_s",      "AGO",      6,  7,  0, SHOW_SPAN,   NULL},
    {"reason",     "REASON",   10, 20, 1, SHOW_WORD,   "reason"},
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

static bool cell(const struct ui_table *t, int line, int column, const struct db_rows *rows, int i) {
    const struct health *health = health_of(rows, i);
    double wanted = db_number(rows, i, "wanted");

    if (column == MARK)
        ui_cell(t, line, MARK, health->role, health->mark);
    else if (column == FILL)
        ui_fill(t->area.row + 1 + line, t->left[FILL], t->width[FILL], health->role,
                wanted > 0 ? db_number(rows, i, "ready") / wanted : 0);
    else if (column == STATUS && db_bool(rows, i, "paused"))
        ui_cell(t, line, STATUS, ROLE_DIM, lang_word("status", "paused"));
    else
        return false;
    return true;
}

static const struct part parts[] = {
    {.statement = &sql_tui_pools,
     .every = 1,
     .fields = pool_fields,
     .field_count = ARRAY_LEN(pool_fields),
     .empty = N_("No templates yet: a template that is approved gets a pool."),
     .cell = cell},
    {.title = N_("Last fills"),
     .statement = &sql_tui_batches,
     .every = 2,
     .rows = 10,
     .fields = batch_fields,
     .field_count = ARRAY_LEN(batch_fields),
     .empty = N_("Nothing was signed yet: the worker fills the pools.")},
};

static const struct act acts[] = {
    {.key = 'F',
     .label = "F",
     .hint = N_("Fill"),
     .help = N_("sign cards now"),
     .danger = DANGER_ASK,
     .command = "pool fill {row}"},
};

const struct screen screen_pools = {
    .name = "pools",
    .number = 4,
    .title = N_("Pools"),
    .help = N_("cards ready, and the last fills"),
    .parts = parts,
    .part_count = ARRAY_LEN(parts),
    .id = "key",
    .acts = acts,
    .act_count = ARRAY_LEN(acts),
};
