/* The worker as cron runs it: `run`, again and again, on two hosts at once of which WeChat knows only one. */
#include "rehearsal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "text.h"

#define SCALE 600  /* an api_ticket lives 12 s */
#define WINDOWS 3  /* so many new ones are waited for */
#define EVERY_S 60 /* as cron does it, in WeChat's time; here a run may take longer than that */
#define STATEMENTS_MAX 10
static const double SECONDS_MAX = 120;

static int rehearse(void **state UNUSED) {
    rehearsal_begin(SCALE, 300, "--ticket-mode", "overlap", "--overlap", "1500", "--ticket-age", "5000");
    rehearsal_account("fest", "55555555555555555555555555555555");
    cJSON_Delete(sim_post("/sim/account", "{\"appid\":\"wxfest000000000000\",\"whitelist\":[\"127.0.0.1\"]}"));
    return 0;
}

/* A `run` as cron starts it on a host that calls from this address. */
static pid_t start_run(const char *host, const char *address) {
    char line[300];
    pid_t pid;
    setenv("KAQUAN_HOST", host, 1);
    setenv("KAQUAN_EGRESS_ADDRESS", address, 1);
    snprintf(line, sizeof line, "exec '%s' run --quiet 2>> '%s'", test_path("KAQUAN_WORKER"),
             rehearsal_file("cron.log"));
    pid = test_start(&(struct test_run){0}, "/bin/sh", (const char *const[]){"-c", line, NULL});
    unsetenv("KAQUAN_EGRESS_ADDRESS");
    setenv("KAQUAN_HOST", "gate-1", 1);
    return pid;
}

/* 0: all done; 77: this host is refused; 1: that, beside work that was done; 75: the other host is at it. */
static bool is_documented(int code, bool listed) {
    return code == 0 || code == 75 || (!listed && (code == 77 || code == 1));
}

static void both_run(int codes[256]) {
    double begin = clock_seconds();
    pid_t one = start_run("gate-1", "127.0.0.1"), two = start_run("gate-2", "127.0.0.2");
    int first = test_end(one, 0, 55), second = test_end(two, 0, 55);
    if (!is_documented(first, true) || !is_documented(second, false))
        test_fail("run ended with %d on the listed host, %d on the other", first, second);
    codes[second & 255]++;
    double rest = EVERY_S / (double)SCALE - (clock_seconds() - begin);
    if (rest > 0)
        clock_sleep(rest);
}

static int64_t lapsed(void) {
    return test_number(NULL,
                       "select count(*) from kaquan.credential where valid_until is null or valid_until <= now()");
}

TEST(cron_alone_keeps_credentials_and_pools_through_three_windows_on_two_hosts_of_which_one_is_refused) {
    struct scene s = rehearsal_template("fest", "adult", "merchant", 2000, 500);
    double deadline = clock_seconds() + SECONDS_MAX;
    int codes[256] = {0}, runs = 0;
    /* The refused host comes first, so that it is the one that takes the credentials' job: it must leave it to the
     * other. */
    codes[test_end(start_run("gate-2", "127.0.0.2"), 0, 55) & 255]++;
    while (!rehearsal_ready(&s))
        both_run(codes);
    int64_t first = test_number(NULL, "select max(epoch) from kaquan.batch");
    while (test_number(NULL, "select max(epoch) from kaquan.batch") < first + WINDOWS) {
        both_run(codes);
        if (lapsed() > 0)
            test_fail(
                "after %d runs a credential lapsed: %s", runs,
                test_sql(NULL,
                         "select string_agg(kind || ' ' || (now() - valid_until), ', ') from kaquan.credential"));
        if (clock_seconds() > deadline)
            test_fail("%d windows did not pass in %.0f s", WINDOWS, SECONDS_MAX);
        runs++;
    }
    char id[32];
    snprintf(id, sizeof id, "cron-%d", runs);
    struct answer a = claim(&s, id);
    assert_string_equal(a.outcome, "ok");
    assert_string_equal(rehearsal_add(a.card_id, a.card_ext, NULL), "ok");
    print_message("# %d runs on each host; the refused one ended with 0: %d, 1: %d, 75: %d, 77: %d times\n", runs,
                  codes[0], codes[1], codes[75], codes[77]);

    assert_true(codes[1] + codes[77] > 0); /* the refused host says so */
    assert_string_equal(test_sql(NULL, "select distinct address from kaquan.whitelist_check where host = 'gate-2' and"
                                       " outcome = 'refused'"),
                        "127.0.0.2");
    assert_int_equal(test_number(NULL,
                                 "select count(*) from kaquan.whitelist_check where host = 'gate-1' and outcome ="
                                 " 'refused'"),
                     0);
    /* WeChat looks at the address where a token is fetched; with a token any host may ask for the api_ticket. */
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.credential where kind = 'access_token' and"
                                       " last_class = 'ok' and last_host <> 'gate-1'"),
                     0);
    assert_string_equal(test_sql(NULL, "select address from kaquan.host_block where host = 'gate-2'"), "127.0.0.2");
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.job where state = 'running'"), 0);
}

/* --- nothing due --- */

/* Statements of the worker in the server's log since a position. */
static int statements_since(int64_t position) {
    const char *log = test_sql(
        NULL, "select pg_read_file(current_setting('data_directory') || '/../log', %" PRId64 ", 10000000)", position);
    char mark[96];
    int count = 0;
    snprintf(mark, sizeof mark, "kaquan_worker@%s ", getenv("PGDATABASE"));
    for (const char *line = log; line; line = strchr(line, '\n')) {
        const char *end;
        line += *line == '\n';
        end = strchrnul(line, '\n');
        const char *who = memmem(line, (size_t)(end - line), mark, strlen(mark));
        if (who && (memmem(line, (size_t)(end - line), "execute ", 8) ||
                    memmem(line, (size_t)(end - line), "statement: ", 11)))
            count++;
        if (*end == '\0')
            break;
        line = end;
    }
    return count;
}

TEST(run_with_nothing_due_ends_with_0_and_asks_the_database_at_most_ten_times) {
    rehearsal_end(state);
    rehearsal_begin(1, 120, "--ticket-mode", "overlap"); /* in real time, so nothing is due again soon */
    rehearsal_account("fest", "55555555555555555555555555555555");
    rehearsal_template("fest", "adult", "merchant", 2000, 500);
    rehearsal_worker(0, "run");
    test_sql(NULL, "alter role kaquan_worker in database %s set log_statement = 'all'", getenv("PGDATABASE"));
    int64_t position =
        test_number(NULL, "select size from pg_stat_file(current_setting('data_directory') || '/../log')");
    rehearsal_worker(0, "run");
    test_sql(NULL, "alter role kaquan_worker in database %s reset log_statement", getenv("PGDATABASE"));
    int count = statements_since(position);
    print_message("# run with nothing due: %d statements\n", count);
    assert_in_range(count, 1, STATEMENTS_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            cron_alone_keeps_credentials_and_pools_through_three_windows_on_two_hosts_of_which_one_is_refused),
        cmocka_unit_test(run_with_nothing_due_ends_with_0_and_asks_the_database_at_most_ten_times),
    };
    return cmocka_run_group_tests(tests, rehearse, rehearsal_end);
}
