/* bench_console.c - how the console feels, measured from before its terminal: bench_console PROGRAM WHAT
 * [ARGUMENT]... prints figures, one line "what figure" each. The rows of `measurements` tell what there is to
 * measure. */
#include "screen.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "harness.h"

enum { ROWS = 36, COLUMNS = 120, LINE = 160, STARTS = 11, STEPS = 20, KEYS_MOST = 20000 };
static const double BETWEEN_KEYS_S = 0.02; /* somebody holds a key down: 30 a second, and rests */

static const char *program;

/* --- watching --- */

static struct test_screen *start(const char *screen, const char *now) {
    return test_screen_start(&(struct test_screen_run){.rows = ROWS, .columns = COLUMNS, .now = now}, program,
                             (const char *const[]){"--screen", screen, NULL});
}

/* Of the row under the cursor, its beginning: which row it is. */
static void copy_cursor_row(struct test_screen *s, char out[LINE]) {
    out[0] = '\0';
    for (int row = 0; row < ROWS; row++) {
        const char *text = test_screen_row(s, row);

        if (text[0] == '>') {
            text_copy(out, LINE, text);
            return;
        }
    }
}

static bool has_moved(struct test_screen *s, void *context) {
    char now[LINE];

    copy_cursor_row(s, now);
    return now[0] != '\0' && strncmp(now, context, 24) != 0;
}

static bool has_cursor(struct test_screen *s, void *context UNUSED) {
    char now[LINE];

    copy_cursor_row(s, now);
    return now[0] != '\0';
}

static void until_rows(struct test_screen *s) {
    test_screen_wait(s, has_cursor, NULL, "there are rows");
}

/* Seconds from the key until the cursor stands on another row. */
static double step(struct test_screen *s, const char *key) {
    char before[LINE];
    double began;

    copy_cursor_row(s, before);
    began = clock_seconds();
    test_screen_keys(s, key);
    test_screen_wait(s, has_moved, before, "the cursor moves");
    return clock_seconds() - began;
}

/* A number of a file below /proc/PID: the first one behind `word`. */
static double process_number(struct test_screen *s, const char *file, const char *word) {
    char path[64], text[4096] = "";
    const char *at;
    FILE *in;

    snprintf(path, sizeof(path), "/proc/%d/%s", (int)test_screen_pid(s), file);
    in = fopen(path, "re");
    if (in) {
        text[fread(text, 1, sizeof(text) - 1, in)] = '\0';
        fclose(in);
    }
    at = strstr(text, word);
    return at ? strtod(at + strlen(word), NULL) : -1;
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* --- what is measured --- */

static void print_median_ms(const char *what, double *seconds, size_t count) {
    qsort(seconds, count, sizeof(*seconds), compare);
    printf("%s %.1f\n", what, seconds[count / 2] * 1000);
}

/* The last line of a frame is its hints. */
static void first_frame(const char *const *arguments UNUSED) {
    double seconds[STARTS];

    for (int i = 0; i < STARTS; i++) {
        double began = clock_seconds();
        struct test_screen *s = start("pools", NULL);

        test_screen_until(s, "Help");
        seconds[i] = clock_seconds() - began;
        test_screen_free(s);
    }
    print_median_ms("first_frame_ms", seconds, STARTS);
}

static void first_rows(const char *const *arguments) {
    double seconds[STARTS];

    for (int i = 0; i < STARTS; i++) {
        double began = clock_seconds();
        struct test_screen *s = start(arguments[0], NULL);

        until_rows(s);
        seconds[i] = clock_seconds() - began;
        test_screen_free(s);
    }
    print_median_ms("first_rows_ms", seconds, STARTS);
}

static void keys(const char *const *arguments) {
    static double seconds[KEYS_MOST];
    struct test_screen *s = start(arguments[0], NULL);
    double until = clock_seconds() + strtod(arguments[1], NULL);
    size_t count = 0;

    until_rows(s);
    while (clock_seconds() < until && count < KEYS_MOST) {
        seconds[count] = step(s, count % 20 < 10 ? "j" : "k");
        count++;
        clock_sleep(BETWEEN_KEYS_S);
    }
    qsort(seconds, count, sizeof(*seconds), compare);
    printf("keys %zu\nkey_p95_ms %.1f\nkey_max_ms %.1f\n", count, seconds[count * 95 / 100] * 1000,
           seconds[count - 1] * 1000);
    test_screen_free(s);
}

/* The clock in the frame stands still, so that nothing but the step is written. */
static void step_bytes(const char *const *arguments) {
    struct test_screen *s = start(arguments[0], "1790000000");
    size_t most = 0;

    until_rows(s);
    test_screen_keys(s, "z"); /* nothing comes by itself */
    for (int i = 0; i < STEPS; i++) {
        size_t before;

        test_screen_idle(s);
        before = test_screen_bytes(s)->len;
        step(s, "j");
        test_screen_idle(s); /* its mark counts with the frame: some ten bytes */
        if (test_screen_bytes(s)->len - before > most)
            most = test_screen_bytes(s)->len - before;
    }
    printf("step_bytes %zu\n", most);
    test_screen_free(s);
}

static void scroll(const char *const *arguments) {
    struct test_screen *s = start(arguments[0], NULL);
    long rows = strtol(arguments[1], NULL, 10);

    until_rows(s);
    for (long row = 0; row < rows; row += ROWS - 10) {
        step(s, "\x1b[6~");
        test_screen_idle(s);
    }
    printf("memory_mb %.1f\n", process_number(s, "status", "VmHWM:") / 1024);
    test_screen_free(s);
}

/* Nanoseconds on a processor are the first number of schedstat. */
static void idle(const char *const *arguments) {
    struct test_screen *s = start(arguments[0], NULL);
    double seconds = strtod(arguments[1], NULL), began;

    test_screen_until(s, "live;"); /* the first answer is there */
    test_screen_idle(s);
    began = process_number(s, "schedstat", "");
    clock_sleep(seconds);
    printf("idle_cpu %.2f\n", (process_number(s, "schedstat", "") - began) / 1e9 / seconds * 100);
    test_screen_free(s);
}

static const struct measurement {
    const char *name, *help;
    int arguments;
    void (*run)(const char *const *arguments);
} measurements[] = {
    {"first-frame", "              from the start to a whole frame, ms", 0, first_frame},
    {"first-rows", "SCREEN         from the start to a list with a cursor, ms", 1, first_rows},
    {"keys", "SCREEN SECONDS       from a key to the frame that shows it, ms", 2, keys},
    {"step-bytes", "SCREEN         written for one step of the cursor at 120x36, at most", 1, step_bytes},
    {"scroll", "SCREEN ROWS        a page down after the other; the most memory taken, MB", 2, scroll},
    {"idle", "SCREEN SECONDS       of a processor while nobody does anything, %", 2, idle},
};

int main(int argc, char **argv) {
    for (size_t i = 0; argc > 2 && i < ARRAY_LEN(measurements); i++)
        if (strcmp(argv[2], measurements[i].name) == 0 && argc - 3 == measurements[i].arguments) {
            program = argv[1];
            measurements[i].run((const char *const *)argv + 3);
            return 0;
        }
    for (size_t i = 0; i < ARRAY_LEN(measurements); i++)
        fprintf(stderr, "bench_console PROGRAM %s %s\n", measurements[i].name, measurements[i].help);
    return 64;
}
