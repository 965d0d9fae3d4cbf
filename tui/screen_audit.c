#include "console.h"

#include <string.h>

#include "filtered.h"
#include "lang.h"

/* --- the log --- */

/* clang-format off */
static const struct field fields[] = {
    {"id",     "ROW",    6,  8,  0, SHOW_TEXT, NULL},
    {"at",     "TIME",   14, 14, 0, SHOW_TIME, NULL},
    {"person", "PERSON", 12, 24, 1, SHOW_TEXT, NULL},
    {"action", "ACTION", 14, 20, 0, SHOW_WORD, "action"},
    {"object", "OBJECT", 14, 40, 2, SHOW_TEXT, NULL},
    {"reason", "REASON", 10, 60, 2, SHOW_TEXT, NULL},
    {"who",    "ROLE",   10, 20, 1, SHOW_TEXT, NULL},
};
static const struct field waiting_fields[] = {
    {"id",        "REQUEST",   7,  8,  0, SHOW_TEXT, NULL},
    {"person",    "PERSON",    12, 24, 1, SHOW_TEXT, NULL},
    {"command",   "COMMAND",   16, 24, 0, SHOW_TEXT, NULL},
    {"arguments", "ARGUMENTS", 12, 40, 2, SHOW_TEXT, NULL},
    {"reason",    "REASON",    10, 60, 2, SHOW_TEXT, NULL},
    {"state",     "STATE",     9,  9,  0, SHOW_WORD, "state"},
};
static const struct filter_field filter_fields[] = {
    {"any",    FILTER_WORD, "{} in (l.person, l.who, l.action, l.object)",
     "l.person ^@ {} or l.action ^@ {} or strpos(l.object, {}) > 0", NULL, false, false, "who, action, or a part of the object"},
    {"person", FILTER_WORD, "l.person = {}", "l.person ^@ {}", NULL, false, false, "who was at the keyboard, as user@host"},
    {"role",   FILTER_WORD, "l.who = {}", "l.who ^@ {}", NULL, false, false, "the database's role"},
    {"action", FILTER_WORD, "l.action = {}", "l.action ^@ {}", NULL, false, false, "what was done"},
    {"object", FILTER_WORD, "l.object = {}", "l.object ^@ {}", NULL, false, false, "what it was done to"},
    {"at",     FILTER_TIME, "l.at", NULL, NULL, false, false, "when"},
};
/* clang-format on */
static const struct filter_table filter_table = {filter_fields, ARRAY_LEN(filter_fields)};

static bool ask(struct view *view, int part, struct query *query, struct err *err) {
    if (part == PART_WITHOUT)
        return filtered_read_without(view, query, &filter_table, err) && filtered_count(query, &sql_tui_audit, err);
    return part > 0 || filtered_ask(view, query, &sql_tui_audit, &filter_table, " order by l.id desc limit 200", err);
}

static const struct part parts[] = {
    {
        .statement = &sql_tui_audit,
        .every = 5,
        .fields = fields,
        .field_count = ARRAY_LEN(fields),
        .empty = N_("Nothing was done yet."),
    },
    {
        .title = N_("Waiting for a second person (o opens)"),
        .statement = &sql_tui_requests_waiting,
        .every = 5,
        .rows = 5,
        .fields = waiting_fields,
        .field_count = ARRAY_LEN(waiting_fields),
        .empty = N_("Nothing waits."),
    },
};

static void open_requests(struct console *c) {
    console_go(c, screen_find("requests"));
}

/* clang-format off */
static const struct act acts[] = {
    {.key = 'T', .label = "T", .hint = N_("Test"), .help = N_("compute the chain anew: was a row changed, is one missing?"),
     .command = "audit verify", .anywhere = true},
    {.key = 'o', .label = "o", .hint = N_("Requests"), .help = N_("acts that wait, or waited, for a second person"),
     .anywhere = true, .run = open_requests},
};
/* clang-format on */

const struct screen screen_audit = {
    .name = "audit",
    .number = 8,
    .title = N_("Audit"),
    .help = N_("who did what, when and why"),
    .parts = parts,
    .part_count = ARRAY_LEN(parts),
    .id = "id",
    .opens = "change",
    .acts = acts,
    .act_count = ARRAY_LEN(acts),
    .filter = &filter_table,
    .ask = ask,
};

/* --- one act: before and after --- */

