/* The connection that makes nobody wait: it connects, asks, reads only, is lost and comes back. */
#include "harness.h"

#include <dlfcn.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "clock.h"
#include "db_async.h"
#include "db_hosts.h"
#include "peer.h"
#include "proxy.h"

static const struct sql one = {"one", "select 1 as n, null::text as nothing, 'a' as letter"};
static const struct sql writes = {"writes", "create table kaquan.x ()"};
static const struct sql wrong = {"wrong", "select from kaquan.no_such_table"};
static const struct sql sleeps = {"sleeps", "select pg_sleep(20)"};
static const struct sql timeout = {"timeout", "select current_setting('statement_timeout') as t"};

static const struct db_options usual = {.application_name = "kaquan-async", .statement_timeout_ms = 300};

/* Turns it as a poll() loop does until it is in `state`; fails after 10 s. */
static void turn_until(struct db_async *a, enum db_async_state state) {
    double deadline = clock_seconds() + 10;

    for (db_async_step(a); db_async_state(a) != state; db_async_step(a)) {
        struct pollfd watch = {.fd = db_async_socket(a), .events = db_async_events(a)};
        double due = db_async_due(a);

        if (clock_seconds() > deadline)
            test_fail("state %d, not %d", (int)db_async_state(a), (int)state);
        poll(&watch, 1, (int)((due < 1 ? due : 1) * 1000) + 1);
    }
}

/* Where the next connection goes; NULL: to the test's PostgreSQL again. */
static void go_to(const char *host, int port) {
    static char *usual_host;
    char text[16];

    if (!usual_host)
        usual_host = mem_text(getenv("PGHOST"));
    snprintf(text, sizeof(text), "%d", port);
    setenv("PGHOST", host ? host : usual_host, 1);
    setenv("PGPORT", host ? text : "5432", 1);
    if (host)
        return;
    free(usual_host);
    usual_host = NULL;
}

static struct db_async *connected(void) {
    struct db_async *a = db_async_new(&usual);

    turn_until(a, DB_ASYNC_IDLE);
    return a;
}

/* Turns until the answer is there. */
static bool answer(struct db_async *a, struct db_rows *rows, struct err *err) {
    double deadline = clock_seconds() + 10;
    bool ok = false;

    while (!db_async_answer(a, rows, &ok, err)) {
        struct pollfd watch = {.fd = db_async_socket(a), .events = db_async_events(a)};

        if (clock_seconds() > deadline)
            test_fail("no answer");
        poll(&watch, 1, 100);
        db_async_step(a);
    }
    return ok;
}

static bool ask(struct db_async *a, const struct sql *statement, struct db_rows *rows, struct err *err) {
    db_async_ask(a, statement, NULL, 0);
    return answer(a, rows, err);
}

TEST(rows_come_by_name) {
    AUTO_DB_ASYNC struct db_async *a = connected();
    AUTO_ROWS struct db_rows rows = {0};
    struct err err = {0};

    assert_true(ask(a, &one, &rows, &err));
    assert_int_equal(rows.count, 1);
    assert_int_equal(db_int(&rows, 0, "n"), 1);
    assert_true(db_null(&rows, 0, "nothing"));
    assert_string_equal(db_text(&rows, 0, "letter"), "a");
    assert_string_equal(db_async_database(a), getenv("PGDATABASE"));
    assert_int_equal(db_async_state(a), DB_ASYNC_IDLE);
}

TEST(it_cannot_write_and_goes_on) {
    AUTO_DB_ASYNC struct db_async *a = connected();
    AUTO_ROWS struct db_rows rows = {0};
    struct err err = {0};

    assert_false(ask(a, &writes, &rows, &err));
    assert_string_equal(err.sqlstate, "25006");
    assert_false(ask(a, &wrong, &rows, &err));
    assert_string_equal(err.sqlstate, "42P01");
    assert_true(ask(a, &one, &rows, &err));
}

