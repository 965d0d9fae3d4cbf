#include "harness.h"

#include <arpa/inet.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"

#define STATEMENT(n, t) static const struct sql n = {#n, t}

STATEMENT(one, "select 1 as one");
STATEMENT(my_pid, "select pg_backend_pid() as pid");
STATEMENT(echo, "select $1::text as text, $2::bigint as number, $3::boolean as yes, $4::float8 as seconds, $5::bytea "
                "as bytes");
STATEMENT(echo_bytes, "select $1::bytea as bytes, length($1::bytea) as len");
STATEMENT(prepared_count, "select count(*) as n from pg_prepared_statements where name = 'one'");
STATEMENT(setting, "select current_setting($1) as value");
STATEMENT(who, "select session_user::text as login, current_user::text as role");
STATEMENT(notify_me, "select pg_notify('kaquan_test', '')");
STATEMENT(thing_add, "insert into thing values ($1, $2)");
STATEMENT(thing_all, "update thing set v = v + 1");
STATEMENT(thing_read, "select * from thing");

static struct db *db;

static int connect_first(void **state) {
    if (test_setup(state) != 0)
        return -1;
    test_sql(NULL, "create table kaquan.thing (k text primary key, v int check (v < 100));"
                   "grant usage on schema kaquan to public");
    db = test_db(NULL);
    return 0;
}

static int disconnect_last(void **state) {
    db_auto(&db);
    return test_teardown(state);
}

/* --- errors --- */

struct state_case {
    const char *sqlstate;
    enum err_kind kind;
};

TEST(an_sqlstate_decides_what_kind_of_error_it_is) {
    static const struct state_case cases[] = {
        {"08006", ERR_UNAVAILABLE}, {"57P01", ERR_UNAVAILABLE}, {"57P03", ERR_UNAVAILABLE},
        {"53300", ERR_UNAVAILABLE}, {"53100", ERR_BUSY},        {"53200", ERR_BUSY},
        {"40001", ERR_BUSY},        {"40P01", ERR_BUSY},        {"55P03", ERR_BUSY},
        {"57014", ERR_BUSY},        {"42501", ERR_PERMISSION},  {"28P01", ERR_PERMISSION},
        {"22012", ERR_INPUT},       {"23505", ERR_INPUT},       {"KQ401", ERR_INPUT},
        {"KQ501", ERR_BUSY},        {"3F000", ERR_CONFIG},      {"42P01", ERR_CONFIG},
        {"42883", ERR_CONFIG},      {"XX000", ERR_BUG},         {"42601", ERR_BUG},
        {"P0001", ERR_BUG},
    };
    static struct sql statements[ARRAY_LEN(cases)];
    static char texts[ARRAY_LEN(cases)][128];

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct err err = {0};

        snprintf(texts[i], sizeof(texts[i]), "do $$ begin raise exception 'no' using errcode = '%s'; end $$",
                 cases[i].sqlstate);
        statements[i] = (struct sql){cases[i].sqlstate, texts[i]};
        assert_false(db_do0(db, &statements[i], &err));
        assert_string_equal(err.sqlstate, cases[i].sqlstate);
        if (err.kind != cases[i].kind)
            fail_msg("%s is %s", cases[i].sqlstate, err_class(err.kind)->name);
    }
    assert_true(db_alive(db));
}

TEST(a_missing_table_says_to_migrate) {
    static const struct sql missing = {"missing", "select 1 from kaquan.nothing"};
    struct err err = {0};

    assert_false(db_do0(db, &missing, &err));
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_non_null(strstr(err.cure, "kaquan-worker db migrate"));
}

TEST(an_error_names_the_constraint_but_never_the_row) {
    struct err err = {0};

    assert_true(db_do(db, &thing_add, &err, V_TEXT("hush"), V_INT(1)));
    assert_false(db_do(db, &thing_add, &err, V_TEXT("hush"), V_INT(2)));
    assert_int_equal(err.kind, ERR_INPUT);
    assert_string_equal(err.sqlstate, "23505");
    assert_non_null(strstr(err.text, "thing_pkey"));
    assert_null(strstr(err.text, "hush"));
    assert_false(db_do(db, &thing_add, &err, V_TEXT("quiet"), V_INT(100)));
    assert_non_null(strstr(err.text, "constraint thing_v_check of thing"));
    assert_null(strstr(err.text, "quiet"));
}

