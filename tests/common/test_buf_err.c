#include "buf.h" /* ours before cmocka.h, whose fail() is a macro */
#include "err.h"
#include "log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#undef fail

static void an_empty_buffer_is_a_text(void **state) {
    AUTO_BUF struct buf b = {0};
    (void)state;
    assert_string_equal(buf_str(&b), "");
    buf_add(&b, NULL, 0);
    assert_string_equal(b.data, "");
    buf_reset(&b);
    assert_string_equal(buf_str(&b), "");
}

static void a_buffer_grows_and_always_ends(void **state) {
    AUTO_BUF struct buf b = {0};
    (void)state;
    for (size_t i = 0; i < 10000; i++) {
        buf_char(&b, (char)('a' + i % 26));
        assert_int_equal(b.len, i + 1);
        assert_int_equal(b.data[b.len], '\0');
    }
    for (size_t i = 0; i < 10000; i++)
        assert_int_equal(b.data[i], 'a' + (int)(i % 26));
}

static void a_buffer_is_printed_into(void **state) {
    AUTO_BUF struct buf b = {0};
    (void)state;
    buf_text(&b, "pool");
    buf_printf(&b, " %d of %s", 12, "cards");
    buf_printf(&b, "%s", "");
    buf_add(&b, "\0x", 2);
    assert_int_equal(b.len, 18);
    assert_memory_equal(b.data, "pool 12 of cards\0x", 18);
}

static void room_is_counted_by_the_caller(void **state) {
    AUTO_BUF struct buf b = {0};
    (void)state;
    memcpy(buf_room(&b, 3), "abc", 3);
    assert_int_equal(b.len, 0);
    b.len += 2;
    memcpy(buf_room(&b, 1), "d", 1);
    b.len += 1;
    assert_string_equal(buf_str(&b), "abd");
}

static void a_reset_buffer_keeps_nothing(void **state) {
    AUTO_BUF struct buf b = {0};
    (void)state;
    buf_text(&b, "secret");
    buf_reset(&b);
    for (size_t i = 0; i < b.cap; i++)
        assert_int_equal(b.data[i], 0);
}

static void every_kind_has_its_exit_code(void **state) {
    /* clang-format off */
    static const struct {
        enum err_kind kind;
        int exit_code;
        bool retry;
    } cases[] = {
        {ERR_NONE, 0, false},        {ERR_PARTIAL, 1, false},   {ERR_USAGE, 64, false},      {ERR_INPUT, 65, false},
        {ERR_UNAVAILABLE, 69, true}, {ERR_BUG, 70, false},      {ERR_IO, 74, true},          {ERR_BUSY, 75, true},
        {ERR_PROTOCOL, 76, true},    {ERR_PERMISSION, 77, false}, {ERR_CONFIG, 78, false},   {ERR_LOST, 75, true},
        {ERR_STOPPED, 143, true},
    };
    /* clang-format on */
    (void)state;
    assert_int_equal(ARRAY_LEN(cases), ERR_KINDS);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct err_class *c = err_class(cases[i].kind);
        assert_int_equal(c->exit_code, cases[i].exit_code);
        assert_int_equal(c->retry, cases[i].retry);
        assert_true(c->name[0] != '\0' && c->help[0] != '\0');
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(c->name, err_class(cases[j].kind)->name);
    }
}

static void failing_clears_what_was_there(void **state) {
    struct err err = {.kind = ERR_BUG, .errcode = 40001, .sqlstate = "40001", .text = "old", .cure = "old"};
    (void)state;
    assert_false(fail(&err, ERR_INPUT, "row %d is empty", 7));
    assert_int_equal(err.kind, ERR_INPUT);
    assert_int_equal(err.errcode, 0);
    assert_string_equal(err.sqlstate, "");
    assert_string_equal(err.text, "row 7 is empty");
    assert_string_equal(err.cure, "");
    err_clear(&err);
    assert_int_equal(err.kind, ERR_NONE);
}