TEST(a_failure_keeps_the_rows_before) {
    AUTO_DB_ASYNC struct db_async *a = connected();
    AUTO_ROWS struct db_rows rows = {0};
    struct err err = {0};

    assert_true(ask(a, &one, &rows, &err));
    assert_false(ask(a, &wrong, &rows, &err));
    assert_string_equal(db_text(&rows, 0, "letter"), "a");
}

TEST(the_server_ends_what_takes_too_long) {
    AUTO_DB_ASYNC struct db_async *a = connected();
    AUTO_ROWS struct db_rows rows = {0};
    struct err err = {0};

    assert_true(ask(a, &timeout, &rows, &err));
    assert_string_equal(db_text(&rows, 0, "t"), "300ms");
    assert_false(ask(a, &sleeps, &rows, &err));
    assert_string_equal(err.sqlstate, "57014");
    assert_int_equal(db_async_state(a), DB_ASYNC_IDLE);
}

TEST(a_statement_takes_parameters_of_every_kind_and_keeps_none) {
    AUTO_DB_ASYNC struct db_async *a = connected();
    AUTO_ROWS struct db_rows rows = {0};
    AUTO_BUF struct buf text = {0};
    struct err err = {0};
    char word[] = "展览";
    struct db_value values[] = {V_TEXT(word), V_TEXT(NULL),    V_INT(-42),
                                V_BOOL(true), V_SECONDS(0.25), V_BYTES("a\0b", 3)};

    buf_text(&text,
             "select $1::text w, $2::text is null n, $3::int8 i, $4::bool b, $5::float8 s, length($6::bytea) l");
    db_async_ask(a, &(struct sql){"written", buf_str(&text)}, values, ARRAY_LEN(values));
    memset(text.data, 'x', text.len);
    memset(word, 'x', sizeof(word) - 1);
    memset(values, 0, sizeof(values));
    assert_true(answer(a, &rows, &err));
    assert_string_equal(db_text(&rows, 0, "w"), "展览");
    assert_true(db_bool(&rows, 0, "n"));
    assert_int_equal(db_int(&rows, 0, "i"), -42);
    assert_true(db_bool(&rows, 0, "b"));
    assert_string_equal(db_text(&rows, 0, "s"), "0.25");
    assert_int_equal(db_int(&rows, 0, "l"), 3);
}

/* --- cancelling --- */

static const struct db_options patient = {.application_name = "kaquan-async", .statement_timeout_ms = 15000};

static struct db_async *connected_patiently(void) {
    struct db_async *a = db_async_new(&patient);

    turn_until(a, DB_ASYNC_IDLE);
    return a;
}

static struct db_async *connected_over(const struct proxy *link) {
    struct db_async *a;

    go_to(proxy_host(link), 5432);
    a = connected_patiently();
    go_to(NULL, 0);
    return a;
}

#define SLEEPERS "from pg_stat_activity where application_name = 'kaquan-async' and wait_event = 'PgSleep'"

/* Begins the sleep and waits until the server is at it. It may still be at one whose connection has gone. */
static void sleep_on_server(struct db_async *a) {
    test_sql(NULL, "select pg_terminate_backend(pid, 5000) " SLEEPERS);
    db_async_ask(a, &sleeps, NULL, 0);
    while (test_number(NULL, "select count(*) " SLEEPERS) == 0)
        db_async_step(a);
}

TEST(a_cancelled_statement_ends_at_once_and_is_told_apart_from_a_slow_one) {
    AUTO_DB_ASYNC struct db_async *a = connected_patiently();
    AUTO_ROWS struct db_rows rows = {0};
    struct err err = {0};

    sleep_on_server(a);
    db_async_cancel(a);
    db_async_cancel(a);
    assert_false(answer(a, &rows, &err));
    assert_int_equal(err.kind, ERR_STOPPED);
    assert_string_equal(err.sqlstate, "57014");
    assert_true(db_async_round_trip(a) < 10);
    assert_int_equal(db_async_state(a), DB_ASYNC_IDLE);
}

