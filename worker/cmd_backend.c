#include <stdio.h>

#include "account.h"
#include "ask.h"
#include "cmd.h"
#include "output.h"

static const struct output_column columns[] = {
    {"login", "LOGIN", OUT_TEXT},
    {"account", "ACCOUNT", OUT_TEXT},
    {"granted_at", "SINCE", OUT_TEXT},
    {"login_ready", "LOGIN READY", OUT_BOOL},
};

bool cmd_backend_list(struct call *call, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!db_query0(call->work->db, &sql_backend_list, &rows, err))
        return false;
    output_db("kaquan.backend.1", columns, ARRAY_LEN(columns), &rows, call->work);
    return true;
}

/* On stdout, so that it can be piped into psql. The name holds only a-z, 0-9 and _. */
static void print_sql(const char *login) {
    printf("create role %s login;\n"
           "grant kaquan_backend to %s;\n"
           "alter role %s set statement_timeout = '2s';\n"
           "alter role %s set lock_timeout = '250ms';\n"
           "alter role %s set idle_in_transaction_session_timeout = '5s';\n"
           "alter role %s set synchronous_commit = on;\n",
           login, login, login, login, login, login);
}

bool cmd_backend_add(struct call *call, struct err *err) {
    const char *login = call->argument[0];
    struct act act = call_act(call);
    struct backend_login state = {0};
    struct account account;
    if (!account_get(call->work->db, call->option[OPT_ACCOUNT], &account, err) ||
        !backend_add(call->work->db, &act, login, &account, &state, err))
        return false;
    say(call, "%s may claim cards of %s", login, account.key);
    if (state.ready) {
        say(call, "next: give the login a password: psql -c '\\password %s'", login);
        return true;
    }
    say(call, "next: the login itself needs an administrator; to be run by a superuser (leave out what is there):");
    print_sql(login);
    return true;
}

bool cmd_backend_remove(struct call *call, struct err *err) {
    const char *login = call->argument[0];
    struct act act = call_act(call);
    struct account account;
    if (!account_get(call->work->db, call->option[OPT_ACCOUNT], &account, err) ||
        !ask_yes(call, err, "Shall %s claim no cards of %s any more?", login, account.key) ||
        !backend_remove(call->work->db, &act, login, &account, err))
        return false;
    say(call, "%s may not claim cards of %s any more", login, account.key);
    return true;
}
