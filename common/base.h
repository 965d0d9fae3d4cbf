/* base.h - what every file needs: bytes, ends of arrays, locals that let themselves go. */
#ifndef KAQUAN_BASE_H
#define KAQUAN_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define AUTO(clear) __attribute__((cleanup(clear)))
#define PRINTF(text, first) __attribute__((format(printf, text, first)))
#define UNUSED __attribute__((unused))

/* Bytes that somebody else owns, lent for the call. */
struct bytes {
    const void *data;
    size_t len;
};

/* Memory that must be there. The worker is crash-only: without memory the program ends with one line and exit 70, its
 * transactions roll back and its leases run out. Callers free() what they got. */
void *mem_new(size_t size);
void *mem_resize(void *old, size_t size);
char *mem_text(const char *text);

/* Copies `from` into the array of `size` bytes at `to`, always with an end; what does not fit is cut at a UTF-8
 * character. Returns false when something was cut. */
bool text_copy(char *to, size_t size, const char *from);

/* Casts that a reader need not check again: out of range ends the program as a bug (exit 70). */
int int_of(size_t n);
size_t size_of(int64_t n);

#endif
