/* png.h - a picture of two shades as a PNG file (ISO 15948): one bit a pixel, not compressed. */
#ifndef KAQUAN_PNG_H
#define KAQUAN_PNG_H

#include "buf.h"

/* Appends a picture of `width` by `height` pixels; those that `is_ink` names are black, the others white. */
void png_write(struct buf *out, int width, int height, bool (*is_ink)(const void *context, int row, int column),
               const void *context);

#endif
