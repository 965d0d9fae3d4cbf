#include "random.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "err.h"

static void fill(void *bytes, size_t len) {
    if (RAND_bytes(bytes, int_of(len)) != 1)
        bug("the random generator failed");
}

void random_init(struct random *r) {
    r->used = RANDOM_BULK; /* the first random_take() fills it */
}

void random_clear(struct random *r) {
    OPENSSL_cleanse(r->bytes, sizeof r->bytes);
    r->used = RANDOM_BULK;
}

const unsigned char *random_take(struct random *r, size_t len) {
    if (len > RANDOM_BULK)
        bug("%zu random bytes asked at once", len);
    if (RANDOM_BULK - r->used < len) {
        fill(r->bytes, sizeof r->bytes);
        r->used = 0;
    }
    r->used += len;
    return r->bytes + r->used - len;
}

double random_unit(void) {
    uint64_t bits;
    fill(&bits, sizeof bits);
    return (double)(bits >> 11) * 0x1p-53; /* a double holds 53 bits: below 1, never 1 */
}
