/* The console as an operator sees it: in a virtual terminal, with a real database. */
#include "operator.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define console(how, ...)                                                                                            \
    test_screen_start(how, test_path("KAQUAN_CONSOLE"), (const char *const[]){__VA_ARGS__, NULL})
static const struct test_screen_run english = {0}, chinese = {.lang = "zh_CN.UTF-8"};

/* Three pools: full, below its low water, without cards. */
static int scene(void **state) {
    test_setup(state);
    test_sql(NULL,
             "set search_path = kaquan; insert into account (key, appid) values ('festival', 'wx1234567890');"
             "insert into template (account_id, key, card_type, title, body, code_mode, status, card_id, stock,"
             " pool_target, pool_low) select 1, k, 'MEETING_TICKET', t, '{}', 'merchant', 'approved', k, 50000, 9000,"
             " 2000 from (values ('full', 'Summer gala'), ('low', '展览 2026 秋'), ('empty', 'Lecture')) v (k, t);"
             "update credential set epoch = 7, valid_until = now() + interval '108 min' where kind = 'api_ticket';"
             "select setval('pool_card_01_next', 8588);");
    test_sql(NULL, "update kaquan.pool p set slot = s.slot, cards = s.cards::regclass, fill = s.slot + 1, epoch = 7,"
                   " first_ordinal = 1, last_ordinal = 9000, valid_until = now() + interval '1 hour',"
                   " usable_from = '-infinity', usable_until = now() + interval '58 min'"
                   " from (values ('full', 0, 'kaquan.pool_card_00_next'), ('low', 1, 'kaquan.pool_card_01_next'))"
                   " s (key, slot, cards) where p.template_key = s.key");
    test_sql(NULL, "insert into kaquan.batch (fill, template_id, epoch, slot, cards, reason, host, seconds)"
                   " values (1, 1, 7, 0, 9000, 'first fill', 'h', 0.5)");
    test_sql(NULL, "insert into kaquan.job (kind, account_id, state, errcode, error_text) values"
                   " ('whitelist_check', 1, 'failed', 40164, 'invalid ip 203.0.113.9')");
    return 0;
}

TEST(pools_are_shown_with_their_level) {
    AUTO_SCREEN struct test_screen *s = console(&english, "--screen", "pools");

    assert_row(s, "Summer gala", "open", "9 000", "██████", "57m");
    assert_row(s, "展览", "! ", "low", "412", "9 000");
    assert_row(s, "Lecture", "!!", "empty", " 0 ", "······");
    test_screen_until(s, "Last fills");
    assert_row(s, "first fill", "Summer gala", "9 000", "0.50", "18 000");
    assert_row(s, "TEMPLATE", "STATE", "READY", "WANTED", "FILL", "EMPTY IN", "LIFE", "/MIN", "TREND");
    test_screen_until(s, "? Help");
}

TEST(the_console_speaks_chinese_where_the_host_has_no_such_locale) {
    AUTO_SCREEN struct test_screen *s = console(&chinese, "--screen", "pools");

    test_screen_until(s, "[4 卡池] 5 任务");
    assert_row(s, "模板", "可用", "目标", "存量", "用完于", "余时", "领/分", "走势");
    assert_row(s, "Summer gala", "正常", "9 000");
    test_screen_until(s, "首次补充");
    test_screen_until(s, "? 帮助");
}

TEST(the_option_names_the_language_before_the_environment) {
    AUTO_SCREEN struct test_screen *s = console(&chinese, "--lang", "en", "--screen", "jobs");

    test_screen_until(s, "[5 Jobs]");
    assert_row(s, "whitelist_check", "festival", "failed", "40164 invalid");
}

TEST(keys_change_the_screen_and_the_help_comes_from_their_tables) {
    AUTO_SCREEN struct test_screen *s = console(&english, "--screen", "pools");

    test_screen_until(s, "[4 Pools]");
    test_screen_keys(s, "5");
    test_screen_until(s, "[5 Jobs]");
    test_screen_keys(s, "?");
    test_screen_until(s, "ask the database now");
    test_screen_keys(s, "\x1b");
    test_screen_until_gone(s, "ask the database now");
    test_screen_keys(s, "\x1b");
    test_screen_keys(s, "z");
    test_screen_until(s, "PAUSED");
}

