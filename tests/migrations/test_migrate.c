#include "harness.h"

#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"

#define SUM_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SUM_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define SUM_C "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

/* Each makes two things, so that half of one can be told from a whole one. */
static const struct migration files[] = {
    {"0001_first.sql", SUM_A, "create table a (); create table a_more ();"},
    {"0002_second.sql", SUM_B,
     "create table b (); create table b_more ();"
     "create function f() returns int language sql return 1; alter function f() owner to kaquan_fn_claim;"},
    {"0003_third.sql", SUM_C, "create table c (); create table c_more ();"},
    {"roles.sql", SUM_A, ""},
};
static const struct migration_list three = {files, ARRAY_LEN(files)};
static const struct migration_list two = {files, 2};

static struct db *db;
static int told;

static void tell(const char *name UNUSED) {
    told++;
}

static int fresh(void **state UNUSED) {
    struct err err = {0};

    test_database_empty("migrate");
    db = test_db(NULL);
    if (!migrate_roles(db, &migrations, &err))
        test_fail("%s", err.text);
    told = 0;
    return 0;
}

static int gone(void **state UNUSED) {
    db_auto(&db);
    test_database_drop();
    return 0;
}

static void run(const struct migration_list *list) {
    struct err err = {0};

    if (!migrate_run(db, list, tell, &err))
        test_fail("%s", err.text);
}

/* What is noted must be there as a whole, and what is not noted must not be there at all. */
static int64_t whole_steps(void) {
    const char *noted = test_sql(NULL, "select case when to_regclass('kaquan.schema_migration') is null then '' else "
                                       "(xpath('/row/n/text()', query_to_xml('select string_agg(substr(name, 6, 1), "
                                       "'''' order by name) as n from kaquan.schema_migration', false, true, '')))[1]"
                                       "::text end");
    const char *made = test_sql(NULL, "select string_agg(translate(left(relname, 1), 'abc', 'fst'), '' order by "
                                      "relname) from pg_class where relnamespace = 'kaquan'::regnamespace and "
                                      "relname in ('a', 'b', 'c')");
    const char *more = test_sql(NULL, "select string_agg(translate(left(relname, 1), 'abc', 'fst'), '' order by "
                                      "relname) from pg_class where relnamespace = 'kaquan'::regnamespace and "
                                      "relname in ('a_more', 'b_more', 'c_more')");

    assert_string_equal(noted, made);
    assert_string_equal(noted, more);
    return (int64_t)strlen(noted);
}

/* --- the list --- */

TEST(the_built_in_files_are_in_order) {
    size_t steps = migration_steps(&migrations);
    long last = 0;

    for (size_t i = 0; i < migrations.count; i++) {
        const struct migration *file = &migrations.files[i];
        long number = strtol(file->name, NULL, 10);

        assert_int_equal(strlen(file->checksum), 64);
        if (i >= steps)
            assert_string_equal(file->name, "roles.sql");
        else
            assert_true(number > last); /* a gap is a number that was given and not needed */
        last = number;
    }
    assert_int_equal(migrations.count, steps + 1);
}

TEST(the_built_in_migrations_run_as_the_migrator) {
    AUTO_DB struct db *migrator = test_db("kaquan_migrator");
    struct err err = {0};

    if (!migrate_run(migrator, &migrations, tell, &err))
        test_fail("%s", err.text);
    assert_int_equal(told, migration_steps(&migrations));
}

/* --- status --- */

TEST(an_empty_database_is_older) {
    struct migrate_status status;
    struct err err = {0};

    assert_true(migrate_status(db, &three, &status, &err));
    assert_int_equal(status.known, 3);
    assert_int_equal(status.applied, 0);
    assert_false(migrate_check(db, &three, &err));
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_string_equal(err.cure, "run kaquan-worker db migrate");
}

TEST(migrations_are_applied_once_and_in_order) {
    struct migrate_status status;
    struct err err = {0};

    run(&two);
    assert_int_equal(told, 2);
    assert_false(migrate_check(db, &three, &err));
    assert_non_null(strstr(err.text, "it has migration 2, the program needs 3"));
    run(&three);
    run(&three);
    assert_int_equal(told, 3);
    assert_int_equal(whole_steps(), 3);
    assert_true(migrate_check(db, &three, &err));
    assert_true(migrate_status(db, &three, &status, &err));
    assert_string_equal(status.newest, "0003_third.sql");
}

