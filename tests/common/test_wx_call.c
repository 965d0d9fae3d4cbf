/* Calls with a token: whatever WeChat answers, a token is renewed once and no call is repeated that must not be. */
#include "credential.h"

TEST(a_call_fetches_its_token_by_itself) {
    AUTO_WX_REPLY struct wx_reply reply = {0};
    struct err err = {0};
    if (!call(&reply, &err))
        fail_msg("%s", err.text);
    assert_non_null(cJSON_GetObjectItem(reply.json, "ip_list"));
    assert_int_equal(calls_of("/cgi-bin/stable_token"), 1);
}

TEST(an_old_token_is_refreshed_once_and_the_call_repeated_once) {
    AUTO_WX_REPLY struct wx_reply reply = {0};
    struct err err = {0};
    refresh(CREDENTIAL_TOKEN);
    sim("/sim/token/refresh", "{\"appid\":\"" APPID "\",\"chain\":\"stable\",\"cut\":true}");
    if (!call(&reply, &err))
        fail_msg("%s", err.text);
    assert_int_equal(calls_of("/cgi-bin/stable_token"), 2);
    assert_int_equal(calls_of("/cgi-bin/get_api_domain_ip"), 2);
    assert_int_equal(number("access_token", "epoch"), 2);
}

TEST(a_newer_token_is_not_made_suspect) {
    struct err err = {0};
    refresh(CREDENTIAL_TOKEN);
    test_sql(NULL, "update kaquan.credential set epoch = 7 where kind = 'access_token'");
    assert_true(credential_suspect(db, account, CREDENTIAL_TOKEN, 6, &err));
    assert_string_equal(column("access_token", "suspect_epoch"), "");
    assert_true(credential_suspect(db, account, CREDENTIAL_TOKEN, 7, &err));
    assert_string_equal(column("access_token", "suspect_epoch"), "7");
}

TEST(a_fresh_token_that_is_rejected_stops_everybody_for_a_minute) {
    static const int errcodes[] = {40001, 42001, 40014};
    for (size_t i = 0; i < ARRAY_LEN(errcodes); i++) {
        AUTO_WX_REPLY struct wx_reply reply = {0};
        struct err err = {0};
        char fault[128];
        fresh_account(NULL);
        refresh(CREDENTIAL_TOKEN);
        snprintf(fault, sizeof fault,
                 "{\"path\":\"/cgi-bin/get_api_domain_ip\",\"kind\":\"errcode\",\"errcode\":%d,\"count\":0}",
                 errcodes[i]);
        sim("/sim/faults", fault);
        assert_false(call(&reply, &err));
        assert_int_equal(err.errcode, errcodes[i]);
        assert_int_equal(calls_of("/cgi-bin/get_api_domain_ip"), 2);
        assert_int_equal(calls_of("/cgi-bin/stable_token"), 2);
        assert_false(call(&reply, &err));
        assert_int_equal(err.kind, ERR_BUSY);
        assert_int_equal(calls_of("/cgi-bin/get_api_domain_ip"), 2);
        assert_int_equal(calls_of("/cgi-bin/stable_token"), 2);
    }
}

TEST(a_token_rejected_a_minute_apart_is_replaced_by_force) {
    AUTO_WX_REPLY struct wx_reply reply = {0};
    struct err err = {0};
    refresh(CREDENTIAL_TOKEN);
    sim("/sim/faults",
        "{\"path\":\"/cgi-bin/get_api_domain_ip\",\"kind\":\"errcode\",\"errcode\":40001,\"count\":3}");
    assert_false(call(&reply, &err));
    assert_int_equal(number("access_token", "epoch"), 1);
    time_passes(61);
    assert_false(call(&reply, &err)); /* suspect: confirmed by WeChat, and rejected again */
    assert_string_equal(column("access_token", "force_wanted"), "true");
    time_passes(61);
    if (!call(&reply, &err))
        fail_msg("%s", err.text);
    assert_int_equal(number("access_token", "epoch"), 2);
    assert_int_equal(number("access_token", "forced_used"), 1);
    assert_string_equal(column("access_token", "force_wanted"), "false");
}

