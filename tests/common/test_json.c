#include "json.h" /* before cmocka.h, whose fail() is a macro */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static cJSON *parse(const char *text, struct err *err) {
    return json_parse(text, strlen(text), NULL, err);
}

/* What WeChat or somebody in between may send (F51, F52): none of it is an answer. */
/* clang-format off */
static const struct garbage {
    const char *name, *text;
    size_t len; /* 0: strlen() */
    const char *why;
} garbage[] = {
    {"nothing",               "",                              0, "line 1, column 1: nothing there"},
    {"spaces",                "  \n ",                         0, "line 2, column 2: nothing there"},
    {"HTML",                  "<html>502</html>",              0, "object expected"},
    {"HTML behind",           "{\"errcode\":0}<html>",         0, "column 14: more text behind the end"},
    {"two objects",           "{}{}",                          0, "more text behind the end"},
    {"a list",                "[{\"errcode\":0}]",             0, "object expected"},
    {"a number",              "0",                             0, "object expected"},
    {"a string",              "\"ok\"",                        0, "object expected"},
    {"null",                  "null",                          0, "object expected"},
    {"BOM",                   "\xef\xbb\xbf{}",                0, "byte order mark"},
    {"UTF-16",                "\xff\xfe{\0}\0",                6, "not UTF-8"},
    {"bad UTF-8",             "{\"errmsg\":\"\xe5\x8d\"}",     0, "column 12: not UTF-8"},
    {"an overlong quote",     "{\"errmsg\":\"\xc0\xa2\"}",     0, "not UTF-8"},
    {"a surrogate in bytes",  "{\"errmsg\":\"\xed\xa0\x80\"}", 0, "not UTF-8"},
    {"NUL at the end",        "{}\0",                          3, "NUL byte"},
    {"NUL in a string",       "{\"ticket\":\"a\0b\"}",         16, "NUL byte"},
    {"\\u0000",               "{\"ticket\":\"a\\u0000b\"}",    0, "u0000 in a string"},
    {"high surrogate alone",  "{\"a\":\"\\ud83c\"}",           0, "half a surrogate pair"},
    {"high, then a letter",   "{\"a\":\"\\ud83cx\"}",          0, "half a surrogate pair"},
    {"high, then no low",     "{\"a\":\"\\ud83c\\u0041\"}",    0, "half a surrogate pair"},
    {"low surrogate alone",   "{\"a\":\"\\udfab\"}",           0, "half a surrogate pair"},
    {"short \\u",             "{\"a\":\"\\u12\"}",             0, "four hexadecimal digits"},
    {"unknown escape",        "{\"a\":\"\\x1b\"}",             0, "unknown escape"},
    {"ESC in errmsg",         "{\"errmsg\":\"\x1b[31m\"}",     0, "control character in a string"},
    {"newline in a string",   "{\"ticket\":\"a\nb\"}",         0, "control character in a string"},
    {"cut in a string",       "{\"errmsg\":\"o",               0, "string without end"},
    {"cut behind an escape",  "{\"errmsg\":\"o\\",             0, "unknown escape"},
    {"cut in an object",      "{\"errcode\":0",                0, "',' or '}' expected"},
    {"cut behind a comma",    "{\"errcode\":0,",               0, "string expected"},
    {"comma at the end",      "{\"errcode\":0,}",              0, "string expected"},
    {"comma in a list",       "{\"a\":[1,]}",                  0, "value expected"},
    {"no colon",              "{\"errcode\" 0}",               0, "':' expected"},
    {"no value",              "{\"errcode\":}",                0, "value expected"},
    {"a bare name",           "{errcode:0}",                   0, "string expected"},
    {"single quotes",         "{'errcode':0}",                 0, "string expected"},
    {"a comment",             "{/* */}",                       0, "string expected"},
    {"+1",                    "{\"a\":+1}",                    0, "value expected"},
    {"01",                    "{\"a\":01}",                    0, "',' or '}' expected"},
    {".5",                    "{\"a\":.5}",                    0, "value expected"},
    {"5.",                    "{\"a\":5.}",                    0, "digit expected"},
    {"1e",                    "{\"a\":1e}",                    0, "digit expected"},
    {"a lone minus",          "{\"a\":-}",                     0, "digit expected"},
    {"hexadecimal",           "{\"a\":0x10}",                  0, "',' or '}' expected"},
    {"NaN",                   "{\"a\":NaN}",                   0, "value expected"},
    {"Infinity",              "{\"a\":-Infinity}",             0, "digit expected"},
    {"1e999",                 "{\"a\":1e999}",                 0, "a: number too large"},
    {"1e999 in a list",       "{\"a\":[1e999]}",               0, "in a list: number too large"},
    {"a number of 60 digits", "{\"a\":123456789012345678901234567890123456789012345678901234567890}", 0,
                                                                  "number too long"},
    {"True",                  "{\"a\":True}",                  0, "value expected"},
    {"vertical tab",          "{\v}",                          0, "string expected"},
    {"a duplicate",           "{\"errcode\":0,\"errcode\":40001}", 0, "errcode: there twice"},
    {"a disguised duplicate", "{\"errcode\":0,\"\\u0065rrcode\":40001}", 0, "errcode: there twice"},
    {"a nested duplicate",    "{\"a\":[{\"b\":{\"c\":1,\"d\":2,\"c\":3}}]}", 0, "c: there twice"},
};
/* clang-format on */

