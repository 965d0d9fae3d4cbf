#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "ask.h"
#include "cmd.h"
#include "output.h"

static const struct output_column columns[] = {
    {"key_id", "KEY", OUT_TEXT},
    {"active", "ACTIVE", OUT_BOOL},
    {"created_at", "SINCE", OUT_TEXT},
    {"secrets", "SECRETS", OUT_NUMBER},
    {"credentials", "CREDENTIALS", OUT_NUMBER},
};

bool cmd_key_list(struct call *call, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!db_query0(call->work->db, &sql_worker_key_list, &rows, err))
        return false;
    output_db("kaquan.key.1", columns, ARRAY_LEN(columns), &rows, call->work);
    return true;
}

/* Secrets sealed to the key in use can be opened by no other: they have to be set again. */
static bool may_replace(const struct call *call, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!db_query0(call->work->db, &sql_worker_key_active, &rows, err))
        return false;
    if (rows.count == 0)
        return true;
    return ask_name(
        call, db_text(&rows, 0, "key_id"), err,
        "The worker has the key %s. Secrets of %lld accounts are sealed to it: with a new key each has to "
        "be set again, and the worker fetches new tokens.",
        db_text(&rows, 0, "key_id"), (long long)db_int(&rows, 0, "sealed"));
}

static bool store(const struct call *call, const struct seal_key *key, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    struct db *db = call->work->db;
    struct act act = call_act(call);
    if (!db_begin(db, err))
        return false;
    if (!db_do0(db, &sql_worker_key_retire, err) ||
        !db_query(db, &sql_worker_key_add, &rows, err, V_TEXT(seal_key_id(key)), V_TEXT(seal_key_certificate(key))))
        return audit_undo(db);
    return audit_commit(db, &act, "key_new", "worker key", NULL, db_text(&rows, 0, "record"), err);
}

bool cmd_key_new(struct call *call, struct err *err) {
    const char *path = call->arguments > 0 ? call->argument[0] : conf_text(&call->work->conf, CONF_KEY_FILE);
    struct seal_key *key;
    bool good;
    if (path[0] == '\0')
        return fail(err, ERR_USAGE, "where shall the key be? Give a file, or set key-file");
    if (!may_replace(call, err) || !seal_key_create(path, call->work->host, err))
        return false;
    key = seal_key_load(path, err);
    good = key != NULL && store(call, key, err);
    if (good)
        say(call, "the key %s was made: %s holds the private part, mode 0400", seal_key_id(key), path);
    else
        unlink(path); /* a key that nobody seals to is of no use, and would be in the way of the next try */
    seal_key_free(key);
    if (good)
        say(call, "next: keep a copy in a safe place; without it no secret can be opened again");
    return good;
}
