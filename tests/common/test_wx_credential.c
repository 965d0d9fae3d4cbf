/* A token's life: when it is asked for, by whom, and what refusals lead to. */
#include "credential.h"

/* --- the token's life --- */

TEST(a_new_account_gets_a_token_once) {
    assert_int_equal(refresh(CREDENTIAL_TOKEN), CREDENTIAL_RENEWED);
    assert_int_equal(refresh(CREDENTIAL_TOKEN), CREDENTIAL_NOTHING);
    assert_int_equal(calls_of("/cgi-bin/stable_token"), 1);
    assert_int_equal(number("access_token", "epoch"), 1);
    assert_true(around(seconds_left(CREDENTIAL_TOKEN), 7140));
    assert_string_equal(column("access_token", "last_class"), "ok");
    assert_int_equal(number("access_token", "budget_used"), 1);
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.credential_history"), 1);
    assert_int_equal(test_number(NULL, "select calls from kaquan.api_usage"), 1);
    assert_string_equal(test_sql(NULL, "select outcome from kaquan.whitelist_check"), "listed");
}

TEST(a_token_is_asked_for_in_its_last_290_seconds) {
    refresh(CREDENTIAL_TOKEN);
    time_passes(7200 - 320);
    assert_int_equal(refresh(CREDENTIAL_TOKEN), CREDENTIAL_NOTHING);
    time_passes(320 - 240);
    assert_int_equal(refresh(CREDENTIAL_TOKEN), CREDENTIAL_RENEWED);
    assert_int_equal(number("access_token", "epoch"), 2);
    assert_true(around(seconds_left(CREDENTIAL_TOKEN), 7140));
}

TEST(the_same_token_early_is_not_a_new_epoch) {
    refresh(CREDENTIAL_TOKEN);
    time_passes(1000);
    assert_int_equal(refresh_as("one", CREDENTIAL_TOKEN, true), CREDENTIAL_CONFIRMED);
    assert_int_equal(number("access_token", "epoch"), 1);
    assert_true(around(seconds_left(CREDENTIAL_TOKEN), 6140));
}

TEST(a_classic_account_uses_the_other_endpoint) {
    test_sql(NULL, "update kaquan.account set token_mode = 'classic'");
    assert_int_equal(refresh(CREDENTIAL_TOKEN), CREDENTIAL_RENEWED);
    assert_int_equal(calls_of("/cgi-bin/token"), 1);
    assert_int_equal(calls_of("/cgi-bin/stable_token"), 0);
}

/* --- one refresh at a time --- */

struct race {
    int64_t account;
    const char *base;
};

static bool racer(int n, void *context) {
    struct race *race = context;
    char host[16];
    struct err err = {0};
    enum credential_outcome outcome;
    struct wx_tools tools = {.db = test_db("kaquan_worker"), .http = new_http(), .key = key, .host = host};
    snprintf(host, sizeof host, "host%d", n);
    for (int i = 0; i < 20; i++) {
        if (!credential_refresh(&tools, race->account, CREDENTIAL_TOKEN, false, &outcome, &err))
            fail_msg("%s", err.text);
        clock_sleep(0.01);
    }
    http_free(tools.http);
    db_free(tools.db);
    return true;
}

TEST(sixteen_workers_make_one_refresh) {
    struct race race = {account, NULL};
    sim("/sim/faults", "{\"path\":\"/cgi-bin/stable_token\",\"kind\":\"delay_ms\",\"ms\":100,\"count\":0}");
    test_clients(16, racer, &race);
    assert_int_equal(calls_of("/cgi-bin/stable_token"), 1);
    assert_int_equal(stat_of("/cgi-bin/stable_token", "max_in_flight"), 1);
    for (int i = 0; i < 3; i++) {
        test_sql(NULL, "update kaquan.credential set suspect_epoch = epoch");
        test_clients(16, racer, &race);
    }
    assert_int_equal(calls_of("/cgi-bin/stable_token"), 4);
    assert_int_equal(stat_of("/cgi-bin/stable_token", "max_in_flight"), 1);
}

