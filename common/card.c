#include "card.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"

enum { SYMBOLS = 32, SYMBOL_BITS = 5, COLUMNS = 5 };

/* Crockford base32, in byte order. */
static const char symbols[SYMBOLS + 1] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* The symbols whose byte has a given remainder mod buckets: those that bring a code into its bucket. */
struct endings {
    int count;
    char symbol[SYMBOLS];
};

struct card_stream {
    struct sign_batch *batch;
    struct random *random;
    struct endings endings[CARD_BUCKETS_MAX];
    int bucket, buckets;
    bool with_code;
    const char *codes; /* what is left of the given ones, or NULL */
    bool begun, ended;
    int32_t fill;
    int64_t ordinal; /* of the next card */
    int64_t run;     /* of the next generated code */
};

int code_bucket(const char *code, size_t len, int buckets) {
    int sum = 0;
    for (size_t i = 0; i < len; i++)
        sum += (unsigned char)code[i];
    return sum % buckets;
}

static void sort_endings(struct card_stream *s) {
    for (int i = 0; i < SYMBOLS; i++) {
        struct endings *e = &s->endings[symbols[i] % s->buckets];
        e->symbol[e->count++] = symbols[i];
    }
}

struct card_stream *card_stream_new(const struct card_batch_options *options, struct random *random) {
    char timestamp[24];
    struct card_fields fields = {
        .api_ticket = options->api_ticket, .card_id = options->card_id, .timestamp = timestamp};
    struct card_stream *s;
    if (options->buckets < 1 || options->buckets > CARD_BUCKETS_MAX || options->bucket < 0 ||
        options->bucket >= options->buckets)
        bug("bucket %d of %d", options->bucket, options->buckets);
    if (options->first_run < 0)
        bug("running number %" PRId64, options->first_run);
    snprintf(timestamp, sizeof timestamp, "%" PRId64, options->timestamp);
    s = mem_new(sizeof *s);
    s->batch = sign_batch_new(&fields);
    s->random = random;
    s->bucket = options->bucket;
    s->buckets = options->buckets;
    s->with_code = options->with_code;
    s->codes = options->codes;
    s->fill = options->fill;
    s->ordinal = options->first_ordinal;
    s->run = options->first_run;
    sort_endings(s);
    return s;
}

void card_stream_free(struct card_stream *s) {
    if (s == NULL)
        return;
    sign_batch_free(s->batch);
    free(s);
}

/* The low bits of `bits`, five a character, the highest first. */
static void put_symbols(char *to, size_t len, uint64_t bits) {
    while (len-- > 0) {
        to[len] = symbols[bits % SYMBOLS];
        bits /= SYMBOLS;
    }
}

/* All random characters but the last are free; the last is chosen among those that reach the bucket. With 15 and 16
 * buckets one remainder or two have no symbol (those of I, L, O, U): then the free ones are drawn again. */
static void make_code(struct card_stream *s, char code[CODE_LEN]) {
    const struct endings *endings;
    uint64_t bits;
    if (s->run >= CARD_RUN_END)
        bug("the running numbers of codes are used up");
    put_symbols(code, CODE_RUN_LEN, (uint64_t)s->run++);
    do {
        memcpy(&bits, random_take(s->random, sizeof bits), sizeof bits);
        put_symbols(code + CODE_RUN_LEN, CODE_RANDOM_LEN - 1, bits);
        int missing = s->bucket - code_bucket(code, CODE_LEN - 1, s->buckets);
        endings = &s->endings[missing < 0 ? missing + s->buckets : missing];
    } while (endings->count == 0);
    /* 14 bits are left of the 64. */
    bits >>= SYMBOL_BITS * (CODE_RANDOM_LEN - 1);
    code[CODE_LEN - 1] = endings->symbol[bits * (uint64_t)endings->count >> 14];
}

void card_make_code(struct card_stream *s, char code[CODE_LEN + 1]) {
    make_code(s, code);
    code[CODE_LEN] = '\0';
}

static size_t put_row(struct card_stream *s, struct bytes code, char *to) {
    char nonce_text[NONCE_LEN + 1];
    unsigned char signature[SIGNATURE_LEN];
    const unsigned char *nonce = random_take(s->random, NONCE_BYTES);
    char *end = copy_row(to, COLUMNS);
    hex_text(nonce, NONCE_BYTES, nonce_text);
    sign_batch(s->batch, code, (struct bytes){nonce_text, NONCE_LEN}, signature);
    end = copy_field_bigint(end, (uint64_t)s->ordinal++);
    end = copy_field_int(end, (uint32_t)s->fill);
    end = code.len == 0 ? copy_field_null(end) : copy_field(end, code.data, code.len);
    end = copy_field(end, nonce, NONCE_BYTES);
    end = copy_field(end, signature, SIGNATURE_LEN);
    return (size_t)(end - to);
}

size_t card_encode(struct card_stream *s, const char *code, char *to) {
    struct bytes given = {code, code == NULL ? 0 : strlen(code)};
    if (code != NULL && (given.len == 0 || given.len > CODE_MAX))
        bug("a code of %zu bytes", given.len);
    return put_row(s, given, to);
}

/* The next of the given codes. */
static struct bytes take_code(struct card_stream *s) {
    struct bytes code = {s->codes, (size_t)(strchrnul(s->codes, '\n') - s->codes)};
    if (code.len == 0 || code.len > CODE_MAX)
        bug("a code of %zu bytes", code.len);
    s->codes += code.len + (s->codes[code.len] != '\0');
    return code;
}

static size_t put_next(struct card_stream *s, char *to) {
    char code[CODE_LEN];
    if (s->codes != NULL)
        return put_row(s, take_code(s), to);
    if (!s->with_code)
        return put_row(s, (struct bytes){NULL, 0}, to);
    make_code(s, code);
    return put_row(s, (struct bytes){code, sizeof code}, to);
}

size_t card_copy_begin(char *to) {
    return (size_t)(copy_begin(to) - to);
}

size_t card_copy_end(char *to) {
    return (size_t)(copy_end(to) - to);
}

size_t card_stream_fill(struct card_stream *s, char *chunk, size_t cap, int64_t *cards_left) {
    size_t len = 0;
    if (cap < CARD_BEGIN_LEN + CARD_ROW_MAX + CARD_END_LEN)
        bug("a chunk of %zu bytes is too small for a card", cap);
    if (s->ended)
        return 0;
    if (!s->begun)
        len = card_copy_begin(chunk);
    s->begun = true;
    for (; *cards_left > 0 && cap - len >= CARD_ROW_MAX + CARD_END_LEN; --*cards_left)
        len += put_next(s, chunk + len);
    if (*cards_left > 0)
        return len;
    s->ended = true;
    return len + card_copy_end(chunk + len);
}