TEST(a_missing_right_is_named) {
    AUTO_DB struct db *worker = test_db("kaquan_worker");
    struct err err = {0};

    assert_false(db_do0(worker, &thing_read, &err));
    assert_int_equal(err.kind, ERR_PERMISSION);
    assert_string_equal(err.sqlstate, "42501");
    assert_non_null(strstr(err.cure, "table thing to kaquan_worker"));
}

TEST(a_demoted_server_is_left) {
    AUTO_DB struct db *demoted = test_db(NULL);
    static const struct sql read_only = {"read_only", "do $$ begin raise exception using errcode = '25006'; end $$"};
    struct err err = {0};

    assert_false(db_do0(demoted, &read_only, &err));
    assert_int_equal(err.kind, ERR_UNAVAILABLE);
    assert_false(db_alive(demoted));
    assert_true(db_reconnect(demoted, &err));
    assert_true(db_alive(demoted));
}

/* --- values --- */

TEST(values_come_back_as_they_went) {
    AUTO_ROWS struct db_rows rows = {0};
    static const char bytes[] = "\0\xff'\\x\0";
    struct bytes found;
    struct err err = {0};

    assert_true(db_query(db, &echo, &rows, &err, V_TEXT("卡券 '\\"), V_INT(INT64_MIN), V_BOOL(true), V_SECONDS(0.1),
                         V_BYTES(bytes, sizeof(bytes))));
    assert_int_equal(rows.count, 1);
    assert_string_equal(db_text(&rows, 0, "text"), "卡券 '\\");
    assert_true(db_int(&rows, 0, "number") == INT64_MIN);
    assert_true(db_bool(&rows, 0, "yes"));
    assert_true(db_number(&rows, 0, "seconds") == 0.1);
    assert_true(db_bytes(&rows, 0, "bytes", &found));
    assert_int_equal(found.len, sizeof(bytes));
    assert_memory_equal(found.data, bytes, sizeof(bytes));
    free((void *)(uintptr_t)found.data);
}

TEST(null_is_not_empty) {
    AUTO_ROWS struct db_rows rows = {0};
    struct bytes found;
    struct err err = {0};

    assert_true(db_query(db, &echo, &rows, &err, V_TEXT(NULL), V_NULL, V_NULL, V_NULL, V_NULL));
    assert_true(db_null(&rows, 0, "text"));
    assert_string_equal(db_text(&rows, 0, "text"), "");
    assert_true(db_int(&rows, 0, "number") == 0);
    assert_false(db_bool(&rows, 0, "yes"));
    assert_false(db_bytes(&rows, 0, "bytes", &found));
    assert_true(db_query(db, &echo_bytes, &rows, &err, V_BYTES(NULL, 0)));
    assert_false(db_null(&rows, 0, "bytes"));
    assert_int_equal(db_int(&rows, 0, "len"), 0);
}

TEST(rows_touched_are_counted) {
    struct db_rows rows = {0};
    struct err err = {0};

    test_sql(NULL, "truncate kaquan.thing; insert into kaquan.thing select i, 1 from generate_series(1, 7) i");
    assert_true(db_query0(db, &thing_all, &rows, &err));
    assert_true(rows.hits == 7);
    db_rows_clear(&rows);
    db_rows_clear(&rows);
}

/* --- sessions --- */

TEST(connecting_costs_one_statement_and_each_run_one_more) {
    AUTO_DB struct db *fresh = test_db(NULL);
    AUTO_ROWS struct db_rows rows = {0};
    struct err err = {0};

    assert_true(db_statements(fresh) == 1);
    assert_true(db_do0(fresh, &one, &err) && db_do0(fresh, &one, &err));
    assert_true(db_statements(fresh) == 3);
    assert_true(db_query0(fresh, &prepared_count, &rows, &err));
    assert_int_equal(db_int(&rows, 0, "n"), 1);
}