/* A holder that slept too long: somebody else refreshed in between. */
static void be_overtaken(const char *mode) {
    struct wx_tools slow = tools_of("slow");
    AUTO_LEASE struct credential_lease lease = {0};
    AUTO_SECRET struct secret late = {0};
    enum credential_outcome outcome;
    struct err err = {0};
    bool taken;
    const char *value = "86_late_answer_of_a_worker_that_was_paused_meanwhile";
    test_sql(NULL, "update kaquan.account set token_mode = '%s'", mode);
    assert_true(credential_acquire(&slow, account, CREDENTIAL_TOKEN, false, &lease, &taken, &err) && taken);
    assert_int_equal(refresh_as("quick", CREDENTIAL_TOKEN, false), CREDENTIAL_NOTHING);
    time_passes(31);
    assert_int_equal(refresh_as("quick", CREDENTIAL_TOKEN, false), CREDENTIAL_RENEWED);
    secret_set(&late, value, strlen(value));
    assert_false(credential_store(&slow, &lease, &late, 7200, &outcome, &err));
    assert_int_equal(err.kind, ERR_LOST);
    assert_int_equal(outcome, CREDENTIAL_NOTHING);
    assert_int_equal(number("access_token", "epoch"), 1);
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.credential_history"), 1);
}

TEST(a_paused_holder_is_fenced_off) {
    be_overtaken("stable");
    assert_string_equal(column("access_token", "suspect_epoch"), "");
    assert_string_equal(column("access_token", "last_class"), "ok");
}

TEST(a_fenced_off_classic_answer_makes_the_stored_token_suspect) {
    be_overtaken("classic");
    assert_string_equal(column("access_token", "suspect_epoch"), "1");
}

TEST(a_paused_holder_cannot_note_a_failure) {
    struct wx_tools slow = tools_of("slow");
    AUTO_LEASE struct credential_lease lease = {0};
    struct wx_reply reply = {.class = WX_CONFIG, .errcode = 40125};
    struct err err = {0};
    bool taken;
    assert_true(credential_acquire(&slow, account, CREDENTIAL_TOKEN, false, &lease, &taken, &err) && taken);
    time_passes(31);
    refresh_as("quick", CREDENTIAL_TOKEN, false);
    assert_false(credential_fail(&slow, &lease, &reply, &err));
    assert_int_equal(err.kind, ERR_LOST);
    assert_string_equal(column("access_token", "breaker"), "closed");
}

TEST(a_dead_holder_leaves_only_a_lease_that_ends) {
    struct wx_tools dead = tools_of("dead");
    AUTO_LEASE struct credential_lease lease = {0};
    struct err err = {0};
    bool taken;
    assert_true(credential_acquire(&dead, account, CREDENTIAL_TOKEN, false, &lease, &taken, &err) && taken);
    assert_int_equal(refresh(CREDENTIAL_TOKEN), CREDENTIAL_NOTHING);
    time_passes(31);
    assert_int_equal(refresh(CREDENTIAL_TOKEN), CREDENTIAL_RENEWED);
}

/* --- refusals --- */

TEST(a_host_that_is_not_whitelisted_leaves_the_work_to_another) {
    struct err err;
    sim("/sim/account", "{\"appid\":\"" APPID "\",\"secret\":\"" SECRET "\",\"whitelist\":[\"203.0.113.9\"]}");
    err = refresh_fails_as("one", CREDENTIAL_TOKEN);
    assert_int_equal(err.errcode, 40164);
    assert_int_equal(err.kind, ERR_PERMISSION);
    assert_string_equal(test_sql(NULL, "select host || ' ' || address from kaquan.host_block"), "one 127.0.0.1");
    assert_string_equal(test_sql(NULL, "select outcome || ' ' || address from kaquan.whitelist_check"),
                        "refused 127.0.0.1");
    assert_int_equal(refresh_as("one", CREDENTIAL_TOKEN, false), CREDENTIAL_NOTHING);
    assert_int_equal(calls_of("/cgi-bin/stable_token") + 0, 1);
    sim("/sim/whitelist", "{\"appid\":\"" APPID "\",\"add\":[\"127.0.0.1\"]}");
    assert_int_equal(refresh_as("two", CREDENTIAL_TOKEN, false), CREDENTIAL_RENEWED);
    assert_int_equal(refresh_as("one", CREDENTIAL_TOKEN, true), CREDENTIAL_NOTHING);
    time_passes(601);
    assert_int_equal(refresh_as("one", CREDENTIAL_TOKEN, true), CREDENTIAL_CONFIRMED);
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.host_block"), 0);
}

