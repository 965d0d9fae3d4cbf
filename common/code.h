/* code.h - codes that somebody brings for a template: their import, and what became of them. */
#ifndef KAQUAN_CODE_H
#define KAQUAN_CODE_H

#include "audit.h"
#include "db.h"
#include "err.h"
#include "template.h"

/* What may be wrong with a code of an import, one row each. */
enum code_problem {
    CODE_EMPTY,
    CODE_LONG,
    CODE_CHARACTER,
    CODE_BUCKET,   /* belongs to another database of a larger site */
    CODE_REPEATED, /* in the file before */
    CODE_KNOWN,    /* imported before */
    CODE_TICKET,   /* a ticket already */
    CODE_PROBLEMS
};
const char *code_problem_text(enum code_problem problem);

enum { CODE_LINES_SHOWN = 10 };
struct code_problem_count {
    int64_t count;
    int64_t lines[CODE_LINES_SHOWN]; /* the first of them */
};

/* An import under way. Its transaction is open from code_import_begin() to code_import_end() or code_import_undo().
 */
struct code_import {
    struct db *db;
    const struct template *template;
    int64_t read;  /* codes so far, good or bad */
    int64_t taken; /* of them good */
    int64_t wrong;
    struct code_problem_count problems[CODE_PROBLEMS];
    int bucket, buckets;
    bool copying;
    size_t filled; /* of the chunk */
    char *chunk;
};

/* ERR_INPUT for a template that takes no codes of ours, ERR_BUSY while another import is at work. `t` is lent until
 * the end. */
bool code_import_begin(struct code_import *import, struct db *db, const struct template *t, struct err *err);
/* One code as it stands in line `line` of the file; a bad one is counted, not an error. */
bool code_import_add(struct code_import *import, int64_t line, const char *code, size_t len, struct err *err);
/* Stores all of them with their audit row, or none: ERR_INPUT when any is bad, and import->problems says which.
 * `dry_run`: only looks. */
bool code_import_end(struct code_import *import, const struct act *act, bool dry_run, struct err *err);
void code_import_undo(struct code_import *import);

/* What a code of a template can be, one row each. */
struct code_state {
    const char *name;
    const char *help;
};
const struct code_state *code_states(size_t *count);

#endif
