/* filtered.h - lists whose filter the database applies, in the language of filter.h. */
#ifndef KAQUAN_FILTERED_H
#define KAQUAN_FILTERED_H

#include "screens.h"

/* For screen.ask: `select`, the conditions that the view's filter makes of `fields`, then `order`. */
bool filtered_ask(struct view *view, struct query *query, const struct sql *select, const struct filter_table *fields,
                  const char *order, struct err *err);

#endif
