/* Tickets in the console: found, scrolled, looked at, acted upon, with the simulated WeChat behind. */
#include "rehearsal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "operator.h"

enum { MANY = 1000, SOME = 12 };

static const struct test_screen_run english = {0}, chinese = {.lang = "zh_CN.UTF-8"},
                                    wide = {.rows = 36, .columns = 120};

static struct test_screen *tickets(const struct test_screen_run *how, const char *filter) {
    const char *const with[] = {"--screen", "tickets", filter ? "--filter" : NULL, filter, NULL};

    return test_screen_start(how, test_path("KAQUAN_CONSOLE"), with);
}

/* Cards M1 .. of visitors, a minute, then a millisecond, then an hour apart, and c-1 .. that are in wallets at
 * WeChat, the newest of all. */
static struct scene scene;

static int rehearse(void **state UNUSED) {
    rehearsal_begin(60, 120, "--ticket-mode", "overlap");
    rehearsal_account("fest", "33333333333333333333333333333333");
    scene = rehearsal_template("fest", "adult", "merchant", 100, 10);
    rehearsal_fill(&scene);
    for (int i = 1; i <= SOME; i++) {
        char id[24];
        struct answer a;

        snprintf(id, sizeof id, "c-%d", i);
        a = claim(&scene, id);
        assert_string_equal(rehearsal_add(a.card_id, a.card_ext, "oWalletOwner"), "ok");
    }
    test_sql(
        NULL,
        "insert into kaquan.ticket (claimed_at, request_id, template_id, code, openid, epoch, signed_at, valid_until, nonce,"
        " signature, state) select now() - interval '1 day' - interval '1 min' * least(n, 300)"
        " - interval '1 ms' * least(greatest(n - 300, 0), 300) - interval '1 h' * greatest(n - 600, 0), 'r' || n, %" PRId32
        ", 'M' || n,"
        " case n %% 3 when 0 then 'oVisitor' || n %% 30 end, 1, 0, now(), decode(lpad(to_hex(n), 20, '0'), 'hex'), '',"
        " case when n %% 500 = 7 then 'consumed' else 'added' end::kaquan.ticket_state from generate_series(1, %d) n;"
        " analyze kaquan.ticket",
        scene.template_id, MANY);
    return 0;
}

static const char *code_of(int i) {
    char id[24];

    snprintf(id, sizeof id, "c-%d", i);
    return scene_ticket(&scene, id, "t.code");
}

/* What a narrow column leaves of a code. */
static const char *tail_of(int i) {
    const char *code = code_of(i);

    return code + strlen(code) - 5;
}

/* Turns pages until the cursor is on that ticket; each ticket M1 .. must have been on one. */
static void turn_pages(struct test_screen *s, const char *key, const char *until) {
    bool seen[MANY + 1] = {false};
    bool there = false;
    int rows, columns;

    test_screen_size(s, &rows, &columns);
    for (int page = 0; page <= MANY && !there; page++) {
        for (int row = 0; row < rows; row++) {
            const char *text = test_screen_row(s, row), *code = strstr(text, " M");
            int number = code && row > 2 ? (int)strtol(code + 2, NULL, 10) : 0;

            if (number > 0 && number <= MANY)
                seen[number] = true;
            there |= strncmp(text, until, strlen(until)) == 0;
        }
        test_screen_keys(s, key);
        test_screen_idle(s);
    }
    test_screen_until(s, until);
    for (int i = 1; i <= MANY; i++)
        if (!seen[i])
            test_fail("M%d was never shown", i);
}

/* --- finding --- */

TEST(the_newest_tickets_are_shown_with_masked_holders) {
    AUTO_SCREEN struct test_screen *s = tickets(&english, NULL);

    test_screen_until(s, "[3 Tickets]");
    test_screen_until_both(s, "CODE", "HOLDER");
    test_screen_until_both(s, "M1 ", "added");
    test_screen_until_both(s, "M3 ", "oVis..r3");
    test_screen_until(s, "about 1 0");
    test_screen_until(s, "more below");
}

TEST(the_list_speaks_chinese) {
    AUTO_SCREEN struct test_screen *s = tickets(&chinese, NULL);

    test_screen_until_both(s, "券码", "持有人");
    test_screen_until_both(s, "M1 ", "已添加");
    test_screen_until(s, "约 1 0");
}

