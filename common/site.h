/* site.h - the settings of the database: what holds for all hosts. */
#ifndef KAQUAN_SITE_H
#define KAQUAN_SITE_H

#include "base.h"

enum { SITE_MOST = 32 };
struct site_row {
    const char *name; /* a column of the table site */
    const char *example;
    const char *help;
};
const struct site_row *site_rows(size_t *count);

#endif
