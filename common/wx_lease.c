#include "wx_credential.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "random.h"
#include "text.h"
#include "wx_usage.h"

/* The lease's 30 s less 2 (worker.md 2.3). */
enum { TRUST_SECONDS = 28 };

const char *credential_kind_name(enum credential_kind kind) {
    return kind == CREDENTIAL_TOKEN ? "access_token" : "api_ticket";
}

void credential_lease_clear(struct credential_lease *lease) {
    secret_clear(&lease->stored);
    secret_clear(&lease->app_secret);
}

/* --- taking --- */

static bool open_column(const struct wx_tools *tools, const struct db_rows *rows, const char *column,
                        const struct seal_place *place, struct secret *value, struct err *err) {
    struct bytes sealed;
    bool opened;
    if (!db_bytes(rows, 0, column, &sealed))
        return fail(err, ERR_UNAVAILABLE, "there is no %s yet", place->column);
    opened = unseal(tools->key, place, sealed, value, err);
    free((void *)(uintptr_t)sealed.data);
    return opened;
}

static void read_lease(const struct db_rows *rows, struct credential_lease *lease) {
    lease->fence = db_int(rows, 0, "lease_fence");
    lease->epoch = db_int(rows, 0, "epoch");
    lease->streak = (int)db_int(rows, 0, "fail_streak");
    lease->force = db_bool(rows, 0, "force");
    lease->started = db_number(rows, 0, "started");
    lease->wechat_now = db_number(rows, 0, "wechat_now");
    lease->classic = strcmp(db_text(rows, 0, "token_mode"), "classic") == 0;
    text_copy(lease->appid, sizeof lease->appid, db_text(rows, 0, "appid"));
    text_copy(lease->api_base, sizeof lease->api_base, db_text(rows, 0, "api_base"));
}

static bool open_secret(const struct wx_tools *tools, const struct db_rows *rows, const char *appid,
                        struct secret *secret, struct err *err) {
    struct seal_place place = {appid, "secret", 0};
    return open_column(tools, rows, "secret", &place, secret, err) || fail_in(err, "the AppSecret cannot be opened");
}

bool credential_app_secret(const struct wx_tools *tools, int64_t account_id, const char *appid, struct secret *secret,
                           struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    return db_query(tools->db, &sql_credential_secret, &rows, err, V_INT(account_id)) &&
           open_secret(tools, &rows, appid, secret, err);
}

/* A stored value that this key does not open (the key was changed) counts as none: the next answer is a new one. */
static bool open_lease(const struct wx_tools *tools, const struct db_rows *rows, struct credential_lease *lease,
                       struct err *err) {
    struct seal_place value = {lease->appid, credential_kind_name(lease->kind), lease->epoch};
    struct err ignored = {0};
    if (!db_null(rows, 0, "sealed") && !open_column(tools, rows, "sealed", &value, &lease->stored, &ignored))
        log_warn("credential_unreadable", F_INT("account", lease->account_id), F_TEXT("kind", value.column),
                 F_TEXT("why", ignored.text));
    return open_secret(tools, rows, lease->appid, &lease->app_secret, err);
}

/* Another host may have the right key: this one leaves the account to it for a while. */
static bool give_back_unopened(const struct wx_tools *tools, struct credential_lease *lease, const struct err *why) {
    AUTO_ROWS struct db_rows rows = {0};
    const struct wx_rule *rule = wx_rule(WX_CONFIG);
    struct err ignored = {0};
    log_error("secret_unreadable", F_INT("account", lease->account_id), F_TEXT("host", tools->host),
              F_TEXT("why", why->text));
    if (db_query(tools->db, &sql_credential_fail, &rows, &ignored, V_INT(lease->account_id),
                 V_TEXT(credential_kind_name(lease->kind)), V_INT(lease->fence), V_TEXT(rule->name), V_INT(0),
                 V_TEXT(why->text), V_SECONDS(0), V_INT(0), V_BOOL(true)))
        db_do(tools->db, &sql_host_block_set, &ignored, V_INT(lease->account_id), V_TEXT(tools->host), V_INT(0),
              V_SECONDS(wx_rule(WX_HOST)->seconds), V_NULL);
    credential_lease_clear(lease);
    return false;
}

bool credential_acquire(const struct wx_tools *tools, int64_t account_id, enum credential_kind kind, bool anyway,
                        struct credential_lease *lease, bool *taken, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    double before = clock_seconds();
    struct err why = {0};
    *taken = false;
    *lease = (struct credential_lease){.account_id = account_id, .kind = kind};
    if (!db_query(tools->db, &sql_credential_acquire, &rows, err, V_INT(account_id),
                  V_TEXT(credential_kind_name(kind)), V_TEXT(tools->host), V_BOOL(anyway)))
        return false;
    if (rows.count == 0)
        return true;
    lease->deadline = before + TRUST_SECONDS;
    read_lease(&rows, lease);
    if (!open_lease(tools, &rows, lease, &why)) {
        give_back_unopened(tools, lease, &why);
        if (err != NULL)
            *err = why;
        return false;
    }
    *taken = true;
    return true;
}

