/* The terminal is gone, whatever the console does: it ends at once, and keeps what was typed. */
#include "operator.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const struct test_screen_run english = {0};
enum { HUNG_UP = 128 + SIGTERM };

static char home[] = "/tmp/kaquan-hangup.XXXXXX"; /* drafts are kept there */

static int scene(void **state) {
    test_setup(state);
    assert_non_null(mkdtemp(home));
    setenv("XDG_STATE_HOME", home, 1);
    test_sql(NULL, "set search_path = kaquan; insert into account (key, appid) values ('festival', 'wx1234567890');"
                   "insert into template (account_id, key, card_type, title, body, code_mode, status, card_id, stock,"
                   " pool_target, pool_low) values (1, 'gala', 'MEETING_TICKET', 'Summer gala', '{}', 'merchant',"
                   " 'approved', 'gala', 50000, 9000, 2000)");
    return 0;
}

static int clear_away(void **state) {
    char draft[64];

    snprintf(draft, sizeof(draft), "%s/kaquan/drafts/gala.json", home);
    assert_int_equal(unlink(draft), 0);
    *strrchr(draft, '/') = '\0';
    rmdir(draft);
    *strrchr(draft, '/') = '\0';
    rmdir(draft);
    rmdir(home);
    return test_teardown(state);
}

static void assert_ends(struct test_screen *s) {
    test_screen_hang_up(s);
    assert_int_equal(test_screen_end(s), HUNG_UP);
}

TEST(it_ends_when_its_terminal_is_closed) {
    AUTO_SCREEN struct test_screen *s = operator_at(&english, "pools");

    test_screen_until(s, "Summer gala");
    assert_ends(s);
}

TEST(it_ends_while_a_statement_runs) {
    AUTO_SCREEN struct test_screen *s = operator_at(&english, "pools");

    test_screen_until(s, "Summer gala");
    test_sql(NULL, "begin; lock table kaquan.template in access exclusive mode");
    test_screen_until(s, "db WAITS");
    assert_ends(s);
    test_sql(NULL, "rollback");
}

/* A dialog, a filter, a text that is pasted, half a key. */
TEST(it_ends_whatever_was_begun) {
    static const char *const begun[] = {"?", ":", "!", "/sum", "\x1b[200~a text", "\x1b["};

    for (size_t i = 0; i < ARRAY_LEN(begun); i++) {
        AUTO_SCREEN struct test_screen *s = operator_at(&english, "pools");

        test_screen_until(s, "Summer gala");
        test_screen_keys(s, begun[i]);
        assert_ends(s);
    }
}

/* The command of kaquan-worker waits for a lock; it is ended, too. */
TEST(it_ends_while_an_act_runs) {
    AUTO_SCREEN struct test_screen *s = operator_at(&english, "pools");

    operator_unlocks(s);
    test_screen_until(s, "Summer gala");
    test_sql(NULL, "begin; lock table kaquan.job in access exclusive mode");
    test_screen_keys(s, "F");
    test_screen_until(s, "pool fill gala");
    test_screen_keys(s, CTRL_S);
    test_screen_until(s, "Ctrl-C ends it");
    assert_ends(s);
    test_sql(NULL, "rollback");
    assert_becomes("select count(*) from pg_stat_activity where application_name = 'kaquan-worker'", "0");
}

TEST(it_ends_when_it_was_stopped_meanwhile) {
    AUTO_SCREEN struct test_screen *s = operator_at(&english, "pools");

    test_screen_until(s, "Summer gala");
    test_screen_signal(s, SIGSTOP);
    test_screen_hang_up(s);
    test_screen_signal(s, SIGCONT);
    assert_int_equal(test_screen_end(s), HUNG_UP);
}

static int without_a_signal(void *context UNUSED) {
    signal(SIGHUP, SIG_IGN);
    ioctl(STDIN_FILENO, TIOCNOTTY);
    return execl(test_path("KAQUAN_CONSOLE"), "kaquan", "--screen", "pools", (char *)NULL);
}

/* Of a terminal that does not control the process no signal comes. */
TEST(it_ends_when_no_signal_tells_it) {
    static const char *const begun[] = {"", "?", "\x1b[200~a text"};

    for (size_t i = 0; i < ARRAY_LEN(begun); i++) {
        AUTO_SCREEN struct test_screen *s = test_screen_call(&english, without_a_signal, NULL);

        test_screen_until(s, "Summer gala");
        test_screen_keys(s, begun[i]);
        test_screen_hang_up(s);
        assert_int_equal(test_screen_end(s), 0);
    }
}

TEST(what_was_typed_into_a_form_is_kept) {
    AUTO_SCREEN struct test_screen *s = operator_at(&english, "templates");

    test_screen_until(s, "approved");
    test_screen_keys(s, "e");
    test_screen_until(s, "9 problems");
    test_screen_keys(s, "Typed before the end");
    test_screen_until(s, "changed");
    assert_ends(s);
    test_screen_free(s);
    s = operator_at(&english, "templates");
    test_screen_until(s, "Unsaved draft of gala");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_ends_when_its_terminal_is_closed),
        cmocka_unit_test(it_ends_while_a_statement_runs),
        cmocka_unit_test(it_ends_whatever_was_begun),
        cmocka_unit_test(it_ends_while_an_act_runs),
        cmocka_unit_test(it_ends_when_it_was_stopped_meanwhile),
        cmocka_unit_test(it_ends_when_no_signal_tells_it),
        cmocka_unit_test(what_was_typed_into_a_form_is_kept),
    };

    return cmocka_run_group_tests(tests, scene, clear_away);
}