static void garbage_is_refused_with_its_reason(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(garbage); i++) {
        const struct garbage *g = &garbage[i];
        struct err err = {0};
        print_message("  %s\n", g->name);
        assert_null(json_parse(g->text, g->len > 0 ? g->len : strlen(g->text), NULL, &err));
        assert_int_equal(err.kind, ERR_PROTOCOL);
        if (strstr(err.text, g->why) == NULL)
            fail_msg("\"%s\" expected in \"%s\"", g->why, err.text);
    }
}

static void every_cut_of_an_answer_is_refused(void **state) {
    static const char whole[] = "{\"errcode\":0,\"a\":[1,{\"b\":\"\\u5361\xe5\x88\xb8\"},true,null],\"e\":-1.5e3}";
    AUTO_JSON cJSON *json = parse(whole, NULL);
    (void)state;
    assert_non_null(json);
    for (size_t len = 0; len < sizeof whole - 1; len++) {
        struct err err = {0};
        char *exact = malloc(len + 1); /* exactly as long as told, so that the sanitizer sees a byte too far */
        assert_non_null(exact);
        exact = realloc(exact, len > 0 ? len : 1);
        memcpy(exact, whole, len);
        assert_null(json_parse(exact, len, NULL, &err));
        assert_int_equal(err.kind, ERR_PROTOCOL);
        free(exact);
    }
}

static void what_is_refused_says_line_and_column(void **state) {
    struct err err = {0};
    (void)state;
    assert_null(parse("{\n  \"errcode\": 0,\n  \"errmsg\": oops\n}", &err));
    assert_string_equal(err.text, "line 3, column 13: value expected");
}

static cJSON *parse_nested(int depth, const struct json_limits *limits, struct err *err) {
    AUTO_BUF struct buf text = {0};
    buf_text(&text, "{\"a\":");
    for (int i = 1; i < depth; i++)
        buf_char(&text, '[');
    for (int i = 1; i < depth; i++)
        buf_char(&text, ']');
    buf_text(&text, depth == 1 ? "0}" : "}");
    return json_parse(text.data, text.len, limits, err);
}

static void depth_is_limited(void **state) {
    /* clang-format off */
    static const struct {
        int depth, limit;
        bool accepted;
    } cases[] = {
        {1, 0, true}, {8, 0, true}, {9, 0, false}, {10000, 0, false},
        {9, 9, true}, {10, 9, false}, {10000, 100000, false}, /* whatever the caller allows, the stack is ours */
    };
    /* clang-format on */
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct json_limits limits = {.depth = cases[i].limit};
        struct err err = {0};
        AUTO_JSON cJSON *json = parse_nested(cases[i].depth, &limits, &err);
        assert_int_equal(json != NULL, cases[i].accepted);
        if (json == NULL)
            assert_non_null(strstr(err.text, "nested too deep"));
    }
}

static void brothers_are_not_deep(void **state) {
    AUTO_JSON cJSON *json = parse("{\"a\":[{},{},{},[],[],[],{},{},{},[[]],[[]]],\"b\":{},\"c\":[],\"d\":{}}", NULL);
    (void)state;
    assert_non_null(json);
}

