/* The gates as an operator sees them: who was let in, who was not, and what is changed about it. */
#include "operator.h"

static const struct test_screen_run english = {0}, chinese = {.lang = "zh_CN.UTF-8"},
                                    wide = {.rows = 36, .columns = 120};

/* The newest scan was refused, the one before let in. 5 entries in the last minute. */
static int scene(void **state) {
    test_setup(state);
    test_sql(NULL,
             "set search_path = kaquan; insert into account (key, appid) values ('festival', 'wx1234567890');"
             "insert into template (account_id, key, card_type, title, body, code_mode, status, card_id)"
             " values (1, 'adult', 'MEETING_TICKET', 'Adult', '{}', 'merchant', 'approved', 'c1');"
             "insert into gate_grant (login, account_id) values ('gate_north', 1);"
             "insert into ticket_scan (at, template_id, entries, verdict, scan_id, request_id, code, gate) values"
             " (now(), 1, 1, 'used_up', 'scan-2', null, '603184207551', 'north'),"
             " (now() - interval '1 min', 1, 1, 'admitted', 'scan-1', null, '603184207551', 'north');"
             "insert into stat_minute (template_id, minute, entries)"
             " select 1, date_trunc('minute', now()) - interval '1 min' * n, 5 from generate_series(1, 3) n");
    return 0;
}

TEST(scans_are_shown_with_their_answers_the_refused_ones_too) {
    AUTO_SCREEN struct test_screen *s = operator_at(&english, "gates");

    assert_row(s, "used_up", "adult", "603184207551", "north", "1");
    assert_row(s, "admitted", "adult", "603184207551", "north", "1");
    assert_row(s, "TIME", "TEMPLATE", "CODE", "GATE", "ANSWER", "IN", "NOTES");
    test_screen_until(s, "Rules and entries");
    assert_row(s, "gate_north", "festival", "NO: the server has none");
}

TEST(a_wide_window_says_what_an_answer_means_and_plots_the_entries) {
    AUTO_SCREEN struct test_screen *s = operator_at(&wide, "gates");

    assert_row(s, "used_up", "all entries are used", "scan-2");
    test_screen_until_both(s, "adult", "█");
}

TEST(gates_speak_chinese) {
    AUTO_SCREEN struct test_screen *s = operator_at(&chinese, "gates");

    assert_row(s, "次数用尽", "603184207551");
    assert_row(s, "入场", "603184207551");
    test_screen_until(s, "规则与入场");
    test_screen_until(s, "闸机登录名");
}

/* As they are typed, wherever the server stands. */
TEST(the_moments_of_a_rule_are_those_of_the_event) {
    static const struct test_screen_run widest = {.rows = 36, .columns = 200};
    test_sql(NULL, "update kaquan.gate_rule set first_at = '2026-12-01T00:00Z', last_at = '2026-12-31T14:00Z'");
    AUTO_SCREEN struct test_screen *s = operator_at(&widest, "gates");

    assert_row(s, "FROM", "UNTIL");
    assert_row(s, "12-01 08:00:00", "12-31 22:00:00");
}

static struct test_screen *unlocked_gates(void) {
    struct test_screen *s = operator_at(&english, "gates");

    operator_unlocks(s);
    test_screen_until(s, "admitted");
    return s;
}

TEST(an_entry_is_annulled_with_a_reason_and_a_refusal_cannot_be) {
    AUTO_SCREEN struct test_screen *s = unlocked_gates();

    test_screen_keys(s, "X");
    test_screen_until(s, "a refused scan counts nothing");
    test_screen_keys(s, "jX");
    test_screen_until(s, "gate annul adult scan-1");
    test_screen_keys(s, "the turnstile did not open" CTRL_S);
    assert_becomes("select annulled from kaquan.ticket_scan where scan_id = 'scan-1'", "t");
    assert_row(s, "admitted", "annulled");
    test_screen_keys(s, "X");
    test_screen_until(s, "it was annulled before");
}

TEST(a_rule_is_changed_for_the_template_under_the_cursor) {
    AUTO_SCREEN struct test_screen *s = unlocked_gates();

    test_screen_keys(s, "e");
    test_screen_until_both(s, "Template", "adult");
    test_screen_keys(s, TAB " " TAB "2" CTRL_S); /* the second rule: per_day */
    assert_becomes("select entries || ' ' || per_day from kaquan.gate_rule where template_key = 'adult'", "1 2");
    assert_row(s, "ENTRIES", "A DAY");
}

TEST(a_login_is_let_in_and_sent_away) {
    AUTO_SCREEN struct test_screen *s = unlocked_gates();

    test_screen_keys(s, "n");
    test_screen_until(s, "gate add");
    test_screen_keys(s, "gate_south" TAB "festival" CTRL_S);
    assert_becomes("select count(*) from kaquan.gate_grant where login = 'gate_south'", "1");
    test_screen_until(s, "gate_south");
    test_screen_keys(s, ESC);
    test_screen_until(s, "Logins of gates");
    test_screen_keys(s, "K");
    test_screen_until(s, "gate remove");
    test_screen_keys(s, "gate_south" TAB "festival" CTRL_S);
    assert_becomes("select count(*) from kaquan.gate_grant where login = 'gate_south'", "0");
}

TEST(a_scan_whose_name_looks_like_an_option_is_annulled) {
    AUTO_SCREEN struct test_screen *s = NULL;

    test_sql(NULL, "update kaquan.ticket_scan set scan_id = '--json', annulled = false where scan_id = 'scan-1'");
    s = unlocked_gates();
    test_screen_keys(s, "jX");
    test_screen_until(s, "gate annul adult --reason=<Reason> -- --json");
    test_screen_keys(s, "twice" CTRL_S);
    assert_becomes("select annulled from kaquan.ticket_scan where scan_id = '--json'", "t");
}

TEST(a_locked_session_annuls_nothing) {
    AUTO_SCREEN struct test_screen *s = operator_at(&english, "gates");

    test_screen_until(s, "admitted");
    test_screen_keys(s, "jX");
    test_screen_until(s, "! unlocks");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scans_are_shown_with_their_answers_the_refused_ones_too),
        cmocka_unit_test(a_wide_window_says_what_an_answer_means_and_plots_the_entries),
        cmocka_unit_test(gates_speak_chinese),
        cmocka_unit_test(the_moments_of_a_rule_are_those_of_the_event),
        cmocka_unit_test(a_locked_session_annuls_nothing),
        cmocka_unit_test(an_entry_is_annulled_with_a_reason_and_a_refusal_cannot_be),
        cmocka_unit_test(a_rule_is_changed_for_the_template_under_the_cursor),
        cmocka_unit_test(a_scan_whose_name_looks_like_an_option_is_annulled),
        cmocka_unit_test(a_login_is_let_in_and_sent_away),
    };

    return cmocka_run_group_tests(tests, scene, test_teardown);
}
