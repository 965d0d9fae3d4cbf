#include "buf.h" /* ours before cmocka.h, whose fail() is a macro */
#include "json.h"
#include "log.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[] = "/tmp/kaquan-test-log-XXXXXX";
static char path[sizeof directory + 16];

static void read_file(const char *name, struct buf *out) {
    int fd = open(name, O_RDONLY);
    ssize_t n;
    assert_true(fd >= 0);
    while ((n = read(fd, buf_room(out, 4096), 4096)) > 0)
        out->len += (size_t)n;
    buf_char(out, '\0');
    out->len--;
    close(fd);
}

/* The file of one scene: empty, and the log opened on it. */
static void begin(enum log_level level, enum log_format format) {
    unlink(path);
    log_init(level, format, path);
}

static void end(struct buf *lines) {
    log_close();
    read_file(path, lines);
}

/* Behind the time, which nobody can know. */
static const char *behind_time(const struct buf *lines) {
    const char *space = strchr(buf_str(lines), ' ');
    assert_non_null(space);
    return space + 1;
}

static void a_line_is_an_event_and_its_facts(void **state) {
    AUTO_BUF struct buf lines = {0};
    (void)state;
    begin(LOG_INFO, LOG_KEYVALUE);
    log_info("pool_fill", F_INT("template", 12), F_SECONDS("took", 0.64), F_TEXT("host", "w1"),
             F_TEXT("why", "two words"), F_TEXT("empty", ""), F_TEXT("none", NULL), F_TEXT("quote", "a\"b c\\d"),
             F_INT("big", INT64_MIN));
    end(&lines);
    assert_string_equal(behind_time(&lines),
                        "info  pool_fill template=12 took=0.640 host=w1 why=\"two words\" empty=\"\" "
                        "none=\"\" quote=\"a\\\"b c\\\\d\" big=-9223372036854775808\n");
    assert_int_equal(lines.data[4], '-');
    assert_int_equal(lines.data[23], 'Z');
}

static void an_event_needs_no_facts(void **state) {
    AUTO_BUF struct buf lines = {0};
    (void)state;
    begin(LOG_INFO, LOG_KEYVALUE);
    log_warn("starting", F_NONE);
    end(&lines);
    assert_string_equal(behind_time(&lines), "warn  starting\n");
}

static void people_read_the_time_of_day(void **state) {
    AUTO_BUF struct buf lines = {0};
    (void)state;
    begin(LOG_INFO, LOG_HUMAN);
    log_error("pool_fill", F_INT("template", 12));
    end(&lines);
    assert_int_equal(lines.data[2], ':');
    assert_string_equal(lines.data + 8, " error pool_fill template=12\n");
}

static void levels_are_kept(void **state) {
    AUTO_BUF struct buf lines = {0};
    (void)state;
    begin(LOG_WARN, LOG_KEYVALUE);
    log_debug("debug", F_NONE);
    log_info("info", F_NONE);
    log_warn("warned", F_NONE);
    log_error("failed", F_NONE);
    assert_int_equal(log_level(), LOG_WARN);
    end(&lines);
    assert_null(strstr(lines.data, "info"));
    assert_null(strstr(lines.data, "debug"));
    assert_non_null(strstr(lines.data, "warned"));
    assert_non_null(strstr(lines.data, "failed"));
}

static const char *const hostile[] = {
    "a\nerror forged=1",
    "\x1b]52;c;AAAA\x07",
    "\r overwritten",
    "\xe2\x80\xaegpj",
    "\xff\xfe",
    "\"} {\"level\":\"error\"",
    "\\\"",
    "%n%s",
    "\xe5\x8d\xa1\xe5\x88\xb8",
    "\t",
    "a=b c=d",
};

