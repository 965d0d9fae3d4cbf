#include "account.h"
#include "ask.h"
#include "cmd.h"
#include "lang.h"
#include "output.h"

static const struct output_column columns[] = {
    {"key", "ACCOUNT", OUT_TEXT},
    {"appid", "APPID", OUT_TEXT},
    {"name", "NAME", OUT_TEXT},
    {"enabled", "ENABLED", OUT_BOOL},
    {"token_mode", "TOKENS", OUT_TEXT},
    {"secret", "SECRET", OUT_BOOL},
    {"secret_set_at", "SET AT", OUT_TEXT},
    {"secret_key_id", "SEALED TO", OUT_TEXT},
    {"original_id", "ORIGINAL ID", OUT_TEXT},
    {"api_base", "API", OUT_TEXT},
};

bool cmd_account_list(struct call *call, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!db_query0(call->work->db, &sql_account_list, &rows, err))
        return false;
    output_db("kaquan.account.1", columns, ARRAY_LEN(columns), &rows, call->work);
    return true;
}

/* What does not fit is refused here, not cut. */
static bool take(char *to, size_t size, const char *what, const char *value, const char *fallback, struct err *err) {
    if (text_copy(to, size, value == NULL ? fallback : value))
        return true;
    return fail(err, ERR_INPUT, "the %s is longer than %zu bytes", what, size - 1);
}

bool cmd_account_add(struct call *call, struct err *err) {
    AUTO_SECRET struct secret secret = {0};
    struct account a = {0};
    struct act act = call_act(call);
    bool has_secret = call->option[OPT_SECRET_FILE] != NULL;
    if (!take(a.key, sizeof a.key, "key", call->argument[0], "", err) ||
        !take(a.appid, sizeof a.appid, "AppID", call->option[OPT_APPID], "", err) ||
        !take(a.name, sizeof a.name, "name", call->option[OPT_NAME], "", err) ||
        !take(a.original_id, sizeof a.original_id, "original id", call->option[OPT_ORIGINAL_ID], "", err) ||
        !take(a.api_base, sizeof a.api_base, "URL", call->option[OPT_API_BASE], ACCOUNT_API_BASE, err) ||
        !take(a.token_mode, sizeof a.token_mode, "token mode", call->option[OPT_TOKEN_MODE], "stable", err))
        return false;
    if (has_secret && !ask_secret(call, "AppSecret", &secret, err))
        return false;
    if (!account_add(call->work->db, &act, &a, has_secret ? &secret : NULL, err))
        return false;
    say(call, "account %s was added", a.key);
    if (has_secret)
        say(call, "next: kaquan-worker ip check %s", a.key);
    else
        say(call, "next: kaquan-worker account set-secret %s", a.key);
    return true;
}

/* NULL: the one that a request kept. */
static const struct secret *given(const struct call *call, const struct secret *secret) {
    return call->request == 0 ? secret : NULL;
}

bool cmd_account_set_secret(struct call *call, struct err *err) {
    AUTO_SECRET struct secret secret = {0};
    struct act act = call_act(call);
    struct account a;
    if (!account_get(call->work->db, call->argument[0], &a, err) ||
        (call->request == 0 && !ask_secret(call, "AppSecret", &secret, err)))
        return false;
    if (a.has_secret &&
        !ask_name(call, a.key, err, "The AppSecret of %s is replaced: the one before is gone.", a.key))
        return false;
    if (!account_set_secret(call->work->db, &act, a.key, given(call, &secret), err))
        return false;
    say(call, a.has_secret ? N_("the AppSecret of %s was replaced") : N_("the AppSecret of %s was set"), a.key);
    say(call, "next: kaquan-worker ip check %s", a.key);
    return true;
}

bool cmd_account_set_aes_key(struct call *call, struct err *err) {
    AUTO_SECRET struct secret aes_key = {0};
    struct act act = call_act(call);
    struct account a;
    if (!account_get(call->work->db, call->argument[0], &a, err) ||
        (call->request == 0 && !ask_secret(call, "EncodingAESKey", &aes_key, err)) ||
        !account_set_aes_key(call->work->db, &act, a.key, given(call, &aes_key), err))
        return false;
    say(call, "the EncodingAESKey of %s is set; pushes that could not be read are read again", a.key);
    return true;
}

bool cmd_account_enable(struct call *call, struct err *err) {
    struct act act = call_act(call);
    if (!account_enable(call->work->db, &act, call->argument[0], true, err))
        return false;
    say(call, "account %s is enabled", call->argument[0]);
    return true;
}

bool cmd_account_disable(struct call *call, struct err *err) {
    struct act act = call_act(call);
    struct account a;
    if (!account_get(call->work->db, call->argument[0], &a, err) ||
        !ask_yes(call, err, "Disable %s? No card of it is handed out any more.", a.key) ||
        !account_enable(call->work->db, &act, a.key, false, err))
        return false;
    say(call, "account %s is disabled: no card of it is handed out, nothing is refreshed", a.key);
    return true;
}
