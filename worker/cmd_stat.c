#include <string.h>

#include "account.h"
#include "cmd.h"
#include "output.h"
#include "template.h"

enum { LIST_DEFAULT = 50, LIST_MAX = 10000 };

static const struct output_column columns[] = {
    {"time", "TIME", OUT_TEXT},         {"claims", "CLAIMS", OUT_NUMBER}, {"adds", "ADDS", OUT_NUMBER},
    {"entries", "ENTRIES", OUT_NUMBER}, {"signed", "SIGNED", OUT_NUMBER},
};

static bool take_unit(const char *text, const char **unit, struct err *err) {
    static const char *const units[] = {"hour", "minute", "day"};
    *unit = units[0];
    for (size_t i = 0; text != NULL && i < ARRAY_LEN(units); i++)
        if (strcmp(text, units[i]) == 0) {
            *unit = units[i];
            return true;
        }
    return text == NULL || fail(err, ERR_USAGE, "minute, hour or day expected, not \"%s\"", text);
}

bool cmd_stat_show(struct call *call, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    struct template t;
    const char *unit;
    int64_t limit = LIST_DEFAULT;
    if (!take_unit(call->argument[1], &unit, err) || !call_int(call, OPT_LIMIT, 1, LIST_MAX, &limit, err) ||
        !template_get(call->work->db, call->argument[0], &t, err) ||
        !db_query(call->work->db, &sql_stat_show, &rows, err, V_TEXT(t.key), V_TEXT(unit), V_INT(limit)))
        return false;
    output_db("kaquan.stat.1", columns, ARRAY_LEN(columns), &rows, call->work);
    return true;
}

static const struct output_column wechat_columns[] = {
    {"day", "DAY", OUT_TEXT},
    {"view_cnt", "VIEWS", OUT_NUMBER},
    {"view_user", "BY USERS", OUT_NUMBER},
    {"receive_cnt", "ADDED", OUT_NUMBER},
    {"receive_user", "BY USERS", OUT_NUMBER},
    {"verify_cnt", "CONSUMED", OUT_NUMBER},
    {"verify_user", "BY USERS", OUT_NUMBER},
    {"given_cnt", "GIVEN", OUT_NUMBER},
    {"given_user", "BY USERS", OUT_NUMBER},
    {"expire_cnt", "EXPIRED", OUT_NUMBER},
    {"expire_user", "BY USERS", OUT_NUMBER},
};

bool cmd_stat_wechat(struct call *call, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    struct account account;
    int64_t limit = LIST_DEFAULT;
    if (!call_int(call, OPT_LIMIT, 1, LIST_MAX, &limit, err) ||
        !account_get(call->work->db, call->argument[0], &account, err) ||
        !db_query(call->work->db, &sql_stat_wechat_show, &rows, err, V_INT(account.id), V_INT(limit)))
        return false;
    output_db("kaquan.stat-wechat.1", wechat_columns, ARRAY_LEN(wechat_columns), &rows, call->work);
    return true;
}
