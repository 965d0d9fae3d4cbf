/* csv.h - writing CSV (RFC 4180) that spreadsheets may open: what they would take for a formula is a text. */
#ifndef KAQUAN_CSV_H
#define KAQUAN_CSV_H

#include "buf.h"

/* Appends a cell, clean for any sink; quoted where it must be. A cell that begins with = + - @ (also behind blanks)
 * gets a ' in front. */
void csv_cell(struct buf *out, const char *text);

/* Appends a line of cells. */
void csv_line(struct buf *out, const char *const *cells, size_t count);

#endif
