#include "audit.h"

bool audit_write(struct db *db, const struct act *act, const char *action, const char *object, const char *before,
                 const char *after, struct err *err) {
    return db_do(db, &sql_audit_write, err, V_TEXT(act->person), V_TEXT(action), V_TEXT(object), V_TEXT(before),
                 V_TEXT(after), V_TEXT(act->reason));
}

bool audit_undo(struct db *db) {
    db_rollback(db);
    return false;
}

bool audit_commit(struct db *db, const struct act *act, const char *action, const char *object, const char *before,
                  const char *after, struct err *err) {
    if (!audit_write(db, act, action, object, before, after, err))
        return audit_undo(db);
    return db_commit(db, err);
}