/* A request that comes late must not hit the statement behind it. */
TEST(cancelling_ends_no_other_statement) {
    AUTO_DB_ASYNC struct db_async *a = connected_patiently();
    AUTO_ROWS struct db_rows rows = {0};
    struct err err = {0};

    db_async_cancel(a); /* nothing runs */
    for (int i = 0; i < 50; i++) {
        bool ok;

        db_async_ask(a, &one, NULL, 0);
        db_async_cancel(a);
        ok = answer(a, &rows, &err);
        assert_true(ok || err.kind == ERR_STOPPED);
        assert_true(ask(a, &one, &rows, &err));
    }
    assert_int_equal(db_async_connections(a), 1);
}

TEST(a_connection_may_go_while_a_cancel_request_is_on_its_way) {
    for (int i = 0; i < 10; i++) {
        AUTO_DB_ASYNC struct db_async *a = connected_patiently();

        db_async_ask(a, &sleeps, NULL, 0);
        db_async_cancel(a);
    }
}

/* The answer is here before the request to cancel has arrived anywhere: a next statement would be hit by it. */
TEST(an_answer_is_held_back_until_the_cancel_request_has_arrived) {
    AUTO_PROXY struct proxy *link = proxy_new();
    AUTO_DB_ASYNC struct db_async *a = connected_over(link);
    AUTO_ROWS struct db_rows rows = {0};
    struct err err = {0};
    struct pollfd watch;
    bool ok;

    db_async_ask(a, &one, NULL, 0);
    watch = (struct pollfd){.fd = db_async_socket(a), .events = POLLIN};
    assert_int_equal(poll(&watch, 1, 10000), 1);
    proxy_set(link, PROXY_STALL, 0);
    db_async_cancel(a);
    for (int i = 0; i < 10; i++) {
        db_async_step(a);
        assert_false(db_async_answer(a, &rows, &ok, &err));
    }
    proxy_set(link, PROXY_PASS, 0);
    assert_true(answer(a, &rows, &err));
    assert_true(ask(a, &one, &rows, &err));
}

/* libpq waits for as long as nobody answers its request. */
TEST(a_cancel_request_that_is_stuck_holds_nobody_up) {
    AUTO_PROXY struct proxy *link = proxy_new();
    AUTO_DB_ASYNC struct db_async *a = connected_over(link);
    AUTO_ROWS struct db_rows rows = {0};
    struct err err = {0};
    bool ok;

    sleep_on_server(a);
    proxy_set(link, PROXY_STALL, 0);
    db_async_cancel(a);
    for (int i = 0; i < 10; i++) {
        db_async_step(a);
        assert_false(db_async_answer(a, &rows, &ok, &err));
    }
    proxy_set(link, PROXY_PASS, 0);
    assert_false(answer(a, &rows, &err));
    assert_int_equal(err.kind, ERR_STOPPED);
    sleep_on_server(a);
    proxy_set(link, PROXY_STALL, 0);
    db_async_cancel(a);
}

TEST(nobody_gives_a_statement_up_before_its_timeout) {
    AUTO_DB_ASYNC struct db_async *a = connected_patiently();

    db_async_ask(a, &sleeps, NULL, 0);
    assert_true(db_async_due(a) > 15);
    db_async_cancel(a);
}

/* --- losing --- */

static void drop_connections(void) {
    test_sql(NULL,
             "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'kaquan-async'");
}

