/* Every screen in both languages and in the sizes that operators have, compared to golden files: one for each, in
 * tests/tui/golden, with a part for each language and size. A screen that is meant to look as it does now:
 *
 *     KAQUAN_GOLDEN_UPDATE=1 tests/run.sh build/check/tests/tui/test_matrix && git diff tests/tui/golden
 *
 * takes all pictures anew (KAQUAN_PICTURE=NAME: that one); read what changed before you keep it. Then the terminals, locales and colours that
 * operators have: the texts are the same in each. */
#include "pictures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalogue.h"
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
static int draw(const struct picture *p, int language, struct buf *golden) {
    const struct test_screen_run how = {.lang = picture_langs[language], .now = PICTURES_NOW};
    AUTO_SCREEN struct test_screen *s = picture_open(p, &how, language);
    int cut = 0;

    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        char what[64];

        if (sizes[i].main_only && p >= pictures + PICTURES_MAIN)
            continue;
        test_screen_resize(s, sizes[i].rows, sizes[i].columns);
        test_screen_idle(s);
        snprintf(what, sizeof(what), "%s %dx%d", names[language], sizes[i].columns, sizes[i].rows);
        test_golden_add(golden, s, what);
        snprintf(what, sizeof(what), "%s, %s %dx%d", p->name, names[language], sizes[i].columns, sizes[i].rows);
        cut += count_cut_labels(s, language, what);
    }
    return cut;
}

TEST(every_screen_looks_as_in_its_picture_and_no_label_is_cut) {
    const char *only = getenv("KAQUAN_PICTURE");
    int other = 0, cut = 0;

    for (size_t i = 0; i < PICTURES; i++) {
        AUTO_BUF struct buf golden = {0};

        if (only && strcmp(only, pictures[i].name) != 0)
            continue;
        for (int language = 0; language < LANGUAGES; language++)
            cut += draw(&pictures[i], language, &golden);
        other += !test_golden_same(&golden, pictures[i].name);
    }
    assert_int_equal(other, 0);
    assert_int_equal(cut, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_screen_looks_as_in_its_picture_and_no_label_is_cut),
    };

    return cmocka_run_group_tests(tests, pictures_scene, test_teardown);
}
