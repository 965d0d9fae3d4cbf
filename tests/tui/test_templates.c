/* The screens of templates: what they show in both languages, and what is done there by keys. */
#include "operator.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define console(how, ...)                                                                                            \
    test_screen_start(how, test_path("KAQUAN_CONSOLE"), (const char *const[]){__VA_ARGS__, NULL})
static const struct test_screen_run english = {0}, chinese = {.lang = "zh_CN.UTF-8"};
static const struct test_screen_run wide = {.rows = 36, .columns = 120};

static const double SOON_SECONDS = 20;

#define CARD(title, notice)                                                                                                  \
    "{\"card\":{\"card_type\":\"SCENIC_TICKET\",\"scenic_ticket\":{\"ticket_class\":\"x\",\"base_info\":{\"title\":\"" title \
    "\",\"notice\":\"" notice "\",\"date_info\":{\"type\":\"DATE_TYPE_FIX_TIME_RANGE\","                                     \
    "\"begin_timestamp\":1793462400,\"end_timestamp\":1798732799}}}}}"

/* One approved that was changed since, one refused, one paused, one that nobody has sent. */
static int scene(void **state) {
    test_setup(state);
    setenv("XDG_STATE_HOME", "/nowhere", 1); /* nothing was kept */
    test_sql(
        NULL,
        "set search_path = kaquan; insert into account (key, appid) values ('festival', 'wx1234567890');"
        "insert into template (account_id, key, card_type, title, body, code_mode, status, card_id, stock,"
        " refuse_reason, paused) select 1, k, 'SCENIC_TICKET', t, b::jsonb, 'merchant', s, c, 5000, r, p from (values"
        " ('adult', '成人票', '%s', 'approved', 'pAdult', null, false),"
        " ('child', 'Child', '%s', 'refused', 'pChild', 'the brand is not yours: 商户名称不符', false),"
        " ('night', 'Night', '%s', 'approved', 'pNight', null, true),"
        " ('plan', 'Plan', '%s', 'draft', null, null, false)) v (k, t, b, s, c, r, p);"
        "insert into template_revision (template_id, revision, body) select id, 1, '%s' from template where key = 'adult';"
        "insert into template_revision (template_id, revision, body) select id, 1, body from template where key in"
        " ('child', 'night');"
        "insert into stat_minute (template_id, minute, claims, adds, entries) select id, now() - interval '1 day',"
        " 1234, 1200, 7 from template where key = 'adult';"
        "update template set updated_at = '2026-11-20 10:00+00'; update template_revision set sent_at = '2026-11-19 09:00+00'",
        CARD("成人票", "入场出示"), CARD("Child", "n"), CARD("Night", "n"), CARD("Plan", "n"),
        CARD("旧的票", "入场出示"));
    return 0;
}

static struct test_screen *at(const char *key) {
    struct test_screen *s = console(&english, "--screen", "templates");

    test_screen_until(s, "night");
    operator_unlocks(s);
    test_screen_keys(s, "g");
    for (int i = 0; strstr(test_screen_row(s, test_screen_until(s, key)), ">") == NULL; i++) {
        assert_true(i < 4);
        test_screen_keys(s, "j");
        test_screen_until_both(s, ">", (const char *const[]){"plan", "adult", "night", key}[i]);
    }
    test_screen_keys(s, "\r");
    test_screen_until(s, "VERSION");
    test_screen_until_both(s, "KEY", key);
    return s;
}

static bool is_true(void *sql) {
    return strcmp(test_sql(NULL, "select %s", (const char *)sql), "t") == 0;
}

static void until_true(const char *sql) {
    test_wait_until(is_true, (void *)(uintptr_t)sql, SOON_SECONDS);
}

/* --- what is seen --- */

