/* Codes shown to scan at the console: of one ticket, of those that are marked, larger, in a file. */
#include "operator.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct test_screen_run english = {0}, tall = {.rows = 60, .columns = 130};

/* Tickets M1 .. M5, the newest first. */
static int scene(void **state) {
    test_setup(state);
    test_sql(
        NULL,
        "set search_path = kaquan; insert into account (key, appid) values ('fest', 'wx1234567890');"
        "insert into template (account_id, key, card_type, title, body, code_mode, status, card_id)"
        " values (1, 'adult', 'MEETING_TICKET', 'Adult', '{}', 'merchant', 'approved', 'c1');"
        "insert into ticket (claimed_at, request_id, template_id, code, epoch, signed_at, valid_until, nonce, signature)"
        " select now() - interval '1 min' * n, 'r' || n, 1, 'M' || n, 1, 0, now(), '', '' from generate_series(1, 5) n");
    return 0;
}

static struct test_screen *tickets(const struct test_screen_run *how, const char *filter) {
    return test_screen_start(how, test_path("KAQUAN_CONSOLE"),
                             (const char *const[]){"--screen", "tickets", "--filter", filter, NULL});
}

static int64_t looks_at(const char *code) {
    return test_number(
        NULL, "select count(*) from kaquan.audit_log where action = 'ticket_look' and object = 'ticket adult %s'",
        code);
}

/* With its code drawn. */
static void shows(struct test_screen *s, const char *code) {
    test_screen_until_both(s, "CODE", code);
    test_screen_until(s, "█▀▀▀▀▀█");
}

TEST(a_code_is_shown_to_scan_once_the_audit_log_knows) {
    AUTO_SCREEN struct test_screen *s = tickets(&english, "code:M1,M2");

    test_screen_until(s, "> M1");
    test_screen_keys(s, "i");
    test_screen_until(s, "margin 4");
    test_screen_until(s, "█▀▀▀▀▀█");
    assert_int_equal(looks_at("M1"), 1);
    test_screen_keys(s, "m");
    test_screen_until(s, "margin 2");
    test_screen_keys(s, "n");
    shows(s, "M2");
    assert_int_equal(looks_at("M2"), 1);
    test_screen_keys(s, "n");
    test_screen_until(s, "there is none behind this one");
    test_screen_keys(s, "p");
    shows(s, "M1");
    assert_int_equal(looks_at("M1"), 2);
}

TEST(without_the_right_to_the_audit_log_no_code_is_shown) {
    AUTO_SCREEN struct test_screen *s = tickets(&english, "code:M3");

    test_screen_until(s, "> M3");
    test_sql(NULL, "revoke execute on function kaquan.audit_write from kaquan_worker");
    test_screen_keys(s, "i");
    test_screen_until(s, "audit_write to kaquan_worker");
    test_screen_until_gone(s, "█▀▀▀▀▀█");
    test_sql(NULL, "grant execute on function kaquan.audit_write to kaquan_worker");
}

/* Also those that the filter does not show any more. */
TEST(from_one_marked_ticket_to_the_next_the_audit_log_knows_of_each) {
    AUTO_SCREEN struct test_screen *s = tickets(&english, "code:M*");

    test_screen_until(s, "> M1 ");
    test_screen_keys(s, "j  j "); /* M2, M3, M5 */
    test_screen_until(s, "3 marked");
    test_screen_keys(s, "/\x15"
                        "code:M2,M4" ENTER);
    test_screen_until(s, "2 match");
    test_screen_keys(s, "g");
    test_screen_until_gone(s, "> M4"); /* a mark hides the cursor's sign */
    test_screen_keys(s, "i");
    shows(s, "M2");
    test_screen_until(s, "one of 3 that are marked");
    test_screen_keys(s, "n");
    shows(s, "M3");
    test_screen_keys(s, "n");
    shows(s, "M5");
    assert_int_equal(looks_at("M5"), 1);
    test_screen_keys(s, "n");
    test_screen_until(s, "there is none behind this one");
    test_screen_keys(s, "p");
    shows(s, "M3");
    assert_int_equal(looks_at("M3"), 2);
    assert_int_equal(looks_at("M4"), 0);
    test_screen_keys(s, ESC "G");
    test_screen_until(s, "> M4");
    test_screen_keys(s, "i");
    shows(s, "M4");
    test_screen_keys(s, "n"); /* behind one that is not marked comes the first that is */
    shows(s, "M2");
}

TEST(a_code_grows_as_far_as_it_has_room_and_is_never_cut) {
    AUTO_SCREEN struct test_screen *s = tickets(&tall, "code:M4");

    test_screen_until(s, "> M4 ");
    test_screen_keys(s, "i");
    shows(s, "M4");
    test_screen_until(s, "size 1 of 3");
    test_screen_keys(s, "++");
    test_screen_until(s, "size 3 of 3");
    test_screen_until(s, "█████████████████████"); /* the edge of a corner: 7 modules of 3 */
    test_screen_keys(s, "+");
    test_screen_until(s, "no larger one has room");
    test_screen_resize(s, 24, 80);
    test_screen_until(s, "size 1 of 1");
    shows(s, "M4");
    test_screen_resize(s, 60, 130);
    test_screen_until(s, "size 3 of 3");
    test_screen_keys(s, "-");
    test_screen_until(s, "size 2 of 3");
}

TEST(a_code_is_saved_as_a_picture_of_its_owner_alone_and_overwrites_none) {
    AUTO_SCREEN struct test_screen *s = tickets(&english, "code:M4");
    char path[64], typed[80];
    struct stat file;

    snprintf(path, sizeof(path), "/tmp/kaquan-code-%d.png", (int)getpid());
    snprintf(typed, sizeof(typed), "\x15%s" CTRL_S, path);
    test_screen_until(s, "> M4 ");
    test_screen_keys(s, "i");
    shows(s, "M4");
    test_screen_keys(s, "w");
    test_screen_until(s, "qr-M4.png");
    test_screen_keys(s, typed);
    test_screen_until(s, "bytes written");
    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(file.st_mode & 07777, 0600);
    test_screen_keys(s, "w");
    test_screen_until(s, "qr-M4.png");
    test_screen_keys(s, typed);
    test_screen_until(s, "File exists");
    unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_is_shown_to_scan_once_the_audit_log_knows),
        cmocka_unit_test(without_the_right_to_the_audit_log_no_code_is_shown),
        cmocka_unit_test(from_one_marked_ticket_to_the_next_the_audit_log_knows_of_each),
        cmocka_unit_test(a_code_grows_as_far_as_it_has_room_and_is_never_cut),
        cmocka_unit_test(a_code_is_saved_as_a_picture_of_its_owner_alone_and_overwrites_none),
    };

    return cmocka_run_group_tests(tests, scene, test_teardown);
}
