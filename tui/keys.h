/* keys.h - keys are rows: what is pressed, what the hint bar and the help say, what happens. */
#ifndef KAQUAN_KEYS_H
#define KAQUAN_KEYS_H

#include "base.h"

struct console;

struct key_row {
    uint32_t key;
    uint32_t also;     /* a second key for the same; 0: none */
    const char *label; /* as the help writes it: "j, Down" */
    const char *hint;  /* for the hint bar; NULL: the help alone names it */
    const char *help;
    void (*act)(struct console *console);
};

/* Everywhere. */
const struct key_row *keys_global(size_t *count);
/* On screens that show a list. */
const struct key_row *keys_list(size_t *count);

/* Does what `key` says: in a dialog, on this screen, everywhere, or as the number of a screen. Full-width letters and
 * digits of an input method count as plain ones. */
void keys_press(struct console *console, uint32_t key);

#endif
