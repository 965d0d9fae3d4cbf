#include "account.h"
#include "cmd.h"
#include "output.h"
#include "template.h"

enum { LIST_DEFAULT = 50, LIST_MAX = 10000 };

static const struct output_column columns[] = {
    {"time", "TIME", OUT_TEXT},         {"claims", "CLAIMS", OUT_NUMBER}, {"adds", "ADDS", OUT_NUMBER},
    {"entries", "ENTRIES", OUT_NUMBER}, {"signed", "SIGNED", OUT_NUMBER},
};

static const char *const units[] = {"hour", "minute", "day"};

bool cmd_stat_show(struct call *call, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    struct template t;
    const char *unit = call->arguments > 1 ? call->argument[1] : units[0];
    int64_t limit = LIST_DEFAULT;
    if (!call_word("unit", unit, units, ARRAY_LEN(units), err) ||
        !call_int(call, OPT_LIMIT, 1, LIST_MAX, &limit, err) ||
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
