#include "base.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "text.h"

/* Nothing that needs memory may run now: no log line, no format. */
static void *there(void *memory) {
    static const char line[] = "out of memory: the program ends\n";
    if (memory != NULL)
        return memory;
    ssize_t written UNUSED = write(STDERR_FILENO, line, sizeof line - 1);
    exit(err_class(ERR_BUG)->exit_code);
}

void *mem_new(size_t size) {
    return there(calloc(1, size == 0 ? 1 : size));
}

void *mem_resize(void *old, size_t size) {
    return there(realloc(old, size == 0 ? 1 : size));
}

char *mem_text(const char *text) {
    return there(strdup(text));
}

bool text_copy(char *to, size_t size, const char *from) {
    size_t len = strlen(from);
    size_t at = 0;
    uint32_t point;
    if (size == 0)
        return len == 0;
    if (len < size) {
        memmove(to, from, len + 1);
        return true;
    }
    for (;;) {
        size_t n = utf8_next(from + at, len - at, &point);
        n = n == 0 ? 1 : n;
        if (at + n >= size)
            break;
        at += n;
    }
    memmove(to, from, at);
    to[at] = '\0';
    return false;
}

int int_of(size_t n) {
    if (n > INT_MAX)
        bug("%zu does not fit an int", n);
    return (int)n;
}

size_t size_of(int64_t n) {
    if (n < 0)
        bug("%lld is no size", (long long)n);
    return (size_t)n;
}
