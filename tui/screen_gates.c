#include <string.h>

#include "lang.h"
#include "logins.h"

/* --- what is shown --- */

enum scan_column { AT, TEMPLATE, CODE, GATE, VERDICT, ENTRIES, NOTES, MEANING, SCAN, SCAN_FIELDS };
/* clang-format off */
static const struct field scan_fields[SCAN_FIELDS] = {
    [AT]       = {"at",       "TIME",     14, 14, 0, SHOW_TIME, NULL},
    [TEMPLATE] = {"template", "TEMPLATE", 8,  20, 1, SHOW_TEXT, NULL},
    [CODE]     = {"code",     "CODE",     12, 20, 1, SHOW_CODE, NULL},
    [GATE]     = {"gate",     "GATE",     8,  16, 1, SHOW_TEXT, NULL},
    [VERDICT]  = {"verdict",  "ANSWER",   14, 16, 0, SHOW_WORD, "verdict"},
    [ENTRIES]  = {"entries",  "IN",       3,  4,  0, SHOW_NUMBER, NULL},
    [NOTES]    = {"notes",    "NOTES",    9,  20, 1, SHOW_TEXT, NULL},
    [MEANING]  = {"help",     "MEANING",  20, 44, 2, SHOW_WORD, "meaning"},
    [SCAN]     = {"scan_id",  "SCAN",     8,  36, 1, SHOW_TEXT, NULL},
};
static const struct field rule_fields[] = {
    {"template",   "TEMPLATE", 8,  20, 1, SHOW_TEXT, NULL},
    {"today",      "TODAY",    6,  7,  0, SHOW_NUMBER, NULL},
    {"per_minute", "IN/MIN",   6,  6,  0, SHOW_NUMBER, NULL},
    {"minutes",    "TREND",    10, 30, 3, SHOW_SPARK, NULL},
    {"entries",    "ENTRIES",  8,  8,  0, SHOW_NUMBER, NULL},
    {"per_day",    "A DAY",    5,  6,  0, SHOW_NUMBER, NULL},
    {"per_gate",   "A GATE",   6,  6,  0, SHOW_NUMBER, NULL},
    {"hours",      "HOURS",    11, 11, 0, SHOW_TEXT, NULL},
    {"exits",      "EXITS",    8,  24, 1, SHOW_TEXT, NULL},
    {"first_at",   "FROM",     14, 14, 0, SHOW_TIME, NULL},
    {"last_at",    "UNTIL",    14, 14, 0, SHOW_TIME, NULL},
};
/* clang-format on */

static bool is_admitted(const struct db_rows *rows, int row) {
    const char *verdict = db_text(rows, row, "verdict");

    return strcmp(verdict, "admitted") == 0 || strcmp(verdict, "left") == 0;
}

/* Every other answer is a refusal; one that was annulled counts no more. */
static bool scan_cell(const struct ui_table *t, int line, int column, const struct db_rows *rows, int row) {
    enum term_role role = !is_admitted(rows, row) ? ROLE_BAD : db_bool(rows, row, "annulled") ? ROLE_DIM : ROLE_OK;

    if (column != VERDICT + 1)
        return false;
    ui_cell(t, line, (size_t)column, role, lang_word("verdict", db_text(rows, row, "verdict")));
    return true;
}

static const struct part parts[] = {
    {
        .statement = &sql_tui_scans,
        .every = 2,
        .fields = scan_fields,
        .field_count = SCAN_FIELDS,
        .cell = scan_cell,
        .empty = N_("Nobody was scanned yet: gates call ticket_admit()."),
    },
    {
        .title = N_("Rules and entries"),
        .statement = &sql_tui_gates,
        .every = 5,
        .rows = 8,
        .fields = rule_fields,
        .field_count = ARRAY_LEN(rule_fields),
        .empty = N_("No templates yet: each gets a rule."),
    },
    {
        .title = N_("Logins of gates"),
        .statement = &sql_gate_list,
        .every = 10,
        .rows = 5,
        .fields = login_fields,
        .field_count = LOGIN_FIELDS,
        .cell = login_cell,
        .empty = N_("None: n lets one in."),
    },
};

/* --- what can be done --- */

static const char *why_no_annul(const struct db_rows *rows, int row) {
    if (db_bool(rows, row, "annulled"))
        return N_("it was annulled before");
    return is_admitted(rows, row) ? NULL : N_("a refused scan counts nothing");
}

/* clang-format off */
static const char *const rules[] = {"entries", "per_day", "per_gate", "first_at", "last_at", "hours", "exit_gates", "exits_count", NULL};
static const struct prompt annul_prompts[] = {
    {"reason", N_("Reason"), N_("why, for the audit log"), PROMPT_TEXT, true, NULL, NULL},
};
static const struct prompt rule_prompts[] = {
    {"of",     N_("Template"), N_("its key"), PROMPT_TEXT, true, "{template}", NULL},
    {"rule",   N_("Rule"),     N_("how often, when and where tickets are admitted"), PROMPT_CHOICE, true, NULL, rules},
    {"value",  N_("Value"),    N_("3, 2026-12-01T08:00, 09:00-21:30, south_out,east_out, on, off, or none"), PROMPT_TEXT, true, NULL, NULL},
    {"reason", N_("Reason"),   N_("why, for the audit log"), PROMPT_TEXT, false, NULL, NULL},
};
static const struct act acts[] = {
    {.key = 'X', .label = "X", .hint = N_("Annul"), .help = N_("make an entry count no more"), .danger = DANGER_ASK,
     .command = "gate annul {template} {scan_id} --reason={reason}", .prompts = annul_prompts, .prompt_count = 1, .hindrance = why_no_annul, .needs = "execute gate_annul"},
    {.key = 'e', .label = "e", .hint = N_("Rule"), .help = N_("change how often, when and where tickets are admitted"), .danger = DANGER_ASK,
     .command = "gate rule {of} {rule}={value} [--reason={reason}]", .prompts = rule_prompts, .prompt_count = 4, .anywhere = true, .needs = "update gate_rule"},
    {.key = 'n', .label = "n", .hint = N_("Login"), .help = N_("let a gate's login admit tickets of an account"), .danger = DANGER_ASK,
     .command = "gate add {login} --account={account} [--reason={reason}]", .prompts = login_prompts, .prompt_count = LOGIN_PROMPTS, .anywhere = true, .needs = "insert gate_grant"},
    {.key = 'K', .label = "K", .help = N_("take the right to admit away from a login"), .danger = DANGER_ASK,
     .command = "gate remove {login} --account={account} [--reason={reason}]", .prompts = login_prompts, .prompt_count = LOGIN_PROMPTS, .anywhere = true, .needs = "delete gate_grant"},
};
/* clang-format on */

const struct screen screen_gates = {
    .name = "gates",
    .title = N_("Gates"),
    .help = N_("who was let in, by which rule, and who was not"),
    .parts = parts,
    .part_count = ARRAY_LEN(parts),
    .id = "id",
    .acts = acts,
    .act_count = ARRAY_LEN(acts),
};
