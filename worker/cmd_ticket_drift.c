/* `ticket reconcile`, `drift`, `repair`: tickets against what WeChat says of them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ask.h"
#include "cmd.h"
#include "drift.h"
#include "follow.h"
#include "job.h"
#include "json.h"
#include "lang.h"
#include "output.h"
#include "ticket.h"

/* More drifts than this at once, or anything done at WeChat, is a severe act. */
enum { FEW = 10, LOOK_DEFAULT = 1000, LOOK_MAX = 1000000, LIST_DEFAULT = 50, LIST_MAX = 10000 };

/* --- reconcile --- */

static bool queue(struct call *call, const struct template *t, const char *filter, int64_t most, int64_t *job,
                  struct err *err) {
    struct db *db = call->work->db;
    struct act act = call_act(call);
    char object[64], after[64];
    if (!db_begin(db, err))
        return false;
    if (!db_do(db, &sql_reconcile_begin, err, V_INT(t->id), V_TEXT(filter), V_INT(most), V_TEXT(act.person)) ||
        !job_queue(db, "ticket_reconcile", t->account_id, t->id, NULL, job, err))
        return audit_undo(db);
    snprintf(object, sizeof object, "template %s", t->key);
    snprintf(after, sizeof after, "{\"job\": \"%" PRId64 "\", \"most\": %" PRId64 "}", *job, most);
    return audit_commit(db, &act, "ticket_reconcile", object, NULL, after, err);
}

/* The worker looks for tickets of the template that match the filter, both. */
static bool comparable(const struct call *call, const struct template *t, struct buf *filter, struct err *err) {
    AUTO_BUF struct buf text = {0};
    struct filter read;
    if (t->card_id[0] == '\0')
        return fail(err, ERR_INPUT, "WeChat has no card of template %s", t->key);
    if (!ask_filter(call, &ticket_fields, filter, &read, err))
        return false;
    buf_printf(&text, "template:%s %s", t->key, buf_str(filter));
    return filter_read(&ticket_fields, buf_str(&text), &read, err);
}

bool cmd_ticket_reconcile(struct call *call, struct err *err) {
    static const struct output_column column[] = {{"job", "job", OUT_ID}};
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.queued.1", column, 1);
    AUTO_BUF struct buf filter = {0};
    struct template t;
    int64_t job, most = LOOK_DEFAULT;
    char undone[80];
    if (!call_int(call, OPT_LIMIT, 1, LOOK_MAX, &most, err) ||
        !template_get(call->work->db, call->argument[0], &t, err) || !comparable(call, &t, &filter, err) ||
        !queue(call, &t, buf_str(&filter), most, &job, err))
        return false;
    say(call, "job %" PRId64 " compares; what differs: kaquan-worker ticket drift %s", job, t.key);
    snprintf(undone, sizeof undone, _("the tickets of %s were not all compared"), t.key);
    if (call->option[OPT_WAIT] != NULL && !follow_job(call->work, job, t.key, undone, err))
        return false;
    output_int(&o, job);
    output_record(&o, call->work);
    return true;
}

/* --- drift --- */

/* The statement's columns, then what the table of kinds says. */
static const struct output_column columns[] = {
    {"id", "DRIFT", OUT_ID},
    {"template", "TEMPLATE", OUT_TEXT},
    {"code", "CODE", OUT_TEXT},
    {"request_id", "REQUEST", OUT_TEXT},
    {"kind", "KIND", OUT_TEXT},
    {"ours", "HERE", OUT_TEXT},
    {"holder", "HOLDER", OUT_TEXT},
    {"theirs", "AT WECHAT", OUT_TEXT},
    {"openid", "HOLDER THERE", OUT_TEXT},
    {"found_at", "FOUND", OUT_TEXT},
    {"seen_at", "SEEN", OUT_TEXT},
    {"repaired_at", "REPAIRED", OUT_TEXT},
    {"repair", "HOW", OUT_TEXT},
    {"meaning", "MEANING", OUT_TEXT},
    {"cure", "REPAIR", OUT_TEXT},
};
enum { FROM_KIND = 2, FROM_ROW = ARRAY_LEN(columns) - FROM_KIND };