static const char *value_of(struct db *session, const char *name) {
    static char value[64];
    AUTO_ROWS struct db_rows rows = {0};
    struct err err = {0};

    assert_true(db_query(session, &setting, &rows, &err, V_TEXT(name)));
    text_copy(value, sizeof(value), db_text(&rows, 0, "value"));
    return value;
}

TEST(the_environment_does_not_change_our_settings) {
    struct db_options options = {
        .application_name = "a test", .statement_timeout_ms = 30000, .lock_timeout_ms = 2000};
    struct err err = {0};
    AUTO_DB struct db *fresh = NULL;

    setenv("PGOPTIONS", "-c statement_timeout=7 -c search_path=public", 1);
    setenv("PGCLIENTENCODING", "LATIN1", 1);
    fresh = db_new(&options, &err);
    unsetenv("PGOPTIONS");
    unsetenv("PGCLIENTENCODING");
    assert_non_null(fresh);
    assert_string_equal(value_of(fresh, "statement_timeout"), "30s");
    assert_string_equal(value_of(fresh, "lock_timeout"), "2s");
    assert_string_equal(value_of(fresh, "idle_in_transaction_session_timeout"), "1min");
    assert_string_equal(value_of(fresh, "default_transaction_isolation"), "read committed");
    assert_string_equal(value_of(fresh, "search_path"), "kaquan,pg_temp");
    assert_string_equal(value_of(fresh, "client_encoding"), "UTF8");
    assert_string_equal(value_of(fresh, "application_name"), "a test");
}

TEST(a_role_is_taken_without_a_statement) {
    AUTO_DB struct db *owner = test_db("kaquan_owner");
    AUTO_ROWS struct db_rows rows = {0};
    struct err err = {0};

    assert_true(db_statements(owner) == 1);
    assert_true(db_query0(owner, &who, &rows, &err));
    assert_string_equal(db_text(&rows, 0, "login"), "postgres");
    assert_string_equal(db_text(&rows, 0, "role"), "kaquan_owner");
}

TEST(the_clock_of_the_same_host_is_ours) {
    assert_true(fabs(db_clock_offset(db)) < 0.5);
}

static int backend_of(struct db *session) {
    AUTO_ROWS struct db_rows rows = {0};
    struct err err = {0};

    assert_true(db_query0(session, &my_pid, &rows, &err));
    return (int)db_int(&rows, 0, "pid");
}

static void cut(struct db *session) {
    test_sql(NULL, "select pg_terminate_backend(%d, 5000)", backend_of(session));
}

TEST(a_lost_connection_is_noticed_and_made_again) {
    AUTO_DB struct db *fresh = test_db(NULL);
    struct err err = {0};

    assert_true(db_do0(fresh, &one, &err));
    cut(fresh);
    assert_false(db_do0(fresh, &one, &err));
    assert_int_equal(err.kind, ERR_UNAVAILABLE);
    assert_false(db_alive(fresh));
    assert_false(db_do0(fresh, &one, &err));
    assert_int_equal(err.kind, ERR_UNAVAILABLE);
    db_rollback(fresh);
    assert_true(db_reconnect(fresh, &err));
    assert_true(db_do0(fresh, &one, &err));
}

/* --- refused connections --- */

struct refusal_case {
    const char *variable;
    const char *value;
    enum err_kind kind;
};

