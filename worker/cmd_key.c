#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ask.h"
#include "cmd.h"
#include "fault.h"
#include "output.h"
#include "reseal.h"

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
        "be set again, and the worker fetches new tokens. `kaquan-worker key rotate` keeps them.",
        db_text(&rows, 0, "key_id"), (long long)db_int(&rows, 0, "sealed"));
}

/* From now on everybody seals to this key. `before`: the one until now, or NULL. */
static bool store(const struct call *call, const struct seal_key *key, const char *action, const char *before,
                  struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    char record[64];
    struct db *db = call->work->db;
    struct act act = call_act(call);
    if (!db_begin(db, err))
        return false;
    if (!db_do0(db, &sql_worker_key_retire, err) ||
        !db_query(db, &sql_worker_key_add, &rows, err, V_TEXT(seal_key_id(key)), V_TEXT(seal_key_certificate(key))))
        return audit_undo(db);
    snprintf(record, sizeof record, "{\"key_id\": \"%s\"}", before == NULL ? "" : before);
    return audit_commit(db, &act, action, "worker key", before == NULL ? NULL : record, db_text(&rows, 0, "record"),
                        err);
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
    good = key != NULL && store(call, key, "key_new", NULL, err);
    if (good)
        say(call, "the key %s was made: %s holds the private part, mode 0400", seal_key_id(key), path);
    else
        unlink(path); /* a key that nobody seals to is of no use, and would be in the way of the next try */
    seal_key_free(key);
    if (good)
        say(call, "next: keep a copy in a safe place; without it no secret can be opened again");
    return good;
}

/* --- rotating: a new pair in the file, then its certificate in use, then everything sealed to it --- */

struct rotation {
    struct call *call;
    const char *path;
    struct seal_key *keys;        /* those of the file */
    char active[32];              /* what everybody seals to */
    const struct seal_key *fresh; /* in the file, not yet known to the database; NULL: none */
    int64_t moved;
    int64_t left; /* values that are not sealed to the active key */
};

static bool known(const struct db_rows *rows, const char *id) {
    for (int i = 0; i < rows->count; i++)
        if (strcmp(db_text(rows, i, "key_id"), id) == 0)
            return true;
    return false;
}

static bool look_at_keys(struct rotation *r, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!db_query0(r->call->work->db, &sql_worker_key_list, &rows, err))
        return false;
    r->active[0] = '\0';
    r->fresh = NULL;
    for (int i = 0; i < rows.count; i++)
        if (db_bool(&rows, i, "active"))
            text_copy(r->active, sizeof r->active, db_text(&rows, i, "key_id"));
    for (const struct seal_key *k = r->keys; k != NULL; k = seal_key_next(k))
        if (!known(&rows, seal_key_id(k)))
            r->fresh = k;
    return reseal_left(r->call->work->db, r->active, &r->left, err);
}

static bool look(struct rotation *r, struct err *err) {
    r->keys = work_key(r->call->work, err);
    if (r->keys == NULL || !look_at_keys(r, err))
        return false;
    if (r->active[0] != '\0' && seal_key_find(r->keys, r->active) != NULL)
        return true;
    if (r->active[0] == '\0') {
        fail(err, ERR_CONFIG, "there is no key yet");
        return fail_cure(err, "kaquan-worker key new");
    }
    fail(err, ERR_CONFIG, "secrets are sealed to %s, which is not in %s", r->active, r->path);
    return fail_cure(err, "run it on a host that has the present key, with --key-file");
}

/* The table is locked meanwhile: two rotations at once would each replace the file of the other. */
static bool add_pair(struct rotation *r, struct err *err) {
    struct work *work = r->call->work;
    bool good;
    if (!ask_yes(r->call, err, "A new key is added to %s, and everything will be sealed to it.", r->path) ||
        !db_begin(work->db, err))
        return false;
    good = db_do0(work->db, &sql_worker_key_only, err) && seal_key_refresh(r->keys, r->path, err) &&
           look_at_keys(r, err) && (r->fresh != NULL || seal_key_add(r->path, work->host, err)) &&
           seal_key_refresh(r->keys, r->path, err) && look_at_keys(r, err);
    db_rollback(work->db); /* nothing but the lock was in it */
    return good;
}

static bool activate(struct rotation *r, struct err *err) {
    FAULT("key_before_active");
    if (!store(r->call, r->fresh, "key_rotate", r->active, err))
        return false;
    FAULT("key_after_active");
    text_copy(r->active, sizeof r->active, seal_key_id(r->fresh));
    return true;
}

static bool seal_to_active(struct rotation *r, struct err *err) {
    struct db *db = r->call->work->db;
    struct act act = call_act(r->call);
    return reseal_all(db, &act, r->keys, seal_key_find(r->keys, r->active), &r->moved, err) &&
           reseal_left(db, r->active, &r->left, err);
}

/* Workers that do not hold the new key could open nothing any more. */
static bool others_ready(const struct rotation *r, bool just_made, bool *wait, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    const char *hosts;
    *wait = false;
    if (!db_query(r->call->work->db, &sql_worker_elsewhere, &rows, err, V_TEXT(r->call->work->host)))
        return false;
    hosts = db_text(&rows, 0, "hosts");
    if (hosts[0] == '\0')
        return true;
    *wait = just_made;
    if (!just_made)
        return ask_name(r->call, seal_key_id(r->fresh), err,
                        "Workers of these hosts are alive: %s. Each must hold the key %s by now.", hosts,
                        seal_key_id(r->fresh));
    say(r->call,
        "next: copy %s to the workers of %s and restart those that keep a copy of it (systemd units), then: "
        "kaquan-worker key rotate --confirm=%s",
        r->path, hosts, seal_key_id(r->fresh));
    return true;
}

static bool rotate(struct rotation *r, bool *waits, struct err *err) {
    bool just_made = r->fresh == NULL;
    if (r->fresh == NULL && r->left > 0) /* it was interrupted, or a worker sealed to the old key meanwhile */
        return seal_to_active(r, err);
    if (r->fresh == NULL && !add_pair(r, err))
        return false;
    if (!others_ready(r, just_made, waits, err))
        return false;
    return *waits || (activate(r, err) && seal_to_active(r, err));
}

static const struct output_column rotated[] = {
    {"key_id", "KEY", OUT_TEXT},
    {"active", "ACTIVE", OUT_BOOL},
    {"moved", "MOVED", OUT_NUMBER},
    {"left", "LEFT", OUT_NUMBER},
};

static void show(const struct rotation *r, bool waits) {
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.key_rotate.1", rotated, ARRAY_LEN(rotated));
    output_cell(&o, waits ? seal_key_id(r->fresh) : r->active);
    output_bool(&o, !waits);
    output_int(&o, r->moved);
    output_int(&o, r->left);
    output_record(&o, r->call->work);
}

bool cmd_key_rotate(struct call *call, struct err *err) {
    struct rotation r = {.call = call, .path = conf_text(&call->work->conf, CONF_KEY_FILE)};
    bool waits = false;
    if (!look(&r, err) || !rotate(&r, &waits, err))
        return false;
    show(&r, waits);
    if (!waits && r.left > 0) {
        fail(err, ERR_PARTIAL, "%lld values are sealed to other keys still", (long long)r.left);
        return fail_cure(err, "the log names those that no key of %s opens: set these secrets again", r.path);
    }
    if (!waits)
        say(call, "everything is sealed to %s. Keep the old keys in %s: backups of the database need them", r.active,
            r.path);
    return true;
}
