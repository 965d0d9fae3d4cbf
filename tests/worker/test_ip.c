/* The IP doctor: which address WeChat saw, what stands in the way, what to do about it and when to ask again. */
#include "rehearsal.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCALE 600 /* a round of `ip check --wait` takes 0.1 s */

static int rehearse(void **state UNUSED) {
    rehearsal_begin(SCALE, 120, "--ticket-mode", "overlap");
    rehearsal_account("fest", "33333333333333333333333333333333");
    return 0;
}

static int finish(void **state) {
    unsetenv("KAQUAN_EGRESS_ADDRESS");
    return rehearsal_end(state);
}

static void sim(const char *path, const char *json) {
    cJSON_Delete(sim_post(path, json));
}

static void refuse_us(const char *account, bool refuse) {
    char json[160];
    snprintf(json, sizeof json, "{\"appid\":\"%s\",%s}", rehearsal_appid(account),
             refuse ? "\"add\":[\"203.0.113.7\"]" : "\"off\":true");
    sim("/sim/whitelist", json);
}

static void setting(const char *name, const char *value) {
    char json[80];
    snprintf(json, sizeof json, "{\"%s\":\"%s\"}", name, value);
    sim("/sim/settings", json);
}

static void expect(const struct test_output *o, int code, const char *words) {
    if (o->exit_code != code || (strstr(buf_str(&o->out), words) == NULL && strstr(buf_str(&o->err), words) == NULL))
        test_fail("exit %d, not %d, or without \"%s\": %s%s", o->exit_code, code, words, buf_str(&o->out),
                  buf_str(&o->err));
}

static void run(int code, const char *line, const char *words) {
    AUTO_OUTPUT struct test_output o = rehearsal_output(line);
    expect(&o, code, words);
}

TEST(each_cause_has_its_outcome_its_wait_and_its_cure) {
    static const struct {
        const char *errcode, *row, *cure;
    } causes[] = {
        {"40164", "refused\t40164\t60\t", "IP whitelist of this very account"},
        {"45035", "refused\t45035\t60\t", "IP whitelist"},
        {"61004", "refused\t61004\t60\t", "IP whitelist"},
        {"89501", "confirm\t89501\t60\t", "administrator confirm"},
        {"89502", "confirm\t89502\t60\t", "administrator confirm"},
        {"89503", "confirm\t89503\t60\t", "from the same address"},
        {"89507", "rejected\t89507\t3600\t", "wait an hour"},
        {"89506", "rejected\t89506\t86400\t", "wait 24 hours"},
        {"40243", "frozen\t40243\t600\t", "Unfreeze it"},
        {"40125", "unknown\t40125\t\t", "Copy the AppSecret"},
    };
    refuse_us("fest", true);
    for (size_t i = 0; i < ARRAY_LEN(causes); i++) {
        setting("whitelist_errcode", causes[i].errcode);
        AUTO_OUTPUT struct test_output o = rehearsal_output("ip check fest --plain");
        expect(&o, 77, causes[i].row);
        expect(&o, 77, causes[i].cure);
    }
}

TEST(the_address_is_there_to_paste_in_every_wording) {
    static const char *const wordings[] = {"new", "2020", "old"};
    setenv("KAQUAN_EGRESS_ADDRESS", "127.0.0.2", 1);
    refuse_us("fest", true);
    for (size_t i = 0; i < ARRAY_LEN(wordings); i++) {
        setting("whitelist_text", wordings[i]);
        run(77, "ip check --plain", "fest\tgate-1\t127.0.0.2\trefused");
        run(77, "ip check", "the line to paste into the IP whitelist: 127.0.0.2");
    }
}

TEST(the_administrators_refusal_is_about_the_address_seen_before) {
    refuse_us("fest", true);
    run(77, "ip check --plain", "\t127.0.0.1\trefused");
    setting("whitelist_errcode", "89507");
    run(77, "ip check --plain", "\t127.0.0.1\trejected");
}

TEST(an_ipv6_address_leads_to_the_setting) {
    char json[300];
    snprintf(json, sizeof json,
             "{\"path\":\"/cgi-bin/stable_token\",\"count\":0,\"kind\":\"errcode\","
             "\"errcode\":40164,\"errmsg\":\"invalid ip 2001:db8::7 ipv6 2001:db8::7, not in whitelist\"}");
    sim("/sim/faults", json);
    run(77, "ip check --plain", "2001:db8::7\trefused");
    run(77, "ip check --plain", "ipv6 = no");
}