static void hostile_text_stays_in_its_line_and_value(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(hostile); i++) {
        AUTO_BUF struct buf lines = {0};
        begin(LOG_INFO, LOG_KEYVALUE);
        log_info("event", F_TEXT("name", hostile[i]), F_INT("last", 1));
        end(&lines);
        assert_ptr_equal(strchr(lines.data, '\n'), lines.data + lines.len - 1);
        assert_null(strpbrk(lines.data, "\x1b\r\t"));
        assert_non_null(strstr(lines.data, " last=1\n"));
    }
}

static void a_json_line_is_strict_json(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(hostile); i++) {
        AUTO_BUF struct buf lines = {0};
        AUTO_JSON cJSON *json = NULL;
        struct err err = {0};
        const char *text = NULL;
        int64_t number = 0;
        begin(LOG_INFO, LOG_JSON);
        log_info("event", F_TEXT("name", hostile[i]), F_INT("last", 1), F_SECONDS("took", 1.0 / 3));
        end(&lines);
        json = json_parse(lines.data, lines.len, NULL, &err);
        assert_non_null(json);
        assert_true(json_need_text(json, "level", 4, 4, NULL, &text, &err));
        assert_string_equal(text, "info");
        assert_true(json_need_int(json, "last", 1, 1, &number, &err));
    }
}

static void a_long_value_is_cut(void **state) {
    AUTO_BUF struct buf lines = {0};
    char *storm = mem_new(100001);
    (void)state;
    memset(storm, 'x', 100000);
    begin(LOG_INFO, LOG_KEYVALUE);
    log_info("event", F_TEXT("name", storm), F_INT("last", 1));
    end(&lines);
    assert_true(lines.len < 3000);
    assert_non_null(strstr(lines.data, " last=1\n"));
    free(storm);
}

static void the_file_is_opened_again_when_asked(void **state) {
    AUTO_BUF struct buf lines = {0}, old_lines = {0};
    char old[sizeof path + 4];
    struct stat is;
    (void)state;
    snprintf(old, sizeof old, "%s.1", path);
    begin(LOG_INFO, LOG_KEYVALUE);
    log_info("before", F_NONE);
    assert_int_equal(rename(path, old), 0);
    log_info("between", F_NONE);
    log_reopen();
    log_info("behind", F_NONE);
    end(&lines);
    read_file(old, &old_lines);
    assert_non_null(strstr(old_lines.data, "before"));
    assert_non_null(strstr(old_lines.data, "between"));
    assert_string_equal(behind_time(&lines), "info  behind\n");
    assert_int_equal(stat(path, &is), 0);
    assert_int_equal(is.st_mode & 07777, 0600);
    unlink(old);
}

/* What `act` writes to standard error. */
static void stderr_of(void (*act)(void), struct buf *lines) {
    int before = dup(STDERR_FILENO), fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    struct stat is;
    char stream[64];
    assert_int_equal(fstat(fd, &is), 0);
    snprintf(stream, sizeof stream, "%llu:%llu", (unsigned long long)is.st_dev, (unsigned long long)is.st_ino);
    setenv("TEST_STREAM", stream, 1);
    dup2(fd, STDERR_FILENO);
    act();
    log_close();
    dup2(before, STDERR_FILENO);
    close(before);
    close(fd);
    read_file(path, lines);
}

static void log_to_journal(void) {
    setenv("JOURNAL_STREAM", getenv("TEST_STREAM"), 1);
    log_init(LOG_DEBUG, LOG_AUTO, NULL);
    log_error("one", F_NONE);
    log_warn("two", F_NONE);
    log_info("three", F_NONE);
    log_debug("four", F_INT("n", 4));
}

static void log_json_to_journal(void) {
    setenv("JOURNAL_STREAM", getenv("TEST_STREAM"), 1);
    log_init(LOG_DEBUG, LOG_JSON, NULL);
    log_warn("two", F_NONE);
    log_message("%s", "for people");
}

static void log_beside_journal(void) {
    setenv("JOURNAL_STREAM", "1:2", 1);
    log_init(LOG_DEBUG, LOG_AUTO, "");
    log_error("one", F_NONE);
}