TEST(a_connection_lost_while_idle_or_asking_comes_back) {
    AUTO_DB_ASYNC struct db_async *a = connected();
    AUTO_ROWS struct db_rows rows = {0};
    struct err err = {0};
    bool ok = true;

    drop_connections();
    turn_until(a, DB_ASYNC_WAITING);
    assert_int_equal(db_async_trouble(a)->kind, ERR_UNAVAILABLE);
    turn_until(a, DB_ASYNC_IDLE);
    db_async_ask(a, &sleeps, NULL, 0);
    db_async_step(a);
    drop_connections();
    turn_until(a, DB_ASYNC_WAITING);
    db_async_retry_now(a);
    db_async_step(a);
    assert_int_equal(db_async_state(a), DB_ASYNC_WAITING); /* the answer is taken first */
    assert_true(db_async_answer(a, &rows, &ok, &err));
    assert_false(ok);
    assert_int_equal(err.kind, ERR_UNAVAILABLE);
    turn_until(a, DB_ASYNC_IDLE);
    assert_true(ask(a, &one, &rows, &err));
    assert_int_equal(db_async_connections(a), 3);
    assert_int_equal(db_async_failures(a), 0);
}

TEST(the_pauses_between_tries_grow_up_to_half_a_minute) {
    char *host = mem_text(getenv("PGHOST"));
    AUTO_DB_ASYNC struct db_async *a = NULL;
    double pause = 0.3;

    setenv("PGHOST", "/nonexistent", 1);
    a = db_async_new(&usual);
    for (int i = 0; i < 12; i++) {
        turn_until(a, DB_ASYNC_WAITING);
        assert_int_equal(db_async_failures(a), i + 1);
        assert_true(db_async_retry_in(a) > 0.79 * pause - 0.05 && db_async_retry_in(a) <= 1.21 * pause);
        pause = pause * 2 < 30 ? pause * 2 : 30;
        db_async_retry_now(a);
        db_async_step(a);
    }
    setenv("PGHOST", host, 1);
    free(host);
}

TEST(a_password_in_the_environment_is_refused) {
    AUTO_DB_ASYNC struct db_async *a = NULL;

    setenv("PGPASSWORD", "x", 1);
    a = db_async_new(&usual);
    unsetenv("PGPASSWORD");
    assert_int_equal(db_async_state(a), DB_ASYNC_WAITING);
    assert_non_null(strstr(db_async_trouble(a)->text, "PGPASSWORD"));
    turn_until(a, DB_ASYNC_IDLE); /* its reason gone, it comes by itself */
}

/* --- names of hosts --- */

/* The name server of this program knows *.test, and answers as many questions as it may. */
static int may_answer; /* an eventfd that counts; stays open, a lookup that was let go may still ask */

static void let_it_answer(unsigned questions) {
    eventfd_write(may_answer, questions);
}

static bool name_server_silent(void) {
    struct pollfd watch = {.fd = may_answer, .events = POLLIN};
    eventfd_t one_question;

    return poll(&watch, 1, 20000) != 1 || eventfd_read(may_answer, &one_question) != 0;
}

/* Stands before the C library's. */
int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
    static int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    size_t len = name ? strlen(name) : 0;

    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    if (len < 5 || strcmp(name + len - 5, ".test") != 0)
        return real(name, service, hints, found);
    if (name_server_silent())
        return EAI_AGAIN;
    if (strcmp(name, "nobody.test") == 0)
        return EAI_NONAME;
    return real("127.0.0.1", service, hints, found);
}

static int names_setup(void **state UNUSED) {
    may_answer = eventfd(0, EFD_SEMAPHORE | EFD_NONBLOCK);
    return may_answer < 0;
}

static int names_teardown(void **state UNUSED) {
    go_to(NULL, 0);
    return 0;
}

TEST(a_silent_name_server_makes_nobody_wait) {
    static const struct peer_script refuses = {{SAY("N"), CLOSE}};
    AUTO_PEER struct peer *peer = peer_new(&refuses, 1, NULL);
    AUTO_DB_ASYNC struct db_async *a = NULL;
    struct pollfd watch;

    go_to("slow.test", peer->port);
    a = db_async_new(&usual);
    for (int i = 0; i < 10; i++) {
        db_async_step(a);
        assert_int_equal(db_async_state(a), DB_ASYNC_CONNECTING);
    }
    assert_int_equal(peer->seen->connections, 0);
    watch = (struct pollfd){.fd = db_async_socket(a), .events = db_async_events(a)};
    assert_int_equal(poll(&watch, 1, 0), 0);
    let_it_answer(1);
    assert_int_equal(poll(&watch, 1, 10000), 1); /* the loop wakes by itself */
    turn_until(a, DB_ASYNC_WAITING);
    assert_int_equal(peer->seen->connections, 1); /* which then refused */
}

