/* filtered.h - lists whose filter the database applies, in the language of filter.h. */
#ifndef KAQUAN_FILTERED_H
#define KAQUAN_FILTERED_H

#include "screens.h"

/* For screen.ask: `select`, the conditions that the view's filter makes of `fields`, then `order`. */
bool filtered_ask(struct view *view, struct query *query, const struct sql *select, const struct filter_table *fields,
                  const char *order, struct err *err);

/* --- when nothing matches --- */

enum { FILTERED_COUNT_MOST = 10000 };

/* Does the filter leave nothing of the main list? */
bool filtered_is_empty(const struct view *view);
/* Is it still to be asked how many match without its last term? It is, once, of screen.ask as PART_WITHOUT. */
bool filtered_wants_count(const struct view *view);
/* For screen.ask: reads the filter without its last term. False (ERR_USAGE) when it has no other. */
bool filtered_read_without(struct view *view, struct query *query, const struct filter_table *fields,
                           struct err *err);
/* Then: counts what of `select` it matches, one more than FILTERED_COUNT_MOST at most. */
bool filtered_count(struct query *query, const struct sql *select, struct err *err);
/* "10 000+" */
void filtered_write_count(int64_t matches, char *out, size_t size);
/* Two lines: that nothing matches, and what did without the last term. */
void filtered_draw(const struct view *view, struct area area);

#endif
