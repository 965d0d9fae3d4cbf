/* What lies between the console and a terminal: keys, caret, looks, the clipboard, sizes and stops. */
#include "stage.h"

#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "text.h"

/* --- keys --- */

static void draw_key(struct stage *stage) {
    ui_format(0, 0, 80, ROLE_NORMAL, "key %x", stage->key);
    ui_text(1, 0, 80, ROLE_NORMAL, stage->pasted);
}

TEST(keys_have_one_name_however_the_terminal_sends_them) {
    static const struct {
        const char *bytes;
        uint32_t key;
    } rows[] = {
        {"a", 'a'},
        {"展", 0x5C55},
        {"\x03", TERM_CTRL_C},
        {"\x13", TERM_CTRL_S},
        {"\x11", TERM_CTRL_Q},
        {"\x1A", TERM_CTRL_Z},
        {"\x1F", TERM_CTRL_UNDERSCORE},
        {"\t", TERM_TAB},
        {"\r", TERM_ENTER},
        {"\n", TERM_ENTER},
        {"\x1bOM", TERM_ENTER},
        {"\b", TERM_BACKSPACE},
        {"\x7f", TERM_BACKSPACE},
        {"\x1b", TERM_ESC},
        {"\x1b[A", TERM_UP},
        {"\x1bOA", TERM_UP},
        {"\x1b[D", TERM_LEFT},
        {"\x1bOC", TERM_RIGHT},
        {"\x1b[Z", TERM_BACKTAB},
        {"\x1b[H", TERM_HOME},
        {"\x1bOH", TERM_HOME},
        {"\x1b[1~", TERM_HOME},
        {"\x1b[7~", TERM_HOME},
        {"\x1b[F", TERM_END},
        {"\x1b[4~", TERM_END},
        {"\x1b[2~", TERM_INSERT},
        {"\x1b[3~", TERM_DELETE},
        {"\x1b[5~", TERM_PAGE_UP},
        {"\x1b[6~", TERM_PAGE_DOWN},
        {"\x1bOP", TERM_F1},
        {"\x1b[12~", TERM_F2},
        {"\x1b[19~", TERM_F8},
        {"\x1b[20~", TERM_OTHER},
    };
    static const char *const terms[] = {"xterm-256color", "screen-256color", "tmux-256color", "linux", "vt100"};

    for (size_t t = 0; t < ARRAY_LEN(terms); t++) {
        AUTO_SCREEN struct test_screen *s =
            test_screen_call(&(struct test_screen_run){.term = terms[t]}, play, &(struct stage){.draw = draw_key});

        for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
            char wanted[32];

            if (rows[i].key == TERM_OTHER && strcmp(terms[t], "vt100") == 0)
                continue; /* has no F9 that others would know */
            snprintf(wanted, sizeof(wanted), "key %x", rows[i].key);
            test_screen_keys(s, rows[i].bytes);
            test_screen_idle(s);
            assert_string_equal(test_screen_row(s, 0), wanted);
        }
    }
}

TEST(a_paste_comes_as_one_and_none_of_it_is_a_key) {
    AUTO_SCREEN struct test_screen *s = test_screen_call(&usual, play, &(struct stage){.draw = draw_key});

    test_screen_idle(s);
    test_screen_keys(s, "\x1b[200~q\r\x1b[A\x03");
    test_screen_keys(s, "卡\x1b[201~");
    test_screen_until(s, "q\\x0a");
    assert_non_null(strstr(test_screen_row(s, 1), "卡"));
    test_screen_keys(s, "x");
    test_screen_idle(s);
    assert_string_equal(test_screen_row(s, 0), "key 78");
    test_screen_keys(s, "q");
    assert_int_equal(test_screen_end(s), 0);
    assert_non_null(strstr(strstr(buf_str(test_screen_bytes(s)), "\x1b[?2004h"), "\x1b[?2004l"));
}

/* Keys that only the description of the terminal has: Ctrl-Down, Ctrl-Shift-Down and Ctrl-Left of rxvt. */
TEST(a_key_of_one_terminal_alone_is_no_paste) {
    AUTO_SCREEN struct test_screen *s =
        test_screen_call(&(struct test_screen_run){.term = "rxvt"}, play, &(struct stage){.draw = draw_key});
    char other[32];

    snprintf(other, sizeof(other), "key %x", TERM_OTHER);
    test_screen_idle(s);
    for (const char *const *key = (const char *const[]){"\x1bOb", "\x1b[b", "\x1bOd", NULL}; *key; key++) {
        test_screen_keys(s, "x");
        test_screen_until(s, "key 78");
        test_screen_keys(s, *key);
        test_screen_until(s, other);
    }
}

