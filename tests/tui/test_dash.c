/* The dash: what needs a person, worst first, with the way to it; how the event goes; the first steps. */
#include "harness.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "operator.h"

#define dash(how) test_screen_start(how, test_path("KAQUAN_CONSOLE"), (const char *const[]){"--screen", "dash", NULL})
static const struct test_screen_run english = {0}, chinese = {.lang = "zh_CN.UTF-8"},
                                    large = {.rows = 60, .columns = 150},
                                    large_chinese = {.lang = "zh_CN.UTF-8", .rows = 60, .columns = 150};

/* An event that has begun: an account, a worker, a template with a pool, a backend. */
static int scene(void **state) {
    test_setup(state);
    test_sql(
        NULL,
        "set search_path = kaquan; insert into worker_key (key_id, certificate) values ('k', 'c');"
        "insert into account (key, appid, secret, secret_set_at) values ('festival', 'wx1234567890', '\\x00', now());"
        "insert into worker_heartbeat (host, pid, version, mode, clock_offset_s) values ('gate-1', 7, '1', 'serve', 0);"
        "update credential set epoch = 7, valid_until = now() + interval '108 min';"
        "insert into template (account_id, key, card_type, title, body, code_mode, status, card_id, pool_target,"
        " pool_low) values (1, 'gala', 'MEETING_TICKET', 'Summer gala', '{}', 'merchant', 'approved', 'g', 9000, 2000);"
        "update pool set slot = 0, cards = 'pool_card_00_next', fill = 1, epoch = 7, first_ordinal = 1,"
        " last_ordinal = 9000, valid_until = now() + interval '1 hour', usable_from = '-infinity',"
        " usable_until = now() + interval '58 min';"
        "select setval('pool_card_00_next', 1);"
        "insert into batch (fill, template_id, epoch, slot, cards, reason, host, seconds)"
        " values (1, 1, 7, 0, 9000, 'first fill', 'h', 0.5);"
        "insert into backend_grant (login, account_id) values ('festival_app', 1)");
    return 0;
}

/* --- alerts --- */

