#include <stdio.h>

#include "ask.h"
#include "cmd.h"
#include "job_planned.h"
#include "lang.h"

/* A kind that rests already, or does not, is a mistake of whoever asks. Jobs that wait are cancelled with the pause,
 * one that runs is left to end. */
static void object_of(const char *kind, char out[64]) {
    snprintf(out, 64, "kind %s", kind);
}

static bool pause_kind(struct db *db, const char *kind, const struct act *act, int64_t *cancelled, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    char object[64], after[64];
    if (!db_begin(db, err))
        return false;
    if (!db_query(db, &sql_job_pause, &rows, err, V_TEXT(kind), V_TEXT(act->person), V_TEXT(act->reason)))
        return audit_undo(db);
    if (rows.count == 0) {
        fail(err, ERR_INPUT, "%s is paused already", kind);
        fail_cure(err, "kaquan-worker job resume %s", kind);
        return audit_undo(db);
    }
    *cancelled = db_int(&rows, 0, "cancelled");
    object_of(kind, object);
    snprintf(after, sizeof after, "{\"cancelled\": %lld}", (long long)*cancelled);
    return audit_commit(db, act, "job_pause", object, NULL, after, err);
}

static bool resume_kind(struct db *db, const char *kind, const struct act *act, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    char object[64];
    if (!db_begin(db, err))
        return false;
    if (!db_query(db, &sql_job_resume, &rows, err, V_TEXT(kind)))
        return audit_undo(db);
    if (rows.count == 0) {
        fail(err, ERR_INPUT, "%s is not paused", kind);
        return audit_undo(db);
    }
    object_of(kind, object);
    return audit_commit(db, act, "job_resume", object, db_text(&rows, 0, "record"), NULL, err);
}

static const struct job_planned *kind_of(const struct call *call, struct err *err) {
    const char *kinds[32];
    size_t count;
    const struct job_planned *planned = job_planned(&count);
    for (size_t i = 0; i < count && i < ARRAY_LEN(kinds); i++)
        kinds[i] = planned[i].kind;
    return call_word("KIND", call->argument[0], kinds, count, err) ? job_planned_find(call->argument[0]) : NULL;
}

static bool ask_pause(const struct call *call, const struct job_planned *kind, struct err *err) {
    return kind->endangers
               ? ask_yes(call, err, "DANGER. While %s is paused: %s. Pause it?", kind->kind, _(kind->rests))
               : ask_yes(call, err, "While %s is paused: %s. Pause it?", kind->kind, _(kind->rests));
}

bool cmd_job_pause(struct call *call, struct err *err) {
    const struct job_planned *kind = kind_of(call, err);
    struct act act = call_act(call);
    int64_t cancelled;
    if (kind == NULL || !ask_pause(call, kind, err) || !pause_kind(call->work->db, kind->kind, &act, &cancelled, err))
        return false;
    say(call, "%s is paused, %lld waiting jobs of it are cancelled: %s", kind->kind, (long long)cancelled,
        _(kind->rests));
    say(call, "next: kaquan-worker job resume %s", kind->kind);
    return true;
}

bool cmd_job_resume(struct call *call, struct err *err) {
    const struct job_planned *kind = kind_of(call, err);
    struct act act = call_act(call);
    if (kind == NULL || !resume_kind(call->work->db, kind->kind, &act, err))
        return false;
    say(call, "%s goes on: what was due meanwhile is done now, once", kind->kind);
    return true;
}