TEST(a_name_in_the_service_file_is_looked_up_too) {
    static const struct peer_script refuses = {{SAY("N"), CLOSE}};
    static const struct db_options by_service = {.application_name = "kaquan-async", .service = "festival"};
    AUTO_PEER struct peer *peer = peer_new(&refuses, 1, NULL);
    AUTO_DB_ASYNC struct db_async *a = NULL;
    char path[] = "/tmp/kaquan-service.XXXXXX";
    int file = mkstemp(path);

    assert_true(dprintf(file, "[festival]\nhost=slow.test\nport=%d\n", peer->port) > 0);
    close(file);
    setenv("PGSERVICEFILE", path, 1);
    go_to(NULL, 0);
    a = db_async_new(&by_service);
    assert_int_equal(db_async_state(a), DB_ASYNC_CONNECTING);
    let_it_answer(1);
    turn_until(a, DB_ASYNC_WAITING);
    assert_int_equal(peer->seen->connections, 1);
    unsetenv("PGSERVICEFILE");
    unlink(path);
}

TEST(a_name_without_an_address_is_told_with_a_cure) {
    AUTO_DB_ASYNC struct db_async *a = NULL;

    let_it_answer(1);
    go_to("nobody.test", 5432);
    a = db_async_new(&usual);
    turn_until(a, DB_ASYNC_WAITING);
    assert_int_equal(db_async_trouble(a)->kind, ERR_UNAVAILABLE);
    assert_non_null(strstr(db_async_trouble(a)->text, "nobody.test"));
    assert_non_null(strstr(db_async_trouble(a)->cure, "PGHOST"));
}

TEST(a_connection_may_go_while_a_name_is_looked_up) {
    AUTO_DB_ASYNC struct db_async *a = NULL;

    go_to("slow.test", 5432);
    a = db_async_new(&usual);
    assert_int_equal(db_async_state(a), DB_ASYNC_CONNECTING);
    db_async_free(a);
    a = NULL;
    let_it_answer(1);
}

/* A server that speaks TLS as PostgreSQL does, for db.test; it tells whether the client went on after its
 * certificate. */
static pid_t tls_server(const char *file, int *port) {
    int listener = peer_listen(port);
    pid_t pid = fork();

    if (pid == 0) {
        SSL_CTX *context = SSL_CTX_new(TLS_server_method());
        int client = accept(listener, NULL, NULL);
        char packet[8];
        SSL *ssl;

        signal(SIGPIPE, SIG_IGN);
        SSL_CTX_use_certificate_file(context, file, SSL_FILETYPE_PEM);
        SSL_CTX_use_PrivateKey_file(context, file, SSL_FILETYPE_PEM);
        ssl = SSL_new(context);
        SSL_set_fd(ssl, client);
        _exit(recv(client, packet, 8, MSG_WAITALL) == 8 && send(client, "S", 1, 0) == 1 && SSL_accept(ssl) == 1 &&
                      SSL_read(ssl, packet, 8) == 8
                  ? 0
                  : 1);
    }
    close(listener);
    return pid;
}

TEST(a_certificate_is_verified_by_the_name_that_was_looked_up) {
    static const struct {
        const char *host;
        int exit_code;
    } cases[] = {{"db.test", 0}, {"other.test", 1}};
    char directory[] = "/tmp/kaquan-tls.XXXXXX";
    char file[64];

    assert_non_null(mkdtemp(directory));
    snprintf(file, sizeof(file), "%s/pem", directory);
    peer_certificate(file, "DNS:db.test", NULL, 1);
    setenv("PGSSLROOTCERT", file, 1);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int port;
        pid_t server = tls_server(file, &port);
        AUTO_DB_ASYNC struct db_async *a = NULL;

        let_it_answer(1);
        go_to(cases[i].host, port);
        a = db_async_new(&usual);
        turn_until(a, DB_ASYNC_WAITING);
        assert_int_equal(test_end(server, 0, 10), cases[i].exit_code);
    }
    unsetenv("PGSSLROOTCERT");
    unlink(file);
    rmdir(directory);
}

