#include "login.h"

#include <stdio.h>

#include "account.h"
#include "ask.h"
#include "lang.h"
#include "output.h"

static const struct output_column columns[] = {
    {"login", "LOGIN", OUT_TEXT},
    {"account", "ACCOUNT", OUT_TEXT},
    {"granted_at", "SINCE", OUT_TEXT},
    {"login_ready", "LOGIN READY", OUT_BOOL},
};

bool login_list(struct call *call, const struct grant_kind *kind, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    char schema[32];
    if (!db_query0(call->work->db, kind->list, &rows, err))
        return false;
    snprintf(schema, sizeof schema, "kaquan.%s.1", kind->name);
    output_db(schema, columns, ARRAY_LEN(columns), &rows, call->work);
    return true;
}

/* The name holds only a-z, 0-9 and _. */
static void write_sql(struct buf *out, const struct grant_kind *kind, const char *login) {
    buf_printf(out,
               "create role %s login;\n"
               "grant %s to %s;\n"
               "alter role %s set statement_timeout = '2s';\n"
               "alter role %s set lock_timeout = '250ms';\n"
               "alter role %s set idle_in_transaction_session_timeout = '5s';\n"
               "alter role %s set synchronous_commit = on;\n",
               login, kind->group, login, login, login, login, login);
}

/* On stdout, so that it can be piped into psql. */
static void show_sql(const struct call *call, const struct grant_kind *kind, const char *login) {
    static const struct output_column made[] = {{"login", "LOGIN", OUT_TEXT}, {"sql", "SQL", OUT_TEXT}};
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.login.1", made, ARRAY_LEN(made));
    AUTO_BUF struct buf sql = {0};
    write_sql(&sql, kind, login);
    output_cell(&o, login);
    output_cell(&o, buf_str(&sql));
    if (call->work->json)
        output_record(&o, call->work);
    else
        fputs(buf_str(&sql), stdout);
}

bool login_add(struct call *call, const struct grant_kind *kind, struct err *err) {
    const char *login = call->argument[0];
    struct act act = call_act(call);
    struct grant_login state = {0};
    struct account account;
    if (!account_get(call->work->db, call->option[OPT_ACCOUNT], &account, err) ||
        !grant_add(call->work->db, &act, kind, login, &account, &state, err))
        return false;
    say(call, "%s may %s of %s", login, _(kind->may), account.key);
    if (state.ready) {
        say(call, "next: give the login a password: psql -c '\\password %s'", login);
        return true;
    }
    say(call, "next: the login itself needs an administrator; to be run by a superuser (leave out what is there):");
    show_sql(call, kind, login);
    return true;
}

bool login_remove(struct call *call, const struct grant_kind *kind, struct err *err) {
    const char *login = call->argument[0];
    struct act act = call_act(call);
    struct account account;
    if (!account_get(call->work->db, call->option[OPT_ACCOUNT], &account, err) ||
        !ask_yes(call, err, "Take from %s the right to %s of %s?", login, _(kind->may), account.key) ||
        !grant_remove(call->work->db, &act, kind, login, &account, err))
        return false;
    say(call, "%s may not %s of %s any more", login, _(kind->may), account.key);
    return true;
}
