/* db.h - the one door to PostgreSQL (libpq). Statements come from common/sql/ and are prepared on first use. */
#ifndef KAQUAN_DB_H
#define KAQUAN_DB_H

#include "base.h"
#include "err.h"
#include "sql.h"

struct db;
struct pg_result;

/* How to connect. libpq's service file and environment (PGSERVICE, PGHOST, ...) say where; this says who we are.
 * Security-relevant keywords are passed explicitly (reliability.md 1.5). */
struct db_options {
    const char *application_name;
    const char *service;      /* NULL: as psql would */
    const char *role;         /* SET ROLE after connecting, or NULL */
    int statement_timeout_ms; /* 0: none */
    int lock_timeout_ms;      /* 0: none */
};

/* Connects; NULL and `err` when it cannot. PGPASSWORD in the environment is refused (a passfile is the way). Times
 * out after 2 s for each host (connect_timeout), keepalives 5/2/3, tcp_user_timeout 3 s, client_encoding UTF8
 * checked. */
struct db *db_new(const struct db_options *options, struct err *err);
void db_free(struct db *db);
#define AUTO_DB AUTO(db_auto)
void db_auto(struct db **db);

/* False after the connection broke; db_reconnect() makes a new one with the same options (and listens again). */
bool db_alive(const struct db *db);
bool db_reconnect(struct db *db, struct err *err);
int db_socket(const struct db *db);

/* A parameter. Lent for the call. */
struct db_value {
    enum { DB_NULL, DB_TEXT, DB_INT, DB_BOOL, DB_SECONDS, DB_BYTES } type;
    const char *text;
    int64_t number;
    double seconds; /* sent as double precision; statements turn it into an interval */
    struct bytes bytes;
};
#define V_NULL ((struct db_value){.type = DB_NULL})
#define V_TEXT(v) db_text_or_null(v) /* NULL pointer is NULL */
#define V_INT(v) ((struct db_value){.type = DB_INT, .number = (int64_t)(v)})
#define V_BOOL(v) ((struct db_value){.type = DB_BOOL, .number = (v)})
#define V_SECONDS(v) ((struct db_value){.type = DB_SECONDS, .seconds = (v)})
#define V_BYTES(d, n) ((struct db_value){.type = DB_BYTES, .bytes = {(d), (n)}})
struct db_value db_text_or_null(const char *text);

/* Rows of an answer. Zeroed is empty. */
struct db_rows {
    struct pg_result *result;
    int count;    /* rows */
    int64_t hits; /* rows touched by insert, update, delete */
};
#define AUTO_ROWS AUTO(db_rows_clear)
void db_rows_clear(struct db_rows *rows);

/* Runs `statement` with parameters. `rows` may be NULL. A failure carries the SQLSTATE; texts name constraint and
 * table, never DETAIL (it holds row values). */
bool db_run(struct db *db, const struct sql *statement, const struct db_value *values, size_t count,
            struct db_rows *rows, struct err *err);
/* db_query(db, &sql_account_get, &rows, err, V_TEXT(key)); db_do() is for statements without rows of interest.
 * Without parameters: db_query0 / db_do0. */
#define db_query(db, statement, rows, err, ...)                                                                      \
    db_run(db, statement, (const struct db_value[]){__VA_ARGS__},                                                    \
           ARRAY_LEN(((const struct db_value[]){__VA_ARGS__})), rows, err)
#define db_do(db, statement, err, ...) db_query(db, statement, NULL, err, __VA_ARGS__)
#define db_query0(db, statement, rows, err) db_run(db, statement, NULL, 0, rows, err)
/* The same for a text that filter.h wrote: it is planned for these values and not kept. */
bool db_run_once(struct db *db, const struct sql *statement, const struct db_value *values, size_t count,
                 struct db_rows *rows, struct err *err);
#define db_do0(db, statement, err) db_run(db, statement, NULL, 0, NULL, err)

/* Columns by name; a name that the statement does not return is a bug and ends the program. Text lives as long as the
 * rows; NULL comes as "" / 0 / false: ask db_null() where it matters. */
const char *db_text(const struct db_rows *rows, int row, const char *column);
int64_t db_int(const struct db_rows *rows, int row, const char *column);
double db_number(const struct db_rows *rows, int row, const char *column);
bool db_bool(const struct db_rows *rows, int row, const char *column);
bool db_null(const struct db_rows *rows, int row, const char *column);
/* A bytea; the caller frees `data`. False when NULL. */
bool db_bytes(const struct db_rows *rows, int row, const char *column, struct bytes *out);

/* Transactions. After a failure inside one, db_rollback() is what is left to do. READ COMMITTED. */
bool db_begin(struct db *db, struct err *err);
bool db_commit(struct db *db, struct err *err);
void db_rollback(struct db *db);

/* A whole script of plain SQL (migrations, roles) in the present transaction; the only text that is not a statement
 * of common/sql/. `name` is for the error, which gives the line. */
bool db_script(struct db *db, const char *name, const char *text, struct err *err);

/* COPY into a card slot, binary, freeze (PostgreSQL 15, sql-copy). `slot` names the table pool_card_NN. */
bool db_copy_cards_begin(struct db *db, int slot, struct err *err);
/* The same into the table where an import's codes wait; emptied in this transaction. */
bool db_copy_codes_begin(struct db *db, struct err *err);
bool db_copy_data(struct db *db, const char *data, size_t len, struct err *err);
/* Ends it; `why` not NULL makes the server give the COPY up. `*stored` is the count the server reports. */
bool db_copy_end(struct db *db, const char *why, int64_t *stored, struct err *err);

/* LISTEN on `channel` for the life of this db, also after a reconnect. */
bool db_listen(struct db *db, const char *channel, struct err *err);
/* Waits until a notification comes, `stop_fd` (or -1) is readable, or `seconds` passed; *notified says which. False
 * when the connection broke. */
bool db_wait(struct db *db, int stop_fd, double seconds, bool *notified, struct err *err);

/* Statements sent since db_new: the budget of an idle run is counted, not guessed. */
int64_t db_statements(const struct db *db);
/* The server's clock minus ours in seconds, measured when connecting (half the round trip taken off). */
double db_clock_offset(const struct db *db);

#endif
