/* Foreign refreshes: an access_token that was refused while it should live was replaced by somebody else. */
#include <string.h>

#include "account.h"
#include "cmd.h"
#include "lang.h"
#include "output.h"

enum { LIST_DEFAULT = 50, LIST_MAX = 10000 };

/* Who it may have been, by what WeChat answered and how the account fetches its tokens; the first row that fits. */
static const struct suspect {
    int errcode;
    const char *token_mode; /* NULL: either */
    const char *who;
} suspects[] = {
    {40001, "classic",
     N_("another system fetches /cgi-bin/token of this account, and each fetch ends the one before: let it use "
        "stable_token, and this account too")},
    {40001, "stable",
     N_("another system calls stable_token with force_refresh, or somebody does in a debugging tool, or the AppSecret was "
        "reset; a fetch of /cgi-bin/token elsewhere does no harm")},
    {42001, NULL,
     N_("the token was ended early: a forced refresh elsewhere, a reset AppSecret, or a restriction of the account: look "
        "for a notice in mp.weixin.qq.com")},
    {40014, NULL,
     N_("the token was changed on its way, or is another WeChat's: look at the account's API base and at proxies")},
};

static const char *suspect_of(int errcode, const char *token_mode) {
    for (size_t i = 0; i < ARRAY_LEN(suspects); i++)
        if (suspects[i].errcode == errcode &&
            (suspects[i].token_mode == NULL || strcmp(suspects[i].token_mode, token_mode) == 0))
            return _(suspects[i].who);
    return _("another system that uses this account's AppSecret");
}

static const struct output_column columns[] = {
    {"account", "ACCOUNT", OUT_TEXT},         {"first_at", "REFUSED AT", OUT_TEXT},
    {"times", "TIMES", OUT_NUMBER},           {"errcode", "ERRCODE", OUT_NUMBER},
    {"endpoint", "INTERFACE", OUT_TEXT},      {"host", "HOST", OUT_TEXT},
    {"epoch", "EPOCH", OUT_NUMBER},           {"age_s", "AGE S", OUT_NUMBER},
    {"left_s", "LIFE LEFT S", OUT_NUMBER},    {"gap_s", "AFTER THE LAST S", OUT_NUMBER},
    {"suspects", "USUAL SUSPECTS", OUT_TEXT},
};

static void add_row(const struct db_rows *rows, int row, struct output *o) {
    for (size_t i = 0; i + 1 < o->width; i++)
        output_cell(o, db_null(rows, row, columns[i].name) ? NULL : db_text(rows, row, columns[i].name));
    output_cell(o, suspect_of((int)db_int(rows, row, "errcode"), db_text(rows, row, "token_mode")));
}

bool cmd_account_trouble(struct call *call, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.trouble.1", columns, ARRAY_LEN(columns));
    const char *key = call->arguments > 0 ? call->argument[0] : NULL;
    int64_t limit = LIST_DEFAULT;
    struct account account;
    if (!call_int(call, OPT_LIMIT, 1, LIST_MAX, &limit, err) ||
        (key != NULL && !account_get(call->work->db, key, &account, err)) ||
        !db_query(call->work->db, &sql_token_refusal_list, &rows, err, V_TEXT(key), V_INT(limit)))
        return false;
    for (int i = 0; i < rows.count; i++)
        add_row(&rows, i, &o);
    output_list(&o, call->work);
    return true;
}
