/* filter.h - the filter language of lists (console.md 1.4), over a table of fields: read to terms, written as SQL
 * with parameters. word              begins with it, in the table's first field field:value       is it; value*
 * begins with it; a,b either; "a b" quoted field>=value      also > <= <, for times -term             is not so
 * Times: today, yesterday, -7d -12h -30m (from then on), 2026-11-01, 2026-11-01T10:30, a..b; of the event's zone. */
#ifndef KAQUAN_FILTER_H
#define KAQUAN_FILTER_H

#include "base.h"
#include "buf.h"
#include "db.h"
#include "err.h"

enum { FILTER_TERMS = 16, FILTER_VALUES = 8, FILTER_TEXT = 1024 };

enum filter_type { FILTER_WORD, FILTER_ONE_OF, FILTER_TIME };

/* A row of the table of fields. In the SQL {} stands for the parameter. */
struct filter_field {
    const char *name;
    enum filter_type type;
    const char *equals;        /* a condition; of a time: the column */
    const char *begins;        /* a condition for value*, or NULL: not offered */
    const char *const *values; /* of FILTER_ONE_OF, ended by NULL */
    bool indexed;              /* finds few rows quickly */
    bool personal;             /* its values are persons */
    const char *help;
};
struct filter_table {
    const struct filter_field *fields;
    size_t count;
};

enum filter_op { FILTER_IS, FILTER_FROM, FILTER_AFTER, FILTER_UNTIL, FILTER_BEFORE };
struct filter_term {
    const struct filter_field *field;
    enum filter_op op;
    bool negated;
    size_t at; /* where it begins in the text that was read */
    int values;
    char *value[FILTER_VALUES]; /* in filter.text */
    bool begins[FILTER_VALUES]; /* begins with it */
};
struct filter {
    char text[FILTER_TEXT];
    int terms;
    struct filter_term term[FILTER_TERMS];
};

/* Reads `text`. ERR_USAGE with the column, and the nearest name where there is one, otherwise. */
bool filter_read(const struct filter_table *table, const char *text, struct filter *filter, struct err *err);

/* Is there a term that finds few rows quickly? */
bool filter_is_indexed(const struct filter *filter);

/* Parameters of a statement that is being written; their texts are lent by the filter and the caller. */
enum { FILTER_PARAMETERS = 40 };
struct filter_parameters {
    struct db_value value[FILTER_PARAMETERS];
    size_t count;
};
/* Appends a parameter's name: $1, $2, ... */
void filter_parameter(struct buf *sql, struct filter_parameters *parameters, struct db_value value);

/* Appends " and (...)" for each term. False (ERR_USAGE) when there are too many values. */
bool filter_write(const struct filter *filter, struct buf *sql, struct filter_parameters *parameters,
                  struct err *err);

#endif
