/* Pools as an operator sees and changes them. */
#include "operator.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const struct test_screen_run english = {0}, chinese = {.lang = "zh_CN.UTF-8"},
                                    wide = {.rows = 36, .columns = 120};

/* A pool that runs dry before its epoch ends, a paused one, one whose codes go to WeChat. 60 claims a minute. */
static int scene(void **state) {
    test_setup(state);
    test_sql(
        NULL,
        "set search_path = kaquan; insert into account (key, appid) values ('festival', 'wx1234567890');"
        "insert into template (account_id, key, card_type, title, body, code_mode, status, card_id, stock,"
        " pool_target, pool_low, paused) select 1, k, 'MEETING_TICKET', t, '{}', m, 'approved', k, 50000, 9000, 2000, p"
        " from (values ('adult', '成人票', 'merchant', false), ('shut', 'Lecture', 'merchant', true),"
        " ('stock', 'Gala', 'deposit', false)) v (k, t, m, p);"
        "insert into credential_history (account_id, kind, epoch, fingerprint, first_seen_at, valid_until, age_known)"
        " values (1, 'api_ticket', 7, '0', now(), now() + interval '2 hours', true);"
        "update credential set epoch = 7, valid_until = now() + interval '2 hours' where kind = 'api_ticket'");
    test_sql(
        NULL,
        "update kaquan.pool set slot = 0, cards = 'kaquan.pool_card_00_next', fill = 1, epoch = 7, first_ordinal = 1,"
        " last_ordinal = 1800, valid_until = now() + interval '1 hour', usable_from = '-infinity',"
        " usable_until = now() + interval '1 hour' where template_key = 'adult'");
    test_sql(NULL, "insert into kaquan.batch (fill, template_id, epoch, slot, cards, reason, host, seconds)"
                   " values (1, 1, 7, 0, 1800, 'first fill', 'h', 0.5);"
                   "insert into kaquan.stat_minute (template_id, minute, claims)"
                   " select 1, date_trunc('minute', now()) - interval '1 min' * n, 60 from generate_series(1, 61) n");
    return 0;
}

TEST(a_pool_says_when_it_is_empty_and_in_which_state_it_is) {
    AUTO_SCREEN struct test_screen *s = operator_at(&english, "pools");

    assert_row(s, "成人票", "!", "low", "1 800", "29m", "59m", "60");
    assert_row(s, "Lecture", "paused");
    assert_row(s, "Gala", "!!", "empty");
    assert_row(s, "TEMPLATE", "STATE", "READY", "WANTED", "FILL", "EMPTY IN", "LIFE", "/MIN", "TREND");
    assert_row(s, "first fill", "成人票", "1 800", "0.50", "3 600");
}

TEST(a_wide_window_shows_stock_codes_epoch_and_account_too) {
    AUTO_SCREEN struct test_screen *s = operator_at(&wide, "pools");

    assert_row(s, "成人票", "13h", "generated", "7", "festival");
}

TEST(pools_speak_chinese) {
    AUTO_SCREEN struct test_screen *s = operator_at(&chinese, "pools");

    assert_row(s, "成人票", "偏低", "1 800");
    assert_row(s, "Lecture", "已暂停");
    assert_row(s, "模板", "状态", "可用", "目标", "存量", "用完于", "余时", "领/分", "走势");
    test_screen_keys(s, "j" ENTER);
    test_screen_until(s, "存量走势");
    assert_row(s, "每分钟领取", "最近 60", "一小时");
}

/* Half of the plot is columns that fall, its end is marked; the sentence says the same. */
TEST(a_pool_is_plotted_against_the_end_of_its_epoch) {
    AUTO_SCREEN struct test_screen *s = operator_at(&english, "pools");
    int row;

    test_screen_until(s, "成人票");
    test_screen_keys(s, "j" ENTER);
    test_screen_until(s, "Run-down");
    row = test_screen_until_both(s, "1 800 █", "│");
    assert_true(test_screen_column(s, row, "│") > test_screen_column(s, row, "█"));
    test_screen_until_both(s, "empty at ", "epoch ends ");
    test_screen_until(s, "Claims/min: last 60, most 60, hour 3 600");
    assert_row(s, "LOW WATER", "2 000");
    assert_row(s, "STATE", "low");
    assert_row(s, "3 600", "1 800", "first fill");
    test_screen_keys(s, ESC);
    test_screen_until(s, "Lecture");
}

TEST(a_locked_session_fills_nothing) {
    AUTO_SCREEN struct test_screen *s = operator_at(&english, "pools");

    test_screen_until(s, "成人票");
    test_screen_keys(s, "F");
    test_screen_until(s, "! unlocks");
    test_screen_keys(s, "I");
    test_screen_keys(s, "a");
    test_screen_until_both(s, "sign cards for this pool now", "! unlocks");
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.job"), 0);
}

static struct test_screen *unlocked_pools(void) {
    struct test_screen *s = operator_at(&english, "pools");

    operator_unlocks(s);
    test_screen_until(s, "成人票");
    return s;
}

TEST(fill_now_queues_a_job_of_so_many_cards) {
    AUTO_SCREEN struct test_screen *s = unlocked_pools();

    test_screen_keys(s, "jF");
    test_screen_until_both(s, "kaquan-worker", "pool fill adult");
    test_screen_keys(s, "500" CTRL_S);
    assert_becomes("select kind || params::text from kaquan.job", "pool_fill{\"cards\": 500}");
}

