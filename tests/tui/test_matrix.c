/* Every screen in both languages and in the sizes that operators have, compared to golden files: one for each, in
 * tests/tui/golden, with a part for each language and size. A screen that is meant to look as it does now:
 *
 *     KAQUAN_GOLDEN_UPDATE=1 tests/run.sh build/check/tests/tui/test_matrix && git diff tests/tui/golden
 *
 * takes all pictures anew (KAQUAN_PICTURE=NAME: that one); read what changed before you keep it. Then the terminals,
 * locales and colours that operators have: the texts are the same in each. */
#include "pictures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalogue.h"
#include "proxy.h"
#include "text.h"

static const char *const names[LANGUAGES] = {"en", "zh_CN"};
static const struct {
    int rows, columns;
    bool main_only;
} sizes[] = {{24, 80, false}, {36, 120, false}, {60, 200, true}};

/* --- what is cut --- */

static bool look_alike(const struct test_cell *a, const struct test_cell *b) {
    return a->bold == b->bold && a->underline == b->underline && a->reverse == b->reverse && a->colour == b->colour;
}

/* A text that ends in "..": does a label begin so? What people and databases wrote may be cut, labels may not; the
 * database's own words have an underline. */
static int count_cut(const char *text, int language, const char *what) {
    int cut = 0;

    text += strspn(text, " ");
    for (const char *dots = strstr(text, ".."); dots; dots = strstr(dots + 2, "..")) {
        const char *label = catalogue_begins(language == CHINESE, text, (size_t)(dots - text));

        if (dots == text || !label || strchr(label, '_'))
            continue;
        fprintf(stderr, "# %s: \"%s\" is cut of \"%s\"\n", what, text, label);
        cut++;
    }
    return cut;
}

/* Texts are told apart by two blanks, by the line of a box and by how they look. What a box covers half is none. */
static int count_cut_labels(struct test_screen *s, int language, const char *what) {
    int rows, columns, cut = 0;

    test_screen_size(s, &rows, &columns);
    for (int row = 0; row < rows; row++) {
        AUTO_BUF struct buf text = {0};
        struct test_cell before = {0};

        for (int column = 0; column < columns; column++) {
            struct test_cell cell = test_screen_cell(s, row, column);
            bool right_half = text_width(before.text) == 2, blank = cell.text[0] == '\0' && !right_half;

            if (!look_alike(&cell, &before) || strcmp(cell.text, "│") == 0 || (blank && before.text[0] == '\0')) {
                cut += count_cut(buf_str(&text), language, what);
                buf_reset(&text);
            }
            if (!blank && strcmp(before.text, "│") == 0)
                buf_text(&text, before.text);
            if (strcmp(cell.text, "│") != 0)
                buf_text(&text, blank ? " " : cell.text);
            before = cell;
        }
        cut += count_cut(buf_str(&text), language, what);
    }
    return cut;
}

/* --- pictures --- */

/* Returns how many labels are cut. */
static int add_picture(struct test_screen *s, const char *name, int language, int rows, int columns,
                       struct buf *golden) {
    AUTO_BUF struct buf what = {0};

    buf_printf(&what, "%s %dx%d", names[language], columns, rows);
    test_golden_add(golden, s, buf_str(&what));
    buf_printf(&what, " of %s", name);
    return count_cut_labels(s, language, buf_str(&what));
}

static int draw(const struct picture *p, int language, struct buf *golden) {
    const struct test_screen_run how = {.lang = picture_langs[language], .now = PICTURES_NOW};
    AUTO_SCREEN struct test_screen *s = picture_open(p, &how, language);
    int cut = 0;

    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        if (sizes[i].main_only && (p < pictures || p >= pictures + PICTURES_MAIN))
            continue;
        test_screen_resize(s, sizes[i].rows, sizes[i].columns);
        test_screen_idle(s);
        cut += add_picture(s, p->name, language, sizes[i].rows, sizes[i].columns, golden);
    }
    return cut;
}

