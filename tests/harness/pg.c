#include "harness.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libpq-fe.h>

enum { SESSIONS = 32, VALUES = 16, NAME_MAX_LEN = 63 };

/* A session of one role in one database, kept between calls. A client after fork() must not touch its parent's. */
struct session {
    char role[64]; /* with its #number */
    pid_t owner;
    PGconn *conn;
};
static struct session sessions[SESSIONS];
static char database[NAME_MAX_LEN + 1];
static pid_t database_owner;

static PGconn *connect_to(const char *dbname, const char *user, const char *options) {
    const char *keywords[] = {"dbname", "user", "options", "application_name", "client_encoding", NULL};
    const char *values[] = {dbname, user, options, "kaquan-test", "UTF8", NULL};
    PGconn *conn;

    if (!getenv("KAQUAN_TEST_CLUSTER"))
        test_fail("no private PostgreSQL: run tests by tests/run.sh, or eval $(tests/harness/postgres.sh start DIR)");
    conn = PQconnectdbParams(keywords, values, 0);
    if (PQstatus(conn) != CONNECTION_OK)
        test_fail("connecting as %s to %s: %s", user ? user : "superuser", dbname, PQerrorMessage(conn));
    return conn;
}

static void ignore_notice(void *context UNUSED, const PGresult *notice UNUSED) {
}

/* --- databases --- */

