#include "cmd.h"
#include "output.h"

enum { LIST_DEFAULT = 50, LIST_MAX = 10000 };

static const struct output_column columns[] = {
    {"id", "ROW", OUT_ID},          {"at", "TIME", OUT_TEXT},         {"person", "PERSON", OUT_TEXT},
    {"who", "ROLE", OUT_TEXT},      {"action", "ACTION", OUT_TEXT},   {"object", "OBJECT", OUT_TEXT},
    {"reason", "REASON", OUT_TEXT}, {"changed", "CHANGED", OUT_JSON},
};

bool cmd_audit_list(struct call *call, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    int64_t limit = LIST_DEFAULT;
    if (!call_int(call, OPT_LIMIT, 1, LIST_MAX, &limit, err) ||
        !db_query(call->work->db, &sql_audit_list, &rows, err, V_INT(limit)))
        return false;
    output_db("kaquan.audit.1", columns, ARRAY_LEN(columns), &rows, call->work);
    return true;
}
