#include "db_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool db_name_plain(const char *name) {
    size_t len = strlen(name);

    return len > 0 && len < DB_NAME_MAX && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == len;
}

/* --- connecting --- */

static char *kept(const char *text) {
    return text ? mem_text(text) : NULL;
}

struct db *db_new(const struct db_options *options, struct err *err) {
    struct db *db;

    if (options->role && !db_name_plain(options->role)) {
        fail(err, ERR_USAGE, "\"%s\" is no role of ours", options->role);
        return NULL;
    }
    db = mem_new(sizeof(*db));
    db->options = *options;
    db->options.application_name = db->texts[0] = kept(options->application_name);
    db->options.service = db->texts[1] = kept(options->service);
    db->options.role = db->texts[2] = kept(options->role);
    if (db_connect(db, err))
        return db;
    db_free(db);
    return NULL;
}

void db_free(struct db *db) {
    if (!db)
        return;
    db_disconnect(db);
    for (size_t i = 0; i < ARRAY_LEN(db->texts); i++)
        free(db->texts[i]);
    free(db->prepared);
    free(db);
}

void db_auto(struct db **db) {
    db_free(*db);
    *db = NULL;
}

bool db_alive(const struct db *db) {
    return db->conn && !db->demoted && PQstatus(db->conn) == CONNECTION_OK;
}

bool db_reconnect(struct db *db, struct err *err) {
    db_disconnect(db);
    return db_connect(db, err) && db_listen_again(db, err);
}

int db_socket(const struct db *db) {
    return PQsocket(db->conn);
}

int64_t db_statements(const struct db *db) {
    return db->statements;
}

double db_clock_offset(const struct db *db) {
    return db->clock_offset;
}

/* --- asking --- */

struct db_value db_text_or_null(const char *text) {
    return (struct db_value){.type = text ? DB_TEXT : DB_NULL, .text = text};
}

/* `number` has room for one that becomes text. */
static const char *wire_value(const struct db_value *value, char number[DB_NUMBER], int *len, int *binary) {
    *len = 0;
    *binary = 0;
    switch (value->type) {
    case DB_TEXT:
        return value->text;
    case DB_BOOL:
        return value->number ? "t" : "f";
    case DB_INT:
        snprintf(number, DB_NUMBER, "%lld", (long long)value->number);
        return number;
    case DB_SECONDS:
        snprintf(number, DB_NUMBER, "%.17g", value->seconds);
        return number;
    case DB_BYTES:
        *len = int_of(value->bytes.len);
        *binary = 1;
        return value->bytes.data ? value->bytes.data : ""; /* no pointer would be NULL, not zero bytes */
    case DB_NULL:
        break;
    }
    return NULL;
}

void db_wire_fill(struct db_wire *wire, const char *what, const struct db_value *values, size_t count) {
    if (count > DB_PARAMETERS)
        bug("%s: more than %d parameters", what, DB_PARAMETERS);
    *wire = (struct db_wire){.count = int_of(count)};
    for (size_t i = 0; i < count; i++)
        wire->texts[i] = wire_value(&values[i], wire->numbers[i], &wire->lengths[i], &wire->binary[i]);
}

static bool is_prepared(const struct db *db, const char *name) {
    for (size_t i = 0; i < db->prepared_count; i++)
        if (strcmp(db->prepared[i], name) == 0)
            return true;
    return false;
}

static bool prepare(struct db *db, const struct sql *statement, struct err *err) {
    PGresult *result;
    bool ok;

    if (is_prepared(db, statement->name))
        return true;
    result = PQprepare(db->conn, statement->name, statement->text, 0, NULL);
    ok = db_accept(db, result, statement->name, err);
    PQclear(result);
    if (!ok)
        return false;
    if (db->prepared_count == db->prepared_room) {
        db->prepared_room = db->prepared_room * 2 + 16;
        db->prepared = mem_resize(db->prepared, db->prepared_room * sizeof(db->prepared[0]));
    }
    db->prepared[db->prepared_count++] = statement->name;
    return true;
}

