/* Acts on many tickets: which there were, and what became of each ticket. Where tickets and WeChat differ. */
#include <string.h>

#include "act.h"
#include "console.h"
#include "lang.h"
#include "wechat.h"

/* --- one act --- */

enum { ITEMS, SUMMARY };

/* {failed}: codes of what failed, each with what belongs to it, a line each as the command takes them again. */
static void words(const struct view *view, struct words *out) {
    const struct db_rows *rows = &view->panes[ITEMS].rows;
    AUTO_BUF struct buf failed = {0};

    for (int row = 0; row < rows->count && strcmp(db_text(rows, row, "state"), "failed") == 0; row++) {
        buf_printf(&failed, "%s %s\n", db_text(rows, row, "code"), db_text(rows, row, "rest"));
    }
    words_add(out, "failed", buf_str(&failed));
}

static const struct act retry = {
    .help = N_("do it again for those that failed"),
    .danger = DANGER_SEVERE,
    .command = "ticket {act} --ids-from=- --template={template} --confirm={template} [--reason={reason}]",
    .input = "{failed}",
    .then = "bulk",
};

/* About what failed, whichever row the cursor is on. */
static void begin_retry(struct console *c) {
    const struct db_rows *rows = &console_view(c)->panes[ITEMS].rows;

    if (rows->count == 0 || strcmp(db_text(rows, 0, "state"), "failed") != 0) /* they stand first */
        console_say(c, ROLE_WARN, "%s", _("none has failed"));
    else
        act_begin(c, &retry);
}

/* clang-format off */
static const struct act bulk_acts[] = {
    {'R', "R", N_("Retry failed"), N_("do it again for those that failed"), DANGER_SEVERE, .run = begin_retry, .needs = "insert bulk"},
    {'K', "K", N_("Give up"), N_("give up what was not sent yet"), DANGER_ASK, "bulk cancel {subject}", .anywhere = true, .needs = "update bulk"},
};

static const struct field items[] = {
    {"code",     "CODE", 13, 20, 1, SHOW_CODE,   NULL},
    {"state",    "STATE", 10, 10, 0, SHOW_WORD,   "state"},
    {"errcode",  "ERRCODE", 7,  7,  0, SHOW_TEXT,   NULL},
    {"text",     "TEXT", 16, 90, 4, SHOW_TEXT,   NULL},
    {"rest",     "WITH", 8,  40, 1, SHOW_TEXT,   NULL},
    {"ended_at", "ENDED", 14, 14, 0, SHOW_TIME,   NULL},
    {"act",      "",              0,  0,  0, SHOW_TEXT,   NULL},
    {"template", "",              0,  0,  0, SHOW_TEXT,   NULL},
};

static const struct field summary[] = {
    {"act",         "ACT", 0, 0, 0, SHOW_WORD,   "act"},
    {"template",    "TEMPLATE", 0, 0, 0, SHOW_TEXT,   NULL},
    {"items",       "TICKETS", 0, 0, 0, SHOW_NUMBER, NULL},
    {"done",        "DONE", 0, 0, 0, SHOW_NUMBER, NULL},
    {"failed",      "FAILED", 0, 0, 0, SHOW_NUMBER, NULL},
    {"waiting",     "WAITING", 0, 0, 0, SHOW_NUMBER, NULL},
    {"cancelled",   "GIVEN UP", 0, 0, 0, SHOW_NUMBER, NULL},
    {"person",      "PERSON", 0, 0, 0, SHOW_TEXT,   NULL},
    {"reason",      "REASON", 0, 0, 0, SHOW_TEXT,   NULL},
    {"created_at",  "BEGUN", 0, 0, 0, SHOW_TIME,   NULL},
    {"finished_at", "ENDED", 0, 0, 0, SHOW_TIME,   NULL},
};

static const struct part bulk_parts[] = {
    [ITEMS]   = {NULL, &sql_tui_bulk_items, 2, {"{subject}"}, 1, LOOK_LIST, PLACE_STACK, 0, items, ARRAY_LEN(items), .empty = NULL},
    [SUMMARY] = {N_("All of it"), &sql_tui_bulk, 2, {"{subject}"}, 1, LOOK_RECORD, PLACE_STACK, 0, summary, ARRAY_LEN(summary), .empty = NULL},
};

/* --- all acts --- */

