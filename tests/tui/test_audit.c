/* The audit log, requests of a second person and the settings of the site, as an operator sees them. */
#include "operator.h"

static const struct test_screen_run english = {0}, chinese = {.lang = "zh_CN.UTF-8"},
                                    wide = {.rows = 36, .columns = 120};

static int scene(void **state) {
    test_setup(state);
    test_sql(
        NULL,
        "set search_path = kaquan; insert into account (key, appid) values ('festival', 'wx1234567890');"
        "insert into template (account_id, key, card_type, title, body, code_mode, status, card_id)"
        " values (1, 'adult', 'MEETING_TICKET', 'Adult', '{}', 'merchant', 'approved', 'c1');"
        "select audit_write('mei@desk', 'template_set', 'template adult',"
        " '{\"pool_target\": 5, \"body\": {\"title\": \"Old\", \"tags\": [1, 2]}, \"version\": 1}',"
        " '{\"pool_target\": 9000, \"body\": {\"title\": \"New\", \"tags\": [1, 3, 4]}, \"version\": 2}', 'gala');"
        "select audit_write('li@door', 'job_cancel', 'job 7', null, null, null);"
        "insert into act_request (noun, verb, params, person, reason) values"
        " ('template', 'delete', '{\"arguments\": [\"adult\"], \"options\": {}}', 'mei@desk', 'cancelled'),"
        " ('ticket', 'void', '{\"arguments\": [\"A1\"], \"options\": {\"template\": \"adult\"}}', 'li@door', 'refund')");
    return 0;
}

TEST(the_log_says_who_did_what_and_why) {
    AUTO_SCREEN struct test_screen *s = operator_at(&english, "audit");

    assert_row(s, "mei@desk", "template_set", "template adult", "gala");
    assert_row(s, "li@door", "job_cancel", "job 7");
    test_screen_until(s, "Waiting for a second person");
    assert_row(s, "template delete", "mei@desk", "adult", "waiting");
}

TEST(the_log_speaks_chinese) {
    AUTO_SCREEN struct test_screen *s = operator_at(&chinese, "audit");

    assert_row(s, "mei@desk", "修改模板", "template adult");
    assert_row(s, "行号", "时间", "操作人", "操作", "对象", "原因");
    test_screen_until(s, "等待第二人确认");
}

TEST(the_filter_finds_a_person_an_action_an_object) {
    AUTO_SCREEN struct test_screen *s = operator_at(&english, "audit");
    static const char *const filters[] = {"/person:mei*", "/action:template_set", "/adult"};

    for (size_t i = 0; i < ARRAY_LEN(filters); i++) {
        test_screen_until(s, "job_cancel");
        test_screen_keys(s, filters[i]);
        test_screen_keys(s, ENTER);
        test_screen_until_gone(s, "job_cancel");
        test_screen_until(s, "template_set");
        test_screen_keys(s, ESC);
    }
}

TEST(an_act_opens_as_what_stood_there_before_and_after) {
    AUTO_SCREEN struct test_screen *s = operator_at(&english, "audit");

    test_screen_until(s, "template_set");
    test_screen_keys(s, "G" ENTER);
    assert_row(s, "body.title", "changed", "Old", "New");
    assert_row(s, "body.tags.1", "changed", "2", "3");
    assert_row(s, "body.tags.2", "added", "4");
    assert_row(s, "pool_target", "5", "9000");
    test_screen_until(s, "The act");
    assert_row(s, "PERSON", "mei@desk");
    test_screen_until_gone(s, "version");
}

TEST(the_chain_is_tested_by_a_key_also_while_locked) {
    AUTO_SCREEN struct test_screen *s = operator_at(&english, "audit");

    test_screen_until(s, "template_set");
    test_screen_keys(s, "T");
    test_screen_until(s, "last hash");
}

TEST(another_person_confirms_or_withdraws_a_request) {
    AUTO_SCREEN struct test_screen *s = operator_at(&english, "audit");

    operator_unlocks(s);
    test_screen_keys(s, "o");
    test_screen_until(s, "[Requests]");
    assert_row(s, "ticket void", "waiting", "A1", "li@door");
    test_screen_keys(s, "X");
    test_screen_until(s, "audit withdraw 2");
    test_screen_keys(s, "not needed" CTRL_S);
    assert_becomes("select state from kaquan.act_request where id = 2", "withdrawn");
    test_screen_until_both(s, "ticket void", "withdrawn");
    test_screen_keys(s, "X");
    test_screen_until(s, "this request is over");
    test_screen_keys(s, "GC");
    test_screen_until(s, "audit confirm 1");
    test_screen_keys(s, "adult" CTRL_S);
    assert_becomes("select state in ('done', 'failed') and ended_by is not null from kaquan.act_request"
                   " where id = 1",
                   "t");
}

