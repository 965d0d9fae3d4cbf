#include "cmd.h"
#include "jobs.h"
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

bool cmd_run(struct call *call, struct err *err) {
    const char *kind = call->arguments > 0 ? call->argument[0] : NULL;
    double max_seconds = 50, jitter = 0;
    return known_kind(kind, err) && call_seconds(call, OPT_MAX_SECONDS, 86400, &max_seconds, err) &&
           call_seconds(call, OPT_JITTER, 3600, &jitter, err) && work_run(call->work, kind, max_seconds, jitter, err);
}

bool cmd_serve(struct call *call, struct err *err) {
    return work_serve(call->work, err);
}