TEST(a_refused_connection_says_what_to_do) {
    static const struct refusal_case cases[] = {
        {"PGDATABASE", "no_such_database", ERR_CONFIG},
        {"PGUSER", "no_such_role", ERR_PERMISSION},
        {"PGUSER", "kaquan_backend", ERR_PERMISSION},
        {"PGUSER", "test_full", ERR_UNAVAILABLE},
        {"PGHOST", "/nowhere", ERR_UNAVAILABLE},
        {"PGSERVICE", "no_such_service", ERR_CONFIG},
        {"PGPASSWORD", "hush", ERR_CONFIG},
    };

    test_sql(NULL,
             "drop role if exists test_full; create role test_full login connection limit 0;"
             "grant connect on database %s to test_full",
             getenv("PGDATABASE"));
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *before = getenv(cases[i].variable);
        char *kept = before ? mem_text(before) : NULL;
        struct db_options options = {.application_name = "test"};
        struct err err = {0};

        setenv(cases[i].variable, cases[i].value, 1);
        assert_null(db_new(&options, &err));
        kept ? setenv(cases[i].variable, kept, 1) : unsetenv(cases[i].variable);
        free(kept);
        if (err.kind != cases[i].kind || err.cure[0] == '\0')
            fail_msg("%s=%s: %s: %s", cases[i].variable, cases[i].value, err_class(err.kind)->name, err.text);
        assert_null(strstr(err.text, "hush"));
    }
    test_sql(NULL, "revoke connect on database %s from test_full; drop role test_full", getenv("PGDATABASE"));
}

/* A server over the network that wants to talk without TLS: it answers N to the request for TLS. */
static pid_t server_without_tls(int *port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    char request[8];
    pid_t pid;

    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &len), 0);
    *port = ntohs(address.sin_port);
    pid = fork();
    if (pid == 0) {
        int client = accept(listener, NULL, NULL);

        _exit(recv(client, request, sizeof(request), MSG_WAITALL) == 8 && send(client, "N", 1, 0) == 1 ? 0 : 1);
    }
    close(listener);
    return pid;
}

TEST(over_a_network_only_tls_will_do) {
    struct db_options options = {.application_name = "test"};
    char *host = mem_text(getenv("PGHOST"));
    struct err err = {0};
    char port[16];
    int number;
    pid_t server = server_without_tls(&number);

    snprintf(port, sizeof(port), "%d", number);
    setenv("PGHOST", "localhost", 1); /* a name, so it could be anywhere */
    setenv("PGHOSTADDR", "127.0.0.1", 1);
    setenv("PGPORT", port, 1);
    setenv("PGSSLMODE", "disable", 1);
    assert_null(db_new(&options, &err));
    unsetenv("PGSSLMODE");
    unsetenv("PGHOSTADDR");
    setenv("PGPORT", "5432", 1);
    setenv("PGHOST", host, 1);
    free(host);
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_non_null(strstr(err.cure, "TLS"));
    assert_int_equal(test_end(server, 0, 5), 0);
}

/* --- transactions and scripts --- */

TEST(a_transaction_is_all_or_nothing) {
    struct err err = {0};

    test_sql(NULL, "truncate kaquan.thing");
    assert_true(db_begin(db, &err));
    assert_true(db_do(db, &thing_add, &err, V_TEXT("a"), V_INT(1)));
    db_rollback(db);
    assert_true(db_begin(db, &err) && db_do(db, &thing_add, &err, V_TEXT("b"), V_INT(1)) && db_commit(db, &err));
    assert_string_equal(test_sql(NULL, "select string_agg(k, ',') from kaquan.thing"), "b");
}

TEST(a_failed_transaction_cannot_be_committed) {
    struct err err = {0};

    assert_true(db_begin(db, &err));
    assert_false(db_do(db, &thing_add, &err, V_TEXT("c"), V_INT(100)));
    assert_false(db_commit(db, &err));
    assert_true(db_begin(db, &err) && db_commit(db, &err));
}

TEST(a_script_names_the_place_of_its_error) {
    struct err err = {0};

    assert_true(db_script(db, "good.sql", "-- 卡券\nselect 1; select 2;\n", &err));
    assert_false(db_script(db, "bad.sql", "-- 卡券\nselect 1;\n\nselect nothing;\n", &err));
    assert_non_null(strstr(err.text, "bad.sql:4"));
    assert_false(db_script(db, "bad.sql", "select 1;\nselect 2;\nselect 1/0;\n", &err));
    assert_non_null(strstr(err.text, "bad.sql, statement 3"));
}