/* What goes wrong, what the dash says of it, and the word that stands there in Chinese; worst first. */
static const struct trouble {
    const char *sql;
    const char *mark, *says, *says_zh;
} troubles[] = {
    {"update worker_heartbeat set beat_at = now() - interval '10 min 5 s'", "!!", "no sign of life from a worker for",
     "没有动静"},
    {"insert into account (key, appid, secret) values ('museum', 'wx2234567890', '\\x00'); update credential set epoch = 3,"
     " valid_until = now() - interval '6 min', fail_streak = 2, last_errcode = 40164, last_text = 'invalid ip'"
     " where account_id = 2 and kind = 'access_token'",
     "!!", "museum: access_token over since 6m", "access_token 已失效 6m"},
    {"insert into whitelist_check (account_id, host, address, outcome, errcode) values (2, 'gate-2', '203.0.113.9', 'refused', 40164);"
     "insert into worker_heartbeat (host, pid, version, mode, clock_offset_s, beat_at) values ('gate-2', 7, '1', 'serve', 0, now() -"
     " interval '9 min')",
     "!!", "museum: WeChat refuses gate-2, address 203.0.113.9", "微信拒绝 gate-2"},
    {"insert into template (account_id, key, card_type, title, body, code_mode, status, card_id, pool_target, pool_low)"
     " values (1, 'lecture', 'MEETING_TICKET', '讲座', '{}', 'merchant', 'approved', 'l', 9000, 2000)",
     "!!", "讲座: EMPTY, no card of 9 000", "讲座：已空"},
    {"insert into job (kind, account_id, template_id, state, attempts, error_text, finished_at) values"
     " ('template_submit', 1, 1, 'failed', 3, 'invalid appid', now() - interval '10 min 5 s')",
     "!!", "gala template_submit: failed 10m", "提交模板：10m"},
    {"update credential set epoch = 1, valid_until = now() + interval '50 min', fail_streak = 4 where account_id = 2 and kind = 'api_ticket'",
     "!", "museum: api_ticket refused 4 times, lives on 4", "api_ticket 刷新被拒 4 次"},
    {"select setval('pool_card_00_next', 8588)", "!", "Summer gala: 412 of 9 000 left", "剩 412 / 9 000 张"},
    {"insert into api_usage (account_id, endpoint, day, calls) values (1, '/card/code/get', wx_day(now()), 94000000);"
     "insert into api_limit (account_id, endpoint, daily_limit, source, day, used, counted)"
     " values (1, '/card/code/get', 100000000, 'asked', wx_day(now()), 94000000, 94000000)",
     "!", "/card/code/get: 94.0M of 100.0M calls", "调用 94.0M / 100.0M 次"},
    {"insert into job (kind, state, attempts, error_text, run_at) values ('stat_wechat', 'queued', 3, 'busy', now() + interval '130 s')",
     "!", "stat_wechat: try 3 failed, next in", "第 3 次失败"},
    {"insert into job (kind, run_at) values ('prune', now() - interval '3 min')", "!",
     "jobs that wait: 1, the oldest for 3m", "最久已等 3m"},
    {"insert into account (key, appid) values ('bare', 'wx3234567890')", "!", "bare: no AppSecret", "没有 AppSecret"},
    {"insert into template (account_id, key, card_type, title, body, code_mode, status, refuse_reason) values"
     " (1, 'vip', 'MEETING_TICKET', 'VIP', '{}', 'merchant', 'refused', 'the notice is too long')",
     "!", "VIP: WeChat refused it: the notice is too long", "微信审核未通过"},
    {"insert into token_refusal (account_id, epoch, endpoint, errcode, host, age_s, left_s) values (1, 6, '/x', 40001, 'h', 600, 5000)",
     "!", "festival: tokens replaced by somebody else: 1", "凭证被他人替换 1 次"},
    {"insert into ticket_drift (template_id, code, kind, theirs) values (1, '603184207551', 'stray', 'normal')", "-",
     "gala: tickets that differ from WeChat: 1", "与微信不一致的票：1 张"},
    {"insert into act_request (noun, verb, params, person) values ('template', 'delete', '{\"arguments\": [\"gala\"]}', 'li.wei@gate-1')",
     "-", "li.wei@gate-1 asks for a second person", "请求第二人确认"},
};

static void make_trouble(void) {
    for (size_t i = 0; i < ARRAY_LEN(troubles); i++)
        test_sql(NULL, "set search_path = kaquan; %s", troubles[i].sql);
}

TEST(nothing_needs_attention_while_all_is_well) {
    AUTO_SCREEN struct test_screen *s = dash(&english);

    test_screen_until(s, "Nothing needs attention.");
    test_screen_until(s, "Needs attention (0)");
}

TEST(whatever_goes_wrong_is_said_worst_first) {
    AUTO_SCREEN struct test_screen *s = NULL;
    int row = 0;

    make_trouble();
    s = dash(&large);
    for (size_t i = 0; i < ARRAY_LEN(troubles); i++) {
        int here = test_screen_until_both(s, troubles[i].says, troubles[i].mark);

        if (here <= row)
            test_fail("\"%s\" does not stand below what is worse", troubles[i].says);
        row = here;
    }
}

TEST(an_alert_that_was_seen_is_quiet_until_its_cause_changes) {
    AUTO_SCREEN struct test_screen *s = NULL;

    make_trouble();
    s = dash(&large);
    test_screen_until(s, "Needs attention (15)");
    test_screen_until_both(s, "> !!", "no sign of life");
    test_screen_keys(s, " ");
    test_screen_until(s, "Needs attention (14), seen (1)");
    test_screen_until_both(s, " .   WORK", "no sign of life");
    test_screen_keys(s, "k ");
    test_screen_until(s, "Needs attention (15)");
}

