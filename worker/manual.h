/* manual.h - the tables as parts of manual pages, in the language of scdoc(5). */
#ifndef KAQUAN_MANUAL_H
#define KAQUAN_MANUAL_H

#include "base.h"
#include "buf.h"

/* A table that a page may name by a line "@name@". */
struct manual_table {
    const char *name;
    void (*write)(struct buf *out);
    const char *help;
};
const struct manual_table *manual_tables(size_t *count);

/* Appends text for people so that scdoc shows it as it is. */
void manual_text(struct buf *out, const char *text);

/* Appends `source` with its lines "@name@" replaced by the tables; false when one names no table, which is *unknown.
 */
bool manual_fill(struct buf *out, const char *source, char unknown[64]);

#endif