static void assert_pictures(const struct picture *list, size_t count) {
    const char *only = getenv("KAQUAN_PICTURE");
    int other = 0, cut = 0;

    for (size_t i = 0; i < count; i++) {
        AUTO_BUF struct buf golden = {0};

        if (only && strcmp(only, list[i].name) != 0)
            continue;
        for (int language = 0; language < LANGUAGES; language++)
            cut += draw(&list[i], language, &golden);
        other += !test_golden_same(&golden, list[i].name);
    }
    assert_int_equal(other, 0);
    assert_int_equal(cut, 0);
}

TEST(every_screen_looks_as_in_its_picture_and_no_label_is_cut) {
    assert_pictures(pictures, PICTURES);
}

TEST(so_do_the_first_steps_and_what_stands_there_without_rows) {
    static const struct picture blank[] = {
        {"first_steps", "dash", ""},
        {"no_templates", "templates", ""},
        {"no_tickets", "tickets", ""},
        {"no_accounts", "accounts", ""},
    };

    assert_pictures(blank, ARRAY_LEN(blank));
}

TEST(so_does_a_database_without_tables) {
    static const struct picture bare[] = {{"no_tables", "dash", ""}};

    test_sql(NULL, "drop schema kaquan cascade");
    assert_pictures(bare, ARRAY_LEN(bare));
}

/* Nothing came of the connection yet, so it is not idle: its last row is drawn last. */
TEST(so_does_a_server_that_says_nothing) {
    static const char *const last[LANGUAGES] = {"? Help", "? 帮助"};
    AUTO_BUF struct buf golden = {0};
    AUTO_PROXY struct proxy *link = proxy_new();
    char *usual = mem_text(getenv("PGHOST"));

    proxy_set(link, PROXY_STALL, 0);
    for (int language = 0; language < LANGUAGES; language++) {
        const struct test_screen_run how = {.lang = picture_langs[language], .now = PICTURES_NOW};
        AUTO_SCREEN struct test_screen *s = NULL;

        setenv("PGHOST", proxy_host(link), 1);
        s = operator_at(&how, "pools");
        setenv("PGHOST", usual, 1);
        test_screen_until(s, last[language]);
        assert_int_equal(add_picture(s, "connecting", language, 24, 80, &golden), 0);
    }
    free(usual);
    assert_true(test_golden_same(&golden, "connecting"));
}

/* --- terminals, locales, colours --- */

/* The rows of a part of a golden file, each with its line end. */
static void golden_part(const char *name, const char *what, struct buf *out) {
    AUTO_BUF struct buf all = {0}, path = {0}, heading = {0};
    const char *from, *to;

    buf_printf(&path, "tests/tui/golden/%s.txt", name);
    buf_printf(&heading, "=== %s\n", what);
    if (!test_source_read(buf_str(&path), &all) || !(from = strstr(buf_str(&all), buf_str(&heading))))
        test_fail("%s has no part %s", buf_str(&path), what);
    from += heading.len;
    to = strstr(from, "--- attributes");
    buf_add(out, from, (size_t)(to - from));
}

static void assert_texts(struct test_screen *s, const char *name, const char *what) {
    AUTO_BUF struct buf wanted = {0}, now = {0};

    golden_part(name, what, &wanted);
    for (int row = 0; row < 24; row++)
        buf_printf(&now, "%s\n", test_screen_row(s, row));
    assert_string_equal(buf_str(&now), buf_str(&wanted));
}

static void assert_no_colours(struct test_screen *s) {
    for (int row = 0; row < 24; row++)
        for (int column = 0; column < 80; column++) {
            struct test_cell cell = test_screen_cell(s, row, column);

            assert_int_equal(cell.colour, -1);
            assert_int_equal(cell.ground, -1);
        }
}

