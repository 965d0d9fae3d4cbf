/* harness.h - what tests share: a fresh database, SQL as any role, the programs, the simulated WeChat, many clients
 * at once. Programs are run by tests/run.sh, which starts a private PostgreSQL; a failure in here fails the test. */
#ifndef KAQUAN_HARNESS_H
#define KAQUAN_HARNESS_H

/* cmocka wants these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/types.h>

#include <cjson/cJSON.h>
#include <cmocka.h>
#undef fail /* fail() is ours (err.h) */
#undef fail_msg
#define fail_msg(...) test_fail(__VA_ARGS__)

#include "base.h"
#include "buf.h"
#include "db.h"
#include "migrate.h"

/* TEST(a_card_is_claimed_only_once) { ... } and cmocka_unit_test(a_card_is_claimed_only_once) in the list. */
#define TEST(name) static void name(void **state UNUSED)

/* --- database: pg.c --- */

/* Makes a fresh database from a migrated template (built once a cluster and set of migrations), sets PGDATABASE, and
 * drops the one before. It is dropped at the end of the program. */
void test_database(const char *name);
/* The same without any table or schema of ours: for tests of migrations. */
void test_database_empty(const char *name);
void test_database_drop(void);
/* The same as test_database() under exactly this name, for what is shown: programs that name the same one must not
 * run at once on one cluster. */
void test_database_called(const char *name);
/* now() and clock_timestamp() of this database stand still at `at` from here on: in statements, views, defaults. What
 * was written before keeps its times. */
void test_clock_stops(const char *at);
/* Group setup and teardown: a database named after the program. */
int test_setup(void **state);
int test_teardown(void **state);

/* Runs SQL (printf style) and returns the first value of the last answer, "" for none or NULL; it lives for the next
 * 16 calls. `role`: NULL is the superuser; a login connects as itself (session_user), another role by SET ROLE. Each
 * role keeps its session, so begin ... commit work; "kaquan_worker#2" is a second session of the same role. */
const char *test_sql(const char *role, const char *sql, ...) PRINTF(2, 3);
int64_t test_number(const char *role, const char *sql, ...) PRINTF(2, 3);
/* Runs a file of the source, as the superuser. */
void test_sql_file(const char *path);
/* Must be refused with this SQLSTATE, or one that begins so. */
void test_sql_refused(const char *role, const char *sqlstate, const char *sql, ...) PRINTF(3, 4);
/* A session's backend, for killing it; and closing the session. */
int test_sql_pid(const char *role);
void test_sql_close(const char *role);
/* A session of the product's own kind, as `role` in the present database. The caller db_free()s. */
struct db *test_db(const char *role);

/* --- programs: program.c --- */

struct test_output {
    int exit_code; /* 128 + signal when killed */
    struct buf out;
    struct buf err;
};
void test_output_clear(struct test_output *output);
#define AUTO_OUTPUT AUTO(test_output_clear)

struct test_run {
    const char *user;  /* PGUSER; NULL: kaquan_worker */
    const char *input; /* standard input; NULL: empty */
    double seconds;    /* killed and failed after that; 0: 60 */
};
/* AUTO_OUTPUT struct test_output o = test_worker("pool", "list", "--plain"); runs $KAQUAN_WORKER. */
#define test_worker(...) test_worker_run(&(struct test_run){0}, (const char *const[]){__VA_ARGS__, NULL})
struct test_output test_worker_run(const struct test_run *how, const char *const *arguments);
struct test_output test_program_run(const struct test_run *how, const char *program, const char *const *arguments);

/* Starts a program that stays (its output goes to the test's), and ends it by pid; both end at the test's end too. */
pid_t test_start(const struct test_run *how, const char *program, const char *const *arguments);
/* Sends `signal` (0: none), waits at most `seconds`, then fails the test. Returns the exit code as above. */
int test_end(pid_t pid, int signal, double seconds);
/* The path in the environment variable, which tests/run.sh sets. */
const char *test_path(const char *variable);
/* Where the source is: $SOURCE_DIR, or above build/check/tests/worker/test_x. */
const char *test_source(void);
/* A file of the source, appended to `out`; false: there is none. */
bool test_source_read(const char *path, struct buf *out);

/* --- the simulated WeChat: sim.c --- */

/* test_sim_start("--ticket-mode", "fixed"): starts $KAQUAN_SIM with --port-file and waits for it. One at a time. */
#define test_sim_start(...) test_sim_run((const char *const[]){__VA_ARGS__, NULL})
#define test_sim_start0() test_sim_run((const char *const[]){NULL})
void test_sim_run(const char *const *arguments);
void test_sim_stop(void);
const char *test_sim_base(void); /* "http://127.0.0.1:PORT" */
/* Control calls, path as "/sim/...". The answer must be 2xx and JSON; the caller cJSON_Delete()s it. */
cJSON *sim_post(const char *path, const char *json);
cJSON *sim_get(const char *path);

/* --- waiting and crowds: crowd.c --- */

/* Asks until `done` says yes; fails the test after `seconds`. */
void test_wait_until(bool (*done)(void *context), void *context, double seconds);

/* Forks `count` clients, lets them go all at once, and waits for all. A client returns false for "this went wrong";
 * assertions inside one end it the same way. Their connections are their own. */
void test_clients(int count, bool (*client)(int number, void *context), void *context);
/* Zeroed memory that clients share with the test; for the life of the program. */
void *test_shared(size_t size);

/* Fails the test, also from inside a client. */
#define test_fail(...) test_fail_at(__FILE__, __LINE__, __VA_ARGS__)
_Noreturn void test_fail_at(const char *file, int line, const char *format, ...) PRINTF(3, 4);
/* Are we a client? */
bool test_in_client(void);

#endif
