#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "lang.h"
#include "logins.h"
#include "site.h"

/* --- what the database says --- */

enum setting_column { PART, NAME, VALUE, EDITABLE, NOTE, SETTING_FIELDS };
enum { ABOUT_ROWS = 2 };
/* clang-format off */
static const struct field fields[SETTING_FIELDS] = {
    [PART]     = {"part",     "PART",    10, 12, 0, SHOW_WORD, "settings"},
    [NAME]     = {"name",     "NAME",    18, 24, 0, SHOW_WORD, "setting"},
    [VALUE]    = {"value",    "VALUE",   20, 90, 1, SHOW_WORD, "value"},
    [EDITABLE] = {"editable", "",        -1, 0,  0, SHOW_YES, NULL},
    [NOTE]     = {"note",     "",        -1, 0,  0, SHOW_TEXT, NULL},
};
static const struct field key_fields[] = {
    {"key_id",      "KEY",         16, 20, 0, SHOW_TEXT, NULL},
    {"active",      "ACTIVE",      6,  6,  0, SHOW_YES, NULL},
    {"secrets",     "SECRETS",     7,  8,  0, SHOW_NUMBER, NULL},
    {"credentials", "CREDENTIALS", 11, 11, 0, SHOW_NUMBER, NULL},
    {"created_at",  "SINCE",       14, 14, 0, SHOW_TIME, NULL},
};
/* clang-format on */

/* What a setting of the site means: the table of settings says it. */
static const char *meaning_of(const char *name) {
    size_t count;
    const struct site_row *rows = site_rows(&count);

    for (size_t i = 0; i < count; i++)
        if (strcmp(rows[i].name, name) == 0)
            return rows[i].help;
    return "";
}

/* What has a note lacks something. */
static bool cell(const struct ui_table *t, int line, int column, const struct db_rows *rows, int row) {
    if (column != VALUE + 1 || db_null(rows, row, "note"))
        return false;
    ui_cell(t, line, (size_t)column, ROLE_WARN, lang_word("value", db_text(rows, row, "value")));
    return true;
}

/* What the row under the cursor means; a note of the database is the command that grants a privilege. */
static void draw_about(const struct view *view, struct area area) {
    const struct db_rows *rows = &view->panes[0].rows;
    int row = view_row(view);

    const char *about = row < 0                      ? ""
                        : db_null(rows, row, "note") ? _(meaning_of(db_text(rows, row, "name")))
                                                     : db_text(rows, row, "note");

    if (about[0] == '\0')
        return;
    ui_text(area.row, area.column + 2, 3, ROLE_ACCENT, "->");
    ui_paragraph((struct area){area.row, area.column + 6, area.rows, area.columns - 7}, ROLE_ACCENT, about);
}

static const struct part parts[] = {
    {
        .statement = &sql_tui_settings,
        .every = 10,
        .fields = fields,
        .field_count = SETTING_FIELDS,
        .empty = N_("This database has no settings: kaquan-worker db migrate makes them."),
        .cell = cell,
    },
    {
        .title = N_("Backends"),
        .statement = &sql_backend_list,
        .every = 10,
        .rows = 4,
        .fields = login_fields,
        .field_count = LOGIN_FIELDS,
        .cell = login_cell,
        .empty = N_("None: n lets one claim cards."),
    },
    {
        .title = N_("Worker's keys"),
        .statement = &sql_worker_key_list,
        .every = 10,
        .rows = 4,
        .fields = key_fields,
        .field_count = ARRAY_LEN(key_fields),
        .empty = N_("None: kaquan-worker key new makes one."),
    },
};

/* --- what this program knows of itself --- */

static const char *either(const char *value, const char *otherwise) {
    return value && value[0] != '\0' ? value : otherwise;
}

/* Where the settings of programs are read from: the user's file, then the host's. */
static void draw_files(struct area area) {
    const char *config = getenv("XDG_CONFIG_HOME");
    char file[512];

    if (config && config[0] != '\0')
        snprintf(file, sizeof(file), "%s/kaquan/config.ini", config);
    else
        snprintf(file, sizeof(file), "%s/.config/kaquan/config.ini", either(getenv("HOME"), "~"));
    ui_format(area.row, area.column, area.columns, ROLE_DIM, _("files: %s, %s"), file, "/etc/kaquan/config.ini");
}

static void draw(struct console *console UNUSED, struct view *view, struct area area) {
    struct area rest = {area.row + 2, area.column, area.rows - 2 - ABOUT_ROWS, area.columns};

    ui_format(area.row, area.column + 1, area.columns - 1, ROLE_NORMAL,
              _("kaquan %s, language %s, glyphs %s, terminal %s"), app_version(), lang_word("language", "en"),
              term_ascii() ? _("ascii") : _("unicode"), either(getenv("TERM"), "-"));
    draw_files((struct area){area.row + 1, area.column + 1, 1, area.columns - 1});
    parts_draw(view, rest);
    draw_about(view, (struct area){rest.row + rest.rows, area.column, ABOUT_ROWS, area.columns});
}

/* --- what can be done --- */

static const char *why_no_edit(const struct db_rows *rows, int row) {
    return db_bool(rows, row, "editable") ? NULL : N_("only settings of the site are changed here");
}

/* clang-format off */
static const struct prompt set_prompts[] = {
    {"to",     N_("Value"),  N_("as it stands there, or as 90d, 24h, 120s, true"), PROMPT_TEXT, true, "{value}", NULL},
    {"reason", N_("Reason"), N_("why, for the audit log"), PROMPT_TEXT, false, NULL, NULL},
};
static const struct act acts[] = {
    {.key = 'e', .label = "e", .hint = N_("Change"), .help = N_("change a setting of the site"), .danger = DANGER_ASK,
     .command = "site set {name} {to} [--reason={reason}]", .prompts = set_prompts, .prompt_count = 2, .hindrance = why_no_edit, .needs = "update site"},
    {.key = 'n', .label = "n", .hint = N_("Backend"), .help = N_("let a backend's login claim cards of an account"), .danger = DANGER_ASK,
     .command = "backend add {login} --account={account} [--reason={reason}]", .prompts = login_prompts, .prompt_count = LOGIN_PROMPTS, .anywhere = true, .needs = "insert backend_grant"},
    {.key = 'K', .label = "K", .help = N_("take the right to claim away from a login"), .danger = DANGER_ASK,
     .command = "backend remove {login} --account={account} [--reason={reason}]", .prompts = login_prompts, .prompt_count = LOGIN_PROMPTS, .anywhere = true, .needs = "delete backend_grant"},
};
/* clang-format on */

const struct screen screen_settings = {
    .name = "settings",
    .number = 9,
    .title = N_("Settings"),
    .tab = "Set",
    .help = N_("connection, rights, settings, backends, keys"),
    .parts = parts,
    .part_count = ARRAY_LEN(parts),
    .id = "id",
    .acts = acts,
    .act_count = ARRAY_LEN(acts),
    .draw = draw,
};
