#include "screen.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <vterm.h>

#include "clock.h"
#include "harness.h"
#include "text.h"

enum { ROW_BYTES = 4096, ARGUMENTS = 16, REPORTED = 99 /* a sanitizer's exit code */ };
enum { TYPED_MOST = 2000 };
static const double PATIENCE_S = 10, HUNG_UP_S = 2;

struct test_screen {
    pid_t pid;
    int fd; /* our end of the terminal */
    VTerm *vterm;
    VTermScreen *cells;
    struct buf bytes;
    struct buf row;
    struct buf typed; /* the end of it */
    bool closed;      /* the program's end was closed */
    bool caret;       /* is to be seen */
    unsigned pings, answered;
};

/* --- starting --- */

static void set_or_unset(const char *name, const char *value) {
    if (value)
        setenv(name, value, 1);
    else
        unsetenv(name);
}

static void set_environment(const struct test_screen_run *how) {
    set_or_unset("TERM", how->term ? how->term : "xterm-256color");
    set_or_unset("LANG", how->lang ? how->lang : "C.UTF-8");
    set_or_unset("NO_COLOR", how->no_color);
    set_or_unset("PGUSER", how->user ? how->user : "kaquan_worker");
    set_or_unset("KAQUAN_NOW", how->now);
    set_or_unset("LANGUAGE", how->language);
    if (how->locale)
        setenv("LC_ALL", how->locale, 1);
    setenv("KAQUAN_TEST_SYNC", "1", 1);
    unsetenv("LINES");
    unsetenv("COLUMNS");
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

struct program {
    const char *path;
    const char *const *arguments;
};

static int become(void *context) {
    const struct program *program = context;
    char *copies[ARGUMENTS + 2] = {mem_text(program->path)};

    for (size_t i = 0; i < ARGUMENTS && program->arguments[i]; i++)
        copies[i + 1] = mem_text(program->arguments[i]);
    execv(program->path, copies);
    return 127;
}

static int on_property(VTermProp property, VTermValue *value, void *user) {
    struct test_screen *s = user;

    if (property == VTERM_PROP_CURSORVISIBLE)
        s->caret = value->boolean;
    return 1;
}

static void start_terminal(struct test_screen *s, int rows, int columns) {
    static const VTermScreenCallbacks screen = {.settermprop = on_property};

    s->vterm = vterm_new(rows, columns);
    vterm_set_utf8(s->vterm, 1);
    s->cells = vterm_obtain_screen(s->vterm);
    vterm_screen_set_callbacks(s->cells, &screen, s);
    vterm_screen_enable_altscreen(s->cells, 1);
    vterm_screen_reset(s->cells, 1);
}

struct test_screen *test_screen_call(const struct test_screen_run *how, int (*body)(void *context), void *context) {
    struct test_screen *s = mem_new(sizeof(*s));
    int rows = how->rows > 0 ? how->rows : 24;
    int columns = how->columns > 0 ? how->columns : 80;
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};

    fflush(NULL);
    s->pid = forkpty(&s->fd, NULL, NULL, &size);
    if (s->pid < 0)
        test_fail("forkpty: %s", strerror(errno));
    if (s->pid == 0) {
        set_environment(how);
        _exit(body(context));
    }
    fcntl(s->fd, F_SETFL, O_NONBLOCK);
    fcntl(s->fd, F_SETFD, FD_CLOEXEC);
    start_terminal(s, rows, columns);
    return s;
}

struct test_screen *test_screen_start(const struct test_screen_run *how, const char *program,
                                      const char *const *arguments) {
    return test_screen_call(how, become, &(struct program){program, arguments});
}

void test_screen_free(struct test_screen *s) {
    if (!s)
        return;
    if (s->pid > 0) {
        kill(s->pid, SIGKILL);
        waitpid(s->pid, NULL, 0);
    }
    if (s->fd >= 0)
        close(s->fd);
    vterm_free(s->vterm);
    buf_wipe(&s->bytes);
    buf_wipe(&s->row);
    buf_wipe(&s->typed);
    free(s);
}

void test_screen_auto(struct test_screen **screen) {
    test_screen_free(*screen);
}

/* --- reading --- */

/* Answers to what the program asked the terminal. */
static void answer(struct test_screen *s) {
    char part[256];
    size_t len = vterm_output_read(s->vterm, part, sizeof(part));

    if (len > 0 && write(s->fd, part, len) < 0 && errno != EIO)
        test_fail("writing to the terminal: %s", strerror(errno));
}

/* What the program says by OSC 7711, in the bytes from `from` on: the number of our last ping that it read
 * (tui/term_osc.h). Not by libvterm (0.1.4), which loses what two reads share. */
static void note_answers(struct test_screen *s, size_t from) {
    static const char begin[] = "\x1b]7711;";
    const size_t most = sizeof(begin) + 10;
    const char *at = buf_str(&s->bytes) + (from > most ? from - most : 0);
    unsigned number;
    char end;

    while ((at = strstr(at, begin)) != NULL)
        if (sscanf(at += strlen(begin), "%u%c", &number, &end) == 2 && end == '\a')
            s->answered = number;
}

