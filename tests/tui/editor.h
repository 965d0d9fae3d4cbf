/* editor.h - the form of a template as a person works with it, for tests of its screen. */
#ifndef KAQUAN_TEST_EDITOR_H
#define KAQUAN_TEST_EDITOR_H

#include "rehearsal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "operator.h"

#define CTRL_P "\x10"
#define CTRL_U "\x15"
#define F8 "\x1b[19~"
#define BACKTAB "\x1b[Z"

#define console(how, ...)                                                                                            \
    test_screen_start(how, test_path("KAQUAN_CONSOLE"), (const char *const[]){__VA_ARGS__, NULL})
static const struct test_screen_run english = {0};

static const double SOON_SECONDS = 20;

static inline int rehearse(void **state UNUSED) {
    rehearsal_begin(600, 120, "--ticket-mode", "overlap");
    rehearsal_account("fest", "33333333333333333333333333333333");
    return 0;
}

/* Where forms are kept, of this test alone. */
static inline int alone(void **state UNUSED) {
    static int number;
    char name[32];

    snprintf(name, sizeof(name), "state-%d", number++);
    setenv("XDG_STATE_HOME", rehearsal_file(name), 1);
    return 0;
}

static inline bool is_true(void *sql) {
    return strcmp(test_sql(NULL, "select %s", (const char *)sql), "t") == 0;
}

static inline void until_true(const char *sql) {
    test_wait_until(is_true, (void *)(uintptr_t)sql, SOON_SECONDS);
}

/* Throws away what was typed, so that the next test begins without a draft. */
static inline void give_up(struct test_screen *s, const char *question, const char *choice) {
    test_screen_keys(s, "\x1b");
    test_screen_until(s, question);
    test_screen_keys(s, choice);
    test_screen_keys(s, "\r");
    test_screen_until_gone(s, question);
}

/* All that WeChat needs, from the key on. */
#define FILLED(key, title)                                                                                           \
    key "\t\thttp://mmbiz.qpic.cn/a/0\t\t城市美术馆\t" title                                                         \
        "\t\t入场时出示二维码\t请提前 15 分钟到场\t２０００\t\t"                                  \
        "+0d\t+30d\t成人票"

#endif