/* The screen is live: what a backend takes is gone within the next refreshes. */
TEST(a_claimed_card_is_missing_on_the_next_refresh) {
    AUTO_SCREEN struct test_screen *s = console(&english, "--screen", "pools");
    int64_t before = test_number(NULL, "select pg_sequence_last_value('kaquan.pool_card_01_next')");

    test_screen_until(s, "412");
    test_sql(NULL, "select setval('kaquan.pool_card_01_next', %lld)", (long long)before + 1);
    test_screen_until(s, "411");
    test_sql(NULL, "select setval('kaquan.pool_card_01_next', %lld)", (long long)before);
}

TEST(a_hostile_title_breaks_nothing) {
    AUTO_SCREEN struct test_screen *s = NULL;
    const struct buf *bytes;
    int row;

    test_sql(NULL, "update kaquan.template set title = e'\\x1b]52;c;eA==\\x07\\x1b[2J\\r\\u202e\\u009b卡票卡票卡票'"
                   " where key = 'empty'");
    s = console(&english, "--screen", "pools");
    row = test_screen_until_both(s, "\\x1b]52", "empty");
    assert_int_equal(test_screen_column(s, row, "empty"),
                     test_screen_column(s, test_screen_until_both(s, "Summer gala", "open"), "open"));
    assert_true(test_screen_column(s, row, "empty") > 0);
    bytes = test_screen_bytes(s);
    assert_null(strstr(buf_str(bytes), "\x1b]52"));
    assert_null(strstr(buf_str(bytes), "\xE2\x80\xAE"));
    assert_null(strstr(buf_str(bytes), "\xC2\x9B"));
    test_sql(NULL, "update kaquan.template set title = 'Lecture' where key = 'empty'");
}

TEST(wide_characters_keep_the_columns_straight_at_every_width) {
    AUTO_SCREEN struct test_screen *s = NULL;

    test_sql(NULL, "update kaquan.template set title = repeat('卡', 30) where key = 'low'");
    s = console(&english, "--screen", "pools");
    test_screen_until(s, "卡卡");
    for (int columns = 80; columns <= 90; columns++) {
        int wide, narrow;

        test_screen_resize(s, 24, columns);
        test_screen_idle(s);
        wide = test_screen_until_both(s, "卡卡", "low");
        narrow = test_screen_until_both(s, "Summer gala", "open");
        assert_int_equal(test_screen_column(s, wide, "low"), test_screen_column(s, narrow, "open"));
    }
    test_sql(NULL, "update kaquan.template set title = '展览 2026 秋' where key = 'low'");
}

static void drop_connections(void) {
    test_sql(NULL, "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
                   " where application_name = 'kaquan' and datname = current_database()");
}

static void let_in(bool yes) {
    test_sql(NULL, "do $$ begin execute format('alter database %%I connection limit %d', current_database()); end $$",
             yes ? -1 : 0);
}

TEST(a_lost_connection_is_told_and_comes_back) {
    AUTO_SCREEN struct test_screen *s = console(&english, "--screen", "pools");

    test_screen_until(s, "Summer gala");
    let_in(false);
    drop_connections();
    test_screen_until(s, "NO CONNECTION");
    test_screen_until(s, "Summer gala"); /* the rows stay, with their age */
    test_screen_until(s, "old");
    test_screen_keys(s, "?"); /* and keys are answered */
    test_screen_until(s, "ask the database now");
    test_screen_keys(s, "?");
    let_in(true);
    test_screen_keys(s, "r");
    test_screen_until(s, "live; last");
    test_screen_until_gone(s, "NO CONNECTION");
}

