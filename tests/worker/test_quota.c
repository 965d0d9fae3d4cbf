/* The quota ledger: limits are learnt, jobs leave a reserve to people, the end of a limit is foreseen, and only a
 * person resets what WeChat counts, 10 times a month. */
#include "rehearsal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define IPS "/cgi-bin/get_api_domain_ip"

static int rehearse(void **state UNUSED) {
    rehearsal_begin(1, 120, "--ticket-mode", "overlap");
    rehearsal_account("fest", "33333333333333333333333333333333");
    return 0;
}

static void quota(const char *account, const char *path, int limit, int used) {
    char json[200];
    snprintf(json, sizeof json, "{\"appid\":\"%s\",\"path\":\"%s\",\"limit\":%d,\"used\":%d}",
             rehearsal_appid(account), path, limit, used);
    cJSON_Delete(sim_post("/sim/quota", json));
}

static void run(int code, const char *line, const char *words) {
    AUTO_OUTPUT struct test_output o = rehearsal_output(line);
    if (o.exit_code != code || (strstr(buf_str(&o.out), words) == NULL && strstr(buf_str(&o.err), words) == NULL))
        test_fail("%s: exit %d, not %d, or without \"%s\": %s%s", line, o.exit_code, code, words, buf_str(&o.out),
                  buf_str(&o.err));
}

/* A value of the ledger's row of an interface. */
static const char *ledger(const char *path, const char *column) {
    return test_sql("kaquan_worker", "select %s from kaquan.quota_status q where endpoint = '%s'", column, path);
}

static int64_t granted(void) {
    return test_number(NULL, "select count(*) from kaquan.quota_reset where errcode = 0");
}

TEST(a_limit_is_learnt_by_command_and_by_job) {
    run(0, "ip wechat fest", "");
    quota("fest", IPS, 500, 300); /* 299 calls are somebody else's */
    run(0, "quota refresh fest --plain", "fest\t" IPS "\t1\t300\t500\tasked\t150\t");
    quota("fest", IPS, 400, 300);
    rehearsal_worker(0, "run quota_learn");
    assert_string_equal(ledger(IPS, "daily_limit"), "400");
    run(0, "ip wechat fest", "");
    assert_string_equal(ledger(IPS, "used"), "301");
}

TEST(an_interface_without_a_limit_is_forgotten) {
    run(0, "ip wechat fest", "");
    quota("fest", IPS, 500, 1);
    run(0, "quota refresh fest", IPS);
    quota("fest", IPS, 0, 1);
    run(0, "quota refresh fest", IPS);
    assert_string_equal(ledger(IPS, "daily_limit"), "");
}

TEST(a_refusal_teaches_the_limit_and_stops_nobody_the_next_day) {
    quota("fest", IPS, 2, 0);
    run(0, "ip wechat fest", "");
    run(0, "ip wechat fest", "");
    run(75, "ip wechat fest", "45009");
    assert_string_equal(ledger(IPS, "concat_ws(' ', daily_limit, used, source, stopped_class)"), "2 2 refused quota");
    run(0, "quota list --plain", "\trefused\t");
    assert_string_equal(ledger(IPS, "left_for_jobs"), "");
}

/* The worker's own way to WeChat, as a job goes it. */
TEST(jobs_leave_the_reserve_to_people) {
    rehearsal_worker(0, "site set quota_reserve 20 --yes");
    struct scene s = rehearsal_template("fest", "adult", "merchant", 100, 10);
    rehearsal_worker(0, "run template_submit");
    quota("fest", "/card/get", 10, 8);
    test_sql(NULL,
             "insert into kaquan.api_usage (account_id, endpoint, day, calls) values (%" PRId64
             ", '/card/get', kaquan.wx_day(now()), 1) on conflict do nothing",
             s.account);
    run(0, "quota refresh fest --plain", "/card/get\t");
    assert_string_equal(ledger("/card/get", "left_for_jobs"), "0");
    test_sql(NULL, "update kaquan.template set review_due_at = now()");
    run(75, "run template_review", "kept for people");
    assert_string_equal(ledger("/card/get", "used"), "8");
    rehearsal_worker(0, "site set quota_reserve 10 --yes");
    test_sql(NULL, "update kaquan.job set run_at = now() where kind = 'template_review'");
    rehearsal_worker(0, "run template_review");
    assert_string_equal(ledger("/card/get", "used"), "9");
}

TEST(a_person_may_use_the_reserve) {
    run(0, "ip wechat fest", "");
    quota("fest", IPS, 100, 95);
    run(0, "quota refresh fest", "");
    assert_string_equal(ledger(IPS, "left_for_jobs < 0"), "t");
    run(0, "ip wechat fest", "106.55.206.146");
}