/* Both ends, and every ticket once on the way: what is loaded are pages around the cursor. */
TEST(a_list_is_scrolled_from_end_to_end) {
    AUTO_SCREEN struct test_screen *s = tickets(&english, "claimed:-30d -request:c*");

    test_screen_until(s, "> M1 ");
    test_screen_keys(s, "G");
    test_screen_until(s, "> M1000");
    test_screen_idle(s);
    turn_pages(s, "\x02", "> M1 ");
    turn_pages(s, "\x06", "> M1000");
    test_screen_keys(s, "g");
    test_screen_until(s, "> M1 ");
}

TEST(the_cursor_stays_on_its_ticket_while_others_come) {
    AUTO_SCREEN struct test_screen *s = tickets(&english, "code:M*");

    test_screen_until(s, "> M1 ");
    test_screen_keys(s, "jj");
    test_screen_until(s, "> M3 ");
    test_sql(
        NULL,
        "insert into kaquan.ticket (request_id, template_id, code, epoch, signed_at, valid_until, nonce, signature)"
        " select 'new' || n, %" PRId32 ", 'MNEW' || n, 1, 0, now(), '\\x00', '' from generate_series(1, 3) n",
        scene.template_id);
    test_screen_keys(s, "r");
    test_screen_until(s, "MNEW1");
    test_screen_until(s, "> M3 ");
    test_screen_keys(s, "g");
    test_screen_until(s, "> MNEW3");
    test_sql(NULL, "delete from kaquan.ticket where request_id like 'new%%'");
}

TEST(a_filter_is_the_servers_and_says_how_many_match) {
    AUTO_SCREEN struct test_screen *s = tickets(&english, NULL);

    test_screen_until(s, "M1 ");
    test_screen_keys(s, "/");
    test_screen_keys(s, "state:consumed claimed:-30d\r");
    test_screen_until(s, "2 match");
    test_screen_until_both(s, "M507", "consumed");
    test_screen_keys(s, "/");
    test_screen_keys(s, "\x15"
                        "stat:void");
    test_screen_until(s, "column 1");
    test_screen_until(s, "did you mean state:?");
    test_screen_keys(s, "\r");
    test_screen_until(s, "/ stat:void");
    test_screen_keys(s, "\x1b");
    test_screen_until(s, "M1 ");
}

/* Deep in the list more is to be loaded, but not for a filter that cannot be asked. */
TEST(a_filter_that_is_wrong_is_not_asked_again_and_again) {
    AUTO_SCREEN struct test_screen *s = tickets(&english, NULL);

    test_screen_until(s, "M1 ");
    test_screen_keys(s, "G");
    test_screen_until(s, "> M1000");
    for (int page = 0; page < 6; page++) {
        test_screen_keys(s, "\x02");
        test_screen_idle(s);
    }
    test_screen_keys(s, "/stat:void\r");
    test_screen_until(s, "did you mean state:?");
    test_screen_idle(s);
}

TEST(nothing_that_matches_is_told_with_the_filter) {
    AUTO_SCREEN struct test_screen *s = tickets(&english, "code:NOPE");

    test_screen_until(s, "Nothing matches \"code:NOPE\"");
    test_screen_until(s, "0 match");
}

/* Where there are many tickets a person is asked first, as on the command line. */
TEST(a_filter_that_no_index_helps_is_asked_about) {
    AUTO_SCREEN struct test_screen *s = NULL;

    test_sql(NULL, "update pg_class set reltuples = 3e6 where oid = 'kaquan.ticket'::regclass");
    s = tickets(&english, "state:consumed");
    test_screen_until(s, "it reads 3.0M tickets, about 0.5 s");
    test_screen_keys(s, "\r");
    test_screen_until(s, "M507");
    test_screen_until(s, "2 match");
    test_sql(NULL, "analyze kaquan.ticket");
}

/* --- looking --- */

TEST(a_wide_window_shows_the_ticket_beside_the_list) {
    AUTO_SCREEN struct test_screen *s = tickets(&wide, "code:M30");

    test_screen_until(s, "> M30");
    test_screen_until_both(s, "ACCOUNT", "fest");
    test_screen_until(s, "claimed");
}

