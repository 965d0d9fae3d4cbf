#include "db_private.h"

#include <stdlib.h>
#include <string.h>

void db_rows_clear(struct db_rows *rows) {
    PQclear(rows->result);
    *rows = (struct db_rows){0};
}

/* The value, or NULL. Asking for what is not there is a bug of ours. */
static const char *value_at(const struct db_rows *rows, int row, const char *column) {
    int number = PQfnumber(rows->result, column);

    if (row < 0 || row >= rows->count)
        bug("row %d of %d asked for (column %s)", row, rows->count, column);
    if (number < 0)
        bug("the statement returns no column %s", column);
    return PQgetisnull(rows->result, row, number) ? NULL : PQgetvalue(rows->result, row, number);
}

bool db_null(const struct db_rows *rows, int row, const char *column) {
    return !value_at(rows, row, column);
}

const char *db_text(const struct db_rows *rows, int row, const char *column) {
    const char *value = value_at(rows, row, column);

    return value ? value : "";
}

int64_t db_int(const struct db_rows *rows, int row, const char *column) {
    const char *value = value_at(rows, row, column);
    char *end = NULL;
    int64_t number;

    if (!value)
        return 0;
    number = strtoll(value, &end, 10);
    if (end == value || *end != '\0')
        bug("column %s is no whole number", column);
    return number;
}

double db_number(const struct db_rows *rows, int row, const char *column) {
    const char *value = value_at(rows, row, column);
    char *end = NULL;
    double number;

    if (!value)
        return 0;
    number = strtod(value, &end);
    if (end == value || *end != '\0')
        bug("column %s is no number", column);
    return number;
}

bool db_bool(const struct db_rows *rows, int row, const char *column) {
    const char *value = value_at(rows, row, column);

    if (value && strcmp(value, "t") != 0 && strcmp(value, "f") != 0)
        bug("column %s is no boolean", column);
    return value && value[0] == 't';
}

bool db_bytes(const struct db_rows *rows, int row, const char *column, struct bytes *out) {
    const char *value = value_at(rows, row, column);
    unsigned char *decoded;

    *out = (struct bytes){0};
    if (!value)
        return false;
    decoded = PQunescapeBytea((const unsigned char *)value, &out->len);
    out->data = decoded ? memcpy(mem_new(out->len + 1), decoded, out->len) : NULL;
    if (!out->data)
        bug("column %s is no bytea", column);
    PQfreemem(decoded);
    return true;
}
