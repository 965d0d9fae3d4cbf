#include <stdio.h>
#include <string.h>

#include "account.h"
#include "ask.h"
#include "cmd.h"
#include "output.h"

enum { LIST_DEFAULT = 50, LIST_MAX = 10000 };

static const struct output_column columns[] = {
    {"id", "EVENT", OUT_ID},    {"account", "ACCOUNT", OUT_TEXT},    {"received_at", "RECEIVED", OUT_TEXT},
    {"kind", "KIND", OUT_TEXT}, {"state", "STATE", OUT_TEXT},        {"template", "TEMPLATE", OUT_TEXT},
    {"code", "CODE", OUT_TEXT}, {"request_id", "REQUEST", OUT_TEXT}, {"note", "NOTE", OUT_TEXT},
};

static const struct output_column all[] = {
    {"id", "event", OUT_ID},
    {"account", "account", OUT_TEXT},
    {"received_at", "received", OUT_TEXT},
    {"happened_at", "happened", OUT_TEXT},
    {"kind", "kind", OUT_TEXT},
    {"step", "step", OUT_TEXT},
    {"openid", "openid", OUT_TEXT},
    {"card_id", "card_id", OUT_TEXT},
    {"code", "code", OUT_TEXT},
    {"old_code", "code before", OUT_TEXT},
    {"outer_str", "outer_str", OUT_TEXT},
    {"detail", "detail", OUT_JSON},
    {"state", "state", OUT_TEXT},
    {"template", "template", OUT_TEXT},
    {"request_id", "request", OUT_TEXT},
    {"note", "note", OUT_TEXT},
};

static bool known_state(const char *state, struct err *err) {
    static const char *const states[] = {"new", "applied", "kept", "coded", "repeat", "unread"};
    return call_word("--state", state, states, ARRAY_LEN(states), err);
}

bool cmd_event_list(struct call *call, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    int64_t limit = LIST_DEFAULT;
    if (!call_int(call, OPT_LIMIT, 1, LIST_MAX, &limit, err) || !known_state(call->option[OPT_STATE], err) ||
        !db_query(call->work->db, &sql_event_list, &rows, err, V_TEXT(call->option[OPT_ACCOUNT]),
                  V_TEXT(call->option[OPT_STATE]), V_INT(limit)))
        return false;
    output_db("kaquan.event.1", columns, ARRAY_LEN(columns), &rows, call->work);
    return true;
}

bool cmd_event_show(struct call *call, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.event-full.1", all, ARRAY_LEN(all));
    int64_t id;
    if (!call_id(call, 0, &id, err) || !db_query(call->work->db, &sql_event_show, &rows, err, V_INT(id)))
        return false;
    if (rows.count != 1)
        return fail(err, ERR_INPUT, "there is no event %lld", (long long)id);
    output_rows(&o, &rows);
    output_record(&o, call->work);
    return true;
}

/* One by its id, or those of --account in --state (kept unless said). */
static bool replay(struct call *call, char object[64], struct db_rows *rows, struct err *err) {
    const char *state = call->option[OPT_STATE] ? call->option[OPT_STATE] : "kept";
    struct account a;
    int64_t id;
    if (call->arguments > 0) {
        snprintf(object, 64, "event %s", call->argument[0]);
        return call_id(call, 0, &id, err) &&
               db_query(call->work->db, &sql_event_replay, rows, err, V_INT(id), V_NULL, V_NULL);
    }
    if (!known_state(state, err) || !account_get(call->work->db, call->option[OPT_ACCOUNT], &a, err))
        return false;
    snprintf(object, 64, "account %s", a.key);
    return db_query(call->work->db, &sql_event_replay, rows, err, V_NULL, V_INT(a.id), V_TEXT(state));
}

bool cmd_event_replay(struct call *call, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    struct act act = call_act(call);
    char object[64], after[64];
    if (!db_begin(call->work->db, err))
        return false;
    if (!replay(call, object, &rows, err))
        return audit_undo(call->work->db);
    snprintf(after, sizeof after, "{\"events\": %lld}", (long long)db_int(&rows, 0, "events"));
    if (!audit_commit(call->work->db, &act, "event_replay", object, NULL, after, err))
        return false;
    say(call, "%lld pushes are read again by the worker", (long long)db_int(&rows, 0, "events"));
    return true;
}