TEST(target_and_low_water_are_changed_with_the_old_ones_before_the_eyes) {
    AUTO_SCREEN struct test_screen *s = unlocked_pools();

    test_screen_keys(s, "je");
    assert_row(s, "Target", "9000");
    assert_row(s, "Low water", "2000");
    test_screen_keys(s, "\x15"
                        "12000" CTRL_S);
    assert_becomes("select pool_target || ' ' || pool_low from kaquan.template where key = 'adult'", "12000 2000");
    assert_becomes("select action from kaquan.audit_log where object = 'template adult' order by id desc limit 1",
                   "template_set");
}

TEST(a_pool_is_paused_and_goes_on) {
    AUTO_SCREEN struct test_screen *s = unlocked_pools();

    test_screen_keys(s, "jP");
    test_screen_until(s, "no cards are handed out");
    test_screen_keys(s, CTRL_S);
    assert_row(s, "成人票", "paused");
    test_screen_keys(s, "P");
    test_screen_until(s, "no cards are handed out");
    test_screen_keys(s, " " CTRL_S);
    assert_row(s, "成人票", "low");
}

static void write_codes(char path[32], const char *codes) {
    int file;

    snprintf(path, 32, "/tmp/kaquan-codes.XXXXXX");
    file = mkstemp(path);
    assert_true(file >= 0 && write(file, codes, strlen(codes)) == (ssize_t)strlen(codes));
    close(file);
}

static void look_at(struct test_screen *s, const char *path) {
    test_screen_keys(s, "I");
    test_screen_until(s, "pool import adult");
    test_screen_keys(s, path);
    test_screen_keys(s, CTRL_S);
}

TEST(codes_are_looked_at_before_they_are_imported) {
    AUTO_SCREEN struct test_screen *s = unlocked_pools();
    char path[32];

    write_codes(path, "A1B2C3\nA1B2C4\n");
    test_screen_keys(s, "j");
    look_at(s, path);
    test_screen_until(s, "2 codes are good");
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.code_stock"), 0);
    test_screen_keys(s, "y");
    assert_becomes("select count(*) from kaquan.code_stock", "2");
    unlink(path);
}

TEST(a_bad_code_is_told_with_its_line_and_nothing_is_imported) {
    AUTO_SCREEN struct test_screen *s = unlocked_pools();
    char path[32];

    write_codes(path, "X1\nX 2\nX1\n");
    test_screen_keys(s, "j");
    look_at(s, path);
    test_screen_until(s, "Nothing was imported");
    test_screen_until(s, "LINES");
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.code_stock where code = 'X1'"), 0);
    unlink(path);
}

/* The option counts for the worker's words, too: the environment speaks English. */
TEST(what_the_worker_refuses_is_told_in_chinese) {
    AUTO_SCREEN struct test_screen *s = test_screen_start(
        &english, test_path("KAQUAN_CONSOLE"), (const char *const[]){"--screen", "pools", "--lang", "zh_CN", NULL});
    char path[32];

    test_screen_until(s, "已锁定");
    test_screen_keys(s, "!");
    test_screen_until(s, "分钟");
    test_screen_keys(s, CTRL_S);
    test_screen_until(s, "已解锁");
    test_screen_until(s, "成人票");
    write_codes(path, "X1\nX 2\n");
    test_screen_keys(s, "j");
    look_at(s, path);
    test_screen_until(s, "含有字母和数字以外的字符");
    test_screen_until(s, "1 个（共 2 个）券码不合格");
    unlink(path);
}

TEST(codes_go_to_wechat_only_after_their_template_was_typed) {
    AUTO_SCREEN struct test_screen *s = unlocked_pools();

    test_screen_keys(s, "jD");
    test_screen_until(s, "only codes of a template in code mode deposit");
    test_screen_keys(s, "gD");
    test_screen_until(s, "To confirm, type: stock");
    test_screen_keys(s, "doors open" TAB "stock");
    test_screen_until(s, "Do it");
    while (test_number(NULL, "select count(*) from kaquan.job where kind = 'code_deposit'") == 0)
        test_screen_keys(s, CTRL_S); /* the button wakes after two seconds */
    assert_becomes("select reason from kaquan.audit_log where action = 'code_deposit'", "doors open");
}

/* Pools take longer to read than the time after which they are read again. */
TEST(a_server_that_is_slow_is_left_alone_between_two_questions) {
    AUTO_SCREEN struct test_screen *s = operator_at(&english, "pools");

    test_screen_until(s, "1 800");
    test_sql(NULL, "create or replace function kaquan.claim_rate(template_id integer) returns double precision"
                   " language sql stable as 'select 60 from pg_sleep(0.8)'");
    test_screen_until(s, "db WAITS");
    test_screen_idle(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pool_says_when_it_is_empty_and_in_which_state_it_is),
        cmocka_unit_test(a_wide_window_shows_stock_codes_epoch_and_account_too),
        cmocka_unit_test(pools_speak_chinese),
        cmocka_unit_test(a_pool_is_plotted_against_the_end_of_its_epoch),
        cmocka_unit_test(a_locked_session_fills_nothing),
        cmocka_unit_test(fill_now_queues_a_job_of_so_many_cards),
        cmocka_unit_test(target_and_low_water_are_changed_with_the_old_ones_before_the_eyes),
        cmocka_unit_test(a_pool_is_paused_and_goes_on),
        cmocka_unit_test(codes_are_looked_at_before_they_are_imported),
        cmocka_unit_test(a_bad_code_is_told_with_its_line_and_nothing_is_imported),
        cmocka_unit_test(what_the_worker_refuses_is_told_in_chinese),
        cmocka_unit_test(codes_go_to_wechat_only_after_their_template_was_typed),
        cmocka_unit_test(a_server_that_is_slow_is_left_alone_between_two_questions),
    };

    return cmocka_run_group_tests(tests, scene, test_teardown);
}
