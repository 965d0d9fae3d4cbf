/* What people do to tickets: acts through WeChat, which the worker carries out, and taking a person out of them. */
#include <stdio.h>
#include <string.h>

#include "ask.h"
#include "bulk.h"
#include "cmd.h"
#include "json.h"
#include "lang.h"
#include "output.h"

/* More tickets than this at once is a severe act. */
enum { FEW = 10, FILE_MOST = 64 << 20, LIST_DEFAULT = 50, LIST_MAX = 100000 };

static const struct output_column columns[] = {
    {"id", "BULK", OUT_ID},           {"act", "ACT", OUT_TEXT},           {"template", "TEMPLATE", OUT_TEXT},
    {"items", "TICKETS", OUT_NUMBER}, {"waiting", "WAITING", OUT_NUMBER}, {"sending", "SENDING", OUT_NUMBER},
    {"done", "DONE", OUT_NUMBER},     {"failed", "FAILED", OUT_NUMBER},   {"cancelled", "CANCELLED", OUT_NUMBER},
    {"person", "BY", OUT_TEXT},       {"created_at", "BEGUN", OUT_TEXT},  {"finished_at", "ENDED", OUT_TEXT},
    {"reason", "WHY", OUT_TEXT},
};

static const struct output_column items[] = {
    {"n", "LINE", OUT_NUMBER},      {"code", "CODE", OUT_TEXT},      {"request_id", "REQUEST", OUT_TEXT},
    {"argument", "WITH", OUT_JSON}, {"state", "STATE", OUT_TEXT},    {"errcode", "ERRCODE", OUT_NUMBER},
    {"text", "TEXT", OUT_TEXT},     {"ended_at", "ENDED", OUT_TEXT},
};

/* The lines of --ids-from; blank ones are passed over. */
static bool read_lines(const struct call *call, struct bulk_list *list, struct err *err) {
    AUTO_BUF struct buf text = {0};
    int64_t number = 0;
    char *line, *rest;
    if (!ask_file(call->option[OPT_IDS_FROM], FILE_MOST, false, &text, err))
        return false;
    for (rest = text.data; (line = strsep(&rest, "\n")) != NULL;) {
        line[strcspn(line, "\r")] = '\0';
        if (!bulk_line(list, line, ++number, err))
            return false;
    }
    return true;
}

/* How many words from the one at `at` on are those of one ticket. */
static int words_of_ticket(const struct call *call, const struct bulk_act *act, int at) {
    int count = act->rest ? 2 : 1, left = call->arguments - at;
    if (act->id == BULK_UPDATE)
        for (count = 1; count < left && strpbrk(call->argument[at + count], "={") != NULL;)
            count++;
    return count < left ? count : left;
}

/* Or the words of the command: CODE, or CODE and what belongs to it. */
static bool read_words(const struct call *call, struct bulk_list *list, struct err *err) {
    for (int at = 0, number = 1, count; at < call->arguments; at += count, number++) {
        count = words_of_ticket(call, list->act, at);
        if (!bulk_words(list, call->argument + at, count, number, err))
            return false;
    }
    return true;
}

static bool confirm(const struct call *call, const struct bulk_act *act, const struct template *t, int64_t count,
                    struct err *err) {
    long long n = (long long)count;
    if (act->id == BULK_UPDATE)
        return true;
    if (count <= FEW)
        return ask_yes(call, err, "%lld tickets of %s %s. Go on?", n, t->key, _(act->help));
    return ask_name(call, t->key, err, "%lld tickets of %s %s.", n, t->key, _(act->help));
}

static void list_clear(struct bulk_list *list) {
    buf_wipe(&list->text);
}

static bool begin(struct call *call, enum bulk_act_id id, struct err *err) {
    static const struct output_column column[] = {{"bulk", "bulk", OUT_ID}};
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.bulk-begun.1", column, 1);
    struct template t = {0};
    AUTO(list_clear)
    struct bulk_list list = {.act = bulk_act(id), .card_type = t.card_type, .times.db = call->work->db};
    struct act who = call_act(call);
    int64_t bulk;
    enum wx_endpoint_id endpoint;
    if (!template_get(call->work->db, call->option[OPT_TEMPLATE], &t, err) ||
        !bulk_endpoint(list.act, t.card_type, &endpoint, err) ||
        !(call->option[OPT_IDS_FROM] ? read_lines : read_words)(call, &list, err))
        return false;
    if (list.count == 0)
        return fail(err, ERR_USAGE, "no ticket was named: give codes, or --ids-from FILE");
    if (!confirm(call, list.act, &t, list.count, err) || !bulk_add(call->work->db, &who, &t, &list, &bulk, err))
        return false;
    say(call, "the worker does it; results: kaquan-worker bulk show %lld", (long long)bulk);
    output_int(&o, bulk);
    output_record(&o, call->work);
    return true;
}