static cJSON *parse_members(int members, const struct json_limits *limits, struct err *err) {
    AUTO_BUF struct buf text = {0};
    for (int i = 0; i < members; i++)
        buf_printf(&text, "%c\"m%d\":%d", i == 0 ? '{' : ',', i, i);
    buf_char(&text, '}');
    return json_parse(text.data, text.len, limits, err);
}

static void members_are_limited(void **state) {
    const struct json_limits more = {.members = 100};
    struct err err = {0};
    AUTO_JSON cJSON *most = parse_members(64, NULL, &err);
    AUTO_JSON cJSON *template = parse_members(100, &more, &err);
    (void)state;
    assert_non_null(most);
    assert_non_null(template);
    assert_null(parse_members(65, NULL, &err));
    assert_non_null(strstr(err.text, "too many members"));
    assert_null(parse_members(101, &more, &err));
}

static void size_is_limited(void **state) {
    const struct json_limits small = {.size = 8};
    struct err err = {0};
    AUTO_JSON cJSON *fits = json_parse("{\"a\":10}", 8, &small, &err);
    char *huge = mem_new((1 << 20) + 2);
    (void)state;
    assert_non_null(fits);
    assert_null(json_parse("{\"a\":100}", 9, &small, &err));
    assert_string_equal(err.text, "9 bytes, at most 8 accepted");
    memset(huge, ' ', (1 << 20) + 1);
    memcpy(huge, "{}", 2);
    fits = (cJSON_Delete(fits), json_parse(huge, 1 << 20, NULL, &err));
    assert_non_null(fits);
    assert_null(json_parse(huge, (1 << 20) + 1, NULL, &err));
    free(huge);
}

/* clang-format off */
static const struct number {
    const char *written;
    bool whole;
    int64_t value;
} numbers[] = {
    {"0", true, 0},           {"-0", true, 0},          {"7200", true, 7200},      {"-1", true, -1},
    {"7200.0", true, 7200},   {"7.2e3", true, 7200},    {"1E3", true, 1000},       {"1000e-3", true, 1},
    {"9007199254740991", true, INT64_C(9007199254740991)}, {"-9007199254740991", true, -INT64_C(9007199254740991)},
    {"9007199254740992", false, 0}, {"9007199254740993", false, 0}, {"18446744073709551616", false, 0},
    {"9223372036854775807", false, 0}, {"1e300", false, 0}, {"-1e300", false, 0},
    {"7200.5", false, 0},     {"0.9", false, 0},        {"1e-3", false, 0},
    {"\"7200\"", false, 0},   {"\"\"", false, 0},       {"true", false, 0},        {"null", false, 0},
    {"[7200]", false, 0},     {"{\"n\":7200}", false, 0},
};
/* clang-format on */

static void only_whole_numbers_are_integers(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        AUTO_BUF struct buf text = {0};
        AUTO_JSON cJSON *json = NULL;
        struct err err = {0};
        int64_t got = 4711;
        print_message("  %s\n", numbers[i].written);
        buf_printf(&text, "{\"n\":%s}", numbers[i].written);
        json = parse(text.data, &err);
        assert_non_null(json);
        assert_int_equal(json_need_int(json, "n", INT64_MIN, INT64_MAX, &got, &err), numbers[i].whole);
        assert_int_equal(got, numbers[i].whole ? numbers[i].value : 4711);
        assert_int_equal(json_may_int(json, "n", INT64_MIN, INT64_MAX, &got, &err), numbers[i].whole);
    }
}

static void an_integer_is_within_its_range(void **state) {
    AUTO_JSON cJSON *json = parse("{\"expires_in\":7201,\"zero\":0,\"minus\":-1,\"huge\":1e9}", NULL);
    static const char *const refused[] = {"expires_in", "zero", "minus", "huge"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        struct err err = {0};
        int64_t got = 4711;
        assert_false(json_need_int(json, refused[i], 60, 7200, &got, &err));
        assert_int_equal(got, 4711);
        assert_int_equal(err.kind, ERR_PROTOCOL);
    }
    {
        struct err err = {0};
        int64_t got;
        assert_false(json_need_int(json, "expires_in", 60, 7200, &got, &err));
        assert_string_equal(err.text, "expires_in: whole number of 60..7200 expected");
        assert_true(json_need_int(json, "expires_in", 60, 7201, &got, &err));
    }
}

