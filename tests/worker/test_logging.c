/* The worker's log as collectors read it: strict lines of JSON, a file that logrotate moves away. */
#include "rehearsal.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "json.h"

#define SECRET "44444444444444444444444444444444"

static int rehearse(void **state UNUSED) {
    rehearsal_begin(60, 120, "--ticket-mode", "overlap");
    return 0;
}

/* Every line is an object with time, level and event; returns how many. */
static int strict_lines(const struct buf *text) {
    int count = 0;
    for (const char *line = buf_str(text), *end; (end = strchr(line, '\n')) != NULL; line = end + 1, count++) {
        struct err err = {0};
        const char *level, *event;
        AUTO_JSON cJSON *json = json_parse(line, (size_t)(end - line), NULL, &err);
        if (json == NULL || !json_need_text(json, "event", 1, 64, "a-z_", &event, &err) ||
            !json_need_text(json, "level", 4, 5, "a-z", &level, &err))
            test_fail("%s: %.*s", err.text, (int)(end - line), line);
    }
    return count;
}

static void read_into(struct buf *text, const char *path) {
    FILE *file = fopen(path, "re");
    size_t n;
    if (file == NULL)
        test_fail("there is no %s", path);
    while ((n = fread(buf_room(text, 4096), 1, 4096, file)) > 0)
        text->len += n;
    fclose(file);
    buf_text(text, "");
}

TEST(everything_on_stderr_is_json_when_that_is_asked_for) {
    static const char *const lines[] = {
        "job show 4711",         /* fails */
        "template submit adult", /* says what is next */
        "run -vv",               /* logs */
        "ip check festival",
    };
    rehearsal_account("festival", SECRET);
    rehearsal_template("festival", "adult", "merchant", 500, 100);
    setenv("KAQUAN_LOG_FORMAT", "json", 1);
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        AUTO_OUTPUT struct test_output o = rehearsal_output(lines[i]);
        if (strict_lines(&o.err) == 0 && i < 3)
            test_fail("%s said nothing", lines[i]);
        assert_null(strstr(buf_str(&o.err), SECRET));
    }
    AUTO_OUTPUT struct test_output failed = rehearsal_output("job show 4711");
    unsetenv("KAQUAN_LOG_FORMAT");
    assert_non_null(strstr(buf_str(&failed.err), "\"event\":\"failed\""));
    assert_non_null(strstr(buf_str(&failed.err), "\"exit_code\":65"));
}

static bool is_there(void *path) {
    struct stat info;
    return stat(path, &info) == 0 && info.st_size > 0;
}

/* Makes the worker do something, and say so. */
static void work(const char *account) {
    rehearsal_account(account, SECRET);
}

TEST(logrotate_moves_the_file_and_sighup_opens_a_new_one) {
    AUTO_BUF struct buf old = {0}, fresh = {0};
    char path[256], moved[256];
    snprintf(path, sizeof path, "%s", rehearsal_file("worker.log"));
    snprintf(moved, sizeof moved, "%s", rehearsal_file("worker.log.1"));
    setenv("KAQUAN_LOG_FILE", path, 1);
    setenv("KAQUAN_LOG_FORMAT", "json", 1);
    setenv("KAQUAN_LOG_LEVEL", "debug", 1);
    pid_t worker = rehearsal_serve("stderr.log");
    test_wait_until(is_there, path, 20);
    unsetenv("KAQUAN_LOG_FILE");
    unsetenv("KAQUAN_LOG_FORMAT");
    unsetenv("KAQUAN_LOG_LEVEL");
    assert_int_equal(rename(path, moved), 0);
    kill(worker, SIGHUP);
    work("festival");
    test_wait_until(is_there, path, 20);
    assert_int_equal(test_end(worker, SIGTERM, 20), 128 + SIGTERM);
    read_into(&old, moved);
    read_into(&fresh, path);
    assert_true(strict_lines(&old) > 0);
    assert_true(strict_lines(&fresh) > 0);
    assert_null(strstr(buf_str(&fresh), SECRET));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(everything_on_stderr_is_json_when_that_is_asked_for, rehearse, rehearsal_end),
        cmocka_unit_test_setup_teardown(logrotate_moves_the_file_and_sighup_opens_a_new_one, rehearse, rehearsal_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
