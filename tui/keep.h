/* keep.h - what the console remembers from one session to the next: names and texts in
 * $XDG_STATE_HOME/kaquan/console.ini (else ~/.local/state), readable by its owner alone. No file is needed; one that
 * cannot be written is told once. */
#ifndef KAQUAN_KEEP_H
#define KAQUAN_KEEP_H

#include "err.h"

enum { KEEP_NAME = 96, KEEP_TEXT = 256 };

/* Where a file of ours is, as "console.ini"; "" where no home is known. Valid until the next call. */
const char *keep_path(const char *name);
/* Stores all of it there, as a whole or not at all, with the directories that lead to it. */
bool keep_file(const char *name, struct bytes content, struct err *err);

/* "" when there is none. Valid until the next keep_set(). */
const char *keep_get(const char *name);
/* Stores it at once; an empty text forgets the name. A name has no '=' and no line's end. */
bool keep_set(const char *name, const char *text, struct err *err);
/* Calls `each` for every name that begins so. */
void keep_each(const char *begins, void (*each)(void *context, const char *name, const char *text), void *context);

#endif