/* Over a slow line the pause between two bytes is what tells Esc from the begin of a sequence: here it is too long.
 */
TEST(a_paste_ends_also_when_its_end_mark_comes_in_pieces) {
    AUTO_SCREEN struct test_screen *s = test_screen_call(&usual, play, &(struct stage){.draw = draw_key});

    test_screen_idle(s);
    for (const char *const *piece = (const char *const[]){"\x1b[200~a\x1b[2", "01", "~", NULL}; *piece; piece++) {
        test_screen_keys(s, *piece);
        clock_sleep(0.1);
    }
    test_screen_idle(s);
    assert_string_equal(test_screen_row(s, 1), "a");
    test_screen_keys(s, "x");
    test_screen_until(s, "key 78");
}

TEST(a_crash_gives_the_terminal_back_and_ends_the_mode_of_pastes) {
    AUTO_SCREEN struct test_screen *s = test_screen_call(&usual, play, &(struct stage){.draw = draw_key});
    const char *taken;

    test_screen_idle(s);
    test_screen_signal(s, SIGABRT);
    assert_int_equal(test_screen_end(s), 128 + SIGABRT);
    taken = strstr(buf_str(test_screen_bytes(s)), "\x1b[?1049h");
    assert_non_null(strstr(taken, "\x1b[?2004l"));
    assert_non_null(strstr(taken, "\x1b[?1049l"));
    assert_true(test_screen_is_cooked(s));
}

/* --- a text field --- */

static void draw_field(struct stage *stage) {
    edit_draw(&stage->edit, 2, 10, 10, true);
    ui_text(5, 0, 10, ROLE_NORMAL, "drawn last");
}

static void assert_caret(struct test_screen *s, int row, int column) {
    int at_row, at_column;

    test_screen_idle(s);
    assert_true(test_screen_cursor(s, &at_row, &at_column));
    assert_int_equal(at_row, row);
    assert_int_equal(at_column, column);
}

TEST(the_caret_is_where_the_next_character_goes) {
    static const struct {
        const char *keys, *row;
        int column;
    } steps[] = {
        {"a", "a", 11},
        {"展览", "a展览", 15},
        {"\x1b[D", "a展览", 13},
        {"\x1b[H", "a展览", 10},
        {"\x1b[F123456", "123456", 16}, /* ten columns do not hold it */
        {"\x1b[H", "a展览12345", 10},
        {"\x1b[C\x7f", "展览123456", 10},
    };
    AUTO_SCREEN struct test_screen *s = test_screen_call(&usual, play, &(struct stage){.draw = draw_field});

    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        test_screen_keys(s, steps[i].keys);
        assert_caret(s, 2, steps[i].column);
        assert_string_equal(test_screen_row(s, 2) + strspn(test_screen_row(s, 2), " "), steps[i].row);
        assert_true(test_screen_cell(s, 2, 10).reverse);
        assert_true(test_screen_cell(s, 2, 19).reverse);
        assert_false(test_screen_cell(s, 2, 20).reverse);
    }
}

TEST(without_a_field_the_caret_is_hidden) {
    AUTO_SCREEN struct test_screen *s = test_screen_call(&usual, play, &(struct stage){.draw = draw_key});
    int row, column;

    test_screen_idle(s);
    assert_false(test_screen_cursor(s, &row, &column));
    assert_int_equal(row, 23);
}

TEST(a_secret_is_drawn_as_stars) {
    AUTO_SCREEN struct test_screen *s =
        test_screen_call(&usual, play, &(struct stage){.draw = draw_field, .edit = {.secret = true}});

    test_screen_idle(s); /* until then the terminal itself echoes */
    test_screen_keys(s, "\x1b[200~geheim卡\x1b[201~");
    test_screen_until(s, "*******");
    assert_caret(s, 2, 17);
    assert_null(strstr(buf_str(test_screen_bytes(s)), "geheim"));
}

/* --- looks --- */

