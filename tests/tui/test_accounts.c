/* Accounts, one account, and the addresses: what is shown, in both languages, and what each act does. */
#include "operator.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define console(how, ...)                                                                                            \
    test_screen_start(how, test_path("KAQUAN_CONSOLE"), (const char *const[]){__VA_ARGS__, NULL})
static const struct test_screen_run english = {0}, chinese = {.lang = "zh_CN.UTF-8"},
                                    large = {.rows = 36, .columns = 150};

/* An account that works, one that WeChat refuses, one without a secret; tokens that came, ended and were revoked. */
static int scene(void **state) {
    test_setup(state);
    test_sql(
        NULL,
        "set search_path = kaquan;"
        "insert into account (key, appid, name, secret, secret_set_at) values"
        " ('festival', 'wx1234567890', '松湖景区', '\\x00', now() - interval '40 d'),"
        " ('museum', 'wx2234567890', '', '\\x00', now()), ('bare', 'wx3234567890', '', null, null);"
        "update credential set epoch = 2, first_seen_at = now() - interval '32 min', valid_until = now() + interval '108 min',"
        " fetched_at = now() where account_id = 1;"
        "update credential set epoch = 1, valid_until = now() - interval '6 min', fail_streak = 2, last_class = 'host',"
        " last_errcode = 40164, last_text = 'invalid ip 203.0.113.9' where account_id = 2 and kind = 'access_token';"
        "insert into credential_history (account_id, kind, epoch, fingerprint, first_seen_at, valid_until, age_known, ended_at)"
        " values (1, 'api_ticket', 1, 'f', now() - interval '182 min', now() - interval '62 min', true, now() - interval '62 min'),"
        " (1, 'api_ticket', 2, 'f', now() - interval '32 min', now() + interval '108 min', true, null);"
        "insert into worker_heartbeat (host, pid, version, mode, clock_offset_s) values ('gate-1', 7, '1', 'serve', 0);"
        "insert into whitelist_check (account_id, host, address, outcome, errcode, text) values"
        " (1, 'gate-1', null, 'listed', 0, null), (2, 'gate-1', '203.0.113.9', 'refused', 40164, 'invalid ip 203.0.113.9');"
        "insert into api_usage (account_id, endpoint, day, calls) values (1, '/card/code/get', wx_day(now()), 94);"
        "insert into api_limit (account_id, endpoint, daily_limit, source, day, used, counted)"
        " values (1, '/card/code/get', 100, 'asked', wx_day(now()), 94, 94)");
    return 0;
}

/* A severe button sleeps for a while. */
static void confirm_severe(struct test_screen *s, const char *answers) {
    test_screen_until(s, "wakes in");
    test_screen_keys(s, answers);
    test_screen_until_gone(s, "wakes in");
    test_screen_keys(s, "\x13");
}

static struct test_screen *unlocked(const struct test_screen_run *how, const char *screen, const char *text) {
    struct test_screen *s = console(how, "--screen", screen);

    test_screen_until(s, text);
    operator_unlocks(s);
    return s;
}

/* --- what is shown --- */

TEST(accounts_say_how_their_tokens_are) {
    AUTO_SCREEN struct test_screen *s = console(&english, "--screen", "accounts");

    test_screen_until(s, "[6 Creds]");
    assert_row(s, "festival", "ok", "1h47m", "listed", "94%", "40d");
    assert_row(s, "museum", "failing", "refused");
    assert_row(s, "bare", "no secret", "never");
}

TEST(accounts_are_told_in_chinese) {
    AUTO_SCREEN struct test_screen *s = console(&chinese, "--screen", "accounts");

    test_screen_until(s, "[6 账号]");
    assert_row(s, "festival", "正常", "已放行");
    assert_row(s, "museum", "刷新失败", "被拒绝");
    test_screen_until(s, "缺机密");
}

/* 182 min ago the first came; 62 min ago it ended, 32 min ago the next came. */
TEST(an_account_shows_the_lives_of_its_tokens_as_a_strip) {
    AUTO_SCREEN struct test_screen *s = console(&english, "--screen", "accounts");

    test_screen_until_both(s, ">", "bare");
    test_screen_keys(s, "j\r");
    test_screen_until(s, "> Account");
    test_screen_until_both(s, "NAME", "松湖景区");
    test_screen_until_both(s, "api_ticket", "┃━━━━━━━━·┃━━");
    test_screen_until_both(s, "/card/code/get", "94");
    test_screen_keys(s, "\x1b");
    test_screen_until(s, "museum");
}