static void show_drifts(const struct call *call, const struct db_rows *rows) {
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.drift.1", columns, ARRAY_LEN(columns));
    for (int row = 0; row < rows->count; row++) {
        const struct drift_kind *kind = drift_kind_named(db_text(rows, row, "kind"));
        for (size_t i = 0; i < FROM_ROW; i++)
            output_cell(&o, db_null(rows, row, columns[i].name) ? NULL : db_text(rows, row, columns[i].name));
        output_cell(&o, kind ? _(kind->help) : NULL);
        output_cell(&o, kind ? _(kind->repair) : NULL);
    }
    output_list(&o, call->work);
}

bool cmd_ticket_drift(struct call *call, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    const char *state = call->option[OPT_STATE] ? call->option[OPT_STATE] : "open";
    static const char *const states[] = {"open", "repaired"};
    bool repaired = strcmp(state, "repaired") == 0;
    int64_t limit = LIST_DEFAULT;
    if (!call_word("--state", state, states, ARRAY_LEN(states), err) ||
        !call_int(call, OPT_LIMIT, 1, LIST_MAX, &limit, err) ||
        !db_query(call->work->db, &sql_drift_list, &rows, err, V_TEXT(call->arguments > 0 ? call->argument[0] : NULL),
                  V_BOOL(repaired), V_INT(limit)))
        return false;
    show_drifts(call, &rows);
    return true;
}

/* --- repair --- */

/* What is to be done: lists of {id, repair}, of tickets for bulk_add() by act, and how much it is. */
struct plan {
    const struct template *t;
    cJSON *list;
    struct bulk_list lists[BULK_ACTS];
    int64_t steps, skipped, acts_in_all;
};

static void plan_clear(struct plan *p) {
    cJSON_Delete(p->list);
    for (size_t i = 0; i < BULK_ACTS; i++)
        buf_wipe(&p->lists[i].text);
}

/* The drifts that are named, as an array of PostgreSQL; all when none is. */
static bool named(const struct call *call, struct buf *ids, struct err *err) {
    for (int i = 1; i < call->arguments; i++) {
        int64_t id;
        if (!call_id(call, i, &id, err))
            return false;
        buf_printf(ids, "%c%" PRId64, i > 1 ? ',' : '{', id);
    }
    if (ids->len > 0)
        buf_char(ids, '}');
    return true;
}

static bool plan_one(struct plan *p, const struct db_rows *rows, int row, struct err *err) {
    const struct drift_kind *kind = drift_kind_named(db_text(rows, row, "kind"));
    if (kind->step == NULL && kind->act == BULK_ACTS) {
        p->skipped++;
        return true;
    }
    cJSON *one = json_new();
    json_add_int(one, "id", db_int(rows, row, "id"));
    cJSON_AddItemToArray(p->list, one);
    if (kind->step != NULL) {
        p->steps++;
        json_add_text(one, "repair", kind->repair);
        return true;
    }
    p->acts_in_all++;
    json_add_int(one, "act", kind->act);
    p->lists[kind->act].act = bulk_act(kind->act);
    return bulk_words(&p->lists[kind->act], &(const char *){db_text(rows, row, "code")}, 1, row + 1, err);
}

static bool plan(const struct call *call, struct plan *p, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    AUTO_BUF struct buf ids = {0};
    p->list = cJSON_CreateArray();
    if (!named(call, &ids, err) || !db_query(call->work->db, &sql_drift_open, &rows, err, V_INT(p->t->id),
                                             V_TEXT(ids.len > 0 ? buf_str(&ids) : NULL)))
        return false;
    for (int row = 0; row < rows.count; row++)
        if (!plan_one(p, &rows, row, err))
            return false;
    if (call->arguments > 1 && (rows.count < call->arguments - 1 || p->skipped > 0)) {
        fail(err, ERR_INPUT, "not all of these are open drifts of %s that can be repaired", p->t->key);
        return fail_cure(err, "kaquan-worker ticket drift %s", p->t->key);
    }
    return true;
}

