#include "logins.h"

#include "lang.h"

enum { LOGIN, ACCOUNT, READY, SINCE };

/* clang-format off */
const struct field login_fields[LOGIN_FIELDS] = {
    [LOGIN]   = {"login",       "LOGIN",       16, 30, 1, SHOW_TEXT, NULL},
    [ACCOUNT] = {"account",     "ACCOUNT",     12, 24, 1, SHOW_TEXT, NULL},
    [READY]   = {"login_ready", "LOGIN READY", 20, 30, 1, SHOW_YES, NULL},
    [SINCE]   = {"granted_at",  "SINCE",       14, 14, 0, SHOW_TIME, NULL},
};

const struct prompt login_prompts[LOGIN_PROMPTS] = {
    {"login",   N_("Login"),   N_("its name at the database"), PROMPT_TEXT, true, NULL, NULL},
    {"account", N_("Account"), N_("its key"), PROMPT_TEXT, true, NULL, NULL},
    {"reason",  N_("Reason"),  N_("why, for the audit log"), PROMPT_TEXT, false, NULL, NULL},
};
/* clang-format on */

/* A grant alone lets nobody in. */
bool login_cell(const struct ui_table *t, int line, int column, const struct db_rows *rows, int row) {
    if (column != READY + 1 || db_bool(rows, row, "login_ready"))
        return false;
    ui_cell(t, line, (size_t)column, ROLE_WARN, _("NO: the server has none"));
    return true;
}
