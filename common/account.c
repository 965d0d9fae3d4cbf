#include "account.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "http.h"
#include "seal.h"
#include "wx_crypt.h"

enum { OBJECT_SIZE = 128 };

static bool no_account(const char *key, struct err *err) {
    fail(err, ERR_INPUT, "there is no account \"%s\"", key);
    return fail_cure(err, "`kaquan-worker account list` lists the accounts");
}

static bool only_account(struct db *db, char key[ACCOUNT_KEY_SIZE], struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!db_query0(db, &sql_account_only, &rows, err))
        return false;
    if (rows.count == 0) {
        fail(err, ERR_INPUT, "there is no account yet");
        return fail_cure(err, "kaquan-worker account add KEY --appid APPID");
    }
    if (rows.count > 1) {
        fail(err, ERR_USAGE, "there are several accounts: which one?");
        return fail_cure(err, "add --account KEY");
    }
    return text_copy(key, ACCOUNT_KEY_SIZE, db_text(&rows, 0, "key"));
}

static void read_account(const struct db_rows *rows, struct account *a) {
    *a = (struct account){.id = db_int(rows, 0, "id"),
                          .enabled = db_bool(rows, 0, "enabled"),
                          .has_secret = db_bool(rows, 0, "has_secret"),
                          .version = (int)db_int(rows, 0, "version")};
    text_copy(a->key, sizeof a->key, db_text(rows, 0, "key"));
    text_copy(a->appid, sizeof a->appid, db_text(rows, 0, "appid"));
    text_copy(a->name, sizeof a->name, db_text(rows, 0, "name"));
    text_copy(a->original_id, sizeof a->original_id, db_text(rows, 0, "original_id"));
    text_copy(a->api_base, sizeof a->api_base, db_text(rows, 0, "api_base"));
    text_copy(a->token_mode, sizeof a->token_mode, db_text(rows, 0, "token_mode"));
}

bool account_get(struct db *db, const char *key, struct account *account, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    char only[ACCOUNT_KEY_SIZE];
    if (key == NULL && !only_account(db, only, err))
        return false;
    if (!db_query(db, &sql_account_get, &rows, err, V_TEXT(key == NULL ? only : key)))
        return false;
    if (rows.count != 1)
        return no_account(key == NULL ? only : key, err);
    read_account(&rows, account);
    return true;
}

/* --- secrets --- */

static bool check_secret(const char *column, const struct secret *secret, struct err *err) {
    if (strcmp(column, ACCOUNT_AES_KEY) != 0 || wx_aes_key_valid(secret->value))
        return true;
    fail(err, ERR_INPUT, "this is no EncodingAESKey");
    return fail_cure(err, "WeChat's console shows it beside the server's URL: 43 letters and digits");
}

/* Everybody can seal; only the worker's private key opens. */
static bool seal_secret(struct db *db, const char *appid, const char *column, const struct secret *secret,
                        struct buf *sealed, char key_id[KEY_ID_SIZE], struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    const struct seal_place place = {.account = appid, .column = column, .epoch = 0};
    if (!check_secret(column, secret, err) || !db_query0(db, &sql_worker_key_active, &rows, err))
        return false;
    if (rows.count != 1) {
        fail(err, ERR_CONFIG, "the worker has no key yet, so nothing can be sealed for it");
        return fail_cure(err, "on the worker's host: kaquan-worker key new");
    }
    text_copy(key_id, KEY_ID_SIZE, db_text(&rows, 0, "key_id"));
    return seal(db_text(&rows, 0, "certificate"), &place, secret, sealed, err);
}

bool account_seal(struct db *db, const char *key, const char *column, const struct secret *secret, struct buf *sealed,
                  char key_id[KEY_ID_SIZE], struct err *err) {
    struct account account;
    return account_get(db, key, &account, err) && seal_secret(db, account.appid, column, secret, sealed, key_id, err);
}

/* --- acts --- */

static bool lower_key(const char *key) {
    size_t len = strlen(key);
    if (len == 0 || len >= ACCOUNT_KEY_SIZE || (!islower((unsigned char)key[0]) && !isdigit((unsigned char)key[0])))
        return false;
    return strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_-") == len;
}

static bool letters_digits(const char *text, size_t low, size_t high) {
    size_t len = strlen(text);
    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)text[i]))
            return false;
    return len >= low && len <= high;
}

static bool check(const struct account *a, struct err *err) {
    if (!lower_key(a->key)) {
        fail(err, ERR_INPUT, "\"%s\" cannot be the key of an account", a->key);
        return fail_cure(err, "1..40 of a-z, 0-9, _ and -, beginning with a letter or digit");
    }
    if (!letters_digits(a->appid, 6, 32)) {
        fail(err, ERR_INPUT, "\"%s\" is no AppID", a->appid);
        return fail_cure(err, "copy it from WeChat's console: wx and 16 letters and digits");
    }
    if (a->original_id[0] != '\0' &&
        (strncmp(a->original_id, "gh_", 3) != 0 || !letters_digits(a->original_id + 3, 1, 40))) {
        fail(err, ERR_INPUT, "\"%s\" is no original id", a->original_id);
        return fail_cure(err, "it begins with gh_; WeChat's console shows it with the account's data");
    }
    if (strcmp(a->token_mode, "stable") != 0 && strcmp(a->token_mode, "classic") != 0)
        return fail(err, ERR_INPUT, "token mode: stable or classic expected, not \"%s\"", a->token_mode);
    return http_base_allowed(a->api_base, err);
}