static const struct field bulks[] = {
    {"id",          "BULK", 6,  8,  0, SHOW_TEXT,   NULL},
    {"act",         "ACT", 10, 12, 0, SHOW_WORD,   "act"},
    {"template",    "TEMPLATE", 10, 24, 2, SHOW_TEXT,   NULL},
    {"items",       "TICKETS", 7,  8,  0, SHOW_NUMBER, NULL},
    {"done",        "DONE", 6,  8,  0, SHOW_NUMBER, NULL},
    {"failed",      "FAILED", 6,  8,  0, SHOW_NUMBER, NULL},
    {"created_at",  "BEGUN", 14, 14, 0, SHOW_TIME,   NULL},
    {"person",      "PERSON", 8,  24, 1, SHOW_TEXT,   NULL},
    {"reason",      "REASON", 8,  60, 3, SHOW_TEXT,   NULL},
};

static const struct part bulks_parts[] = {
    {NULL, &sql_bulk_list, 3, {NULL_GIVEN, "200"}, 2, LOOK_LIST, PLACE_STACK, 0, bulks, ARRAY_LEN(bulks),
     .empty = N_("Nothing was done to tickets from here yet: mark some among the tickets, and C or X.")},
};

/* --- where tickets and WeChat differ --- */

enum drift_column { DRIFT_THEIRS = 4 };
static const struct field drifts[] = {
    {"template",    "TEMPLATE", 8, 20, 1, SHOW_TEXT,   NULL},
    {"code",        "CODE", 13, 20, 1, SHOW_CODE,   NULL},
    {"kind",        "DIFFERENCE", 20, 40, 4, SHOW_WORD,   "drift"},
    {"ours",        "HERE", 10, 10, 0, SHOW_WORD,   "state"},
    {"theirs",      "AT WECHAT", 10, 14, 0, SHOW_TEXT,   NULL},
    {"seen_at",     "SEEN", 11, 14, 1, SHOW_TIME,   NULL},
    {"holder",      "HOLDER", 9,  20, 1, SHOW_MASKED, NULL},
    {"openid",      "HOLDER THERE", 12, 20, 1, SHOW_MASKED, NULL},
};

static const struct act drift_acts[] = {
    {'P', "P", N_("Repair"), N_("repair it: a step here, or the act at WeChat again"), DANGER_SEVERE,
     "ticket repair {template} {marked} --confirm={template} [--reason={reason}]", .many = true, .needs = "update ticket_drift"},
    {'V', "V", NULL, N_("show code and persons in full; the audit log keeps who looked"),
     .command = "ticket look {code} --template={template}", .needs = "execute audit_write"},
};

/* WeChat's word as ours; as it came it stands in the whole row. */
static bool drift_cell(const struct ui_table *t, int line, int column, const struct db_rows *rows, int row) {
    const char *word = wechat_state(db_text(rows, row, "theirs"));

    if (column != DRIFT_THEIRS + 1 || !word)
        return false;
    ui_cell(t, line, (size_t)column, word_role(word), lang_word("state", word));
    return true;
}

static const struct part drift_parts[] = {
    {NULL, &sql_drift_list, 5, {NULL_GIVEN, "f", "1000"}, 3, LOOK_LIST, PLACE_STACK, 0, drifts, ARRAY_LEN(drifts),
     .empty = N_("No difference is known: R in the tickets lets the worker compare."), .cell = drift_cell},
};
/* clang-format on */

const struct screen screen_bulk = {
    .name = "bulk",
    .title = N_("Act"),
    .help = N_("what became of each ticket of an act"),
    .parts = bulk_parts,
    .part_count = ARRAY_LEN(bulk_parts),
    .id = "n",
    .acts = bulk_acts,
    .act_count = ARRAY_LEN(bulk_acts),
    .child = true,
    .words = words,
};

const struct screen screen_bulks = {
    .name = "bulks",
    .title = N_("Acts"),
    .help = N_("acts on many tickets, and how far they are"),
    .parts = bulks_parts,
    .part_count = ARRAY_LEN(bulks_parts),
    .id = "id",
    .opens = "bulk",
    .child = true,
};

const struct screen screen_drifts = {
    .name = "drifts",
    .title = N_("Differences"),
    .help = N_("where tickets and WeChat differ, and what repairs it"),
    .parts = drift_parts,
    .part_count = ARRAY_LEN(drift_parts),
    .id = "id",
    .acts = drift_acts,
    .act_count = ARRAY_LEN(drift_acts),
    .child = true,
};
