#include "cardsign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simbase.h"

static int by_bytes(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void card_sign(const char *const *values, size_t count, char *hex) {
    const char *sorted[SIGN_VALUES];
    char small[1024], *joined = small;
    size_t used = 0, length = 0, at = 0;
    for (size_t i = 0; i < count && used < SIGN_VALUES; i++)
        if (values[i] && values[i][0]) {
            length += strlen(values[i]);
            sorted[used++] = values[i];
        }
    qsort(sorted, used, sizeof *sorted, by_bytes);
    if (length >= sizeof small)
        joined = need(length + 1);
    for (size_t i = 0; i < used; i++) {
        size_t part = strlen(sorted[i]);
        memcpy(joined + at, sorted[i], part);
        at += part;
    }
    sha1_hex(joined, length, hex);
    if (joined != small)
        free(joined);
}