TEST(a_ticket_has_a_screen_with_its_history) {
    AUTO_SCREEN struct test_screen *s = NULL;

    test_sql(NULL,
             "insert into kaquan.ticket_event (request_id, template_id, kind, detail) values ('r30', %" PRId32
             ", 'gifted', '{\"openid\": \"oSecretFriend\", \"note\": \"a gift\"}');"
             " insert into kaquan.ticket_drift (template_id, request_id, code, kind, theirs) values (%" PRId32
             ", 'r30', 'M30', 'gifted', 'GIFTING')",
             scene.template_id, scene.template_id);
    s = tickets(&english, "code:M30");
    test_screen_until(s, "> M30");
    test_screen_keys(s, "\r");
    test_screen_until_both(s, "HOLDER", "oVis..r0");
    test_screen_until_both(s, "AT WECHAT", "gifted");
    test_screen_until_both(s, "STATUS THERE", "GIFTING");
    test_screen_until_both(s, "gifted", "a gift");
    test_screen_until_gone(s, "oSecretFriend");
    test_screen_keys(s, "L");
    test_screen_until_both(s, "STEP", "DETAIL");
    test_screen_until_both(s, "gifted", "a gift");
    test_screen_keys(s, "\x1b");
    test_screen_until_gone(s, "DETAIL");
    test_screen_keys(s, "\x1b");
    test_screen_until(s, "1 match");
    test_sql(NULL, "delete from kaquan.ticket_drift");
}

TEST(where_nothing_matches_it_says_how_many_would_without_the_last_term) {
    AUTO_SCREEN struct test_screen *s = tickets(&english, "code:M* request:r1* state:void");

    test_screen_until(s, "Nothing matches");
    test_screen_until(s, "without state:void: 112 match"); /* 1, 10 to 19, 100 to 199, 1000 */
}

TEST(a_look_at_a_person_is_in_the_audit_log) {
    AUTO_SCREEN struct test_screen *s = tickets(&english, "code:M33");

    test_screen_until(s, "> M33");
    test_screen_keys(s, "V");
    test_screen_until(s, "oVisitor3");
    assert_int_equal(
        test_number(
            NULL,
            "select count(*) from kaquan.audit_log where action = 'ticket_look' and object = 'ticket adult M33'"),
        1);
}

/* Whoever takes rows along unasked gets what the screen shows, no more. */
TEST(persons_stay_masked_in_what_leaves_the_screen) {
    AUTO_SCREEN struct test_screen *s = tickets(&english, "code:M33");
    AUTO_BUF struct buf path = {0}, keys = {0};
    char written[2000] = "";
    FILE *file;

    buf_printf(&path, "/tmp/kaquan-tickets-%d.csv", (int)getpid());
    buf_printf(&keys, "x\x15%s\x13", buf_str(&path));
    test_screen_until(s, "> M33");
    test_screen_keys(s, buf_str(&keys));
    test_screen_until(s, "bytes written");
    file = fopen(buf_str(&path), "re");
    assert_non_null(file);
    written[fread(written, 1, sizeof(written) - 1, file)] = '\0';
    fclose(file);
    unlink(buf_str(&path));
    assert_non_null(strstr(written, "\"M33\""));
    assert_non_null(strstr(written, "\"oVis..r3\""));
    assert_null(strstr(written, "oVisitor3"));
}

TEST(related_tickets_are_those_of_the_same_person) {
    AUTO_SCREEN struct test_screen *s = NULL;

    test_sql(NULL, "insert into kaquan.ticket_person select openid, request_id, template_id from kaquan.ticket"
                   " where openid is not null on conflict do nothing");
    s = tickets(&english, "code:M33");
    test_screen_until(s, "> M33");
    test_screen_keys(s, "o");
    test_screen_until(s, "/ person:oVisitor3");
    test_screen_until(s, "34 match");
}

/* --- acting --- */

