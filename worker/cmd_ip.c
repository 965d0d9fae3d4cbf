#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "account.h"
#include "app.h"
#include "clock.h"
#include "cmd.h"
#include "lang.h"
#include "output.h"
#include "whitelist.h"

/* Asking again costs one of the account's 48 fetches of a token a day: a quarter of an hour takes 15. */
enum { ROUNDS = 15 };
static const double ROUND_SECONDS = 60, WORTH_WAITING_SECONDS = 600;

static const struct output_column columns[] = {
    {"account", "ACCOUNT", OUT_TEXT}, {"host", "HOST", OUT_TEXT},       {"address", "ADDRESS", OUT_TEXT},
    {"outcome", "OUTCOME", OUT_TEXT}, {"errcode", "ERRCODE", OUT_TEXT}, {"again_s", "AGAIN AFTER S", OUT_NUMBER},
    {"todo", "WHAT TO DO", OUT_TEXT},
};

/* An account that is asked about, and what came of it. */
struct question {
    const char *key;
    int64_t id;
    bool clear;
    struct whitelist_answer answer;
    struct err why;
};

/* An IPv6 address mostly means that the call should have gone another way. */
static void todo_of(const struct question *q, char *out, size_t size) {
    const char *address = q->answer.address;
    if (q->answer.listed)
        snprintf(out, size, "%s", _("nothing"));
    else if (!q->clear)
        snprintf(out, size, "%s%s%s", q->why.text, q->why.cure[0] != '\0' ? ": " : "", q->why.cure);
    else if (strchr(address, ':') != NULL)
        snprintf(out, size, _("set `ipv6 = no` if this host has IPv4, else add %s; ask again %s. %s"), address,
                 _(q->answer.cause->wait), q->why.cure);
    else
        snprintf(out, size, _("%s Ask again %s."), q->why.cure, _(q->answer.cause->wait));
}

static void add_row(const struct call *call, const struct question *q, struct output *o) {
    const struct whitelist_cause *cause = q->clear && !q->answer.listed ? q->answer.cause : NULL;
    char todo[900], errcode[16];
    snprintf(errcode, sizeof errcode, "%d", q->why.errcode);
    todo_of(q, todo, sizeof todo);
    output_cell(o, q->key);
    output_cell(o, call->work->host);
    output_cell(o, q->answer.address[0] != '\0' ? q->answer.address : NULL);
    output_cell(o, q->answer.listed ? "listed" : cause != NULL ? cause->outcome : "unknown");
    output_cell(o, q->why.errcode != 0 ? errcode : NULL);
    if (cause != NULL)
        output_int(o, (int64_t)cause->again_s);
    else
        output_cell(o, NULL);
    output_cell(o, todo);
}

static int exit_code_of(const struct question *q) {
    if (!q->clear)
        return err_class(q->why.kind)->exit_code;
    return q->answer.listed ? 0 : err_class(ERR_PERMISSION)->exit_code; /* 77 is among the highest */
}

static void ask(struct call *call, struct question *q) {
    q->why = (struct err){0};
    q->clear = whitelist_ask(call->work, q->id, &q->answer, &q->why);
    if (q->answer.listed)
        q->why = (struct err){0};
    else if (q->clear && strcmp(q->answer.cause->outcome, "refused") == 0)
        say(call, "%s: the line to paste into the IP whitelist: %s", q->key, q->answer.address);
}

/* --- asking again --- */

static bool worth_waiting(const struct question *q) {
    return q->clear && !q->answer.listed && q->answer.cause->again_s <= WORTH_WAITING_SECONDS;
}

static int waiting(const struct question *questions, int count) {
    int n = 0;
    for (int i = 0; i < count; i++)
        n += worth_waiting(&questions[i]);
    return n;
}

static void show_left(int accounts, double seconds) {
    fputc('\r', stderr);
    fprintf(stderr, _("%d not listed yet: asked again in %.0f s"), accounts, seconds);
    fputs("  ", stderr);
}

/* Seconds tick on a terminal; a log gets one line. */
static void count_down(const struct call *call, int accounts) {
    double seconds = ROUND_SECONDS / call->work->time_scale, end = clock_seconds() + seconds, left;
    bool ticks = !call->work->quiet && isatty(STDERR_FILENO);
    if (!ticks)
        say(call, "%d not listed yet: asked again in %.0f s", accounts, ceil(seconds));
    while ((left = end - clock_seconds()) > 0 && !app_stopping()) {
        if (ticks)
            show_left(accounts, ceil(left));
        clock_sleep(fmin(left, 1));
    }
    if (ticks)
        fputs("\r\x1b[K", stderr);
}

/* Every account is asked once; with --wait, those that people can still help are asked again. */
static void ask_all(struct call *call, struct question *questions, int count) {
    int left = 0;
    for (int i = 0; i < count; i++)
        ask(call, &questions[i]);
    if (call->option[OPT_WAIT] == NULL)
        return;
    for (int round = 0; round < ROUNDS && (left = waiting(questions, count)) > 0; round++) {
        count_down(call, left);
        for (int i = 0; i < count && !app_stopping(); i++)
            if (worth_waiting(&questions[i]))
                ask(call, &questions[i]);
        if (app_stopping())
            return;
    }
}

bool cmd_ip_check(struct call *call, struct err *err) {
    AUTO_ROWS struct db_rows accounts = {0};
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.ip.1", columns, ARRAY_LEN(columns));
    const char *key = call->arguments > 0 ? call->argument[0] : NULL;
    struct question *questions;
    struct account account;
    if (key != NULL && !account_get(call->work->db, key, &account, err))
        return false;
    if (!db_query(call->work->db, &sql_account_checkable, &accounts, err, key != NULL ? V_INT(account.id) : V_NULL))
        return false;
    if (accounts.count == 0) {
        fail(err, ERR_INPUT, "there is no enabled account with a secret to check");
        return fail_cure(err, "kaquan-worker account set-secret KEY");
    }
    questions = mem_new(size_of(accounts.count) * sizeof *questions);
    for (int i = 0; i < accounts.count; i++)
        questions[i] = (struct question){.key = db_text(&accounts, i, "key"), .id = db_int(&accounts, i, "id")};
    ask_all(call, questions, accounts.count);
    for (int i = 0; i < accounts.count; i++) {
        add_row(call, &questions[i], &o);
        if (exit_code_of(&questions[i]) > call->exit_code)
            call->exit_code = exit_code_of(&questions[i]);
    }
    free(questions);
    output_list(&o, call->work);
    return true;
}

/* --- what is known already --- */

static const struct output_column seen[] = {
    {"account", "ACCOUNT", OUT_TEXT},           {"host", "HOST", OUT_TEXT},
    {"address", "ADDRESS", OUT_TEXT},           {"first_seen_at", "FIRST SEEN", OUT_TEXT},
    {"last_seen_at", "LAST REFUSED", OUT_TEXT}, {"times", "TIMES", OUT_NUMBER},
    {"errcode", "ERRCODE", OUT_NUMBER},         {"accepted_at", "GOT THROUGH", OUT_TEXT},
    {"refused_now", "REFUSED NOW", OUT_BOOL},
};

bool cmd_ip_history(struct call *call, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    const char *key = call->arguments > 0 ? call->argument[0] : NULL;
    struct account account;
    if (key != NULL && !account_get(call->work->db, key, &account, err))
        return false;
    if (!db_query(call->work->db, &sql_egress_list, &rows, err, V_TEXT(key)))
        return false;
    output_db("kaquan.egress.1", seen, ARRAY_LEN(seen), &rows, call->work);
    return true;
}
