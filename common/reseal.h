/* reseal.h - moves what is sealed to other keys over to one of ours: batch by batch, each with its row in the audit
 * log. It may be interrupted anywhere and begun again. */
#ifndef KAQUAN_RESEAL_H
#define KAQUAN_RESEAL_H

#include "audit.h"
#include "db.h"
#include "seal.h"

/* How many values are sealed to other keys than `id`. */
bool reseal_left(struct db *db, const char *id, int64_t *left, struct err *err);

/* Seals everything that `keys` open to `to`. A value that somebody replaces meanwhile is left alone, and so is one
 * that no key opens: reseal_left() counts them. `*moved` counts the others, also when it fails half-way. */
bool reseal_all(struct db *db, const struct act *act, const struct seal_key *keys, const struct seal_key *to,
                int64_t *moved, struct err *err);

#endif