/* clang-format off */
static const struct field change_fields[] = {
    {"member", "FIELD",  16, 40, 2, SHOW_TEXT, NULL},
    {"change", "CHANGE", 7,  8,  0, SHOW_WORD, "change"},
    {"before", "BEFORE", 14, 60, 3, SHOW_TEXT, NULL},
    {"after",  "AFTER",  14, 60, 3, SHOW_TEXT, NULL},
};
static const struct field act_fields[] = {
    {"at",     "TIME",   0, 0, 0, SHOW_TIME, NULL},
    {"person", "PERSON", 0, 0, 0, SHOW_TEXT, NULL},
    {"who",    "ROLE",   0, 0, 0, SHOW_TEXT, NULL},
    {"action", "ACTION", 0, 0, 0, SHOW_WORD, "action"},
    {"object", "OBJECT", 0, 0, 0, SHOW_TEXT, NULL},
    {"reason", "REASON", 0, 0, 0, SHOW_TEXT, NULL},
    {"hash",   "HASH",   0, 0, 0, SHOW_TEXT, NULL},
};
/* clang-format on */

static const struct part change_parts[] = {
    {
        .statement = &sql_tui_change,
        .given = {"{subject}"},
        .given_count = 1,
        .fields = change_fields,
        .field_count = ARRAY_LEN(change_fields),
        .empty = N_("It changed no value."),
    },
    {
        .title = N_("The act"),
        .statement = &sql_tui_change_act,
        .given = {"{subject}"},
        .given_count = 1,
        .look = LOOK_RECORD,
        .fields = act_fields,
        .field_count = ARRAY_LEN(act_fields),
        .empty = N_("There is no such row."),
    },
};

const struct screen screen_change = {
    .name = "change",
    .title = N_("Change"),
    .help = N_("what one act changed: before and after"),
    .parts = change_parts,
    .part_count = ARRAY_LEN(change_parts),
    .id = "member",
    .child = true,
};

/* --- requests --- */

/* clang-format off */
static const struct field request_fields[] = {
    {"id",         "REQUEST",   7,  8,  0, SHOW_TEXT, NULL},
    {"state",      "STATE",     9,  9,  0, SHOW_WORD, "state"},
    {"command",    "COMMAND",   16, 24, 0, SHOW_TEXT, NULL},
    {"arguments",  "ARGUMENTS", 10, 40, 2, SHOW_TEXT, NULL},
    {"person",     "PERSON",    12, 24, 1, SHOW_TEXT, NULL},
    {"reason",     "REASON",    10, 60, 2, SHOW_TEXT, NULL},
    {"created_at", "TIME",      14, 14, 0, SHOW_TIME, NULL},
    {"ended_by",   "ENDED BY",  12, 24, 1, SHOW_TEXT, NULL},
    {"error_text", "BECAUSE",   12, 60, 2, SHOW_TEXT, NULL},
};
/* clang-format on */

static const struct part request_parts[] = {
    {
        .statement = &sql_act_request_list,
        .every = 5,
        .given = {"200"},
        .given_count = 1,
        .fields = request_fields,
        .field_count = ARRAY_LEN(request_fields),
        .empty = N_("Nothing was asked for yet: with the site setting second_person, dangerous acts wait here."),
    },
};

static const char *why_over(const struct db_rows *rows, int row) {
    return strcmp(db_text(rows, row, "state"), "waiting") == 0 ? NULL : N_("this request is over");
}

/* clang-format off */
static const struct prompt confirm_prompts[] = {
    {"hit", N_("Name"), N_("the template or account it is about, or the act, as erase: typed once more"), PROMPT_TEXT, true, NULL, NULL},
};
static const struct prompt withdraw_prompts[] = {
    {"because", N_("Reason"), N_("why, for the audit log"), PROMPT_TEXT, false, NULL, NULL},
};
static const struct act request_acts[] = {
    {.key = 'C', .label = "C", .hint = N_("Confirm"), .help = N_("do what another person asked for"), .danger = DANGER_ASK,
     .command = "audit confirm {row} --confirm={hit}", .prompts = confirm_prompts, .prompt_count = 1, .hindrance = why_over, .needs = "update act_request"},
    {.key = 'X', .label = "X", .hint = N_("Withdraw"), .help = N_("end a request that waits"), .danger = DANGER_ASK,
     .command = "audit withdraw {row} [--reason={because}]", .prompts = withdraw_prompts, .prompt_count = 1, .hindrance = why_over, .needs = "update act_request"},
};
/* clang-format on */

const struct screen screen_requests = {
    .name = "requests",
    .title = N_("Requests"),
    .help = N_("acts that wait, or waited, for a second person"),
    .parts = request_parts,
    .part_count = ARRAY_LEN(request_parts),
    .id = "id",
    .acts = request_acts,
    .act_count = ARRAY_LEN(request_acts),
};
