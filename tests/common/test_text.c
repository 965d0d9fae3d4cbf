#include "text.h" /* before cmocka.h, whose fail() is a macro */

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <locale.h>

#include <cmocka.h>

struct sample {
    const char *name;
    const char *text;
    size_t len; /* 0: strlen() */
    const char *safe;
    int width;
};

/* clang-format off */
static const struct sample samples[] = {
    {"plain",               "ticket 12",                   0, "ticket 12", 9},
    {"empty",               "",                            0, "", 0},
    {"Chinese",             "\xe5\x8d\xa1\xe5\x88\xb8",    0, "\xe5\x8d\xa1\xe5\x88\xb8", 4},
    {"emoji",               "\xf0\x9f\x8e\xab",            0, "\xf0\x9f\x8e\xab", 2},
    {"ESC",                 "a\x1b[31mb",                  0, "a\\x1b[31mb", 10},
    {"OSC 52",              "\x1b]52;c;AAAA\x07",          0, "\\x1b]52;c;AAAA\\x07", 18},
    {"CR",                  "good\rbad",                   0, "good\\x0dbad", 11},
    {"LF",                  "one\ntwo",                    0, "one\\x0atwo", 10},
    {"TAB and BS",          "a\tb\bc",                     0, "a\\x09b\\x08c", 11},
    {"NUL",                 "a\0b",                        3, "a\\x00b", 6},
    {"DEL",                 "a\x7f",                       0, "a\\x7f", 5},
    {"C1: CSI",             "a\xc2\x9b" "31m",             0, "a\\x9b31m", 8},
    {"C1: next line",       "\xc2\x85",                    0, "\\x85", 4},
    {"C1 as a lone byte",   "\x9b" "31m",                  0, "\xef\xbf\xbd" "31m", 4},
    {"right-to-left",       "a\xe2\x80\xae" "gpj.exe",     0, "a\\u202egpj.exe", 14},
    {"isolate",             "\xe2\x81\xa6x\xe2\x81\xa9",   0, "\\u2066x\\u2069", 13},
    {"Arabic letter mark",  "\xd8\x9c",                    0, "\\u061c", 6},
    {"zero-width space",    "ad\xe2\x80\x8bmin",           0, "ad\\u200bmin", 11},
    {"zero-width joiner",   "\xe2\x80\x8d",                0, "\\u200d", 6},
    {"variation selector",  "\xe2\x9d\xa4\xef\xb8\x8f!",   0, "\xe2\x9d\xa4!", 2},
    {"line separator",      "\xe2\x80\xa8",                0, "\\u2028", 6},
    {"byte order mark",     "\xef\xbb\xbfx",               0, "\\ufeffx", 7},
    {"annotation",          "\xef\xbf\xb9",                0, "\\ufff9", 6},
    {"tag",                 "\xf3\xa0\x81\x81",            0, "\\U000e0041", 10},
    {"Hangul filler",       "\xe3\x85\xa4",                0, "\\u3164", 6},
    {"no character",        "\xef\xbf\xbf",                0, "\\uffff", 6},
    {"a combining mark",    "e\xcc\x81",                   0, "e\xcc\x81", 1},
    {"four marks",          "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81x", 0, "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81x", 2},
    {"a storm of marks",    "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81x", 0,
                            "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81x", 2},
    {"overlong slash",      "\xc0\xaf",                    0, "\xef\xbf\xbd\xef\xbf\xbd", 2},
    {"a surrogate",         "\xed\xa0\x80",                0, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", 3},
    {"above U+10FFFF",      "\xf4\x90\x80\x80",            0, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", 4},
    {"cut short",           "a\xe5\x8d",                   0, "a\xef\xbf\xbd\xef\xbf\xbd", 3},
    {"half, then a letter", "\xe5" "abc",                  0, "\xef\xbf\xbd" "abc", 4},
    {"printf",              "%n%s%99999d",                 0, "%n%s%99999d", 11},
    {"SQL and CSV",         "'; drop table x; =cmd|\"",    0, "'; drop table x; =cmd|\"", 23},
    {"an escape already",   "\\x1b",                       0, "\\x1b", 4},
};
/* clang-format on */

static size_t sample_len(const struct sample *s) {
    return s->len > 0 ? s->len : strlen(s->text);
}

static void hostile_text_becomes_visible(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
        AUTO_BUF struct buf out = {0};
        print_message("  %s\n", samples[i].name);
        safe_text(&out, samples[i].text, sample_len(&samples[i]));
        assert_string_equal(buf_str(&out), samples[i].safe);
    }
}

static void safe_text_changes_nothing_the_second_time(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
        AUTO_BUF struct buf once = {0}, twice = {0};
        safe_text(&once, samples[i].text, sample_len(&samples[i]));
        safe_text(&twice, buf_str(&once), once.len);
        assert_string_equal(buf_str(&once), buf_str(&twice));
    }
}