TEST(on_a_large_window_the_refreshes_stand_beside) {
    AUTO_SCREEN struct test_screen *s = NULL;

    test_sql(NULL, "insert into kaquan.token_refusal (account_id, epoch, endpoint, errcode, host, age_s, left_s)"
                   " values (1, 1, '/card/code/get', 40001, 'gate-1', 600, 5000)");
    s = console(&large, "--screen", "accounts");
    test_screen_until_both(s, ">", "bare");
    test_screen_keys(s, "j\r");
    test_screen_until(s, "Refreshes");
    test_screen_until(s, "2h00m");
    test_screen_until_both(s, "40001", "1h23m");
}

/* --- acts --- */

/* What each key asks for; the command is shown, and nothing is done before it is confirmed. */
static const struct {
    const char *keys, *asks;
} acts[] = {
    {"n", "$ kaquan-worker account add"},
    {"K", "$ kaquan-worker account set-secret festival --secret-file=-"},
    {"R", "$ kaquan-worker credential refresh festival"},
    {"F", "$ kaquan-worker credential refresh festival force"},
    {"B", "$ kaquan-worker backend add"},
    {"A", "$ kaquan-worker account set-aes-key festival --secret-file=-"},
    {"X", "$ kaquan-worker account disable festival"},
    {"D", "$ kaquan-worker epoch revoke festival"},
    {"Q", "$ kaquan-worker job queue quota_learn"},
    {"I", "$ kaquan-worker account rid festival"},
    {"Z", "$ kaquan-worker quota reset festival"},
};

TEST(every_act_shows_its_command_first) {
    AUTO_SCREEN struct test_screen *s = unlocked(&english, "accounts", "festival");
    int64_t before = test_number(NULL, "select count(*) from kaquan.audit_log");

    test_screen_keys(s, "j");
    test_screen_until_both(s, ">", "festival");
    for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
        test_screen_keys(s, acts[i].keys);
        test_screen_until(s, acts[i].asks);
        test_screen_keys(s, "\x1b");
        test_screen_until_gone(s, "$ kaquan-worker");
    }
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.audit_log"), before);
}

TEST(a_locked_session_does_none_of_them) {
    AUTO_SCREEN struct test_screen *s = console(&english, "--screen", "accounts");

    test_screen_until_both(s, ">", "bare");
    test_screen_keys(s, "j");
    test_screen_until_both(s, ">", "festival");
    for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
        test_screen_keys(s, acts[i].keys);
        test_screen_until(s, "locked: ! unlocks");
    }
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.audit_log"), 0);
}

TEST(an_account_is_added_in_a_form) {
    AUTO_SCREEN struct test_screen *s = unlocked(&english, "accounts", "festival");

    test_screen_keys(s, "n");
    test_screen_until(s, "AppID *");
    test_screen_keys(s, "park\twx9999999999\t湖畔公园\x13");
    test_screen_until(s, "account park was added");
    test_screen_keys(s, "\x1b");
    test_screen_until_both(s, "park", "no secret");
    assert_string_equal(
        test_sql(NULL, "select concat_ws(' ', appid, name, token_mode) from kaquan.account where key = 'park'"),
        "wx9999999999 湖畔公园 stable");
}

TEST(a_secret_is_never_shown_and_is_sealed) {
    AUTO_SCREEN struct test_screen *s = NULL;
    AUTO_BUF struct buf path = {0};

    buf_printf(&path, "/tmp/kaquan-key-%d.pem", (int)getpid());
    {
        AUTO_OUTPUT struct test_output o = test_worker("key", "new", buf_str(&path));
        assert_int_equal(o.exit_code, 0);
    }
    s = unlocked(&english, "accounts", "festival");
    test_screen_keys(s, "K");
    test_screen_until(s, "This cannot be taken back.");
    confirm_severe(s, "0123456789abcdef0123456789abcdef\tfirst\tbare");
    test_screen_until(s, "the AppSecret of bare was set");
    assert_null(strstr(buf_str(test_screen_bytes(s)), "0123456789"));
    assert_int_equal(
        test_number(NULL, "select count(*) from kaquan.account where key = 'bare' and length(secret) > 100"), 1);
    assert_string_equal(test_sql(NULL, "select reason from kaquan.audit_log where action = 'account_set_secret'"),
                        "first");
    assert_int_equal(unlink(buf_str(&path)), 0);
}