TEST(a_locked_session_does_nothing) {
    AUTO_SCREEN struct test_screen *s = tickets(&english, "request:c-1");
    int64_t before = test_number(NULL, "select count(*) from kaquan.audit_log");
    static const char *const keys[] = {"C", "X", "A", "e", "W", "E", "R"};

    test_screen_until(s, "1 match");
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        test_screen_keys(s, keys[i]);
        test_screen_until(s, "locked: ! unlocks");
    }
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.audit_log"), before);
}

TEST(one_ticket_is_consumed_and_its_result_is_shown) {
    AUTO_SCREEN struct test_screen *s = tickets(&english, "request:c-1");

    test_screen_until(s, "1 match");
    operator_unlocks(s);
    test_screen_keys(s, "C");
    test_screen_until(s, "consume at WeChat for ever");
    test_screen_until(s, code_of(1));
    test_screen_keys(s, "\x13");
    test_screen_until(s, "All of it");
    test_screen_until_both(s, tail_of(1), "waiting");
    rehearsal_worker(0, "run ticket_bulk");
    test_screen_keys(s, "r");
    test_screen_until_both(s, tail_of(1), "done");
    assert_string_equal(scene_ticket(&scene, "c-1", "t.state"), "consumed");
}

TEST(marked_tickets_become_void_once_their_count_is_typed) {
    AUTO_SCREEN struct test_screen *s = tickets(&english, "claimed:-30d code:M90*,M91*,M92*");

    test_screen_until(s, "> M90 ");
    operator_unlocks(s);
    test_screen_keys(s, "                         ");
    test_screen_until(s, "25 marked");
    test_screen_keys(s, "X");
    test_screen_until(s, "To confirm, type: 25");
    test_screen_keys(s, "duplicate\t25");
    test_screen_until(s, "wakes in");
    test_screen_until_gone(s, "wakes in");
    test_screen_keys(s, "\x13");
    test_screen_until(s, "All of it");
    assert_string_equal(
        test_sql(NULL, "select count(distinct code) || ' ' || min(code) || ' ' || max(code) || ', ' || max(b.reason)"
                       " from kaquan.bulk_item i join kaquan.bulk b on b.id = i.bulk_id where b.act = 'void'"),
        "25 M90 M921, duplicate");
}

TEST(an_act_takes_tickets_of_one_template) {
    AUTO_SCREEN struct test_screen *s = NULL;

    test_sql(
        NULL,
        "insert into kaquan.template (account_id, key, card_type, title, body, code_mode, status)"
        " select account_id, 'child', card_type, 'child', '{}', 'merchant', 'draft' from kaquan.template where key = 'adult';"
        " insert into kaquan.ticket (request_id, template_id, code, epoch, signed_at, valid_until, nonce, signature)"
        " select 'k1', id, 'K1', 1, 0, now(), '\\x00', '' from kaquan.template where key = 'child'");
    s = tickets(&english, "code:M60,K1");
    test_screen_until(s, "2 match");
    operator_unlocks(s);
    test_screen_keys(s, "  ");
    test_screen_until(s, "2 marked");
    test_screen_keys(s, "X");
    test_screen_until(s, "of several templates");
}

/* Once the button is awake. */
static void confirm(struct test_screen *s, const char *answers) {
    test_screen_keys(s, answers);
    test_screen_until(s, "wakes in");
    test_screen_until_gone(s, "wakes in");
    test_screen_keys(s, "\x13");
}

/* The fields are those of the card's type; what is left empty is not sent. */
TEST(a_ticket_of_a_meeting_gets_another_seat_by_a_form) {
    struct scene meeting = rehearsal_template_of("fest", "meeting_ticket", "\"meeting_detail\":\"松湖音乐节\"", 10);
    struct answer a;
    rehearsal_fill(&meeting);
    a = claim(&meeting, "m-1");
    assert_string_equal(rehearsal_add(a.card_id, a.card_ext, "oWalletOwner"), "ok");

    AUTO_SCREEN struct test_screen *s = tickets(&wide, "template:meeting_ticket");
    test_screen_until(s, "1 match");
    operator_unlocks(s);
    test_screen_keys(s, "e");
    test_screen_until(s, "Entrance");
    test_screen_keys(s, "\tNorth \"N\" gate\t\x13"); /* the seat is needed */
    test_screen_until(s, "is needed");
    test_screen_keys(s, "Row 1\t2026-12-01T19:30");
    test_screen_until(s, "ticket update --ids-from=-"); /* no detail is a word of the command, which ps shows */
    test_screen_until(s, "begin_time=2026-12-01T19:30");
    test_screen_keys(s, "\x13");
    test_screen_until(s, "waiting");
    assert_string_equal(
        test_sql(NULL, "select argument from kaquan.bulk_item order by bulk_id desc limit 1"),
        "{\"entrance\": \"North \\\"N\\\" gate\", \"begin_time\": 1796124600, \"seat_number\": \"Row 1\"}");
    rehearsal_worker(0, "run ticket_bulk");
    test_screen_keys(s, "r");
    test_screen_until(s, "done");
}

