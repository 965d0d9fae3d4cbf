#include "term.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wchar.h>

#include <curses.h>

#include "app.h"
#include "lang.h"
#include "term_info.h"
#include "term_keys.h"
#include "term_osc.h"

enum { ESCAPE_MS = 25, LINE_MAX_COLUMNS = 1024, COLOURS_LEAST = 16 };
/* Black and white of the 256, which no theme changes. */
enum { INK = 16, PAPER = 231, BRIGHT_WHITE = 15 };

/* Colours that can be read on white and on black: yellow and cyan vanish on the one, blue on the other; bold stays
 * with what has no colour or a dark one, for many terminals brighten it. */
/* clang-format off */
static const struct look {
    short colour, ground; /* -1: the terminal's own */
    attr_t with_colour;
    attr_t without;
} looks[TERM_ROLES] = {
    [ROLE_NORMAL]   = {-1,            -1,    A_NORMAL,             A_NORMAL},
    [ROLE_DIM]      = {-1,            -1,    A_DIM,                A_DIM},
    [ROLE_ACCENT]   = {-1,            -1,    A_BOLD,               A_BOLD},
    [ROLE_OK]       = {COLOR_GREEN,   -1,    A_NORMAL,             A_NORMAL},
    [ROLE_WARN]     = {COLOR_MAGENTA, -1,    A_BOLD,               A_BOLD},
    [ROLE_BAD]      = {COLOR_RED,     -1,    A_BOLD,               A_BOLD | A_UNDERLINE},
    [ROLE_HEADER]   = {-1,            -1,    A_REVERSE,            A_REVERSE},
    [ROLE_SELECTED] = {-1,            -1,    A_REVERSE,            A_REVERSE},
    [ROLE_MARKED]   = {COLOR_MAGENTA, -1,    A_UNDERLINE,          A_UNDERLINE},
    [ROLE_PROD]     = {COLOR_RED,     -1,    A_REVERSE | A_BOLD,   A_REVERSE | A_BOLD},
    [ROLE_FIELD]    = {-1,            -1,    A_UNDERLINE,          A_UNDERLINE},
    [ROLE_PAPER]    = {INK,           PAPER, A_NORMAL,             A_REVERSE},
    [ROLE_INK]      = {PAPER,         INK,   A_NORMAL,             A_NORMAL},
};
/* clang-format on */

static SCREEN *screen;
static bool ascii_only;
static bool coloured;
static attr_t on_top; /* of every role */
static int caret_row, caret_column;
static bool caret_shown;
static int stderr_before = -1; /* the real stderr while descriptor 2 is put aside */

static bool set_and_not_empty(const char *variable) {
    const char *value = getenv(variable);

    return value && value[0] != '\0';
}

/* --- starting --- */

/* Messages of libraries would land in the middle of the screen. */
static void put_stderr_aside(void) {
#ifndef KAQUAN_FAULT_POINTS /* reports of the sanitizers must not get lost */
    int aside = memfd_create("kaquan-stderr", MFD_CLOEXEC);

    fflush(stderr);
    stderr_before = aside < 0 || !isatty(STDERR_FILENO) ? -1 : dup(STDERR_FILENO);
    if (stderr_before >= 0)
        dup2(aside, STDERR_FILENO);
    if (aside >= 0)
        close(aside);
#endif
}

static void bring_stderr_back(void) {
    char part[512];
    ssize_t got;
    int aside;

    if (stderr_before < 0)
        return;
    fflush(stderr);
    aside = dup(STDERR_FILENO);
    dup2(stderr_before, STDERR_FILENO);
    close(stderr_before);
    stderr_before = -1;
    lseek(aside, 0, SEEK_SET);
    while ((got = read(aside, part, sizeof(part))) > 0)
        if (write(STDERR_FILENO, part, (size_t)got) != got)
            break;
    close(aside);
}

static short shade(short colour) {
    if (colour < COLOURS_LEAST || colour < COLORS)
        return colour;
    return colour == INK ? COLOR_BLACK : BRIGHT_WHITE;
}

/* Without colours curses must not even be asked for them, or it resets them. */
static void start_colours(bool wanted) {
    coloured = wanted && !set_and_not_empty("NO_COLOR") && tigetnum("colors") >= COLOURS_LEAST &&
               start_color() == OK && use_default_colors() == OK;
    for (short role = 0; coloured && role < TERM_ROLES; role++)
        init_pair((short)(role + 1), shade(looks[role].colour), shade(looks[role].ground));
}

/* The text consoles and their fonts lack block characters. */
static bool lacks_blocks(void) {
    const char *name = getenv("TERM");

    return strcmp(name, "linux") == 0 || strncmp(name, "vt", 2) == 0;
}

/* --- stopping for a while --- */

static volatile sig_atomic_t stop_asked, went_on;

static void on_stop(int number UNUSED) {
    stop_asked = 1;
}

static void on_continue(int number UNUSED) {
    went_on = 1;
}