TEST(the_end_of_a_limit_is_foreseen) {
    run(0, "ip wechat fest", "");
    assert_string_equal(ledger(IPS, "reached_at"), "");
    test_sql(NULL,
             "insert into kaquan.api_limit (account_id, endpoint, daily_limit, source, day, used, counted)"
             " select u.account_id, u.endpoint, 24 * 3600 * 1000, 'asked', u.day, 60000, 0 from kaquan.api_usage u"
             " where u.endpoint = '" IPS "'");
    assert_string_equal(ledger(IPS, "reached_at"), ""); /* not today */
    test_sql(NULL, "update kaquan.api_limit set daily_limit = used + 2");
    assert_string_equal(ledger(IPS, "reached_at between now() and now() + interval '1 min'"), "t");
    test_sql(NULL, "update kaquan.api_limit set daily_limit = used");
    assert_string_equal(ledger(IPS, "reached_at <= now()"), "t");
}

TEST(a_reset_needs_the_name_and_lets_calls_go_on) {
    quota("fest", IPS, 2, 0);
    run(0, "ip wechat fest", "");
    run(0, "ip wechat fest", "");
    run(75, "ip wechat fest", "45009");
    run(64, "quota reset fest --yes", "--confirm=fest");
    run(64, "quota reset fest --confirm=other", "--confirm=fest");
    assert_int_equal(granted(), 0);
    run(0, "quota reset fest --confirm=fest --reason doors", "reset 1 of 10");
    run(0, "quota reset fest --confirm=fest --reason again",
        "reset 1 of 10"); /* it waits for the worker: no second one */
    rehearsal_worker(0, "run quota_reset");
    assert_int_equal(granted(), 1);
    assert_string_equal(
        test_sql(NULL, "select action || ' ' || reason from kaquan.audit_log order by id desc limit 1"),
        "quota_reset again");
    assert_string_equal(ledger(IPS, "used"), "0");
    run(0, "ip wechat fest", "106.55.206.146");
}

TEST(the_eleventh_reset_of_a_month_is_refused_before_the_call) {
    for (int i = 0; i < 10; i++) {
        run(0, "quota reset fest --confirm=fest", "of 10");
        rehearsal_worker(0, "run quota_reset");
    }
    run(75, "quota reset fest --confirm=fest", "used up");
    assert_int_equal(granted(), 10);
    assert_string_equal(ledger("/cgi-bin/clear_quota", "calls"), "10");
    test_sql(NULL, "update kaquan.quota_reset set month = month - interval '1 month'");
    run(0, "quota reset fest --confirm=fest", "of 10");
    run(1, "run quota_reset", "48006"); /* WeChat's count, which its console shares */
    run(75, "quota reset fest --confirm=fest", "used up");
    assert_string_equal(ledger("/cgi-bin/clear_quota", "calls"), "11");
}

TEST(one_interface_is_reset_alone_and_of_the_same_ten) {
    quota("fest", IPS, 2, 0);
    run(0, "ip wechat fest", "");
    run(0, "ip wechat fest", "");
    run(75, "ip wechat fest", "45009");
    run(64, "quota reset fest --interface card/get --confirm=fest", "no path");
    run(0, "quota reset fest --interface " IPS " --confirm=fest", "reset 1 of 10");
    run(75, "quota reset fest --confirm=fest", "another reset of fest waits");
    rehearsal_worker(0, "run quota_reset");
    assert_int_equal(granted(), 1);
    assert_int_equal(rehearsal_calls("fest", "/cgi-bin/openapi/quota/clear"), 1);
    assert_int_equal(rehearsal_calls("fest", "/cgi-bin/clear_quota"), 0);
    assert_string_equal(test_sql(NULL, "select after ->> 'interface' from kaquan.audit_log order by id desc limit 1"),
                        IPS);
    run(0, "ip wechat fest", "106.55.206.146");
    run(0, "quota reset fest --confirm=fest", "reset 2 of 10");
}

TEST(where_no_token_is_to_be_had_the_secret_resets) {
    quota("fest", "/cgi-bin/stable_token", 1, 1);
    run(75, "ip wechat fest", "45009");
    run(0, "quota reset fest --confirm=fest", "reset 1 of 10");
    rehearsal_worker(0, "run quota_reset");
    assert_int_equal(granted(), 1);
    assert_int_equal(rehearsal_calls("fest", "/cgi-bin/clear_quota"), 0);
    assert_int_equal(rehearsal_calls("fest", "/cgi-bin/clear_quota/v2"), 1);
    run(0, "ip wechat fest", "106.55.206.146");
}

