/* Accounts and their credentials: the list, and one of them with the lives of its tokens. */
#include <stdio.h>
#include <string.h>

#include "lang.h"
#include "screens.h"
#include "wechat.h"

/* clang-format off */
enum { ACCOUNT_QUOTA = 8 };
static const struct field account_fields[] = {
    {"key",         "ACCOUNT",  10, 20, 2, SHOW_TEXT,   NULL},
    {"state",       "STATE",    9,  10, 0, SHOW_WORD,   "state"},
    {"token_s",     "TOKEN",    6,  7,  0, SHOW_SPAN,   NULL},
    {"ticket_s",    "TICKET",   6,  7,  0, SHOW_SPAN,   NULL},
    {"epoch",       "EPOCH",    5,  6,  0, SHOW_TEXT,   NULL},
    {"listed",      "ADDRESS",  8,  9,  0, SHOW_WORD,   "state"},
    {"calls",       "CALLS",    6,  7,  0, SHOW_NUMBER, NULL},
    {"used",        "QUOTA",    5,  16, 0, SHOW_TEXT,   NULL},
    {"secret_s",    "SECRET",   7,  7,  0, SHOW_SPAN,   NULL},
    {"failing",     "TROUBLE",  11, 14, 0, SHOW_WORD,   "class"},
    {"token_age_s", "AGE",      6,  7,  0, SHOW_SPAN,   NULL},
    {"appid",       "APPID",    18, 20, 0, SHOW_TEXT,   NULL},
    {"name",        "NAME",     8,  30, 1, SHOW_TEXT,   NULL},
};
static const struct field record_fields[] = {
    {"key",           "ACCOUNT",     0, 0, 0, SHOW_TEXT, NULL},
    {"name",          "NAME",        0, 0, 0, SHOW_TEXT, NULL},
    {"state",         "STATE",       0, 0, 0, SHOW_WORD, "state"},
    {"trouble",       "TROUBLE",     0, 0, 0, SHOW_TEXT, NULL},
    {"appid",         "APPID",       0, 0, 0, SHOW_TEXT, NULL},
    {"original_id",   "ORIGINAL ID", 0, 0, 0, SHOW_TEXT, NULL},
    {"token_mode",    "TOKENS",      0, 0, 0, SHOW_TEXT, NULL},
    {"secret_set_at", "SECRET SET",  0, 0, 0, SHOW_TIME, NULL},
    {"sealed_to",     "SEALED TO",   0, 0, 0, SHOW_TEXT, NULL},
    {"aes_key",       "AES KEY",     0, 0, 0, SHOW_YES,  NULL},
    {"backends",      "BACKENDS",    0, 0, 0, SHOW_TEXT, NULL},
    {"api_base",      "API",         0, 0, 0, SHOW_TEXT, NULL},
};
enum { LIFE_STRIP = 6 };
static const struct field life_fields[] = {
    {"kind",   "CREDENTIAL",    12, 12, 0, SHOW_TEXT, NULL},
    {"epoch",  "EPOCH",         5,  6,  0, SHOW_TEXT, NULL},
    {"left_s", "LEFT",          6,  7,  0, SHOW_SPAN, NULL},
    {"due_s",  "NEXT",          6,  7,  0, SHOW_SPAN, NULL},
    {"streak", "FAILED",        6,  6,  0, SHOW_NUMBER, NULL},
    {"life",   "LAST 12 HOURS", 24, 48, 1, SHOW_TEXT, NULL},
};
static const struct field quota_fields[] = {
    {"endpoint",      "INTERFACE",  20, 40, 1, SHOW_TEXT,   NULL},
    {"used",          "USED",       6,  8,  0, SHOW_NUMBER, NULL},
    {"daily_limit",   "LIMIT",      6,  8,  0, SHOW_NUMBER, NULL},
    {"left_for_jobs", "FOR JOBS",   8,  9,  0, SHOW_NUMBER, NULL},
    {"reached_at",    "REACHED AT", 14, 14, 0, SHOW_TIME,   NULL},
    {"stopped",       "STOPPED",    10, 12, 0, SHOW_WORD,   "class"},
    {"over_for_jobs", "OVER",       6,  8,  0, SHOW_NUMBER, NULL}, /* people took more than the reserve */
};
static const struct field history_fields[] = {
    {"kind",          "CREDENTIAL", 12, 12, 0, SHOW_TEXT, NULL},
    {"epoch",         "EPOCH",      5,  6,  0, SHOW_TEXT, NULL},
    {"first_seen_at", "FROM",       14, 14, 0, SHOW_TIME, NULL},
    {"lived_s",       "LIFE",       6,  7,  0, SHOW_SPAN, NULL},
    {"fate",          "STATE",      7,  8,  0, SHOW_WORD, "state"},
    {"reason",        "REASON",     8,  40, 1, SHOW_TEXT, NULL},
};
static const struct field refusal_fields[] = {
    {"first_at", "REFUSED AT", 14, 14, 0, SHOW_TIME,   NULL},
    {"errcode",  "ERRCODE",    7,  7,  0, SHOW_TEXT,   NULL},
    {"times",    "TIMES",      5,  6,  0, SHOW_NUMBER, NULL},
    {"left_s",   "LEFT",       6,  7,  0, SHOW_SPAN,   NULL},
    {"host",     "HOST",       8,  20, 1, SHOW_TEXT,   NULL},
    {"endpoint", "INTERFACE",  12, 30, 1, SHOW_TEXT,   NULL},
};
/* clang-format on */

