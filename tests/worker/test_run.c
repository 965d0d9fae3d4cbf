/* `run` beside what it does: saying it only, and leaving it to another run of this host. */
#include "harness.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

TEST(a_dry_run_shows_what_is_due_and_does_nothing) {
    AUTO_OUTPUT struct test_output o = test_worker("run", "--dry-run", "--plain");
    assert_int_equal(o.exit_code, 0);
    assert_non_null(strstr(buf_str(&o.out), "prune"));
    assert_non_null(strstr(buf_str(&o.out), "stat_minute"));
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.job"), 0);
}

TEST(a_dry_run_of_one_kind_shows_that_kind_alone) {
    AUTO_OUTPUT struct test_output o = test_worker("run", "prune", "--dry-run", "--plain");
    assert_int_equal(o.exit_code, 0);
    assert_non_null(strstr(buf_str(&o.out), "prune"));
    assert_null(strstr(buf_str(&o.out), "stat_minute"));
}

/* A file that this process holds the lock of, named by KAQUAN_LOCK_FILE. */
static int lock_held(char path[64]) {
    snprintf(path, 64, "/tmp/kaquan-lock.%d", (int)getpid());
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
    setenv("KAQUAN_LOCK_FILE", path, 1);
    return fd;
}

TEST(a_second_run_on_a_host_leaves_the_work_to_the_first) {
    char path[64];
    int fd = lock_held(path);
    AUTO_OUTPUT struct test_output quiet = test_worker("run");
    AUTO_OUTPUT struct test_output told = test_worker("run", "--lock-conflict");
    assert_int_equal(quiet.exit_code, 0);
    assert_int_equal(told.exit_code, 75);
    assert_non_null(strstr(buf_str(&told.err), "holds the lock"));
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.job"), 0);
    close(fd);
    AUTO_OUTPUT struct test_output alone = test_worker("run", "--lock-conflict");
    assert_int_equal(alone.exit_code, 0);
    assert_true(test_number(NULL, "select count(*) from kaquan.job where state = 'done'") > 0);
    unsetenv("KAQUAN_LOCK_FILE");
    unlink(path);
}

TEST(a_lock_file_that_cannot_be_made_is_a_matter_of_configuration) {
    setenv("KAQUAN_LOCK_FILE", "/proc/none/lock", 1);
    AUTO_OUTPUT struct test_output o = test_worker("run");
    unsetenv("KAQUAN_LOCK_FILE");
    assert_int_equal(o.exit_code, 78);
    assert_non_null(strstr(buf_str(&o.err), "lock-file"));
}

TEST(a_job_that_fails_again_and_again_rests_longer_and_longer) {
    static const char due[] =
        "update kaquan.job set run_at = now() - interval '1 s' where kind = 'credential_refresh'";
    int64_t rests[3];
    test_sql(NULL, "insert into kaquan.account (key, appid, secret) values ('broken', 'wx1234567890abcdef', 'x')");
    for (int i = 0; i < 3; i++) {
        AUTO_OUTPUT struct test_output o = test_worker("run", "credential_refresh");
        rests[i] =
            test_number(NULL, "select extract(epoch from run_at - finished_at)::bigint from kaquan.job "
                              "where kind = 'credential_refresh' and state = 'failed' order by id desc limit 1");
        assert_int_equal(test_number(NULL, "select attempts from kaquan.job where kind = 'credential_refresh' "
                                           "order by id desc limit 1"),
                         i + 1);
        test_sql(NULL, due);
    }
    assert_true(rests[0] >= 7 && rests[0] <= 15);
    assert_true(rests[2] >= 30 && rests[2] <= 60);
}

TEST(a_credential_goes_before_jobs_that_wait_longer) {
    test_sql(NULL, "update kaquan.job set run_at = now() - interval '1 s' where kind = 'credential_refresh';"
                   "delete from kaquan.job where state <> 'failed';"
                   "insert into kaquan.job (kind, run_at) values ('prune', now() - interval '1 h'),"
                   " ('stat_minute', now() - interval '1 min')");
    AUTO_OUTPUT struct test_output o = test_worker("run");
    assert_true(o.exit_code != 0); /* the account of the test before is broken */
    assert_string_equal(test_sql(NULL,
                                 "select string_agg(kind, ' ' order by started_at) from (select kind, started_at"
                                 " from kaquan.job where started_at > now() - interval '10 s' order by id desc"
                                 " limit 3) j"),
                        "credential_refresh prune stat_minute");
}

/* Its jobs are found by an index, however many others there are. */
TEST(planning_does_not_read_the_jobs_of_other_accounts) {
    test_sql(NULL,
             "insert into kaquan.account (key, appid) values ('busy', 'wx00000001'), ('quiet', 'wx00000002');"
             "insert into kaquan.job (kind, account_id, state, finished_at) select 'event_apply', a.id, 'done', now()"
             " from kaquan.account a, generate_series(1, 3000) where a.key = 'busy'");
    test_sql(NULL, "analyze kaquan.job");
    assert_true(test_number(NULL, "insert into kaquan.wx_event (account_id, digest, payload) select id, '', 'x'"
                                  " from kaquan.account where key = 'quiet';"
                                  "select kaquan.job_plan();"
                                  "select seq_tup_read + idx_tup_fetch from pg_stat_xact_user_tables"
                                  " where relid = 'kaquan.job'::regclass") < 100);
    assert_int_equal(test_number(NULL,
                                 "select count(*) from kaquan.job j join kaquan.account a on a.id = j.account_id"
                                 " where a.key = 'quiet' and j.kind = 'event_apply'"),
                     1);
}

/* Every half second a worker asks: what ended is not read for it. */
TEST(when_the_next_job_is_due_is_known_without_those_that_ended) {
    test_sql(NULL,
             "insert into kaquan.job (kind, state, run_at, finished_at)"
             " select 'prune', case when i %% 10 = 0 then 'failed' else 'done' end, now() - interval '1 h', now()"
             " from generate_series(1, 5000) i");
    test_sql(NULL, "analyze kaquan.job");
    assert_true(test_number("kaquan_worker#counted", /* what a session read before is counted, too */
                            "%s; select seq_tup_read + idx_tup_fetch from pg_stat_xact_user_tables"
                            " where relid = 'kaquan.job'::regclass",
                            sql_job_plan.text) < 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dry_run_shows_what_is_due_and_does_nothing),
        cmocka_unit_test(a_dry_run_of_one_kind_shows_that_kind_alone),
        cmocka_unit_test(a_second_run_on_a_host_leaves_the_work_to_the_first),
        cmocka_unit_test(a_lock_file_that_cannot_be_made_is_a_matter_of_configuration),
        cmocka_unit_test(a_job_that_fails_again_and_again_rests_longer_and_longer),
        cmocka_unit_test(a_credential_goes_before_jobs_that_wait_longer),
        cmocka_unit_test(planning_does_not_read_the_jobs_of_other_accounts),
        cmocka_unit_test(when_the_next_job_is_due_is_known_without_those_that_ended),
    };
    return cmocka_run_group_tests(tests, test_setup, test_teardown);
}
