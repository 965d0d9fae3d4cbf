#include "cmd.h"
#include "jobs.h"
#include "lock.h"
#include "log.h"
#include "output.h"
#include "text.h"

static bool known_kind(const char *kind, struct err *err) {
    const char *names[64], *nearest;
    size_t count;
    const struct job_kind *kinds = job_kinds(&count);
    if (kind == NULL || job_kind_find(kind) != NULL)
        return true;
    if (count > ARRAY_LEN(names))
        count = ARRAY_LEN(names);
    for (size_t i = 0; i < count; i++)
        names[i] = kinds[i].name;
    nearest = text_nearest(kind, names, count);
    fail(err, ERR_USAGE, "there is no kind of job \"%s\"", kind);
    if (nearest != NULL)
        return fail_cure(err, "did you mean \"%s\"?", nearest);
    return fail_cure(err, "without a kind all that is due is run");
}

static const struct output_column due[] = {
    {"kind", "KIND", OUT_TEXT},   {"account", "ACCOUNT", OUT_TEXT}, {"template", "TEMPLATE", OUT_TEXT},
    {"since", "SINCE", OUT_TEXT}, {"what", "WHAT", OUT_TEXT},
};

static bool show_due(struct call *call, const char *kind, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!db_query(call->work->db, &sql_job_due_list, &rows, err, V_TEXT(kind)))
        return false;
    output_db("kaquan.due.1", due, ARRAY_LEN(due), &rows, call->work);
    return true;
}

/* Another run on this host is no fault: that one does the work. */
static bool alone(struct call *call, bool *taken, struct err *err) {
    if (!lock_take(conf_text(&call->work->conf, CONF_LOCK_FILE), taken, err))
        return false;
    if (!*taken)
        log_info("run_skipped", F_TEXT("why", "another run on this host holds the lock"));
    if (*taken || call->option[OPT_LOCK_CONFLICT] == NULL)
        return true;
    return fail(err, ERR_BUSY, "another run on this host holds the lock");
}

bool cmd_run(struct call *call, struct err *err) {
    const char *kind = call->arguments > 0 ? call->argument[0] : NULL;
    double max_seconds = 50, jitter = 0;
    bool taken;
    if (!known_kind(kind, err) || !call_seconds(call, OPT_MAX_SECONDS, 86400, &max_seconds, err) ||
        !call_seconds(call, OPT_JITTER, 3600, &jitter, err))
        return false;
    if (call->work->dry_run)
        return show_due(call, kind, err);
    if (!alone(call, &taken, err))
        return false;
    return !taken || work_run(call->work, kind, max_seconds, jitter, err);
}

bool cmd_serve(struct call *call, struct err *err) {
    return work_serve(call->work, err);
}