TEST(a_wrong_secret_opens_the_breaker_until_it_is_corrected) {
    struct err err;
    set_secret(APPID, "ffffffffffffffffffffffffffffffff");
    err = refresh_fails(CREDENTIAL_TOKEN);
    assert_int_equal(err.errcode, 40125);
    assert_string_equal(column("access_token", "breaker"), "open");
    time_passes(3500);
    assert_int_equal(refresh(CREDENTIAL_TOKEN), CREDENTIAL_NOTHING);
    time_passes(101);
    refresh_fails(CREDENTIAL_TOKEN); /* the hourly probe */
    assert_int_equal(refresh(CREDENTIAL_TOKEN), CREDENTIAL_NOTHING);
    assert_int_equal(calls_of("/cgi-bin/stable_token"), 2);
    set_secret(APPID, SECRET);
    assert_int_equal(refresh(CREDENTIAL_TOKEN), CREDENTIAL_RENEWED);
    assert_string_equal(column("access_token", "breaker"), "closed");
}

TEST(a_missing_permission_waits_for_the_operator) {
    sim("/sim/faults", "{\"path\":\"/cgi-bin/stable_token\",\"kind\":\"errcode\",\"errcode\":50004}");
    refresh_fails(CREDENTIAL_TOKEN);
    time_passes(400000);
    assert_int_equal(refresh(CREDENTIAL_TOKEN), CREDENTIAL_NOTHING);
    test_sql("kaquan_worker", "select kaquan.credential_retry(%d, false)", (int)account);
    assert_int_equal(refresh(CREDENTIAL_TOKEN), CREDENTIAL_RENEWED);
}

TEST(trouble_is_tried_again_ever_more_slowly) {
    sim("/sim/faults", "{\"path\":\"/cgi-bin/stable_token\",\"kind\":\"errcode\",\"errcode\":-1,\"count\":0}");
    for (int i = 0; i < 5; i++) {
        double full = 15 * (1 << i), wait;
        assert_int_equal(refresh_fails(CREDENTIAL_TOKEN).kind, ERR_UNAVAILABLE);
        wait = atof(column("access_token", "extract(epoch from next_try_at - now())"));
        assert_true(wait > full / 2 - 2 && wait <= full);
        assert_int_equal(refresh(CREDENTIAL_TOKEN), CREDENTIAL_NOTHING);
        assert_string_equal(column("access_token", "breaker"), i < 4 ? "closed" : "open");
        time_passes(full + 1);
    }
    sim("/sim/faults/clear", "{}");
    assert_int_equal(refresh(CREDENTIAL_TOKEN), CREDENTIAL_RENEWED);
    assert_int_equal(number("access_token", "fail_streak"), 0);
    assert_string_equal(column("access_token", "breaker"), "closed");
}

TEST(a_days_limit_waits_for_midnight_in_china) {
    sim("/sim/faults", "{\"path\":\"/cgi-bin/stable_token\",\"kind\":\"errcode\",\"errcode\":45009,\"count\":0}");
    assert_int_equal(refresh_fails(CREDENTIAL_TOKEN).kind, ERR_BUSY);
    assert_string_equal(column("access_token", "next_try_at - (date_trunc('day', now() at time zone 'Asia/Shanghai')"
                                               " + interval '1 day') at time zone 'Asia/Shanghai'"
                                               " between interval '-1 s' and interval '901 s'"),
                        "true");
}

/* Everything that can be wrong, for hours on end: never more than the budget. */
TEST(a_storm_of_refusals_stays_within_the_budget) {
    sim("/sim/faults", "{\"path\":\"*\",\"kind\":\"errcode\",\"errcode\":-1,\"count\":0}");
    for (int i = 0; i < 200; i++) {
        struct wx_tools tools = tools_of("one");
        enum credential_outcome outcome;
        credential_refresh(&tools, account, CREDENTIAL_TOKEN, true, &outcome, NULL);
        test_sql(NULL, "update kaquan.credential set (lease_until, breaker_until) = (null, null)");
    }
    assert_int_equal(calls_of("/cgi-bin/stable_token"), 48);
    assert_int_equal(test_number(NULL, "select calls from kaquan.api_usage"), 48);
    assert_int_equal(test_number(NULL, "select (refusals ->> '-1')::int from kaquan.api_usage"), 48);
}