static void log_to_nowhere(void) {
    log_init(LOG_INFO, LOG_AUTO, "/nowhere/at/all.log");
    log_info("still_said", F_NONE);
}

static void journald_gets_priorities_and_no_time(void **state) {
    AUTO_BUF struct buf lines = {0}, beside = {0};
    (void)state;
    stderr_of(log_to_journal, &lines);
    assert_string_equal(lines.data, "<3>one\n<4>two\n<6>three\n<7>four n=4\n");
    stderr_of(log_beside_journal, &beside);
    assert_string_equal(behind_time(&beside), "error one\n");
    buf_reset(&lines);
    stderr_of(log_json_to_journal, &lines);
    assert_int_equal(strncmp(lines.data, "<4>{\"time\":", 11), 0);
    assert_non_null(strstr(lines.data, "\n<6>{\"time\":"));
    assert_non_null(strstr(lines.data, "\"event\":\"message\",\"text\":\"for people\"}\n"));
    unsetenv("JOURNAL_STREAM");
}

static void a_log_file_that_cannot_be_opened_is_said(void **state) {
    AUTO_BUF struct buf lines = {0};
    (void)state;
    stderr_of(log_to_nowhere, &lines);
    assert_non_null(strstr(lines.data, "log_file_not_opened path=/nowhere/at/all.log why=\"No such file"));
    assert_non_null(strstr(lines.data, "still_said"));
}

#define CANARY "Canary/0+1 2_3-4=5&6%7"

/* clang-format off */
static const struct leak {
    const char *name, *text, *redacted;
} leaks[] = {
    {"plain",             "got " CANARY " here",                            "got [secret] here"},
    {"alone",             CANARY,                                           "[secret]"},
    {"twice",             CANARY CANARY,                                    "[secret][secret]"},
    {"in quotes",         "{\"x\":\"" CANARY "\"}",                         "{\"x\":\"[secret]\"}"},
    {"percent, upper",    "?t=Canary%2F0%2B1%202_3-4%3D5%266%257&x=1",      "?t=[secret]&x=1"},
    {"percent, lower",    "?t=Canary%2f0%2b1%202_3-4%3d5%266%257&x=1",      "?t=[secret]&x=1"},
    {"percent, plus",     "?t=Canary%2F0%2B1+2_3-4%3D5%266%257&x=1",        "?t=[secret]&x=1"},
    {"percent, all",      "%43%61%6e%61%72%79%2F%30%2B%31%20%32%5F%33%2D%34%3D%35%26%36%25%37", "[secret]"},
    {"JSON, escaped",     "\"Canary\\/0+1 2_3-4=5&6%7\"",                  "\"[secret]\""},
    {"base64",            "x Q2FuYXJ5LzArMSAyXzMtND01JjYlNw== y",           "x [secret] y"},
    {"base64, unpadded",  "x Q2FuYXJ5LzArMSAyXzMtND01JjYlNw y",             "x [secret] y"},
    {"base64 behind 1",   "eENhbmFyeS8wKzEgMl8zLTQ9NSY2JTc=",               "[secret]"},
    {"base64 behind 2",   "eHhDYW5hcnkvMCsxIDJfMy00PTUmNiU3",               "[secret]"},
    {"base64 of user:",   "Basic dXNlcjpDYW5hcnkvMCsxIDJfMy00PTUmNiU3 z",    "Basic [secret] z"},
    {"half of it",        "Canary/0+1 2_3",                                 "Canary/0+1 2_3"},
    {"another secret",    "see 0123456789abcdef0123456789abcdef",           "see [secret]"},
    {"its base64",        "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",   "[secret]"},
    {"nothing",           "",                                               ""},
    {"unknown, in a URL", "GET /x?access_token=abcDEF&a=1",                 "GET /x?access_token=******&a=1"},
    {"unknown, long",     "GET /x?appid=wx1&secret=abcdefghijkl",           "GET /x?appid=wx1&secret=[secret]"},
    {"unknown, in JSON",  "{\"access_token\": \"abcdefghijkl\", \"expires_in\":7200}",
                          "{\"access_token\": \"[secret]\", \"expires_in\":7200}"},
    {"JSON in a string",  "\"{\\\"secret\\\":\\\"abcdefghijkl\\\"}\"",      "\"{\\\"secret\\\":\\\"[secret]\\\"}\""},
    {"an api_ticket",     "{\"ticket\":\"abcdefghijklmnopqrstuvwxyz\"}",    "{\"ticket\":\"[secret]\"}"},
    {"a ticket's id",     "admit ticket=abcdefgh01234567",                  "admit ticket=abcdefgh01234567"},
    {"a sentence",        "the secret is wrong; access_token: missing",     "the secret is wrong; access_token: missing"},
};
/* clang-format on */

