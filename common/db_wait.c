#include "db_private.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"

static bool listen_on(struct db *db, const char *channel, struct err *err) {
    char text[DB_NAME_MAX + sizeof("listen ")];

    snprintf(text, sizeof(text), "listen %s", channel);
    return db_run_text(db, "listen", text, err);
}

bool db_listen(struct db *db, const char *channel, struct err *err) {
    if (!db_name_plain(channel))
        return fail(err, ERR_BUG, "\"%s\" is no channel", channel);
    for (size_t i = 0; i < db->channel_count; i++)
        if (strcmp(db->channels[i], channel) == 0)
            return true;
    if (db->channel_count == DB_CHANNELS)
        bug("more than %d channels", DB_CHANNELS);
    if (!listen_on(db, channel, err))
        return false;
    text_copy(db->channels[db->channel_count++], DB_NAME_MAX, channel);
    return true;
}

bool db_listen_again(struct db *db, struct err *err) {
    for (size_t i = 0; i < db->channel_count; i++)
        if (!listen_on(db, db->channels[i], err))
            return false;
    return true;
}

/* Throws away all that has come: many notifications wake us once. */
static bool notifications_taken(struct db *db) {
    PGnotify *notify;
    bool any = false;

    while ((notify = PQnotifies(db->conn))) {
        PQfreemem(notify);
        any = true;
    }
    return any;
}

static int milliseconds_until(double deadline) {
    double left = ceil((deadline - clock_seconds()) * 1000);

    return left <= 0 ? 0 : (int)fmin(left, 60000);
}

bool db_wait(struct db *db, int stop_fd, double seconds, bool *notified, struct err *err) {
    double deadline = clock_seconds() + seconds;
    struct pollfd watch[2] = {{.fd = PQsocket(db->conn), .events = POLLIN}, {.fd = stop_fd, .events = POLLIN}};

    *notified = false;
    for (;;) {
        int timeout;

        if (!PQconsumeInput(db->conn) || PQstatus(db->conn) != CONNECTION_OK)
            return db_lost(db, "wait", err);
        *notified = notifications_taken(db);
        timeout = milliseconds_until(deadline);
        if (*notified || timeout == 0)
            return true;
        if (poll(watch, 2, timeout) < 0 && errno != EINTR)
            return fail(err, ERR_BUG, "poll: %s", strerror(errno));
        if (watch[1].revents != 0)
            return true;
    }
}
