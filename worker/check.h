/* check.h - checks with a cure: what `doctor` and `health` print. */
#ifndef KAQUAN_CHECK_H
#define KAQUAN_CHECK_H

#include "err.h"
#include "output.h"

enum check_state { CHECK_OK, CHECK_WARN, CHECK_FAIL };

/* Lines that are being collected, and the exit code of the worst. */
struct check_list {
    struct output lines;
    enum check_state worst;
    int exit_code;
};

struct check_list check_begin(const char *schema);
/* `fail_code`: the exit code when it failed. `cure` may be NULL. */
void check_add(struct check_list *list, const char *name, enum check_state state, int fail_code, const char *cure,
               const char *format, ...) PRINTF(6, 7);
/* A line that the database found: state (ok, warn, fail), found, cure; values stand in {}, so that the sentence
 * around them can be looked up. */
void check_row(struct check_list *list, const char *name, int fail_code, const struct db_rows *rows, int row);
/* What an error says, as a line that failed. */
void check_err(struct check_list *list, const char *name, const struct err *err);
/* Kinds of jobs that a person paused: that nobody forgets them. */
void check_paused(struct check_list *list, struct db *db);
/* Prints the lines; returns the exit code. */
int check_end(struct check_list *list, const struct work *work);

#endif
