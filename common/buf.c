#include "buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"

enum { FIRST_CAP = 64 };

/* Not realloc(): it would leave the old bytes behind, and a buffer may hold a secret. */
static void grow(struct buf *b, size_t need) {
    size_t cap = b->cap == 0 ? FIRST_CAP : b->cap;
    char *data;
    while (cap < need)
        cap *= 2;
    data = mem_new(cap);
    if (b->data != NULL) {
        memcpy(data, b->data, b->len);
        explicit_bzero(b->data, b->cap);
        free(b->data);
    }
    b->data = data;
    b->cap = cap;
}

char *buf_room(struct buf *b, size_t len) {
    if (len > SIZE_MAX / 4 || b->len > SIZE_MAX / 4)
        bug("a buffer of %zu bytes cannot take %zu more", b->len, len);
    if (b->data == NULL || b->cap - b->len <= len)
        grow(b, b->len + len + 1);
    /* Whatever the caller leaves unused, the end is there. */
    b->data[b->len + len] = '\0';
    return b->data + b->len;
}

void buf_add(struct buf *b, const void *data, size_t len) {
    char *room = buf_room(b, len);
    if (len > 0)
        memcpy(room, data, len);
    b->len += len;
}

void buf_text(struct buf *b, const char *text) {
    buf_add(b, text, strlen(text));
}

void buf_char(struct buf *b, char c) {
    buf_add(b, &c, 1);
}

void buf_vprintf(struct buf *b, const char *format, va_list args) {
    va_list again;
    int len;
    va_copy(again, args);
    len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (len < 0)
        bug("the format \"%s\" cannot be printed", format);
    vsnprintf(buf_room(b, (size_t)len), (size_t)len + 1, format, args);
    b->len += (size_t)len;
}

void buf_printf(struct buf *b, const char *format, ...) {
    va_list args;
    va_start(args, format);
    buf_vprintf(b, format, args);
    va_end(args);
}

void buf_reset(struct buf *b) {
    if (b->data != NULL)
        explicit_bzero(b->data, b->cap);
    b->len = 0;
}

void buf_wipe(struct buf *b) {
    if (b == NULL)
        return;
    buf_reset(b);
    free(b->data);
    *b = (struct buf){0};
}

const char *buf_str(const struct buf *b) {
    return b->data == NULL ? "" : b->data;
}