static void names_are_exact(void **state) {
    AUTO_JSON cJSON *json = parse("{\"ERRCODE\":0,\"errcode\":40001,\"ErrMsg\":\"x\"}", NULL);
    struct err err = {0};
    const char *text = NULL;
    int64_t got = 0;
    (void)state;
    assert_true(json_need_int(json, "errcode", INT32_MIN, INT32_MAX, &got, &err));
    assert_int_equal(got, 40001);
    assert_false(json_need_text(json, "errmsg", 0, 200, NULL, &text, &err));
    assert_string_equal(err.text, "errmsg: missing");
}

static void what_may_be_absent_leaves_the_value_alone(void **state) {
    AUTO_JSON cJSON *json = parse("{\"nothing\":null}", NULL);
    struct err err = {0};
    const char *text = "before";
    int64_t number = 7;
    bool flag = true;
    (void)state;
    assert_true(json_may_int(json, "n", 0, 1, &number, &err));
    assert_true(json_may_text(json, "t", 0, 1, NULL, &text, &err));
    assert_true(json_may_bool(json, "b", &flag, &err));
    assert_int_equal(number, 7);
    assert_string_equal(text, "before");
    assert_true(flag);
    /* null is there, and is of no type we asked for */
    assert_false(json_may_int(json, "nothing", 0, 1, &number, &err));
    assert_false(json_may_text(json, "nothing", 0, 1, NULL, &text, &err));
    assert_false(json_may_bool(json, "nothing", &flag, &err));
}

/* clang-format off */
static const struct text_case {
    const char *value;
    bool accepted;
} tickets[] = {
    {"\"0123456789abcdef\"", true}, {"\"0123456789abcde\"", false}, {"\"\"", false},
    {"\"0123456789ABC_-z\"", true}, {"\"0123456789abc\\\"ef\"", false}, {"\"0123456789abc\\nef\"", false},
    {"\"0123456789abc ef\"", false}, {"\"0123456789abc\xe5\x8d\xa1\"", false}, {"\"0123456789abc.ef\"", false},
    {"1234567890123456", false}, {"null", false}, {"[\"0123456789abcdef\"]", false}, {"true", false},
    {"{\"v\":\"0123456789abcdef\"}", false},
    {"\"01234567890123456789\"", true}, {"\"012345678901234567890\"", false},
};
/* clang-format on */

static void a_text_has_its_length_and_characters(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(tickets); i++) {
        AUTO_BUF struct buf text = {0};
        AUTO_JSON cJSON *json = NULL;
        struct err err = {0};
        const char *got = NULL;
        print_message("  %s\n", tickets[i].value);
        buf_printf(&text, "{\"ticket\":%s}", tickets[i].value);
        json = parse(text.data, &err);
        assert_non_null(json);
        assert_int_equal(json_need_text(json, "ticket", 16, 20, "a-zA-Z0-9_-", &got, &err), tickets[i].accepted);
        assert_int_equal(got != NULL, tickets[i].accepted);
        /* what was sent may be a secret */
        assert_null(strstr(err.text, "0123456789"));
    }
}

static void a_token_of_a_megabyte_is_refused(void **state) {
    enum { LONG = 1000000 };
    AUTO_BUF struct buf text = {0};
    AUTO_JSON cJSON *json = NULL;
    struct err err = {0};
    const char *got = NULL;
    (void)state;
    buf_text(&text, "{\"access_token\":\"");
    memset(buf_room(&text, LONG), 'a', LONG);
    text.len += LONG;
    buf_text(&text, "\"}");
    json = json_parse(text.data, text.len, NULL, &err);
    assert_non_null(json);
    assert_false(json_need_text(json, "access_token", 16, 512, NULL, &got, &err));
}

