#include "term.h"

#include <errno.h>
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

enum { ESCAPE_MS = 25, LINE_MAX_COLUMNS = 1024 };

/* clang-format off */
static const struct look {
    short colour; /* -1: the terminal's own */
    attr_t with_colour;
    attr_t without;
} looks[TERM_ROLES] = {
    [ROLE_NORMAL] = {-1,           A_NORMAL,  A_NORMAL},
    [ROLE_DIM]    = {-1,           A_DIM,     A_DIM},
    [ROLE_ACCENT] = {COLOR_CYAN,   A_BOLD,    A_BOLD},
    [ROLE_OK]     = {COLOR_GREEN,  A_NORMAL,  A_NORMAL},
    [ROLE_WARN]   = {COLOR_YELLOW, A_BOLD,    A_BOLD},
    [ROLE_BAD]    = {COLOR_RED,    A_BOLD,    A_BOLD | A_UNDERLINE},
    [ROLE_HEADER] = {-1,           A_REVERSE, A_REVERSE},
};

static const struct key_name {
    wint_t curses;
    enum term_key key;
} key_names[] = {
    {KEY_UP,    TERM_UP},      {KEY_DOWN,  TERM_DOWN},      {KEY_PPAGE, TERM_PAGE_UP}, {KEY_NPAGE,  TERM_PAGE_DOWN},
    {KEY_HOME,  TERM_HOME},    {KEY_END,   TERM_END},       {KEY_F(1),  TERM_F1},      {KEY_RESIZE, TERM_RESIZE},
};
/* clang-format on */

static SCREEN *screen;
static bool ascii_only;
static bool coloured;
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

static void start_colours(void) {
    coloured = !set_and_not_empty("NO_COLOR") && has_colors() && start_color() == OK && use_default_colors() == OK;
    for (short role = 0; coloured && role < TERM_ROLES; role++)
        init_pair((short)(role + 1), looks[role].colour, -1);
}

/* The text consoles and their fonts lack block characters. */
static bool lacks_blocks(void) {
    const char *name = getenv("TERM");

    return strcmp(name, "linux") == 0 || strncmp(name, "vt", 2) == 0;
}

/* The closed terminal ends us as SIGTERM does. */
static void on_hangup(int number UNUSED) {
    raise(SIGTERM);
}

bool term_start(bool ascii, struct err *err) {
    static bool registered;
    struct sigaction hangup = {.sa_handler = on_hangup};

    if (!term_drawable(err))
        return false;
    app_signals(); /* before curses looks for handlers */
    sigaction(SIGHUP, &hangup, NULL);
    term_crash_guard();
    if (!registered)
        atexit(term_stop);
    registered = true;
    screen = newterm(NULL, stdout, stdin);
    if (!screen)
        return fail(err, ERR_CONFIG, _("the terminal \"%s\" cannot be used"), getenv("TERM"));
    put_stderr_aside();
    cbreak();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    set_escdelay(ESCAPE_MS);
    curs_set(0);
    start_colours();
    ascii_only = ascii || lacks_blocks();
    return true;
}

void term_stop(void) {
    if (!screen)
        return;
    endwin();
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
        return looks[role].without;
    return looks[role].with_colour | (attr_t)COLOR_PAIR(role + 1);
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

void term_clear(void) {
    erase();
}

void term_show(void) {
    wnoutrefresh(stdscr);
    doupdate();
}

void term_redraw(void) {
    clearok(stdscr, TRUE);
}

/* --- keys --- */

static uint32_t named(wint_t code) {
    for (size_t i = 0; i < ARRAY_LEN(key_names); i++)
        if (key_names[i].curses == code)
            return key_names[i].key;
    return TERM_OTHER;
}

uint32_t term_read(void) {
    wint_t code = 0;
    int kind;

    errno = 0;
    kind = get_wch(&code);
    if (kind == KEY_CODE_YES)
        return named(code);
    if (kind == OK)
        return (uint32_t)code;
    return errno == EIO ? TERM_GONE : TERM_NONE;
}
