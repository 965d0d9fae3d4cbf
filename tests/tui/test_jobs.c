/* Jobs as an operator follows, repeats and ends them. */
#include "operator.h"

static const struct test_screen_run english = {0}, chinese = {.lang = "zh_CN.UTF-8"};

/* 1 failed at WeChat, 2 runs, 3 waits for its next try. */
static int scene(void **state) {
    test_setup(state);
    test_sql(
        NULL,
        "set search_path = kaquan; insert into account (key, appid) values ('festival', 'wx1234567890');"
        "insert into template (account_id, key, card_type, title, body, code_mode, status, card_id)"
        " values (1, 'adult', 'MEETING_TICKET', 'Adult', '{}', 'merchant', 'approved', 'c1');"
        "insert into job (kind, account_id, state, attempts, error_class, errcode, error_text, created_at, started_at,"
        " finished_at) values ('whitelist_check', 1, 'failed', 3, 'host', 40164, 'invalid ip 203.0.113.9',"
        " now() - interval '2 min', now() - interval '90 s', now() - interval '80 s');"
        "insert into job (kind, account_id, template_id, state, attempts, progress_done, progress_total, started_at,"
        " lease_owner, lease_until) values ('pool_fill', 1, 1, 'running', 1, 4500, 9000, now() - interval '10 s',"
        " 'gz-1', now() + interval '5 min');"
        "insert into job (kind, account_id, template_id, run_at, attempts, error_class, error_text)"
        " values ('template_submit', 1, 1, now() + interval '10 min', 2, 'busy', 'WeChat is busy');"
        "insert into job_log (job_id, level, text) values (2, 'info', 'signing 9000 cards')");
    return 0;
}

TEST(a_job_shows_how_far_it_is_why_it_failed_and_when_it_is_tried_again) {
    AUTO_SCREEN struct test_screen *s = operator_at(&english, "jobs");

    assert_row(s, "pool_fill ", "adult", "running", "50%", "/s");
    assert_row(s, "whitelist_check", "festival", "failed", "host: 40164");
    assert_row(s, "template_submit", "queued", "in 9m", "busy");
    test_screen_until(s, "Due next");
    assert_row(s, "stat_minute", "1m00s");
}

TEST(jobs_speak_chinese) {
    AUTO_SCREEN struct test_screen *s = operator_at(&chinese, "jobs");

    assert_row(s, "补充卡池", "运行中", "50%");
    assert_row(s, "检查白名单", "失败");
    assert_row(s, "编号", "种类", "对象", "状态", "次数", "时间");
    test_screen_until(s, "即将到期");
}

TEST(the_filter_is_the_command_lines_and_the_database_applies_it) {
    AUTO_SCREEN struct test_screen *s = operator_at(&english, "jobs");

    test_screen_until(s, "whitelist_check");
    test_screen_keys(s, "/state:failed" ENTER);
    test_screen_until_gone(s, "template_submit");
    test_screen_until_both(s, "whitelist_check", "failed");
    test_screen_keys(s, ESC);
    test_screen_until(s, "template_submit");
    test_screen_keys(s, "/stat:failed" ENTER);
    test_screen_until(s, "state");
    test_screen_keys(s, ESC);
}

TEST(where_nothing_matches_it_says_what_would_without_the_last_term) {
    AUTO_SCREEN struct test_screen *s = operator_at(&english, "jobs");

    test_screen_until(s, "whitelist_check");
    test_screen_keys(s, "/kind:pool_fill error:\"no such\"" ENTER);
    test_screen_until(s, "Nothing matches");
    test_screen_until(s, "without error:\"no such\": 1 match");
    test_screen_keys(s, "/\x15kind:nothing" ENTER); /* there is no other term */
    test_screen_until(s, "Nothing matches \"kind:nothing\"");
    test_screen_until_gone(s, "without");
}

