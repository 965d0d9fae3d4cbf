/* jobs.h - the kinds of jobs: one table, a row carries its help, its retries and its function. */
#ifndef KAQUAN_JOBS_H
#define KAQUAN_JOBS_H

#include "job.h"
#include "work.h"

/* A job in the hand of a worker. */
struct run {
    struct work *work;
    struct job job;
    char result[JOB_TEXT_MAX]; /* a sentence on what was done, for the record */
};

struct job_kind {
    const char *name;
    const char *help;
    bool calls_wechat;
    int tries;      /* attempts before it is failed; 0: until it succeeds */
    double pause_s; /* first pause after a failure, doubled each time up to 15 min */
    bool (*run)(struct run *run, struct err *err);
};
const struct job_kind *job_kinds(size_t *count);
const struct job_kind *job_kind_find(const char *name);

/* Sets run->result, printf style. */
void run_result(struct run *run, const char *format, ...) PRINTF(2, 3);

/* The jobs, one file each: worker/job_*.c */
bool job_credential_refresh(struct run *run, struct err *err);
bool job_whitelist_check(struct run *run, struct err *err);
bool job_template_submit(struct run *run, struct err *err);
bool job_template_review(struct run *run, struct err *err);
bool job_template_update(struct run *run, struct err *err);
bool job_template_stock(struct run *run, struct err *err);
bool job_template_delete(struct run *run, struct err *err);
bool job_template_follow(struct run *run, struct err *err);
bool job_pool_fill(struct run *run, struct err *err);
bool job_ticket_renew(struct run *run, struct err *err);
bool job_event_apply(struct run *run, struct err *err);
bool job_event_decrypt(struct run *run, struct err *err);
bool job_ticket_bulk(struct run *run, struct err *err);
bool job_ticket_reconcile(struct run *run, struct err *err);
bool job_ticket_repair(struct run *run, struct err *err);
bool job_ticket_person(struct run *run, struct err *err);
bool job_ticket_expire(struct run *run, struct err *err);
bool job_stat_minute(struct run *run, struct err *err);
bool job_stat_late(struct run *run, struct err *err);
bool job_stat_wechat(struct run *run, struct err *err);
bool job_prune(struct run *run, struct err *err);
bool job_code_deposit(struct run *run, struct err *err);
bool job_quota_learn(struct run *run, struct err *err);
bool job_quota_reset(struct run *run, struct err *err);
bool job_wechat_ask(struct run *run, struct err *err);

/* `kaquan-worker run`: takes and runs due jobs until none is due or `max_seconds` passed. `kind` NULL: all. */
bool work_run(struct work *work, const char *kind, double max_seconds, double jitter_s, struct err *err);
/* `kaquan-worker serve`: the same, then sleeps until something is due or queued; ends on SIGTERM (ERR_STOPPED). */
bool work_serve(struct work *work, struct err *err);

#endif
