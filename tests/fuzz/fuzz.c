/* A bounded number of inputs for one reader, under the sanitizers; says so as TAP, for tests/run.sh. */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base.h"
#include "buf.h"

enum { INPUTS = 20000, CHANGES_MOST = 8, PIECE_MOST = 64 };

static uint64_t state = 0x9e3779b97f4a7c15;

/* xorshift64*: 0 .. below - 1 */
static size_t dice(size_t below) {
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (size_t)((state * UINT64_C(0x2545f4914f6cdd1d) >> 33) % below);
}

static const char *any_seed(void) {
    size_t count = 1; /* a corpus has one text at least */
    while (fuzz_corpus[count] != NULL)
        count++;
    return fuzz_corpus[dice(count)];
}

static char any_byte(void) {
    static const char special[] = "<>&;[]{}()\"'\\/:,-+.0123456789eEu\n\r\t\x7f\x80\xc3\xe5\xed\xf0\xff";
    return dice(4) == 0 ? (char)dice(256) : special[dice(sizeof special)];
}

/* `len` bytes at `at` make room for `count` others. */
static void replace(struct buf *b, size_t at, size_t len, const char *with, size_t count) {
    AUTO_BUF struct buf rest = {0};
    buf_add(&rest, b->data + at + len, b->len - at - len);
    b->len = at;
    buf_add(b, with, count);
    buf_add(b, buf_str(&rest), rest.len);
}

static void change(struct buf *b) {
    const char *seed = any_seed();
    size_t at = dice(b->len + 1), most = b->len - at < PIECE_MOST ? b->len - at : PIECE_MOST, len = dice(most + 1);
    size_t from = dice(strlen(seed) + 1), count = dice(strlen(seed) - from + 1);
    char byte = any_byte(), piece[PIECE_MOST];
    memcpy(piece, b->data + at, len);
    switch (dice(4)) {
    case 0: /* another byte */
        replace(b, at, most > 0, &byte, 1);
        break;
    case 1: /* one more */
        replace(b, at, 0, &byte, 1);
        break;
    case 2: /* a piece of another */
        replace(b, at, len, seed + from, count);
        break;
    default: /* a piece twice, or not at all */
        replace(b, at, dice(2) ? 0 : len, piece, dice(2) ? len : 0);
        break;
    }
}

/* In memory of exactly its size: a byte read too many is seen. */
static void attempt(const struct buf *b) {
    uint8_t *input = mem_new(b->len > 0 ? b->len : 1);
    memcpy(input, buf_str(b), b->len);
    LLVMFuzzerTestOneInput(input, b->len);
    free(input);
}

int main(int argc UNUSED, char **argv) {
    puts("1..1");
    for (int i = 0; i < INPUTS; i++) {
        AUTO_BUF struct buf b = {0};
        buf_text(&b, any_seed());
        for (size_t n = dice(CHANGES_MOST + 1); n > 0; n--)
            change(&b);
        attempt(&b);
    }
    printf("ok 1 - %s: %d inputs\n", argv[0], INPUTS);
    return 0;
}
