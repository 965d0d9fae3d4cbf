#include "reseal.h"

#include <stdio.h>
#include <stdlib.h>

#include "fault.h"
#include "log.h"
#include "text.h"

/* A rotation that is under way. */
struct move {
    struct db *db;
    const struct act *act;
    const struct seal_key *keys, *to;
    char kept[32]; /* where the last value that was looked at is kept */
    int64_t id;
    int64_t moved;
};

bool reseal_left(struct db *db, const char *id, int64_t *left, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!db_query(db, &sql_reseal_left, &rows, err, V_TEXT(id)))
        return false;
    *left = db_int(&rows, 0, "left");
    return true;
}

/* False only when the database fails; a value that cannot be opened is said and left. */
static bool move_value(const struct move *m, const struct seal_place *place, struct bytes sealed, int64_t *moved,
                       struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    AUTO_SECRET struct secret value = {0};
    AUTO_BUF struct buf fresh = {0};
    struct err why = {0};
    if (!unseal(m->keys, place, sealed, &value, &why)) {
        log_warn("not_resealed", F_TEXT("appid", place->account), F_TEXT("column", place->column),
                 F_TEXT("why", why.text));
        return true;
    }
    if (!seal(seal_key_certificate(m->to), place, &value, &fresh, err) ||
        !db_query(m->db, &sql_reseal, &rows, err, V_TEXT(m->kept), V_INT(m->id), V_BYTES(fresh.data, fresh.len),
                  V_TEXT(seal_key_id(m->to)), V_BYTES(sealed.data, sealed.len)))
        return false;
    *moved += db_int(&rows, 0, "moved");
    return true;
}

static bool move_row(struct move *m, const struct db_rows *rows, int row, int64_t *moved, struct err *err) {
    struct seal_place place = {db_text(rows, row, "appid"), db_text(rows, row, "column"), db_int(rows, row, "epoch")};
    struct bytes sealed = {0};
    bool good;
    text_copy(m->kept, sizeof m->kept, db_text(rows, row, "kept"));
    m->id = db_int(rows, row, "id");
    if (!db_bytes(rows, row, "sealed", &sealed))
        return true;
    good = move_value(m, &place, sealed, moved, err);
    free((void *)(uintptr_t)sealed.data);
    return good;
}

static bool record(const struct move *m, int64_t moved, struct err *err) {
    char object[64], after[64];
    snprintf(object, sizeof object, "worker key %s", seal_key_id(m->to));
    snprintf(after, sizeof after, "{\"values\": %lld}", (long long)moved);
    return audit_commit(m->db, m->act, "key_reseal", object, NULL, after, err);
}

static bool move_batch(struct move *m, const struct db_rows *rows, struct err *err) {
    int64_t moved = 0;
    if (!db_begin(m->db, err))
        return false;
    for (int row = 0; row < rows->count; row++)
        if (!move_row(m, rows, row, &moved, err))
            return audit_undo(m->db);
    FAULT("key_in_batch");
    if (moved == 0)
        audit_undo(m->db);
    else if (!record(m, moved, err))
        return false;
    FAULT("key_after_batch");
    m->moved += moved;
    return true;
}

bool reseal_all(struct db *db, const struct act *act, const struct seal_key *keys, const struct seal_key *to,
                int64_t *moved, struct err *err) {
    struct move m = {.db = db, .act = act, .keys = keys, .to = to};
    bool good, more = true;
    do {
        AUTO_ROWS struct db_rows rows = {0};
        good = db_query(db, &sql_reseal_list, &rows, err, V_TEXT(seal_key_id(to)), V_TEXT(m.kept), V_INT(m.id));
        more = good && rows.count > 0;
        good = good && (!more || move_batch(&m, &rows, err));
    } while (good && more);
    *moved = m.moved;
    return good;
}
