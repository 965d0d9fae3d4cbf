/* The form of a template, from the first key to WeChat's approval; what it says of problems. */
#include "editor.h"

#include "card_form.h"

static const struct test_screen_run chinese = {.lang = "zh_CN.UTF-8"}, wide = {.rows = 36, .columns = 120};

/* --- on the screen --- */

static struct test_screen *new_form(const struct test_screen_run *how) {
    struct test_screen *s = console(how, "--screen", "templates");

    operator_unlocks(s);
    test_screen_keys(s, "n");
    test_screen_until(s, "[Color030");
    return s;
}

static void assert_caret_in(struct test_screen *s, const char *label) {
    int row, column;

    test_screen_idle(s);
    assert_true(test_screen_cursor(s, &row, &column));
    assert_int_equal(row, test_screen_until_both(s, label, "["));
}

TEST(bytes_are_counted_and_problems_have_their_cure_while_one_types) {
    AUTO_SCREEN struct test_screen *s = new_form(&english);

    test_screen_keys(s, "\t\t\t\t\t2026 秋季当代");
    test_screen_until_both(s, "title  ", "17 of 27 bytes");
    assert_caret_in(s, "title  ");
    test_screen_keys(s, "艺术展览门票");
    test_screen_until_both(s, "title  ", "! 35 of 27 bytes: 8 over");
    test_screen_until(s, "take 8 bytes away: the title");
    test_screen_keys(s, CTRL_U "秋季当代艺术展");
    test_screen_until_both(s, "title  ", "21 of 27 bytes");
    test_screen_keys(s, "\t\t入场时出示二维码");
    test_screen_until_both(s, "notice  ", "24 of 48 bytes");
    test_screen_keys(s, "\t\t２０００x");
    test_screen_until_both(s, "2000x", "! is no number");
    test_screen_keys(s, "\x7f");
    test_screen_until_both(s, "stock  ", "[2000 ");
    give_up(s, "The form was changed", "throw");
}

TEST(days_are_written_as_days_and_fit_each_other) {
    AUTO_SCREEN struct test_screen *s = new_form(&english);

    for (int i = 0; i < 11; i++)
        test_screen_keys(s, "\t");
    test_screen_keys(s, "+60d\t+30d\t");
    test_screen_until_both(s, "valid until  ", "! ends before it begins");
    test_screen_keys(s, BACKTAB BACKTAB CTRL_U "+0d\t\t");
    test_screen_until_gone(s, "ends before it begins");
    test_screen_keys(s, BACKTAB BACKTAB BACKTAB " ");
    test_screen_until_both(s, "validity  ", "FIX_TERM");
    test_screen_until(s, "days valid  ");
    assert_caret_in(s, "validity  ");
    test_screen_keys(s, "\r");
    test_screen_until(s, "DATE_TYPE_PERMANENT");
    test_screen_keys(s, "range\r");
    test_screen_until_both(s, "validity  ", "FIX_TIME_RANGE");
    give_up(s, "The form was changed", "throw");
}

TEST(f8_goes_from_problem_to_problem) {
    AUTO_SCREEN struct test_screen *s = new_form(&english);

    test_screen_until(s, "10 problems");
    test_screen_keys(s, "adult" F8);
    assert_caret_in(s, "logo  ");
    test_screen_keys(s, F8);
    assert_caret_in(s, "brand  ");
    test_screen_keys(s, "museum");
    test_screen_until(s, "8 problems");
    test_screen_keys(s, "\x1f"); /* ^_ */
    test_screen_until(s, "9 problems");
    give_up(s, "The form was changed", "throw");
}

TEST(a_long_text_has_a_window_of_its_own) {
    AUTO_SCREEN struct test_screen *s = new_form(&english);

    test_screen_keys(s, "\t\t\t\t\t\t\t\t\x07");
    test_screen_until(s, "terms of use: 0 of 3072 bytes");
    test_screen_keys(s, "请提前到场\r一人一票\x1b[A！");
    test_screen_until(s, "terms of use: 31 of 3072 bytes");
    test_screen_keys(s, "\x07");
    test_screen_until_both(s, "terms of use  ", "31 of 3072 bytes");
    give_up(s, "The form was changed", "throw");
}

TEST(a_wide_window_shows_the_card_as_on_a_phone) {
    AUTO_SCREEN struct test_screen *s = new_form(&wide);

    test_screen_keys(s, "\t\t\t\t城市美术馆\t2026 秋季当代艺术展览门票");
    test_screen_until_both(s, "│", "城市美术馆");
    test_screen_until_both(s, "│", "! 35 of 27 bytes: 8 over");
    give_up(s, "The form was changed", "throw");
}

/* --- to WeChat and back --- */

static bool is_approved(void *key) {
    rehearsal_worker(0, "run");
    return strcmp(test_sql(NULL, "select status from kaquan.template where key = '%s'", (const char *)key),
                  "approved") == 0;
}

