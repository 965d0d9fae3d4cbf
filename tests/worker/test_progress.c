/* How far long work is: a bar on a terminal, a line each 30 seconds elsewhere, nothing with --quiet. Time passes by
 * steps of the test: each look at the clock is ten seconds after the one before. */
#include "rehearsal.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "log.h"
#include "progress.h"
#include "screen.h"

/* An import tells how far it is after so many codes. */
enum { STRIDE = 4096 };

static double ten_seconds_later(void) {
    static double at;
    return at += 10;
}

static void write_codes(int fd, char letter, int count) {
    AUTO_BUF struct buf text = {0};
    for (int i = 0; i < count; i++)
        buf_printf(&text, "%c%07d\n", letter, i);
    for (size_t at = 0; at < text.len;) {
        ssize_t n = write(fd, text.data + at, text.len - at);
        assert_true(n > 0);
        at += (size_t)n;
    }
}

static int import(const char *file, const char *option) {
    char *words[] = {mem_text("kaquan-worker"),
                     mem_text("pool"),
                     mem_text("import"),
                     mem_text("adult"),
                     mem_text(file),
                     mem_text(option),
                     NULL};
    progress_clock(ten_seconds_later);
    return command_main(option[0] ? 6 : 5, words);
}

/* --- on a terminal --- */

/* Ends when the pipe says so. */
static int half_done(void *pipe_end) {
    char c;
    progress_clock(ten_seconds_later);
    struct progress *p = progress_new("adult");
    progress_set(p, 0, 1000);
    progress_set(p, 500, 1000);
    bool told = read(*(int *)pipe_end, &c, 1) == 1;
    progress_free(p);
    puts("over");
    fflush(stdout);
    return told && read(*(int *)pipe_end, &c, 1) == 1 ? 0 : 1;
}

TEST(a_terminal_shows_a_bar_with_what_is_done_of_all_the_rate_and_the_time_left) {
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    AUTO_SCREEN struct test_screen *s = test_screen_call(&(struct test_screen_run){0}, half_done, ends);
    test_screen_until(s, "adult [############............] 500/1000 50/s, 10s left");
    assert_int_equal(write(ends[1], "!", 1), 1);
    test_screen_until(s, "over");
    test_screen_until_gone(s, "500/1000");
    assert_int_equal(write(ends[1], "!", 1), 1);
    close(ends[0]);
    close(ends[1]);
}

static int import_fifo(void *fifo) {
    return import(fifo, "");
}

/* The file is a pipe: half of it is there, and the import waits for the rest. */
TEST(an_import_on_a_terminal_shows_how_far_it_is_and_takes_the_bar_away) {
    char fifo[200];
    snprintf(fifo, sizeof fifo, "%s", rehearsal_file("codes.fifo"));
    assert_int_equal(mkfifo(fifo, 0600), 0);
    AUTO_SCREEN struct test_screen *s =
        test_screen_call(&(struct test_screen_run){.user = "kaquan_worker"}, import_fifo, fifo);
    int fd = open(fifo, O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    write_codes(fd, 'A', 2 * STRIDE);
    test_screen_until(s, "adult 8192 410/s");
    write_codes(fd, 'B', 1);
    close(fd);
    test_screen_until(s, "imported");
    test_screen_until_gone(s, "410/s");
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.code_stock where code < 'C'"), 2 * STRIDE + 1);
}

/* --- elsewhere --- */

/* What an import of these codes says on a standard error that is no terminal. */
static void said(const char *option, char letter, struct buf *out) {
    char file[200], err[200];
    snprintf(file, sizeof file, "%s", rehearsal_file("codes.txt"));
    snprintf(err, sizeof err, "%s", rehearsal_file("said.txt"));
    int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), status;
    write_codes(fd, letter, 10 * STRIDE);
    close(fd);
    pid_t pid = fork();
    if (pid == 0) {
        setenv("PGUSER", "kaquan_worker", 1);
        dup2(open(err, O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
        dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
        _exit(import(file, option));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    fd = open(err, O_RDONLY | O_CLOEXEC);
    for (ssize_t n; (n = read(fd, buf_room(out, 4096), 4096)) > 0;)
        out->len += (size_t)n;
    close(fd);
}

TEST(without_a_terminal_there_is_a_line_each_thirty_seconds) {
    AUTO_BUF struct buf text = {0};
    said("", 'C', &text);
    const char *first = strstr(buf_str(&text), "adult 12288/40960 410/s, 1m10s left"),
               *second = strstr(buf_str(&text), "adult 24576/40960 410/s, 40s left");
    if (first == NULL || second == NULL || strstr(second, "adult 36864/40960 410/s, 10s left") == NULL)
        fail_msg("%s", buf_str(&text));
    int lines = 0;
    for (const char *at = buf_str(&text); (at = strstr(at, "/s")) != NULL; at++)
        lines++;
    assert_int_equal(lines, 3);
    assert_null(strchr(buf_str(&text), '\r'));
}

TEST(with_quiet_nothing_is_said) {
    AUTO_BUF struct buf text = {0};
    said("--quiet", 'D', &text);
    assert_string_equal(buf_str(&text), "");
}

static int rehearse(void **state UNUSED) {
    rehearsal_begin(60, 120, "--ticket-mode", "overlap");
    rehearsal_account("fest", "33333333333333333333333333333333");
    rehearsal_template("fest", "adult", "deposit", 100, 10);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_terminal_shows_a_bar_with_what_is_done_of_all_the_rate_and_the_time_left),
        cmocka_unit_test(an_import_on_a_terminal_shows_how_far_it_is_and_takes_the_bar_away),
        cmocka_unit_test(without_a_terminal_there_is_a_line_each_thirty_seconds),
        cmocka_unit_test(with_quiet_nothing_is_said),
    };
    return cmocka_run_group_tests(tests, rehearse, rehearsal_end);
}
