#include "db_async.h"

#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "db_private.h"
#include "db_settings.h"
#include "db_thread.h"
#include "lang.h"
#include "random.h"

/* A server that takes longer than this to let us in, or to say that a statement has come to its statement_timeout, is
 * as good as gone. */
static const double CONNECT_S = 10, OVERDUE_S = 3;
static const double RETRY_FIRST_S = 0.3, RETRY_LAST_S = 30, JITTER = 0.2;

struct db_async {
    struct db db; /* the connection, as the rest of db*.c knows it */
    enum db_async_state state;
    struct db_thread *lookup;        /* of the hosts' names; a try may end before it does */
    PostgresPollingStatusType wants; /* while connecting */
    char asked[DB_NAME_MAX];         /* name of the present statement; "": none */
    PGresult *result;                /* the first of the present statement */
    bool complete;                   /* its answer is whole, or will never be */
    bool flushed;
    struct db_thread *cancel; /* asks the server to end the present statement */
    double since;             /* start of connecting or asking */
    double retry_at;
    double round_trip;
    int failures;
    int connections;
    struct err trouble;
    char database[DB_NAME_MAX];
    char user[DB_NAME_MAX];
};

static void ignore_notice(void *context UNUSED, const PGresult *notice UNUSED) {
}

static double patience(const struct db_async *a) {
    int timeout_ms = a->db.options.statement_timeout_ms;

    if (a->state == DB_ASYNC_CONNECTING)
        return CONNECT_S;
    return timeout_ms > 0 ? timeout_ms / 1000.0 + OVERDUE_S : INFINITY;
}

/* --- losing and trying again --- */

static void wait_for_retry(struct db_async *a) {
    double pause = fmin(RETRY_LAST_S, RETRY_FIRST_S * pow(2, fmin(a->failures, 20)));

    pause *= 1 + JITTER * (2 * random_unit() - 1);
    a->failures++;
    a->retry_at = clock_seconds() + pause;
    a->complete = a->asked[0] != '\0';
    a->state = DB_ASYNC_WAITING;
    PQclear(a->result);
    a->result = NULL;
    db_thread_free(a->cancel);
    a->cancel = NULL;
    db_disconnect(&a->db);
}

static void refused(struct db_async *a) {
    db_connect_failed(&a->db, &a->trouble);
    wait_for_retry(a);
}

static void lost(struct db_async *a) {
    db_lost(&a->db, a->asked[0] != '\0' ? a->asked : "idle", &a->trouble);
    a->trouble.kind = ERR_UNAVAILABLE;
    wait_for_retry(a);
}

static void gave_up(struct db_async *a) {
    fail(&a->trouble, ERR_UNAVAILABLE, "the %s did not answer for %.0f s",
         a->lookup ? _("name server") : _("database"), patience(a));
    wait_for_retry(a);
}

/* --- connecting --- */

/* `hosts` NULL: as service file and environment say, there is no name in them. */
static void connect_to(struct db_async *a, const struct db_hosts *hosts) {
    struct db_settings settings;

    if (!db_settings_fill(&settings, &a->db.options, true, &a->trouble)) {
        wait_for_retry(a);
        return;
    }
    if (hosts)
        db_settings_hosts(&settings, hosts);
    a->wants = PGRES_POLLING_WRITING; /* as libpq's manual says for the first time */
    a->db.conn = PQconnectStartParams(settings.keywords, settings.values, 0);
    if (!a->db.conn)
        bug("no memory for a connection");
    if (PQstatus(a->db.conn) == CONNECTION_BAD)
        refused(a);
}

static void look_up(void *task) {
    db_hosts_look_up(task);
}

static void end_look_up(void *task) {
    db_hosts_free(task);
}

/* A lookup that outlived the try before is waited for again: there is never more than one. */
static void begin(struct db_async *a) {
    struct db_hosts *names = a->lookup ? NULL : db_settings_names(a->db.options.service);

    a->state = DB_ASYNC_CONNECTING;
    a->since = clock_seconds();
    if (names)
        a->lookup = db_thread_new(look_up, end_look_up, names);
    if (!a->lookup)
        connect_to(a, NULL);
}

static void looked_up(struct db_async *a) {
    const struct db_hosts *hosts = db_thread_task(a->lookup);

    if (db_hosts_found(hosts, &a->trouble))
        connect_to(a, hosts);
    else
        wait_for_retry(a);
    db_thread_free(a->lookup);
    a->lookup = NULL;
}