static bool duplicate(const struct account *a, struct err *err) {
    if (err == NULL || strcmp(err->sqlstate, "23505") != 0)
        return false;
    fail(err, ERR_INPUT, "an account with the key \"%s\" or the AppID %s exists already", a->key, a->appid);
    return fail_cure(err, "`kaquan-worker account list` lists the accounts");
}

static const char *object_of(char out[OBJECT_SIZE], const char *kind, const char *name) {
    snprintf(out, OBJECT_SIZE, "%s %s", kind, name);
    return out;
}

/* An operator may not say where the API is: the secret is sent there. */
static bool insert_account(struct db *db, struct account *a, struct db_value sealed, const char *key_id,
                           struct db_rows *record, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!db_query(db, &sql_account_add, &rows, err, V_TEXT(a->key), V_TEXT(a->appid), V_TEXT(a->name),
                  V_TEXT(a->original_id[0] != '\0' ? a->original_id : NULL), V_TEXT(a->token_mode), sealed,
                  V_TEXT(key_id))) {
        duplicate(a, err);
        return false;
    }
    a->id = db_int(&rows, 0, "id");
    return (strcmp(a->api_base, ACCOUNT_API_BASE) == 0 ||
            db_do(db, &sql_account_base, err, V_INT(a->id), V_TEXT(a->api_base))) &&
           db_query(db, &sql_account_record, record, err, V_INT(a->id));
}

bool account_add(struct db *db, const struct act *act, struct account *a, const struct secret *secret,
                 struct err *err) {
    AUTO_ROWS struct db_rows record = {0};
    AUTO_BUF struct buf sealed = {0};
    char key_id[KEY_ID_SIZE] = "", object[OBJECT_SIZE];
    if (!check(a, err) ||
        (secret != NULL && !seal_secret(db, a->appid, ACCOUNT_SECRET, secret, &sealed, key_id, err)) ||
        !db_begin(db, err))
        return false;
    if (!insert_account(db, a, secret != NULL ? V_BYTES(sealed.data, sealed.len) : V_NULL,
                        secret != NULL ? key_id : NULL, &record, err))
        return audit_undo(db);
    return audit_commit(db, act, "account_add", object_of(object, "account", a->key), NULL,
                        db_text(&record, 0, "record"), err);
}

/* Begins the act: the account as it was, in `before`, nobody else changing it. */
static bool open_account(struct db *db, const char *key, struct db_rows *before, struct err *err) {
    if (!db_begin(db, err))
        return false;
    if (!db_query(db, &sql_account_lock, before, err, V_TEXT(key)))
        return audit_undo(db);
    if (before->count != 1) {
        no_account(key, err);
        return audit_undo(db);
    }
    return true;
}

static bool store(struct db *db, const struct act *act, const struct db_rows *account, const char *column,
                  const struct secret *secret, struct db_rows *after, struct err *err) {
    AUTO_BUF struct buf sealed = {0};
    char key_id[KEY_ID_SIZE];
    const struct sql *sql = strcmp(column, ACCOUNT_SECRET) == 0 ? &sql_account_secret : &sql_account_callback_set;
    const int64_t id = db_int(account, 0, "id");
    if (secret != NULL)
        return seal_secret(db, db_text(account, 0, "appid"), column, secret, &sealed, key_id, err) &&
               db_query(db, sql, after, err, V_INT(id), V_BYTES(sealed.data, sealed.len), V_TEXT(key_id));
    if (!db_query(db, &sql_request_secret_move, after, err, V_INT(act->request), V_INT(id)))
        return false;
    return !db_null(after, 0, "moved") ||
           fail(err, ERR_INPUT, "request %lld does not wait any more", (long long)act->request);
}

bool account_set_secret(struct db *db, const struct act *act, const char *key, const struct secret *secret,
                        struct err *err) {
    AUTO_ROWS struct db_rows before = {0}, after = {0};
    char object[OBJECT_SIZE];
    if (!open_account(db, key, &before, err))
        return false;
    if (!store(db, act, &before, ACCOUNT_SECRET, secret, &after, err))
        return audit_undo(db);
    return audit_commit(db, act, "account_set_secret", object_of(object, "account", key),
                        db_text(&before, 0, "record"), db_text(&after, 0, "record"), err);
}

bool account_set_aes_key(struct db *db, const struct act *act, const char *key, const struct secret *aes_key,
                         struct err *err) {
    AUTO_ROWS struct db_rows before = {0}, after = {0};
    char object[OBJECT_SIZE];
    if (!open_account(db, key, &before, err))
        return false;
    if (!store(db, act, &before, ACCOUNT_AES_KEY, aes_key, &after, err) ||
        !db_do(db, &sql_event_replay, err, V_NULL, V_INT(db_int(&before, 0, "id")), V_TEXT("unread")))
        return audit_undo(db);
    return audit_commit(db, act, "account_set_aes_key", object_of(object, "account", key), NULL, NULL, err);
}

bool account_enable(struct db *db, const struct act *act, const char *key, bool enabled, struct err *err) {
    AUTO_ROWS struct db_rows before = {0}, after = {0};
    char object[OBJECT_SIZE];
    if (!open_account(db, key, &before, err))
        return false;
    if (!db_query(db, &sql_account_enable, &after, err, V_INT(db_int(&before, 0, "id")), V_BOOL(enabled)))
        return audit_undo(db);
    return audit_commit(db, act, enabled ? "account_enable" : "account_disable", object_of(object, "account", key),
                        db_text(&before, 0, "record"), db_text(&after, 0, "record"), err);
}