TEST(keys_are_answered_while_the_database_is_not) {
    AUTO_SCREEN struct test_screen *s = console(&english, "--screen", "pools");

    test_screen_until(s, "Summer gala");
    test_sql(NULL, "begin; lock table kaquan.template in access exclusive mode");
    test_screen_until(s, "db WAITS");
    test_screen_keys(s, "?");
    test_screen_until(s, "ask the database now");
    test_screen_keys(s, "?");
    test_screen_until(s, "statement_timeout"); /* after 3 s, with what to do */
    test_sql(NULL, "rollback");
    test_screen_until(s, "Summer gala");
}

TEST(a_missing_right_is_named_with_its_grant) {
    AUTO_SCREEN struct test_screen *s = NULL;

    test_sql(NULL, "revoke select on kaquan.pool_forecast from kaquan_worker");
    s = console(&english, "--screen", "pools");
    test_screen_until(s, "permission denied for view pool_forecast");
    test_screen_until(s, "pool_forecast to kaquan_worker");
    test_sql(NULL, "grant select on kaquan.pool_forecast to kaquan_worker");
    test_screen_until(s, "Summer gala");
}

TEST(a_schema_that_is_older_or_newer_is_told) {
    AUTO_SCREEN struct test_screen *s = NULL;

    test_sql(NULL, "insert into kaquan.schema_migration (name, checksum) values ('9999_later.sql', repeat('0', 64))");
    s = console(&english, "--screen", "pools");
    test_screen_until(s, "the schema is newer than this program: it has 9999");
    test_screen_until(s, "Summer gala");
    test_sql(NULL, "delete from kaquan.schema_migration where name >= '0002'");
    drop_connections();
    test_screen_until(s, "the schema is older than this program: it has 0001");
    test_screen_until(s, "kaquan-worker db migrate");
}

TEST(a_small_window_says_so_and_nothing_crashes) {
    AUTO_SCREEN struct test_screen *s = console(&english, "--screen", "pools");

    test_screen_until(s, "Summer gala");
    test_screen_resize(s, 10, 40);
    test_screen_until(s, "40x10 now, 60x16 needed");
    test_screen_resize(s, 1, 1);
    test_screen_until_gone(s, "needed");
    test_screen_resize(s, 16, 60);
    test_screen_until(s, "Summer gala");
    test_screen_resize(s, 24, 80);
    test_screen_until(s, "Last fills");
}

TEST(a_storm_of_sizes_while_a_query_runs_and_a_question_is_open_does_no_harm) {
    AUTO_SCREEN struct test_screen *s = console(&english, "--screen", "pools");
    unsigned seed = 1;

    test_screen_until(s, "Summer gala");
    operator_unlocks(s);
    test_screen_keys(s, "F");
    test_screen_until(s, "$ kaquan-worker pool fill");
    test_sql(NULL, "begin; lock table kaquan.template in access exclusive mode");
    test_screen_until(s, "db WAITS");
    for (int i = 0; i < 200; i++) {
        seed = seed * 1103515245 + 12345;
        test_screen_resize(s, 1 + (int)(seed >> 16) % 60, 1 + (int)(seed >> 20) % 200);
        if (i % 20 == 0)
            test_screen_keys(s, (const char[]){(char)('0' + i / 20), '\0'});
    }
    test_sql(NULL, "rollback");
    test_screen_resize(s, 24, 80);
    test_screen_until_both(s, "Cards", "0123456789"); /* what was typed meanwhile */
    test_screen_keys(s, ESC);
    test_screen_until_gone(s, "$ kaquan-worker");
    test_screen_until(s, "live; last");
}

TEST(a_terminal_that_cannot_be_drawn_on_is_refused_with_a_cure) {
    static const char *const terms[] = {"dumb", "no-such-terminal"};

    for (size_t i = 0; i < ARRAY_LEN(terms); i++) {
        AUTO_SCREEN struct test_screen *s = console(&(struct test_screen_run){.term = terms[i]}, NULL);

        assert_int_equal(test_screen_end(s), 78);
        assert_non_null(strstr(buf_str(test_screen_bytes(s)), terms[i]));
        assert_non_null(strstr(buf_str(test_screen_bytes(s)), "TERM=xterm-256color"));
    }
}

