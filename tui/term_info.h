/* term_info.h - what term.c asks of the terminal's description: can it be drawn on, and how is it given back after a
 * crash? A signal handler may ask nobody, so that is written down beforehand. */
#ifndef KAQUAN_TERM_INFO_H
#define KAQUAN_TERM_INFO_H

#include "base.h"
#include "err.h"

/* Is it a terminal that can place its cursor? Otherwise ERR_CONFIG with a cure. */
bool term_drawable(struct err *err);

/* Remembers how the terminal is now; from here on SIGSEGV and the like bring it back before they end the program.
 * term_drawable() was called before. */
void term_crash_guard(void);
/* The terminal was given back properly. */
void term_crash_forget(void);

#endif
