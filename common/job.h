/* job.h - the queue: work for the worker, queued by state, schedule, console or command line. One row is one job; a
 * lease with a fence says who runs it. */
#ifndef KAQUAN_JOB_H
#define KAQUAN_JOB_H

#include "db.h"
#include "err.h"

enum { JOB_KIND_MAX = 40, JOB_LEASE_S = 60, JOB_TEXT_MAX = 400 };

/* A job that this worker runs. Values are copies. */
struct job {
    int64_t id;
    char kind[JOB_KIND_MAX];
    int64_t account_id;  /* 0: none */
    int32_t template_id; /* 0: none */
    int64_t fence;
    int attempts;
    bool held;         /* by job_hold() */
    char params[2048]; /* JSON object */
};

/* Puts work into the queue, once: an open job of the same kind and object is kept. *id is that job's. */
bool job_queue(struct db *db, const char *kind, int64_t account_id, int32_t template_id, const char *params,
               int64_t *id, struct err *err);

/* Queues all that is due (job_plan()); *wait is the seconds until the next thing is due, at most 60. */
bool job_plan(struct db *db, double *wait, struct err *err);

/* Takes the next ready job for `host`, or one whose lease ran out: *found says whether there was one. Kinds that call
 * WeChat (`wechat_kinds`, space separated) are left to other hosts while the whitelist refuses this one. `only` NULL:
 * any. */
bool job_take(struct db *db, const char *host, const char *wechat_kinds, const char *only, struct job *job,
              bool *found, struct err *err);

/* Says how far it is and keeps the lease for another JOB_LEASE_S. False (ERR_LOST) when somebody else runs it now,
 * (ERR_STOPPED) when it was cancelled. `total` 0: not known. */
bool job_progress(struct db *db, const struct job *job, int64_t done, int64_t total, struct err *err);

/* A line of the job's log, sanitised. */
void job_note(struct db *db, const struct job *job, const char *level, const char *text);

/* Begins a transaction for a last look whether there is more to do. Who queues the same work meanwhile waits for its
 * end, and gets a job of its own once job_done() has ended it well. More to do: db_rollback(), and job->held = false.
 */
bool job_hold(struct db *db, struct job *job, struct err *err);

/* Ends it, only with our fence (ERR_LOST otherwise). job_fail() queues it again after `wait_s` when the kind of error
 * says so and attempts are left (`tries`), else it is failed. */
bool job_done(struct db *db, const struct job *job, const char *result, struct err *err);
bool job_fail(struct db *db, const struct job *job, const struct err *why, int tries, double wait_s, struct err *err);
/* Gives it back untouched: asked to stop before it began its work. */
bool job_release(struct db *db, const struct job *job, struct err *err);

/* For people: `retry` queues a failed or cancelled job again, `cancel` ends a queued one or asks a running one to
 * stop. Audited by the caller. ERR_INPUT when there is no such job or its state does not allow it. */
bool job_retry(struct db *db, int64_t id, struct err *err);
bool job_cancel(struct db *db, int64_t id, struct err *err);

#endif
