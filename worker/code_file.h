/* code_file.h - codes out of somebody's file, one at a time: a line each, or a column of CSV (RFC 4180). Memory is
 * one chunk, whatever the file's size; what a code may be is not judged here. */
#ifndef KAQUAN_CODE_FILE_H
#define KAQUAN_CODE_FILE_H

#include "base.h"
#include "err.h"

struct code_file;

/* Opens `path`, "-" for standard input. `column` NULL: each line is a code. Else it is CSV, and `column` the heading
 * of the codes in the first line, or their column's number from 1 where there is no heading. ERR_INPUT when it cannot
 * be read or has no such column. */
struct code_file *code_file_open(const char *path, const char *column, struct err *err);
void code_file_close(struct code_file *f);
#define AUTO_CODE_FILE AUTO(code_file_auto)
void code_file_auto(struct code_file **f);

/* What stands at a code's place. Lent until the next one. */
struct code_read {
    int64_t line; /* where it begins, from 1 */
    const char *text;
    size_t len; /* may be more than `text` has, when it is longer than any code: CODE_READ_MAX */
};
enum { CODE_READ_MAX = 250 };

/* The next one; *found false at the end. Empty lines are passed over. */
bool code_file_next(struct code_file *f, struct code_read *read, bool *found, struct err *err);

/* About how many codes there are in all, by the length of the `read` first ones; 0 where that cannot be told (a
 * pipe). */
int64_t code_file_about(const struct code_file *f, int64_t read);

#endif
