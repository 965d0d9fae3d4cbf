/* Secrets stay where they belong: after a whole event, with refusals and everything logged, no part of the AppSecret,
 * of an access_token or an api_ticket is anywhere but in sealed columns. And what was sealed opens nowhere else. */
#include "rehearsal.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "text.h"

#define SCALE 600
#define SECRET "CANARYsecret00112233445566778899"
#define OTHER_SECRET "CANARYother000112233445566778899"
/* The simulator's own values are random; these take their place, in the answers that carry them. */
#define TOKEN "86_CANARYtoken0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijklmnop"
#define TICKET "CANARYticket"
#define MARK "CANARY"
static const double SECONDS = 30;

static int rehearse(void **state UNUSED) {
    rehearsal_begin(SCALE, 300, "--ticket-mode", "overlap", "--overlap", "1500", "--ticket-age", "4000");
    setenv("KAQUAN_LOG_LEVEL", "debug", 1);
    return 0;
}

/* Slow enough that nothing rotates meanwhile. */
static int rehearse_slowly(void **state UNUSED) {
    rehearsal_begin(60, 120, "--ticket-mode", "overlap");
    return 0;
}

static int finish(void **state) {
    unsetenv("KAQUAN_LOG_LEVEL");
    return rehearsal_end(state);
}

static void no_mark(const char *where, const char *text, size_t len) {
    const char *at = memmem(text, len, MARK, strlen(MARK));
    if (at)
        test_fail("a secret is in %s: %.60s", where, at > text + 40 ? at - 40 : text);
}

/* --- where to look --- */

static void look_into_file(const char *path, bool must_be) {
    AUTO_BUF struct buf text = {0};
    char part[4096];
    size_t got;
    FILE *file = fopen(path, "re");
    if (!file && must_be)
        test_fail("cannot read %s", path);
    while (file && (got = fread(part, 1, sizeof part, file)) > 0)
        buf_add(&text, part, got);
    if (file)
        fclose(file);
    if (must_be && text.len == 0)
        test_fail("%s is empty", path);
    no_mark(path, buf_str(&text), text.len);
}

static void look_at_process(pid_t pid) {
    static const char *const parts[] = {"cmdline", "environ"};
    char path[64];
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, parts[i]);
        look_into_file(path, true);
    }
}

/* Every row of every table as text. Sealed columns are CMS, and bytea is text in hex: so the mark in hex is looked
 * for, too. */
static void look_into_database(void) {
    cJSON *tables =
        cJSON_Parse(test_sql(NULL, "select json_agg(c.oid::regclass::text) from pg_class c join pg_namespace n"
                                   " on n.oid = c.relnamespace where n.nspname = 'kaquan' and"
                                   " c.relkind in ('r', 'p', 'm')"));
    const cJSON *table;
    int count = 0;
    cJSON_ArrayForEach(table, tables) {
        int64_t rows = test_number(NULL,
                                   "select count(*) from %s t where t::text ~* ('" MARK "|' || encode('" MARK
                                   "', 'hex') || '|' || encode('" MARK "', 'base64'))",
                                   table->valuestring);
        if (rows > 0)
            test_fail("a secret is in %" PRId64 " rows of %s", rows, table->valuestring);
        count++;
    }
    cJSON_Delete(tables);
    assert_true(count > 20);
    assert_int_equal(test_number(NULL,
                                 "select count(*) from pg_stat_activity where query like '%%' || 'CAN' || 'ARY%%'"
                                 " and usename <> session_user"),
                     0);
    assert_int_equal(
        test_number(NULL, "select count(*) from pg_description where description like '%%' || 'CAN' || 'ARY%%'"), 0);
}

static void look_into_server_log(void) {
    const char *log = test_sql(NULL, "select pg_read_file(current_setting('data_directory') || '/../log')");
    assert_true(strlen(log) > 0);
    /* What this test itself asked about stands there only if it failed. */
    no_mark("the server's log", log, strlen(log));
}

static void look_into_output(const char *line) {
    AUTO_OUTPUT struct test_output o = rehearsal_output(line);
    no_mark(line, buf_str(&o.out), o.out.len);
    no_mark(line, buf_str(&o.err), o.err.len);
}

/* --- the event --- */

/* What WeChat answers from now on: with values that carry the mark. */
static void sim_fault(const char *format, ...) PRINTF(1, 2);
static void sim_fault(const char *format, ...) {
    AUTO_BUF struct buf json = {0};
    va_list args;
    va_start(args, format);
    buf_vprintf(&json, format, args);
    va_end(args);
    cJSON_Delete(sim_post("/sim/faults", buf_str(&json)));
}

static const char long_value[] =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijklmnop";

static int64_t epochs(void) {
    return test_number(NULL, "select coalesce(max(epoch), 0) from kaquan.credential where kind = 'api_ticket'");
}