TEST(it_is_said_in_chinese_too) {
    AUTO_SCREEN struct test_screen *s = NULL;

    make_trouble();
    s = dash(&large_chinese);
    for (size_t i = 0; i < ARRAY_LEN(troubles); i++)
        test_screen_until_both(s, troubles[i].says_zh, troubles[i].mark);
    test_screen_until(s, "需要处理");
}

TEST(the_row_under_the_cursor_says_what_to_do_and_enter_goes_there) {
    AUTO_SCREEN struct test_screen *s = NULL;

    test_sql(NULL, "set search_path = kaquan; %s; %s", troubles[1].sql, troubles[2].sql);
    s = dash(&english);
    test_screen_until_both(s, "->", "Enter opens the account: R asks WeChat again. Add the address shown");
    test_screen_keys(s, "j");
    test_screen_until_both(s, "->", "Add 203.0.113.9 to the IP whitelist");
    test_screen_keys(s, "\r");
    test_screen_until(s, "[7 IP]");
    test_screen_keys(s, "-");
    test_screen_until(s, "[1 Dash]");
    test_screen_keys(s, "k\r");
    test_screen_until(s, "> Account");
    test_screen_keys(s, "\x1b");
    test_screen_until_gone(s, "> Account");
}

/* Where Enter leads from each of the troubles. */
static const char *const ways[] = {
    "[5 Jobs]",         "> Account museum", "[7 Addresses]",      "> Pool lecture", "> Job ",
    "> Account museum", "> Pool gala",      "> Account festival", "> Job ",         "[5 Jobs]",
    "> Account bare",   "> Template vip",   "> Account festival", "> Differences",  "[Requests]"};

TEST(enter_on_every_alert_opens_what_it_is_about) {
    AUTO_SCREEN struct test_screen *s = NULL;

    make_trouble();
    s = dash(&large);
    for (size_t i = 0; i < ARRAY_LEN(troubles); i++) {
        AUTO_BUF struct buf keys = {0};

        test_screen_until_both(s, troubles[i].says, troubles[i].mark);
        buf_text(&keys, "g");
        for (size_t j = 0; j < i; j++)
            buf_text(&keys, "j");
        buf_text(&keys, "\r");
        test_screen_keys(s, buf_str(&keys));
        test_screen_until(s, ways[i]);
        test_screen_keys(s, ":dash\r");
        test_screen_until(s, "[1 Dash]");
        test_screen_until_gone(s, ways[i]);
    }
}

/* An alert that is over goes by itself, and the cursor stays on its own. */
TEST(the_cursor_stays_with_its_alert) {
    AUTO_SCREEN struct test_screen *s = NULL;

    test_sql(NULL, "set search_path = kaquan; %s; %s", troubles[3].sql, troubles[10].sql);
    s = dash(&english);
    test_screen_until_both(s, ">", "讲座");
    test_screen_keys(s, "j");
    test_screen_until_both(s, ">", "bare: no AppSecret");
    test_sql(NULL, "update kaquan.template set paused = true where key = 'lecture'");
    test_screen_keys(s, "r");
    test_screen_until_gone(s, "讲座: EMPTY");
    test_screen_until_both(s, ">", "bare: no AppSecret");
}

/* --- figures --- */

TEST(tickets_of_the_day_stand_beside_their_curve) {
    AUTO_SCREEN struct test_screen *s = NULL;

    test_sql(NULL, "insert into kaquan.stat_minute (template_id, minute, claims, adds, entries) values"
                   " (1, date_trunc('minute', now()), 4321, 321, 0)");
    s = dash(&english);
    test_screen_until_both(s, "claims", "4 321");
    test_screen_until_both(s, "claims", "█");
    test_screen_until_both(s, "adds", "321");
    test_screen_until_both(s, "entries", "0");
    test_screen_until(s, "24 HOURS");
}

