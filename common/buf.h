/* buf.h - bytes that grow. */
#ifndef KAQUAN_BUF_H
#define KAQUAN_BUF_H

#include <stdarg.h>

#include "base.h"

/* `data` always ends with a NUL behind `len`, so it can be used as text. Zeroed is empty and valid. */
struct buf {
    char *data;
    size_t len;
    size_t cap;
};

#define AUTO_BUF AUTO(buf_wipe)

void buf_add(struct buf *b, const void *data, size_t len);
void buf_text(struct buf *b, const char *text);
void buf_char(struct buf *b, char c);
void buf_printf(struct buf *b, const char *format, ...) PRINTF(2, 3);
void buf_vprintf(struct buf *b, const char *format, va_list args) PRINTF(2, 0);
/* Room for `len` more bytes, not yet counted; the caller adds to b->len what it wrote. */
char *buf_room(struct buf *b, size_t len);
/* Keeps the memory, overwrites the content. */
void buf_reset(struct buf *b);
/* Overwrites and frees: fit for secrets, harmless for the rest. */
void buf_wipe(struct buf *b);
/* Never NULL. */
const char *buf_str(const struct buf *b);

#endif
