/* screen.h - a virtual terminal: a program runs in it as on an operator's screen, and the test reads what stands
 * there. Waiting is waiting for a text to appear or go, or for the program to say that it is idle, never for time to
 * pass. */
#ifndef KAQUAN_TEST_SCREEN_H
#define KAQUAN_TEST_SCREEN_H

#include <sys/types.h>

#include "buf.h"

struct test_screen;

struct test_screen_run {
    const char *term;     /* TERM; NULL: xterm-256color */
    const char *lang;     /* LANG; NULL: C.UTF-8 */
    const char *language; /* LANGUAGE; NULL: unset */
    const char *locale;   /* LC_ALL; NULL: as the test's own */
    const char *no_color; /* NO_COLOR; NULL: unset */
    const char *user;     /* PGUSER; NULL: kaquan_worker */
    const char *now;   /* KAQUAN_NOW, Unix seconds: the clock stands still and what is measured is 0; NULL: unset */
    int rows, columns; /* 0: 24x80 */
};

/* Starts `program` in a terminal of its own. */
struct test_screen *test_screen_start(const struct test_screen_run *how, const char *program,
                                      const char *const *arguments);
/* The same with a function of the test, in a process of its own; what it returns is the exit code. */
struct test_screen *test_screen_call(const struct test_screen_run *how, int (*body)(void *context), void *context);
/* Kills what still runs; frees. */
void test_screen_free(struct test_screen *screen);
#define AUTO_SCREEN AUTO(test_screen_auto)
void test_screen_auto(struct test_screen **screen);

/* Waits until `text` stands somewhere on the screen, or nowhere any more; fails the test after 10 s, showing the
 * screen. Returns the row. */
int test_screen_until(struct test_screen *screen, const char *text);
/* The same for two texts in one row: a frame arrives in pieces. */
int test_screen_until_both(struct test_screen *screen, const char *text, const char *other);
void test_screen_until_gone(struct test_screen *screen, const char *text);
/* The same for whatever `done` looks at; `what` is told when it does not come true. */
void test_screen_wait(struct test_screen *screen, bool (*done)(struct test_screen *screen, void *context),
                      void *context, const char *what);
/* Waits until the program has acted on all keys so far and has drawn what came of them (term_idle()). */
void test_screen_idle(struct test_screen *screen);

/* A row as text, blanks at the end left out; lives until the next call. */
const char *test_screen_row(struct test_screen *screen, int row);
/* The column in which `text` begins, wide characters counted as two; -1: it is not in that row. */
int test_screen_column(struct test_screen *screen, int row, const char *text);

/* How a cell looks. */
struct test_cell {
    char text[64]; /* "" is a blank, or the right half of a wide character */
    bool bold, underline, reverse;
    int colour, ground; /* of 256; -1: the terminal's own */
};
struct test_cell test_screen_cell(struct test_screen *screen, int row, int column);
void test_screen_size(struct test_screen *screen, int *rows, int *columns);
/* Prints it among the test's output. */
void test_screen_show(struct test_screen *screen);
/* Is the caret to be seen, and where? */
bool test_screen_cursor(struct test_screen *screen, int *row, int *column);

/* Appends the whole screen as it is now to a golden text, under a heading: its text, then one letter a cell for its
 * attributes, then what the letters mean. */
void test_golden_add(struct buf *golden, struct test_screen *screen, const char *what);
/* Is it as in tests/tui/golden/NAME.txt? If not, what differs is printed. KAQUAN_GOLDEN_UPDATE=1 writes that file
 * instead. */
bool test_golden_same(const struct buf *golden, const char *name);

void test_screen_keys(struct test_screen *screen, const char *keys);
void test_screen_resize(struct test_screen *screen, int rows, int columns);
void test_screen_signal(struct test_screen *screen, int signal);
pid_t test_screen_pid(const struct test_screen *screen);
/* Closes the terminal under the program. */
void test_screen_hang_up(struct test_screen *screen);
/* Waits until the program has ended by itself; its exit code, 128 + signal when killed. */
int test_screen_end(struct test_screen *screen);

/* Every byte that the program has sent so far. */
const struct buf *test_screen_bytes(const struct test_screen *screen);
/* Is the terminal in line mode with echo, as a shell leaves it? */
bool test_screen_is_cooked(const struct test_screen *screen);

#endif