static void connected(struct db_async *a) {
    if (!db_server_fits(a->db.conn, &a->trouble)) {
        wait_for_retry(a);
        return;
    }
    PQsetnonblocking(a->db.conn, 1);
    PQsetNoticeReceiver(a->db.conn, ignore_notice, NULL);
    text_copy(a->database, sizeof(a->database), PQdb(a->db.conn));
    text_copy(a->user, sizeof(a->user), PQuser(a->db.conn));
    a->connections++;
    a->state = DB_ASYNC_IDLE;
}

/* While the request is on its way it could hit the next statement: there is no next one until it has arrived. */
static bool cancel_pending(const struct db_async *a) {
    return a->cancel && !db_thread_done(a->cancel);
}

/* The thread that is waited for instead of the server; NULL: none. */
static const struct db_thread *waits_for_thread(const struct db_async *a) {
    if (a->state == DB_ASYNC_CONNECTING && !a->db.conn)
        return a->lookup;
    return a->complete && cancel_pending(a) ? a->cancel : NULL;
}

int db_async_socket(const struct db_async *a) {
    const struct db_thread *thread = waits_for_thread(a);

    if (thread)
        return db_thread_fd(thread);
    return a->db.conn ? PQsocket(a->db.conn) : -1;
}

short db_async_events(const struct db_async *a) {
    if (waits_for_thread(a))
        return POLLIN;
    if (a->state == DB_ASYNC_CONNECTING)
        return a->wants == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    return a->state == DB_ASYNC_BUSY && !a->flushed ? POLLIN | POLLOUT : POLLIN;
}

/* PQconnectPoll() would wait on a socket that is not ready. */
static bool socket_ready(const struct db_async *a) {
    struct pollfd watch = {.fd = db_async_socket(a), .events = db_async_events(a)};

    return poll(&watch, 1, 0) > 0;
}

static void step_connecting(struct db_async *a) {
    if (!a->db.conn && db_thread_done(a->lookup))
        looked_up(a);
    while (a->state == DB_ASYNC_CONNECTING && a->db.conn && socket_ready(a)) {
        a->wants = PQconnectPoll(a->db.conn);
        if (a->wants == PGRES_POLLING_OK)
            connected(a);
        else if (a->wants == PGRES_POLLING_FAILED)
            refused(a);
    }
    if (a->state == DB_ASYNC_CONNECTING && clock_seconds() - a->since > patience(a))
        gave_up(a);
}

/* --- asking --- */

void db_async_ask(struct db_async *a, const struct sql *statement, const struct db_value *values, size_t count) {
    struct db_wire wire;

    if (a->state != DB_ASYNC_IDLE)
        bug("%s: asked of a connection that is not idle", statement->name);
    db_wire_fill(&wire, statement->name, values, count);
    text_copy(a->asked, sizeof(a->asked), statement->name);
    a->complete = false;
    a->flushed = false;
    a->since = clock_seconds();
    a->state = DB_ASYNC_BUSY;
    if (!PQsendQueryParams(a->db.conn, statement->text, wire.count, NULL, wire.texts, wire.lengths, wire.binary, 0))
        lost(a);
}

struct cancel_request {
    PGcancel *cancel;
    bool sent; /* otherwise statement_timeout ends the statement */
};

static void send_cancel(void *task) {
    struct cancel_request *request = task;
    char why[256];

    request->sent = PQcancel(request->cancel, why, sizeof(why)) == 1;
}

static void end_cancel(void *task) {
    struct cancel_request *request = task;

    PQfreeCancel(request->cancel);
    free(request);
}

void db_async_cancel(struct db_async *a) {
    struct cancel_request *request;

    if (a->state != DB_ASYNC_BUSY || a->complete || a->cancel)
        return;
    request = mem_new(sizeof(*request));
    request->cancel = PQgetCancel(a->db.conn);
    a->cancel = db_thread_new(send_cancel, end_cancel, request);
}

static bool answered(const struct db_async *a) {
    return a->asked[0] != '\0' && a->complete && !cancel_pending(a);
}

/* Keeps the first result, as a statement has one only. */
static void take_results(struct db_async *a) {
    while (!a->complete && !PQisBusy(a->db.conn)) {
        PGresult *result = PQgetResult(a->db.conn);

        if (!result) {
            a->complete = true;
            a->round_trip = clock_seconds() - a->since;
        }
        if (!a->result)
            a->result = result;
        else
            PQclear(result);
    }
}

