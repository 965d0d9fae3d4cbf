/* operator.h - what a person does at the console, for tests of its screens. */
#ifndef KAQUAN_TEST_OPERATOR_H
#define KAQUAN_TEST_OPERATOR_H

#include <string.h>

#include "harness.h"
#include "screen.h"

#define ESC "\x1b"
#define ENTER "\r"
#define TAB "\t"
#define CTRL_S "\x13" /* sends a form off */

/* The console at one of its screens. */
static inline struct test_screen *operator_at(const struct test_screen_run *how, const char *screen) {
    return test_screen_start(how, test_path("KAQUAN_CONSOLE"), (const char *const[]){"--screen", screen, NULL});
}

static inline void operator_unlocks(struct test_screen *s) {
    test_screen_until(s, "LOCKED");
    test_screen_keys(s, "!");
    test_screen_until(s, "Minutes");
    test_screen_keys(s, CTRL_S);
    test_screen_until(s, "unlocked");
    test_screen_idle(s);
}

/* Several texts that stand in one row with `row`. */
#define assert_row(s, row, ...)                                                                                      \
    do {                                                                                                             \
        const char *const parts_[] = {__VA_ARGS__};                                                                  \
        for (size_t i_ = 0; i_ < ARRAY_LEN(parts_); i_++)                                                            \
            test_screen_until_both(s, row, parts_[i_]);                                                              \
    } while (0)

/* Waits until the database answers `value` to a question. */
struct operator_wish {
    const char *sql, *value;
};
static inline bool operator_wish_is_true(void *context) {
    const struct operator_wish *wish = context;

    return strcmp(test_sql(NULL, "%s", wish->sql), wish->value) == 0;
}
static inline void assert_becomes(const char *sql, const char *value) {
    struct operator_wish wish = {sql, value};

    test_wait_until(operator_wish_is_true, &wish, 10);
}

#endif