static void draw_roles(struct stage *stage UNUSED) {
    static const char *const names[TERM_ROLES] = {"normal", "dim",    "accent", "ok",    "warn",  "bad", "header",
                                                  "chosen", "marked", "PROD",   "field", "paper", "ink"};

    for (int role = 0; role < TERM_ROLES; role++) {
        ui_text(role, 0, 10, (enum term_role)role, names[role]);
        ui_selected(true);
        ui_ground(role, 12, 12, ROLE_SELECTED);
        ui_text(role, 12, 10, (enum term_role)role, names[role]);
        ui_selected(false);
    }
    ui_middle(14, 0, 9, ROLE_NORMAL, "oAx1234567890k9");
    ui_middle(14, 12, 9, ROLE_NORMAL, "卡卡卡卡卡卡卡");
}

TEST(every_role_has_its_look_with_colours_and_without) {
    static const struct {
        const struct test_screen_run *how;
        const char *what;
    } rows[] = {{&usual, "colours"}, {&plain, "NO_COLOR"}};
    AUTO_BUF struct buf golden = {0};

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_SCREEN struct test_screen *s = test_screen_call(rows[i].how, play, &(struct stage){.draw = draw_roles});

        test_screen_idle(s);
        test_golden_add(&golden, s, rows[i].what);
    }
    assert_true(test_golden_same(&golden, "roles"));
}

/* SGR parameters 30 to 49 and 90 to 107 are colours; so is the reset of all pairs. */
static bool sends_colour(const char *bytes) {
    for (const char *at = bytes; (at = strstr(at, "\x1b[")) != NULL; at += 2) {
        const char *end = at + 2 + strspn(at + 2, "0123456789;");

        for (const char *number = at + 2; *end == 'm' && number < end; number += strcspn(number, ";m") + 1) {
            long value = strtol(number, NULL, 10);

            if ((value >= 30 && value <= 49) || (value >= 90 && value <= 107))
                return true;
        }
    }
    return false;
}

TEST(who_wants_no_colours_or_has_eight_gets_none) {
    static const struct {
        struct test_screen_run how;
        bool no_color, coloured;
    } rows[] = {
        {{.no_color = "1"}, false, false},
        {{.no_color = ""}, false, true},
        {{0}, true, false},
        {{.term = "xterm"}, false, false},
        {{.term = "linux"}, false, false},
        {{.term = "vt100"}, false, false},
        {{0}, false, true},
        {{.term = "tmux-256color"}, 0, true},
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_SCREEN struct test_screen *s = test_screen_call(
            &rows[i].how, play, &(struct stage){.options = {.no_color = rows[i].no_color}, .draw = draw_roles});

        test_screen_keys(s, "q");
        assert_int_equal(test_screen_end(s), 0);
        assert_int_equal(sends_colour(buf_str(test_screen_bytes(s))), rows[i].coloured);
    }
}

TEST(the_option_no_color_sends_no_colour) {
    AUTO_SCREEN struct test_screen *s =
        test_screen_start(&usual, test_path("KAQUAN_CONSOLE"), (const char *const[]){"--no-color", NULL});

    test_screen_until(s, "kaquan");
    test_screen_until(s, "Help");
    assert_false(sends_colour(buf_str(test_screen_bytes(s))));
}

/* --- the clipboard --- */

static void draw_copy(struct stage *stage) {
    AUTO_BUF struct buf text = {0};

    for (int i = 0; i < stage->number; i++)
        buf_char(&text, 'x');
    if (stage->key == 'y')
        ui_text(0, 0, 20, ROLE_NORMAL, term_copy(buf_str(&text), text.len) ? "copied" : "too long");
}

TEST(what_is_copied_goes_to_the_terminal_when_it_is_not_too_long) {
    static const struct {
        int len;
        const char *said, *bytes;
    } rows[] = {{3, "copied", "\x1b]52;c;eHh4\a"},
                {1, "copied", "\x1b]52;c;eA==\a"},
                {74994, "copied", "HgNw"},
                {74995, "too long", ""}};

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_SCREEN struct test_screen *s =
            test_screen_call(&usual, play, &(struct stage){.draw = draw_copy, .number = rows[i].len});

        test_screen_keys(s, "y");
        test_screen_until(s, rows[i].said);
        assert_int_equal(strstr(buf_str(test_screen_bytes(s)), "\x1b]52;") != NULL,
                         strcmp(rows[i].said, "copied") == 0);
        assert_non_null(strstr(buf_str(test_screen_bytes(s)), i < 2 ? rows[i].bytes : ""));
    }
}

/* --- the console in it --- */

#define console(how, ...)                                                                                            \
    test_screen_start(how, test_path("KAQUAN_CONSOLE"), (const char *const[]){__VA_ARGS__, NULL})

