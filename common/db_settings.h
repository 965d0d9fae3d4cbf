/* db_settings.h - what every connection of ours tells libpq and the server, whoever makes it. Only common/db*.c. */
#ifndef KAQUAN_DB_SETTINGS_H
#define KAQUAN_DB_SETTINGS_H

#include <libpq-fe.h>

#include "db.h"
#include "db_hosts.h"

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

/* The names that stand where libpq would connect to, to be looked up by db_hosts_look_up(). NULL: there are none. */
struct db_hosts *db_settings_names(const char *service);
/* Connects to those, which were looked up, and to nowhere else. `hosts` is lent as `options` is. */
void db_settings_hosts(struct db_settings *settings, const struct db_hosts *hosts);

/* Is the server one we can work with, by version and encodings? */
bool db_server_fits(const PGconn *conn, struct err *err);

#endif
