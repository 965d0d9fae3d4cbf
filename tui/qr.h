/* qr.h - a code to scan, drawn in cells. Two modules stand above each other in one cell; with ASCII glyphs a module
 * is two blanks. It is black on white whatever the theme; without colours paper is reversed video, which is right on
 * dark terminals. */
#ifndef KAQUAN_QR_H
#define KAQUAN_QR_H

#include "buf.h"
#include "ui.h"

/* Scanners want four empty modules around a code; two do where room is short, none does not. */
enum { QR_MARGIN = 4, QR_MARGIN_LEAST = 2 };

/* How a code looks: empty modules around it, and how many times as large as the smallest a module is. */
struct qr_look {
    int margin, size;
};

/* The largest size that has room in the area; 0: none has. */
int qr_size_most(const char *text, int margin, struct area area);

/* Draws `text` as a code in the middle of the area; smaller, then with less margin when it has no room. When it still
 * has none, the text itself is drawn with what is in `err`, and false returned: a code is never cut. */
bool qr_draw(struct area area, const char *text, struct qr_look look, struct err *err);

/* Appends it as a PNG file. False (ERR_INPUT) when it is too long for a code. */
bool qr_png(const char *text, int margin, struct buf *out, struct err *err);

/* The version of its code and the modules at its edge; 0 when it is too long for one. */
int qr_version(const char *text, int *modules);

#endif