/* "92% of 10 000", or as much of that as fits. */
static bool draw_account_cell(const struct ui_table *t, int line, int column, const struct db_rows *rows, int row) {
    double limit = db_number(rows, row, "daily_limit");
    int percent = limit > 0 ? (int)(100 * db_number(rows, row, "used") / limit) : 0;
    enum term_role role = percent >= 100 ? ROLE_BAD : percent >= 90 ? ROLE_WARN : ROLE_NORMAL;
    char figure[UI_FIGURE], text[64];

    if (column != ACCOUNT_QUOTA)
        return false;
    snprintf(text, sizeof(text), t->width[column] < 12 ? "%d%%" : _("%d%% of %s"), percent,
             ui_number(figure, (int64_t)limit));
    ui_cell(t, line, ACCOUNT_QUOTA, role, limit > 0 ? text : "-");
    return true;
}

/* --- the strip --- */

/* A quarter of an hour. Each has a letter of its own, so that colour is not needed. */
static const struct slot {
    char letter;
    enum term_role role;
    const char *sign, *ascii;
} slots[] = {
    {'-', ROLE_OK, "━", "="},  {'|', ROLE_ACCENT, "┃", "|"}, {'x', ROLE_BAD, "x", "x"},
    {'.', ROLE_BAD, "·", "."}, {' ', ROLE_DIM, " ", " "},
};

static const struct slot *slot_of(char letter) {
    size_t i = 0;

    while (i + 1 < ARRAY_LEN(slots) && slots[i].letter != letter)
        i++;
    return &slots[i];
}

/* The newest at the right. */
static bool draw_life_cell(const struct ui_table *t, int line, int column, const struct db_rows *rows, int row) {
    const char *life = db_text(rows, row, "life");
    int count = (int)strlen(life), width = t->width[LIFE_STRIP];
    int first = count > width ? count - width : 0;

    if (column != LIFE_STRIP)
        return false;
    for (int i = first; i < count && line + 1 < t->area.rows; i++) {
        const struct slot *slot = slot_of(life[i]);

        ui_text(t->area.row + 1 + line, t->left[LIFE_STRIP] + i - first, 1, slot->role,
                term_ascii() ? slot->ascii : slot->sign);
    }
    return true;
}

static const struct part list_parts[] = {
    {.statement = &sql_tui_accounts,
     .every = 2,
     .fields = account_fields,
     .field_count = ARRAY_LEN(account_fields),
     .empty = N_(
         "No account yet. n adds one: unlock with ! first. Its AppID is in mp.weixin.qq.com, Settings and development."),
     .cell = draw_account_cell},
};

