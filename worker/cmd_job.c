#include "job.h"

#include <stdio.h>
#include <string.h>

#include "account.h"
#include "ask.h"
#include "cmd.h"
#include "output.h"

enum { LIST_DEFAULT = 50, LIST_MAX = 10000, SCHEDULES_MAX = 32, PARTS_DEFAULT = 1000, PARTS_MAX = 1000000 };

static const struct output_column columns[] = {
    {"id", "JOB", OUT_ID},
    {"kind", "KIND", OUT_TEXT},
    {"account", "ACCOUNT", OUT_TEXT},
    {"template", "TEMPLATE", OUT_TEXT},
    {"state", "STATE", OUT_TEXT},
    {"run_at", "RUN AT", OUT_TEXT},
    {"attempts", "TRIES", OUT_NUMBER},
    {"progress", "PROGRESS", OUT_TEXT},
    {"what", "RESULT", OUT_TEXT},
};

static const struct output_column all[] = {
    {"id", "job", OUT_ID},
    {"kind", "kind", OUT_TEXT},
    {"account", "account", OUT_TEXT},
    {"template", "template", OUT_TEXT},
    {"state", "state", OUT_TEXT},
    {"run_at", "run at", OUT_TEXT},
    {"attempts", "tries", OUT_NUMBER},
    {"lease_owner", "run by", OUT_TEXT},
    {"progress_done", "done", OUT_NUMBER},
    {"progress_total", "of", OUT_NUMBER},
    {"result", "result", OUT_TEXT},
    {"error_class", "error", OUT_TEXT},
    {"error_text", "what failed", OUT_TEXT},
    {"created_by", "queued by", OUT_TEXT},
    {"created_at", "queued at", OUT_TEXT},
    {"finished_at", "finished at", OUT_TEXT},
    {"parts", "parts", OUT_JSON}, /* of a deposit; people get a table of them */
    {"parts_total", "parts", OUT_NUMBER},
};
enum { RECORD_COLUMNS = ARRAY_LEN(all) - 2 };

static const struct output_column parts[] = {
    {"part", "PART", OUT_ID},           {"state", "STATE", OUT_TEXT},      {"codes", "CODES OPEN", OUT_NUMBER},
    {"confirmed", "DONE", OUT_NUMBER},  {"sends", "SENT", OUT_NUMBER},     {"sent_at", "SENT AT", OUT_TEXT},
    {"errcode", "ERRCODE", OUT_NUMBER}, {"said", "WECHAT SAID", OUT_TEXT},
};

static const struct output_column lines[] = {
    {"at", "TIME", OUT_TEXT},
    {"level", "LEVEL", OUT_TEXT},
    {"text", "TEXT", OUT_TEXT},
};

static bool known_state(const char *state, struct err *err) {
    static const char *const states[] = {"queued", "running", "done", "failed", "cancelled"};
    return call_word("--state", state, states, ARRAY_LEN(states), err);
}

bool cmd_job_list(struct call *call, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    int64_t limit = LIST_DEFAULT;
    if (!call_int(call, OPT_LIMIT, 1, LIST_MAX, &limit, err) || !known_state(call->option[OPT_STATE], err) ||
        !db_query(call->work->db, &sql_job_list, &rows, err, V_TEXT(call->option[OPT_STATE]), V_INT(limit)))
        return false;
    output_db("kaquan.job.1", columns, ARRAY_LEN(columns), &rows, call->work);
    return true;
}

static bool show(struct call *call, int64_t id, struct db_rows *rows, struct err *err) {
    if (!db_query(call->work->db, &sql_job_show, rows, err, V_INT(id)))
        return false;
    if (rows->count == 1)
        return true;
    fail(err, ERR_INPUT, "there is no job %lld", (long long)id);
    return fail_cure(err, "`kaquan-worker job list` lists the newest; finished ones are kept for some time only");
}

/* A deposit's parts as a list in its record. */
static void add_parts(struct output *o, const struct db_rows *rows) {
    AUTO_OUTPUT_ROWS struct output list = output_begin(NULL, parts, ARRAY_LEN(parts));
    o->width = ARRAY_LEN(all);
    if (rows->count == 0) {
        output_cell(o, NULL);
        output_cell(o, NULL);
        return;
    }
    output_rows(&list, rows);
    output_inner(o, &list);
    output_cell(o, db_text(rows, 0, "total"));
}

/* ... and below it, for people. */
static void show_parts(const struct call *call, const struct db_rows *rows) {
    if (rows->count == 0)
        return;
    putchar('\n');
    output_db("kaquan.job-part.1", parts, ARRAY_LEN(parts), rows, call->work);
    if (db_int(rows, 0, "total") > rows->count)
        say(call, "%d of %s parts; more by --limit", rows->count, db_text(rows, 0, "total"));
}