static const struct variant {
    struct test_screen_run how;
    const char *option;
    const char *golden; /* NULL: that of the screen */
    const char *part;
    bool coloured;
} variants[] = {
    {{.term = "screen-256color"}, NULL, NULL, "en 80x24", true},
    {{.term = "tmux-256color"}, NULL, NULL, "en 80x24", true},
    {{.term = "xterm"}, NULL, NULL, "en 80x24", false},
    {{.no_color = "1"}, NULL, NULL, "en 80x24", false},
    {{0}, "--no-color", NULL, "en 80x24", false},
    {{.locale = "C"}, NULL, NULL, "en 80x24", true},
    {{.language = "zh_CN"}, NULL, NULL, "zh_CN 80x24", true},
    {{.locale = "C", .language = "zh_CN:en"}, NULL, NULL, "zh_CN 80x24", true},
    {{.lang = "zh_CN.UTF-8", .no_color = "1"}, NULL, NULL, "zh_CN 80x24", false},
    {{.term = "linux"}, NULL, "ascii", NULL, false},
    {{.term = "vt100"}, NULL, "ascii", NULL, false},
};

static struct test_screen *variant_open(const struct variant *v) {
    struct test_screen_run how = v->how;

    how.now = PICTURES_NOW;
    return test_screen_start(&how, test_path("KAQUAN_CONSOLE"), (const char *const[]){v->option, NULL});
}

/* The main screens have the numbers 1 to 5. */
static void press_main(struct test_screen *s, int i) {
    test_screen_keys(s, (const char[]){(char)('1' + i), '\0'});
    test_screen_idle(s);
    picture_press(s, pictures[i].keys);
}

/* Lines, blocks and dots of ours; other signs are of people. */
static void assert_no_glyphs(struct test_screen *s) {
    static const char *const glyphs[] = {"─", "│", "█", "▁", "▄", "▇", "▌", "·", "┃", "━"};

    for (int row = 0; row < 24; row++)
        for (size_t i = 0; i < ARRAY_LEN(glyphs); i++)
            assert_null(strstr(test_screen_row(s, row), glyphs[i]));
}

TEST(with_plain_characters_the_main_screens_look_as_in_their_picture) {
    static const struct variant ascii = {.option = "--ascii"};
    AUTO_SCREEN struct test_screen *s = variant_open(&ascii);
    AUTO_BUF struct buf golden = {0};

    for (int i = 0; i < PICTURES_MAIN; i++) {
        press_main(s, i);
        test_golden_add(&golden, s, pictures[i].name);
        assert_no_glyphs(s);
    }
    assert_true(test_golden_same(&golden, "ascii"));
}

TEST(the_main_screens_say_the_same_in_every_terminal_and_locale_with_colours_and_without) {
    for (size_t i = 0; i < ARRAY_LEN(variants); i++) {
        AUTO_SCREEN struct test_screen *s = variant_open(&variants[i]);

        for (int screen = 0; screen < PICTURES_MAIN; screen++) {
            const char *name = pictures[screen].name, *golden = variants[i].golden;

            press_main(s, screen);
            assert_texts(s, golden ? golden : name, golden ? name : variants[i].part);
            if (!variants[i].coloured)
                assert_no_colours(s);
        }
    }
}

int main(void) {
    const struct CMUnitTest event[] = {
        cmocka_unit_test(every_screen_looks_as_in_its_picture_and_no_label_is_cut),
        cmocka_unit_test(with_plain_characters_the_main_screens_look_as_in_their_picture),
        cmocka_unit_test(the_main_screens_say_the_same_in_every_terminal_and_locale_with_colours_and_without),
    };
    const struct CMUnitTest blank[] = {
        cmocka_unit_test(so_do_the_first_steps_and_what_stands_there_without_rows),
        cmocka_unit_test(so_does_a_database_without_tables),
        cmocka_unit_test(so_does_a_server_that_says_nothing),
    };

    return cmocka_run_group_tests(event, pictures_scene, test_teardown) +
           cmocka_run_group_tests(blank, pictures_blank, test_teardown);
}
