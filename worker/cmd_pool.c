#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "follow.h"
#include "job.h"
#include "lang.h"
#include "output.h"
#include "template.h"

static const struct output_column columns[] = {
    {"template", "TEMPLATE", OUT_TEXT},
    {"account", "ACCOUNT", OUT_TEXT},
    {"title", "TITLE", OUT_TEXT},
    {"status", "STATUS", OUT_TEXT},
    {"paused", "PAUSED", OUT_BOOL},
    {"ready", "READY", OUT_NUMBER},
    {"wanted", "WANTED", OUT_NUMBER},
    {"stock_left", "STOCK LEFT", OUT_NUMBER},
    {"per_minute", "CLAIMS/MIN", OUT_NUMBER},
    {"minutes_left", "MINUTES LEFT", OUT_NUMBER},
    {"epoch", "EPOCH", OUT_NUMBER},
    {"usable_until", "USABLE UNTIL", OUT_TEXT},
    {"state", "STATE", OUT_TEXT},
    {"empty_at", "EMPTY AT", OUT_TEXT},
    {"stock_ends_at", "STOCK ENDS AT", OUT_TEXT},
    {"sale", "SALE", OUT_TEXT},
};

static const struct output_column all[] = {
    {"template", "template", OUT_TEXT},
    {"title", "title", OUT_TEXT},
    {"state", "state", OUT_TEXT},
    {"sale", "sale", OUT_TEXT},
    {"ready", "cards ready", OUT_NUMBER},
    {"wanted", "cards wanted", OUT_NUMBER},
    {"pool_low", "low water", OUT_NUMBER},
    {"per_minute", "claims a minute", OUT_NUMBER},
    {"empty_at", "empty at", OUT_TEXT},
    {"epoch", "epoch", OUT_NUMBER},
    {"epoch_ends_at", "epoch ends at", OUT_TEXT},
    {"codes", "codes", OUT_TEXT},
    {"codes_left", "codes left", OUT_NUMBER},
    {"stock_left", "stock left", OUT_NUMBER},
    {"stock_ends_at", "stock ends at", OUT_TEXT},
};

bool cmd_pool_list(struct call *call, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    int64_t below = 0;
    bool limited = call->option[OPT_BELOW] != NULL;
    if (!call_int(call, OPT_BELOW, 0, INT64_MAX, &below, err) ||
        !db_query(call->work->db, &sql_pool_list, &rows, err, limited ? V_INT(below) : V_NULL))
        return false;
    output_db("kaquan.pool.1", columns, ARRAY_LEN(columns), &rows, call->work);
    return true;
}

bool cmd_pool_show(struct call *call, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.pool-full.1", all, ARRAY_LEN(all));
    struct template t;
    if (!template_get(call->work->db, call->argument[0], &t, err) ||
        !db_query(call->work->db, &sql_pool_show, &rows, err, V_INT(t.id)))
        return false;
    output_rows(&o, &rows);
    output_record(&o, call->work);
    return true;
}

/* `cards` 0: as many as the pool wants. */
static bool queue(struct call *call, const struct template *t, int64_t cards, int64_t *job, struct err *err) {
    struct act act = call_act(call);
    char object[64], after[64], params[64];
    snprintf(params, sizeof params, "{\"cards\": %lld}", (long long)cards);
    if (!db_begin(call->work->db, err))
        return false;
    if (!job_queue(call->work->db, "pool_fill", t->account_id, t->id, params, job, err))
        return audit_undo(call->work->db);
    snprintf(object, sizeof object, "template %s", t->key);
    snprintf(after, sizeof after, "{\"job\": \"%lld\", \"cards\": %lld}", (long long)*job, (long long)cards);
    return audit_commit(call->work->db, &act, "pool_fill", object, NULL, after, err);
}

bool cmd_pool_fill(struct call *call, struct err *err) {
    static const struct output_column column[] = {{"job", "job", OUT_ID}};
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.queued.1", column, 1);
    struct template t;
    int64_t job, cards = 0;
    char undone[80];
    if (!call_int(call, OPT_CARDS, 1, 100000000, &cards, err) ||
        !template_get(call->work->db, call->argument[0], &t, err))
        return false;
    if (strcmp(t.status, "approved") != 0) {
        fail(err, ERR_INPUT, "template %s has the status %s: only an approved one has a pool", t.key, t.status);
        return fail_cure(err, "`kaquan-worker template show %s` says what WeChat said", t.key);
    }
    if (!queue(call, &t, cards, &job, err))
        return false;
    say(call, "job %lld fills the pool of %s", (long long)job, t.key);
    snprintf(undone, sizeof undone, _("the pool of %s was not filled"), t.key);
    if (call->option[OPT_WAIT] != NULL && !follow_job(call->work, job, t.key, undone, err))
        return false;
    output_int(&o, job);
    output_record(&o, call->work);
    return true;
}
