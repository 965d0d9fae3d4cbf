/* part_looks.h - how the answer of a part looks, for part.c: a list, a record, a log. */
#ifndef KAQUAN_PART_LOOKS_H
#define KAQUAN_PART_LOOKS_H

#include "screens.h"

/* The main list with its order, marks and columns, or another with its own cursor. part_list.c */
void list_draw(struct view *view, int part, struct area area);
/* The values of a row, one below the other, without those that are empty and the first `skip`. True when some had no
 * room. part_record.c */
bool record_draw(const struct part *part, const struct db_rows *rows, int row, int skip, struct area area);
/* The end of it, or where it was scrolled to. part_log.c */
void log_draw(struct view *view, int part, struct area area);

#endif
