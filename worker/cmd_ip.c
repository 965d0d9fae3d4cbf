#include <stdio.h>

#include "account.h"
#include "cmd.h"
#include "output.h"
#include "whitelist.h"

static const struct output_column columns[] = {
    {"account", "ACCOUNT", OUT_TEXT}, {"host", "HOST", OUT_TEXT},       {"address", "ADDRESS", OUT_TEXT},
    {"outcome", "OUTCOME", OUT_TEXT}, {"errcode", "ERRCODE", OUT_TEXT}, {"todo", "WHAT TO DO", OUT_TEXT},
};

/* What an operator does about an answer. */
static void todo_of(const struct whitelist_answer *answer, const struct err *why, char *out, size_t size) {
    if (why->kind != ERR_NONE && why->cure[0] != '\0')
        snprintf(out, size, "%s: %s", why->text, why->cure);
    else if (why->kind != ERR_NONE)
        snprintf(out, size, "%s", why->text);
    else if (!answer->listed)
        snprintf(out, size,
                 "add %s to the IP whitelist: mp.weixin.qq.com, settings and development, basic configuration",
                 answer->address[0] != '\0' ? answer->address : "this host's address");
    else
        snprintf(out, size, "nothing");
}

/* Asks WeChat for one account. One without a clear answer never hides the others. Returns its exit code. */
static int check(struct call *call, const char *key, int64_t account_id, struct output *o) {
    struct whitelist_answer answer = {0};
    struct err why = {0};
    char todo[900], errcode[16] = "";
    bool clear = whitelist_ask(call->work, account_id, &answer, &why);
    int number = why.errcode;
    if (clear)
        err_clear(&why);
    if (number != 0)
        snprintf(errcode, sizeof errcode, "%d", number);
    todo_of(&answer, &why, todo, sizeof todo);
    output_cell(o, key);
    output_cell(o, call->work->host);
    output_cell(o, answer.address[0] != '\0' ? answer.address : NULL);
    output_cell(o, !clear ? "unknown" : answer.listed ? "listed" : "refused");
    output_cell(o, errcode[0] != '\0' ? errcode : NULL);
    output_cell(o, todo);
    if (!clear)
        return err_class(why.kind)->exit_code;
    return answer.listed ? 0 : err_class(ERR_PERMISSION)->exit_code;
}

bool cmd_ip_check(struct call *call, struct err *err) {
    AUTO_ROWS struct db_rows accounts = {0};
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.ip.1", columns, ARRAY_LEN(columns));
    const char *key = call->arguments > 0 ? call->argument[0] : NULL;
    struct account account;
    if (key != NULL && !account_get(call->work->db, key, &account, err))
        return false;
    if (!db_query(call->work->db, &sql_account_checkable, &accounts, err, V_TEXT(key)))
        return false;
    if (accounts.count == 0) {
        fail(err, ERR_INPUT, "there is no enabled account with a secret to check");
        return fail_cure(err, "kaquan-worker account set-secret KEY");
    }
    for (int i = 0; i < accounts.count; i++) {
        int code = check(call, db_text(&accounts, i, "key"), db_int(&accounts, i, "id"), &o);
        if (code > call->exit_code)
            call->exit_code = code; /* 77, not listed, is among the highest */
    }
    output_list(&o, call->work);
    return true;
}