TEST(no_other_ticket_gets_another_seat) {
    AUTO_SCREEN struct test_screen *s = tickets(&wide, "request:c-2");
    test_screen_until(s, "1 match");
    operator_unlocks(s);
    test_screen_keys(s, "e");
    test_screen_until(s, "WeChat lets nobody change the details of such a ticket");
}

TEST(what_failed_is_tried_again_from_the_results) {
    AUTO_SCREEN struct test_screen *s = tickets(&english, "request:c-5");

    test_screen_until(s, "1 match");
    operator_unlocks(s);
    test_screen_keys(s, "C");
    test_screen_until(s, "consume at WeChat for ever");
    test_screen_keys(s, "\x13");
    test_screen_until_both(s, tail_of(5), "waiting");
    test_sql(
        NULL,
        "update kaquan.bulk_item set state = 'failed', errcode = -1, text = 'system busy' where state = 'waiting'");
    test_screen_keys(s, "r");
    test_screen_until_both(s, "failed", "system busy");
    test_screen_keys(s, "R");
    test_screen_until(s, "do it again for those that failed");
    test_screen_until(s, "To confirm, type: ");
    confirm(s, "busy then\t1");
    test_screen_until_both(s, tail_of(5), "waiting");
    rehearsal_worker(0, "run ticket_bulk");
    assert_string_equal(scene_ticket(&scene, "c-5", "t.state"), "consumed");
}

TEST(another_code_is_given_to_a_ticket) {
    AUTO_SCREEN struct test_screen *s = tickets(&english, "request:c-6");
    char answers[80];

    test_screen_until(s, "1 match");
    operator_unlocks(s);
    test_screen_keys(s, "A");
    test_screen_until(s, "New code");
    snprintf(answers, sizeof answers, "FRESH-6\tlost\tadult %s", code_of(6));
    confirm(s, answers);
    test_screen_until_both(s, tail_of(6), "waiting");
    test_screen_until(s, "FRESH-6");
    rehearsal_worker(0, "run ticket_bulk");
    assert_string_equal(code_of(6), "FRESH-6");
}

TEST(wechat_is_asked_about_a_ticket) {
    AUTO_SCREEN struct test_screen *s = tickets(&english, "request:c-7");

    test_screen_until(s, "1 match");
    test_screen_keys(s, "\r");
    test_screen_until_both(s, "REQUEST", "c-7");
    operator_unlocks(s);
    test_screen_keys(s, "W");
    test_screen_until(s, "let the worker ask WeChat");
    test_screen_keys(s, "\x13");
    test_screen_until(s, "compares");
    rehearsal_worker(0, "run ticket_reconcile");
    test_screen_keys(s, "qr");
    test_screen_until_both(s, "AT WECHAT", "added"); /* no push came here */
    test_screen_until_both(s, "HOLDER THERE", "oWal..er");
}

TEST(a_difference_is_repaired_where_it_is_listed) {
    AUTO_SCREEN struct test_screen *s = tickets(&english, "request:c-7");

    test_screen_until(s, "1 match");
    operator_unlocks(s);
    test_screen_keys(s, "D");
    test_screen_until_both(s, tail_of(7), "added"); /* WeChat says NORMAL */
    test_screen_keys(s, "ww");
    test_screen_until_both(s, "AT WECHAT", "NORMAL");
    test_screen_keys(s, "w");
    test_screen_keys(s, "P");
    test_screen_until(s, "To confirm, type: ");
    char answer[64];
    snprintf(answer, sizeof answer, "seen\t%s",
             test_sql(NULL, "select id from kaquan.ticket_drift where repaired_at is null"));
    confirm(s, answer);
    test_screen_until(s, "repairs them");
    rehearsal_worker(0, "run ticket_repair");
    test_screen_keys(s, "\x1b");
    test_screen_keys(s, "r");
    test_screen_until(s, "No difference is known");
    assert_string_equal(scene_ticket(&scene, "c-7", "t.state"), "added");
}

