/* The console over a link that goes wrong: stalled, cut, half open, without a server. It lives, answers keys, shows
 * what it had with its age, and comes back by itself. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proxy.h"
#include "screen.h"

/* The console, which finds its database at `host`; NULL: at the test's. */
static struct test_screen *console_at(const char *host) {
    char *usual = mem_text(getenv("PGHOST"));
    struct test_screen *s;

    setenv("PGHOST", host ? host : usual, 1);
    s = test_screen_start(&(struct test_screen_run){0}, test_path("KAQUAN_CONSOLE"),
                          (const char *const[]){"--screen", "pools", NULL});
    setenv("PGHOST", usual, 1);
    free(usual);
    return s;
}

static int scene(void **state) {
    test_setup(state);
    test_sql(NULL, "set search_path = kaquan; insert into account (key, appid) values ('festival', 'wx1234567890');"
                   "insert into template (account_id, key, card_type, title, body, code_mode, status, card_id, stock,"
                   " pool_target, pool_low) values (1, 'gala', 'MEETING_TICKET', 'Summer gala', '{}', 'merchant',"
                   " 'approved', 'gala', 50000, 9000, 2000)");
    return 0;
}

static void rename_to(const char *title) {
    test_sql(NULL, "update kaquan.template set title = '%s' where key = 'gala'", title);
}

static bool was_shown(const struct test_screen *s, const char *text) {
    return strstr(buf_str(test_screen_bytes(s)), text) != NULL;
}

/* Every key has its frame: another screen, the help, and back to the pools. */
static void assert_keys_are_answered(struct test_screen *s) {
    test_screen_keys(s, "5");
    test_screen_until(s, "[5 Jobs]");
    test_screen_keys(s, "?");
    test_screen_until(s, "ask the database now");
    test_screen_keys(s, "?");
    test_screen_until_gone(s, "ask the database now");
    test_screen_keys(s, "4");
    test_screen_until(s, "[4 Pools]");
}

static void assert_old_rows(struct test_screen *s) {
    test_screen_until(s, "Summer gala");
    test_screen_until_both(s, "data from", "old");
    assert_keys_are_answered(s);
}

static void assert_live(struct test_screen *s) {
    test_screen_until_gone(s, "NO CONNECTION");
    test_screen_until(s, "live; last");
    test_screen_until(s, "Summer gala");
}

/* --- an answer that does not come --- */

TEST(keys_are_answered_while_the_link_is_stalled) {
    AUTO_PROXY struct proxy *link = proxy_new();
    AUTO_SCREEN struct test_screen *s = console_at(proxy_host(link));

    test_screen_until(s, "Summer gala");
    proxy_set(link, PROXY_STALL, 0);
    rename_to("Winter gala");
    assert_keys_are_answered(s);
    test_screen_until(s, "Summer gala");
    assert_false(was_shown(s, "Winter gala")); /* so no answer had come before those frames */
    proxy_set(link, PROXY_PASS, 0);
    test_screen_until(s, "Winter gala");
    assert_int_equal(proxy_connections(link), 1);
    rename_to("Summer gala");
}

TEST(keys_are_answered_while_a_statement_runs) {
    AUTO_SCREEN struct test_screen *s = console_at(NULL);

    test_screen_until(s, "Summer gala");
    test_sql(NULL, "begin; lock table kaquan.template in access exclusive mode");
    rename_to("Winter gala");
    test_screen_until(s, "db WAITS");
    assert_keys_are_answered(s);
    assert_false(was_shown(s, "Winter gala"));
    test_sql(NULL, "commit");
    test_screen_until(s, "Winter gala");
    rename_to("Summer gala");
}

TEST(ctrl_c_ends_the_statement_that_runs) {
    AUTO_SCREEN struct test_screen *s = console_at(NULL);

    test_screen_until(s, "Summer gala");
    test_sql(NULL, "begin; lock table kaquan.template in access exclusive mode");
    test_screen_until(s, "db WAITS");
    test_screen_keys(s, "\x03");
    test_screen_until(s, ": cancelled");
    test_sql(NULL, "rollback");
    test_screen_until(s, "Summer gala");
}

/* --- no server --- */

TEST(without_a_database_the_first_frame_says_so) {
    AUTO_PROXY struct proxy *refusing = proxy_new();
    const char *const hosts[] = {"/nonexistent", proxy_host(refusing)};

    proxy_set(refusing, PROXY_REFUSE, 0);
    for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
        AUTO_SCREEN struct test_screen *s = console_at(hosts[i]);

        test_screen_until(s, "NO CONNECTION");
        test_screen_until(s, "check that PostgreSQL runs");
        test_screen_until(s, "[4 Pools]");
        assert_keys_are_answered(s);
        test_screen_keys(s, "q");
        assert_int_equal(test_screen_end(s), 0);
    }
}

TEST(a_server_that_says_nothing_holds_no_frame_up) {
    AUTO_PROXY struct proxy *link = proxy_new();
    AUTO_SCREEN struct test_screen *s = NULL;

    proxy_set(link, PROXY_STALL, 0);
    s = console_at(proxy_host(link));
    test_screen_until(s, "db connecting");
    assert_keys_are_answered(s);
    proxy_set(link, PROXY_PASS, 0);
    assert_live(s);
}