static bool take_rows(struct db *db, PGresult *result, const char *what, struct db_rows *rows, struct err *err) {
    bool ok = db_accept(db, result, what, err);

    if (!ok || !rows) {
        PQclear(result);
        return ok;
    }
    rows->result = result;
    rows->count = PQntuples(result);
    rows->hits = strtoll(PQcmdTuples(result), NULL, 10);
    return true;
}

static bool run(struct db *db, const struct sql *statement, bool prepared, const struct db_value *values,
                size_t count, struct db_rows *rows, struct err *err) {
    struct db_wire wire;
    PGresult *result;

    db_wire_fill(&wire, statement->name, values, count);
    if (rows)
        db_rows_clear(rows);
    if (prepared && !prepare(db, statement, err))
        return false;
    db->statements++;
    if (prepared)
        result = PQexecPrepared(db->conn, statement->name, wire.count, wire.texts, wire.lengths, wire.binary, 0);
    else
        result = PQexecParams(db->conn, statement->text, wire.count, NULL, wire.texts, wire.lengths, wire.binary, 0);
    return take_rows(db, result, statement->name, rows, err);
}

bool db_run(struct db *db, const struct sql *statement, const struct db_value *values, size_t count,
            struct db_rows *rows, struct err *err) {
    return run(db, statement, true, values, count, rows, err);
}

bool db_run_once(struct db *db, const struct sql *statement, const struct db_value *values, size_t count,
                 struct db_rows *rows, struct err *err) {
    return run(db, statement, false, values, count, rows, err);
}

bool db_run_text(struct db *db, const char *what, const char *text, struct err *err) {
    PGresult *result;
    bool ok;

    db->statements++;
    result = PQexecParams(db->conn, text, 0, NULL, NULL, NULL, NULL, 0);
    ok = db_accept(db, result, what, err);
    PQclear(result);
    return ok;
}

/* --- transactions --- */

bool db_begin(struct db *db, struct err *err) {
    return db_run_text(db, "begin", "begin isolation level read committed", err);
}

bool db_commit(struct db *db, struct err *err) {
    /* The server answers COMMIT of a failed transaction with success and the word ROLLBACK. */
    if (PQtransactionStatus(db->conn) == PQTRANS_INERROR) {
        db_rollback(db);
        return fail(err, ERR_BUG, "commit: a statement of this transaction failed before");
    }
    return db_run_text(db, "commit", "commit", err);
}

void db_rollback(struct db *db) {
    if (PQtransactionStatus(db->conn) != PQTRANS_IDLE && db_alive(db))
        db_run_text(db, "rollback", "rollback", NULL);
}

/* --- scripts --- */

/* The line of the error, or 0 when the server gave no place. Positions count characters from 1. */
static int error_line(const PGresult *result, const char *text) {
    const char *position = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
    long left = position ? strtol(position, NULL, 10) : 0;
    int line = 1;

    if (left <= 0)
        return 0;
    for (const char *c = text; *c && left > 0; c++) {
        bool starts_character = ((unsigned char)*c & 0xC0) != 0x80;

        left -= starts_character;
        line += *c == '\n' && left > 0;
    }
    return line;
}

static void script_place(const PGresult *result, const char *name, const char *text, int number, char *out,
                         size_t size) {
    int line = error_line(result, text);

    if (line > 0)
        snprintf(out, size, "%s:%d", name, line);
    else
        snprintf(out, size, "%s, statement %d", name, number);
}

bool db_script(struct db *db, const char *name, const char *text, struct err *err) {
    PGresult *result;
    char place[128];
    bool inside = PQtransactionStatus(db->conn) == PQTRANS_INTRANS;
    int number = 0;
    bool ok = true;

    db->statements++;
    if (!PQsendQuery(db->conn, text))
        return db_lost(db, name, err);
    while ((result = PQgetResult(db->conn))) {
        number++;
        if (ok) {
            script_place(result, name, text, number, place, sizeof(place));
            ok = db_accept(db, result, place, err);
        }
        PQclear(result);
    }
    if (ok && inside && PQtransactionStatus(db->conn) != PQTRANS_INTRANS)
        return fail(err, ERR_BUG, "%s ends the transaction it runs in", name);
    return ok;
}
