/* db_async.h - a connection that makes nobody wait: the console's. It connects, asks, and comes back after a loss by
 * itself; the caller's poll() loop turns it. It reads only. One statement is on its way at a time.
 * Names of hosts are looked up, and cancel requests sent, in a short helper thread: libpq would wait. */
#ifndef KAQUAN_DB_ASYNC_H
#define KAQUAN_DB_ASYNC_H

#include "db.h"

enum db_async_state {
    DB_ASYNC_CONNECTING,
    DB_ASYNC_IDLE,    /* connected, nothing asked */
    DB_ASYNC_BUSY,    /* a statement is on its way, or its answer was not taken yet */
    DB_ASYNC_WAITING, /* refused or lost; the next try comes at its time */
};

struct db_async;

/* Begins to connect. The texts of `options` are copied; `role` must be NULL or one of ours. */
struct db_async *db_async_new(const struct db_options *options);
void db_async_free(struct db_async *async);
#define AUTO_DB_ASYNC AUTO(db_async_auto)
void db_async_auto(struct db_async **async);

/* For poll(): the descriptor (-1: none) and its events, and in how many seconds a step is due without any event. */
int db_async_socket(const struct db_async *async);
short db_async_events(const struct db_async *async);
double db_async_due(const struct db_async *async);

/* Goes on as far as it can without waiting; call it after every poll(). */
void db_async_step(struct db_async *async);
enum db_async_state db_async_state(const struct db_async *async);

/* Sends a statement with its parameters (as db_run() takes them); only while idle. All is lent for the call, so a
 * text that filter.h wrote may go afterwards. What goes wrong is told by db_async_answer(). */
void db_async_ask(struct db_async *async, const struct sql *statement, const struct db_value *values, size_t count);
/* Asks the server to end the statement that is on its way, if there is one, and does not wait for it. The answer
 * comes as usual: a failure of kind ERR_STOPPED, or the rows when they were faster. */
void db_async_cancel(struct db_async *async);
/* True once for each statement, when its answer is there: `*ok` with rows, or not, with `err`. A lost connection
 * answers too. The rows replace those in `rows`; on failure these stay as they are. */
bool db_async_answer(struct db_async *async, struct db_rows *rows, bool *ok, struct err *err);

/* How many connections were made so far: a new one may find another schema. */
int db_async_connections(const struct db_async *async);
/* Why it waits, for which time in a row, and how many seconds until the next try. */
const struct err *db_async_trouble(const struct db_async *async);
int db_async_failures(const struct db_async *async);
double db_async_retry_in(const struct db_async *async);
void db_async_retry_now(struct db_async *async);

/* Seconds the last answer took, and for how long the present one is waited for; names of database and user as the
 * server knows them ("" before the first connection).
 */
double db_async_round_trip(const struct db_async *async);
double db_async_waits(const struct db_async *async);
const char *db_async_database(const struct db_async *async);
const char *db_async_user(const struct db_async *async);

#endif