TEST(tab_completes_the_filter_and_what_it_may_be_is_shown) {
    AUTO_SCREEN struct test_screen *s = operator_at(&english, "jobs");

    test_screen_until(s, "whitelist_check");
    test_screen_keys(s, "/st");
    test_screen_until(s, "Tab state:");
    test_screen_keys(s, TAB);
    assert_row(s, "Tab queued", "running", "done", "failed", "cancelled");
    test_screen_keys(s, "f" TAB);
    test_screen_until(s, "/ state:failed");
    test_screen_keys(s, " -kind:w" TAB); /* a kind that is loaded */
    test_screen_until(s, "/ state:failed -kind:whitelist_check");
}

TEST(the_log_of_a_job_follows_what_it_says) {
    AUTO_SCREEN struct test_screen *s = operator_at(&english, "jobs");

    test_screen_until(s, "pool_fill");
    test_screen_keys(s, "/kind:pool_fill" ENTER);
    test_screen_until_gone(s, "template_submit");
    test_screen_keys(s, ENTER);
    assert_row(s, "RUNS ON", "gz-1");
    assert_row(s, "info", "signing 9000 cards");
    test_sql(NULL, "insert into kaquan.job_log (job_id, level, text) values (2, 'warn', 'the disk is slow')");
    assert_row(s, "warn", "the disk is slow");
}

TEST(an_errcode_is_told_with_its_cure) {
    AUTO_SCREEN struct test_screen *s = operator_at(&english, "jobs");

    test_screen_until(s, "whitelist_check");
    test_screen_keys(s, "G" ENTER);
    assert_row(s, "ERRCODE", "40164");
    assert_row(s, "WHAT FAILED", "203.0.113.9");
    test_screen_until(s, "is not on the IP whitelist");
}

TEST(a_locked_session_repeats_and_ends_nothing) {
    AUTO_SCREEN struct test_screen *s = operator_at(&english, "jobs");

    test_screen_until(s, "whitelist_check");
    test_screen_keys(s, "GR");
    test_screen_until(s, "! unlocks");
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.job where state = 'failed'"), 1);
}

static struct test_screen *unlocked_jobs(void) {
    struct test_screen *s = operator_at(&english, "jobs");

    operator_unlocks(s);
    test_screen_until(s, "template_submit");
    return s;
}

TEST(what_waits_for_its_next_try_begins_now) {
    AUTO_SCREEN struct test_screen *s = unlocked_jobs();

    test_screen_keys(s, "R");
    test_screen_until(s, "job retry 3");
    test_screen_keys(s, "y");
    assert_becomes("select run_at <= now() and attempts = 2 from kaquan.job where id = 3", "t");
}

TEST(a_failed_job_is_queued_again_and_one_that_runs_is_not) {
    AUTO_SCREEN struct test_screen *s = unlocked_jobs();

    test_screen_keys(s, "jR");
    test_screen_until(s, "only a job that failed");
    test_screen_keys(s, "GR");
    test_screen_until(s, "job retry 1");
    test_screen_keys(s, "y");
    assert_becomes("select state || attempts from kaquan.job where id = 1", "queued0");
    assert_becomes("select action from kaquan.audit_log where object = 'job 1'", "job_retry");
}

TEST(a_job_is_cancelled_with_a_reason) {
    AUTO_SCREEN struct test_screen *s = unlocked_jobs();

    test_screen_keys(s, "jK");
    test_screen_until(s, "job cancel 2");
    test_screen_keys(s, "wrong template" CTRL_S);
    assert_becomes("select state from kaquan.job where id = 2", "cancelled");
    assert_becomes("select reason from kaquan.audit_log where action = 'job_cancel'", "wrong template");
}

TEST(a_kind_of_the_schedule_is_queued_now) {
    AUTO_SCREEN struct test_screen *s = unlocked_jobs();

    test_screen_keys(s, "Q");
    test_screen_until(s, "job queue");
    test_screen_keys(s, "\x15"
                        "prune" CTRL_S);
    assert_becomes("select state from kaquan.job where kind = 'prune'", "queued");
}