TEST(a_server_that_comes_later_is_found) {
    AUTO_PROXY struct proxy *link = proxy_new();
    AUTO_SCREEN struct test_screen *s = NULL;

    proxy_set(link, PROXY_REFUSE, 0);
    s = console_at(proxy_host(link));
    test_screen_until(s, "NO CONNECTION");
    proxy_set(link, PROXY_PASS, 0);
    assert_live(s);
}

/* --- a link that breaks --- */

TEST(a_cut_in_the_middle_of_a_result_does_no_harm) {
    AUTO_PROXY struct proxy *link = proxy_new();
    AUTO_SCREEN struct test_screen *s = console_at(proxy_host(link));

    for (size_t bytes = 1; bytes < 400; bytes += 299) {
        test_screen_until(s, "live; last");
        proxy_set(link, PROXY_CUT, bytes);
        test_screen_until(s, "NO CONNECTION");
        assert_old_rows(s);
        proxy_set(link, PROXY_PASS, 0);
        test_screen_keys(s, "r");
        assert_live(s);
    }
}

/* Nobody ends the connection; the console does, when its statement is overdue. */
TEST(a_half_open_connection_is_given_up) {
    AUTO_PROXY struct proxy *link = proxy_new();
    AUTO_SCREEN struct test_screen *s = console_at(proxy_host(link));

    test_screen_until(s, "live; last");
    proxy_set(link, PROXY_HALF_OPEN, 100); /* half an answer comes */
    test_screen_until(s, "db WAITS");
    proxy_set(link, PROXY_PASS, 0); /* which mends no connection that is broken */
    assert_old_rows(s);
    test_screen_until(s, "did not answer");
    assert_live(s);
    assert_int_equal(proxy_connections(link), 2);
}

/* --- what goes over it --- */

static const char *without_comments(const char *sql) {
    while (strncmp(sql, "--", 2) == 0)
        sql += strcspn(sql, "\n") + 1;
    return sql;
}

TEST(the_console_only_asks) {
    AUTO_PROXY struct proxy *link = proxy_new();
    AUTO_SCREEN struct test_screen *s = console_at(proxy_host(link));
    int count = 0;

    test_screen_until(s, "Summer gala");
    assert_keys_are_answered(s);
    for (const char *sql = NULL; (sql = proxy_statement(link, sql)); count++)
        if (strncmp(without_comments(sql), "select", 6) != 0 && strncmp(without_comments(sql), "with", 4) != 0)
            test_fail("the console sent: %s", sql);
    assert_true(count >= 2);
}

/* --- a restart, of a server of our own --- */

static char place[] = "/tmp/kaquan-link.XXXXXX";
static char *usual_host;

static void server(const char *action, char host[128]) {
    char program[1100];
    struct test_output o;
    const char *found;

    snprintf(program, sizeof(program), "%s/tests/harness/postgres.sh", test_source());
    o = test_program_run(&(struct test_run){0}, program, (const char *const[]){action, place, NULL});
    found = strstr(buf_str(&o.out), "PGHOST='");
    if (o.exit_code != 0 || (host && (!found || sscanf(found, "PGHOST='%127[^']", host) != 1)))
        test_fail("postgres.sh %s: %s", action, buf_str(&o.err));
    test_output_clear(&o);
}

static int own_server(void **state) {
    char host[128];

    if (!mkdtemp(place) || chmod(place, 0711) != 0) /* the server's user passes through */
        return 1;
    usual_host = mem_text(getenv("PGHOST"));
    server("start", host);
    setenv("PGHOST", host, 1);
    return scene(state);
}

static int own_server_gone(void **state) {
    test_teardown(state);
    server("remove", NULL);
    setenv("PGHOST", usual_host, 1);
    free(usual_host);
    return rmdir(place);
}

TEST(a_restart_of_the_database_is_survived) {
    AUTO_SCREEN struct test_screen *s = console_at(NULL);

    test_screen_until(s, "live; last");
    server("stop", NULL);
    test_screen_until(s, "NO CONNECTION");
    assert_old_rows(s);
    server("start", NULL);
    assert_live(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_answered_while_the_link_is_stalled),
        cmocka_unit_test(keys_are_answered_while_a_statement_runs),
        cmocka_unit_test(ctrl_c_ends_the_statement_that_runs),
        cmocka_unit_test(without_a_database_the_first_frame_says_so),
        cmocka_unit_test(a_server_that_says_nothing_holds_no_frame_up),
        cmocka_unit_test(a_server_that_comes_later_is_found),
        cmocka_unit_test(a_cut_in_the_middle_of_a_result_does_no_harm),
        cmocka_unit_test(a_half_open_connection_is_given_up),
        cmocka_unit_test(the_console_only_asks),
    };
    const struct CMUnitTest restart[] = {
        cmocka_unit_test(a_restart_of_the_database_is_survived),
    };

    return cmocka_run_group_tests(tests, scene, test_teardown) +
           cmocka_run_group_tests(restart, own_server, own_server_gone);
}
