/* term_keys.h - the keyboard, as term.c reads it. */
#ifndef KAQUAN_TERM_KEYS_H
#define KAQUAN_TERM_KEYS_H

#include "base.h"

/* Adds the keys that the terminal's description lacks or has otherwise. After newterm(). */
void term_keys_start(void);
/* As term_read(). */
uint32_t term_keys_read(void);

#endif