TEST(garbage_leaves_the_old_token_in_place) {
    static const char *const faults[] = {
        "{\"path\":\"*\",\"kind\":\"garbage\"}",
        "{\"path\":\"*\",\"kind\":\"cut\",\"bytes\":40}",
        "{\"path\":\"*\",\"kind\":\"redirect\",\"location\":\"http://127.0.0.1:9/\"}",
        "{\"path\":\"*\",\"kind\":\"http_status\",\"status\":502,\"body\":\"<html>\"}",
        "{\"path\":\"*\",\"kind\":\"raw\",\"body\":\"<html>hotel</html>\"}",
        "{\"path\":\"*\",\"kind\":\"patch\",\"set\":{\"expires_in\":0}}",
        "{\"path\":\"*\",\"kind\":\"patch\",\"set\":{\"expires_in\":\"7200\"}}",
        "{\"path\":\"*\",\"kind\":\"patch\",\"set\":{\"access_token\":\"\"}}",
        "{\"path\":\"*\",\"kind\":\"flood\",\"bytes\":1000000}",
        "{\"path\":\"*\",\"kind\":\"drop\"}",
    };
    struct wx_tools tools = tools_of("one");
    char fingerprint[FINGERPRINT_LEN + 1];
    refresh(CREDENTIAL_TOKEN);
    text_copy(fingerprint, sizeof fingerprint, column("access_token", "fingerprint"));
    for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
        enum credential_outcome outcome;
        struct err err = {0};
        sim("/sim/faults", faults[i]);
        if (credential_refresh(&tools, account, CREDENTIAL_TOKEN, true, &outcome, &err))
            fail_msg("taken: %s", faults[i]);
        assert_true(err.kind == ERR_PROTOCOL || err.kind == ERR_UNAVAILABLE);
        assert_string_equal(column("access_token", "fingerprint"), fingerprint);
        assert_true(around(seconds_left(CREDENTIAL_TOKEN), 7140));
        assert_string_equal(column("access_token", "breaker"), i < 2 ? "closed" : "open");
        sim("/sim/faults/clear", "{}");
        test_sql(NULL, "update kaquan.credential set breaker_until = now()");
        if (i >= 1)
            test_sql(NULL, "update kaquan.credential set breaker_until = now(), fail_streak = %d", i == 1 ? 2 : 9);
    }
}

/* --- the account changes --- */

TEST(another_appid_forgets_the_old_values) {
    refresh(CREDENTIAL_TICKET);
    test_sql(NULL, "update kaquan.account set appid = 'wxfedcba9876543210'");
    assert_string_equal(column("access_token", "sealed is null"), "true");
    assert_string_equal(column("api_ticket", "sealed is null"), "true");
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.credential_history where kind = 'api_ticket'"
                                       " and revoked_at is not null"),
                     1);
}

TEST(a_secret_for_another_key_blocks_this_host_only) {
    struct err err;
    test_sql(NULL, "update kaquan.account set secret = 'nonsense'");
    err = refresh_fails_as("one", CREDENTIAL_TOKEN);
    assert_non_null(strstr(err.text, "AppSecret"));
    assert_string_equal(test_sql(NULL, "select host from kaquan.host_block"), "one");
    assert_int_equal(refresh_as("one", CREDENTIAL_TOKEN, false), CREDENTIAL_NOTHING);
    assert_int_equal(calls_of("/cgi-bin/stable_token"), 0);
}

/* On scaled time everything is the same, only sooner. */
TEST(durations_are_divided_by_the_time_scale) {
    test_sql(NULL, "update kaquan.site set time_scale = 100");
    refresh(CREDENTIAL_TICKET);
    assert_true(fabs(seconds_left(CREDENTIAL_TOKEN) - 71.4) < 1);
    assert_true(fabs(seconds_left(CREDENTIAL_TICKET) - 72) < 1);
    test_sql(NULL, "update kaquan.site set time_scale = 1");
}

int main(void) {
#define T(name) cmocka_unit_test_setup(name, fresh_account)
    const struct CMUnitTest tests[] = {
        T(a_new_account_gets_a_token_once),
        T(a_token_is_asked_for_in_its_last_290_seconds),
        T(the_same_token_early_is_not_a_new_epoch),
        T(a_classic_account_uses_the_other_endpoint),
        T(sixteen_workers_make_one_refresh),
        T(a_paused_holder_is_fenced_off),
        T(a_fenced_off_classic_answer_makes_the_stored_token_suspect),
        T(a_paused_holder_cannot_note_a_failure),
        T(a_dead_holder_leaves_only_a_lease_that_ends),
        T(a_host_that_is_not_whitelisted_leaves_the_work_to_another),
        T(a_wrong_secret_opens_the_breaker_until_it_is_corrected),
        T(a_missing_permission_waits_for_the_operator),
        T(trouble_is_tried_again_ever_more_slowly),
        T(a_days_limit_waits_for_midnight_in_china),
        T(a_storm_of_refusals_stays_within_the_budget),
        T(garbage_leaves_the_old_token_in_place),
        T(another_appid_forgets_the_old_values),
        T(a_secret_for_another_key_blocks_this_host_only),
        T(durations_are_divided_by_the_time_scale),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
