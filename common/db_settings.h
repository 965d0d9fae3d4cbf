/* db_settings.h - what every connection of ours tells libpq and the server, whoever makes it. Only common/db*.c. */
#ifndef KAQUAN_DB_SETTINGS_H
#define KAQUAN_DB_SETTINGS_H

#include <libpq-fe.h>

#include "db.h"

enum { DB_SETTINGS = 24, DB_SESSION_MAX = 512 };

/* Keywords and values as PQconnectStartParams() takes them. Given here they win over service file and environment. */
struct db_settings {
    const char *keywords[DB_SETTINGS];
    const char *values[DB_SETTINGS];
    char session[DB_SESSION_MAX];
    size_t count;
};

/* `read_only`: a session that cannot write, on the primary all the same. `options` is lent until the settings go.
 * PGPASSWORD in the environment is refused: ERR_CONFIG. */
bool db_settings_fill(struct db_settings *settings, const struct db_options *options, bool read_only,
                      struct err *err);

/* Is the server one we can work with, by version and encodings? */
bool db_server_fits(const PGconn *conn, struct err *err);

#endif