TEST(all_that_match_are_written_into_a_file) {
    AUTO_SCREEN struct test_screen *s = tickets(&english, "claimed:-30d code:M*");
    const char *file = rehearsal_file("all.csv");
    char typed[200];
    FILE *written;
    int lines = 0;

    test_screen_until(s, "> M1 ");
    test_screen_keys(s, "T");
    test_screen_until(s, "a new file");
    snprintf(typed, sizeof typed, "\x15%s\x13", file);
    test_screen_keys(s, typed);
    test_screen_until(s, "1000 tickets");
    written = fopen(file, "r");
    assert_non_null(written);
    for (int c; (c = fgetc(written)) != EOF;)
        lines += c == '\n';
    fclose(written);
    assert_int_equal(lines, MANY + 1);
}

TEST(a_person_is_taken_out_of_everything) {
    AUTO_SCREEN struct test_screen *s = NULL;

    test_sql(NULL, "insert into kaquan.ticket_person values ('oVisitor9', 'r9', %" PRId32 ") on conflict do nothing",
             scene.template_id);
    s = tickets(&english, "code:M9");
    test_screen_until(s, "> M9 ");
    operator_unlocks(s);
    test_screen_keys(s, "E");
    test_screen_until(s, "To confirm, type: adult M9");
    test_screen_until(s, "ticket erase --openid-file=- --confirm=erase"); /* who it is stands in no command */
    confirm(s, "asked for it\tadult M9");
    test_screen_until_gone(s, "oVis..r9");
    assert_string_equal(scene_ticket(&scene, "r9", "coalesce(t.openid, '')"), "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_tickets_are_shown_with_masked_holders),
        cmocka_unit_test(the_list_speaks_chinese),
        cmocka_unit_test(a_list_is_scrolled_from_end_to_end),
        cmocka_unit_test(the_cursor_stays_on_its_ticket_while_others_come),
        cmocka_unit_test(a_filter_is_the_servers_and_says_how_many_match),
        cmocka_unit_test(a_filter_that_is_wrong_is_not_asked_again_and_again),
        cmocka_unit_test(nothing_that_matches_is_told_with_the_filter),
        cmocka_unit_test(a_filter_that_no_index_helps_is_asked_about),
        cmocka_unit_test(a_wide_window_shows_the_ticket_beside_the_list),
        cmocka_unit_test(a_ticket_has_a_screen_with_its_history),
        cmocka_unit_test(where_nothing_matches_it_says_how_many_would_without_the_last_term),
        cmocka_unit_test(a_look_at_a_person_is_in_the_audit_log),
        cmocka_unit_test(persons_stay_masked_in_what_leaves_the_screen),
        cmocka_unit_test(related_tickets_are_those_of_the_same_person),
        cmocka_unit_test(a_locked_session_does_nothing),
        cmocka_unit_test(one_ticket_is_consumed_and_its_result_is_shown),
        cmocka_unit_test(marked_tickets_become_void_once_their_count_is_typed),
        cmocka_unit_test(an_act_takes_tickets_of_one_template),
        cmocka_unit_test(a_ticket_of_a_meeting_gets_another_seat_by_a_form),
        cmocka_unit_test(no_other_ticket_gets_another_seat),
        cmocka_unit_test(what_failed_is_tried_again_from_the_results),
        cmocka_unit_test(another_code_is_given_to_a_ticket),
        cmocka_unit_test(wechat_is_asked_about_a_ticket),
        cmocka_unit_test(a_difference_is_repaired_where_it_is_listed),
        cmocka_unit_test(all_that_match_are_written_into_a_file),
        cmocka_unit_test(a_person_is_taken_out_of_everything),
    };
    return cmocka_run_group_tests(tests, rehearse, rehearsal_end);
}