/* --- settings --- */

TEST(settings_say_where_we_are_and_what_may_be_done) {
    AUTO_SCREEN struct test_screen *s = operator_at(&english, "settings");

    test_screen_until(s, "language en");
    assert_row(s, "connection", "database", "test_audit");
    assert_row(s, "privileges", "see pools", "yes");
    test_screen_until(s, "Backends");
    test_screen_until(s, "Worker's keys");
}

TEST(a_right_that_is_missing_comes_with_the_command_that_grants_it) {
    AUTO_SCREEN struct test_screen *s = NULL;

    test_sql(NULL, "revoke select on kaquan.code_stock from kaquan_worker");
    s = operator_at(&english, "settings");
    test_screen_until(s, "> connection");
    test_screen_keys(s, "/see codes" ENTER);
    assert_row(s, "see codes", "no");
    assert_row(s, "->", "grant kaquan_operator to kaquan_worker"); /* which holds it */
    test_sql(NULL, "grant select on kaquan.code_stock to kaquan_worker");
}

TEST(settings_speak_chinese) {
    AUTO_SCREEN struct test_screen *s = operator_at(&chinese, "settings");

    test_screen_until(s, "语言 zh");
    assert_row(s, "连接", "数据库");
    assert_row(s, "权限", "查看卡池", "是");
}

TEST(a_setting_of_the_site_is_changed_with_its_meaning_beside_it) {
    AUTO_SCREEN struct test_screen *s = operator_at(&wide, "settings");

    operator_unlocks(s);
    test_screen_until(s, "> connection");
    test_screen_keys(s, "e");
    test_screen_until(s, "only settings of the site are changed here");
    test_screen_keys(s, "/keep_checks" ENTER);
    assert_row(s, "keep_checks", "90 days");
    assert_row(s, "->", "how long whitelist checks are kept");
    test_screen_keys(s, "e");
    test_screen_until(s, "site set keep_checks");
    test_screen_keys(s, "\x15"
                        "30d" CTRL_S);
    assert_becomes("select keep_checks from kaquan.site", "30 days");
    test_screen_until_both(s, "keep_checks", "30 days");
}

TEST(a_backend_is_let_in_and_sent_away) {
    AUTO_SCREEN struct test_screen *s = operator_at(&english, "settings");

    operator_unlocks(s);
    test_screen_keys(s, "n");
    test_screen_until(s, "backend add");
    test_screen_keys(s, "festival_app" TAB "festival" CTRL_S);
    assert_becomes("select count(*) from kaquan.backend_grant where login = 'festival_app'", "1");
    test_screen_until(s, "festival_app");
    test_screen_keys(s, ESC);
    test_screen_until(s, "Worker's keys");
    test_screen_keys(s, "K");
    test_screen_until(s, "backend remove");
    test_screen_keys(s, "festival_app" TAB "festival" CTRL_S);
    assert_becomes("select count(*) from kaquan.backend_grant where login = 'festival_app'", "0");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_log_says_who_did_what_and_why),
        cmocka_unit_test(the_log_speaks_chinese),
        cmocka_unit_test(the_filter_finds_a_person_an_action_an_object),
        cmocka_unit_test(an_act_opens_as_what_stood_there_before_and_after),
        cmocka_unit_test(the_chain_is_tested_by_a_key_also_while_locked),
        cmocka_unit_test(another_person_confirms_or_withdraws_a_request),
        cmocka_unit_test(settings_say_where_we_are_and_what_may_be_done),
        cmocka_unit_test(a_right_that_is_missing_comes_with_the_command_that_grants_it),
        cmocka_unit_test(settings_speak_chinese),
        cmocka_unit_test(a_setting_of_the_site_is_changed_with_its_meaning_beside_it),
        cmocka_unit_test(a_backend_is_let_in_and_sent_away),
    };

    return cmocka_run_group_tests(tests, scene, test_teardown);
}
