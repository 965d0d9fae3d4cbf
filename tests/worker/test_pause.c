/* Kinds of jobs that rest: what is not done, what is done all the same, and who is told. */
#include "harness.h"

#include <string.h>

#include "job_planned.h"
#include "jobs.h"

static int fresh(void **state UNUSED) {
    test_sql(NULL, "delete from kaquan.job_pause; delete from kaquan.job;"
                   "update kaquan.schedule set next_at = now() - interval '1 min'");
    return 0;
}

static void does(int exit_code, const char *said, const struct test_output *o) {
    if (o->exit_code != exit_code || strstr(buf_str(&o->err), said) == NULL)
        test_fail("exit code %d, said: %s", o->exit_code, buf_str(&o->err));
}

static void runs(void) {
    AUTO_OUTPUT struct test_output o = test_worker("run");
    does(0, "", &o);
}

static void pauses(const char *kind) {
    AUTO_OUTPUT struct test_output o = test_worker("job", "pause", kind, "--yes", "--reason", "too much");
    does(0, " is paused", &o);
}

static int64_t done(const char *kind) {
    return test_number(NULL, "select count(*) from kaquan.job where kind = '%s' and state = 'done'", kind);
}

TEST(a_kind_that_is_paused_is_not_planned_until_it_goes_on_then_once) {
    pauses("prune");
    runs();
    assert_int_equal(done("prune"), 0);
    assert_int_equal(done("stat_minute"), 1);
    AUTO_OUTPUT struct test_output o = test_worker("job", "resume", "prune");
    does(0, "goes on", &o);
    runs();
    runs();
    assert_int_equal(done("prune"), 1);
}

TEST(what_is_due_by_a_state_rests_too) {
    test_sql(NULL,
             "insert into kaquan.account (key, appid) values ('pushed', 'wx0987654321');"
             "insert into kaquan.wx_event (account_id, digest, payload) select id, '', 'x' from kaquan.account");
    pauses("event_apply");
    assert_int_equal(test_number("kaquan_worker", "select kaquan.job_plan(); select count(*) from kaquan.job"
                                                  " where kind = 'event_apply'"),
                     0);
    test_sql(NULL, "delete from kaquan.job_pause");
    assert_int_equal(test_number("kaquan_worker", "select kaquan.job_plan(); select count(*) from kaquan.job"
                                                  " where kind = 'event_apply'"),
                     1);
}

TEST(jobs_that_wait_are_cancelled_and_one_that_runs_is_left_to_end) {
    test_sql(
        NULL,
        "insert into kaquan.account (key, appid) values ('one', 'wx1111111111'), ('two', 'wx2222222222');"
        "insert into kaquan.job (kind, account_id) select 'event_decrypt', id from kaquan.account where key = 'one';"
        "insert into kaquan.job (kind, account_id, state) select 'event_decrypt', id, 'running'"
        " from kaquan.account where key = 'two'; insert into kaquan.job (kind) values ('prune')");
    pauses("event_decrypt");
    assert_string_equal(test_sql(NULL, "select string_agg(kind || ' ' || state, ', ' order by id) from kaquan.job"),
                        "event_decrypt cancelled, event_decrypt running, prune queued");
}

TEST(what_a_person_queues_of_a_paused_kind_is_done) {
    pauses("prune");
    AUTO_OUTPUT struct test_output o = test_worker("job", "queue", "prune");
    does(0, "is due now", &o);
    runs();
    assert_int_equal(done("prune"), 1);
}

TEST(the_audit_log_keeps_who_paused_and_resumed_and_why) {
    pauses("prune");
    AUTO_OUTPUT struct test_output o = test_worker("job", "resume", "prune", "--reason", "calm again");
    does(0, "goes on", &o);
    assert_string_equal(test_sql(NULL, "select string_agg(action || ': ' || reason, ', ' order by id) from"
                                       " (select * from kaquan.audit_log where object = 'kind prune'"
                                       " order by id desc limit 2) a"),
                        "job_pause: too much, job_resume: calm again");
}

TEST(a_pause_that_harms_visitors_is_asked_for_and_says_how) {
    AUTO_OUTPUT struct test_output bare = test_worker("job", "pause", "pool_fill", "--no-input");
    AUTO_OUTPUT struct test_output sure = test_worker("job", "pause", "pool_fill", "--yes");
    does(64, "needs a confirmation", &bare);
    does(0, "nobody gets a card of it", &sure);
}

TEST(a_kind_is_paused_and_resumed_once_and_only_if_it_is_planned) {
    AUTO_OUTPUT struct test_output by_people = test_worker("job", "pause", "template_submit", "--yes");
    AUTO_OUTPUT struct test_output awake = test_worker("job", "resume", "prune");
    pauses("prune");
    AUTO_OUTPUT struct test_output twice = test_worker("job", "pause", "prune", "--yes");
    does(64, "template_submit", &by_people);
    does(65, "is not paused", &awake);
    does(65, "is paused already", &twice);
}

TEST(health_and_doctor_name_what_is_paused_and_the_cure) {
    AUTO_OUTPUT struct test_output before = test_worker("health", "--plain");
    pauses("prune");
    pauses("stat_wechat");
    AUTO_OUTPUT struct test_output health = test_worker("health", "--plain");
    AUTO_OUTPUT struct test_output doctor = test_worker("doctor", "--plain");
    static const char wanted[] = "paused jobs\twarn\tprune, stat_wechat\tkaquan-worker job resume KIND\n";
    assert_non_null(strstr(buf_str(&before.out), "paused jobs\tok\tnone\t"));
    assert_non_null(strstr(buf_str(&health.out), wanted));
    assert_non_null(strstr(buf_str(&doctor.out), wanted));
}

TEST(every_kind_that_is_planned_can_be_paused_and_no_other) {
    size_t count;
    const struct job_kind *kinds = job_kinds(&count);
    for (size_t i = 0; i < count; i++)
        if (test_number(NULL,
                        "select count(*) from (select kind from kaquan.schedule union select m[1] from"
                        " regexp_matches(pg_get_viewdef('kaquan.job_due'), '''([a-z_]+)''', 'g') m) k (kind)"
                        " where k.kind = '%s'",
                        kinds[i].name) != (job_planned_find(kinds[i].name) != NULL))
            test_fail("%s is planned, or can be paused, but not both", kinds[i].name);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_kind_that_is_paused_is_not_planned_until_it_goes_on_then_once, fresh),
        cmocka_unit_test_setup(what_is_due_by_a_state_rests_too, fresh),
        cmocka_unit_test_setup(jobs_that_wait_are_cancelled_and_one_that_runs_is_left_to_end, fresh),
        cmocka_unit_test_setup(what_a_person_queues_of_a_paused_kind_is_done, fresh),
        cmocka_unit_test_setup(the_audit_log_keeps_who_paused_and_resumed_and_why, fresh),
        cmocka_unit_test_setup(a_pause_that_harms_visitors_is_asked_for_and_says_how, fresh),
        cmocka_unit_test_setup(a_kind_is_paused_and_resumed_once_and_only_if_it_is_planned, fresh),
        cmocka_unit_test_setup(health_and_doctor_name_what_is_paused_and_the_cure, fresh),
        cmocka_unit_test(every_kind_that_is_planned_can_be_paused_and_no_other),
    };
    return cmocka_run_group_tests(tests, test_setup, test_teardown);
}
