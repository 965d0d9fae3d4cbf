/* db_private.h - what db.c, db_connect.c, db_copy.c, db_error.c and db_wait.c share; nobody else includes it. */
#ifndef KAQUAN_DB_PRIVATE_H
#define KAQUAN_DB_PRIVATE_H

#include <libpq-fe.h>

#include "db.h"

enum { DB_CHANNELS = 4, DB_NAME_MAX = 64, DB_PARAMETERS = 40, DB_NUMBER = 40 };

struct db {
    PGconn *conn;
    struct db_options options; /* its texts are those below */
    char *texts[3];
    const char **prepared; /* names of the statements that this connection knows */
    size_t prepared_count;
    size_t prepared_room;
    char channels[DB_CHANNELS][DB_NAME_MAX];
    size_t channel_count;
    int64_t statements;
    double clock_offset;
    bool demoted;   /* the server became a standby: this connection is of no use any more */
    bool unflushed; /* the present statement committed here, but no standby has confirmed it */
};

/* Connects and measures; used by db_new() and db_reconnect(). db_connect.c */
bool db_connect(struct db *db, struct err *err);
void db_disconnect(struct db *db);

/* Is `result` what we want? Otherwise tells why in `err`, `what` naming the statement, and marks the connection.
 * Takes nothing. db_error.c */
bool db_accept(struct db *db, const PGresult *result, const char *what, struct err *err);
/* Why the connection could not be made or was lost. Returns false. */
bool db_connect_failed(const struct db *db, struct err *err);
bool db_lost(const struct db *db, const char *what, struct err *err);

/* Parameters as libpq takes them. Texts are those of the values, numbers become text here. */
struct db_wire {
    const char *texts[DB_PARAMETERS];
    int lengths[DB_PARAMETERS];
    int binary[DB_PARAMETERS];
    char numbers[DB_PARAMETERS][DB_NUMBER];
    int count;
};
/* `what` names the statement, should there be too many. db.c */
void db_wire_fill(struct db_wire *wire, const char *what, const struct db_value *values, size_t count);

/* Runs text that is ours and has no parameters; counted as one statement. db.c */
bool db_run_text(struct db *db, const char *what, const char *text, struct err *err);

/* Makes the present channels of db->channels listen again. db_wait.c */
bool db_listen_again(struct db *db, struct err *err);

/* Only letters, digits and _: names that go into a text. */
bool db_name_plain(const char *name);

#endif