static bool waiter_is_cancelled(void *context UNUSED) {
    return test_number(NULL, "select count(pg_cancel_backend(pid)) from pg_stat_activity"
                             " where wait_event = 'SyncRep'") > 0;
}

/* A commit whose wait for the standby was cancelled: PostgreSQL calls it done and only warns. */
static bool commit_or_cancel(int number, void *context UNUSED) {
    if (number == 0) {
        AUTO_DB struct db *fresh = test_db(NULL);
        struct err err = {0};

        return !db_do(fresh, &thing_add, &err, V_TEXT("unknown"), V_INT(1)) && err.kind == ERR_UNAVAILABLE &&
               strstr(err.text, "no standby") && db_do0(fresh, &one, &err);
    }
    test_wait_until(waiter_is_cancelled, NULL, 10);
    return true;
}

static int standby_is_missed(void **state UNUSED) {
    test_sql(NULL, "alter system set synchronous_standby_names = 'nobody'");
    test_sql(NULL, "select pg_reload_conf()");
    test_sql_close(NULL);
    return 0;
}

static int standby_is_forgotten(void **state UNUSED) {
    test_sql(NULL, "alter system reset synchronous_standby_names");
    test_sql(NULL, "select pg_reload_conf()");
    return 0;
}

TEST(a_commit_that_no_standby_has_is_unknown) {
    test_clients(2, commit_or_cancel, NULL);
}

/* --- COPY --- */

/* Binary COPY of (int8, text): header, rows, trailer (PostgreSQL 15, sql-copy). */
static void copy_row(struct buf *out, uint8_t number, const char *text) {
    uint8_t fixed[] = {0, 2, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, number, 0, 0, 0, (uint8_t)strlen(text)};

    buf_add(out, fixed, sizeof(fixed));
    buf_text(out, text);
}

