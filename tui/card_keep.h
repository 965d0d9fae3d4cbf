/* card_keep.h - forms that were not saved yet, kept in the state directory so that no work is lost: a file a form, by
 * the name of what it is about. */
#ifndef KAQUAN_CARD_KEEP_H
#define KAQUAN_CARD_KEEP_H

#include "card_form.h"

/* Keeps what the form says. */
bool card_keep(const struct card_form *form, const char *name, struct err *err);
void card_keep_forget(const char *name);

/* When a form of that name was kept, as Unix seconds; 0: there is none. */
int64_t card_kept_at(const char *name);
/* The name of the one that was kept last; "" when there is none. Lives until the next call. */
const char *card_kept_last(void);
/* Puts what was kept into a fresh form of the same name. */
bool card_keep_restore(struct card_form *form, const char *name, struct err *err);

#endif