TEST(a_refresh_is_queued_for_a_worker) {
    AUTO_SCREEN struct test_screen *s = unlocked(&english, "accounts", "museum");

    test_screen_keys(s, "G");
    test_screen_until_both(s, ">", "museum");
    test_screen_keys(s, "R");
    test_screen_until(s, "$ kaquan-worker credential refresh museum");
    test_screen_keys(s, "y");
    test_screen_until(s, "asks WeChat for the tokens of museum");
    assert_int_equal(
        test_number(NULL, "select count(*) from kaquan.job where kind = 'credential_refresh' and account_id = 2"), 1);
    test_screen_keys(s, "\x1b");
    test_screen_until_gone(s, "Esc closes");
    test_screen_keys(s, "gR");
    test_screen_until(s, "the account has no AppSecret: K sets it");
}

TEST(an_account_is_disabled_with_a_reason_and_enabled_again) {
    AUTO_SCREEN struct test_screen *s = unlocked(&english, "accounts", "festival");

    test_screen_keys(s, "jX");
    test_screen_until(s, "$ kaquan-worker account disable festival");
    confirm_severe(s, "leaked\tfestival");
    test_screen_until(s, "account festival is disabled");
    test_screen_until_both(s, "> festival", "disabled");
    assert_string_equal(test_sql(NULL, "select reason from kaquan.audit_log where action = 'account_disable'"),
                        "leaked");
    test_screen_keys(s, "E");
    test_screen_until(s, "$ kaquan-worker account enable festival");
    test_screen_keys(s, "y");
    test_screen_until(s, "account festival is enabled");
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.account where enabled"), 3);
}

/* --- addresses --- */

TEST(the_address_to_paste_stands_alone_in_its_row) {
    AUTO_SCREEN struct test_screen *s = console(&english, "--screen", "ip");

    test_screen_until_both(s, "museum", "refused");
    assert_row(s, "festival", "gate-1", "listed", "yes");
    test_screen_until(s, "Paste the line above into the IP whitelist");
    assert_string_equal(test_screen_row(s, 2), " 203.0.113.9");
    test_screen_keys(s, "A");
    test_screen_until(s, "203.0.113.9 is in the clipboard");
    assert_non_null(strstr(buf_str(test_screen_bytes(s)), "\x1b]52;c;MjAzLjAuMTEzLjk=\x07"));
    test_screen_keys(s, "j");
    test_screen_until(s, "WeChat lets this host in: nothing to do");
    test_screen_keys(s, "A");
    test_screen_until(s, "no address is known");
}

TEST(addresses_are_told_in_chinese) {
    AUTO_SCREEN struct test_screen *s = console(&chinese, "--screen", "ip");

    test_screen_until_both(s, "museum", "被拒绝");
    test_screen_until(s, "请把上面一行粘贴到该账号的 IP 白名单");
    test_screen_until(s, "IP白名单，由管理员扫码确认");
    test_screen_until(s, "微信见过的地址");
}

TEST(a_check_is_queued_for_a_worker) {
    AUTO_SCREEN struct test_screen *s = unlocked(&english, "ip", "museum");

    test_screen_keys(s, "C");
    test_screen_until(s, "$ kaquan-worker job queue whitelist_check");
    test_screen_keys(s, "y");
    test_screen_until(s, "the next worker takes it");
    assert_int_equal(
        test_number(NULL, "select count(*) from kaquan.job where kind = 'whitelist_check' and state = 'queued'"), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(accounts_say_how_their_tokens_are, scene, test_teardown),
        cmocka_unit_test_setup_teardown(accounts_are_told_in_chinese, scene, test_teardown),
        cmocka_unit_test_setup_teardown(an_account_shows_the_lives_of_its_tokens_as_a_strip, scene, test_teardown),
        cmocka_unit_test_setup_teardown(on_a_large_window_the_refreshes_stand_beside, scene, test_teardown),
        cmocka_unit_test_setup_teardown(every_act_shows_its_command_first, scene, test_teardown),
        cmocka_unit_test_setup_teardown(a_locked_session_does_none_of_them, scene, test_teardown),
        cmocka_unit_test_setup_teardown(an_account_is_added_in_a_form, scene, test_teardown),
        cmocka_unit_test_setup_teardown(a_secret_is_never_shown_and_is_sealed, scene, test_teardown),
        cmocka_unit_test_setup_teardown(a_refresh_is_queued_for_a_worker, scene, test_teardown),
        cmocka_unit_test_setup_teardown(an_account_is_disabled_with_a_reason_and_enabled_again, scene, test_teardown),
        cmocka_unit_test_setup_teardown(the_address_to_paste_stands_alone_in_its_row, scene, test_teardown),
        cmocka_unit_test_setup_teardown(addresses_are_told_in_chinese, scene, test_teardown),
        cmocka_unit_test_setup_teardown(a_check_is_queued_for_a_worker, scene, test_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
