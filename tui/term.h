/* term.h - the terminal: cells, roles, keys. The only file that knows ncurses is term.c. */
#ifndef KAQUAN_TERM_H
#define KAQUAN_TERM_H

#include "base.h"
#include "err.h"

/* What a text is for; colours, or attributes where there are none, follow from it. */
enum term_role { ROLE_NORMAL, ROLE_DIM, ROLE_ACCENT, ROLE_OK, ROLE_WARN, ROLE_BAD, ROLE_HEADER, TERM_ROLES };

/* A key is a Unicode character (ESC, ^L and the like included) or one of these. */
enum term_key {
    TERM_ESC = 0x1B,
    TERM_CTRL_L = 0x0C,
    TERM_UP = 0x110000,
    TERM_DOWN,
    TERM_PAGE_UP,
    TERM_PAGE_DOWN,
    TERM_HOME,
    TERM_END,
    TERM_F1,
    TERM_RESIZE,
    TERM_OTHER, /* a key that has no name here */
    TERM_NONE,  /* nothing was pressed */
    TERM_GONE,  /* the terminal is not there any more */
};

/* Takes the terminal. Without one, or with a TERM that cannot be drawn on: ERR_CONFIG with a cure. `ascii`: no block
 * characters; they are also left out where the terminal is known to lack them. From here on exit(), SIGTERM, SIGINT,
 * SIGHUP and crashes give the terminal back as it was; what is written to stderr meanwhile is shown then. */
bool term_start(bool ascii, struct err *err);
void term_stop(void);

int term_fd(void);
bool term_ascii(void);
void term_size(int *rows, int *columns);

/* Draws `text`, sanitised before, as far as the row goes; what is off the screen is left out. */
void term_put(int row, int column, enum term_role role, const char *text);
void term_clear(void);
void term_show(void);   /* brings what was put since term_clear() to the terminal */
void term_redraw(void); /* paints everything again: something else wrote on the screen */

/* Does not wait. */
uint32_t term_read(void);

#endif