TEST(lists_of_hosts_keep_their_names_ports_and_sockets) {
    static const struct {
        const char *host, *port, *hosts, *addresses, *ports;
    } cases[] = {
        {"a.test", "5432", "a.test", "127.0.0.1", "5432"},
        {"a.test,b.test", "5432", "a.test,b.test", "127.0.0.1,127.0.0.1", "5432,5432"},
        {"a.test,/tmp,10.0.0.1", "1,2,", "a.test,/tmp,10.0.0.1", "127.0.0.1,,", "1,2,"},
        {"nobody.test,,a.test", "1,2,3", ",a.test", ",127.0.0.1", "2,3"},
    };

    let_it_answer(16);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct db_hosts *hosts = db_hosts_new(cases[i].host, cases[i].port);

        assert_non_null(hosts);
        db_hosts_look_up(hosts);
        assert_true(db_hosts_found(hosts, NULL));
        assert_string_equal(buf_str(&hosts->host), cases[i].hosts);
        assert_string_equal(buf_str(&hosts->hostaddr), cases[i].addresses);
        assert_string_equal(buf_str(&hosts->port), cases[i].ports);
        db_hosts_free(hosts);
    }
}

TEST(without_a_name_there_is_nothing_to_look_up) {
    static const char *const lists[] = {"", "/run/postgresql", "@abstract", "127.0.0.1,::1", "10.1.2.3,,/tmp"};

    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        assert_null(db_hosts_new(lists[i], ""));
    assert_null(db_hosts_new("a.test,b.test", "1,2,3")); /* libpq refuses it by itself */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_by_name),
        cmocka_unit_test(it_cannot_write_and_goes_on),
        cmocka_unit_test(a_failure_keeps_the_rows_before),
        cmocka_unit_test(the_server_ends_what_takes_too_long),
        cmocka_unit_test(a_statement_takes_parameters_of_every_kind_and_keeps_none),
        cmocka_unit_test(a_cancelled_statement_ends_at_once_and_is_told_apart_from_a_slow_one),
        cmocka_unit_test(cancelling_ends_no_other_statement),
        cmocka_unit_test(a_connection_may_go_while_a_cancel_request_is_on_its_way),
        cmocka_unit_test(an_answer_is_held_back_until_the_cancel_request_has_arrived),
        cmocka_unit_test(a_cancel_request_that_is_stuck_holds_nobody_up),
        cmocka_unit_test(nobody_gives_a_statement_up_before_its_timeout),
        cmocka_unit_test(a_connection_lost_while_idle_or_asking_comes_back),
        cmocka_unit_test(the_pauses_between_tries_grow_up_to_half_a_minute),
        cmocka_unit_test(a_password_in_the_environment_is_refused),
    };

    const struct CMUnitTest names[] = {
        cmocka_unit_test(a_silent_name_server_makes_nobody_wait),
        cmocka_unit_test(a_name_in_the_service_file_is_looked_up_too),
        cmocka_unit_test(a_name_without_an_address_is_told_with_a_cure),
        cmocka_unit_test(a_connection_may_go_while_a_name_is_looked_up),
        cmocka_unit_test(a_certificate_is_verified_by_the_name_that_was_looked_up),
        cmocka_unit_test(lists_of_hosts_keep_their_names_ports_and_sockets),
        cmocka_unit_test(without_a_name_there_is_nothing_to_look_up),
    };

    return cmocka_run_group_tests(tests, test_setup, test_teardown) +
           cmocka_run_group_tests(names, names_setup, names_teardown);
}
