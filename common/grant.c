#include "grant.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "lang.h"

enum { NAME_SIZE = 96, LOGIN_MAX = 63 };

const struct grant_kind grant_backend = {"backend",         "kaquan_backend", N_("claim cards"),
                                         &sql_backend_list, &sql_backend_add, &sql_backend_remove};
const struct grant_kind grant_gate = {"gate",         "kaquan_gate", N_("admit tickets"),
                                      &sql_gate_list, &sql_gate_add, &sql_gate_remove};

/* A plain name: the administrator will type it into SQL. */
static bool login_good(const char *login, const struct grant_kind *kind, struct err *err) {
    size_t len = strlen(login);
    if (len > 0 && len <= LOGIN_MAX && (islower((unsigned char)login[0]) || login[0] == '_') &&
        strspn(login, "abcdefghijklmnopqrstuvwxyz0123456789_") == len)
        return true;
    fail(err, ERR_INPUT, "\"%s\" cannot be a %s's login", login, kind->name);
    return fail_cure(err, "1..63 of a-z, 0-9 and _, beginning with a letter");
}

static bool login_state(struct db *db, const char *login, const struct grant_kind *kind, struct grant_login *state,
                        struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!db_query(db, &sql_login_state, &rows, err, V_TEXT(login), V_TEXT(kind->group)))
        return false;
    state->ready = db_bool(&rows, 0, "ready");
    state->superuser = db_bool(&rows, 0, "superuser");
    return true;
}

static bool make_login(struct db *db, const char *login, const struct grant_kind *kind, struct grant_login *state,
                       struct err *err) {
    if (!login_state(db, login, kind, state, err))
        return false;
    if (state->ready || !state->superuser)
        return true;
    state->ready = true;
    return db_do(db, &sql_login_name, err, V_TEXT(login), V_TEXT(kind->group)) && db_do0(db, &sql_login_make, err);
}

/* "backend festival_app", "backend_add": object and action of the audit log. */
static const char *named(char out[NAME_SIZE], const struct grant_kind *kind, const char *between, const char *what) {
    snprintf(out, NAME_SIZE, "%s%s%s", kind->name, between, what);
    return out;
}

bool grant_add(struct db *db, const struct act *act, const struct grant_kind *kind, const char *login,
               const struct account *account, struct grant_login *state, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    char object[NAME_SIZE], action[NAME_SIZE];
    if (!login_good(login, kind, err) || !db_begin(db, err))
        return false;
    if (!make_login(db, login, kind, state, err) ||
        !db_query(db, kind->add, &rows, err, V_TEXT(login), V_INT(account->id)))
        return audit_undo(db);
    if (rows.count == 0) /* it may already */
        return db_commit(db, err);
    return audit_commit(db, act, named(action, kind, "_", "add"), named(object, kind, " ", login), NULL,
                        db_text(&rows, 0, "record"), err);
}

bool grant_remove(struct db *db, const struct act *act, const struct grant_kind *kind, const char *login,
                  const struct account *account, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    char object[NAME_SIZE], action[NAME_SIZE];
    if (!db_begin(db, err))
        return false;
    if (!db_query(db, kind->remove, &rows, err, V_TEXT(login), V_INT(account->id)))
        return audit_undo(db);
    if (rows.count == 0) {
        fail(err, ERR_INPUT, "the login \"%s\" has no grant for the account \"%s\"", login, account->key);
        fail_cure(err, "`kaquan-worker %s list` lists the grants", kind->name);
        return audit_undo(db);
    }
    return audit_commit(db, act, named(action, kind, "_", "remove"), named(object, kind, " ", login),
                        db_text(&rows, 0, "record"), NULL, err);
}