static void the_width_is_that_of_wcswidth(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
        AUTO_BUF struct buf out = {0};
        wchar_t wide[256];
        size_t n;
        print_message("  %s\n", samples[i].name);
        safe_text(&out, samples[i].text, sample_len(&samples[i]));
        n = mbstowcs(wide, buf_str(&out), ARRAY_LEN(wide));
        assert_true(n < ARRAY_LEN(wide));
        assert_int_equal(text_width(buf_str(&out)), wcswidth(wide, n));
        assert_int_equal(text_width(buf_str(&out)), samples[i].width);
    }
}

static void the_width_does_not_depend_on_the_locale(void **state) {
    (void)state;
    setlocale(LC_CTYPE, "C");
    assert_int_equal(text_width("\xe5\x8d\xa1\xe5\x88\xb8"), 4);
    setlocale(LC_CTYPE, "C.UTF-8");
    assert_int_equal(text_width("\xe5\x8d\xa1\xe5\x88\xb8"), 4);
}

/* Every character there is, one at a time. */
static void no_character_is_left_without_a_width(void **state) {
    (void)state;
    for (uint32_t point = 1; point <= 0x10FFFF; point++) {
        AUTO_BUF struct buf out = {0};
        wchar_t wide[16];
        char bytes[MB_LEN_MAX];
        int n = point >= 0xD800 && point <= 0xDFFF ? -1 : wctomb(bytes, (wchar_t)point);
        if (n < 0)
            continue;
        safe_text(&out, bytes, (size_t)n);
        assert_true(out.len <= 10 * (size_t)n);
        assert_int_equal(wcswidth(wide, mbstowcs(wide, buf_str(&out), ARRAY_LEN(wide))), text_width(buf_str(&out)));
    }
}

static void a_copy_is_cut_between_characters(void **state) {
    /* clang-format off */
    static const struct {
        const char *text;
        size_t size;
        const char *copied, *safe;
    } cases[] = {
        {"abc",                           4, "abc", "abc"},
        {"abc",                           3, "ab",  "ab"},
        {"abc",                           1, "",    ""},
        {"\xe5\x8d\xa1\xe5\x88\xb8",      7, "\xe5\x8d\xa1\xe5\x88\xb8", "\xe5\x8d\xa1\xe5\x88\xb8"},
        {"\xe5\x8d\xa1\xe5\x88\xb8",      6, "\xe5\x8d\xa1", "\xe5\x8d\xa1"},
        {"\xe5\x8d\xa1\xe5\x88\xb8",      3, "",    ""},
        {"ab\x1b" "c",                    6, "ab\x1b" "c", "ab"}, /* never half an escape */
    };
    /* clang-format on */
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char out[16];
        assert_int_equal(text_copy(out, cases[i].size, cases[i].text), strlen(cases[i].text) < cases[i].size);
        assert_string_equal(out, cases[i].copied);
        assert_string_equal(safe_copy(out, cases[i].size, cases[i].text), cases[i].safe);
    }
}