TEST(a_kind_rests_and_goes_on_and_both_are_seen) {
    AUTO_SCREEN struct test_screen *s = unlocked_jobs();

    test_screen_keys(s, "P" TAB "\x15"
                        "prune");
    test_screen_until(s, "job pause prune");
    test_screen_until(s, "what the site keeps no longer stays");
    test_screen_keys(s, CTRL_S);
    assert_becomes("select kind from kaquan.job_pause", "prune");
    test_screen_until(s, "job resume prune");
    test_screen_keys(s, ESC);
    assert_row(s, "prune", "paused", "1h");
    test_screen_keys(s, "1");
    assert_row(s, "JOB", "prune is paused", "ago by");
    test_screen_keys(s, "5");
    assert_row(s, "prune", "paused");
    test_screen_keys(s, TAB "P"); /* kinds that rest come first */
    test_screen_until(s, "job resume prune");
    test_screen_keys(s, CTRL_S);
    assert_becomes("select count(*) from kaquan.job_pause", "0");
}

TEST(a_pause_that_harms_visitors_says_so_before_it_is_done) {
    AUTO_SCREEN struct test_screen *s = unlocked_jobs();

    test_screen_keys(s, "/kind:pool_fill" ENTER);
    test_screen_until_gone(s, "template_submit");
    test_screen_keys(s, "P");
    test_screen_until(s, "job pause pool_fill");
    test_screen_until(s, "DANGER. While it is paused: pools are not filled");
    test_screen_keys(s, ESC);
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.job_pause"), 0);
}

/* Those that fail stand first, then those that wait, then the newest. */
TEST(a_deposit_shows_its_parts_and_what_wechat_said_of_them) {
    test_sql(NULL, "insert into kaquan.job (kind, account_id, template_id, state, created_at, started_at)"
                   " values ('code_deposit', 1, 1, 'running', now() - interval '1 min', now() - interval '50 s')");
    test_sql(
        NULL,
        "insert into kaquan.code_part (template_id, codes, confirmed, confirmed_at, sends, sent_at, errcode, said)"
        " values (1, '{}', 97, now(), 1, now(), null, null), (1, '{C1,C2}', 0, null, 0, null, null, null),"
        " (1, '{C3}', 0, null, 4, now(), 40073, 'invalid card id')");
    AUTO_SCREEN struct test_screen *s = operator_at(&english, "jobs");

    test_screen_until(s, "code_deposit");
    test_screen_keys(s, "/kind:code_deposit" ENTER);
    test_screen_until_gone(s, "template_submit");
    test_screen_keys(s, ENTER);
    test_screen_until(s, "Parts");
    int failing = test_screen_until_both(s, "failing", "invalid card id");
    assert_int_equal(test_screen_until_both(s, "waiting", "2"), failing + 1);
    assert_int_equal(test_screen_until_both(s, "done", "97"), failing + 2);
    test_sql(NULL, "update kaquan.code_part set confirmed = 2, confirmed_at = now(), codes = '{}' where sends = 0");
    test_screen_until_gone(s, "waiting");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_shows_how_far_it_is_why_it_failed_and_when_it_is_tried_again),
        cmocka_unit_test(jobs_speak_chinese),
        cmocka_unit_test(the_filter_is_the_command_lines_and_the_database_applies_it),
        cmocka_unit_test(where_nothing_matches_it_says_what_would_without_the_last_term),
        cmocka_unit_test(tab_completes_the_filter_and_what_it_may_be_is_shown),
        cmocka_unit_test(the_log_of_a_job_follows_what_it_says),
        cmocka_unit_test(an_errcode_is_told_with_its_cure),
        cmocka_unit_test(a_locked_session_repeats_and_ends_nothing),
        cmocka_unit_test(what_waits_for_its_next_try_begins_now),
        cmocka_unit_test(a_failed_job_is_queued_again_and_one_that_runs_is_not),
        cmocka_unit_test(a_job_is_cancelled_with_a_reason),
        cmocka_unit_test(a_kind_of_the_schedule_is_queued_now),
        cmocka_unit_test(a_kind_rests_and_goes_on_and_both_are_seen),
        cmocka_unit_test(a_pause_that_harms_visitors_says_so_before_it_is_done),
        cmocka_unit_test(a_deposit_shows_its_parts_and_what_wechat_said_of_them),
    };

    return cmocka_run_group_tests(tests, scene, test_teardown);
}