static bool confirm(const struct call *call, const struct plan *p, struct err *err) {
    const char *key = p->t->key;
    if (p->acts_in_all > 0)
        return ask_name(call, key, err,
                        "%" PRId64 " tickets of %s are consumed or made void at WeChat for ever, %" PRId64
                        " take a step here.",
                        p->acts_in_all, key, p->steps);
    if (p->steps > FEW)
        return ask_name(call, key, err, "%" PRId64 " tickets of %s take a step here.", p->steps, key);
    return ask_yes(call, err, "%" PRId64 " tickets of %s take a step here. Go on?", p->steps, key);
}

/* An act is queued before its drifts are repaired: what is done twice at WeChat does no harm. */
static bool queue_acts(struct call *call, struct plan *p, struct err *err) {
    struct act act = call_act(call);
    for (enum bulk_act_id id = 0; id < BULK_ACTS; id++) {
        int64_t bulk;
        char repair[40];
        cJSON *one;
        if (p->lists[id].count == 0)
            continue;
        if (!bulk_add(call->work->db, &act, p->t, &p->lists[id], &bulk, err))
            return false;
        say(call, "the worker does it; results: kaquan-worker bulk show %" PRId64, bulk);
        snprintf(repair, sizeof repair, "bulk %" PRId64, bulk);
        cJSON_ArrayForEach(one, p->list) {
            const cJSON *wanted = cJSON_GetObjectItemCaseSensitive(one, "act");
            if (wanted != NULL && wanted->valueint == (int)id)
                json_add_text(one, "repair", repair);
        }
    }
    return true;
}

static bool carry_out(struct call *call, struct plan *p, struct err *err) {
    AUTO_BUF struct buf list = {0};
    struct act act = call_act(call);
    char object[64], after[80];
    int64_t job;
    if (!queue_acts(call, p, err) || !db_begin(call->work->db, err))
        return false;
    json_print(&list, p->list);
    if (!db_do(call->work->db, &sql_drift_repair, err, V_TEXT(buf_str(&list))) ||
        !job_queue(call->work->db, "ticket_repair", p->t->account_id, p->t->id, NULL, &job, err))
        return audit_undo(call->work->db);
    snprintf(object, sizeof object, "template %s", p->t->key);
    snprintf(after, sizeof after, "{\"steps\": %" PRId64 ", \"acts\": %" PRId64 "}", p->steps, p->acts_in_all);
    if (!audit_commit(call->work->db, &act, "ticket_repair", object, NULL, after, err))
        return false;
    say(call, "job %" PRId64 " repairs them", job);
    return true;
}

bool cmd_ticket_repair(struct call *call, struct err *err) {
    static const struct output_column column[] = {
        {"steps", "steps", OUT_NUMBER}, {"acts", "acts", OUT_NUMBER}, {"skipped", "skipped", OUT_NUMBER}};
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.repair.1", column, ARRAY_LEN(column));
    struct template t;
    AUTO(plan_clear) struct plan p = {.t = &t};
    if (!template_get(call->work->db, call->argument[0], &t, err) || !plan(call, &p, err))
        return false;
    if (p.steps + p.acts_in_all > 0 && (!confirm(call, &p, err) || !carry_out(call, &p, err)))
        return false;
    if (p.skipped > 0)
        say(call, "%" PRId64 " drifts are left to a person: kaquan-worker ticket drift %s", p.skipped, t.key);
    output_int(&o, p.steps);
    output_int(&o, p.acts_in_all);
    output_int(&o, p.skipped);
    output_record(&o, call->work);
    return true;
}