/* Without a token for another reason nothing is asked: the secret may be what is wrong. */
TEST(a_reset_that_never_left_waits) {
    test_sql(NULL, "update kaquan.account set api_base = 'http://127.0.0.1:1'");
    run(0, "quota reset fest --confirm=fest", "reset 1 of 10");
    rehearsal_worker(69, "run quota_reset"); /* no token, so nothing was asked */
    test_sql(NULL, "update kaquan.account set api_base = '%s'", test_sim_base());
    test_sql(NULL, "update kaquan.job set run_at = now() where kind = 'quota_reset'");
    rehearsal_worker(0, "run quota_reset");
    assert_int_equal(granted(), 1);
}

TEST(a_reset_whose_answer_was_lost_is_not_repeated) {
    run(0, "ip wechat fest", "");
    cJSON_Delete(sim_post("/sim/faults", "{\"path\":\"/cgi-bin/clear_quota\",\"kind\":\"cut\",\"nth\":1}"));
    run(0, "quota reset fest --confirm=fest", "reset 1 of 10");
    rehearsal_worker(1, "run quota_reset");
    rehearsal_worker(0, "run quota_reset");
    assert_string_equal(test_sql(NULL, "select string_agg(state, ' ') from kaquan.job where kind = 'quota_reset'"),
                        "failed");
    assert_string_equal(ledger("/cgi-bin/clear_quota", "calls"), "1");
    run(0, "quota reset fest --confirm=fest", "reset 2 of 10");
}

/* --- request ids --- */

/* The rid that the line's refusal names. */
static const char *rid_of(int code, const char *input, const char *line) {
    static char rid[27];
    AUTO_OUTPUT struct test_output o = rehearsal_reading(input, line);
    if (o.exit_code != code || strstr(buf_str(&o.err), "rid: ") == NULL)
        test_fail("%s: exit %d, or no rid: %s", line, o.exit_code, buf_str(&o.err));
    snprintf(rid, sizeof rid, "%s", strstr(buf_str(&o.err), "rid: ") + strlen("rid: "));
    return rid;
}

static const char *line_of(const char *account, const char *rid) {
    static char line[80];
    snprintf(line, sizeof line, "account rid %s %s --json", account, rid);
    return line;
}

TEST(a_refused_call_is_told_of_by_its_rid_without_secrets_and_persons) {
    quota("fest", "/card/testwhitelist/set", 1, 1);
    const char *rid = rid_of(75, "oAbcdefghijklmnopqrstuvwxyz1\n", "template testers --openid-file - --account fest");
    AUTO_OUTPUT struct test_output o = rehearsal_output(line_of("fest", rid));
    assert_int_equal(o.exit_code, 0);
    assert_non_null(strstr(buf_str(&o.out), "\"client_ip\":\"127.0.0.1\""));
    assert_non_null(strstr(buf_str(&o.out), "\"request_url\":\"access_token=[secret]\""));
    assert_non_null(strstr(buf_str(&o.out), "oAbc************************"));
    assert_null(strstr(buf_str(&o.out), "defghijklmnopqrstuvwxyz1"));
    assert_non_null(strstr(buf_str(&o.out), "45009"));
    rehearsal_account("gala", "44444444444444444444444444444444");
    run(65, line_of("gala", rid), "76003");
    run(65, line_of("fest", "00000000-00000000-00000000"), "76001");
    run(65, line_of("fest", "x"), "76002");
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, rehearse, rehearsal_end)
    const struct CMUnitTest tests[] = {
        CASE(a_limit_is_learnt_by_command_and_by_job),
        CASE(an_interface_without_a_limit_is_forgotten),
        CASE(a_refusal_teaches_the_limit_and_stops_nobody_the_next_day),
        CASE(jobs_leave_the_reserve_to_people),
        CASE(a_person_may_use_the_reserve),
        CASE(the_end_of_a_limit_is_foreseen),
        CASE(a_reset_needs_the_name_and_lets_calls_go_on),
        CASE(the_eleventh_reset_of_a_month_is_refused_before_the_call),
        CASE(one_interface_is_reset_alone_and_of_the_same_ten),
        CASE(where_no_token_is_to_be_had_the_secret_resets),
        CASE(a_reset_that_never_left_waits),
        CASE(a_reset_whose_answer_was_lost_is_not_repeated),
        CASE(a_refused_call_is_told_of_by_its_rid_without_secrets_and_persons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
