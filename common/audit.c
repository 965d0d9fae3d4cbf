#include "audit.h"

#include <stdio.h>

#include "fault.h"

bool audit_write(struct db *db, const struct act *act, const char *action, const char *object, const char *before,
                 const char *after, struct err *err) {
    return db_do(db, &sql_audit_write, err, V_TEXT(act->person), V_TEXT(action), V_TEXT(object), V_TEXT(before),
                 V_TEXT(after), V_TEXT(act->reason));
}

bool audit_undo(struct db *db) {
    db_rollback(db);
    return false;
}

bool audit_end_request(struct db *db, int64_t id, const char *person, const char *error, struct err *err) {
    AUTO_ROWS struct db_rows ended = {0};
    const struct act confirm = {.person = person};
    char object[32];
    if (!db_query(db, &sql_act_request_end, &ended, err, V_INT(id), V_TEXT(person), V_TEXT(error)))
        return false;
    if (ended.count == 0) {
        fail(err, ERR_INPUT, "request %lld does not wait any more", (long long)id);
        return fail_cure(err, "`kaquan-worker audit requests` tells what became of it");
    }
    snprintf(object, sizeof object, "request %lld", (long long)id);
    return audit_write(db, &confirm, "confirm", object, NULL, db_text(&ended, 0, "record"), err);
}

static bool end_request(struct db *db, const struct act *act, struct err *err) {
    if (act->request == 0)
        return true;
    if (!audit_end_request(db, act->request, act->person, NULL, err))
        return false;
    FAULT("request_before_commit");
    return true;
}

bool audit_commit(struct db *db, const struct act *act, const char *action, const char *object, const char *before,
                  const char *after, struct err *err) {
    if (!end_request(db, act, err) || !audit_write(db, act, action, object, before, after, err))
        return audit_undo(db);
    return db_commit(db, err);
}