/* --- storing --- */

static bool fenced_off(const struct credential_lease *lease, struct err *err) {
    log_warn("credential_fenced_off", F_INT("account", lease->account_id),
             F_TEXT("kind", credential_kind_name(lease->kind)), F_INT("fence", lease->fence));
    return fail(err, ERR_LOST, "the answer for the %s came too late: another worker took over",
                credential_kind_name(lease->kind));
}

static bool confirm(const struct wx_tools *tools, const struct credential_lease *lease, int64_t expires_in,
                    bool *fenced, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!db_query(tools->db, &sql_credential_confirm, &rows, err, V_INT(lease->account_id),
                  V_TEXT(credential_kind_name(lease->kind)), V_INT(lease->fence), V_SECONDS(lease->started),
                  V_INT(expires_in)))
        return false;
    *fenced = rows.count == 0;
    return true;
}

/* In one transaction with the end of the old epoch, so that no claim sees the one without the other. */
static bool tell_end(const struct wx_tools *tools, const struct credential_lease *lease, const struct db_rows *rows,
                     struct err *err) {
    AUTO_ROWS struct db_rows nothing = {0};
    if (!db_bool(rows, 0, "revoke"))
        return true;
    log_warn("epoch_revoked", F_INT("account", lease->account_id), F_INT("epoch", db_int(rows, 0, "epoch_before")));
    return db_query(tools->db, &sql_epoch_revoke, &nothing, err, V_INT(lease->account_id),
                    V_INT(db_int(rows, 0, "epoch_before")), V_TEXT("WeChat replaced the api_ticket early"));
}

/* The key that is in use. A worker that does not hold it seals to its own, or it could not open what it stored. */
static const struct seal_key *sealing_key(const struct wx_tools *tools, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    const struct seal_key *active;
    if (!db_query0(tools->db, &sql_worker_key_active, &rows, err))
        return NULL;
    active = rows.count == 1 ? seal_key_find(tools->key, db_text(&rows, 0, "key_id")) : NULL;
    return active != NULL ? active : tools->key;
}

static bool replace_in(const struct wx_tools *tools, const struct credential_lease *lease, const struct secret *value,
                       int64_t expires_in, bool *fenced, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    AUTO_BUF struct buf sealed = {0};
    char fingerprint[FINGERPRINT_LEN + 1];
    struct seal_place place = {lease->appid, credential_kind_name(lease->kind), lease->epoch + 1};
    const struct seal_key *key = sealing_key(tools, err);
    if (key == NULL || !seal(seal_key_certificate(key), &place, value, &sealed, err))
        return false;
    secret_fingerprint(value, seal_key_fingerprint_key(key), fingerprint);
    if (!db_query(tools->db, &sql_credential_replace, &rows, err, V_INT(lease->account_id), V_TEXT(place.column),
                  V_INT(lease->fence), V_SECONDS(lease->started), V_INT(expires_in), V_BYTES(sealed.data, sealed.len),
                  V_TEXT(seal_key_id(key)), V_TEXT(fingerprint)))
        return false;
    *fenced = rows.count == 0;
    if (*fenced)
        return true;
    log_info("credential_renewed", F_INT("account", lease->account_id), F_TEXT("kind", place.column),
             F_INT("epoch", db_int(&rows, 0, "epoch")), F_TEXT("fingerprint", fingerprint));
    return tell_end(tools, lease, &rows, err);
}

static bool replace(const struct wx_tools *tools, const struct credential_lease *lease, const struct secret *value,
                    int64_t expires_in, bool *fenced, struct err *err) {
    if (!db_begin(tools->db, err))
        return false;
    if (replace_in(tools, lease, value, expires_in, fenced, err) && db_commit(tools->db, err))
        return true;
    db_rollback(tools->db);
    return false;
}

/* A classic token that was thrown away has put an end to the stored one: WeChat keeps only the latest. */
static void mind_classic(const struct wx_tools *tools, const struct credential_lease *lease) {
    struct err ignored = {0};
    if (lease->classic && lease->kind == CREDENTIAL_TOKEN)
        credential_suspect(tools->db, lease->account_id, lease->kind, 0, &ignored);
}

