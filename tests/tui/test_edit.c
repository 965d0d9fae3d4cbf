/* A text field: keys in, text and caret out. How it is drawn is seen in test_terminal. */
#include "harness.h"

#include <string.h>

#include "edit.h"
#include "text.h"

#define AUTO_EDIT AUTO(edit_clear)

/* The keys of a test: characters as they are typed; these are keys that are none. */
static const struct {
    char letter;
    uint32_t key;
} named[] = {
    {'<', TERM_LEFT},   {'>', TERM_RIGHT},     {'^', TERM_HOME},
    {'$', TERM_END},    {'~', TERM_BACKSPACE}, {'#', TERM_DELETE},
    {'{', TERM_CTRL_U}, {'}', TERM_CTRL_W},    {'_', TERM_CTRL_UNDERSCORE},
};

static void press(struct edit *e, const char *keys) {
    uint32_t point;

    for (size_t n; (n = utf8_next(keys, strlen(keys), &point)) > 0; keys += n) {
        for (size_t i = 0; i < ARRAY_LEN(named); i++)
            if ((uint32_t)named[i].letter == point)
                point = named[i].key;
        assert_true(edit_key(e, point));
    }
}

static void assert_edit(const struct edit *e, const char *text, size_t caret) {
    assert_string_equal(edit_text(e), text);
    assert_int_equal(e->caret, caret);
}

TEST(keys_change_the_text_where_the_caret_is) {
    static const struct {
        const char *keys, *text;
        size_t caret;
    } rows[] = {
        {"abc", "abc", 3},
        {"abc<x", "abxc", 3},
        {"展览<新", "展新览", 6},
        {"展览~", "展", 3},
        {"展览^#", "览", 0},
        {"展览^>>>", "展览", 6},
        {"e\xCC\x81x<<", "e\xCC\x81x", 0}, /* a combining mark goes with its letter */
        {"e\xCC\x81x<~", "x", 0},
        {"two words}", "two ", 4},
        {"two words }", "two ", 4},
        {"one two<<<{", "two", 0},
        {"ab^cd$e", "cdabe", 5},
        {"~#{}<>", "", 0},
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_EDIT struct edit e = {0};

        press(&e, rows[i].keys);
        assert_edit(&e, rows[i].text, rows[i].caret);
    }
}

TEST(undo_takes_back_a_run_of_typing_or_one_deletion) {
    AUTO_EDIT struct edit e = {0};

    press(&e, "one two}~three");
    assert_edit(&e, "onethree", 8);
    press(&e, "_");
    assert_edit(&e, "one", 3);
    press(&e, "_");
    assert_edit(&e, "one ", 4);
    press(&e, "_");
    assert_edit(&e, "one two", 7);
    press(&e, "__");
    assert_edit(&e, "", 0);
    press(&e, "x");
    assert_edit(&e, "x", 1);
}

TEST(the_limit_counts_bytes_and_leaves_characters_whole) {
    AUTO_EDIT struct edit e = {.limit = 7};

    press(&e, "展览秋");
    assert_edit(&e, "展览", 6);
    press(&e, "ab");
    assert_edit(&e, "展览a", 7);
    press(&e, "~~秋");
    assert_edit(&e, "展秋", 6);
}

TEST(other_keys_are_left_to_the_form) {
    static const uint32_t others[] = {TERM_ENTER, TERM_TAB,    TERM_BACKTAB, TERM_ESC,    TERM_UP,
                                      TERM_DOWN,  TERM_CTRL_C, TERM_CTRL_S,  TERM_RESIZE, TERM_F8};
    AUTO_EDIT struct edit e = {0};

    edit_set(&e, "text");
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        assert_false(edit_key(&e, others[i]));
    assert_edit(&e, "text", 4);
}

TEST(a_text_that_is_set_is_one_line_and_cannot_be_undone) {
    AUTO_EDIT struct edit e = {0};

    press(&e, "before");
    edit_set(&e, "two\nlines");
    assert_edit(&e, "two lines", 9);
    press(&e, "_");
    assert_edit(&e, "two lines", 9);
}

TEST(a_secret_leaves_no_copy_for_undo) {
    AUTO_EDIT struct edit e = {.secret = true};

    press(&e, "geheim~");
    assert_int_equal(e.was.len, 0);
    press(&e, "_");
    assert_edit(&e, "gehei", 5);
}

TEST(full_width_characters_fold_to_ascii) {
    AUTO_EDIT struct edit e = {0};

    edit_set(&e, "１２３：ＡＢ（卡）　。");
    press(&e, "<<");
    edit_fold(&e);
    assert_edit(&e, "123:AB(卡) .", strlen("123:AB(卡)"));
}

TEST(bytes_that_are_no_characters_do_no_harm) {
    AUTO_EDIT struct edit e = {0};

    edit_set(&e, "\xFF\xFE\xE5x");
    press(&e, "<<<<<>~$~~");
    assert_edit(&e, "\xFE", 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_change_the_text_where_the_caret_is),
        cmocka_unit_test(undo_takes_back_a_run_of_typing_or_one_deletion),
        cmocka_unit_test(the_limit_counts_bytes_and_leaves_characters_whole),
        cmocka_unit_test(other_keys_are_left_to_the_form),
        cmocka_unit_test(a_text_that_is_set_is_one_line_and_cannot_be_undone),
        cmocka_unit_test(a_secret_leaves_no_copy_for_undo),
        cmocka_unit_test(full_width_characters_fold_to_ascii),
        cmocka_unit_test(bytes_that_are_no_characters_do_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
