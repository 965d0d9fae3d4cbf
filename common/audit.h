/* audit.h - the audit log: what somebody did, in the same transaction as the act itself. */
#ifndef KAQUAN_AUDIT_H
#define KAQUAN_AUDIT_H

#include "db.h"
#include "err.h"

/* Who acts, and why. */
struct act {
    const char *person; /* user@host */
    const char *reason; /* or NULL */
    int64_t request;    /* that another person asked for it by, over with the act; 0: none */
};

/* Writes the row; the caller's transaction is open. `before` and `after` are JSON objects or NULL (not there). */
bool audit_write(struct db *db, const struct act *act, const char *action, const char *object, const char *before,
                 const char *after, struct err *err);

/* Ends the request `id` that waits, in the present transaction, with its row: done, or failed because of `error`.
 * Fails (ERR_INPUT) when it does not wait any more. */
bool audit_end_request(struct db *db, int64_t id, const char *person, const char *error, struct err *err);

/* Ends the transaction of an act: writes the row and commits, or takes everything back. Its request ends with it:
 * either both happened or nothing did. */
bool audit_commit(struct db *db, const struct act *act, const char *action, const char *object, const char *before,
                  const char *after, struct err *err);

/* Takes everything back; returns false, so that `return audit_undo(db)` reads well. */
bool audit_undo(struct db *db);

#endif
