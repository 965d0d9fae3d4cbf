/* copy.h - the rows of a binary COPY (PostgreSQL 15, sql-copy): each function writes at `to` and returns the end of
 * what it wrote. A row is its number of columns, then its fields. */
#ifndef KAQUAN_COPY_H
#define KAQUAN_COPY_H

#include <string.h>

#include "base.h"

enum { COPY_CHUNK = 32 << 10 }; /* what one PQputCopyData should carry */
enum { COPY_BEGIN_LEN = 19, COPY_END_LEN = 2 };

static inline char *copy_bytes(char *to, const void *data, size_t len) {
    memcpy(to, data, len);
    return to + len;
}

static inline char *copy_int16(char *to, uint16_t value) {
    value = __builtin_bswap16(value);
    return copy_bytes(to, &value, sizeof value);
}

static inline char *copy_int32(char *to, uint32_t value) {
    value = __builtin_bswap32(value);
    return copy_bytes(to, &value, sizeof value);
}

static inline char *copy_int64(char *to, uint64_t value) {
    value = __builtin_bswap64(value);
    return copy_bytes(to, &value, sizeof value);
}

/* --- a row: its columns, then as many fields --- */

static inline char *copy_row(char *to, uint16_t columns) {
    return copy_int16(to, columns);
}

/* A field is its length and its bytes; the length -1 is NULL. */
static inline char *copy_field(char *to, const void *data, size_t len) {
    return copy_bytes(copy_int32(to, (uint32_t)len), data, len);
}

static inline char *copy_field_int(char *to, uint32_t value) {
    return copy_int32(copy_int32(to, sizeof value), value);
}

static inline char *copy_field_bigint(char *to, uint64_t value) {
    return copy_int64(copy_int32(to, sizeof value), value);
}

static inline char *copy_field_null(char *to) {
    return copy_int32(to, UINT32_MAX);
}

/* --- around the rows --- */

static inline char *copy_begin(char *to) {
    static const char signature[] = "PGCOPY\n\377\r\n"; /* with its NUL; then no flags and no extension */
    return copy_int32(copy_int32(copy_bytes(to, signature, sizeof signature), 0), 0);
}

static inline char *copy_end(char *to) {
    return copy_int16(to, UINT16_MAX);
}

#endif