static void take(struct test_screen *s) {
    char part[4096];
    ssize_t got;

    while ((got = read(s->fd, part, sizeof(part))) > 0) {
        buf_add(&s->bytes, part, (size_t)got);
        note_answers(s, s->bytes.len - (size_t)got);
        vterm_input_write(s->vterm, part, (size_t)got);
        answer(s);
    }
    s->closed = s->closed || got == 0 || (got < 0 && errno == EIO);
}

/* The text of cells [from, to) of a row. */
static void add_cells(struct test_screen *s, int row, int from, int to, struct buf *out) {
    for (int column = from; column < to; column++) {
        VTermScreenCell cell;

        vterm_screen_get_cell(s->cells, (VTermPos){.row = row, .col = column}, &cell);
        if (cell.chars[0] == (uint32_t)-1) /* right half of a wide one */
            continue;
        if (cell.chars[0] == 0)
            buf_char(out, ' ');
        for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i] != 0; i++)
            utf8_add(out, cell.chars[i]);
    }
}

const char *test_screen_row(struct test_screen *s, int row) {
    int rows, columns;

    vterm_get_size(s->vterm, &rows, &columns);
    buf_reset(&s->row);
    if (row < rows)
        add_cells(s, row, 0, columns, &s->row);
    while (s->row.len > 0 && s->row.data[s->row.len - 1] == ' ')
        s->row.data[--s->row.len] = '\0';
    return buf_str(&s->row);
}

int test_screen_column(struct test_screen *s, int row, const char *text) {
    int rows, columns;

    vterm_get_size(s->vterm, &rows, &columns);
    for (int column = 0; column < columns; column++) {
        AUTO_BUF struct buf rest = {0};

        add_cells(s, row, column, columns, &rest);
        if (strncmp(buf_str(&rest), text, strlen(text)) == 0)
            return column;
    }
    return -1;
}

static int colour_of(const VTermColor *colour) {
    bool own = VTERM_COLOR_IS_DEFAULT_FG(colour) || VTERM_COLOR_IS_DEFAULT_BG(colour);

    return own || !VTERM_COLOR_IS_INDEXED(colour) ? -1 : colour->indexed.idx;
}

struct test_cell test_screen_cell(struct test_screen *s, int row, int column) {
    AUTO_BUF struct buf text = {0};
    struct test_cell out = {.colour = -1};
    VTermScreenCell cell;

    vterm_screen_get_cell(s->cells, (VTermPos){.row = row, .col = column}, &cell);
    add_cells(s, row, column, column + 1, &text);
    if (cell.chars[0] == (uint32_t)-1 && column > 0) /* a right half has no look of its own */
        vterm_screen_get_cell(s->cells, (VTermPos){.row = row, .col = column - 1}, &cell);
    text_copy(out.text, sizeof(out.text), strcmp(buf_str(&text), " ") == 0 ? "" : buf_str(&text));
    out.bold = cell.attrs.bold;
    out.underline = cell.attrs.underline;
    out.reverse = cell.attrs.reverse;
    out.colour = colour_of(&cell.fg);
    out.ground = colour_of(&cell.bg);
    return out;
}

bool test_screen_cursor(struct test_screen *s, int *row, int *column) {
    VTermPos at;

    vterm_state_get_cursorpos(vterm_obtain_state(s->vterm), &at);
    *row = at.row;
    *column = at.col;
    return s->caret;
}

void test_screen_size(struct test_screen *s, int *rows, int *columns) {
    vterm_get_size(s->vterm, rows, columns);
}

/* --- waiting --- */

/* A row with `text` and, unless it is NULL, with `other`. */
static int find(struct test_screen *s, const char *text, const char *other) {
    int rows, columns;

    vterm_get_size(s->vterm, &rows, &columns);
    for (int row = 0; row < rows; row++)
        if (strstr(test_screen_row(s, row), text) && (!other || strstr(test_screen_row(s, row), other)))
            return row;
    return -1;
}

void test_screen_show(struct test_screen *s) {
    int rows, columns;

    vterm_get_size(s->vterm, &rows, &columns);
    for (int row = 0; row < rows; row++)
        fprintf(stderr, "# |%s\n", test_screen_row(s, row));
    fprintf(stderr, "# typed: %s\n", buf_str(&s->typed));
}

/* What a program that has gone said about that: a sanitizer's report, or its own last words. */
static void show_report(const struct test_screen *s) {
    static const char *const begins[] = {"==ERROR", "runtime error", "error bug", "\x1b[?1049l"};
    const char *at = NULL;

    for (size_t i = 0; i < ARRAY_LEN(begins) && !at; i++)
        at = strstr(buf_str(&s->bytes), begins[i]);
    if (s->closed && at)
        fprintf(stderr, "%.6000s\n", at);
}