TEST(a_busy_wechat_is_asked_three_times) {
    AUTO_WX_REPLY struct wx_reply reply = {0};
    struct err err = {0};
    sim("/sim/faults", "{\"path\":\"/cgi-bin/get_api_domain_ip\",\"kind\":\"errcode\",\"errcode\":-1,\"count\":2}");
    if (!call(&reply, &err))
        fail_msg("%s", err.text);
    assert_int_equal(calls_of("/cgi-bin/get_api_domain_ip"), 3);
    assert_int_equal(test_number(NULL, "select calls from kaquan.api_usage where endpoint like '%%domain_ip'"), 3);
}

static bool create(struct wx_reply *reply, struct err *err) {
    AUTO_BUF struct buf body = {0};
    struct wx_tools tools = tools_of("one");
    struct wx wx;
    buf_text(&body, "{\"card\":{}}");
    assert_true(wx_open(&wx, &tools, account, err));
    return wx_call(&wx, WX_CARD_CREATE, &body, reply, err);
}

TEST(a_create_without_an_answer_is_never_repeated) {
    static const char *const faults[] = {
        "{\"path\":\"/card/create\",\"kind\":\"drop\",\"applied\":true,\"count\":0}",
        "{\"path\":\"/card/create\",\"kind\":\"cut\",\"bytes\":5,\"count\":0}",
        "{\"path\":\"/card/create\",\"kind\":\"garbage\",\"count\":0}",
        "{\"path\":\"/card/create\",\"kind\":\"http_status\",\"status\":502,\"count\":0}",
    };
    for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
        AUTO_WX_REPLY struct wx_reply reply = {0};
        struct err err = {0};
        fresh_account(NULL);
        sim("/sim/faults", faults[i]);
        assert_false(create(&reply, &err));
        assert_int_equal(err.kind, ERR_UNAVAILABLE);
        assert_non_null(strstr(err.text, "outcome unknown: look before repeating"));
        assert_int_equal(calls_of("/card/create"), 1);
        sim("/sim/faults/clear", "{}");
    }
}

TEST(a_days_limit_stops_the_endpoint_and_no_other) {
    AUTO_WX_REPLY struct wx_reply reply = {0};
    struct err err = {0};
    sim("/sim/faults", "{\"path\":\"/card/create\",\"kind\":\"errcode\",\"errcode\":45009,\"count\":0}");
    assert_false(create(&reply, &err));
    assert_int_equal(err.kind, ERR_BUSY);
    assert_false(create(&reply, &err));
    assert_int_equal(err.kind, ERR_BUSY);
    assert_int_equal(reply.class, WX_OK);
    assert_int_equal(calls_of("/card/create"), 1);
    assert_true(call(&reply, &err));
    sim("/sim/faults/clear", "{}");
    test_sql("kaquan_worker", "select kaquan.credential_retry(%d, false)", (int)account);
    assert_false(create(&reply, &err));
    assert_int_equal(calls_of("/card/create"), 2);
}

TEST(a_refused_host_makes_no_calls) {
    AUTO_WX_REPLY struct wx_reply reply = {0};
    struct err err = {0};
    refresh(CREDENTIAL_TOKEN);
    sim("/sim/settings", "{\"whitelist_everywhere\":true}");
    sim("/sim/account", "{\"appid\":\"" APPID "\",\"secret\":\"" SECRET "\",\"whitelist\":[\"203.0.113.9\"]}");
    assert_false(call(&reply, &err));
    assert_int_equal(err.errcode, 61004);
    assert_false(call(&reply, &err));
    assert_int_equal(err.kind, ERR_PERMISSION);
    assert_int_equal(calls_of("/cgi-bin/get_api_domain_ip"), 1);
    assert_string_equal(test_sql(NULL, "select address from kaquan.whitelist_check order by id desc limit 1"),
                        "127.0.0.1");
}

int main(void) {
#define T(name) cmocka_unit_test_setup(name, fresh_account)
    const struct CMUnitTest tests[] = {
        T(a_call_fetches_its_token_by_itself),
        T(an_old_token_is_refreshed_once_and_the_call_repeated_once),
        T(a_newer_token_is_not_made_suspect),
        T(a_fresh_token_that_is_rejected_stops_everybody_for_a_minute),
        T(a_token_rejected_a_minute_apart_is_replaced_by_force),
        T(a_busy_wechat_is_asked_three_times),
        T(a_create_without_an_answer_is_never_repeated),
        T(a_days_limit_stops_the_endpoint_and_no_other),
        T(a_refused_host_makes_no_calls),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
