#include "cmd.h"
#include "guard.h"
#include "output.h"

enum { LIST_DEFAULT = 50, LIST_MAX = 10000, EXIT_BROKEN = 1 };

static const struct output_column columns[] = {
    {"id", "ROW", OUT_ID},          {"at", "TIME", OUT_TEXT},         {"person", "PERSON", OUT_TEXT},
    {"who", "ROLE", OUT_TEXT},      {"action", "ACTION", OUT_TEXT},   {"object", "OBJECT", OUT_TEXT},
    {"reason", "REASON", OUT_TEXT}, {"changed", "CHANGED", OUT_JSON},
};

bool cmd_audit_list(struct call *call, struct err *err) {
    static const char *const filters[] = {"person", "role", "action", "object", "since", "until"};
    const char *is[ARRAY_LEN(filters)] = {NULL};
    AUTO_ROWS struct db_rows rows = {0};
    int64_t limit = LIST_DEFAULT;
    if (!call_int(call, OPT_LIMIT, 1, LIST_MAX, &limit, err) ||
        !call_pairs(call, 0, filters, ARRAY_LEN(filters), is, err))
        return false;
    if (!db_query(call->work->db, &sql_audit_list, &rows, err, V_INT(limit), V_TEXT(is[0]), V_TEXT(is[1]),
                  V_TEXT(is[2]), V_TEXT(is[3]), V_TEXT(is[4]), V_TEXT(is[5])))
        return err->kind != ERR_INPUT ? false : fail_cure(err, "since and until take a time as 2026-11-01T10:30");
    output_db("kaquan.audit.1", columns, ARRAY_LEN(columns), &rows, call->work);
    return true;
}

/* A tail that was cut off leaves a good chain: whoever noted the head of yesterday sees that. */
bool cmd_audit_verify(struct call *call, struct err *err) {
    static const struct output_column verified[] = {
        {"rows", "rows", OUT_NUMBER},
        {"head", "last hash", OUT_TEXT},
        {"broken", "first broken row", OUT_ID},
        {"why", "because", OUT_SAID},
    };
    AUTO_ROWS struct db_rows rows = {0};
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.audit-verify.1", verified, ARRAY_LEN(verified));
    if (!db_query0(call->work->db, &sql_audit_verify, &rows, err))
        return false;
    output_rows(&o, &rows);
    output_record(&o, call->work);
    call->exit_code = db_null(&rows, 0, "broken") ? 0 : EXIT_BROKEN;
    return true;
}

/* --- what waits for a second person --- */

bool cmd_audit_requests(struct call *call, struct err *err) {
    static const struct output_column requests[] = {
        {"id", "REQUEST", OUT_ID},
        {"created_at", "TIME", OUT_TEXT},
        {"person", "PERSON", OUT_TEXT},
        {"command", "COMMAND", OUT_TEXT},
        {"arguments", "ARGUMENTS", OUT_TEXT},
        {"reason", "REASON", OUT_TEXT},
        {"state", "STATE", OUT_TEXT},
        {"ended_by", "BY", OUT_TEXT},
        {"error_text", "FAILED BECAUSE", OUT_TEXT},
    };
    AUTO_ROWS struct db_rows rows = {0};
    int64_t limit = LIST_DEFAULT;
    if (!call_int(call, OPT_LIMIT, 1, LIST_MAX, &limit, err) ||
        !db_query(call->work->db, &sql_act_request_list, &rows, err, V_INT(limit)))
        return false;
    output_db("kaquan.requests.1", requests, ARRAY_LEN(requests), &rows, call->work);
    return true;
}

bool cmd_audit_confirm(struct call *call, struct err *err) {
    int64_t id;
    return call_id(call, 0, &id, err) && guard_confirm(call, id, err);
}

bool cmd_audit_withdraw(struct call *call, struct err *err) {
    int64_t id;
    if (!call_id(call, 0, &id, err) || !guard_withdraw(call, id, err))
        return false;
    say(call, "request %lld is withdrawn", (long long)id);
    return true;
}