struct progress_of_epochs {
    int64_t beyond;
};
static bool epoch_is_beyond(void *context) {
    return epochs() > ((const struct progress_of_epochs *)context)->beyond;
}

/* Refusals and nonsense of each kind, with what was sent inside: WeChat is known to repeat it. */
static void trouble(void) {
    static const char *const answers[] = {
        "{\"path\":\"*\",\"kind\":\"errcode\",\"errcode\":40001,\"errmsg\":\"invalid credential " TOKEN " " SECRET
        "\",\"count\":2}",
        "{\"path\":\"*\",\"kind\":\"errcode\",\"errcode\":40164,\"errmsg\":\"invalid ip 127.0.0.1 " SECRET
        "\",\"count\":1}",
        "{\"path\":\"*\",\"kind\":\"raw\",\"body\":\"<html>" SECRET " " TOKEN "</html>\",\"count\":1}",
        "{\"path\":\"*\",\"kind\":\"raw\",\"body\":\"{\\\"errcode\\\":0,\\\"access_token\\\":{\\\"" TOKEN
        "\\\":1},\\\"ticket\\\":7}\",\"count\":1}",
        "{\"path\":\"*\",\"kind\":\"garbage\",\"count\":1}",
        "{\"path\":\"*\",\"kind\":\"cut\",\"bytes\":40,\"count\":1}",
    };
    for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
        cJSON_Delete(sim_post("/sim/faults/clear", "{}"));
        sim_fault("%s", answers[i]);
        test_sql("kaquan_worker", "select kaquan.credential_retry(id, true) from kaquan.account");
        look_into_output("run");
        look_into_output("ip check --json");
    }
    cJSON_Delete(sim_post("/sim/faults/clear", "{}"));
    test_sql("kaquan_worker", "select kaquan.credential_retry(id, false) from kaquan.account");
}

static void everything_said(void) {
    static const char *const lines[] = {
        "doctor",
        "doctor --json",
        "health --json",
        "config show",
        "account list --json",
        "credential list",
        "credential list --json",
        "job list --json --limit 500",
        "audit list --json",
        "template list --json",
        "template show adult --json",
        "pool list --json",
        "key list --json",
        "backend list --json",
        "site show --json",
    };
    for (size_t i = 0; i < ARRAY_LEN(lines); i++)
        look_into_output(lines[i]);
    for (int64_t job = test_number(NULL, "select max(id) from kaquan.job"), least = job - 20; job > 0 && job > least;
         job--) {
        char line[64];
        snprintf(line, sizeof line, "job log %" PRId64, job);
        look_into_output(line);
        snprintf(line, sizeof line, "job show %" PRId64 " --json", job);
        look_into_output(line);
    }
}

TEST(no_secret_is_seen_anywhere_in_a_whole_event) {
    rehearsal_account("fest", SECRET);
    struct scene s = rehearsal_template("fest", "adult", "merchant", 300, 100);
    /* From here WeChat's values carry the mark; what the simulator knows is another value, so it takes no card. */
    sim_fault("{\"path\":\"/cgi-bin/ticket/getticket\",\"kind\":\"patch\",\"set\":{\"ticket\":\"" TICKET
              "1%s\"},\"count\":0}",
              long_value);
    pid_t worker = rehearsal_serve("serve.log");
    test_wait_until(rehearsal_ready, &s, SECONDS);
    for (int i = 0; i < 30; i++) {
        char id[16];
        snprintf(id, sizeof id, "c-%d", i);
        assert_string_equal(claim(&s, id).outcome, "ok");
    }
    look_at_process(worker);
    struct progress_of_epochs first = {epochs()};
    cJSON_Delete(sim_post("/sim/faults/clear", "{}"));
    sim_fault("{\"path\":\"/cgi-bin/ticket/getticket\",\"kind\":\"patch\",\"set\":{\"ticket\":\"" TICKET
              "2%s\"},\"count\":0}",
              long_value);
    test_wait_until(epoch_is_beyond, &first, SECONDS); /* a rotation */
    look_at_process(worker);
    assert_int_equal(test_end(worker, SIGTERM, 20), 128 + SIGTERM);
    look_into_file(rehearsal_file("serve.log"), true);

    /* A token with the mark: calls with it are refused, which is what the log then speaks of. */
    cJSON_Delete(sim_post("/sim/faults/clear", "{}"));
    sim_fault("%s", "{\"path\":\"/cgi-bin/stable_token\",\"kind\":\"patch\",\"set\":{\"access_token\":\"" TOKEN
                    "\"},\"count\":0}");
    test_sql("kaquan_worker", "select kaquan.credential_retry(id, true) from kaquan.account");
    look_into_output("run");
    assert_true(test_number(NULL, "select max(epoch) from kaquan.credential where kind = 'access_token'") >= 2);
    trouble();
    everything_said();
    look_into_database();
    look_into_server_log();
}

