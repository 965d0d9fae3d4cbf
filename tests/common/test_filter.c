#include "filter.h" /* before cmocka.h, whose fail() is a macro */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "csv.h"

#define TEST(name) static void name(void **state UNUSED)

static const char *const states[] = {"added", "gifted", "void", NULL};
static const struct filter_field fields[] = {
    {"code", FILTER_WORD, "c = {} or p = {}", "c ^@ {}", NULL, true, false, ""},
    {"state", FILTER_ONE_OF, "s = {}", NULL, states, false, false, ""},
    {"claimed", FILTER_TIME, "t", NULL, NULL, true, false, ""},
};
static const struct filter_table table = {fields, ARRAY_LEN(fields)};

/* clang-format off */
static const struct {
    const char *text, *sql, *values;
} good[] = {
    {"", "", ""},
    {"  A1 ", " and ((c ^@ $1))", "A1 "},
    {"code:A1", " and ((c = $1 or p = $1))", "A1 "},
    {"code:A*", " and ((c ^@ $1))", "A "},
    {"code:A1,B2 state:void", " and ((c = $1 or p = $1) or (c = $2 or p = $2)) and ((s = $3))", "A1 B2 void "},
    {"-state:void,gifted", " and ((s = $1) or (s = $2)) is not true", "void gifted "},
    {"code:\"A, b\"", " and ((c = $1 or p = $1))", "A, b "},
    {"code:x';drop", " and ((c = $1 or p = $1))", "x';drop "},
    {"claimed:today", " and ((t >= (select kaquan.typed_time('today')) and t < (select kaquan.typed_time('today', '1 day'))))", ""},
    {"claimed>=-7d", " and ((t >= now() - $1::interval))", "7d "},
    {"claimed>2026-11-01", " and ((t >= (select kaquan.typed_time($1, '1 day'))))", "2026-11-01 "},
    {"claimed<2026-11-01T10:30", " and ((t < (select kaquan.typed_time($1))))", "2026-11-01T10:30 "},
    {"claimed:2026-11-01..2026-11-05", " and ((t >= (select kaquan.typed_time($1)) and t < (select kaquan.typed_time($2, '1 day'))))",
     "2026-11-01 2026-11-05 "},
};

static const struct {
    const char *text, *why, *cure;
} bad[] = {
    {"cod:A1", "column 1: there is no field \"cod\"", "did you mean code:?"},
    {"code:A1 sate:void", "column 9: there is no field \"sate\"", "state"},
    {"state:viod", "column 7: no such value: \"viod\"", "void"},
    {"code:", "column 6: a value expected", ""},
    {"code:\"A", "column 7: a quote without end", ""},
    {"code:\"A\"b", "column 9: a blank expected", ""},
    {"code>=A", "column 1: code: is not a time", ""},
    {"claimed:soon", "column 9: \"soon\" is no time", "-7d"},
    {"claimed:2026-02-31", "is no time", ""},
    {"claimed:today,yesterday", "one time", ""},
    {"code:a,b,c,d,e,f,g,h,i", "too many values", ""},
    {"a b c d e f g h i j k l m n o p q", "too many terms", ""},
    {"@mine", "saved filters", ""},
    {"-", "a value expected", ""},
};
/* clang-format on */

TEST(a_filter_becomes_conditions_with_parameters) {
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        AUTO_BUF struct buf sql = {0}, values = {0};
        struct filter_parameters p = {.count = 0};
        struct filter filter;
        struct err err = {0};
        if (!filter_read(&table, good[i].text, &filter, &err))
            fail_msg("%s: %s", good[i].text, err.text);
        assert_true(filter_write(&filter, &sql, &p, &err));
        for (size_t v = 0; v < p.count; v++)
            buf_printf(&values, "%s ", p.value[v].text);
        assert_string_equal(buf_str(&sql), good[i].sql);
        assert_string_equal(buf_str(&values), good[i].values);
    }
}

TEST(a_mistake_is_named_with_its_column_and_the_nearest_word) {
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct filter filter;
        struct err err = {0};
        if (filter_read(&table, bad[i].text, &filter, &err) || err.kind != ERR_USAGE ||
            strstr(err.text, bad[i].why) == NULL || strstr(err.cure, bad[i].cure) == NULL)
            fail_msg("%s: \"%s\" (%s)", bad[i].text, err.text, err.cure);
    }
}

TEST(only_a_term_that_finds_few_rows_counts_as_indexed) {
    struct filter filter;
    assert_true(filter_read(&table, "state:void", &filter, NULL) && !filter_is_indexed(&filter));
    assert_true(filter_read(&table, "-code:A1", &filter, NULL) && !filter_is_indexed(&filter));
    assert_true(filter_read(&table, "state:void code:A1", &filter, NULL) && filter_is_indexed(&filter));
}

TEST(a_cell_of_csv_is_no_formula_and_one_line) {
    static const char *const cells[][2] = {
        {"plain", "plain"},  {"=1+1", "'=1+1"},         {"  =1+1", "'  =1+1"},  {"+49", "'+49"}, {"-1", "'-1"},
        {"@x", "'@x"},       {"a,b", "\"a,b\""},        {"a\"b", "\"a\"\"b\""}, {"", ""},        {"松湖", "松湖"},
        {"a\nb", "a\\x0ab"}, {"\x1b[31m", "\\x1b[31m"}, {"\t=1", "'\\x09=1"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cells); i++) {
        AUTO_BUF struct buf out = {0};
        csv_cell(&out, cells[i][0]);
        assert_string_equal(buf_str(&out), cells[i][1]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_filter_becomes_conditions_with_parameters),
        cmocka_unit_test(a_mistake_is_named_with_its_column_and_the_nearest_word),
        cmocka_unit_test(only_a_term_that_finds_few_rows_counts_as_indexed),
        cmocka_unit_test(a_cell_of_csv_is_no_formula_and_one_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
