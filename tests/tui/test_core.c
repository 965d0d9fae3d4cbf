/* What is the same on every screen: the lock, questions before acts, palette, filter, cursor, marks, export. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "operator.h"

#define console(...)                                                                                                 \
    test_screen_start(&(struct test_screen_run){.rows = 30, .columns = 120}, test_path("KAQUAN_CONSOLE"),            \
                      (const char *const[]){__VA_ARGS__, NULL})

/* Jobs that have failed, and three pools that are short, the first one most of all. */
static int scene(void **state) {
    test_setup(state);
    test_sql(NULL,
             "set search_path = kaquan; insert into account (key, appid) values ('festival', 'wx1234567890');"
             "insert into template (account_id, key, card_type, title, body, code_mode, status, card_id, stock,"
             " pool_target, pool_low) select 1, k, 'MEETING_TICKET', initcap(k), '{}', 'merchant', 'approved', k,"
             " 50000, 100 * n, 10 from (values ('alpha', 1), ('beta', 2), ('gamma', 3)) v (k, n);"
             "insert into job (kind, account_id, state, errcode, error_text) select 'whitelist_check', 1, 'failed',"
             " 40164, 'invalid ip 203.0.113.' || n from generate_series(7, 9) as n");
    return 0;
}

static const char *state_of(const char *text) {
    return test_sql(NULL, "select state from kaquan.job where error_text like '%%%s' or id = 0", text);
}

TEST(a_locked_session_does_nothing_and_says_how_it_is_unlocked) {
    AUTO_SCREEN struct test_screen *s = console("--screen", "jobs");

    test_screen_until(s, "203.0.113.9");
    test_screen_keys(s, "R");
    test_screen_until(s, "locked: ! unlocks");
    test_screen_keys(s, "a");
    test_screen_until_both(s, "queue the job again", "locked: ! unlocks");
    test_screen_keys(s, "\r");
    test_screen_until_gone(s, "What can be done here");
    assert_string_equal(state_of(".9"), "failed");
}

TEST(an_act_is_asked_for_with_its_command_and_enter_alone_cancels) {
    AUTO_SCREEN struct test_screen *s = console("--screen", "jobs");

    test_screen_until(s, "203.0.113.9");
    operator_unlocks(s);
    test_screen_keys(s, "R");
    test_screen_until(s, "$ kaquan-worker job retry 3");
    test_screen_keys(s, "\r");
    test_screen_until_gone(s, "$ kaquan-worker");
    assert_string_equal(state_of(".9"), "failed");
    test_screen_keys(s, "R");
    test_screen_until(s, "$ kaquan-worker job retry 3");
    test_screen_keys(s, "y");
    test_screen_until_both(s, "whitelist_check", "queued");
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.audit_log where action = 'job_retry'"), 1);
}

TEST(production_is_named_and_its_name_must_be_typed) {
    AUTO_SCREEN struct test_screen *s = NULL;

    test_sql(NULL, "update kaquan.site set environment = 'PROD gz'");
    s = console("--screen", "pools");
    test_screen_until_both(s, "kaquan", "[PROD gz ");
    test_screen_keys(s, "!");
    test_screen_until(s, "PRODUCTION PROD gz");
    test_screen_keys(s, "\tPROD g\x13");
    test_screen_until(s, "is not what is asked for");
    test_screen_keys(s, "z\x13");
    test_screen_until(s, "WRITE");
    test_screen_keys(s, "!");
    test_screen_until(s, "LOCKED");
    test_sql(NULL, "update kaquan.site set environment = ''");
}

TEST(a_session_without_keys_locks_itself_again) {
    AUTO_SCREEN struct test_screen *s = console("--screen", "pools");

    test_screen_until(s, "Alpha");
    test_screen_keys(s, "!");
    test_screen_until(s, "Minutes");
    test_screen_keys(s, "\x15"
                        "0.02\x13");
    test_screen_until(s, "locked again");
    test_screen_until(s, "LOCKED");
}

TEST(a_session_that_reads_only_cannot_be_unlocked) {
    AUTO_SCREEN struct test_screen *s = console("--read-only");

    test_screen_until(s, "READ-ONLY");
    test_screen_keys(s, "!");
    test_screen_until(s, "this session only reads");
}

TEST(the_palette_finds_screens_by_a_part_of_their_name) {
    AUTO_SCREEN struct test_screen *s = console("--screen", "pools");

    test_screen_until(s, "Alpha");
    test_screen_keys(s, ":messag\r");
    test_screen_until(s, "[Messages]");
    test_screen_keys(s, ":");
    test_screen_until(s, "Go to, or do");
    test_screen_keys(s, "nosuchthing\x1b");
    test_screen_until_gone(s, "Go to, or do");
    test_screen_keys(s, "-");
    test_screen_until(s, "Alpha");
}

TEST(the_filter_shows_what_matches_and_esc_clears_it) {
    AUTO_SCREEN struct test_screen *s = console("--screen", "jobs");

    test_screen_until(s, "203.0.113.9");
    test_screen_keys(s, "/113.8\r");
    test_screen_until_gone(s, "203.0.113.9");
    test_screen_until(s, "203.0.113.8");
    test_screen_keys(s, "/zz\r");
    test_screen_until(s, "Nothing matches \"113.8zz\"");
    test_screen_keys(s, "\x1b");
    test_screen_until(s, "203.0.113.9");
}