/* Until the program says something; false when the time is over or nobody is there to say anything. */
static bool more(struct test_screen *s, double deadline) {
    struct pollfd watch = {.fd = s->fd, .events = POLLIN};
    double left = deadline - clock_seconds();

    if (left <= 0 || s->closed)
        return false;
    if (poll(&watch, 1, (int)(left * 1000) + 1) < 0 && errno != EINTR)
        test_fail("poll: %s", strerror(errno));
    take(s);
    return true;
}

void test_screen_wait(struct test_screen *s, bool (*done)(struct test_screen *screen, void *context), void *context,
                      const char *what) {
    double deadline = clock_seconds() + PATIENCE_S;

    take(s);
    while (!done(s, context))
        if (!more(s, deadline)) {
            test_screen_show(s);
            test_fail("it did not come true within %.0f s: %s", PATIENCE_S, what);
        }
}

struct sight {
    const char *text, *other;
    bool there;
    int row;
};

static bool is_seen(struct test_screen *s, void *context) {
    struct sight *sight = context;

    sight->row = find(s, sight->text, sight->other);
    return (sight->row >= 0) == sight->there;
}

static int wait_for(struct test_screen *s, const char *text, const char *other, bool there) {
    struct sight sight = {text, other, there, -1};
    AUTO_BUF struct buf what = {0};

    buf_printf(&what, "\"%s\"%s%s %s", text, other ? " with " : "", other ? other : "",
               there ? "stands there" : "is gone");
    test_screen_wait(s, is_seen, &sight, buf_str(&what));
    return sight.row;
}

int test_screen_until(struct test_screen *s, const char *text) {
    return wait_for(s, text, NULL, true);
}

int test_screen_until_both(struct test_screen *s, const char *text, const char *other) {
    return wait_for(s, text, other, true);
}

void test_screen_until_gone(struct test_screen *s, const char *text) {
    wait_for(s, text, NULL, false);
}

void test_screen_idle(struct test_screen *s) {
    double deadline = clock_seconds() + PATIENCE_S;

    s->pings++;
    test_screen_keys(s, "\x1b[7711~");
    while (s->answered != s->pings)
        if (!more(s, deadline)) {
            test_screen_show(s);
            show_report(s);
            test_fail("the program %s", s->closed ? "has ended" : "did not become idle");
        }
}

/* --- acting --- */

static void note_typed(struct test_screen *s, const char *keys) {
    if (s->typed.len > TYPED_MOST)
        buf_reset(&s->typed);
    safe_text(&s->typed, keys, strlen(keys));
    buf_char(&s->typed, ' ');
}

void test_screen_keys(struct test_screen *s, const char *keys) {
    note_typed(s, keys);
    if (write(s->fd, keys, strlen(keys)) != (ssize_t)strlen(keys))
        test_fail("typing: %s", strerror(errno));
}

/* As xterm does it: libvterm (0.1.4) scrolls within margins that lie outside of a smaller window. */
static void reset_margins(struct test_screen *s) {
    VTermPos at;
    char text[48];

    vterm_state_get_cursorpos(vterm_obtain_state(s->vterm), &at);
    snprintf(text, sizeof(text), "\x1b[r\x1b[%d;%dH", at.row + 1, at.col + 1);
    vterm_input_write(s->vterm, text, strlen(text));
}

void test_screen_resize(struct test_screen *s, int rows, int columns) {
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};

    take(s);
    reset_margins(s);
    /* libvterm (0.1.4) writes the second half of a wide character beyond a row of one column. */
    vterm_set_size(s->vterm, rows, columns > 1 ? columns : 2);
    if (ioctl(s->fd, TIOCSWINSZ, &size) != 0)
        test_fail("resizing: %s", strerror(errno));
}

void test_screen_signal(struct test_screen *s, int signal) {
    kill(s->pid, signal);
}

pid_t test_screen_pid(const struct test_screen *s) {
    return s->pid;
}

void test_screen_hang_up(struct test_screen *s) {
    take(s);
    close(s->fd);
    s->fd = -1;
}

/* Nothing tells it any more when it closes its end. */
static bool has_ended(void *context) {
    siginfo_t info = {0};

    waitid(P_PID, (id_t) * (pid_t *)context, &info, WEXITED | WNOHANG | WNOWAIT);
    return info.si_pid != 0;
}

int test_screen_end(struct test_screen *s) {
    double deadline = clock_seconds() + PATIENCE_S;
    int status = 0;

    while (s->fd >= 0 && more(s, deadline))
        continue;
    if (s->fd < 0)
        test_wait_until(has_ended, &s->pid, HUNG_UP_S);
    else if (!s->closed) {
        test_screen_show(s);
        test_fail("the program did not end");
    }
    waitpid(s->pid, &status, 0);
    s->pid = 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) >= REPORTED)
        show_report(s);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

const struct buf *test_screen_bytes(const struct test_screen *s) {
    return &s->bytes;
}

bool test_screen_is_cooked(const struct test_screen *s) {
    struct termios mode;

    return tcgetattr(s->fd, &mode) == 0 && (mode.c_lflag & (ICANON | ECHO)) == (ICANON | ECHO);
}
