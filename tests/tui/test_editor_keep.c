/* What is typed into the form of a template is never lost: not to somebody else, a signal, or a save that fails. */
#include "editor.h"

#include <signal.h>

/* A draft, as a person makes it. */
static int scene(void **state) {
    struct test_screen *s;

    rehearse(state);
    alone(state);
    s = console(&english, "--screen", "templates");
    operator_unlocks(s);
    test_screen_keys(s, "n");
    test_screen_until(s, "10 problems");
    test_screen_keys(s, FILLED("qiu", "秋季当代艺术展") CTRL_S);
    test_screen_until(s, "template qiu is saved, version 1");
    test_screen_free(s);
    return 0;
}

static struct test_screen *edit_qiu(void) {
    struct test_screen *s = console(&english, "--screen", "templates");

    operator_unlocks(s);
    test_screen_until_both(s, "qiu", "draft");
    test_screen_keys(s, "e");
    test_screen_until_both(s, "title  ", "of 27 bytes");
    return s;
}

/* Somebody else writes the title. */
static void meanwhile(const char *title) {
    const char *path = rehearsal_file("meanwhile.json");
    char line[300];
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    fputs(test_sql(NULL,
                   "select jsonb_set(body, '{card,scenic_ticket,base_info,title}', '\"%s\"') from kaquan.template"
                   " where key = 'qiu'",
                   title),
          file);
    fclose(file);
    snprintf(line, sizeof(line), "template import %s --account fest --key qiu", path);
    rehearsal_worker(0, line);
}

TEST(a_lost_race_shows_both_values_and_asks_again) {
    AUTO_SCREEN struct test_screen *s = edit_qiu();

    test_screen_keys(s, CTRL_U "Mine");
    test_screen_until_both(s, "title  ", "4 of 27 bytes");
    meanwhile("Theirs");
    test_screen_until_both(s, "[Mine", "! theirs: Theirs");
    test_screen_keys(s, CTRL_S);
    test_screen_until(s, "title: yours \"Mine\", theirs \"Theirs\"");
    assert_string_equal(test_sql(NULL, "select title from kaquan.template where key = 'qiu'"), "Theirs");
    test_screen_keys(s, "y");
    test_screen_until(s, "template qiu is saved");
    assert_string_equal(test_sql(NULL, "select title from kaquan.template where key = 'qiu'"), "Mine");
}

TEST(theirs_is_taken_with_a_key) {
    AUTO_SCREEN struct test_screen *s = edit_qiu();

    test_screen_keys(s, CTRL_U "Mine again");
    test_screen_until_both(s, "title  ", "10 of 27 bytes");
    meanwhile("Theirs again");
    test_screen_until(s, "! theirs: Theirs again");
    test_screen_keys(s, "\x14");
    test_screen_until_gone(s, "! theirs");
    test_screen_until_both(s, "title  ", "[Theirs again");
}

static const char *kept_file(void) {
    static char path[300];

    snprintf(path, sizeof(path), "%s/kaquan/drafts/qiu.json", getenv("XDG_STATE_HOME"));
    return path;
}

static bool is_kept(void *text) {
    char kept[20000] = "";
    FILE *file = fopen(kept_file(), "re");
    size_t len = file ? fread(kept, 1, sizeof(kept) - 1, file) : 0;

    if (file)
        fclose(file);
    kept[len] = '\0';
    return strstr(kept, text) != NULL;
}

TEST(a_form_is_restored_after_the_console_was_killed) {
    AUTO_SCREEN struct test_screen *s = edit_qiu(), *again = NULL;

    test_screen_keys(s, CTRL_U "写了一半");
    test_wait_until(is_kept, (void *)(uintptr_t) "写了一半", SOON_SECONDS);
    test_screen_signal(s, SIGKILL);
    assert_int_equal(test_screen_end(s), 128 + SIGKILL);
    again = console(&english, "--screen", "templates");
    test_screen_until_both(again, "Unsaved draft of qiu from", "restore?");
    test_screen_keys(again, "\r");
    test_screen_until_both(again, "*title", "[写了一半");
    test_screen_until(again, "qiu, changed");
    give_up(again, "The form was changed", "throw");
    assert_false(is_kept("写了一半"));
}

TEST(a_form_is_kept_when_its_terminal_goes) {
    AUTO_SCREEN struct test_screen *s = edit_qiu();

    test_screen_keys(s, CTRL_U "Hung up");
    test_screen_idle(s);
    test_screen_signal(s, SIGHUP);
    assert_int_equal(test_screen_end(s), 128 + SIGTERM);
    assert_true(is_kept("Hung up"));
}

TEST(a_form_that_is_left_is_kept_and_offered_when_it_is_opened) {
    AUTO_SCREEN struct test_screen *s = edit_qiu();

    test_screen_keys(s, CTRL_U "Later");
    give_up(s, "The form was changed", "kept");
    test_screen_until(s, "STATUS");
    test_screen_keys(s, "e");
    test_screen_until_both(s, "Unsaved draft from", "restore?");
    test_screen_keys(s, "\r");
    test_screen_until_both(s, "*title", "[Later");
    give_up(s, "The form was changed", "throw");
}

/* More than a pipe holds by itself. */
TEST(a_long_template_is_saved_whole) {
    AUTO_SCREEN struct test_screen *s = NULL;

    test_sql(
        NULL,
        "update kaquan.template set body = jsonb_set(body, '{card,scenic_ticket,advanced_info}',"
        " jsonb_build_object('text_image_list', (select jsonb_agg(jsonb_build_object('image_url',"
        " 'http://mmbiz.qpic.cn/a/0', 'text', repeat('展', 160))) from generate_series(1, 180)))) where key = 'qiu'");
    s = edit_qiu();
    test_screen_keys(s, CTRL_U "Long" CTRL_S);
    test_screen_until(s, "template qiu is saved");
    assert_string_equal(test_sql(NULL,
                                 "select title || jsonb_array_length(body #> '{card,scenic_ticket,advanced_info,"
                                 "text_image_list}') from kaquan.template where key = 'qiu'"),
                        "Long180");
}

/* What was typed is kept here when the session may not write, or WeChat would not take it. */
TEST(a_save_that_cannot_be_is_kept_and_says_so) {
    AUTO_SCREEN struct test_screen *s = edit_qiu();

    test_screen_keys(s, CTRL_U CTRL_S);
    test_screen_until(s, "kept on this host; the database takes it without problems: F8 shows 1");
    assert_true(is_kept("\"base_info.title\":\"\""));
    assert_string_equal(test_sql(NULL, "select title from kaquan.template where key = 'qiu'"), "Theirs again");
    give_up(s, "The form was changed", "throw");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_lost_race_shows_both_values_and_asks_again, alone),
        cmocka_unit_test_setup(theirs_is_taken_with_a_key, alone),
        cmocka_unit_test_setup(a_form_is_restored_after_the_console_was_killed, alone),
        cmocka_unit_test_setup(a_form_is_kept_when_its_terminal_goes, alone),
        cmocka_unit_test_setup(a_form_that_is_left_is_kept_and_offered_when_it_is_opened, alone),
        cmocka_unit_test_setup(a_save_that_cannot_be_is_kept_and_says_so, alone),
        cmocka_unit_test_setup(a_long_template_is_saved_whole, alone),
    };

    return cmocka_run_group_tests_name("nothing is lost", tests, scene, rehearsal_end);
}