TEST(the_worker_asks_with_one_statement) {
    AUTO_DB struct db *worker = NULL;
    struct err err = {0};
    int64_t before;

    run(&three);
    worker = test_db("kaquan_worker");
    before = db_statements(worker);
    assert_true(migrate_check(worker, &three, &err));
    assert_true(db_statements(worker) == before + 1);
    assert_false(migrate_run(worker, &three, NULL, &err));
    assert_int_equal(err.kind, ERR_PERMISSION);
}

TEST(a_newer_schema_is_refused_with_both_numbers) {
    struct err err = {0};

    run(&three);
    assert_false(migrate_check(db, &two, &err));
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_non_null(strstr(err.text, "migration 3"));
    assert_non_null(strstr(err.text, "the program knows 2"));
    assert_false(migrate_run(db, &two, tell, &err));
    assert_int_equal(err.kind, ERR_CONFIG);
}

TEST(a_changed_file_is_refused) {
    struct migration changed[] = {files[0], files[1], files[2]};
    struct err err = {0};

    run(&two);
    changed[1].checksum = SUM_C;
    assert_false(migrate_run(db, &(struct migration_list){changed, 3}, tell, &err));
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_non_null(strstr(err.text, "0002_second.sql was changed"));
    assert_int_equal(whole_steps(), 2);
}

TEST(a_file_from_elsewhere_is_refused) {
    struct migration other[] = {files[0], files[1], files[2]};
    struct err err = {0};

    run(&two);
    other[1].name = "0002_other.sql";
    assert_false(migrate_run(db, &(struct migration_list){other, 3}, tell, &err));
    assert_non_null(strstr(err.text, "0002_second.sql, which this program does not know"));
}

/* --- running --- */

TEST(a_migration_that_fails_leaves_those_before_it) {
    struct migration bad[] = {files[0], files[1], files[2]};
    struct err err = {0};

    bad[2].text = "create table c ();\ncreate table a ();";
    assert_false(migrate_run(db, &(struct migration_list){bad, 3}, tell, &err));
    assert_non_null(strstr(err.text, "0003_third.sql, statement 2"));
    assert_int_equal(whole_steps(), 2);
    run(&three);
    assert_int_equal(whole_steps(), 3);
}

TEST(a_migration_that_commits_by_itself_is_refused) {
    struct migration bad[] = {files[0]};
    struct err err = {0};

    bad[0].text = "create table z (); commit;";
    assert_false(migrate_run(db, &(struct migration_list){bad, 1}, tell, &err));
    assert_int_equal(err.kind, ERR_BUG);
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.schema_migration"), 0);
}

TEST(what_is_made_belongs_to_the_owner) {
    run(&three);
    assert_string_equal(test_sql(NULL,
                                 "select string_agg(distinct tableowner, ',') from pg_tables where schemaname = "
                                 "'kaquan'"),
                        "kaquan_owner");
    assert_string_equal(test_sql(NULL, "select proowner::regrole from pg_proc where proname = 'f'"),
                        "kaquan_fn_claim");
    assert_string_equal(test_sql(NULL, "select has_schema_privilege('kaquan_fn_claim', 'kaquan', 'create')"), "f");
}

/* --- at once, and killed --- */

static bool migrate_as_client(int number UNUSED, void *context) {
    const struct migration_list *list = context ? context : &three;
    AUTO_DB struct db *mine = test_db("kaquan_migrator");
    struct err err = {0};

    if (!migrate_run(mine, list, NULL, &err))
        test_fail("%s", err.text);
    return true;
}

TEST(many_migrators_at_once_apply_each_file_once) {
    test_clients(8, migrate_as_client, NULL);
    assert_int_equal(whole_steps(), 3);
}

static pid_t start_migrating(const struct migration_list *list) {
    pid_t pid;

    fflush(NULL);
    pid = fork();
    if (pid == 0) {
        struct db_options options = {.application_name = "victim"};
        struct db *mine = db_new(&options, NULL);

        _exit(mine && migrate_run(mine, list, NULL, NULL) ? 0 : 1);
    }
    return pid;
}

