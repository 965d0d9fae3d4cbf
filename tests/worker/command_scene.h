/* command_scene.h - kaquan-worker as it is typed, with a directory and an account of the test. */
#ifndef KAQUAN_TEST_COMMAND_SCENE_H
#define KAQUAN_TEST_COMMAND_SCENE_H

#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET "5ec2e70f5ec2e70f5ec2e70f5ec2e70f"
#define OTHER_SECRET "0badcafe0badcafe0badcafe0badcafe"

static char directory[] = "/tmp/kaquan-command.XXXXXX";

static inline const char *path_of(const char *name) {
    static char paths[4][128];
    static int next;
    next = (next + 1) % 4;
    snprintf(paths[next], sizeof paths[next], "%s/%s", directory, name);
    return paths[next];
}

static inline const char *file_with(const char *name, const char *text, mode_t mode) {
    const char *path = path_of(name);
    FILE *file;
    unlink(path);
    file = fopen(path, "we");
    if (!file || fputs(text, file) < 0 || fclose(file) != 0 || chmod(path, mode) != 0)
        test_fail("cannot write %s", path);
    return path;
}

/* Runs the program on one line of words; "'" is no matter, words hold no spaces. */
static inline struct test_output run_as(const char *user, const char *input, const char *line) {
    static char words[1024];
    const char *arguments[32] = {NULL};
    char *rest = words;
    size_t n = 0;
    snprintf(words, sizeof words, "%s", line);
    for (char *word; (word = strsep(&rest, " ")) != NULL && n < ARRAY_LEN(arguments) - 1;)
        if (*word != '\0')
            arguments[n++] = word;
    return test_worker_run(&(struct test_run){.user = user, .input = input}, arguments);
}
#define run(line) run_as(NULL, NULL, line)

static inline void expect(int code, const char *line) {
    AUTO_OUTPUT struct test_output o = run(line);
    if (o.exit_code != code)
        test_fail("%s: exit %d, not %d: %s", line, o.exit_code, code, buf_str(&o.err));
}

static inline void expect_words(const struct buf *text, const char *words) {
    if (strstr(buf_str(text), words) == NULL)
        test_fail("\"%s\" is not in: %s", words, buf_str(text));
}

static inline int64_t audit_rows(void) {
    return test_number(NULL, "select count(*) from kaquan.audit_log");
}

static const char adult[] =
    "{\"card\":{\"card_type\":\"SCENIC_TICKET\",\"scenic_ticket\":{\"base_info\":{"
    "\"logo_url\":\"http://mmbiz.qpic.cn/mmbiz_png/EXAMPLE/0\",\"brand_name\":\"松湖景区\","
    "\"code_type\":\"CODE_TYPE_QRCODE\",\"title\":\"松湖成人票\",\"color\":\"Color020\","
    "\"notice\":\"入园时请出示二维码\",\"description\":\"当日有效\\n一人一票\","
    "\"date_info\":{\"type\":\"DATE_TYPE_FIX_TIME_RANGE\",\"begin_timestamp\":1790784000,\"end_timestamp\":2000044799},"
    "\"sku\":{\"quantity\":2000},\"use_custom_code\":true,\"bind_openid\":false},\"ticket_class\":\"全价票\"}}}";

/* `adult` with the first `from` replaced. */
static inline const char *adult_with(const char *from, const char *to) {
    static char text[4096];
    const char *at = strstr(adult, from);
    if (at)
        snprintf(text, sizeof text, "%.*s%s%s", (int)(at - adult), adult, to, at + strlen(from));
    else
        test_fail("%s is not in the template", from);
    return text;
}

static inline int group_setup(void **state UNUSED) {
    if (!mkdtemp(directory))
        return -1;
    setenv("HOME", directory, 1);
    unsetenv("XDG_CONFIG_HOME");
    setenv("KAQUAN_KEY_FILE", path_of("worker.pem"), 1);
    setenv("KAQUAN_HOST", "gate-1", 1);
    return 0;
}

static inline int group_teardown(void **state UNUSED) {
    char command[128];
    test_database_drop();
    for (size_t i = 0; i < 3; i++)
        unlink(path_of(((const char *const[]){"worker.pem", "input", "new.pem"})[i]));
    snprintf(command, sizeof command, "%s/.config/kaquan/config.ini", directory);
    unlink(command);
    snprintf(command, sizeof command, "%s/.config/kaquan", directory);
    rmdir(command);
    snprintf(command, sizeof command, "%s/.config", directory);
    rmdir(command);
    return rmdir(directory);
}

/* A database with a key and the account festival, whose secret is set. */
static inline int scene(void **state UNUSED) {
    test_database("command");
    unlink(path_of("worker.pem"));
    expect(0, "key new");
    AUTO_OUTPUT struct test_output o =
        run_as(NULL, SECRET "\n", "account add festival --appid wx0123456789abcdef --secret-file -");
    assert_int_equal(o.exit_code, 0);
    return 0;
}

#endif