bool cmd_job_show(struct call *call, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0}, part_rows = {0};
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.job-full.1", all, RECORD_COLUMNS);
    bool for_people = !call->work->json && !call->work->plain;
    int64_t id, limit = PARTS_DEFAULT;
    if (!call_id(call, 0, &id, err) || !call_int(call, OPT_LIMIT, 1, PARTS_MAX, &limit, err) ||
        !show(call, id, &rows, err) ||
        !db_query(call->work->db, &sql_job_parts, &part_rows, err, V_INT(id), V_INT(limit)))
        return false;
    output_rows(&o, &rows);
    if (!for_people)
        add_parts(&o, &part_rows);
    output_record(&o, call->work);
    if (for_people)
        show_parts(call, &part_rows);
    return true;
}

bool cmd_job_log(struct call *call, struct err *err) {
    AUTO_ROWS struct db_rows job = {0}, rows = {0};
    int64_t id;
    if (!call_id(call, 0, &id, err) || !show(call, id, &job, err) ||
        !db_query(call->work->db, &sql_job_log_list, &rows, err, V_INT(id)))
        return false;
    output_db("kaquan.job-log.1", lines, ARRAY_LEN(lines), &rows, call->work);
    return true;
}

/* retry and cancel: the job as it was and as it is, in the audit log. */
static bool change(struct call *call, const char *action, bool (*act_on)(struct db *, int64_t, struct err *),
                   struct err *err) {
    AUTO_ROWS struct db_rows before = {0}, after = {0};
    struct act act = call_act(call);
    struct db *db = call->work->db;
    char object[32];
    int64_t id;
    if (!call_id(call, 0, &id, err) || !db_begin(db, err))
        return false;
    if (!show(call, id, &before, err) || !act_on(db, id, err) || !show(call, id, &after, err))
        return audit_undo(db);
    snprintf(object, sizeof object, "job %lld", (long long)id);
    return audit_commit(db, &act, action, object, db_text(&before, 0, "record"), db_text(&after, 0, "record"), err);
}

bool cmd_job_retry(struct call *call, struct err *err) {
    if (!change(call, "job_retry", job_retry, err))
        return false;
    say(call, "job %s is queued again", call->argument[0]);
    return true;
}

bool cmd_job_cancel(struct call *call, struct err *err) {
    if (!ask_yes(call, err, "Cancel job %s?", call->argument[0]) || !change(call, "job_cancel", job_cancel, err))
        return false;
    say(call, "job %s is cancelled; a worker that runs it stops at its next step", call->argument[0]);
    return true;
}

/* --- queuing --- */

/* Only what comes by the clock: the rest is queued by the command that it belongs to, which knows its object. */
static bool recurs(struct call *call, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    const char *kinds[SCHEDULES_MAX];
    size_t count = 0;
    if (!db_query0(call->work->db, &sql_schedule_list, &rows, err))
        return false;
    for (int i = 0; i < rows.count && count < ARRAY_LEN(kinds); i++)
        kinds[count++] = db_text(&rows, i, "kind");
    return call_word("KIND", call->argument[0], kinds, count, err);
}

/* Of which account, where one is named: 0 is all. */
static bool of_account(struct call *call, int64_t *id, struct err *err) {
    static const char *const kinds[] = {"whitelist_check", "quota_learn"};
    struct account account;
    *id = 0;
    if (call->option[OPT_ACCOUNT] == NULL)
        return true;
    if (!call_word("KIND with --account", call->argument[0], kinds, ARRAY_LEN(kinds), err) ||
        !account_get(call->work->db, call->option[OPT_ACCOUNT], &account, err))
        return false;
    *id = account.id;
    return true;
}

static bool queue(struct call *call, const char *kind, int64_t account, int64_t *job, struct err *err) {
    struct act act = call_act(call);
    char object[32], after[80];
    if (!db_begin(call->work->db, err))
        return false;
    if (!job_queue(call->work->db, kind, account, 0, NULL, job, err))
        return audit_undo(call->work->db);
    snprintf(object, sizeof object, "job %lld", (long long)*job);
    snprintf(after, sizeof after, "{\"kind\": \"%s\"}", kind);
    return audit_commit(call->work->db, &act, "job_queue", object, NULL, after, err);
}

bool cmd_job_queue(struct call *call, struct err *err) {
    static const struct output_column column[] = {{"job", "job", OUT_ID}};
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.queued.1", column, 1);
    const char *kind = call->argument[0];
    int64_t job, account;
    if (!recurs(call, err) || !of_account(call, &account, err) || !queue(call, kind, account, &job, err))
        return false;
    say(call, "job %lld (%s) is due now: the next worker takes it", (long long)job, kind);
    output_int(&o, job);
    output_record(&o, call->work);
    return true;
}