static void admin_do(PGconn *admin, const char *format, ...) PRINTF(2, 3);
static void admin_do(PGconn *admin, const char *format, ...) {
    char sql[512];
    va_list args;
    PGresult *result;

    va_start(args, format);
    vsnprintf(sql, sizeof(sql), format, args);
    va_end(args);
    result = PQexec(admin, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
        test_fail("%s: %s", sql, PQerrorMessage(admin));
    PQclear(result);
}

static PGconn *admin_connect(void) {
    PGconn *admin = connect_to("postgres", NULL, NULL);

    PQsetNoticeReceiver(admin, ignore_notice, NULL);
    return admin;
}

static bool database_exists(PGconn *admin, const char *name) {
    PGresult *result =
        PQexecParams(admin, "select from pg_database where datname = $1", 1, NULL, &name, NULL, NULL, 0);
    bool found = PQntuples(result) > 0;

    PQclear(result);
    return found;
}

/* FNV-1a over the checksums: another set of migrations is another template. */
static void template_name(char *out, size_t size) {
    uint64_t hash = 14695981039346656037u;

    for (size_t i = 0; i < migrations.count; i++)
        for (const char *c = migrations.files[i].checksum; *c; c++)
            hash = (hash ^ (unsigned char)*c) * 1099511628211u;
    snprintf(out, size, "kaquan_template_%016llx", (unsigned long long)hash);
}

/* Rights of a database are not copied with it, so a fresh one needs the superuser's part again. */
static void migrate_database(const char *name, bool roles_only) {
    struct db_options options = {.application_name = "kaquan-test"};
    struct err err = {0};
    struct db *db;

    setenv("PGDATABASE", name, 1);
    db = db_new(&options, &err);
    if (!db || !migrate_roles(db, &migrations, &err) || (!roles_only && !migrate_run(db, &migrations, NULL, &err)))
        test_fail("%s cannot be migrated: %s (%s)", name, err.text, err.cure);
    db_free(db);
}

/* Made under another name first: a template that exists is complete. */
static void make_template(PGconn *admin, const char *name) {
    admin_do(admin, "select pg_advisory_lock(hashtext('kaquan_template'))");
    if (!database_exists(admin, name)) {
        admin_do(admin, "drop database if exists kaquan_template_new with (force)");
        admin_do(admin, "create database kaquan_template_new template template0 encoding 'UTF8'");
        migrate_database("kaquan_template_new", false);
        admin_do(admin, "alter database kaquan_template_new rename to %s", name);
    }
    admin_do(admin, "select pg_advisory_unlock(hashtext('kaquan_template'))");
}

static void drop_at_end(void) {
    if (getpid() == database_owner)
        test_database_drop();
}

static void create_database(const char *name, bool migrated) {
    static bool registered;
    char origin[64] = "template0";
    PGconn *admin;

    test_database_drop();
    admin = admin_connect();
    if (migrated) {
        template_name(origin, sizeof(origin));
        make_template(admin, origin);
    }
    text_copy(database, sizeof(database), name);
    admin_do(admin, "drop database if exists %s with (force)", database); /* of a run that was killed */
    admin_do(admin, "create database %s template %s", database, origin);
    PQfinish(admin);
    setenv("PGDATABASE", database, 1);
    if (migrated)
        migrate_database(database, true);
    database_owner = getpid();
    if (!registered)
        atexit(drop_at_end);
    registered = true;
}

/* Each program has its own. */
static const char *own_name(const char *name) {
    static char own[NAME_MAX_LEN + 1];

    snprintf(own, sizeof(own), "test_%.40s_%d", name, (int)getpid());
    for (char *c = own; *c; c++)
        if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789_", *c))
            *c = '_';
    return own;
}

void test_database(const char *name) {
    create_database(own_name(name), true);
}

void test_database_empty(const char *name) {
    create_database(own_name(name), false);
}

void test_database_called(const char *name) {
    create_database(name, true);
}

/* A plan takes the body of a function in SQL in place of the call; the catalogue is each database's own. */
void test_clock_stops(const char *at) {
    static const char *const clocks[] = {"now", "clock_timestamp"};

    for (size_t i = 0; i < ARRAY_LEN(clocks); i++)
        test_sql(NULL,
                 "create or replace function pg_catalog.%s() returns timestamptz language sql stable strict"
                 " parallel safe as $$ select timestamptz '%s' $$",
                 clocks[i], at);
}

void test_database_drop(void) {
    PGconn *admin;

    for (size_t i = 0; i < SESSIONS; i++)
        if (sessions[i].conn)
            test_sql_close(sessions[i].role);
    if (database[0] == '\0')
        return;
    admin = admin_connect();
    admin_do(admin, "drop database if exists %s with (force)", database);
    PQfinish(admin);
    database[0] = '\0';
}

int test_setup(void **state UNUSED) {
    const char *name = program_invocation_short_name;

    test_database(strncmp(name, "test_", 5) == 0 ? name + 5 : name);
    return 0;
}

int test_teardown(void **state UNUSED) {
    test_database_drop();
    return 0;
}

/* --- SQL --- */

static bool can_login(const char *role) {
    PGconn *admin = admin_connect();
    PGresult *result =
        PQexecParams(admin, "select rolcanlogin from pg_roles where rolname = $1", 1, NULL, &role, NULL, NULL, 0);
    bool found = PQntuples(result) == 1;
    bool yes = found && PQgetvalue(result, 0, 0)[0] == 't';

    PQclear(result);
    PQfinish(admin);
    if (!found)
        test_fail("there is no role %s", role);
    return yes;
}

static PGconn *session_connect(const char *role) {
    char name[64];
    char options[96];
    PGconn *conn;

    snprintf(name, sizeof(name), "%.*s", (int)strcspn(role, "#"), role);
    snprintf(options, sizeof(options), "-c role=%s", name);
    if (name[0] == '\0')
        conn = connect_to(getenv("PGDATABASE"), NULL, NULL);
    else if (can_login(name))
        conn = connect_to(getenv("PGDATABASE"), name, NULL);
    else
        conn = connect_to(getenv("PGDATABASE"), NULL, options);
    PQsetNoticeReceiver(conn, ignore_notice, NULL);
    return conn;
}

static struct session *session_find(const char *role, pid_t owner) {
    for (size_t i = 0; i < SESSIONS; i++)
        if (sessions[i].conn && sessions[i].owner == owner && strcmp(sessions[i].role, role ? role : "") == 0)
            return &sessions[i];
    return NULL;
}

static struct session *session_get(const char *role) {
    struct session *s = session_find(role, getpid());

    if (s && PQstatus(s->conn) == CONNECTION_OK)
        return s;
    test_sql_close(role);
    for (s = sessions; s < sessions + SESSIONS && s->conn; s++)
        continue;
    if (s == sessions + SESSIONS)
        test_fail("more than %d sessions", SESSIONS);
    s->conn = session_connect(role ? role : "");
    s->owner = getpid();
    snprintf(s->role, sizeof(s->role), "%s", role ? role : "");
    return s;
}

void test_sql_close(const char *role) {
    struct session *s = session_find(role, getpid());

    if (!s)
        return;
    PQfinish(s->conn);
    s->conn = NULL;
}

int test_sql_pid(const char *role) {
    return PQbackendPID(session_get(role)->conn);
}

static char sent[4096]; /* the beginning of the last SQL, for messages */

PRINTF(2, 0)
static PGresult *run_sql(const char *role, const char *format, va_list args) {
    AUTO_BUF struct buf sql = {0};

    buf_vprintf(&sql, format, args);
    text_copy(sent, sizeof(sent), buf_str(&sql));
    return PQexec(session_get(role)->conn, buf_str(&sql));
}

static const char *keep_value(const PGresult *result) {
    static char *values[VALUES];
    static size_t next;
    bool some = PQntuples(result) > 0 && PQnfields(result) > 0;

    next = (next + 1) % VALUES;
    free(values[next]);
    values[next] = mem_text(some ? PQgetvalue(result, 0, 0) : "");
    return values[next];
}

/* The value of SQL that worked. After a failure the session is closed, so that the next test finds no open
 * transaction of this one. */
static const char *value_of(const char *role, PGresult *result) {
    const char *value;
    char why[512];

    if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK) {
        text_copy(why, sizeof(why), PQresultErrorMessage(result));
        PQclear(result);
        test_sql_close(role);
        test_fail("%s\n%s", sent, why);
    }
    value = keep_value(result);
    PQclear(result);
    return value;
}

