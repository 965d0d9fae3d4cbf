/* term.h - the terminal: cells, roles, keys. The only files that know ncurses are term*.c. */
#ifndef KAQUAN_TERM_H
#define KAQUAN_TERM_H

#include "base.h"
#include "err.h"

/* What a text is for; colours, or attributes where there are none, follow from it. */
enum term_role {
    ROLE_NORMAL,
    ROLE_DIM,
    ROLE_ACCENT,
    ROLE_OK,
    ROLE_WARN,
    ROLE_BAD,
    ROLE_HEADER,
    ROLE_SELECTED, /* the row under the cursor */
    ROLE_MARKED,
    ROLE_PROD,  /* a production environment */
    ROLE_FIELD, /* a text field without the focus; with it, it is ROLE_SELECTED */
    ROLE_PAPER, /* black on white whatever the theme: a code to scan */
    ROLE_INK,   /* a ground of that black */
    TERM_ROLES
};

/* A key is a Unicode character or one of these. Control keys come as their own characters; three of them are the same
 * as a named key: Ctrl-H, Ctrl-I, Ctrl-M. */
enum term_key {
    TERM_CTRL_A = 0x01,
    TERM_CTRL_B = 0x02,
    TERM_CTRL_C = 0x03,
    TERM_CTRL_D = 0x04,
    TERM_CTRL_E = 0x05,
    TERM_CTRL_F = 0x06,
    TERM_CTRL_G = 0x07,
    TERM_BACKSPACE = 0x08, /* what the key sends is one of three; all become this */
    TERM_TAB = '\t',
    TERM_CTRL_K = 0x0B,
    TERM_CTRL_L = 0x0C,
    TERM_ENTER = '\r', /* line feed and the keypad's too */
    TERM_CTRL_N = 0x0E,
    TERM_CTRL_P = 0x10,
    TERM_CTRL_Q = 0x11,
    TERM_CTRL_R = 0x12,
    TERM_CTRL_S = 0x13,
    TERM_CTRL_U = 0x15,
    TERM_CTRL_W = 0x17,
    TERM_CTRL_Z = 0x1A,
    TERM_ESC = 0x1B,
    TERM_CTRL_UNDERSCORE = 0x1F,
    TERM_UP = 0x110000,
    TERM_DOWN,
    TERM_LEFT,
    TERM_RIGHT,
    TERM_PAGE_UP,
    TERM_PAGE_DOWN,
    TERM_HOME,
    TERM_END,
    TERM_BACKTAB,
    TERM_DELETE,
    TERM_INSERT,
    TERM_F1,
    TERM_F2,
    TERM_F8,
    TERM_PASTE, /* a text was pasted, see term_pasted() */
    TERM_RESIZE,
    TERM_OTHER, /* a key that has no name here */
    TERM_NONE,  /* nothing was pressed */
    TERM_GONE,  /* the terminal is not there any more */
};

struct term_options {
    bool ascii;    /* no block characters; they are also left out where the terminal is known to lack them */
    bool no_color; /* bold, underlined, reversed instead; so it is with NO_COLOR and on fewer than 16 colours */
};

/* Takes the terminal. Without one, or with a TERM that cannot be drawn on: ERR_CONFIG with a cure. From here on
 * exit(), SIGTERM, SIGINT, SIGHUP and crashes give the terminal back as it was; what is written to stderr meanwhile
 * is shown then. */
bool term_start(const struct term_options *options, struct err *err);
void term_stop(void);
/* Gives the terminal back, stops the process group as Ctrl-Z does in a shell, and takes the terminal again when it
 * goes on. SIGTSTP from outside does the same, at the next term_read(). */
void term_suspend(void);

int term_fd(void);
bool term_ascii(void);
void term_size(int *rows, int *columns);

/* Draws `text`, sanitised before, as far as the row goes; what is off the screen is left out. */
void term_put(int row, int column, enum term_role role, const char *text);
/* What is put while this is on is reversed, on top of its role. */
void term_reverse(bool on);
void term_clear(void);
/* Where the caret stands in every frame until the next term_clear(). Without it, it is hidden. */
void term_cursor(int row, int column);
void term_show(void);   /* brings what was put since term_clear() to the terminal */
void term_redraw(void); /* paints everything again: something else wrote on the screen */

/* Does not wait. After a TERM_RESIZE everything is to be drawn anew. */
uint32_t term_read(void);
/* The text of the last TERM_PASTE, its line ends as '\n', valid until the next term_read(). Of more than 1 MB the
 * rest is left out. */
const char *term_pasted(void);

/* Puts `text` into the clipboard of the terminal before which the person sits, by OSC 52, which also goes through SSH
 * and tmux (set-clipboard on). False when it is longer than terminals take. Nobody answers: a terminal may refuse. */
bool term_copy(const char *text, size_t len);

/* For tests (KAQUAN_TEST_SYNC=1): the loop says that all keys were acted on, the frame is on the screen and no answer
 * is outstanding. Nothing is sent unless the test had asked. */
void term_idle(void);

#endif
