#include "db_private.h"

#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "lang.h"

/* What an SQLSTATE means for us; the first row whose beginning fits counts. */
struct state_row {
    const char *begin;
    enum err_kind kind;
    const char *cure;
};

/* clang-format off */
static const struct state_row states[] = {
    {"08",    ERR_UNAVAILABLE, ""},
    {"57P",   ERR_UNAVAILABLE, ""}, /* the server stops, starts, or closed an idle session */
    {"25P03", ERR_UNAVAILABLE, ""}, /* a transaction was left open too long and the session was closed */
    {"25006", ERR_UNAVAILABLE, N_("this server is a standby: name all servers in host= so that the other one is found")},
    {"53300", ERR_UNAVAILABLE, N_("the server has no free connection: raise max_connections or close some")},
    {"53",    ERR_BUSY,        N_("the server is out of disk space or memory")},
    {"40001", ERR_BUSY,        ""},
    {"40P01", ERR_BUSY,        ""},
    {"55P03", ERR_BUSY,        N_("somebody else holds a lock; it goes on by itself")},
    {"57014", ERR_BUSY,        N_("it took longer than statement_timeout or was cancelled")},
    {"42501", ERR_PERMISSION,  ""},
    {"28",    ERR_PERMISSION,  N_("check the user, the passfile (mode 0600) and pg_hba.conf")},
    {"3D000", ERR_CONFIG,      N_("check the database name of the libpq service or PGDATABASE")},
    {"3F000", ERR_CONFIG,      N_("the schema is older than the program: run kaquan-worker db migrate")},
    {"42P01", ERR_CONFIG,      N_("the schema is older than the program: run kaquan-worker db migrate")},
    {"42883", ERR_CONFIG,      N_("the schema is older than the program: run kaquan-worker db migrate")},
    {"42703", ERR_CONFIG,      N_("the schema is older than the program: run kaquan-worker db migrate")},
    {"22",    ERR_INPUT,       ""},
    {"23",    ERR_INPUT,       ""},
    {"KQ4",   ERR_INPUT,       ""},
    {"KQ5",   ERR_BUSY,        ""},
    {"XX001", ERR_BUG,         N_("data or an index is damaged: stop, keep the files, restore from a backup")},
    {"XX002", ERR_BUG,         N_("data or an index is damaged: stop, keep the files, restore from a backup")},
    {"",      ERR_BUG,         ""},
};

/* A connection that was refused comes without SQLSTATE, only with a text. Servers that speak another language than
 * English are told apart less well: then it is "unavailable", or "permission" when a password was asked for. */
struct refusal_row {
    const char *words;
    const char *sqlstate; /* "": libpq itself refused */
    enum err_kind kind;
    const char *cure;
};
static const struct refusal_row refusals[] = {
    {"password authentication failed", "28P01", ERR_PERMISSION, N_("check the password in the passfile (~/.pgpass, mode 0600)")},
    {"no password supplied",           "28P01", ERR_PERMISSION, N_("put the password into a passfile (~/.pgpass, mode 0600)")},
    {"authentication failed",          "28000", ERR_PERMISSION, N_("check the user and pg_hba.conf")},
    {"no pg_hba.conf entry",           "28000", ERR_PERMISSION, N_("let this user in by a line of pg_hba.conf")},
    {"not permitted to log in",        "28000", ERR_PERMISSION, N_("connect as a login role")},
    {"permission denied",              "42501", ERR_PERMISSION, N_("kaquan-worker db init grants what the roles need")},
    {"permission to set role",         "42501", ERR_PERMISSION, N_("connect as a member of that role")},
    {"too many c",                     "53300", ERR_UNAVAILABLE, N_("raise max_connections or the role's limit")},
    {"connection slots",               "53300", ERR_UNAVAILABLE, N_("raise max_connections or close some connections")},
    {"starting up",                    "57P03", ERR_UNAVAILABLE, ""},
    {"shutting down",                  "57P03", ERR_UNAVAILABLE, ""},
    {"recovery mode",                  "57P03", ERR_UNAVAILABLE, ""},
    {"session is read-only",           "25006", ERR_UNAVAILABLE, N_("name all servers in host= so that the primary is found")},
    {"role \"",                        "28000", ERR_PERMISSION, N_("kaquan-worker db init makes the roles")},
    {"database \"",                    "3D000", ERR_CONFIG, N_("check the database name of the libpq service or PGDATABASE")},
    {"definition of service",          "", ERR_CONFIG, N_("check the service's name in pg_service.conf and PGSERVICEFILE")},
    {"certificate",                    "", ERR_CONFIG, N_("set sslrootcert to the CA of the server's certificate")},
    {"not support SSL",                "", ERR_CONFIG, N_("over a network the server must offer TLS with a known certificate")},
    {"channel binding",                "", ERR_CONFIG, N_("over a network the server must ask by scram-sha-256 over TLS")},
    {"service file",                   "", ERR_CONFIG, N_("check PGSERVICEFILE and the file it names")},
    {"invalid port",                   "", ERR_CONFIG, N_("check the libpq service and PGPORT")},
    {" value: \"",                     "", ERR_CONFIG, N_("check the libpq service and the PG* environment")},
};
/* clang-format on */