TEST(without_a_terminal_it_says_how_to_get_the_data) {
    AUTO_OUTPUT struct test_output o =
        test_program_run(&(struct test_run){0}, test_path("KAQUAN_CONSOLE"), (const char *const[]){NULL});
    AUTO_OUTPUT struct test_output once =
        test_program_run(&(struct test_run){0}, test_path("KAQUAN_CONSOLE"), (const char *const[]){"--once", NULL});

    assert_int_equal(o.exit_code, 78);
    assert_non_null(strstr(buf_str(&o.err), "kaquan-worker pool list"));
    assert_int_equal(once.exit_code, 0);
    assert_non_null(strstr(buf_str(&once.out), "low\t展览 2026 秋\tfestival\tapproved\tf\t412\t9000\t7\t"));
}

static void assert_restored(struct test_screen *s) {
    const char *bytes = buf_str(test_screen_bytes(s));
    const char *taken = strstr(bytes, "\x1b[?1049h");

    assert_non_null(taken);
    assert_non_null(strstr(taken, "\x1b[?1049l"));
    assert_true(test_screen_is_cooked(s));
}

TEST(q_quits_and_gives_the_terminal_back) {
    AUTO_SCREEN struct test_screen *s = console(&english, "--screen", "pools");

    test_screen_until(s, "Summer gala");
    assert_false(test_screen_is_cooked(s));
    test_screen_keys(s, "q");
    assert_int_equal(test_screen_end(s), 0);
    assert_restored(s);
}

TEST(a_signal_gives_the_terminal_back) {
    static const struct {
        int signal, exit_code;
    } ends[] = {{SIGTERM, 143}, {SIGHUP, 143}, {SIGINT, 130}, {SIGABRT, 134}};

    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        AUTO_SCREEN struct test_screen *s = console(&english, "--screen", "pools");

        test_screen_until(s, "Summer gala");
        test_screen_signal(s, ends[i].signal);
        assert_int_equal(test_screen_end(s), ends[i].exit_code);
        assert_restored(s);
    }
}

TEST(a_wrong_option_is_told) {
    static const char *const wrong[] = {"--no-such", "--lang", "--screen=nowhere", "extra"};

    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        AUTO_OUTPUT struct test_output o = test_program_run(&(struct test_run){0}, test_path("KAQUAN_CONSOLE"),
                                                            (const char *const[]){wrong[i], NULL});
        assert_int_equal(o.exit_code, 64);
        assert_true(o.err.len > 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pools_are_shown_with_their_level),
        cmocka_unit_test(the_console_speaks_chinese_where_the_host_has_no_such_locale),
        cmocka_unit_test(the_option_names_the_language_before_the_environment),
        cmocka_unit_test(keys_change_the_screen_and_the_help_comes_from_their_tables),
        cmocka_unit_test(a_claimed_card_is_missing_on_the_next_refresh),
        cmocka_unit_test(a_hostile_title_breaks_nothing),
        cmocka_unit_test(wide_characters_keep_the_columns_straight_at_every_width),
        cmocka_unit_test(a_lost_connection_is_told_and_comes_back),
        cmocka_unit_test(keys_are_answered_while_the_database_is_not),
        cmocka_unit_test(a_missing_right_is_named_with_its_grant),
        cmocka_unit_test(a_small_window_says_so_and_nothing_crashes),
        cmocka_unit_test(a_storm_of_sizes_while_a_query_runs_and_a_question_is_open_does_no_harm),
        cmocka_unit_test(a_terminal_that_cannot_be_drawn_on_is_refused_with_a_cure),
        cmocka_unit_test(without_a_terminal_it_says_how_to_get_the_data),
        cmocka_unit_test(q_quits_and_gives_the_terminal_back),
        cmocka_unit_test(a_signal_gives_the_terminal_back),
        cmocka_unit_test(a_wrong_option_is_told),
        cmocka_unit_test(a_schema_that_is_older_or_newer_is_told), /* the last: it leaves the schema so */
    };

    return cmocka_run_group_tests(tests, scene, test_teardown);
}
