/* random.h - chance from the CSPRNG in bulk: asking OpenSSL for each card would cost more than signing it. */
#ifndef KAQUAN_RANDOM_H
#define KAQUAN_RANDOM_H

#include "base.h"

enum { RANDOM_BULK = 64 << 10 };

struct random {
    unsigned char bytes[RANDOM_BULK];
    size_t used;
};

void random_init(struct random *r);
void random_clear(struct random *r); /* overwrites */
/* `len` random bytes, at most RANDOM_BULK. A CSPRNG that fails ends the program. */
const unsigned char *random_take(struct random *r, size_t len);
/* Uniform in 0..1: for jitter. */
double random_unit(void);

#endif
