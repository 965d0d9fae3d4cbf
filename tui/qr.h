/* qr.h - a code to scan, drawn in cells. Two modules stand above each other in one cell; with ASCII glyphs a module
 * is two blanks. It is black on white whatever the theme; without colours paper is reversed video, which is right on
 * dark terminals. */
#ifndef KAQUAN_QR_H
#define KAQUAN_QR_H

#include "ui.h"

/* Scanners want four empty modules around a code; two do where room is short, none does not. */
enum { QR_MARGIN = 4, QR_MARGIN_LEAST = 2 };

/* Rows and columns that `text` needs. False (ERR_INPUT) when it is too long for a code. */
bool qr_size(const char *text, int margin, int *rows, int *columns, struct err *err);

/* Draws `text` as a code in the middle of the area; with less margin when it has no room. When it still has none, the
 * text itself is drawn with what is in `err`, and false returned: a code is never cut. */
bool qr_draw(struct area area, const char *text, int margin, struct err *err);

#endif