static const struct part detail_parts[] = {
    {.statement = &sql_tui_account,
     .every = 4,
     .given = {"{subject}"},
     .given_count = 1,
     .look = LOOK_RECORD,
     .fields = record_fields,
     .field_count = ARRAY_LEN(record_fields),
     .empty = N_("There is no such account any more.")},
    {.title = N_("Lives: | a new one, x revoked, . none alive"),
     .statement = &sql_tui_account_lives,
     .every = 4,
     .given = {"{subject}"},
     .given_count = 1,
     .rows = 4,
     .fields = life_fields,
     .field_count = ARRAY_LEN(life_fields),
     .empty = N_("Nothing is known of its tokens."),
     .cell = draw_life_cell},
    {.title = N_("Calls of today"),
     .statement = &sql_quota_list,
     .every = 8,
     .given = {"{subject}"},
     .given_count = 1,
     .rows = 7,
     .fields = quota_fields,
     .field_count = ARRAY_LEN(quota_fields),
     .empty = N_("WeChat was not called today.")},
    {.title = N_("Refreshes"),
     .statement = &sql_tui_account_history,
     .every = 8,
     .given = {"{subject}"},
     .given_count = 1,
     .place = PLACE_BESIDE,
     .fields = history_fields,
     .field_count = ARRAY_LEN(history_fields),
     .empty = N_("No token was fetched yet.")},
    {.title = N_("Tokens refused before their end"),
     .statement = &sql_token_refusal_list,
     .every = 8,
     .given = {"{subject}", "20"},
     .given_count = 2,
     .place = PLACE_BESIDE,
     .fields = refusal_fields,
     .field_count = ARRAY_LEN(refusal_fields),
     .empty = N_("None: nobody else replaces them.")},
};

/* --- acts --- */

static const char *is_disabled(const struct db_rows *rows, int row) {
    return db_bool(rows, row, "enabled") ? NULL : N_("the account is disabled: E enables it");
}

static const char *is_enabled(const struct db_rows *rows, int row) {
    return db_bool(rows, row, "enabled") ? N_("the account is enabled already") : NULL;
}

static const char *cannot_ask(const struct db_rows *rows, int row) {
    return db_bool(rows, row, "has_secret") ? is_disabled(rows, row) : N_("the account has no AppSecret: K sets it");
}

static const char *has_no_epoch(const struct db_rows *rows, int row) {
    return db_null(rows, row, "epoch") ? N_("it has no api_ticket yet") : NULL;
}

static const char *const token_modes[] = {"stable", "classic", NULL};
static const struct prompt add_prompts[] = {
    {"new_key", N_("Key"), N_("a short name for it here: small letters, digits, - and _"), PROMPT_TEXT, true, NULL,
     NULL},
    {"new_appid", N_("AppID"), N_("wx and 16 characters, from mp.weixin.qq.com"), PROMPT_TEXT, true, NULL, NULL},
    {"new_name", N_("Name"), N_("for people"), PROMPT_TEXT, false, NULL, NULL},
    {"new_id", N_("Original id"), N_("gh_...: what WeChat's pushes are addressed to"), PROMPT_TEXT, false, NULL,
     NULL},
    {"new_mode", N_("Tokens"), N_("stable, unless another system fetches classic ones of this account"),
     PROMPT_CHOICE, true, NULL, token_modes},
    {"new_base", N_("API"), N_("only to rehearse: the address of the simulated WeChat"), PROMPT_TEXT, false, NULL,
     NULL},
};
static const struct prompt secret_prompts[] = {
    {"secret", N_("AppSecret"), N_("never shown; sealed for the worker's key"), PROMPT_SECRET, true, NULL, NULL},
};
static const struct prompt aes_prompts[] = {
    {"secret", N_("EncodingAESKey"), N_("43 characters, of the server settings of pushes"), PROMPT_SECRET, true, NULL,
     NULL},
};
static const struct prompt backend_prompts[] = {
    {"login", N_("Login"), N_("the backend's login in PostgreSQL"), PROMPT_TEXT, true, NULL, NULL},
};

static const struct prompt span_prompts[] = {
    {"since", N_("From"), N_("the first day, as 2026-11-01 or today; without: from the first on"), PROMPT_TEXT, false,
     NULL, NULL},
    {"until", N_("To"), N_("the last day; without: up to now"), PROMPT_TEXT, false, NULL, NULL},
};
static const struct prompt rid_prompts[] = {
    {"rid", N_("rid"), N_("as WeChat's refusal ends: rid: 617623a4-50f59310-35e60aad"), PROMPT_TEXT, true, NULL,
     NULL},
};

