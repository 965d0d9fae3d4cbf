/* lock.h - keeps two cron runs of one host from piling up: flock on a file (conf lock-file). Hosts are kept apart by
 * the leases in the database, not by this. */
#ifndef KAQUAN_LOCK_H
#define KAQUAN_LOCK_H

#include "base.h"
#include "err.h"

/* Takes the lock for the life of the program; *taken is false when another run holds it. An empty `path` needs none.
 * ERR_CONFIG when the file cannot be used. */
bool lock_take(const char *path, bool *taken, struct err *err);

#endif
