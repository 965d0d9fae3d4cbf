#include <stdio.h>
#include <string.h>

#include "account.h"
#include "ask.h"
#include "cmd.h"
#include "job.h"
#include "output.h"

static const struct output_column columns[] = {
    {"account", "ACCOUNT", OUT_TEXT},
    {"kind", "KIND", OUT_TEXT},
    {"epoch", "EPOCH", OUT_NUMBER},
    {"fingerprint", "FINGERPRINT", OUT_TEXT},
    {"seconds_left", "SECONDS LEFT", OUT_NUMBER},
    {"valid_until", "VALID UNTIL", OUT_TEXT},
    {"age_known", "AGE KNOWN", OUT_BOOL},
    {"next_refresh", "NEXT REFRESH", OUT_TEXT},
    {"fail_streak", "FAILED", OUT_NUMBER},
    {"breaker", "BREAKER", OUT_TEXT},
    {"last_class", "LAST ANSWER", OUT_TEXT},
    {"revoked", "REVOKED", OUT_BOOL},
};

bool cmd_credential_list(struct call *call, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!db_query0(call->work->db, &sql_credential_list, &rows, err))
        return false;
    output_db("kaquan.credential.1", columns, ARRAY_LEN(columns), &rows, call->work);
    return true;
}

/* --- refresh --- */

static bool can_refresh(const struct account *account, bool by_force, struct err *err) {
    if (!account->enabled) {
        fail(err, ERR_INPUT, "account %s is disabled", account->key);
        return fail_cure(err, "kaquan-worker account enable %s", account->key);
    }
    if (!account->has_secret) {
        fail(err, ERR_INPUT, "account %s has no AppSecret", account->key);
        return fail_cure(err, "kaquan-worker account set-secret %s", account->key);
    }
    if (by_force && strcmp(account->token_mode, "stable") != 0) {
        fail(err, ERR_INPUT, "account %s uses classic tokens: WeChat knows no force for them", account->key);
        return fail_cure(err, "each fetch of a classic token replaces the one before");
    }
    return true;
}

static bool refresh(struct call *call, const struct account *account, bool by_force, int64_t *job, struct err *err) {
    struct db *db = call->work->db;
    struct act act = call_act(call);
    char object[64], after[80];
    if (!db_begin(db, err))
        return false;
    if (!db_do(db, &sql_credential_retry, err, V_INT(account->id), V_BOOL(by_force)) ||
        !job_queue(db, "credential_refresh", account->id, 0, NULL, job, err))
        return audit_undo(db);
    snprintf(object, sizeof object, "account %s", account->key);
    snprintf(after, sizeof after, "{\"job\": \"%lld\", \"force\": %s}", (long long)*job, by_force ? "true" : "false");
    return audit_commit(db, &act, "credential_refresh", object, NULL, after, err);
}

static bool read_force(const struct call *call, bool *by_force, struct err *err) {
    static const char *const words[] = {"force"};
    *by_force = call->arguments > 1;
    return call_word("how", *by_force ? call->argument[1] : NULL, words, ARRAY_LEN(words), err);
}

bool cmd_credential_refresh(struct call *call, struct err *err) {
    static const struct output_column column[] = {{"job", "job", OUT_ID}};
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.queued.1", column, 1);
    struct account account;
    bool by_force;
    int64_t job;
    if (!read_force(call, &by_force, err) || !account_get(call->work->db, call->argument[0], &account, err) ||
        !can_refresh(&account, by_force, err))
        return false;
    if (by_force &&
        !ask_yes(call, err,
                 "Replace the access_token of %s by force? WeChat allows it a few times a day; calls under "
                 "way with the old one may fail after 5 minutes.",
                 account.key))
        return false;
    if (!refresh(call, &account, by_force, &job, err))
        return false;
    say(call, "job %lld asks WeChat for the tokens of %s that are due", (long long)job, account.key);
    output_int(&o, job);
    output_record(&o, call->work);
    return true;
}

/* --- revoke --- */

/* The epoch as it is now, so that the act hits what the operator was asked about. */
static bool present_epoch(struct db *db, const struct account *account, int64_t *epoch, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!db_query(db, &sql_epoch_present, &rows, err, V_INT(account->id)))
        return false;
    if (rows.count == 0) {
        fail(err, ERR_INPUT, "%s has no epoch yet: there is nothing to revoke", account->key);
        return fail_cure(err, "`kaquan-worker credential list` shows the epochs");
    }
    *epoch = db_int(&rows, 0, "epoch");
    if (db_bool(&rows, 0, "revoked"))
        return fail(err, ERR_INPUT, "epoch %lld of %s is revoked already", (long long)*epoch, account->key);
    return true;
}

static bool revoke(struct call *call, const struct account *account, int64_t epoch, struct err *err) {
    struct db *db = call->work->db;
    struct act act = call_act(call);
    char object[64], after[64];
    if (!db_begin(db, err))
        return false;
    if (!db_do(db, &sql_epoch_revoke, err, V_INT(account->id), V_INT(epoch),
               V_TEXT(act.reason != NULL ? act.reason : "by an operator")))
        return audit_undo(db);
    snprintf(object, sizeof object, "account %s", account->key);
    snprintf(after, sizeof after, "{\"epoch\": %lld, \"revoked\": true}", (long long)epoch);
    return audit_commit(db, &act, "epoch_revoke", object, NULL, after, err);
}

bool cmd_epoch_revoke(struct call *call, struct err *err) {
    struct account account;
    int64_t epoch = 0;
    if (!account_get(call->work->db, call->argument[0], &account, err) ||
        !present_epoch(call->work->db, &account, &epoch, err) ||
        !ask_name(
            call, account.key, err,
            "Epoch %lld of %s ends at once: none of its cards is handed out any more, and cards that users have "
            "not added yet cannot be renewed before WeChat gives the next api_ticket.",
            (long long)epoch, account.key) ||
        !revoke(call, &account, epoch, err))
        return false;
    say(call, "epoch %lld of %s is revoked", (long long)epoch, account.key);
    say(call, "next: kaquan-worker credential list");
    return true;
}
