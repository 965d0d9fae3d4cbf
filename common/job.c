#include "job.h"

#include <string.h>

#include "buf.h"
#include "lang.h"
#include "text.h"

bool job_queue(struct db *db, const char *kind, int64_t account_id, int32_t template_id, const char *params,
               int64_t *id, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!db_query(db, &sql_job_queue, &rows, err, V_TEXT(kind), account_id ? V_INT(account_id) : V_NULL,
                  template_id ? V_INT(template_id) : V_NULL, V_TEXT(params ? params : "{}")))
        return fail_in(err, "cannot queue %s", kind);
    *id = db_int(&rows, 0, "id");
    return true;
}

bool job_plan(struct db *db, double *wait, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!db_query0(db, &sql_job_plan, &rows, err))
        return fail_in(err, "cannot plan jobs");
    *wait = db_int(&rows, 0, "made") > 0 ? 0 : db_number(&rows, 0, "wait_s");
    return true;
}

static void job_read(const struct db_rows *rows, struct job *job) {
    job->held = false;
    job->id = db_int(rows, 0, "id");
    text_copy(job->kind, sizeof(job->kind), db_text(rows, 0, "kind"));
    job->account_id = db_int(rows, 0, "account_id");
    job->template_id = (int32_t)db_int(rows, 0, "template_id");
    job->fence = db_int(rows, 0, "fence");
    job->attempts = (int)db_int(rows, 0, "attempts");
    text_copy(job->params, sizeof(job->params), db_text(rows, 0, "params"));
}

bool job_take(struct db *db, const char *host, const char *wechat_kinds, const char *only, struct job *job,
              bool *found, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!db_query(db, &sql_job_take, &rows, err, V_TEXT(host), V_TEXT(wechat_kinds), V_TEXT(only),
                  V_SECONDS(JOB_LEASE_S)))
        return fail_in(err, "cannot take a job");
    *found = rows.count == 1;
    if (*found)
        job_read(&rows, job);
    return true;
}

/* Our row was not there under our fence: was it cancelled, or taken over? */
static bool lost(struct db *db, const struct job *job, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!db_query(db, &sql_job_state, &rows, err, V_INT(job->id)))
        return false;
    if (rows.count == 1 && strcmp(db_text(&rows, 0, "state"), "cancelled") == 0)
        return fail(err, ERR_STOPPED, "job %lld was cancelled", (long long)job->id);
    return fail(err, ERR_LOST, "job %lld is run by another worker now", (long long)job->id);
}

bool job_progress(struct db *db, const struct job *job, int64_t done, int64_t total, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!db_query(db, &sql_job_progress, &rows, err, V_INT(job->id), V_INT(job->fence), V_INT(done), V_INT(total),
                  V_SECONDS(JOB_LEASE_S)))
        return false;
    return rows.hits == 1 || lost(db, job, err);
}

void job_note(struct db *db, const struct job *job, const char *level, const char *text) {
    char clean[JOB_TEXT_MAX];
    db_do(db, &sql_job_note, NULL, V_INT(job->id), V_TEXT(level), V_TEXT(safe_copy(clean, sizeof(clean), text)));
}

bool job_hold(struct db *db, struct job *job, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!db_begin(db, err))
        return false;
    job->held = db_query(db, &sql_job_hold, &rows, err, V_INT(job->id), V_INT(job->fence)) &&
                (rows.count == 1 || lost(db, job, err));
    if (!job->held)
        db_rollback(db);
    return job->held;
}

bool job_done(struct db *db, const struct job *job, const char *result, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    bool good = db_query(db, &sql_job_done, &rows, err, V_INT(job->id), V_INT(job->fence), V_TEXT(result)) &&
                (rows.hits == 1 || lost(db, job, err));
    if (!job->held)
        return good;
    if (good)
        return db_commit(db, err);
    db_rollback(db);
    return false;
}

bool job_fail(struct db *db, const struct job *job, const struct err *why, int tries, double wait_s,
              struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    const struct err_class *class = err_class(why->kind);
    bool again = class->retry && (tries == 0 || job->attempts < tries);
    if (!db_query(db, &sql_job_fail, &rows, err, V_INT(job->id), V_INT(job->fence), V_TEXT(class->name),
                  V_INT(why->errcode), V_TEXT(why->text), V_BOOL(again), V_SECONDS(wait_s)))
        return false;
    return rows.hits == 1 || lost(db, job, err);
}

bool job_release(struct db *db, const struct job *job, struct err *err) {
    return db_do(db, &sql_job_release, err, V_INT(job->id), V_INT(job->fence));
}

static bool job_change(struct db *db, const struct sql *statement, int64_t id, const char *problem, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!db_query(db, statement, &rows, err, V_INT(id)))
        return false;
    if (rows.hits == 1)
        return true;
    fail(err, ERR_INPUT, "job %lld %s", (long long)id, _(problem));
    return fail_cure(err, "see kaquan-worker job show %lld", (long long)id);
}

bool job_retry(struct db *db, int64_t id, struct err *err) {
    return job_change(db, &sql_job_retry, id,
                      N_("did not fail, was not cancelled and does not wait, or one like it is open already"), err);
}

bool job_cancel(struct db *db, int64_t id, struct err *err) {
    return job_change(db, &sql_job_cancel, id, N_("does not exist or is over"), err);
}
