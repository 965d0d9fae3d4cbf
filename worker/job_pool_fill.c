/* Signs cards until a template's pool is as full as it should be. Asked for by the low-water mark, the claim rate, a
 * new epoch (the view pool_need), or by a person: params {"cards": N}. */
#include "jobs.h"

#include <inttypes.h>
#include <string.h>

#include "clock.h"
#include "json.h"
#include "pool.h"
#include "progress.h"
#include "wx_credential.h"

enum { TELL_EVERY_S = 1 };

/* A fill's connection is busy with its COPY: how far it is goes to the queue through a second one, made when the fill
 * turns out to take longer than a moment. */
struct teller {
    struct run *run;
    struct db *db;
    struct progress *bar;
    double last;
};

static bool tell(void *context, int64_t done, int64_t total, struct err *err) {
    struct teller *t = context;
    progress_set(t->bar, done, total);
    if (clock_seconds() - t->last < TELL_EVERY_S)
        return true;
    t->last = clock_seconds();
    if (!t->db) {
        const char *service = conf_text(&t->run->work->conf, CONF_SERVICE);
        struct db_options options = {.application_name = "kaquan-worker progress",
                                     .service = service[0] ? service : NULL};
        t->db = db_new(&options, NULL);
    }
    /* Without the second connection the fill goes on: its lease is long enough for most. */
    return !t->db || job_progress(t->db, &t->run->job, done, total, err);
}

/* Cards to sign: what a person asked for, else what the pool wants; never more than the stock allows. */
static bool size_of_fill(const struct run *run, const struct pool_need *need, int64_t *cards, struct err *err) {
    AUTO_JSON cJSON *params = json_parse(run->job.params, strlen(run->job.params), NULL, err);
    int64_t asked = 0;
    if (!params || !json_may_int(params, "cards", 0, 100000000, &asked, err))
        return fail_in(err, "job %" PRId64, run->job.id);
    *cards = asked > 0 ? asked : need->reason[0] ? need->wanted : 0;
    if (*cards > need->stock_left)
        *cards = need->stock_left;
    return true;
}

bool job_pool_fill(struct run *run, struct err *err) {
    struct work *work = run->work;
    struct pool_need need;
    int64_t cards = 0;
    if (!pool_need(work->db, run->job.template_id, &need, err) || !size_of_fill(run, &need, &cards, err))
        return false;
    if (cards == 0) {
        run_result(run, "%s: %" PRId64 " cards ready, nothing to sign", need.template_key, need.ready);
        return true;
    }
    struct wx_tools tools = {.db = work->db, .host = work->host};
    tools.key = work_key(work, err);
    if (!tools.key)
        return false;
    AUTO_SECRET struct secret api_ticket = {0};
    struct credential credential;
    if (!credential_load(&tools, need.account_id, CREDENTIAL_TICKET, &api_ticket, &credential, err))
        return false;
    if (credential.epoch != need.epoch)
        return fail(err, ERR_BUSY, "the api_ticket was renewed meanwhile; the next attempt signs in epoch %" PRId64,
                    credential.epoch);
    struct teller teller = {.run = run, .bar = progress_new(need.template_key), .last = clock_seconds()};
    struct pool_filled filled = {0};
    bool ok = pool_fill(work->db, &need, &api_ticket, cards, work->host, &(struct pool_progress){tell, &teller},
                        &filled, err);
    progress_free(teller.bar);
    db_free(teller.db);
    ok = ok && db_do(work->db, &sql_renewal_after_rotation, err, V_INT(need.template_id), V_INT(need.epoch));
    if (ok)
        run_result(run, "%s: %" PRId64 " cards signed in epoch %" PRId64 " (%s), slot %d, %.0f cards/s",
                   need.template_key, filled.cards, need.epoch, need.reason[0] ? need.reason : "asked for",
                   filled.slot, (double)filled.cards / (filled.seconds > 0 ? filled.seconds : 1e-9));
    return ok;
}
