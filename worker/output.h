/* output.h - results on stdout: columns and rows in, a table, tabs or JSON out. */
#ifndef KAQUAN_OUTPUT_H
#define KAQUAN_OUTPUT_H

#include "buf.h"
#include "db.h"
#include "err.h"
#include "work.h"

enum output_type {
    OUT_TEXT,
    OUT_SAID,   /* a sentence of the database's; people read it in their language */
    OUT_ID,     /* a number that is a name: a string in JSON */
    OUT_NUMBER, /* right-aligned; a number in JSON */
    OUT_BOOL,   /* yes or no; true or false in JSON */
    OUT_JSON    /* an object: as it is in JSON, one line elsewhere */
};
struct output_column {
    const char *name;  /* in JSON, and of the statement's column */
    const char *title; /* over the table */
    enum output_type type;
};

enum { OUTPUT_COLUMNS = 20 };
/* Rows that are being collected. Begin with output_begin(). */
struct output {
    const char *schema; /* "kaquan.account.1": stable, only ever added to */
    const struct output_column *columns;
    size_t width; /* columns */
    char **cells; /* row by row; NULL: nothing there */
    size_t count, room;
    const char *next; /* where the following rows are, or NULL */
};
#define AUTO_OUTPUT_ROWS AUTO(output_clear)

struct output output_begin(const char *schema, const struct output_column *columns, size_t width);
/* The next cell; NULL: nothing there. Numbers and booleans are written as PostgreSQL does: 12, t, f. */
void output_cell(struct output *o, const char *text);
void output_int(struct output *o, int64_t number);
void output_bool(struct output *o, bool yes);
void output_rows(struct output *o, const struct db_rows *rows);
/* The next cell, of a column OUT_JSON: the rows of another list. */
void output_inner(struct output *o, const struct output *list);
void output_clear(struct output *o);

/* Prints a list. */
void output_list(const struct output *o, const struct work *work);
/* Prints the one row, a line for each column; in JSON `data` is an object. */
void output_record(const struct output *o, const struct work *work);

/* Runs nothing, collects all of `rows` and prints them as a list. */
void output_db(const char *schema, const struct output_column *columns, size_t width, const struct db_rows *rows,
               const struct work *work);

/* Was anything printed? */
bool output_shown(void);

/* Everything is written: false (ERR_IO) when stdout took not all of it. */
bool output_end(struct err *err);

#endif