TEST(pools_and_jobs_are_there_with_their_figures) {
    AUTO_SCREEN struct test_screen *s = NULL;

    test_sql(NULL, "insert into kaquan.job (kind, run_at) values ('prune', now() - interval '61 s');"
                   "insert into kaquan.job (kind, state, finished_at) values ('stat_minute', 'done', now())");
    s = dash(&english);
    test_screen_until_both(s, "Summer gala", "8 999");
    test_screen_until_both(s, "Summer gala", "57m");
    test_screen_until_both(s, "waiting 1", "running 0");
    test_screen_until_both(s, "oldest waits", "1m0");
    test_screen_until_both(s, "done in an hour", "1");
}

TEST(a_large_window_shows_accounts_and_the_last_changes) {
    AUTO_SCREEN struct test_screen *s = NULL;

    test_sql(NULL, "select kaquan.audit_write('li.wei@gate-1', 'template_set', 'template gala', null, '{}', null)");
    s = dash(&large);
    test_screen_until_both(s, "festival", "1h47m");
    test_screen_until_both(s, "li.wei", "template_set");
    test_screen_resize(s, 20, 80);
    test_screen_until_gone(s, "Last changes");
    test_screen_until(s, "Summer gala");
}

/* --- first steps --- */

/* What makes each step done. */
static const struct step {
    const char *sql, *says, *says_zh;
} steps[] = {
    {"insert into worker_key (key_id, certificate) values ('k', 'c')", "The worker's key", "工作进程的密钥"},
    {"insert into account (key, appid) values ('festival', 'wx1234567890')", "A WeChat official account",
     "一个微信公众号账号"},
    {"update account set secret = '\\x00'", "The account's AppSecret", "账号的 AppSecret"},
    {"insert into worker_heartbeat (host, pid, version, mode, clock_offset_s) values ('gate-1', 7, '1', 'serve', 0)",
     "A worker that does the jobs", "执行任务的工作进程"},
    {"update credential set epoch = 1, valid_until = now() + interval '1 h'", "WeChat lets the worker's address in",
     "微信放行工作进程"},
    {"insert into template (account_id, key, card_type, title, body, code_mode) values (1, 'gala', 'MEETING_TICKET', 'Gala', '{}',"
     " 'merchant')",
     "A template: the card", "一个模板"},
    {"update template set status = 'waiting'", "The template goes to WeChat", "模板提交微信审核"},
    {"update template set status = 'approved', card_id = 'g'", "WeChat approves the template", "微信审核通过模板"},
    {"insert into backend_grant (login, account_id) values ('app', 1)", "The event's backend may claim",
     "活动后端可以领取"},
    {"insert into batch (fill, template_id, epoch, slot, cards, reason, host, seconds) values (1, 1, 1, 0, 10, 'first fill', 'h', 1)",
     "The first cards are signed", "签好第一批卡券"},
};

static void assert_steps(const struct test_screen_run *how, bool zh) {
    AUTO_SCREEN struct test_screen *s = dash(how);

    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        test_screen_until_both(s, "[>]", zh ? steps[i].says_zh : steps[i].says);
        if (i > 0)
            test_screen_until_both(s, "[x]", zh ? steps[i - 1].says_zh : steps[i - 1].says);
        test_sql(NULL, "set search_path = kaquan; %s", steps[i].sql);
        test_screen_keys(s, "r");
    }
    test_screen_until(s, zh ? "需要处理" : "Needs attention");
    test_screen_until_gone(s, "[x]");
}

TEST(the_first_steps_lead_from_nothing_to_the_first_cards) {
    assert_steps(&english, false);
}

TEST(the_first_steps_are_told_in_chinese) {
    assert_steps(&chinese, true);
}

