/* fuzz.h - readers of what comes from outside, under inputs that nobody thought of. Each file has an entry as
 * libFuzzer wants it, and a few sound inputs to begin with; fuzz.c changes these by a fixed sequence, so every run
 * tries the same ones. */
#ifndef KAQUAN_FUZZ_H
#define KAQUAN_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Aborts when something does not hold that must, whatever the input. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern const char *const fuzz_corpus[]; /* ended by NULL */

#endif