bool credential_store(const struct wx_tools *tools, const struct credential_lease *lease, const struct secret *value,
                      int64_t expires_in, enum credential_outcome *outcome, struct err *err) {
    bool same = lease->stored.len > 0 && secret_same(&lease->stored, value);
    bool fenced = false;
    bool done = same ? confirm(tools, lease, expires_in, &fenced, err)
                     : replace(tools, lease, value, expires_in, &fenced, err);
    *outcome = CREDENTIAL_NOTHING;
    if (!done || fenced)
        mind_classic(tools, lease);
    if (fenced)
        return fenced_off(lease, err);
    if (done)
        *outcome = same ? CREDENTIAL_CONFIRMED : CREDENTIAL_RENEWED;
    return done;
}

/* --- failing --- */

static bool note_failure(const struct wx_tools *tools, const struct credential_lease *lease,
                         const struct wx_reply *reply, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    const struct wx_rule *rule = wx_rule(reply->class);
    double wait = wx_wait(reply->class, reply->errcode, lease->streak, random_unit(), lease->wechat_now);
    if (!db_query(tools->db, &sql_credential_fail, &rows, err, V_INT(lease->account_id),
                  V_TEXT(credential_kind_name(lease->kind)), V_INT(lease->fence), V_TEXT(rule->name),
                  V_INT(reply->errcode), V_TEXT(reply->errmsg), V_SECONDS(wait), V_INT(rule->breaker_after),
                  V_BOOL(rule->blocks_host)))
        return false;
    if (rows.count == 0)
        return fenced_off(lease, err);
    if (rule->blocks_host && !wx_host_refused(tools->db, lease->account_id, tools->host, reply, err))
        return false;
    if (strcmp(db_text(&rows, 0, "breaker"), "open") == 0 || rule->alert)
        log_error("credential_failed", F_INT("account", lease->account_id),
                  F_TEXT("kind", credential_kind_name(lease->kind)), F_TEXT("class", rule->name),
                  F_INT("errcode", reply->errcode), F_TEXT("text", reply->errmsg),
                  F_TEXT("breaker", db_text(&rows, 0, "breaker")));
    return true;
}

bool credential_fail(const struct wx_tools *tools, const struct credential_lease *lease, const struct wx_reply *reply,
                     struct err *err) {
    if (!db_begin(tools->db, err))
        return false;
    if (note_failure(tools, lease, reply, err) && db_commit(tools->db, err))
        return true;
    db_rollback(tools->db);
    return false;
}

/* --- the value --- */

static void read_info(const struct db_rows *rows, struct credential *info) {
    *info = (struct credential){0};
    info->epoch = db_int(rows, 0, "epoch");
    info->there = !db_null(rows, 0, "sealed");
    info->due = db_bool(rows, 0, "due");
    text_copy(info->fingerprint, sizeof info->fingerprint, db_text(rows, 0, "fingerprint"));
    info->valid_until = db_number(rows, 0, "valid_until");
    info->seconds_left = db_number(rows, 0, "seconds_left");
    info->wechat_age = db_number(rows, 0, "wechat_age");
    info->age_known = db_bool(rows, 0, "age_known");
    info->suspect = db_bool(rows, 0, "suspect");
    info->rejected = db_bool(rows, 0, "rejected");
    info->due_at = db_number(rows, 0, "due_at");
    text_copy(info->hindrance, sizeof info->hindrance, db_text(rows, 0, "hindrance"));
}

bool credential_look(const struct wx_tools *tools, int64_t account_id, enum credential_kind kind,
                     struct credential *info, struct err *err) {
    return credential_load(tools, account_id, kind, NULL, info, err);
}

bool credential_load(const struct wx_tools *tools, int64_t account_id, enum credential_kind kind,
                     struct secret *value, struct credential *info, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    char appid[40];
    struct seal_place place = {appid, credential_kind_name(kind), 0};
    if (!db_query(tools->db, &sql_credential_get, &rows, err, V_INT(account_id), V_TEXT(place.column),
                  V_TEXT(tools->host)))
        return false;
    if (rows.count == 0)
        return fail(err, ERR_INPUT, "there is no account %" PRId64, account_id);
    read_info(&rows, info);
    if (value == NULL)
        return true;
    text_copy(appid, sizeof appid, db_text(&rows, 0, "appid"));
    place.epoch = info->epoch;
    return open_column(tools, &rows, "sealed", &place, value, err);
}

bool credential_suspect(struct db *db, int64_t account_id, enum credential_kind kind, int64_t used_epoch,
                        struct err *err) {
    return db_do(db, &sql_credential_suspect, err, V_INT(account_id), V_TEXT(credential_kind_name(kind)),
                 used_epoch == 0 ? V_NULL : V_INT(used_epoch));
}