static void add_secrets(void) {
    log_secret_add(CANARY, strlen(CANARY));
    log_secret_add("0123456789abcdef0123456789abcdef", 32);
}

static void forget_secrets(void) {
    log_secret_forget(CANARY, strlen(CANARY));
    log_secret_forget("0123456789abcdef0123456789abcdef", 32);
}

static void secrets_are_covered_however_written(void **state) {
    (void)state;
    add_secrets();
    for (size_t i = 0; i < ARRAY_LEN(leaks); i++) {
        char *text = mem_text(leaks[i].text);
        print_message("  %s\n", leaks[i].name);
        log_redact(text);
        assert_string_equal(text, leaks[i].redacted);
        log_redact(text);
        assert_string_equal(text, leaks[i].redacted);
        free(text);
    }
    forget_secrets();
}

static void no_format_lets_a_secret_through(void **state) {
    static const enum log_format formats[] = {LOG_HUMAN, LOG_KEYVALUE, LOG_JSON};
    (void)state;
    add_secrets();
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        AUTO_BUF struct buf lines = {0};
        begin(LOG_INFO, formats[i]);
        log_info("event", F_TEXT("a", CANARY), F_TEXT("b", "0123456789abcdef0123456789abcdef"));
        end(&lines);
        assert_null(strstr(lines.data, "Canary"));
        assert_null(strstr(lines.data, "0123456789"));
        assert_non_null(strstr(lines.data, "[secret]"));
    }
    forget_secrets();
}

/* Whatever is covered, the line stays one of strict JSON. */
static void a_json_line_stays_json_when_secrets_are_covered(void **state) {
    (void)state;
    add_secrets();
    for (size_t i = 0; i < ARRAY_LEN(leaks); i++) {
        AUTO_BUF struct buf lines = {0};
        AUTO_JSON cJSON *json = NULL;
        struct err err = {0};
        int64_t number = 0;
        begin(LOG_INFO, LOG_JSON);
        log_info("event", F_TEXT("a", leaks[i].text), F_INT("last", 1));
        end(&lines);
        json = json_parse(lines.data, lines.len, NULL, &err);
        if (json == NULL)
            fail_msg("%s: %s: %s", leaks[i].name, err.text, lines.data);
        assert_true(json_need_int(json, "last", 1, 1, &number, &err));
        assert_null(strstr(lines.data, CANARY));
    }
    forget_secrets();
}

static void log_secrets_to_people(void) {
    struct err err = {.kind = ERR_PERMISSION, .text = "refused: " CANARY, .cure = "not " CANARY};
    log_init(LOG_INFO, LOG_AUTO, NULL);
    log_message("the secret is %s\x1b[31m", CANARY);
    log_failure("kaquan-worker", &err);
}

static void sentences_for_people_hold_no_secret_and_no_escape(void **state) {
    AUTO_BUF struct buf lines = {0};
    (void)state;
    add_secrets();
    stderr_of(log_secrets_to_people, &lines);
    forget_secrets();
    assert_string_equal(lines.data, "the secret is [secret]\\x1b[31m\n"
                                    "kaquan-worker: refused: [secret]\n  what to do: not [secret]\n");
}

