/* term_osc.h - what is sent to the terminal past ncurses, between two frames: modes, the clipboard, marks for tests.
 */
#ifndef KAQUAN_TERM_OSC_H
#define KAQUAN_TERM_OSC_H

#include "base.h"

/* Bracketed paste: a pasted text comes between two marks. Terminals without it ignore both. */
#define OSC_PASTE_ON "\x1b[?2004h"
#define OSC_PASTE_OFF "\x1b[?2004l"

void osc_send(const char *bytes, size_t len);

/* What a test sends behind its keys, as if it were one. */
#define OSC_PING "\x1b[7711~"
/* It came: term_idle() will answer. */
void osc_ping(void);

#endif
