#include "db_private.h"

#include <stdio.h>
#include <stdlib.h>

enum { SLOT_MAX = 999 };

bool db_copy_cards_begin(struct db *db, int slot, struct err *err) {
    char text[96];

    if (slot < 0 || slot > SLOT_MAX)
        return fail(err, ERR_BUG, "there is no slot %d", slot);
    /* COPY takes no parameters; the number was checked, so nothing can be smuggled in. */
    snprintf(text, sizeof(text), "copy kaquan.pool_card_%02d from stdin (format binary, freeze)", slot);
    return db_run_text(db, "copy_cards", text, err);
}

bool db_copy_codes_begin(struct db *db, struct err *err) {
    return db_run_text(db, "copy_codes",
                       "copy kaquan.code_import_line (line, code) from stdin (format binary, freeze)", err);
}

bool db_copy_data(struct db *db, const char *data, size_t len, struct err *err) {
    if (PQputCopyData(db->conn, data, int_of(len)) == 1)
        return true;
    return db_lost(db, "copy_cards", err);
}

bool db_copy_end(struct db *db, const char *why, int64_t *stored, struct err *err) {
    PGresult *result;
    bool ok = true;

    if (stored)
        *stored = 0;
    if (PQputCopyEnd(db->conn, why) != 1)
        return db_lost(db, "copy_cards", err);
    while ((result = PQgetResult(db->conn))) {
        if (ok)
            ok = db_accept(db, result, "copy_cards", err);
        if (ok && stored && PQcmdTuples(result)[0] != '\0')
            *stored = strtoll(PQcmdTuples(result), NULL, 10);
        PQclear(result);
    }
    return ok;
}