/* The first is of the list alone. */
static const struct act acts[] = {
    {.key = 'n',
     .label = "n",
     .hint = N_("New"),
     .help = N_("add an account"),
     .danger = DANGER_ASK,
     .command = "account add {new_key} --appid={new_appid} [--name={new_name}] [--original-id={new_id}] "
                "--token-mode={new_mode} [--api-base={new_base}]",
     .prompts = add_prompts,
     .prompt_count = ARRAY_LEN(add_prompts),
     .anywhere = true,
     .needs = "insert account"},
    {.key = 'K',
     .label = "K",
     .hint = N_("Secret"),
     .help = N_("set or replace the AppSecret"),
     .danger = DANGER_SEVERE,
     .command = "account set-secret {row} --secret-file=- --confirm={row} [--reason={reason}]",
     .prompts = secret_prompts,
     .prompt_count = ARRAY_LEN(secret_prompts),
     .needs = "update account"},
    {.key = 'R',
     .label = "R",
     .hint = N_("Fetch tokens"),
     .help = N_("refresh its tokens now"),
     .danger = DANGER_ASK,
     .command = "credential refresh {row}",
     .hindrance = cannot_ask,
     .needs = "insert job"},
    {.key = 'F',
     .label = "F",
     .help = N_("force a new access_token"),
     .danger = DANGER_SEVERE,
     .command = "credential refresh {row} force [--reason={reason}]",
     .hindrance = cannot_ask,
     .needs = "insert job"},
    {.key = 'T',
     .label = "T",
     .hint = N_("Trouble"),
     .help = N_("who replaced its tokens?"),
     .danger = DANGER_NONE,
     .command = "account trouble {row}"},
    {.key = 'B',
     .label = "B",
     .help = N_("let a backend claim its cards"),
     .danger = DANGER_ASK,
     .command = "backend add {login} --account={row}",
     .prompts = backend_prompts,
     .prompt_count = ARRAY_LEN(backend_prompts),
     .needs = "insert backend_grant"},
    {.key = 'A',
     .label = "A",
     .help = N_("set the EncodingAESKey of its pushes"),
     .danger = DANGER_SEVERE,
     .command = "account set-aes-key {row} --secret-file=- [--reason={reason}]",
     .prompts = aes_prompts,
     .prompt_count = ARRAY_LEN(aes_prompts),
     .needs = "insert account_callback"},
    {.key = 'E',
     .label = "E",
     .help = N_("enable the account"),
     .danger = DANGER_ASK,
     .command = "account enable {row}",
     .hindrance = is_enabled,
     .needs = "update account"},
    {.key = 'X',
     .label = "X",
     .help = N_("disable: its cards stop"),
     .danger = DANGER_SEVERE,
     .command = "account disable {row} [--reason={reason}]",
     .hindrance = is_disabled,
     .needs = "update account"},
    {.key = 'D',
     .label = "D",
     .help = N_("end its epoch: its cards die"),
     .danger = DANGER_SEVERE,
     .command = "epoch revoke {row} --confirm={row} [--reason={reason}]",
     .hindrance = has_no_epoch,
     .needs = "execute epoch_revoke"},
    {.key = 'Q',
     .label = "Q",
     .help = N_("learn the limits of all accounts"),
     .danger = DANGER_ASK,
     .command = "job queue quota_learn",
     .anywhere = true,
     .needs = "insert job"},
    {.key = 'W',
     .label = "W",
     .help = N_("WeChat's own figures of some days"),
     .danger = DANGER_NONE,
     .command = "stat wechat {row} [since={since}] [until={until}]",
     .needs = "select stat_wechat_day",
     .prompts = span_prompts,
     .prompt_count = ARRAY_LEN(span_prompts)},
    {.key = 'I',
     .label = "I",
     .help = N_("ask WeChat what a refused call was, by its rid"),
     .danger = DANGER_ASK,
     .command = "account rid {row} {rid}",
     .hindrance = cannot_ask,
     .needs = "execute wechat_ask_add",
     .prompts = rid_prompts,
     .prompt_count = ARRAY_LEN(rid_prompts)},
    {.key = 'Z',
     .label = "Z",
     .help = N_("reset today's quota, 10 times a month"),
     .danger = DANGER_SEVERE,
     .command = "quota reset {row} --confirm={row} [--reason={reason}]",
     .needs = "insert quota_reset"},
};

const struct screen screen_accounts = {
    .name = "accounts",
    .number = 6,
    .title = N_("Accounts"),
    .tab = "Creds",
    .help = N_("WeChat accounts, their tokens and calls"),
    .parts = list_parts,
    .part_count = ARRAY_LEN(list_parts),
    .id = "key",
    .opens = "account",
    .acts = acts,
    .act_count = ARRAY_LEN(acts),
};

const struct screen screen_account = {
    .name = "account",
    .title = N_("Account"),
    .help = N_("one account: lives of its tokens, its quota, its history"),
    .parts = detail_parts,
    .part_count = ARRAY_LEN(detail_parts),
    .id = "key",
    .acts = acts + 1,
    .act_count = ARRAY_LEN(acts) - 1,
    .child = true,
};
