/* A watcher of cron jobs is told how `run` went, by a peer that writes down what it is asked. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer.h"

#define OK_REPLY "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"

static const struct peer_script kind = {{READ_REQUEST, SAY(OK_REPLY), CLOSE}};
static const struct peer_script deaf = {{CLOSE}};

static void watch(const struct peer *peer, const char *rest) {
    char url[120];
    snprintf(url, sizeof url, "http://127.0.0.1:%d/ping/1f2e%s", peer->port, rest);
    setenv("KAQUAN_PING_URL", url, 1);
}

static int unwatch(void **state UNUSED) {
    unsetenv("KAQUAN_PING_URL");
    return 0;
}

static bool begins(const struct peer *peer, const char *line) {
    return strncmp(peer->seen->request, line, strlen(line)) == 0;
}

TEST(a_run_that_goes_well_tells_its_start_and_its_end) {
    AUTO_PEER struct peer *peer = peer_new(&kind, 1, NULL);
    watch(peer, "");
    AUTO_OUTPUT struct test_output o = test_worker("run");
    assert_int_equal(o.exit_code, 0);
    assert_int_equal(peer->seen->requests, 2);
    assert_true(begins(peer, "GET /ping/1f2e HTTP/1.1\r\n"));
    assert_null(strstr(buf_str(&o.err), "ping_failed"));
}

/* The peer hears the first call alone. */
TEST(the_start_has_an_address_of_its_own_before_the_query) {
    AUTO_PEER struct peer *peer = peer_new((const struct peer_script[]){kind, deaf}, 2, NULL);
    watch(peer, "/?create=1");
    AUTO_OUTPUT struct test_output o = test_worker("run");
    assert_int_equal(o.exit_code, 0);
    assert_true(begins(peer, "GET /ping/1f2e/start?create=1 HTTP/1.1\r\n"));
    assert_non_null(strstr(buf_str(&o.err), "ping_failed ping=success"));
    assert_null(strstr(buf_str(&o.err), "1f2e"));
}

TEST(a_run_that_fails_tells_it_with_the_end_of_its_log_and_without_secrets) {
    AUTO_PEER struct peer *peer = peer_new(&kind, 1, NULL);
    watch(peer, "");
    test_sql(NULL, "insert into kaquan.job (kind) values ('access_token=MOSTSECRET')");
    AUTO_OUTPUT struct test_output o = test_worker("run");
    test_sql(NULL, "delete from kaquan.job where kind like 'access%%'");
    assert_int_not_equal(o.exit_code, 0);
    assert_true(begins(peer, "POST /ping/1f2e/fail HTTP/1.1\r\n"));
    assert_non_null(strstr(peer->seen->request, "Content-Type: text/plain; charset=utf-8\r\n"));
    assert_non_null(strstr(peer->seen->request, "job_failed"));
    assert_non_null(strstr(peer->seen->request, "this worker does not know jobs of kind"));
    assert_null(strstr(peer->seen->request, "MOSTSECRET"));
}

TEST(a_run_without_a_database_tells_it_too) {
    AUTO_PEER struct peer *peer = peer_new(&kind, 1, NULL);
    char *host = mem_text(getenv("PGHOST"));
    watch(peer, "");
    setenv("PGHOST", "/nowhere", 1);
    AUTO_OUTPUT struct test_output o = test_worker("run");
    setenv("PGHOST", host, 1);
    free(host);
    assert_int_equal(o.exit_code, 69);
    assert_int_equal(peer->seen->requests, 2);
    assert_true(begins(peer, "POST /ping/1f2e/fail HTTP/1.1\r\n"));
}

/* Whatever the watcher does. */
TEST(a_ping_that_fails_changes_nothing_and_is_logged) {
    static const struct peer_script angry = {
        {READ_REQUEST, SAY("HTTP/1.1 503 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), CLOSE}};
    AUTO_PEER struct peer *peer = peer_new(&angry, 1, NULL);
    char url[64];
    watch(peer, "");
    AUTO_OUTPUT struct test_output refused = test_worker("run");
    snprintf(url, sizeof url, "http://127.0.0.1:%d/x", peer_closed_port());
    setenv("KAQUAN_PING_URL", url, 1);
    AUTO_OUTPUT struct test_output absent = test_worker("run");
    setenv("KAQUAN_PING_URL", "http://example.com/ping", 1);
    AUTO_OUTPUT struct test_output plain = test_worker("run");
    assert_int_equal(refused.exit_code, 0);
    assert_non_null(strstr(buf_str(&refused.err), "it answered with status 503"));
    assert_int_equal(absent.exit_code, 0);
    assert_non_null(strstr(buf_str(&absent.err), "ping_failed ping=start"));
    assert_int_equal(plain.exit_code, 0);
    assert_non_null(strstr(buf_str(&plain.err), "ping-url is no address that may be called"));
}

TEST(other_commands_and_dry_runs_tell_nobody) {
    AUTO_PEER struct peer *peer = peer_new(&kind, 1, NULL);
    watch(peer, "");
    AUTO_OUTPUT struct test_output list = test_worker("job", "list"), dry = test_worker("run", "--dry-run"),
                                   help = test_worker("run", "--help"), shown = test_worker("config", "show");
    assert_int_equal(list.exit_code + dry.exit_code + help.exit_code + shown.exit_code, 0);
    assert_int_equal(peer->seen->connections, 0);
    assert_null(strstr(buf_str(&shown.out), "1f2e"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_run_that_goes_well_tells_its_start_and_its_end, unwatch),
        cmocka_unit_test_teardown(the_start_has_an_address_of_its_own_before_the_query, unwatch),
        cmocka_unit_test_teardown(a_run_that_fails_tells_it_with_the_end_of_its_log_and_without_secrets, unwatch),
        cmocka_unit_test_teardown(a_run_without_a_database_tells_it_too, unwatch),
        cmocka_unit_test_teardown(a_ping_that_fails_changes_nothing_and_is_logged, unwatch),
        cmocka_unit_test_teardown(other_commands_and_dry_runs_tell_nobody, unwatch),
    };
    return cmocka_run_group_tests(tests, test_setup, test_teardown);
}