static void members_of_another_type_are_not_there(void **state) {
    AUTO_JSON cJSON *json = parse("{\"o\":{\"x\":1},\"a\":[1],\"s\":\"x\",\"f\":false}", NULL);
    bool flag = true;
    (void)state;
    assert_non_null(json_object(json, "o"));
    assert_non_null(json_array(json, "a"));
    assert_null(json_object(json, "a"));
    assert_null(json_array(json, "o"));
    assert_null(json_object(json, "s"));
    assert_null(json_object(json, "gone"));
    assert_null(json_object(NULL, "o"));
    assert_null(json_object(json_array(json, "a"), "o"));
    assert_true(json_may_bool(json, "f", &flag, NULL));
    assert_false(flag);
    assert_false(json_may_bool(json, "s", &flag, NULL));
}

static void escapes_are_read(void **state) {
    AUTO_JSON cJSON *json = parse("{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u5361\\ud83c\\udfab\"}", NULL);
    const char *got = NULL;
    (void)state;
    assert_true(json_need_text(json, "a", 0, 100, NULL, &got, NULL));
    assert_string_equal(got, "\"\\/\b\f\n\r\t\xe5\x8d\xa1\xf0\x9f\x8e\xab");
}

static void json_is_printed_raw_and_whole(void **state) {
    AUTO_JSON cJSON *json = json_new();
    AUTO_BUF struct buf out = {0};
    cJSON *inner = json_new(), *list = cJSON_CreateArray();
    (void)state;
    json_add_text(json, "title", "\xe5\x8d\xa1\xe5\x88\xb8 https://example.com/a?b=c&d");
    json_add_text(json, "control", "a\"b\\c\n\t\x1b");
    json_add_int(json, "big", INT64_C(1) << 53);
    json_add_int(json, "round", INT64_C(1000000000000000));
    json_add_int(json, "minus", -42);
    json_add_bool(json, "yes", true);
    json_add_bool(inner, "no", false);
    json_add(json, "inner", inner);
    cJSON_AddItemToArray(list, cJSON_CreateNumber(0.1));
    cJSON_AddItemToArray(list, cJSON_CreateNumber(-0.0));
    cJSON_AddItemToArray(list, cJSON_CreateNumber(1e300));
    cJSON_AddItemToArray(list, cJSON_CreateNull());
    json_add(json, "list", list);
    json_add(json, "empty", cJSON_CreateArray());
    json_print(&out, json);
    assert_string_equal(buf_str(&out),
                        "{\"title\":\"\xe5\x8d\xa1\xe5\x88\xb8 https://example.com/a?b=c&d\","
                        "\"control\":\"a\\\"b\\\\c\\n\\t\\u001b\",\"big\":9007199254740992,"
                        "\"round\":1000000000000000,\"minus\":-42,\"yes\":true,\"inner\":{\"no\":false},"
                        "\"list\":[0.1,0,1e+300,null],\"empty\":[]}");
}

static void what_is_printed_is_read_back(void **state) {
    static const char text[] = "{\"a\":[1,2.5,{\"b\":\"\\\"/\xe5\x8d\xa1\"}],\"c\":{},\"d\":null,\"e\":true}";
    AUTO_JSON cJSON *json = parse(text, NULL);
    AUTO_BUF struct buf out = {0};
    (void)state;
    json_print(&out, json);
    assert_string_equal(buf_str(&out), text);
}

static void bad_bytes_are_not_quoted(void **state) {
    AUTO_BUF struct buf out = {0};
    (void)state;
    json_quote(&out, "a\xff\xe5\x8d");
    assert_string_equal(buf_str(&out), "\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(garbage_is_refused_with_its_reason),
        cmocka_unit_test(every_cut_of_an_answer_is_refused),
        cmocka_unit_test(what_is_refused_says_line_and_column),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(brothers_are_not_deep),
        cmocka_unit_test(members_are_limited),
        cmocka_unit_test(size_is_limited),
        cmocka_unit_test(only_whole_numbers_are_integers),
        cmocka_unit_test(an_integer_is_within_its_range),
        cmocka_unit_test(names_are_exact),
        cmocka_unit_test(what_may_be_absent_leaves_the_value_alone),
        cmocka_unit_test(a_text_has_its_length_and_characters),
        cmocka_unit_test(a_token_of_a_megabyte_is_refused),
        cmocka_unit_test(members_of_another_type_are_not_there),
        cmocka_unit_test(escapes_are_read),
        cmocka_unit_test(json_is_printed_raw_and_whole),
        cmocka_unit_test(what_is_printed_is_read_back),
        cmocka_unit_test(bad_bytes_are_not_quoted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