static void copy_rows(struct buf *out) {
    buf_add(out, "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
    copy_row(out, 1, "first");
    copy_row(out, 2, "卡券");
    buf_add(out, "\377\377", 2);
}

/* Opens a COPY into slot 900, which is made here and truncated in the same transaction so that FREEZE is allowed. */
static void copy_open(void) {
    struct err err = {0};

    test_sql(NULL, "create table if not exists kaquan.pool_card_900 (n bigint, t text)");
    assert_true(db_begin(db, &err));
    assert_true(db_script(db, "test", "truncate kaquan.pool_card_900", &err));
    assert_true(db_copy_cards_begin(db, 900, &err));
}

TEST(cards_are_copied_in_pieces) {
    AUTO_BUF struct buf data = {0};
    struct err err = {0};
    int64_t stored = 0;

    copy_rows(&data);
    copy_open();
    for (size_t i = 0; i < data.len; i++)
        assert_true(db_copy_data(db, data.data + i, 1, &err));
    assert_true(db_copy_end(db, NULL, &stored, &err));
    assert_true(stored == 2);
    assert_true(db_commit(db, &err));
    assert_string_equal(test_sql(NULL, "select string_agg(n || t, ' ' order by n) from kaquan.pool_card_900"),
                        "1first 2卡券");
}

TEST(a_copy_that_is_given_up_stores_nothing) {
    AUTO_BUF struct buf data = {0};
    struct err err = {0};
    int64_t stored = 7;

    copy_rows(&data);
    copy_open();
    assert_true(db_copy_data(db, data.data, data.len, &err));
    assert_false(db_copy_end(db, "asked to stop", &stored, &err));
    assert_true(stored == 0);
    db_rollback(db);
    assert_true(db_do0(db, &one, &err));
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.pool_card_900"), 2);
}

TEST(a_bad_copy_is_refused_as_a_whole) {
    struct err err = {0};
    int64_t stored = 7;

    copy_open();
    assert_true(db_copy_data(db, "nonsense of 19 byte", 19, &err));
    assert_false(db_copy_end(db, NULL, &stored, &err));
    assert_int_equal(err.kind, ERR_INPUT);
    db_rollback(db);
    assert_false(db_copy_cards_begin(db, 1000, &err));
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.pool_card_900"), 2);
}

/* --- waiting --- */

TEST(a_notification_wakes) {
    struct err err = {0};
    bool notified = false;

    assert_true(db_listen(db, "kaquan_test", &err));
    test_sql(NULL, "notify kaquan_test; notify kaquan_other");
    assert_true(db_wait(db, -1, 10, &notified, &err));
    assert_true(notified);
    assert_true(db_wait(db, -1, 0, &notified, &err));
    assert_false(notified);
}

TEST(a_notification_that_came_with_an_answer_wakes_at_once) {
    struct err err = {0};
    bool notified = false;

    assert_true(db_do0(db, &notify_me, &err));
    assert_true(db_wait(db, -1, 10, &notified, &err));
    assert_true(notified);
}

TEST(the_wait_ends_when_asked_to_stop_or_in_time) {
    struct err err = {0};
    bool notified = true;
    int stop[2];
    double start;

    assert_int_equal(pipe(stop), 0);
    start = clock_seconds();
    assert_true(db_wait(db, stop[0], 0.05, &notified, &err));
    assert_true(clock_seconds() - start >= 0.05 && !notified);
    assert_int_equal(write(stop[1], "", 1), 1);
    start = clock_seconds();
    assert_true(db_wait(db, stop[0], 30, &notified, &err));
    assert_true(clock_seconds() - start < 10 && !notified);
    close(stop[0]);
    close(stop[1]);
}

TEST(the_wait_fails_when_the_connection_breaks_and_listens_again_after_it) {
    struct err err = {0};
    bool notified = true;

    cut(db);
    assert_false(db_wait(db, -1, 30, &notified, &err));
    assert_int_equal(err.kind, ERR_UNAVAILABLE);
    assert_true(db_reconnect(db, &err));
    test_sql(NULL, "notify kaquan_test");
    assert_true(db_wait(db, -1, 10, &notified, &err));
    assert_true(notified);
    assert_false(db_listen(db, "a; drop table thing", &err));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_sqlstate_decides_what_kind_of_error_it_is),
        cmocka_unit_test(a_missing_table_says_to_migrate),
        cmocka_unit_test(an_error_names_the_constraint_but_never_the_row),
        cmocka_unit_test(a_missing_right_is_named),
        cmocka_unit_test(a_demoted_server_is_left),
        cmocka_unit_test(values_come_back_as_they_went),
        cmocka_unit_test(null_is_not_empty),
        cmocka_unit_test(rows_touched_are_counted),
        cmocka_unit_test(connecting_costs_one_statement_and_each_run_one_more),
        cmocka_unit_test(the_environment_does_not_change_our_settings),
        cmocka_unit_test(a_role_is_taken_without_a_statement),
        cmocka_unit_test(the_clock_of_the_same_host_is_ours),
        cmocka_unit_test(a_lost_connection_is_noticed_and_made_again),
        cmocka_unit_test(a_refused_connection_says_what_to_do),
        cmocka_unit_test(over_a_network_only_tls_will_do),
        cmocka_unit_test(a_transaction_is_all_or_nothing),
        cmocka_unit_test(a_failed_transaction_cannot_be_committed),
        cmocka_unit_test(a_script_names_the_place_of_its_error),
        cmocka_unit_test_setup_teardown(a_commit_that_no_standby_has_is_unknown, standby_is_missed,
                                        standby_is_forgotten),
        cmocka_unit_test(cards_are_copied_in_pieces),
        cmocka_unit_test(a_copy_that_is_given_up_stores_nothing),
        cmocka_unit_test(a_bad_copy_is_refused_as_a_whole),
        cmocka_unit_test(a_notification_wakes),
        cmocka_unit_test(a_notification_that_came_with_an_answer_wakes_at_once),
        cmocka_unit_test(the_wait_ends_when_asked_to_stop_or_in_time),
        cmocka_unit_test(the_wait_fails_when_the_connection_breaks_and_listens_again_after_it),
    };

    return cmocka_run_group_tests(tests, connect_first, disconnect_last);
}
