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

static const char *const units[] = {"hour", "minute", "day"};

/* The first day or moment and the last; NULL: open at that end. */
struct range {
    const char *since, *until;
};

/* Does something else than a pair stand at this place? */
static bool has_word(const struct call *call, int argument) {
    return call->arguments > argument && strchr(call->argument[argument], '=') == NULL;
}

/* since= and until= from the argument `first` on. With one of them all of the range is shown, unless --limit says
 * less.
 */
static bool read_range(const struct call *call, int first, struct range *range, int64_t *limit, struct err *err) {
    static const char *const names[] = {"since", "until"};
    const char *value[ARRAY_LEN(names)] = {NULL};
    if (!call_pairs(call, first, names, ARRAY_LEN(names), value, err))
        return false;
    *range = (struct range){value[0], value[1]};
    *limit = value[0] != NULL || value[1] != NULL ? LIST_MAX : LIST_DEFAULT;
    return call_int(call, OPT_LIMIT, 1, LIST_MAX, limit, err);
}

static bool no_range(struct err *err) {
    return err->kind == ERR_INPUT && fail_cure(err, "since and until take a day, as 2026-11-01 or today");
}

bool cmd_stat_show(struct call *call, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    struct template t;
    struct range range;
    bool named = has_word(call, 1);
    const char *unit = named ? call->argument[1] : units[0];
    int64_t limit;
    if (!call_word("unit", unit, units, ARRAY_LEN(units), err) ||
        !read_range(call, named ? 2 : 1, &range, &limit, err) ||
        !template_get(call->work->db, call->argument[0], &t, err))
        return false;
    if (!db_query(call->work->db, &sql_stat_show, &rows, err, V_TEXT(t.key), V_TEXT(unit), V_INT(limit),
                  V_TEXT(range.since), V_TEXT(range.until)))
        return no_range(err);
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
    struct range range;
    bool named = has_word(call, 0);
    int64_t limit;
    if (!read_range(call, named ? 1 : 0, &range, &limit, err) ||
        !account_get(call->work->db, named ? call->argument[0] : NULL, &account, err))
        return false;
    if (!db_query(call->work->db, &sql_stat_wechat_show, &rows, err, V_INT(account.id), V_INT(limit),
                  V_TEXT(range.since), V_TEXT(range.until)))
        return no_range(err);
    output_db("kaquan.stat-wechat.1", wechat_columns, ARRAY_LEN(wechat_columns), &rows, call->work);
    return true;
}