static const struct state_row *state_find(const char *sqlstate) {
    const struct state_row *row = states;

    while (strncmp(row->begin, sqlstate, strlen(row->begin)) != 0)
        row++;
    return row;
}

/* Lines become one: "a\n\tb\n" is "a; b". */
static void one_line(struct buf *out, const char *text) {
    while (*text) {
        size_t len = strcspn(text, "\r\n");

        if (len > 0 && out->len > 0)
            buf_text(out, "; ");
        buf_add(out, text, len);
        text += len;
        text += strspn(text, "\r\n\t ");
    }
}

static const char *field(const PGresult *result, int code) {
    const char *value = PQresultErrorField(result, code);

    return value ? value : "";
}

/* "permission denied for table ticket" -> which grant is missing, as far as the server tells. */
static void name_the_grant(const struct db *db, const char *message, struct err *err) {
    static const char denied[] = "permission denied for ";
    char kind[32];
    char name[DB_NAME_MAX];
    const char *right = _("the right");

    if (strncmp(message, denied, strlen(denied)) != 0 ||
        sscanf(message + strlen(denied), "%31[a-z] %63[^ ]", kind, name) != 2) {
        fail_cure(err, "%s lacks a right; kaquan-worker db init and db migrate grant what the roles need",
                  PQuser(db->conn));
        return;
    }
    if (strcmp(kind, "function") == 0 || strcmp(kind, "procedure") == 0)
        right = "execute";
    if (strcmp(kind, "schema") == 0)
        right = "usage";
    if (strcmp(kind, "database") == 0)
        right = "connect";
    fail_cure(err, "missing: grant %s on %s %s to %s (or to a role it is a member of)", right, kind, name,
              PQuser(db->conn));
}

/* Names only, never DETAIL: it holds the values of the row. */
static void name_the_place(const PGresult *result, struct buf *out) {
    const char *table = field(result, PG_DIAG_TABLE_NAME);
    const char *constraint = field(result, PG_DIAG_CONSTRAINT_NAME);

    if (constraint[0] != '\0')
        buf_printf(out, _(" (constraint %s of %s)"), constraint, table[0] ? table : _("a domain"));
    else if (table[0] != '\0')
        buf_printf(out, _(" (table %s)"), table);
}

static bool refuse(struct db *db, const PGresult *result, const char *what, struct err *err) {
    AUTO_BUF struct buf text = {0};
    const char *sqlstate = field(result, PG_DIAG_SQLSTATE);
    const char *message = field(result, PG_DIAG_MESSAGE_PRIMARY);
    const struct state_row *row = state_find(sqlstate);

    if (sqlstate[0] == '\0')
        return db_lost(db, what, err);
    one_line(&text, message);
    name_the_place(result, &text);
    fail(err, row->kind, "%s: %s", what, buf_str(&text));
    if (strcmp(sqlstate, "42501") == 0)
        name_the_grant(db, message, err);
    else if (row->cure[0] != '\0')
        fail_cure(err, "%s", _(row->cure));
    if (err)
        text_copy(err->sqlstate, sizeof(err->sqlstate), sqlstate);
    db->demoted = db->demoted || strcmp(sqlstate, "25006") == 0;
    return false;
}

bool db_accept(struct db *db, const PGresult *result, const char *what, struct err *err) {
    switch (PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
    case PGRES_COPY_IN:
        break;
    default:
        return refuse(db, result, what, err);
    }
    if (!db->unflushed)
        return true;
    db->unflushed = false;
    fail(err, ERR_UNAVAILABLE, "%s: done, but no standby has confirmed it", what);
    return fail_cure(err, "treat it as unknown and repeat it with the same request id");
}

bool db_lost(const struct db *db, const char *what, struct err *err) {
    AUTO_BUF struct buf text = {0};

    one_line(&text, PQerrorMessage(db->conn));
    if (PQstatus(db->conn) == CONNECTION_OK) /* libpq itself refused: ours */
        return fail(err, ERR_BUG, "%s: %s", what, buf_str(&text));
    return fail(err, ERR_UNAVAILABLE, "%s: the connection to the database is lost: %s", what, buf_str(&text));
}

bool db_connect_failed(const struct db *db, struct err *err) {
    AUTO_BUF struct buf text = {0};
    const struct refusal_row *row = NULL;
    bool asked = PQconnectionNeedsPassword(db->conn) || PQconnectionUsedPassword(db->conn);

    one_line(&text, PQerrorMessage(db->conn));
    for (size_t i = 0; i < ARRAY_LEN(refusals) && !row; i++)
        if (strstr(buf_str(&text), refusals[i].words))
            row = &refusals[i];
    if (!row) {
        fail(err, asked ? ERR_PERMISSION : ERR_UNAVAILABLE, "no database: %s", buf_str(&text));
        return fail_cure(err, "check that PostgreSQL runs and that PGHOST, PGPORT or the service name it");
    }
    fail(err, row->kind, "no database: %s", buf_str(&text));
    if (err)
        text_copy(err->sqlstate, sizeof(err->sqlstate), row->sqlstate);
    return fail_cure(err, "%s", _(row->cure));
}
