#include "shared_acts.h"

#include <string.h>

#include "lang.h"

/* MARK and FILL draw more than the value they are named for; TARGET is for the form alone. */
enum pool_column {
    MARK,
    TITLE,
    STATE,
    READY,
    WANTED,
    FILL,
    EMPTY,
    LIFE,
    RATE,
    TREND,
    STOCK,
    CODES,
    EPOCH,
    ACCOUNT,
    TARGET,
    POOL_FIELDS
};
/* clang-format off */
static const struct field pool_fields[POOL_FIELDS] = {
    [MARK]    = {"low",        "",           2,  2,  0, SHOW_TEXT, NULL},
    [TITLE]   = {"title",      "TEMPLATE",   12, 36, 4, SHOW_TEXT, NULL},
    [STATE]   = {"state",      "STATE",      11, 12, 0, SHOW_WORD, "pool"},
    [READY]   = {"ready",      "READY",      6,  7,  0, SHOW_NUMBER, NULL},
    [WANTED]  = {"wanted",     "WANTED",     6,  7,  0, SHOW_NUMBER, NULL},
    [FILL]    = {"key",        "FILL",       6,  20, 2, SHOW_TEXT, NULL},
    [EMPTY]   = {"empty_s",    "EMPTY IN",   8,  8,  0, SHOW_SPAN, NULL},
    [LIFE]    = {"life_s",     "LIFE",       6,  6,  0, SHOW_SPAN, NULL},
    [RATE]    = {"per_minute", "/MIN",       5,  6,  0, SHOW_NUMBER, NULL},
    [TREND]   = {"minutes",    "TREND",      5,  30, 4, SHOW_SPARK, NULL},
    [STOCK]   = {"stock_s",    "STOCK ENDS", 10, 10, 0, SHOW_SPAN, NULL},
    [CODES]   = {"codes",      "CODES",      9,  14, 0, SHOW_WORD, "codes"},
    [EPOCH]   = {"epoch",      "EPOCH",      5,  6,  0, SHOW_TEXT, NULL},
    [ACCOUNT] = {"account",    "ACCOUNT",    8,  16, 1, SHOW_TEXT, NULL},
    [TARGET]  = {"target",     "",           -1, 0,  0, SHOW_NUMBER, NULL},
};
static const struct field batch_fields[] = {
    {"fill",       "BATCH",    6,  8,  0, SHOW_TEXT, NULL},
    {"title",      "TEMPLATE", 12, 36, 4, SHOW_TEXT, NULL},
    {"epoch",      "EPOCH",    5,  6,  0, SHOW_TEXT, NULL},
    {"cards",      "CARDS",    6,  7,  0, SHOW_NUMBER, NULL},
    {"seconds",    "SECONDS",  7,  8,  0, SHOW_TEXT, NULL},
    {"per_second", "CARDS/S",  8,  9,  0, SHOW_NUMBER, NULL},
    {"age_s",      "AGO",      6,  7,  0, SHOW_SPAN, NULL},
    {"reason",     "REASON",   10, 20, 1, SHOW_WORD, "reason"},
};

/* How bad it is, in words too: colour is never the only sign. */
static const struct health {
    const char *state;
    enum term_role role;
    const char *mark;
} healths[] = {
    {"open",     ROLE_OK,   ""},
    {"low",      ROLE_WARN, "!"},
    {"empty",    ROLE_BAD,  "!!"},
    {"sold out", ROLE_WARN, "!"},
    {"no stock", ROLE_BAD,  "!!"},
}, closed = {"", ROLE_DIM, ""};
/* clang-format on */

static const struct health *health_of(const struct db_rows *rows, int row) {
    for (size_t i = 0; i < ARRAY_LEN(healths); i++)
        if (strcmp(healths[i].state, db_text(rows, row, "state")) == 0)
            return &healths[i];
    return &closed;
}

/* A template that is not approved has no pool: what it waits for says more. */
static const char *state_text(const struct db_rows *rows, int row) {
    const char *state = db_text(rows, row, "state");

    return strcmp(state, "not approved") == 0 ? lang_word("status", db_text(rows, row, "status"))
                                              : lang_word("pool", state);
}

static bool draw_pool(const struct ui_table *t, int line, int column, const struct db_rows *rows, int row) {
    const struct health *health = health_of(rows, row);
    int64_t ready = db_int(rows, row, "ready"), wanted = db_int(rows, row, "wanted");
    char figure[UI_FIGURE];

    switch (column - 1) {
    case MARK:
        ui_cell(t, line, (size_t)column, health->role, health->mark);
        break;
    case STATE:
        ui_cell(t, line, (size_t)column, health->role, state_text(rows, row));
        break;
    case READY:
        ui_cell(t, line, (size_t)column, health->role, ui_number(figure, ready));
        break;
    case FILL:
        if (line + 1 < t->area.rows)
            ui_fill(t->area.row + 1 + line, t->left[column], t->width[column], health->role,
                    wanted > 0 ? (double)ready / (double)wanted : 0);
        break;
    default:
        return false;
    }
    return true;
}

static const struct part parts[] = {
    {
        .statement = &sql_tui_pools,
        .every = 1,
        .fields = pool_fields,
        .field_count = POOL_FIELDS,
        .empty = N_("No templates yet: a template that is approved gets a pool."),
        .cell = draw_pool,
    },
    {
        .title = N_("Last fills"),
        .statement = &sql_tui_batches,
        .every = 2,
        .given = {NULL_GIVEN},
        .given_count = 1,
        .rows = 10,
        .fields = batch_fields,
        .field_count = ARRAY_LEN(batch_fields),
        .empty = N_("Nothing was signed yet: the worker fills the pools."),
    },
};

const struct screen screen_pools = {
    .name = "pools",
    .number = 4,
    .title = N_("Pools"),
    .help = N_("cards ready, and the last fills"),
    .parts = parts,
    .part_count = ARRAY_LEN(parts),
    .id = "key",
    .opens = "pool",
    .acts = pool_acts,
    .act_count = POOL_ACTS,
};