/* The list is sorted by what is missing most: gamma comes up, and the cursor goes with it. */
TEST(the_cursor_stays_on_its_row_when_the_order_changes) {
    AUTO_SCREEN struct test_screen *s = console("--screen", "pools");

    test_screen_until(s, "Gamma");
    test_screen_keys(s, "G");
    test_screen_until_both(s, ">", "Gamma");
    test_sql(NULL, "update kaquan.template set status = 'draft' where key = 'alpha'");
    test_screen_until_both(s, "Alpha", "draft");
    test_screen_until_both(s, ">", "Gamma");
    test_screen_keys(s, "sTEMPL\r");
    test_screen_until_both(s, ">", "Gamma");
    test_sql(NULL, "update kaquan.template set status = 'approved' where key = 'alpha'");
}

TEST(marks_stay_with_their_rows_and_are_what_is_written) {
    AUTO_SCREEN struct test_screen *s = console("--screen", "pools");
    AUTO_BUF struct buf path = {0}, keys = {0};
    char written[2000] = "";
    FILE *file;

    buf_printf(&path, "/tmp/kaquan-export-%d.csv", (int)getpid());
    test_screen_until(s, "Gamma");
    test_screen_keys(s, "g  "); /* the first two */
    test_screen_until(s, "2 marked");
    test_screen_keys(s, "x");
    test_screen_until(s, "the 2 marked rows");
    buf_printf(&keys, "\x15%s\x13", buf_str(&path));
    test_screen_keys(s, buf_str(&keys));
    test_screen_until(s, "bytes written");
    file = fopen(buf_str(&path), "re");
    assert_non_null(file);
    written[fread(written, 1, sizeof(written) - 1, file)] = '\0';
    fclose(file);
    unlink(buf_str(&path));
    assert_non_null(strstr(written, "\"title\""));
    assert_non_null(strstr(written, "\"Alpha\""));
    assert_non_null(strstr(written, "\"Beta\""));
    assert_null(strstr(written, "\"Gamma\""));
    test_screen_keys(s, "\x1b");
    test_screen_until_gone(s, "2 marked");
}

TEST(columns_and_filters_are_remembered) {
    char home[] = "/tmp/kaquan-state.XXXXXX";
    AUTO_BUF struct buf remove = {0};
    struct test_screen *s;

    assert_non_null(mkdtemp(home));
    setenv("XDG_STATE_HOME", home, 1);
    s = console("--screen", "jobs");
    test_screen_until(s, "PROGRESS / ERROR");
    test_screen_keys(s, "cOBJ\r");
    test_screen_until_both(s, "[ ]", "OBJECT");
    test_screen_keys(s, "\x1b/113.8\r");
    test_screen_until_gone(s, "113.9");
    test_screen_keys(s, ":save eight\r");
    test_screen_until(s, "saved: /@eight");
    test_screen_free(s);
    s = console("--screen", "jobs");
    test_screen_until(s, "113.9");
    test_screen_until_gone(s, "OBJECT");
    test_screen_keys(s, "/@eight\r");
    test_screen_until_gone(s, "113.9");
    test_screen_until(s, "113.8");
    test_screen_free(s);
    buf_printf(&remove, "rm -rf '%s'", home);
    assert_int_equal(system(buf_str(&remove)), 0);
    unsetenv("XDG_STATE_HOME");
}

TEST(a_paste_outside_of_a_field_does_nothing) {
    AUTO_SCREEN struct test_screen *s = console("--screen", "jobs");

    test_screen_until(s, "203.0.113.9");
    operator_unlocks(s);
    test_screen_keys(s, "\x1b[200~RyKyq\n\x1b[201~");
    test_screen_until(s, "pasted outside of a field");
    assert_string_equal(state_of(".9"), "failed");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_locked_session_does_nothing_and_says_how_it_is_unlocked, scene,
                                        test_teardown),
        cmocka_unit_test_setup_teardown(an_act_is_asked_for_with_its_command_and_enter_alone_cancels, scene,
                                        test_teardown),
        cmocka_unit_test_setup_teardown(production_is_named_and_its_name_must_be_typed, scene, test_teardown),
        cmocka_unit_test_setup_teardown(a_session_without_keys_locks_itself_again, scene, test_teardown),
        cmocka_unit_test_setup_teardown(a_session_that_reads_only_cannot_be_unlocked, scene, test_teardown),
        cmocka_unit_test_setup_teardown(the_palette_finds_screens_by_a_part_of_their_name, scene, test_teardown),
        cmocka_unit_test_setup_teardown(the_filter_shows_what_matches_and_esc_clears_it, scene, test_teardown),
        cmocka_unit_test_setup_teardown(the_cursor_stays_on_its_row_when_the_order_changes, scene, test_teardown),
        cmocka_unit_test_setup_teardown(marks_stay_with_their_rows_and_are_what_is_written, scene, test_teardown),
        cmocka_unit_test_setup_teardown(columns_and_filters_are_remembered, scene, test_teardown),
        cmocka_unit_test_setup_teardown(a_paste_outside_of_a_field_does_nothing, scene, test_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
