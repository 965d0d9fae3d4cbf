/* ask.h - questions to the person at the keyboard, or to the flags that answer for one. */
#ifndef KAQUAN_ASK_H
#define KAQUAN_ASK_H

#include "command.h"
#include "filter.h"
#include "secret.h"

/* Before a moderate act: --yes, or "y" on a terminal. Otherwise ERR_USAGE. */
bool ask_yes(const struct call *call, struct err *err, const char *format, ...) PRINTF(3, 4);

/* Before a severe act: --confirm=NAME, or the name typed on a terminal. Otherwise ERR_USAGE. */
bool ask_name(const struct call *call, const char *name, struct err *err, const char *format, ...) PRINTF(4, 5);

/* A secret from --secret-file (FILE, or - for standard input), or typed unseen on a terminal. */
bool ask_secret(const struct call *call, const char *prompt, struct secret *secret, struct err *err);

/* Persons from --openid-file (FILE, or - for standard input), a line each, 1 to `most` of them; lent by `text`. They
 * are never arguments: everybody on the host sees those. ERR_USAGE without the option, ERR_INPUT otherwise. */
bool ask_persons(const struct call *call, int most, struct buf *text, const char **persons, int *count,
                 struct err *err);

/* The filter of --filter and its text; everything without it. "-" is standard input, which one that names a person
 * comes from. ERR_USAGE otherwise. */
bool ask_filter(const struct call *call, const struct filter_table *table, struct buf *text, struct filter *filter,
                struct err *err);

/* All of a file, or of standard input for "-". ERR_INPUT above `limit` bytes. `secret`: refuse what others can read.
 */
bool ask_file(const char *path, size_t limit, bool secret, struct buf *text, struct err *err);

#endif
