/* Moving about: panes, logs, columns, and back along the way that one came. */
#include "operator.h"

static const struct test_screen_run english = {0}, large = {.rows = 40, .columns = 120};

static int scene(void **state) {
    test_setup(state);
    test_sql(
        NULL,
        "set search_path = kaquan; insert into account (key, appid) values ('festival', 'wx1234567890');"
        "insert into template (account_id, key, card_type, title, body, code_mode, status, card_id, stock,"
        " pool_target, pool_low) values (1, 'gala', 'MEETING_TICKET', 'Summer gala', '{}', 'merchant',"
        " 'approved', 'gala', 50000, 9000, 2000), (1, 'late', 'MEETING_TICKET', 'Late show', '{}', 'merchant',"
        " 'approved', 'late', 50000, 9000, 2000);"
        "insert into job (kind, account_id, state, error_class, error_text) values ('prune', 1, 'failed', 'host',"
        " 'a long story that ends far outside of the screen, behind all that has room in eighty columns: THE END');"
        "insert into job (kind, account_id, state) values ('pool_fill', 1, 'done');"
        "insert into job_log (job_id, level, text, at) select 2, 'info', case n when 3 then 'the disk is slow'"
        " when 40 then 'the disk is full, and what is to be said of it takes more than one line of a screen with"
        " eighty columns, up to LINE-END' else 'line ' || n end, timestamptz '2026-11-20 10:00Z' + n * interval '1 s'"
        " from generate_series(1, 60) n");
    return 0;
}

/* --- the panes of a screen --- */

TEST(tab_leads_to_the_panes_of_the_dash_and_enter_opens_what_is_there) {
    AUTO_SCREEN struct test_screen *s = operator_at(&large, "dash");

    test_screen_until_both(s, "Late show", "9 000 ····");
    test_screen_keys(s, TAB);
    test_screen_until(s, "[Tickets]");
    test_screen_keys(s, TAB);
    test_screen_until(s, "[Pools, what ends first]");
    test_screen_keys(s, "\x1b[Z");
    test_screen_until(s, "[Tickets]");
    test_screen_keys(s, TAB "j");
    test_screen_until_both(s, ">", "Late show");
    test_screen_keys(s, ENTER);
    test_screen_until(s, "> Pool late");
}

TEST(the_keys_move_in_the_active_pane_alone) {
    AUTO_SCREEN struct test_screen *s = operator_at(&english, "jobs");

    test_screen_until_both(s, ">", "pool_fill");
    test_screen_keys(s, TAB "j");
    test_screen_until(s, "[Due next]");
    test_screen_idle(s);
    test_screen_until_both(s, ">", "pool_fill");
    test_screen_keys(s, TAB "j");
    test_screen_until_gone(s, "[Due next]");
    test_screen_until_both(s, ">", "prune ");
}

/* --- a log --- */

static struct test_screen *log_of_job(void) {
    struct test_screen *job = operator_at(&english, "jobs");

    test_screen_until_both(job, ">", "pool_fill");
    test_screen_keys(job, ENTER);
    test_screen_until(job, "line 60");
    return job;
}

TEST(a_log_is_scrolled_back_and_follows_again_at_its_end) {
    AUTO_SCREEN struct test_screen *s = log_of_job();

    test_screen_keys(s, TAB "g");
    test_screen_until(s, "the disk is slow");
    test_screen_until_gone(s, "line 60");
    test_sql(NULL, "insert into kaquan.job_log (job_id, level, text) values (2, 'warn', 'line 61')");
    test_screen_keys(s, "G");
    test_screen_until(s, "line 61");
    test_sql(NULL, "insert into kaquan.job_log (job_id, level, text) values (2, 'warn', 'line 62')");
    test_screen_until(s, "line 62");
}

