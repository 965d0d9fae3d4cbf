/* The two ways of working: `run` does what is due and ends, `serve` stays and sleeps in between. */
#include "jobs.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "app.h"
#include "buf.h"
#include "clock.h"
#include "fault.h"
#include "lang.h"
#include "log.h"
#include "notify.h"
#include "random.h"

enum { PAUSE_MAX_S = 900, BEAT_EVERY_S = 10, RECONNECT_MAX_S = 30 };
/* Claims tell nobody, so that they cost nothing: how full the pools are has to be looked at. */
enum { LOOK_EVERY_S = 2 };
static const double PAUSE_MIN_S = 0.2;
/* While jobs wait, too: a credential that becomes due goes before them. */
static const double PLAN_EVERY_S = 0.5;

/* What a round of jobs came to. */
struct tally {
    int done;
    int failed;
    struct err first; /* of the failures */
};

/* Left to other hosts where WeChat's whitelist refuses this one. Whether it still does is asked from here. */
static bool needs_whitelist(const struct job_kind *kind) {
    return kind->calls_wechat && kind->run != job_whitelist_check;
}

static void kinds_of_wechat(struct buf *names) {
    size_t count;
    const struct job_kind *kinds = job_kinds(&count);
    for (size_t i = 0; i < count; i++)
        if (needs_whitelist(&kinds[i]))
            buf_printf(names, "%s%s", names->len ? " " : "", kinds[i].name);
}

/* Doubled with each attempt up to 15 minutes, then half of it by chance, so that many do not come back together. What
 * goes away by itself, and what WeChat said, does so in WeChat's time; what waits for a person does in ours. */
static double pause_of(const struct work *work, const struct run *run, const struct job_kind *kind,
                       const struct err *why) {
    double pause = fmin(PAUSE_MAX_S, kind->pause_s * pow(2, fmin(run->job.attempts - 1, 10)));
    pause *= 0.5 + random_unit() / 2;
    bool of_wechat = err_class(why->kind)->retry || why->errcode != 0;
    return of_wechat ? fmax(PAUSE_MIN_S, pause / work->time_scale) : pause;
}

/* Refused by the whitelist, or with a key that does not open the secret: that is this host's trouble, not the
 * account's. */
static bool host_is_blocked(struct work *work, const struct run *run) {
    AUTO_ROWS struct db_rows rows = {0};
    return db_query(work->db, &sql_host_blocked, &rows, NULL, V_INT(run->job.account_id), V_TEXT(work->host)) &&
           db_bool(&rows, 0, "blocked");
}

static void job_failed(struct work *work, struct run *run, const struct job_kind *kind, const struct err *why,
                       struct tally *tally) {
    struct err err = {0};
    if (why->kind == ERR_STOPPED && app_stopping()) {
        job_release(work->db, &run->job, &err);
        return;
    }
    if (tally->failed++ == 0)
        tally->first = *why;
    log_warn("job_failed", F_TEXT("kind", kind->name), F_INT("job", run->job.id), F_INT("attempt", run->job.attempts),
             F_TEXT("class", err_class(why->kind)->name), F_INT("errcode", why->errcode), F_TEXT("why", why->text),
             F_TEXT("cure", why->cure));
    if (why->kind == ERR_LOST || why->kind == ERR_STOPPED)
        return; /* no longer ours to end */
    job_note(work->db, &run->job, "error", why->text);
    if (needs_whitelist(kind) && host_is_blocked(work, run)) { /* another host may do it at once */
        job_release(work->db, &run->job, &err);
        return;
    }
    if (!job_fail(work->db, &run->job, why, kind->tries, pause_of(work, run, kind, why), &err))
        log_warn("job_not_recorded", F_INT("job", run->job.id), F_TEXT("why", err.text));
}

static void job_run(struct work *work, const struct job *job, struct tally *tally) {
    struct run run = {.work = work, .job = *job};
    struct err err = {0};
    const struct job_kind *kind = job_kind_find(job->kind);
    double start = clock_seconds();
    if (!kind) {
        static const struct job_kind unknown = {.name = "unknown", .tries = 1, .pause_s = PAUSE_MAX_S};
        fail(&err, ERR_CONFIG, "this worker does not know jobs of kind %s", job->kind);
        job_failed(work, &run, &unknown, &err, tally);
        return;
    }
    log_debug("job_start", F_TEXT("kind", kind->name), F_INT("job", job->id));
    bool ok = kind->run(&run, &err);
    FAULT("job_before_done");
    if (!ok || !job_done(work->db, &run.job, run.result, &err)) {
        job_failed(work, &run, kind, &err, tally);
        return;
    }
    tally->done++;
    log_info(kind->name, F_INT("job", job->id), F_TEXT("result", run.result),
             F_SECONDS("took", clock_seconds() - start));
}