bool cmd_ticket_consume(struct call *call, struct err *err) {
    return begin(call, BULK_CONSUME, err);
}

bool cmd_ticket_void(struct call *call, struct err *err) {
    return begin(call, BULK_VOID, err);
}

bool cmd_ticket_change_code(struct call *call, struct err *err) {
    return begin(call, BULK_CHANGE_CODE, err);
}

bool cmd_ticket_update(struct call *call, struct err *err) {
    return begin(call, BULK_UPDATE, err);
}

/* --- bulks --- */

bool cmd_bulk_list(struct call *call, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    int64_t limit = LIST_DEFAULT;
    if (!call_int(call, OPT_LIMIT, 1, LIST_MAX, &limit, err) ||
        !db_query(call->work->db, &sql_bulk_list, &rows, err, V_NULL, V_INT(limit)))
        return false;
    output_db("kaquan.bulk.1", columns, ARRAY_LEN(columns), &rows, call->work);
    return true;
}

bool cmd_bulk_show(struct call *call, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    static const char *const states[] = {"waiting", "sending", "done", "failed", "cancelled"};
    const char *state = call->option[OPT_STATE];
    int64_t id, limit = LIST_MAX;
    if (!call_word("--state", state, states, ARRAY_LEN(states), err) || !call_id(call, 0, &id, err) ||
        !call_int(call, OPT_LIMIT, 1, LIST_MAX, &limit, err) ||
        !db_query(call->work->db, &sql_bulk_items, &rows, err, V_INT(id), V_TEXT(state), V_INT(limit)))
        return false;
    output_db("kaquan.bulk-item.1", items, ARRAY_LEN(items), &rows, call->work);
    return true;
}

bool cmd_bulk_cancel(struct call *call, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0}, given_up = {0};
    struct act act = call_act(call);
    char object[32], after[48];
    int64_t id;
    if (!call_id(call, 0, &id, err) ||
        !ask_yes(call, err, "Give up what was not sent yet of bulk %s?", call->argument[0]) ||
        !db_begin(call->work->db, err))
        return false;
    if (!db_query(call->work->db, &sql_bulk_cancel, &rows, err, V_INT(id)))
        return audit_undo(call->work->db);
    if (rows.count == 0) {
        fail(err, ERR_INPUT, "bulk %s does not exist or is over", call->argument[0]);
        return audit_undo(call->work->db);
    }
    if (!db_query(call->work->db, &sql_bulk_cancel_items, &given_up, err, V_INT(id)))
        return audit_undo(call->work->db);
    snprintf(object, sizeof object, "bulk %lld", (long long)id);
    snprintf(after, sizeof after, "{\"cancelled\": %lld}", (long long)given_up.hits);
    return audit_commit(call->work->db, &act, "bulk_cancel", object, NULL, after, err);
}

/* --- a person --- */

/* The audit log tells that somebody was erased and how much it was, not who. */
bool cmd_ticket_erase(struct call *call, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    AUTO_BUF struct buf text = {0};
    struct act act = call_act(call);
    const char *person;
    char after[120];
    int count;
    if (!ask_persons(call, 1, &text, &person, &count, err) ||
        !ask_name(call, call->command->verb, err,
                  "Everything that is kept of %s in tickets and pushes is erased for ever.", person) ||
        !db_begin(call->work->db, err))
        return false;
    if (!db_query(call->work->db, &sql_ticket_erase, &rows, err, V_TEXT(person)))
        return audit_undo(call->work->db);
    long long tickets = db_int(&rows, 0, "tickets"), pushes = db_int(&rows, 0, "pushes"),
              steps = db_int(&rows, 0, "steps"), encrypted = db_int(&rows, 0, "encrypted");
    snprintf(after, sizeof after, "{\"tickets\": %lld, \"pushes\": %lld, \"steps\": %lld}", tickets, pushes, steps);
    if (!audit_commit(call->work->db, &act, "ticket_erase", "a person", NULL, after, err))
        return false;
    say(call, "erased from %lld tickets, %lld pushes and %lld steps", tickets, pushes, steps);
    if (encrypted > 0)
        say(call,
            "%lld pushes are encrypted and not read yet: nobody knows whose they are; erase again when they are",
            encrypted);
    return true;
}