const char *test_sql(const char *role, const char *sql, ...) {
    va_list args;
    PGresult *result;

    va_start(args, sql);
    result = run_sql(role, sql, args);
    va_end(args);
    return value_of(role, result);
}

int64_t test_number(const char *role, const char *sql, ...) {
    va_list args;
    PGresult *result;

    va_start(args, sql);
    result = run_sql(role, sql, args);
    va_end(args);
    return strtoll(value_of(role, result), NULL, 10);
}

void test_sql_file(const char *path) {
    AUTO_BUF struct buf sql = {0};

    if (!test_source_read(path, &sql))
        test_fail("there is no %s", path);
    test_sql(NULL, "%s", buf_str(&sql));
}

void test_sql_refused(const char *role, const char *sqlstate, const char *sql, ...) {
    char found[8];
    const char *state;
    va_list args;
    PGresult *result;

    va_start(args, sql);
    result = run_sql(role, sql, args);
    va_end(args);
    state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    text_copy(found, sizeof(found), state ? state : "none");
    PQclear(result);
    if (strncmp(found, sqlstate, strlen(sqlstate)) != 0)
        test_fail("%s\nSQLSTATE %s expected, %s found", sent, sqlstate, found);
}

struct db *test_db(const char *role) {
    struct db_options options = {.application_name = "kaquan-test"};
    char *user = mem_text(getenv("PGUSER") ? getenv("PGUSER") : "postgres");
    struct err err = {0};
    struct db *db;

    if (role && can_login(role))
        setenv("PGUSER", role, 1);
    else
        options.role = role;
    db = db_new(&options, &err);
    setenv("PGUSER", user, 1);
    free(user);
    if (!db)
        test_fail("connecting as %s: %s", role ? role : "superuser", err.text);
    return db;
}