TEST(a_61004_without_an_address_is_a_missing_right) {
    sim("/sim/faults", "{\"path\":\"/cgi-bin/stable_token\",\"count\":0,\"kind\":\"errcode\",\"errcode\":61004,"
                       "\"errmsg\":\"api not authorized\"}");
    run(77, "ip check --plain", "\tunknown\t61004\t");
}

TEST(history_keeps_every_address_of_a_host_also_after_a_prune) {
    refuse_us("fest", true);
    run(77, "ip check", "");
    setenv("KAQUAN_EGRESS_ADDRESS", "127.0.0.2", 1);
    run(77, "ip check", "");
    test_sql(NULL, "delete from kaquan.whitelist_check");
    run(0, "ip history --plain", "fest\tgate-1\t127.0.0.1\t");
    run(0, "ip history fest --plain", "fest\tgate-1\t127.0.0.2\t");
    run(65, "ip history other", "other");
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.egress_address where accepted_at is null"), 2);
    refuse_us("fest", false);
    run(0, "ip check", "listed");
    assert_string_equal(test_sql(NULL, "select string_agg(address, ',') from kaquan.egress_address"
                                       " where accepted_at is not null"),
                        "127.0.0.2"); /* the one it has now */
    run(0, "ip history --json", "\"refused_now\":false");
}

static bool asked_twice(void *unused UNUSED) {
    return test_number(NULL, "select coalesce(max(times), 0) from kaquan.egress_address") >= 2;
}

static pid_t start_waiting(void) {
    return test_start(&(struct test_run){0}, test_path("KAQUAN_WORKER"),
                      (const char *const[]){"ip", "check", "--wait", "-q", NULL});
}

TEST(waiting_ends_once_the_address_is_listed) {
    refuse_us("fest", true);
    pid_t pid = start_waiting();
    test_wait_until(asked_twice, NULL, 20);
    refuse_us("fest", false);
    assert_int_equal(test_end(pid, 0, 20), 0);
}

TEST(waiting_ends_without_hope_and_after_15_rounds) {
    refuse_us("fest", true);
    setting("whitelist_errcode", "89507");
    run(77, "ip check --wait --plain", "rejected");
    assert_int_equal(test_number(NULL, "select sum(calls) from kaquan.api_usage"), 1);
    setting("whitelist_errcode", "40164");
    run(77, "ip check --wait --plain", "refused");
    assert_int_equal(test_number(NULL, "select sum(calls) from kaquan.api_usage"), 1 + 16);
}

TEST(an_account_that_is_refused_hides_no_other) {
    rehearsal_account("other", "44444444444444444444444444444444");
    refuse_us("fest", true);
    AUTO_OUTPUT struct test_output o = rehearsal_output("ip check --plain");
    expect(&o, 77, "fest\tgate-1\t127.0.0.1\trefused");
    expect(&o, 77, "other\tgate-1\t\tlisted");
}

TEST(wechats_own_addresses_are_listed) {
    run(0, "ip wechat --plain", "out\t106.55.206.146\t");
    run(0, "ip wechat fest --plain", "in\t101.226.103.0/25\t");
    run(77, "ip callback fest", "Server configuration");
    sim("/sim/account", "{\"appid\":\"wxfest000000000000\",\"callback_url\":\"http://127.0.0.1:9/\"}");
    run(0, "ip callback fest --plain", "dns\t111.161.64.40\tUNICOM\t\t\nping\t111.161.64.40\tUNICOM\t0%\t23.079ms");
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, rehearse, finish)
    const struct CMUnitTest tests[] = {
        CASE(each_cause_has_its_outcome_its_wait_and_its_cure),
        CASE(the_address_is_there_to_paste_in_every_wording),
        CASE(the_administrators_refusal_is_about_the_address_seen_before),
        CASE(an_ipv6_address_leads_to_the_setting),
        CASE(a_61004_without_an_address_is_a_missing_right),
        CASE(history_keeps_every_address_of_a_host_also_after_a_prune),
        CASE(waiting_ends_once_the_address_is_listed),
        CASE(waiting_ends_without_hope_and_after_15_rounds),
        CASE(an_account_that_is_refused_hides_no_other),
        CASE(wechats_own_addresses_are_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
