/* ticket.h - tickets: finding and listing them, and the steps they take. */
#ifndef KAQUAN_TICKET_H
#define KAQUAN_TICKET_H

#include "db.h"
#include "err.h"
#include "filter.h"

/* The fields that lists of tickets are filtered by. */
extern const struct filter_table ticket_fields;
/* One that no index helps reads every ticket: a person is asked before, where there are so many. */
enum { TICKET_READ_MANY = 200000 };

/* The place of a ticket in a list, as text. */
enum { TICKET_PLACE = 160 };
void ticket_place_of(const struct db_rows *rows, int row, char out[TICKET_PLACE]);

enum ticket_way { TICKET_OLDER, TICKET_NEWER };

/* The same, read; the texts are in `claimed_at`. What the caller has seen of the list beside it may be told: the time
 * of a ticket that lies so many rows away. A page of such density is found at once, any other as well. 0 rows: not
 * known. */
struct ticket_place {
    char claimed_at[TICKET_PLACE];
    const char *template_id, *request_id;
    struct ticket_seen {
        const char *claimed_at;
        int rows;
    } seen[TICKET_NEWER + 1];
};
bool ticket_place_read(const char *text, struct ticket_place *place, struct err *err);

/* Writes the statement of a page of at most `limit` tickets that match: the older ones behind a place, newest first,
 * or the one at a place and the newer ones, oldest first. NULL: from the end of the list on that lies that way. The
 * place is lent to the parameters. */
bool ticket_write_page(const struct filter *filter, const struct ticket_place *place, enum ticket_way way, int limit,
                       struct buf *sql, struct filter_parameters *parameters, struct err *err);

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
