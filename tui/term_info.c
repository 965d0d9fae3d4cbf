#include "term_info.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <curses.h>
#include <term.h>

#include "lang.h"
#include "term_osc.h"

/* --- drawing --- */

bool term_drawable(struct err *err) {
    const char *name = getenv("TERM");
    int found = 0;

    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        fail(err, ERR_CONFIG, "there is no terminal to draw on");
        return fail_cure(err, "kaquan --once or kaquan-worker pool list --plain print the same data");
    }
    if (!name || name[0] == '\0')
        fail(err, ERR_CONFIG, "TERM is not set");
    else if (setupterm(name, STDOUT_FILENO, &found) != OK)
        fail(err, ERR_CONFIG, "TERM is \"%s\", which this host does not know", name);
    else if (!cursor_address) /* "dumb" is known, and would stay empty */
        fail(err, ERR_CONFIG, "TERM is \"%s\", which cannot place its cursor", name);
    else
        return true;
    return fail_cure(err, "set TERM=xterm-256color or install the package ncurses-term; kaquan --once and"
                          " kaquan-worker pool list --plain need no terminal");
}

/* --- crashing --- */

enum { BYTES = 256 };
static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT};

static struct termios before;
static bool before_known;
static char bytes[BYTES]; /* cursor visible, plain letters, keys as before, the other screen */
static volatile sig_atomic_t bytes_len;
static struct sigaction handlers_before[ARRAY_LEN(crashes)];

static int keep_byte(int byte) {
    if (bytes_len < BYTES)
        bytes[bytes_len++] = (char)byte;
    return byte;
}

static void keep(const char *capability) {
    if (capability)
        tputs(capability, 1, keep_byte);
}

/* Only async-signal-safe calls. The handler before ours (a sanitizer's, or the default) has the last word. */
static void on_crash(int number) {
    ssize_t written UNUSED;

    if (bytes_len > 0)
        written = write(STDOUT_FILENO, bytes, (size_t)bytes_len);
    if (bytes_len > 0 && before_known)
        tcsetattr(STDIN_FILENO, TCSANOW, &before);
    for (size_t i = 0; i < ARRAY_LEN(crashes); i++)
        if (crashes[i] == number)
            sigaction(number, &handlers_before[i], NULL);
    raise(number);
}

void term_crash_guard(void) {
    struct sigaction action = {.sa_handler = on_crash, .sa_flags = (int)SA_NODEFER};

    before_known = tcgetattr(STDIN_FILENO, &before) == 0;
    bytes_len = 0;
    for (const char *byte = OSC_PASTE_OFF; *byte; byte++)
        keep_byte(*byte);
    keep(exit_attribute_mode);
    keep(keypad_local);
    keep(exit_ca_mode);
    keep(cursor_normal);
    del_curterm(cur_term); /* curses reads the description for itself */
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < ARRAY_LEN(crashes); i++)
        sigaction(crashes[i], &action, &handlers_before[i]);
}

void term_crash_forget(void) {
    bytes_len = 0;
}