static void take_terminal(void) {
    osc_send(OSC_PASTE_ON, strlen(OSC_PASTE_ON));
    clearok(curscr, TRUE);
    raise(SIGWINCH); /* curses looks for a new size */
    refresh();
}

static void give_terminal_back(void) {
    osc_send(OSC_PASTE_OFF, strlen(OSC_PASTE_OFF));
    endwin();
}

void term_suspend(void) {
    struct sigaction stops = {.sa_handler = SIG_DFL}, before;

    stop_asked = 0;
    give_terminal_back();
    sigaction(SIGTSTP, &stops, &before);
    kill(0, SIGTSTP); /* here we stand until SIGCONT; a group without a shell does not stop */
    sigaction(SIGTSTP, &before, NULL);
    went_on = 1;
}

/* Who stopped us by SIGSTOP left the terminal to others without our knowing. */
static void come_back(void) {
    went_on = 0;
    if (!isendwin())
        give_terminal_back();
    take_terminal();
}

/* --- starting and ending --- */

/* The closed terminal ends us as SIGTERM does. */
static void on_hangup(int number UNUSED) {
    raise(SIGTERM);
}

static void handle(int number, void (*handler)(int)) {
    struct sigaction action = {.sa_handler = handler}, before;

    sigaction(number, NULL, &before);
    if (number == SIGTSTP && before.sa_handler == SIG_IGN)
        return; /* a shell without job control */
    sigaction(number, &action, NULL);
}

/* Before curses looks for handlers. */
static void start_signals(void) {
    app_signals();
    handle(SIGHUP, on_hangup);
    handle(SIGTSTP, on_stop);
    handle(SIGCONT, on_continue);
    term_crash_guard();
}

/* All keys come to us, Ctrl-C, Ctrl-S and Ctrl-Z too. */
static void start_keys(void) {
    raw();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    set_escdelay(ESCAPE_MS);
    typeahead(-1); /* a frame is drawn whole, also while keys wait */
    term_keys_start();
    osc_send(OSC_PASTE_ON, strlen(OSC_PASTE_ON));
}

bool term_start(const struct term_options *options, struct err *err) {
    static bool registered;

    if (!term_drawable(err))
        return false;
    start_signals();
    if (!registered)
        atexit(term_stop);
    registered = true;
    screen = newterm(NULL, stdout, stdin);
    if (!screen)
        return fail(err, ERR_CONFIG, "the terminal \"%s\" cannot be used", getenv("TERM"));
    put_stderr_aside();
    start_keys();
    curs_set(0);
    start_colours(!options->no_color);
    ascii_only = options->ascii || lacks_blocks();
    return true;
}

void term_stop(void) {
    if (!screen)
        return;
    give_terminal_back();
    delscreen(screen);
    screen = NULL;
    term_crash_forget();
    bring_stderr_back();
}

/* --- drawing --- */

int term_fd(void) {
    return STDIN_FILENO;
}

bool term_ascii(void) {
    return ascii_only;
}

void term_size(int *rows, int *columns) {
    getmaxyx(stdscr, *rows, *columns);
}

static attr_t attributes(enum term_role role) {
    if (!coloured)
        return looks[role].without | on_top;
    return looks[role].with_colour | on_top | (attr_t)COLOR_PAIR(role + 1);
}

void term_put(int row, int column, enum term_role role, const char *text) {
    wchar_t line[LINE_MAX_COLUMNS];
    int rows, columns;
    size_t len = mbstowcs(line, text, ARRAY_LEN(line) - 1);

    term_size(&rows, &columns);
    if (len == (size_t)-1 || row < 0 || row >= rows || column < 0 || column >= columns)
        return;
    line[len] = L'\0';
    attrset((int)attributes(role));
    mvaddnwstr(row, column, line, int_of(len));
    attrset(A_NORMAL);
}

void term_reverse(bool on) {
    on_top = on ? A_REVERSE : A_NORMAL;
}

void term_clear(void) {
    caret_shown = false;
    erase();
}

void term_cursor(int row, int column) {
    int rows, columns;

    term_size(&rows, &columns);
    caret_row = row < rows ? row : rows - 1;
    caret_column = column < columns ? column : columns - 1;
    caret_shown = true;
}

/* Where it cannot be hidden, the caret rests in the last row. */
void term_show(void) {
    if (caret_shown)
        move(caret_row, caret_column);
    else
        move(getmaxy(stdscr) - 1, 0);
    curs_set(caret_shown);
    wnoutrefresh(stdscr);
    doupdate();
}

void term_redraw(void) {
    werase(newscr); /* after a window grew, ncurses would keep single cells of it behind wide characters */
    clearok(stdscr, TRUE);
}

/* --- keys --- */

uint32_t term_read(void) {
    if (stop_asked)
        term_suspend();
    if (!went_on)
        return term_keys_read();
    come_back();
    return TERM_RESIZE;
}