TEST(the_console_is_drawn_in_every_terminal_and_size) {
    static const struct {
        struct test_screen_run how;
        const char *text;
    } rows[] = {
        {{.term = "xterm-256color"}, "Help"},
        {{.term = "screen-256color"}, "Help"},
        {{.term = "tmux-256color"}, "Help"},
        {{.term = "linux"}, "Help"},
        {{.term = "vt100"}, "Help"},
        {{.rows = 36, .columns = 120}, "Help"},
        {{.rows = 10, .columns = 40}, "40x10 now, 60x16 needed"},
        {{.rows = 1, .columns = 1}, ""},
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_SCREEN struct test_screen *s = console(&rows[i].how, NULL);

        test_screen_until(s, rows[i].text);
        test_screen_idle(s);
        test_screen_keys(s, "q");
        assert_int_equal(test_screen_end(s), 0);
    }
}

TEST(the_clock_of_a_picture_stands_still) {
    AUTO_SCREEN struct test_screen *s = console(&(struct test_screen_run){.now = "1795603327"}, NULL);

    test_screen_until_both(s, "db ok 0 ms", "10:42:07");
    test_screen_until(s, "live; last 10:42:07");
}

/* A shell with job control; fg brings the console back after a Return. */
static const char *const shell[] = {"-c", "set -m; \"$KAQUAN_CONSOLE\"; echo STOPPED; read -r; fg; echo ENDED $?",
                                    NULL};

static void assert_stops_and_comes_again(struct test_screen *s) {
    test_screen_until(s, "STOPPED");
    assert_true(test_screen_is_cooked(s));
    test_screen_keys(s, "\n");
    test_screen_until(s, "Help");
    assert_false(test_screen_is_cooked(s));
    test_screen_idle(s);
}

TEST(ctrl_z_gives_the_terminal_to_the_shell_and_fg_takes_it_again) {
    AUTO_SCREEN struct test_screen *s = test_screen_start(&usual, "/bin/bash", shell);

    test_screen_until(s, "Help");
    test_screen_keys(s, "\x1a");
    assert_stops_and_comes_again(s);
    test_screen_keys(s, "q");
    test_screen_until(s, "ENDED 0");
    test_screen_end(s);
}

/* The one child of a process. */
static pid_t child_of(pid_t pid) {
    char path[64], text[32] = "";
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid, (int)pid);
    file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(text, sizeof(text), file));
    fclose(file);
    return (pid_t)strtol(text, NULL, 10);
}

TEST(a_stop_from_outside_does_the_same) {
    AUTO_SCREEN struct test_screen *s = test_screen_start(&usual, "/bin/bash", shell);

    test_screen_until(s, "Help");
    kill(child_of(test_screen_pid(s)), SIGTSTP);
    assert_stops_and_comes_again(s);
    test_screen_resize(s, 10, 40);
    test_screen_until(s, "needed");
    test_screen_keys(s, "q");
    test_screen_end(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_have_one_name_however_the_terminal_sends_them),
        cmocka_unit_test(a_paste_comes_as_one_and_none_of_it_is_a_key),
        cmocka_unit_test(a_key_of_one_terminal_alone_is_no_paste),
        cmocka_unit_test(a_paste_ends_also_when_its_end_mark_comes_in_pieces),
        cmocka_unit_test(a_crash_gives_the_terminal_back_and_ends_the_mode_of_pastes),
        cmocka_unit_test(the_caret_is_where_the_next_character_goes),
        cmocka_unit_test(without_a_field_the_caret_is_hidden),
        cmocka_unit_test(a_secret_is_drawn_as_stars),
        cmocka_unit_test(every_role_has_its_look_with_colours_and_without),
        cmocka_unit_test(who_wants_no_colours_or_has_eight_gets_none),
        cmocka_unit_test(the_option_no_color_sends_no_colour),
        cmocka_unit_test(what_is_copied_goes_to_the_terminal_when_it_is_not_too_long),
        cmocka_unit_test(the_console_is_drawn_in_every_terminal_and_size),
        cmocka_unit_test(the_clock_of_a_picture_stands_still),
        cmocka_unit_test(ctrl_z_gives_the_terminal_to_the_shell_and_fg_takes_it_again),
        cmocka_unit_test(a_stop_from_outside_does_the_same),
    };

    setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests(tests, test_setup, test_teardown);
}