TEST(a_step_says_which_key_does_it_and_enter_opens_where) {
    AUTO_SCREEN struct test_screen *s = NULL;

    test_sql(NULL, "insert into kaquan.worker_key (key_id, certificate) values ('k', 'c')");
    s = dash(&english);
    test_screen_until_both(s, "> [>]", "A WeChat official account"); /* the cursor begins at what comes next */
    test_screen_until_both(s, "->", "Enter opens the accounts: n adds one");
    test_screen_keys(s, "\r");
    test_screen_until(s, "No account yet. n adds one");
    test_screen_keys(s, "1");
    test_screen_until(s, "[1 Dash]");
    test_screen_keys(s, "jjj");
    test_screen_until(s, "IP whitelist");
    test_screen_keys(s, "\r");
    test_screen_until(s, "[7 IP]");
    test_screen_until(s, "No worker was here yet");
}

TEST(the_key_is_made_by_enter_once_the_session_is_unlocked) {
    AUTO_SCREEN struct test_screen *s = dash(&english);
    AUTO_BUF struct buf path = {0};

    buf_printf(&path, "/tmp/kaquan-key-%d.pem", (int)getpid());
    test_screen_until_both(s, ">", "The worker's key");
    test_screen_keys(s, "\r");
    test_screen_until(s, "locked: ! unlocks");
    operator_unlocks(s);
    test_screen_keys(s, "\r");
    test_screen_until(s, "$ kaquan-worker key new");
    test_screen_keys(s, buf_str(&path));
    test_screen_until(s, buf_str(&path));
    test_screen_keys(s, "\x13");
    test_screen_until(s, "was made: ");
    test_screen_keys(s, "\x1b");
    test_screen_until_both(s, "[x]", "The worker's key");
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.worker_key where active"), 1);
    assert_int_equal(unlink(buf_str(&path)), 0);
    test_screen_keys(s, "K");
    test_screen_until(s, "the first step alone needs it");
}

static int without_tables(void **state UNUSED) {
    test_database_empty("kaquan_test_dash_empty");
    return 0;
}

TEST(without_tables_the_first_step_is_to_make_them) {
    AUTO_SCREEN struct test_screen *s =
        test_screen_start(&(struct test_screen_run){.user = "postgres"}, test_path("KAQUAN_CONSOLE"),
                          (const char *const[]){"--screen", "dash", NULL});

    test_screen_until_both(s, "[>]", "The tables of this database");
    test_screen_until(s, "kaquan-worker db init");
    test_screen_until_both(s, "[ ]", "The first cards are signed");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_needs_attention_while_all_is_well, scene, test_teardown),
        cmocka_unit_test_setup_teardown(whatever_goes_wrong_is_said_worst_first, scene, test_teardown),
        cmocka_unit_test_setup_teardown(an_alert_that_was_seen_is_quiet_until_its_cause_changes, scene,
                                        test_teardown),
        cmocka_unit_test_setup_teardown(it_is_said_in_chinese_too, scene, test_teardown),
        cmocka_unit_test_setup_teardown(the_row_under_the_cursor_says_what_to_do_and_enter_goes_there, scene,
                                        test_teardown),
        cmocka_unit_test_setup_teardown(enter_on_every_alert_opens_what_it_is_about, scene, test_teardown),
        cmocka_unit_test_setup_teardown(the_cursor_stays_with_its_alert, scene, test_teardown),
        cmocka_unit_test_setup_teardown(tickets_of_the_day_stand_beside_their_curve, scene, test_teardown),
        cmocka_unit_test_setup_teardown(pools_and_jobs_are_there_with_their_figures, scene, test_teardown),
        cmocka_unit_test_setup_teardown(a_large_window_shows_accounts_and_the_last_changes, scene, test_teardown),
        cmocka_unit_test_setup_teardown(the_first_steps_lead_from_nothing_to_the_first_cards, test_setup,
                                        test_teardown),
        cmocka_unit_test_setup_teardown(the_first_steps_are_told_in_chinese, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(a_step_says_which_key_does_it_and_enter_opens_where, test_setup,
                                        test_teardown),
        cmocka_unit_test_setup_teardown(the_key_is_made_by_enter_once_the_session_is_unlocked, test_setup,
                                        test_teardown),
        cmocka_unit_test_setup_teardown(without_tables_the_first_step_is_to_make_them, without_tables, test_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
