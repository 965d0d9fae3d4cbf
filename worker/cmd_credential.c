#include <stdio.h>

#include "account.h"
#include "ask.h"
#include "cmd.h"
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