TEST(templates_show_their_state_sales_and_what_was_not_sent) {
    AUTO_SCREEN struct test_screen *s = console(&wide, "--screen", "templates");

    assert_row(s, "adult", "+ adult", "成人票", "approved", "1 234", "5 000", "11-01 .. 2026-12-31", "festival");
    assert_row(s, "child", "refused");
    assert_row(s, "night", "paused");
    assert_row(s, "plan", "draft");
    assert_true(test_screen_until(s, "child") < test_screen_until(s, "adult")); /* it needs somebody */
}

TEST(templates_are_shown_in_chinese_with_the_reason_of_a_refusal_below) {
    AUTO_SCREEN struct test_screen *s = console(&chinese, "--screen", "templates");

    test_screen_until(s, "[2 模板]");
    assert_row(s, "键名", "标题", "状态", "已领", "库存", "有效期");
    assert_row(s, "adult", "成人票", "已通过", "1 234");
    test_screen_until_both(s, "child", "已拒绝");
    test_screen_until(s, "拒绝原因");
    test_screen_until(s, "the brand is not yours: 商户名称不符");
}

TEST(a_template_shows_all_of_it_what_was_sent_and_what_a_push_would_send) {
    AUTO_SCREEN struct test_screen *s = at("adult");

    assert_row(s, "STATUS", "approved");
    assert_row(s, "SOLD", "1 234");
    test_screen_until_both(s, "ENTRIES", "7");
    test_screen_until(s, "What a push would send");
    test_screen_until(s, "title: \"旧的票\" -> \"成人票\"  (review)");
    test_screen_until(s, "WeChat reviews the card again");
    test_screen_resize(s, 36, 120);
    test_screen_until(s, "What was sent");
}

/* --- what is done --- */

TEST(a_push_tells_the_difference_and_the_new_review_before_it_asks) {
    AUTO_SCREEN struct test_screen *s = at("adult");

    test_screen_keys(s, "P");
    test_screen_until(s, "$ kaquan-worker template push adult");
    test_screen_until(s, "[ Push ]");
    test_screen_until(s, "WeChat reviews the card again: no card of it is handed out until then");
    assert_false(is_true("exists (select from kaquan.job where kind = 'template_update')"));
    test_screen_keys(s, "\x13");
    until_true("exists (select from kaquan.job where kind = 'template_update')");
}

TEST(a_draft_is_submitted_with_its_reason) {
    AUTO_SCREEN struct test_screen *s = NULL;

    test_sql(
        NULL,
        "update kaquan.template t set body = jsonb_set(c.body, '{card,scenic_ticket,base_info}',"
        " c.body #> '{card,scenic_ticket,base_info}' || '{\"logo_url\":\"http://mmbiz.qpic.cn/a/0\",\"code_type\":"
        "\"CODE_TYPE_QRCODE\",\"brand_name\":\"b\",\"color\":\"Color030\",\"description\":\"d\","
        "\"sku\":{\"quantity\":5}}') from kaquan.template c where t.key = 'plan' and c.key = 'plan'");
    s = at("plan");
    test_screen_keys(s, "P");
    test_screen_until(s, "$ kaquan-worker template submit plan");
    test_screen_keys(s, "opening\x13");
    until_true("exists (select from kaquan.job where kind = 'template_submit')");
    until_true("exists (select from kaquan.audit_log where action = 'template_submit' and reason = 'opening')");
}

TEST(a_template_is_paused_and_its_pool_is_set) {
    AUTO_SCREEN struct test_screen *s = at("adult");

    test_screen_keys(s, "H");
    test_screen_until(s, "--paused=on");
    test_screen_keys(s, "\x13");
    until_true("(select paused from kaquan.template where key = 'adult')");
    test_screen_until_both(s, "PAUSED", "yes");
    test_screen_keys(s, "H");
    test_screen_until(s, "--paused=off");
    test_screen_keys(s, "\x13");
    until_true("(select not paused from kaquan.template where key = 'adult')");
    test_screen_until_gone(s, "PAUSED");
    test_screen_keys(s, "W");
    test_screen_until(s, "Pool target");
    test_screen_keys(s, "\x15"
                        "777\t\x15"
                        "55\x13");
    until_true("(select (pool_target, pool_low) = (777, 55) from kaquan.template where key = 'adult')");
}

