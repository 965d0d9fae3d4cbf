/* Somebody else refreshes an account's token: that is noticed, told with the usual suspects, and touches no other
 * account. Neither does any other trouble of one account. */
#include "rehearsal.h"

#include <stdio.h>
#include <string.h>

#define IPS "/cgi-bin/get_api_domain_ip"

static int rehearse(void **state UNUSED) {
    rehearsal_begin(1, 120, "--ticket-mode", "overlap");
    rehearsal_account("fest", "33333333333333333333333333333333");
    rehearsal_account("other", "44444444444444444444444444444444");
    return 0;
}

static void sim(const char *path, const char *format, ...) {
    char json[300];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(json, sizeof json, format, arguments);
    va_end(arguments);
    cJSON_Delete(sim_post(path, json));
}

static void run(int code, const char *line, const char *words) {
    AUTO_OUTPUT struct test_output o = rehearsal_output(line);
    if (o.exit_code != code || (strstr(buf_str(&o.out), words) == NULL && strstr(buf_str(&o.err), words) == NULL))
        test_fail("%s: exit %d, not %d, or without \"%s\": %s%s", line, o.exit_code, code, words, buf_str(&o.out),
                  buf_str(&o.err));
}

static int64_t refusals(const char *account) {
    return test_number(NULL,
                       "select count(*) from kaquan.token_refusal r join kaquan.account a on a.id = r.account_id"
                       " where a.key = '%s'",
                       account);
}

static void refreshed_elsewhere(const char *account, const char *chain) {
    sim("/sim/token/refresh", "{\"appid\":\"%s\",\"chain\":\"%s\",\"cut\":true}", rehearsal_appid(account), chain);
}

TEST(a_forced_refresh_elsewhere_is_noticed_once_a_token) {
    run(0, "ip wechat fest", "");
    assert_int_equal(refusals("fest"), 0);
    for (int i = 0; i < 3; i++) {
        refreshed_elsewhere("fest", "stable");
        run(0, "ip wechat fest", "106.55.206.146");
    }
    assert_int_equal(refusals("fest"), 3);
    run(0, "account trouble --plain", "\t1\t40001\t" IPS "\tgate-1\t3\t");
    run(0, "account trouble fest", "force_refresh");
    assert_int_equal(
        test_number(NULL, "select count(*) from kaquan.token_refusal where left_s between 6900 and 7200"), 3);
    run(2, "doctor", "3 refused before their end within 24 h");
}

TEST(a_classic_account_suspects_another_fetch) {
    test_sql(NULL, "update kaquan.account set token_mode = 'classic' where key = 'fest'");
    run(0, "ip wechat fest", "");
    refreshed_elsewhere("fest", "legacy");
    run(0, "ip wechat fest", "");
    run(0, "account trouble fest", "/cgi-bin/token of this account");
    assert_int_equal(refusals("other"), 0);
}

TEST(the_end_of_a_token_is_no_trouble) {
    run(0, "ip wechat fest", "");
    sim("/sim/clock/advance", "{\"seconds\":7300}");
    test_sql(NULL, "update kaquan.credential set valid_until = now()");
    run(0, "ip wechat fest", "");
    assert_int_equal(refusals("fest"), 0);
}

TEST(a_refusal_where_the_api_ticket_is_asked_for_is_noticed_too) {
    run(0, "ip check fest", "listed");
    refreshed_elsewhere("fest", "stable");
    rehearsal_worker(0, "run credential_refresh");
    run(0, "account trouble --plain", "/cgi-bin/ticket/getticket");
    assert_int_equal(refusals("other"), 0);
}

/* What somebody may do to an account. */
static const struct {
    const char *what, *fault;
} troubles[] = {
    {"tokens are rejected", "{\"path\":\"*\",\"appid\":\"%s\",\"count\":0,\"kind\":\"errcode\",\"errcode\":40001}"},
    {"the address is refused",
     "{\"path\":\"*\",\"appid\":\"%s\",\"count\":0,\"kind\":\"errcode\",\"errcode\":40164}"},
    {"the quota is used up", "{\"path\":\"*\",\"appid\":\"%s\",\"count\":0,\"kind\":\"errcode\",\"errcode\":45009}"},
    {"the secret is frozen", "{\"path\":\"*\",\"appid\":\"%s\",\"count\":0,\"kind\":\"errcode\",\"errcode\":40243}"},
    {"WeChat answers garbage", "{\"path\":\"*\",\"appid\":\"%s\",\"count\":0,\"kind\":\"garbage\"}"},
    {"it drops the line", "{\"path\":\"*\",\"appid\":\"%s\",\"count\":0,\"kind\":\"drop\"}"},
};

/* All that is kept of an account, but for what a good day changes too. */
static const char *state_of(const char *account) {
    return test_sql(
        NULL,
        "select concat_ws(' ', sum(c.fail_streak), string_agg(c.breaker, ','), string_agg(c.last_class, ','),"
        " string_agg(c.epoch::text, ','), bool_or(c.suspect_epoch = c.epoch),"
        " (select count(*) from kaquan.host_block b where b.account_id = a.id),"
        " (select count(*) from kaquan.api_usage u where u.account_id = a.id"
        "   and (u.stopped_until > now() or u.refusals <> '{}')),"
        " (select count(*) from kaquan.token_refusal r where r.account_id = a.id))"
        " from kaquan.account a join kaquan.credential c on c.account_id = a.id"
        " where a.key = '%s' group by a.id",
        account);
}

TEST(no_trouble_of_one_account_touches_another) {
    char before[200];
    rehearsal_worker(0, "run credential_refresh");
    snprintf(before, sizeof before, "%s", state_of("other"));
    for (size_t i = 0; i < ARRAY_LEN(troubles); i++) {
        sim("/sim/faults", troubles[i].fault, rehearsal_appid("fest"));
        AUTO_OUTPUT struct test_output ill = rehearsal_output("ip wechat fest");
        AUTO_OUTPUT struct test_output check = rehearsal_output("ip check fest");
        AUTO_OUTPUT struct test_output jobs = rehearsal_output("run");
        if (ill.exit_code == 0 || check.exit_code == 0)
            test_fail("%s: %d, %d", troubles[i].what, ill.exit_code, check.exit_code);
        run(0, "ip wechat other", "106.55.206.146");
        run(0, "ip check other", "listed");
        if (strcmp(state_of("other"), before) != 0)
            test_fail("%s: %s, before %s", troubles[i].what, state_of("other"), before);
        sim("/sim/faults/clear", "{}");
        test_sql(NULL, "select kaquan.credential_retry(id, false) from kaquan.account where key = 'fest'");
    }
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, rehearse, rehearsal_end)
    const struct CMUnitTest tests[] = {
        CASE(a_forced_refresh_elsewhere_is_noticed_once_a_token),
        CASE(a_classic_account_suspects_another_fetch),
        CASE(the_end_of_a_token_is_no_trouble),
        CASE(a_refusal_where_the_api_ticket_is_asked_for_is_noticed_too),
        CASE(no_trouble_of_one_account_touches_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