/* --- sealed for one place --- */

static const char copy_of[] =
    "create table if not exists public.sealed_copy as select id, secret from kaquan.account";

static struct scene victim, other;
static int turn;

/* `run` says so, and the other account's visitors get their cards. */
static void fails_closed(const char *what, const char *run, const char *words) {
    char id[32];
    AUTO_OUTPUT struct test_output o = rehearsal_output(run);
    if (o.exit_code == 0 || !strstr(buf_str(&o.err), words))
        test_fail("%s: exit %d, without \"%s\": %.1500s", what, o.exit_code, words, buf_str(&o.err));
    snprintf(id, sizeof id, "other-%d", turn++);
    struct answer a = claim(&other, id);
    assert_string_equal(a.outcome, "ok");
    assert_string_equal(rehearsal_add(a.card_id, a.card_ext, NULL), "ok");
}

static void two_accounts(void) {
    rehearsal_account("fest", SECRET);
    rehearsal_account("gate", OTHER_SECRET);
    victim = rehearsal_template("fest", "adult", "merchant", 300, 100);
    other = rehearsal_template("gate", "child", "merchant", 3000, 100);
    rehearsal_fill(&victim);
    rehearsal_fill(&other);
    test_sql(NULL, "%s", copy_of);
}

static void secret_is(const char *what, const char *set, const char *words) {
    test_sql(NULL, "update kaquan.account a set secret = %s where a.id = %" PRId64, set, victim.account);
    test_sql(
        NULL,
        "update kaquan.credential set suspect_epoch = epoch where kind = 'access_token' and account_id = %" PRId64
        "; delete from kaquan.job",
        victim.account);
    fails_closed(what, "run credential_refresh", words);
    test_sql(NULL, "update kaquan.account a set secret = c.secret from public.sealed_copy c where c.id = a.id");
    test_sql("kaquan_worker", "select kaquan.credential_retry(id, false) from kaquan.account");
    rehearsal_worker(0, "run credential_refresh"); /* put back, all is well again */
}

TEST(a_sealed_secret_that_was_changed_or_belongs_to_another_account_is_refused_and_others_go_on) {
    two_accounts();
    secret_is("a flipped byte", "set_byte(secret, length(secret) - 40, get_byte(secret, length(secret) - 40) # 1)",
              "AppSecret");
    secret_is("another account's secret", "(select c.secret from public.sealed_copy c where c.id <> a.id)",
              "belongs elsewhere");
    secret_is("no CMS at all", "'\\x00'", "AppSecret");
}

static void api_ticket_is(const char *what, const char *value) {
    rehearsal_worker(0, "run");
    test_sql(NULL,
             "update kaquan.credential c set sealed = (%s) where c.account_id = %" PRId64
             " and c.kind = 'api_ticket'",
             value, victim.account);
    test_sql(NULL, "delete from kaquan.job");
    rehearsal_worker(0, "pool fill adult --cards 100");
    fails_closed(what, "run pool_fill", "belongs elsewhere");
    test_sql(NULL, "update kaquan.credential set sealed = c.sealed from public.credential_copy c where c.account_id ="
                   " credential.account_id and c.kind = credential.kind and c.epoch = credential.epoch;"
                   "delete from kaquan.job");
}

TEST(an_api_ticket_that_was_exchanged_or_is_an_older_one_signs_no_card_and_others_go_on) {
    two_accounts();
    test_sql(NULL,
             "create table public.old_ticket as select sealed from kaquan.credential where account_id = %" PRId64
             " and kind = 'api_ticket'",
             victim.account);
    cJSON_Delete(sim_post("/sim/ticket/revoke", "{\"appid\":\"wxfest000000000000\"}"));
    rehearsal_worker(0, "epoch revoke fest --confirm=fest");
    rehearsal_fill(&victim); /* in the next epoch */
    test_sql(NULL, "create table public.credential_copy as select * from kaquan.credential");
    api_ticket_is("the access_token in its place",
                  "select t.sealed from public.credential_copy t where t.account_id ="
                  " c.account_id and t.kind = 'access_token'");
    api_ticket_is("the value of an older epoch", "select sealed from public.old_ticket");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(no_secret_is_seen_anywhere_in_a_whole_event, rehearse, finish),
        cmocka_unit_test_setup_teardown(
            a_sealed_secret_that_was_changed_or_belongs_to_another_account_is_refused_and_others_go_on,
            rehearse_slowly, finish),
        cmocka_unit_test_setup_teardown(
            an_api_ticket_that_was_exchanged_or_is_an_older_one_signs_no_card_and_others_go_on, rehearse_slowly,
            finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