static void a_value_is_cut_behind_its_secrets(void **state) {
    (void)state;
    add_secrets();
    for (size_t before = 1900; before < 2010; before++) {
        AUTO_BUF struct buf lines = {0}, text = {0};
        memset(buf_room(&text, before), ' ', before);
        text.len += before;
        buf_text(&text, CANARY);
        begin(LOG_INFO, LOG_JSON);
        log_info("event", F_TEXT("a", text.data));
        end(&lines);
        assert_null(strstr(lines.data, "Ca"));
    }
    forget_secrets();
}

static void a_secret_is_forgotten_with_its_last_holder(void **state) {
    char text[64];
    (void)state;
    log_secret_add("TOKEN0123456789", 15);
    log_secret_add("TOKEN0123456789", 15);
    log_secret_forget("TOKEN0123456789", 15);
    strcpy(text, "TOKEN0123456789");
    log_redact(text);
    assert_string_equal(text, "[secret]");
    log_secret_forget("TOKEN0123456789", 15);
    log_secret_forget("TOKEN0123456789", 15);
    strcpy(text, "TOKEN0123456789");
    log_redact(text);
    assert_string_equal(text, "TOKEN0123456789");
}

static void a_thousand_secrets_may_live(void **state) {
    char value[32], text[64];
    (void)state;
    for (int i = 0; i < 1000; i++)
        log_secret_add(value, (size_t)snprintf(value, sizeof value, "TOKEN-%06d-X", i));
    for (int i = 0; i < 1000; i += 99) {
        snprintf(text, sizeof text, "a TOKEN-%06d-X b", i);
        log_redact(text);
        assert_string_equal(text, "a [secret] b");
    }
    for (int i = 0; i < 1000; i++)
        log_secret_forget(value, (size_t)snprintf(value, sizeof value, "TOKEN-%06d-X", i));
}

static void the_longer_of_two_secrets_is_covered(void **state) {
    char text[64] = "x abcdefgh12345678 y";
    (void)state;
    log_secret_add("abcdefgh", 8);
    log_secret_add("abcdefgh12345678", 16);
    log_redact(text);
    assert_string_equal(text, "x [secret] y");
    log_secret_forget("abcdefgh", 8);
    log_secret_forget("abcdefgh12345678", 16);
}

static int make_directory(void **state) {
    (void)state;
    if (mkdtemp(directory) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/log", directory);
    return 0;
}

static int remove_directory(void **state) {
    (void)state;
    unlink(path);
    return rmdir(directory);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_an_event_and_its_facts),
        cmocka_unit_test(an_event_needs_no_facts),
        cmocka_unit_test(people_read_the_time_of_day),
        cmocka_unit_test(levels_are_kept),
        cmocka_unit_test(hostile_text_stays_in_its_line_and_value),
        cmocka_unit_test(a_json_line_is_strict_json),
        cmocka_unit_test(a_long_value_is_cut),
        cmocka_unit_test(the_file_is_opened_again_when_asked),
        cmocka_unit_test(journald_gets_priorities_and_no_time),
        cmocka_unit_test(a_log_file_that_cannot_be_opened_is_said),
        cmocka_unit_test(secrets_are_covered_however_written),
        cmocka_unit_test(no_format_lets_a_secret_through),
        cmocka_unit_test(a_value_is_cut_behind_its_secrets),
        cmocka_unit_test(a_secret_is_forgotten_with_its_last_holder),
        cmocka_unit_test(a_thousand_secrets_may_live),
        cmocka_unit_test(the_longer_of_two_secrets_is_covered),
        cmocka_unit_test(a_json_line_stays_json_when_secrets_are_covered),
        cmocka_unit_test(sentences_for_people_hold_no_secret_and_no_escape),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
