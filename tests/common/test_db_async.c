/* The connection that makes nobody wait: it connects, asks, reads only, is lost and comes back. */
#include "harness.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "db_async.h"

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

/* Begins the sleep and waits until the server is at it. */
static void sleep_on_server(struct db_async *a) {
    db_async_ask(a, &sleeps, NULL, 0);
    while (test_number(NULL, "select count(*) from pg_stat_activity where application_name = 'kaquan-async'"
                             " and wait_event = 'PgSleep'") == 0)
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
        cmocka_unit_test(nobody_gives_a_statement_up_before_its_timeout),
        cmocka_unit_test(a_connection_lost_while_idle_or_asking_comes_back),
        cmocka_unit_test(the_pauses_between_tries_grow_up_to_half_a_minute),
        cmocka_unit_test(a_password_in_the_environment_is_refused),
    };

    return cmocka_run_group_tests(tests, test_setup, test_teardown);
}
