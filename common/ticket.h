/* ticket.h - tickets: finding and listing them, and the steps they take. */
#ifndef KAQUAN_TICKET_H
#define KAQUAN_TICKET_H

#include "db.h"
#include "err.h"
#include "filter.h"

/* The fields that lists of tickets are filtered by. */
extern const struct filter_table ticket_fields;

/* The place behind a ticket in a list, as text. */
enum { TICKET_PLACE = 160 };

/* At most `limit` tickets that match, newest first; those behind `after` (a place) or, NULL, from the first on.
 * `next` is the place for the following ones, "" at the end. */
bool ticket_list(struct db *db, const struct filter *filter, const char *after, int64_t limit, struct db_rows *rows,
                 char next[TICKET_PLACE], struct err *err);

/* All that match, as they are at this moment: begin, then next until it has no rows, then end. */
bool ticket_export_begin(struct db *db, const struct filter *filter, struct err *err);
bool ticket_export_next(struct db *db, struct db_rows *rows, struct err *err);
void ticket_export_end(struct db *db);

/* What applied pushes (`ids`, an array of PostgreSQL) make of tickets: steps, codes, states, holders. The caller's
 * transaction is open. */
bool ticket_take_steps(struct db *db, const char *ids, struct err *err);

#endif
