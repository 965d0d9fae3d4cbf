/* once.h - the pools as plain text, for where there is no terminal. */
#ifndef KAQUAN_ONCE_H
#define KAQUAN_ONCE_H

#include "db.h"

/* A line of names, then a line a pool, separated by tabs. */
bool once_pools(const struct db_options *options, struct err *err);

#endif