static void a_fitting_prefix_never_splits_a_character(void **state) {
    /* clang-format off */
    static const struct {
        const char *text;
        int columns;
        size_t bytes;
    } cases[] = {
        {"abc", 2, 2}, {"abc", 9, 3}, {"abc", 0, 0}, {"", 5, 0},
        {"\xe5\x8d\xa1\xe5\x88\xb8", 4, 6},
        {"\xe5\x8d\xa1\xe5\x88\xb8", 3, 3},
        {"\xe5\x8d\xa1\xe5\x88\xb8", 1, 0},
        {"e\xcc\x81x", 1, 3}, /* a mark stays with its letter */
    };
    /* clang-format on */
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_int_equal(text_fit(cases[i].text, cases[i].columns), cases[i].bytes);
}

static void utf8_is_strict(void **state) {
    /* clang-format off */
    static const struct {
        const char *bytes;
        bool valid;
    } cases[] = {
        {"", true}, {"a", true}, {"\xc2\x80", true}, {"\xdf\xbf", true}, {"\xe0\xa0\x80", true}, {"\xed\x9f\xbf", true},
        {"\xee\x80\x80", true}, {"\xf0\x90\x80\x80", true}, {"\xf4\x8f\xbf\xbf", true},
        {"\x80", false}, {"\xc0\x80", false}, {"\xc1\xbf", false}, {"\xe0\x9f\xbf", false}, {"\xed\xa0\x80", false},
        {"\xed\xbf\xbf", false}, {"\xf0\x8f\xbf\xbf", false}, {"\xf4\x90\x80\x80", false}, {"\xf5\x80\x80\x80", false},
        {"\xff", false}, {"\xc2", false}, {"\xe0\xa0", false}, {"\xf0\x90\x80", false}, {"a\xc2z", false},
    };
    /* clang-format on */
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        print_message("  %zu\n", i);
        assert_int_equal(utf8_valid(cases[i].bytes, strlen(cases[i].bytes)), cases[i].valid);
    }
}

static void the_nearest_name_is_found(void **state) {
    static const char *const names[] = {"host", "key-file", "log-file", "log-level", "log-format", "proxy"};
    /* clang-format off */
    static const struct {
        const char *word, *nearest;
    } cases[] = {
        {"hots", "host"}, {"host", "host"}, {"key_file", "key-file"}, {"loglevel", "log-level"}, {"prxy", "proxy"},
        {"log-fiel", "log-file"}, {"umbrella", NULL}, {"", NULL}, {"x", NULL},
    };
    /* clang-format on */
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *nearest = text_nearest(cases[i].word, names, ARRAY_LEN(names));
        print_message("  %s\n", cases[i].word);
        if (cases[i].nearest == NULL)
            assert_null(nearest);
        else
            assert_string_equal(nearest, cases[i].nearest);
    }
}

static void a_word_of_any_length_may_be_asked_for(void **state) {
    static const char *const names[] = {"host"};
    char word[10000];
    (void)state;
    memset(word, 'h', sizeof word);
    word[sizeof word - 1] = '\0';
    assert_null(text_nearest(word, names, 1));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_text_becomes_visible),
        cmocka_unit_test(safe_text_changes_nothing_the_second_time),
        cmocka_unit_test(the_width_is_that_of_wcswidth),
        cmocka_unit_test(the_width_does_not_depend_on_the_locale),
        cmocka_unit_test(no_character_is_left_without_a_width),
        cmocka_unit_test(a_copy_is_cut_between_characters),
        cmocka_unit_test(a_fitting_prefix_never_splits_a_character),
        cmocka_unit_test(utf8_is_strict),
        cmocka_unit_test(the_nearest_name_is_found),
        cmocka_unit_test(a_word_of_any_length_may_be_asked_for),
    };
    setlocale(LC_CTYPE, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
