/* Commands from their words. */
#include "harness.h"

#include <string.h>

#include "buf.h"
#include "words.h"

static void expect(const struct words *words, const char *text, const char *arguments) {
    struct arguments a = {0};
    AUTO_BUF struct buf joined = {0};

    words_arguments(words, text, &a);
    for (int i = 0; i < a.count; i++)
        buf_printf(&joined, "%s<%s>", i > 0 ? " " : "", a.list[i]);
    assert_string_equal(buf_str(&joined), arguments);
    arguments_clear(&a);
}

TEST(a_value_is_one_argument_whatever_is_in_it) {
    struct words w = {0};

    words_add(&w, "row", "a b; [rm] {low}");
    words_add(&w, "low", "7");
    words_add(&w, "none", "");
    expect(&w, "pool set {row} --low={low}", "<pool> <set> <a b; [rm] {low}> <--low=7>");
    expect(&w, "pool set {row} [--target {none}] [--low {low}]", "<pool> <set> <a b; [rm] {low}> <--low> <7>");
    expect(&w, "pool set [--target {none}] [--more {none}] {low}", "<pool> <set> <7>");
    expect(&w, "job list {none}", "<job> <list>");
    expect(&w, "job list [--state {unheard}]", "<job> <list>");
    expect(&w, "ticket show [--openid-file=-{?low}] [{?none}--json]", "<ticket> <show> <--openid-file=->");
    words_clear(&w);
}

TEST(marked_rows_are_an_argument_each) {
    struct words w = {0};

    words_add(&w, "marked", "12\n13 x\n14\n");
    expect(&w, "ticket void {marked} --yes", "<ticket> <void> <12> <13 x> <14> <--yes>");
    words_clear(&w);
}

TEST(a_value_that_looks_like_an_option_stands_behind_the_options) {
    struct words w = {0};

    words_add(&w, "scan", "-7");
    words_add(&w, "code", "A1\n--yes\nA2\n");
    words_add(&w, "reason", "--");
    expect(&w, "gate annul adult {scan} --reason={reason}", "<gate> <annul> <adult> <--reason=--> <--> <-7>");
    expect(&w, "ticket void {code} --template=adult", "<ticket> <void> <A1> <--template=adult> <--> <--yes> <A2>");
    expect(&w, "template import - --key={scan}", "<template> <import> <-> <--key=-7>");
    words_clear(&w);
}

TEST(words_of_a_line_are_quoted_as_lines_are_read) {
    struct words w = {0};
    AUTO_BUF struct buf line = {0};

    words_add(&w, "code", "A1");
    words_add(&w, "name", "Wang \"Lee\" Li");
    words_add(&w, "none", "");
    words_line(&w, "{code} name={name} [seat={none}] zone=B", &line);
    assert_string_equal(buf_str(&line), "A1 \"name=Wang \"\"Lee\"\" Li\" zone=B");
    words_clear(&w);
}

TEST(texts_are_filled_and_the_first_of_a_name_counts) {
    struct words w = {0};
    AUTO_BUF struct buf text = {0};

    words_add(&w, "key", "adult");
    words_add(&w, "key", "child");
    words_fill(&w, "of {key}{unheard}, {", &text);
    assert_string_equal(buf_str(&text), "of adult, ");
    words_clear(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_one_argument_whatever_is_in_it),
        cmocka_unit_test(marked_rows_are_an_argument_each),
        cmocka_unit_test(a_value_that_looks_like_an_option_stands_behind_the_options),
        cmocka_unit_test(words_of_a_line_are_quoted_as_lines_are_read),
        cmocka_unit_test(texts_are_filled_and_the_first_of_a_name_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