static bool victim_waits(void *context UNUSED) {
    return test_number(NULL, "select count(*) from pg_stat_activity where application_name = 'victim' and "
                             "wait_event_type = 'Lock'") > 0;
}

static bool victim_is_gone(void *context UNUSED) {
    return test_number(NULL, "select count(*) from pg_stat_activity where application_name = 'victim'") == 0;
}

/* The second file stops in its middle at a lock that we hold; there the client or its server process is killed. */
static void kill_in_the_middle(const char *text, bool client) {
    struct migration stopping[] = {files[0], files[1], files[2]};
    struct migration_list list = {stopping, 3};
    pid_t pid;

    stopping[1].text = text;
    test_sql("postgres#lock", "select pg_advisory_lock(42)");
    pid = start_migrating(&list);
    test_wait_until(victim_waits, NULL, 10);
    if (client)
        kill(pid, SIGKILL);
    else
        test_sql(NULL, "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'victim'");
    assert_int_equal(test_end(pid, 0, 10), client ? 128 + SIGKILL : 1);
    test_sql("postgres#lock", "select pg_advisory_unlock(42)");
    test_wait_until(victim_is_gone, NULL, 10);
    assert_int_equal(whole_steps(), 1);
}

TEST(killed_inside_a_file_nothing_of_it_stays) {
    static const char *const texts[] = {
        "select pg_advisory_xact_lock(42); create table b (); create table b_more ();",
        "create table b (); select pg_advisory_xact_lock(42); create table b_more ();",
        "create table b (); create table b_more (); select pg_advisory_xact_lock(42);",
    };

    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        for (int client = 0; client < 2; client++)
            kill_in_the_middle(texts[i], client == 1);
    run(&three);
    assert_int_equal(whole_steps(), 3);
}

TEST(killed_before_a_file_is_noted_nothing_of_it_stays) {
    static const struct migration_list first = {files, 1};
    pid_t pid;

    run(&first);
    test_sql("postgres#lock", "begin; lock table kaquan.schema_migration in share mode");
    pid = start_migrating(&three);
    test_wait_until(victim_waits, NULL, 10);
    assert_int_equal(test_end(pid, SIGKILL, 10), 128 + SIGKILL);
    test_sql(NULL, "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'victim'");
    test_sql("postgres#lock", "rollback");
    assert_int_equal(whole_steps(), 1);
    run(&three);
    assert_int_equal(whole_steps(), 3);
}

TEST(killed_at_any_moment_it_can_be_run_again) {
    int64_t steps = 0;

    srand(7);
    for (int round = 0; round < 60; round++) {
        pid_t pid = start_migrating(&three);

        clock_sleep((rand() % 12000) / 1e6); /* the moment of death, not a wait for something */
        test_end(pid, SIGKILL, 10);
        test_wait_until(victim_is_gone, NULL, 10);
        assert_true(whole_steps() >= steps);
        steps = whole_steps();
        if (steps == 3)
            test_sql(NULL, "drop schema kaquan cascade; create schema kaquan authorization kaquan_owner;"
                           "grant usage on schema kaquan to kaquan_worker");
        steps = steps % 3;
    }
    run(&three);
    assert_int_equal(whole_steps(), 3);
}

#define FRESH(test) cmocka_unit_test_setup_teardown(test, fresh, gone)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_built_in_files_are_in_order),
        FRESH(the_built_in_migrations_run_as_the_migrator),
        FRESH(an_empty_database_is_older),
        FRESH(migrations_are_applied_once_and_in_order),
        FRESH(the_worker_asks_with_one_statement),
        FRESH(a_newer_schema_is_refused_with_both_numbers),
        FRESH(a_changed_file_is_refused),
        FRESH(a_file_from_elsewhere_is_refused),
        FRESH(a_migration_that_fails_leaves_those_before_it),
        FRESH(a_migration_that_commits_by_itself_is_refused),
        FRESH(what_is_made_belongs_to_the_owner),
        FRESH(many_migrators_at_once_apply_each_file_once),
        FRESH(killed_inside_a_file_nothing_of_it_stays),
        FRESH(killed_before_a_file_is_noted_nothing_of_it_stays),
        FRESH(killed_at_any_moment_it_can_be_run_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
