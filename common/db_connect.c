#include "db_private.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"

enum { SERVER_OLDEST = 150000, IDLE_IN_TRANSACTION_MS = 60000, SETTINGS_MAX = 512, SETTINGS = 24 };

/* Keyword and value for libpq. What is given here wins over service file and environment. */
struct setting {
    const char *keyword;
    const char *value;
};

struct settings {
    const char *keywords[SETTINGS];
    const char *values[SETTINGS];
    size_t count;
};

static const struct setting always[] = {
    {"connect_timeout", "2"},    {"keepalives", "1"},
    {"keepalives_idle", "5"},    {"keepalives_interval", "2"},
    {"keepalives_count", "3"},   {"tcp_user_timeout", "3000"},
    {"client_encoding", "UTF8"}, {"target_session_attrs", "read-write"},
    {"gssencmode", "disable"},
};

/* Over a network: nothing in the environment may weaken these (reliability.md 1.5). */
static const struct setting over_network[] = {
    {"sslmode", "verify-full"},
    {"channel_binding", "require"},
    {"ssl_min_protocol_version", "TLSv1.2"},
};

static void add_setting(struct settings *s, const char *keyword, const char *value) {
    if (s->count + 1 >= SETTINGS)
        bug("too many settings for libpq");
    s->keywords[s->count] = keyword;
    s->values[s->count++] = value;
}

static void add_settings(struct settings *s, const struct setting *list, size_t count) {
    for (size_t i = 0; i < count; i++)
        add_setting(s, list[i].keyword, list[i].value);
}

/* A directory of Unix sockets or a literal loopback address. */
static bool host_is_here(const char *host) {
    struct in6_addr six;
    struct in_addr four;

    if (host[0] == '/' || host[0] == '@')
        return true;
    if (inet_pton(AF_INET, host, &four) == 1)
        return (ntohl(four.s_addr) >> 24) == 127;
    return inet_pton(AF_INET6, host, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

/* Does every host of a comma-separated list stay on this machine? An empty one is libpq's default, a Unix socket. */
static bool hosts_are_here(const char *list) {
    char host[256];

    while (list && *list) {
        size_t len = strcspn(list, ",");

        if (len >= sizeof(host))
            return false;
        memcpy(host, list, len);
        host[len] = '\0';
        if (len > 0 && !host_is_here(host))
            return false;
        list += len + (list[len] == ',');
    }
    return true;
}

/* Says where libpq would go by default, with PGSERVICE set to `service` when there is one. */
static PQconninfoOption *libpq_defaults(const char *service) {
    const char *before = getenv("PGSERVICE");
    char *kept = before ? mem_text(before) : NULL;
    PQconninfoOption *found;

    if (service)
        setenv("PGSERVICE", service, 1);
    found = PQconndefaults();
    if (service && kept)
        setenv("PGSERVICE", kept, 1);
    else if (service)
        unsetenv("PGSERVICE");
    free(kept);
    return found;
}

static bool stays_here(const char *service) {
    PQconninfoOption *found = libpq_defaults(service);
    const char *host = NULL;
    const char *address = NULL;
    bool here;

    if (!found)
        return false;
    for (const PQconninfoOption *o = found; o->keyword; o++) {
        if (strcmp(o->keyword, "host") == 0)
            host = o->val;
        if (strcmp(o->keyword, "hostaddr") == 0)
            address = o->val;
    }
    here = hosts_are_here(host) && hosts_are_here(address);
    PQconninfoFree(found);
    return here;
}

/* Settings of the session travel with the start packet, so that they cost no statement. Unqualified names mean ours;
 * pg_catalog is always searched first. */
static void session_settings(const struct db_options *o, char *out, size_t size) {
    int len = snprintf(out, size,
                       "-c search_path=kaquan,pg_temp -c DateStyle=ISO -c IntervalStyle=postgres -c TimeZone=UTC"
                       " -c default_transaction_isolation=read\\ committed"
                       " -c statement_timeout=%d -c lock_timeout=%d -c idle_in_transaction_session_timeout=%d",
                       o->statement_timeout_ms, o->lock_timeout_ms, IDLE_IN_TRANSACTION_MS);

    if (o->role && db_name_plain(o->role))
        len += snprintf(out + len, size - (size_t)len, " -c role=%s", o->role);
    if ((size_t)len >= size)
        bug("session settings do not fit");
}

static bool server_fits(const struct db *db, struct err *err) {
    const char *encoding = PQparameterStatus(db->conn, "server_encoding");
    const char *ours = PQparameterStatus(db->conn, "client_encoding");
    int version = PQserverVersion(db->conn);

    if (version < SERVER_OLDEST) {
        fail(err, ERR_CONFIG, "PostgreSQL %d is too old", version / 10000);
        return fail_cure(err, "PostgreSQL 15 or newer is needed");
    }
    if (!encoding || strcmp(encoding, "UTF8") != 0) {
        fail(err, ERR_CONFIG, "the database %s has the encoding %s", PQdb(db->conn), encoding ? encoding : "?");
        return fail_cure(err, "create the database with encoding UTF8");
    }
    if (!ours || strcmp(ours, "UTF8") != 0)
        return fail(err, ERR_CONFIG, "the server did not take client_encoding UTF8");
    return true;
}

static bool measure_clock(struct db *db, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    double before = clock_wall();
    double start = clock_seconds();

    if (!db_query0(db, &sql_db_clock, &rows, err))
        return false;
    db->clock_offset = db_number(&rows, 0, "now") - (before + (clock_seconds() - start) / 2);
    return true;
}

/* The server took a synchronous wait back: the work is done here but may be on no standby (reliability.md, rule 3).
 * All other notices are for people at psql. */
static void take_notice(void *context, const PGresult *notice) {
    struct db *db = context;
    const char *function = PQresultErrorField(notice, PG_DIAG_SOURCE_FUNCTION);

    if (function && strcmp(function, "SyncRepWaitForLSN") == 0)
        db->unflushed = true;
}

static bool password_in_environment(void) {
    const char *password = getenv("PGPASSWORD");

    return password && password[0] != '\0';
}

bool db_connect(struct db *db, struct err *err) {
    const struct db_options *o = &db->options;
    char session[SETTINGS_MAX];
    struct settings s = {0};

    if (password_in_environment()) {
        fail(err, ERR_CONFIG, "PGPASSWORD is set: a password in the environment can be read by others");
        return fail_cure(err, "unset PGPASSWORD and put the password into a passfile (~/.pgpass, mode 0600)");
    }
    session_settings(o, session, sizeof(session));
    add_settings(&s, always, ARRAY_LEN(always));
    if (!stays_here(o->service))
        add_settings(&s, over_network, ARRAY_LEN(over_network));
    add_setting(&s, "options", session);
    add_setting(&s, "application_name", o->application_name ? o->application_name : "kaquan");
    if (o->service)
        add_setting(&s, "service", o->service);

    db->conn = PQconnectdbParams(s.keywords, s.values, 0);
    if (PQstatus(db->conn) != CONNECTION_OK)
        return db_connect_failed(db, err);
    PQsetNoticeReceiver(db->conn, take_notice, db);
    db->demoted = false;
    return server_fits(db, err) && measure_clock(db, err);
}

void db_disconnect(struct db *db) {
    PQfinish(db->conn);
    db->conn = NULL;
    db->prepared_count = 0;
}