static bool beat(struct work *work, const char *mode, struct err *err) {
    return db_do(work->db, &sql_worker_beat, err, V_TEXT(work->host), V_INT(getpid()), V_TEXT(app_version()),
                 V_TEXT(mode), V_SECONDS(db_clock_offset(work->db)));
}

/* Plans and runs until nothing is due, the deadline passed or we are asked to stop; *wait: seconds until more is due.
 */
static bool round_of_jobs(struct work *work, const char *only, double deadline, struct tally *tally, double *wait,
                          struct err *err) {
    AUTO_BUF struct buf wechat = {0};
    kinds_of_wechat(&wechat);
    for (;;) {
        if (!job_plan(work->db, wait, err))
            return false;
        bool took = false;
        double again = fmin(deadline, clock_seconds() + PLAN_EVERY_S);
        for (bool found = true; found && !app_stopping() && clock_seconds() < again;) {
            struct job job;
            if (!job_take(work->db, work->host, buf_str(&wechat), only, &job, &found, err))
                return false;
            if (found)
                job_run(work, &job, tally);
            if (found && !db_alive(work->db))
                return fail(err, ERR_UNAVAILABLE, "the connection to the database broke during job %lld",
                            (long long)job.id);
            took |= found;
        }
        if (app_stopping() || clock_seconds() >= deadline || (!took && *wait > 0))
            return true;
        if (!took) /* planned by us, taken by another worker or left to another host */
            return *wait = 0.2, true;
    }
}

static bool outcome(const struct tally *tally, struct err *err) {
    if (app_stopping())
        return fail(err, ERR_STOPPED, "asked to stop; %d jobs done", tally->done);
    if (tally->failed == 0)
        return true;
    if (err && tally->done == 0) {
        *err = tally->first;
        return false;
    }
    return fail(err, ERR_PARTIAL, "%d of %d jobs failed: %s", tally->failed, tally->failed + tally->done,
                tally->first.text);
}

/* What jobs say is kept in the database and in logs, for people of either language. */
static void begin_jobs(struct work *work) {
    work->by_person = false;
    lang_start("en");
}

bool work_run(struct work *work, const char *kind, double max_seconds, double jitter_s, struct err *err) {
    struct tally tally = {0};
    double wait;
    begin_jobs(work);
    if (jitter_s > 0)
        clock_sleep(random_unit() * jitter_s);
    double deadline = clock_seconds() + max_seconds;
    if (!beat(work, "run", err) || !round_of_jobs(work, kind, deadline, &tally, &wait, err))
        return false;
    return outcome(&tally, err);
}

/* Sleeps until `wait` is over, it is time to look again, a job is queued or we are asked to stop. */
static bool rest(struct work *work, double wait, struct err *err) {
    bool notified;
    if (!db_wait(work->db, app_stop_fd(), fmax(fmin(wait, LOOK_EVERY_S), 0.001), &notified, err))
        return false;
    notify_systemd("WATCHDOG=1");
    return true;
}

/* Says that we live, when it is time to. */
static bool beat_again(struct work *work, double *last, struct err *err) {
    if (clock_seconds() - *last < BEAT_EVERY_S)
        return true;
    *last = clock_seconds();
    return beat(work, "serve", err);
}

static bool serve_connected(struct work *work, struct err *err) {
    double beaten = -INFINITY;
    while (!app_stopping()) {
        struct tally tally = {0};
        double wait;
        if (!beat_again(work, &beaten, err) ||
            !round_of_jobs(work, NULL, clock_seconds() + 3600, &tally, &wait, err) || !rest(work, wait, err))
            return false;
    }
    return true;
}

bool work_serve(struct work *work, struct err *err) {
    double pause = 0.3;
    begin_jobs(work);
    if (!db_listen(work->db, "kaquan_job", err))
        return false;
    notify_systemd("READY=1");
    log_info("serve", F_TEXT("host", work->host), F_INT("pid", getpid()), F_TEXT("version", app_version()));
    while (!app_stopping()) {
        struct err why = {0};
        double start = clock_seconds();
        if (serve_connected(work, &why))
            break;
        log_error("serve_interrupted", F_TEXT("why", why.text), F_TEXT("cure", why.cure),
                  F_SECONDS("again_in", pause));
        pause = clock_seconds() - start > 60 ? 0.3 : fmin(pause * 2, RECONNECT_MAX_S);
        clock_sleep(pause * (0.5 + random_unit() / 2));
        if (!db_alive(work->db) && !db_reconnect(work->db, &why))
            log_error("reconnect", F_TEXT("why", why.text), F_NONE);
    }
    notify_systemd("STOPPING=1");
    return fail(err, ERR_STOPPED, "asked to stop");
}