static void context_comes_before_and_the_cure_stays(void **state) {
    struct err err = {0};
    (void)state;
    fail(&err, ERR_BUSY, "no slot is free");
    assert_false(fail_cure(&err, "wait for %s", "a claim"));
    assert_false(fail_in(&err, "template %d", 12));
    assert_string_equal(err.text, "template 12: no slot is free");
    assert_string_equal(err.cure, "wait for a claim");
    assert_int_equal(err.kind, ERR_BUSY);
}

static void an_error_may_quote_itself(void **state) {
    struct err err = {0};
    (void)state;
    fail(&err, ERR_IO, "disk full");
    fail(&err, ERR_PARTIAL, "1 of 2: %s", err.text);
    assert_string_equal(err.text, "1 of 2: disk full");
    fail_in(&err, "%s", err.text);
    assert_string_equal(err.text, "1 of 2: disk full: 1 of 2: disk full");
}

static void nobody_need_want_the_error(void **state) {
    (void)state;
    assert_false(fail(NULL, ERR_IO, "x"));
    assert_false(fail_cure(NULL, "x"));
    assert_false(fail_in(NULL, "x"));
    err_clear(NULL);
}

static void an_error_is_clean_and_cut(void **state) {
    struct err err = {0};
    char *storm = mem_new(100001);
    (void)state;
    fail(&err, ERR_PROTOCOL, "%s", "a\x1b[2J\r\n\xe2\x80\xae");
    assert_string_equal(err.text, "a\\x1b[2J\\x0d\\x0a\\u202e");
    memset(storm, 'x', 100000);
    fail(&err, ERR_PROTOCOL, "%s", storm);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    fail_in(&err, "%s", storm);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    free(storm);
}

/* The cut must not hide the half of a secret from the search. */
static void an_error_holds_no_secret_wherever_it_is_cut(void **state) {
    static const char secret[] = "CANARYCANARYCANARYCANARYCANARY";
    (void)state;
    log_secret_add(secret, strlen(secret));
    for (int before = 400; before < 530; before++) {
        struct err err = {0};
        fail(&err, ERR_PROTOCOL, "%*s%s", before, "", secret);
        assert_null(strstr(err.text, "CAN"));
        fail_cure(&err, "%*s%s", before - 256, "", secret);
        assert_null(strstr(err.cure, "CAN"));
    }
    log_secret_forget(secret, strlen(secret));
}

/* The exit code of a child that does `act`; its words are not ours to see. */
static int exit_code_of(void (*act)(void)) {
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        close(STDERR_FILENO);
        act();
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void do_bug(void) {
    bug("slot %d is gone", 3);
}

static void bug_at_exit(void) {
    bug("again");
}

static void do_bug_twice(void) {
    atexit(bug_at_exit);
    bug("once");
}

static void do_large_int(void) {
    int_of((size_t)INT32_MAX + 1);
}

static void do_negative_size(void) {
    size_of(-1);
}

static void a_bug_ends_the_program_with_70(void **state) {
    static void (*const acts[])(void) = {do_bug, do_bug_twice, do_large_int, do_negative_size};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(acts); i++)
        assert_int_equal(exit_code_of(acts[i]), 70);
    assert_int_equal(int_of(INT32_MAX), INT32_MAX);
    assert_int_equal(size_of(0), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_buffer_is_a_text),
        cmocka_unit_test(a_buffer_grows_and_always_ends),
        cmocka_unit_test(a_buffer_is_printed_into),
        cmocka_unit_test(room_is_counted_by_the_caller),
        cmocka_unit_test(a_reset_buffer_keeps_nothing),
        cmocka_unit_test(every_kind_has_its_exit_code),
        cmocka_unit_test(failing_clears_what_was_there),
        cmocka_unit_test(context_comes_before_and_the_cure_stays),
        cmocka_unit_test(an_error_may_quote_itself),
        cmocka_unit_test(nobody_need_want_the_error),
        cmocka_unit_test(an_error_is_clean_and_cut),
        cmocka_unit_test(an_error_holds_no_secret_wherever_it_is_cut),
        cmocka_unit_test(a_bug_ends_the_program_with_70),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