TEST(a_template_is_made_by_keys_alone_sent_and_approved) {
    AUTO_SCREEN struct test_screen *s = console(&english, "--screen", "templates");

    test_screen_until(s, "No templates yet. n makes one");
    operator_unlocks(s);
    test_screen_keys(s, "n");
    test_screen_until(s, "10 problems");
    test_screen_keys(s, FILLED("autumn", "Autumn 2026"));
    test_screen_until(s, "new template, changed, 0 problems");
    test_screen_keys(s, CTRL_P);
    test_screen_until(s, "$ kaquan-worker template submit autumn");
    test_screen_keys(s, CTRL_S);
    until_true("exists (select from kaquan.job where kind = 'template_submit')");
    test_wait_until(is_approved, (void *)(uintptr_t) "autumn", SOON_SECONDS);
    test_screen_until(s, "Esc closes"); /* what the worker said */
    test_screen_keys(s, "\x1b");
    test_screen_until_gone(s, "Esc closes");
    test_screen_keys(s, "\x1b");
    test_screen_until_both(s, "autumn", "approved");
    assert_string_equal(test_sql(NULL,
                                 "select stock || code_mode || (body #>> '{card,scenic_ticket,base_info,brand_name}')"
                                 " from kaquan.template where key = 'autumn'"),
                        "2000merchant城市美术馆");
}

TEST(a_template_is_made_by_keys_alone_in_chinese) {
    AUTO_SCREEN struct test_screen *s = console(&chinese, "--screen", "templates");

    test_screen_idle(s);
    test_screen_keys(s, "!");
    test_screen_until(s, "分钟");
    test_screen_keys(s, CTRL_S);
    test_screen_until(s, "可写");
    test_screen_keys(s, "n");
    test_screen_until(s, "10 处问题");
    test_screen_until_both(s, "使用提醒  ", "! 未填写");
    test_screen_keys(s, FILLED("qiu", "秋季当代艺术展"));
    test_screen_until(s, "新模板，已改动，0 处问题");
    test_screen_keys(s, CTRL_S);
    test_screen_until(s, "模板 qiu 已保存，版本 1");
    assert_string_equal(test_sql(NULL, "select title || status from kaquan.template where key = 'qiu'"),
                        "秋季当代艺术展draft");
    test_screen_keys(s, "\x1b");
    test_screen_until_both(s, "qiu", "草稿");
}

TEST(what_wechat_never_changes_is_fixed_and_a_changed_title_is_pushed) {
    AUTO_SCREEN struct test_screen *s = console(&english, "--screen", "templates");

    operator_unlocks(s);
    test_screen_keys(s, "/autumn\r");
    test_screen_until_gone(s, "qiu");
    test_screen_keys(s, "e");
    test_screen_until_both(s, "brand  ", "fixed");
    test_screen_keys(s, BACKTAB "x");
    test_screen_until(s, "WeChat has it and never changes this");
    test_screen_keys(s, "\t" CTRL_U "Autumn 2027\x04");
    test_screen_until(s, "title: \"Autumn 2026\" -> \"Autumn 2027\"  (review)");
    test_screen_keys(s, "\x1b" CTRL_P);
    test_screen_until(s, "$ kaquan-worker template push autumn");
    test_screen_until(s, "WeChat reviews the card again");
    test_screen_keys(s, CTRL_S);
    until_true("exists (select from kaquan.job where kind = 'template_update')");
}

TEST(another_template_like_this_one_is_a_key_away) {
    AUTO_SCREEN struct test_screen *s = console(&english, "--screen", "templates");

    operator_unlocks(s);
    test_screen_keys(s, "/qiu\r");
    test_screen_until_gone(s, "autumn");
    test_screen_keys(s, "d");
    test_screen_until_both(s, "title  ", "[秋季当代艺术展");
    test_screen_keys(s, "dong" CTRL_S);
    test_screen_until(s, "template dong is saved, version 1");
    assert_string_equal(test_sql(NULL,
                                 "select count(distinct body) || ' ' || count(*) from kaquan.template where key in"
                                 " ('qiu', 'dong')"),
                        "1 2");
}

TEST(testers_are_named_and_a_qr_code_is_made_by_keys) {
    AUTO_SCREEN struct test_screen *s = console(&english, "--screen", "templates");

    operator_unlocks(s);
    test_screen_keys(s, "/autumn\r");
    test_screen_until_gone(s, "qiu");
    test_screen_keys(s, "T");
    test_screen_until(s, "Tester");
    test_screen_keys(s, "\tmei_chen" CTRL_S);
    until_true(
        "exists (select from kaquan.audit_log where action = 'template_testers' and after ->> 'testers' = '1')");
    test_screen_idle(s);
    test_screen_keys(s, "\r");
    test_screen_until(s, "VERSION");
    test_screen_keys(s, "i");
    test_screen_until(s, "$ kaquan-worker template qrcode autumn");
    test_screen_keys(s, "A1B2C3" CTRL_S);
    until_true(
        "exists (select from kaquan.audit_log where action = 'template_qrcode' and object = 'template autumn')");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_template_is_made_by_keys_alone_sent_and_approved, alone),
        cmocka_unit_test_setup(a_template_is_made_by_keys_alone_in_chinese, alone),
        cmocka_unit_test_setup(what_wechat_never_changes_is_fixed_and_a_changed_title_is_pushed, alone),
        cmocka_unit_test_setup(another_template_like_this_one_is_a_key_away, alone),
        cmocka_unit_test_setup(testers_are_named_and_a_qr_code_is_made_by_keys, alone),
        cmocka_unit_test_setup(bytes_are_counted_and_problems_have_their_cure_while_one_types, alone),
        cmocka_unit_test_setup(days_are_written_as_days_and_fit_each_other, alone),
        cmocka_unit_test_setup(f8_goes_from_problem_to_problem, alone),
        cmocka_unit_test_setup(a_long_text_has_a_window_of_its_own, alone),
        cmocka_unit_test_setup(a_wide_window_shows_the_card_as_on_a_phone, alone),
    };

    return cmocka_run_group_tests_name("editor", tests, rehearse, rehearsal_end);
}