TEST(the_tickets_of_a_template_are_one_key_away) {
    AUTO_SCREEN struct test_screen *s = at("night");

    test_screen_keys(s, "o");
    test_screen_until(s, "[3 Tickets]");
    test_screen_until(s, "template:night");
}

TEST(a_stock_is_raised_by_what_was_said) {
    AUTO_SCREEN struct test_screen *s = at("night");

    test_screen_keys(s, "K");
    test_screen_until(s, "More or fewer");
    test_screen_keys(s, "+250\x13");
    until_true("exists (select from kaquan.template_stock_change where change = 250)");
}

TEST(an_end_for_ever_wants_the_key_typed_and_a_reason) {
    AUTO_SCREEN struct test_screen *s = at("child");

    test_screen_keys(s, "X");
    test_screen_until(s, "This cannot be taken back");
    test_screen_keys(s, "wrong brand\tadult");
    test_screen_until(s, "wakes in");
    test_screen_until_gone(s, "wakes in");
    test_screen_keys(s, "\x13");
    test_screen_until(s, "is not what is asked for");
    assert_false(is_true("exists (select from kaquan.job where kind = 'template_delete')"));
    test_screen_keys(s, "\x15"
                        "child\x13");
    until_true("exists (select from kaquan.job where kind = 'template_delete')");
}

TEST(a_locked_session_changes_nothing) {
    AUTO_SCREEN struct test_screen *s = console(&english, "--screen", "templates");

    test_screen_until(s, "night");
    test_sql(NULL, "create table seen as select count(*) as n from kaquan.audit_log");
    test_screen_keys(s, "ATBO");
    test_screen_until(s, "locked");
    test_screen_keys(s, "\r");
    test_screen_until(s, "VERSION");
    test_screen_keys(s, "PKHFWiCX");
    test_screen_keys(s, "D"); /* needs no unlocking: when it answers, the keys before it have been seen */
    test_screen_until(s, "what differs from what WeChat has now");
    assert_true(is_true("(select n from seen) = (select count(*) from kaquan.audit_log)"));
}

TEST(the_figures_of_some_days_are_shown) {
    AUTO_SCREEN struct test_screen *s = console(&wide, "--screen", "templates");

    test_screen_until(s, "adult");
    test_screen_keys(s, "/adult" ENTER);
    test_screen_until_gone(s, "plan ");
    test_screen_keys(s, ENTER);
    test_screen_until(s, "What was sent");
    test_screen_keys(s, "S");
    test_screen_until(s, "stat show adult day");
    test_screen_keys(s, TAB TAB "today" CTRL_S); /* up to today */
    test_screen_until_both(s, "CLAIMS", "ENTRIES");
    test_screen_until(s, "1234");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_figures_of_some_days_are_shown),
        cmocka_unit_test(templates_show_their_state_sales_and_what_was_not_sent),
        cmocka_unit_test(templates_are_shown_in_chinese_with_the_reason_of_a_refusal_below),
        cmocka_unit_test(a_template_shows_all_of_it_what_was_sent_and_what_a_push_would_send),
        cmocka_unit_test(a_push_tells_the_difference_and_the_new_review_before_it_asks),
        cmocka_unit_test(a_draft_is_submitted_with_its_reason),
        cmocka_unit_test(a_template_is_paused_and_its_pool_is_set),
        cmocka_unit_test(the_tickets_of_a_template_are_one_key_away),
        cmocka_unit_test(a_stock_is_raised_by_what_was_said),
        cmocka_unit_test(an_end_for_ever_wants_the_key_typed_and_a_reason),
        cmocka_unit_test(a_locked_session_changes_nothing),
    };
    return cmocka_run_group_tests_name("templates", tests, scene, test_teardown);
}
