#include "db_settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db_private.h"

enum { SERVER_OLDEST = 150000, IDLE_IN_TRANSACTION_MS = 60000 };

struct setting {
    const char *keyword;
    const char *value;
};

static const struct setting always[] = {
    {"connect_timeout", "2"},     {"keepalives", "1"},       {"keepalives_idle", "5"},
    {"keepalives_interval", "2"}, {"keepalives_count", "3"}, {"tcp_user_timeout", "3000"},
    {"client_encoding", "UTF8"},  {"gssencmode", "disable"},
};

/* Over a network: nothing in the environment may weaken these (reliability.md 1.5). */
static const struct setting over_network[] = {
    {"sslmode", "verify-full"},
    {"channel_binding", "require"},
    {"ssl_min_protocol_version", "TLSv1.2"},
};

static void add(struct db_settings *s, const char *keyword, const char *value) {
    if (s->count + 1 >= DB_SETTINGS)
        bug("too many settings for libpq");
    s->keywords[s->count] = keyword;
    s->values[s->count++] = value;
}

static void add_list(struct db_settings *s, const struct setting *list, size_t count) {
    for (size_t i = 0; i < count; i++)
        add(s, list[i].keyword, list[i].value);
}

/* What service file and environment tell libpq. An impossible wish makes it read them and stop before it connects, a
 * password that it leaves the passfile alone. (PQconndefaults() takes no service, and setenv() is not for a program
 * with threads.) */
static PQconninfoOption *libpq_defaults(const char *service) {
    const char *keywords[] = {"target_session_attrs", "password", "service", NULL};
    const char *values[] = {"nowhere", "none", service, NULL};
    PGconn *nowhere = PQconnectStartParams(keywords, values, 0);
    PQconninfoOption *found = PQconninfo(nowhere);

    PQfinish(nowhere);
    return found;
}

/* "" when it is not set. */
static const char *value_of(const PQconninfoOption *found, const char *keyword) {
    while (found && found->keyword && strcmp(found->keyword, keyword) != 0)
        found++;
    return found && found->keyword && found->val ? found->val : "";
}

static bool stays_here(const char *service) {
    PQconninfoOption *found = libpq_defaults(service);
    bool here = found && db_hosts_are_here(value_of(found, "host")) && db_hosts_are_here(value_of(found, "hostaddr"));

    PQconninfoFree(found);
    return here;
}

struct db_hosts *db_settings_names(const char *service) {
    PQconninfoOption *found = libpq_defaults(service);
    struct db_hosts *names = NULL;

    if (value_of(found, "hostaddr")[0] == '\0')
        names = db_hosts_new(value_of(found, "host"), value_of(found, "port"));
    PQconninfoFree(found);
    return names;
}

/* Settings of the session travel with the start packet, so that they cost no statement. Unqualified names mean ours;
 * pg_catalog is always searched first. */
static void session(struct db_settings *s, const struct db_options *o, bool read_only) {
    int len;

    if (o->role && !db_name_plain(o->role))
        bug("\"%s\" is no role of ours", o->role);
    len = snprintf(s->session, sizeof(s->session),
                   "-c search_path=kaquan,pg_temp -c DateStyle=ISO -c IntervalStyle=postgres -c TimeZone=UTC"
                   " -c default_transaction_isolation=read\\ committed -c jit=off"
                   " -c statement_timeout=%d -c lock_timeout=%d -c idle_in_transaction_session_timeout=%d%s%s%s",
                   o->statement_timeout_ms, o->lock_timeout_ms, IDLE_IN_TRANSACTION_MS,
                   read_only ? " -c default_transaction_read_only=on" : "", o->role ? " -c role=" : "",
                   o->role ? o->role : "");

    if ((size_t)len >= sizeof(s->session))
        bug("session settings do not fit");
}

static bool password_in_environment(void) {
    const char *password = getenv("PGPASSWORD");

    return password && password[0] != '\0';
}

bool db_settings_fill(struct db_settings *settings, const struct db_options *options, bool read_only,
                      struct err *err) {
    if (password_in_environment()) {
        fail(err, ERR_CONFIG, "PGPASSWORD is set: a password in the environment can be read by others");
        return fail_cure(err, "unset PGPASSWORD and put the password into a passfile (~/.pgpass, mode 0600)");
    }
    *settings = (struct db_settings){0};
    session(settings, options, read_only);
    add_list(settings, always, ARRAY_LEN(always));
    if (!stays_here(options->service))
        add_list(settings, over_network, ARRAY_LEN(over_network));
    /* To libpq a session that reads only is no "read-write" server, although it is the primary. */
    add(settings, "target_session_attrs", read_only ? "primary" : "read-write");
    add(settings, "options", settings->session);
    add(settings, "application_name", options->application_name ? options->application_name : "kaquan");
    if (options->service)
        add(settings, "service", options->service);
    return true;
}

void db_settings_hosts(struct db_settings *s, const struct db_hosts *hosts) {
    add(s, "host", buf_str(&hosts->host));
    add(s, "hostaddr", buf_str(&hosts->hostaddr));
    add(s, "port", buf_str(&hosts->port));
}

bool db_server_fits(const PGconn *conn, struct err *err) {
    const char *encoding = PQparameterStatus(conn, "server_encoding");
    const char *ours = PQparameterStatus(conn, "client_encoding");
    int version = PQserverVersion(conn);

    if (version < SERVER_OLDEST) {
        fail(err, ERR_CONFIG, "PostgreSQL %d is too old", version / 10000);
        return fail_cure(err, "PostgreSQL 15 or newer is needed");
    }
    if (!encoding || strcmp(encoding, "UTF8") != 0) {
        fail(err, ERR_CONFIG, "the database %s has the encoding %s", PQdb(conn), encoding ? encoding : "?");
        return fail_cure(err, "create the database with encoding UTF8");
    }
    if (!ours || strcmp(ours, "UTF8") != 0)
        return fail(err, ERR_CONFIG, "the server did not take client_encoding UTF8");
    return true;
}