TEST(a_log_is_searched) {
    AUTO_SCREEN struct test_screen *s = log_of_job();

    test_screen_keys(s, "/DISK" ENTER);
    test_screen_until(s, "1 of 2");
    test_screen_until(s, "the disk is slow");
    test_screen_keys(s, "n");
    test_screen_until(s, "2 of 2");
    test_screen_until(s, "the disk is full");
    test_screen_keys(s, "n");
    test_screen_until(s, "1 of 2");
    test_screen_keys(s, "N");
    test_screen_until(s, "2 of 2");
    assert_true(test_screen_cell(s, test_screen_until(s, "the disk is full"), 30).reverse);
    test_screen_keys(s, "/tape" ENTER);
    test_screen_until(s, "\"tape\" is not there");
}

TEST(lines_of_a_log_are_shown_whole) {
    AUTO_SCREEN struct test_screen *s = log_of_job();

    test_screen_keys(s, "/full" ENTER);
    test_screen_until(s, "the disk is full");
    test_screen_keys(s, "w");
    test_screen_until(s, "LINE-END");
    test_screen_keys(s, "w");
    test_screen_until_gone(s, "LINE-END");
}

TEST(the_help_is_searched) {
    AUTO_SCREEN struct test_screen *s = operator_at(&english, "jobs");

    test_screen_until(s, "pool_fill");
    test_screen_keys(s, "?/paint" ENTER);
    assert_true(test_screen_cell(s, test_screen_until(s, "paint the screen again"), 20).reverse);
    test_screen_keys(s, "/nowhere at all" ENTER);
    test_screen_until(s, "is not there");
    test_screen_keys(s, "?");
    test_screen_until_gone(s, "paint the screen again");
}

/* --- columns and rows --- */

TEST(columns_without_room_are_scrolled_to_and_the_first_stays) {
    AUTO_SCREEN struct test_screen *s = operator_at(&english, "jobs");

    test_screen_until(s, "a long sto");
    test_screen_keys(s, "w");
    test_screen_until_both(s, "ID", ">");
    test_screen_keys(s, "lllllll");
    test_screen_until_both(s, "< ID", "PROGRESS / ERROR");
    test_screen_until_gone(s, "KIND ");
    test_screen_keys(s, "hhhhhhh");
    test_screen_until_both(s, "ID", "KIND");
}

TEST(the_whole_row_is_shown_below) {
    AUTO_SCREEN struct test_screen *s = operator_at(&english, "jobs");

    test_screen_until(s, "a long sto");
    test_screen_keys(s, "jww");
    test_screen_until(s, "The whole row");
    test_screen_until(s, "THE END");
    test_screen_keys(s, "w");
    test_screen_until_gone(s, "THE END");
}

/* --- where one was --- */

TEST(brackets_go_back_and_forward_along_the_places) {
    AUTO_SCREEN struct test_screen *s = operator_at(&english, "jobs");

    test_screen_until_both(s, ">", "pool_fill");
    test_screen_keys(s, ENTER);
    test_screen_until(s, "> Job 2");
    test_screen_keys(s, "4");
    test_screen_until(s, "[4 Pools]");
    test_screen_keys(s, "[");
    test_screen_until(s, "> Job 2");
    test_screen_keys(s, "[");
    test_screen_until_gone(s, "> Job 2");
    test_screen_keys(s, "[");
    test_screen_until(s, "nothing lies before this place");
    test_screen_keys(s, "]]");
    test_screen_until(s, "[4 Pools]");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tab_leads_to_the_panes_of_the_dash_and_enter_opens_what_is_there),
        cmocka_unit_test(the_keys_move_in_the_active_pane_alone),
        cmocka_unit_test(a_log_is_scrolled_back_and_follows_again_at_its_end),
        cmocka_unit_test(a_log_is_searched),
        cmocka_unit_test(lines_of_a_log_are_shown_whole),
        cmocka_unit_test(the_help_is_searched),
        cmocka_unit_test(columns_without_room_are_scrolled_to_and_the_first_stays),
        cmocka_unit_test(the_whole_row_is_shown_below),
        cmocka_unit_test(brackets_go_back_and_forward_along_the_places),
    };

    return cmocka_run_group_tests(tests, scene, test_teardown);
}