static void step_connected(struct db_async *a) {
    int flush = a->flushed ? 0 : PQflush(a->db.conn);

    a->flushed = flush == 0;
    if (flush < 0 || !PQconsumeInput(a->db.conn) || PQstatus(a->db.conn) != CONNECTION_OK) {
        lost(a);
        return;
    }
    if (a->state != DB_ASYNC_BUSY || answered(a))
        return;
    take_results(a);
    if (PQstatus(a->db.conn) != CONNECTION_OK)
        lost(a);
    else if (!answered(a) && clock_seconds() - a->since > patience(a))
        gave_up(a);
}

/* Why the server did not give us rows. That it ended a statement at our own wish is no trouble. */
static bool accepted(struct db_async *a, struct err *err) {
    const struct cancel_request *request = a->cancel ? db_thread_task(a->cancel) : NULL;

    if (db_accept(&a->db, a->result, a->asked, err))
        return true;
    if (request && request->sent && strcmp(err->sqlstate, "57014") == 0) {
        fail(err, ERR_STOPPED, "%s: cancelled", a->asked);
        text_copy(err->sqlstate, sizeof(err->sqlstate), "57014");
    }
    return false;
}

bool db_async_answer(struct db_async *a, struct db_rows *rows, bool *ok, struct err *err) {
    if (!answered(a))
        return false;
    *ok = a->state == DB_ASYNC_BUSY && accepted(a, err);
    if (a->state == DB_ASYNC_WAITING)
        *err = a->trouble;
    else
        a->state = DB_ASYNC_IDLE;
    a->asked[0] = '\0';
    db_thread_free(a->cancel);
    a->cancel = NULL;
    if (*ok) {
        db_rows_clear(rows);
        *rows = (struct db_rows){.result = a->result, .count = PQntuples(a->result)};
        a->failures = 0; /* only now: a server may let us in and throw us out at once */
    } else {
        PQclear(a->result);
    }
    a->result = NULL;
    return true;
}

/* --- the rest --- */

struct db_async *db_async_new(const struct db_options *options) {
    struct db_async *a = mem_new(sizeof(*a));
    const char *from[] = {options->application_name, options->service, options->role};

    for (size_t i = 0; i < ARRAY_LEN(from); i++)
        a->db.texts[i] = from[i] ? mem_text(from[i]) : NULL;
    a->db.options = *options;
    a->db.options.application_name = a->db.texts[0];
    a->db.options.service = a->db.texts[1];
    a->db.options.role = a->db.texts[2];
    begin(a);
    return a;
}

void db_async_free(struct db_async *a) {
    if (!a)
        return;
    PQclear(a->result);
    db_thread_free(a->cancel);
    db_thread_free(a->lookup);
    db_disconnect(&a->db);
    for (size_t i = 0; i < ARRAY_LEN(a->db.texts); i++)
        free(a->db.texts[i]);
    free(a);
}

void db_async_auto(struct db_async **async) {
    db_async_free(*async);
    *async = NULL;
}

double db_async_due(const struct db_async *a) {
    double now = clock_seconds();

    if (a->state == DB_ASYNC_WAITING)
        return fmax(0, a->retry_at - now);
    return a->state == DB_ASYNC_IDLE ? INFINITY : fmax(0, a->since + patience(a) - now);
}

void db_async_step(struct db_async *a) {
    if (a->state == DB_ASYNC_WAITING && a->asked[0] == '\0' && clock_seconds() >= a->retry_at)
        begin(a);
    if (a->state == DB_ASYNC_CONNECTING)
        step_connecting(a);
    else if (a->state != DB_ASYNC_WAITING)
        step_connected(a);
}

enum db_async_state db_async_state(const struct db_async *a) {
    return a->state;
}

int db_async_connections(const struct db_async *a) {
    return a->connections;
}

const struct err *db_async_trouble(const struct db_async *a) {
    return &a->trouble;
}

int db_async_failures(const struct db_async *a) {
    return a->failures;
}

double db_async_retry_in(const struct db_async *a) {
    return a->state == DB_ASYNC_WAITING ? fmax(0, a->retry_at - clock_seconds()) : 0;
}

void db_async_retry_now(struct db_async *a) {
    a->retry_at = clock_seconds();
}

double db_async_round_trip(const struct db_async *a) {
    return a->round_trip;
}

double db_async_waits(const struct db_async *a) {
    return a->state == DB_ASYNC_BUSY && !a->complete ? clock_seconds() - a->since : 0;
}

const char *db_async_database(const struct db_async *a) {
    return a->database;
}

const char *db_async_user(const struct db_async *a) {
    return a->user;
}
