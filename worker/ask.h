/* ask.h - questions to the person at the keyboard, or to the flags that answer for one. */
#ifndef KAQUAN_ASK_H
#define KAQUAN_ASK_H

#include "command.h"
#include "secret.h"

/* Before a moderate act: --yes, or "y" on a terminal. Otherwise ERR_USAGE. */
bool ask_yes(const struct call *call, struct err *err, const char *format, ...) PRINTF(3, 4);

/* Before a severe act: --confirm=NAME, or the name typed on a terminal. Otherwise ERR_USAGE. */
bool ask_name(const struct call *call, const char *name, struct err *err, const char *format, ...) PRINTF(4, 5);

/* A secret from --secret-file (FILE, or - for standard input), or typed unseen on a terminal. */
bool ask_secret(const struct call *call, const char *prompt, struct secret *secret, struct err *err);

/* All of a file, or of standard input for "-". ERR_INPUT above `limit` bytes. `secret`: refuse what others can read.
 */
bool ask_file(const char *path, size_t limit, bool secret, struct buf *text, struct err *err);

#endif
