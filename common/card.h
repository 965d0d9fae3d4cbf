/* card.h - cards of a pool: made, signed and encoded as rows of a binary COPY (PostgreSQL 15, sql-copy) into a slot:
 * ordinal bigint, fill integer, code text, nonce bytea, signature bytea. */
#ifndef KAQUAN_CARD_H
#define KAQUAN_CARD_H

#include "base.h"
#include "copy.h"
#include "random.h"
#include "sign.h"

/* A generated code is Crockford base32 (no I, L, O, U): a running number, so that codes are born in byte order and
 * never repeat, then random characters, so that nobody can guess the next one. */
enum { CODE_RUN_LEN = 7, CODE_RANDOM_LEN = 11, CODE_LEN = CODE_RUN_LEN + CODE_RANDOM_LEN };
enum { CARD_BUCKETS_MAX = 16 };
enum { CARD_CHUNK = COPY_CHUNK, CARD_BEGIN_LEN = COPY_BEGIN_LEN, CARD_ROW_MAX = 84, CARD_END_LEN = COPY_END_LEN };
#define CARD_RUN_END (INT64_C(1) << 35) /* running numbers lie below */

/* What the cards of one batch share. Texts are lent for the call of card_stream_new(). */
struct card_batch_options {
    const char *api_ticket;
    const char *card_id;
    int64_t timestamp;     /* Unix seconds */
    bool with_code;        /* false: code modes deposit and wechat */
    const char *codes;     /* given codes, one a line, as many as cards; lent until the end. NULL: codes are made */
    int64_t first_ordinal; /* of the first card; the next ones follow */
    int32_t fill;
    int64_t first_run; /* running number of the first generated code */
    int bucket;        /* codes are made with code_bucket() == bucket, 0 .. buckets - 1 */
    int buckets;       /* 1 .. CARD_BUCKETS_MAX */
};

/* Sum of the code's bytes mod `buckets`: the database a code belongs to (design.md section 8). */
int code_bucket(const char *code, size_t len, int buckets);

/* `random` is lent until card_stream_free(). Memory is a few hundred bytes, whatever the number of cards. */
struct card_stream;
struct card_stream *card_stream_new(const struct card_batch_options *options, struct random *random);
void card_stream_free(struct card_stream *s); /* overwrites: it holds the api_ticket */

/* Makes up to `*cards_left` cards: writes as many whole rows as fit into the `cap` bytes at `chunk`, the COPY's
 * header before the first and its trailer behind the last, and counts `*cards_left` down. Returns the bytes written;
 * 0 when all is said. A `cap` under CARD_BEGIN_LEN + CARD_ROW_MAX + CARD_END_LEN is a bug, as is a running number
 * past its end.
 *
 *     while ((len = card_stream_fill(s, chunk, sizeof chunk, &left)) > 0)
 *         if (!db_copy_data(db, chunk, len, err)) ...
 */
size_t card_stream_fill(struct card_stream *s, char *chunk, size_t cap, int64_t *cards_left);

/* The parts, for codes that the caller brings: header (CARD_BEGIN_LEN bytes), rows, trailer (CARD_END_LEN). */
size_t card_copy_begin(char *to);
/* The next generated code by itself, with its end: for a ticket that is signed alone. */
void card_make_code(struct card_stream *s, char code[CODE_LEN + 1]);
/* One card with the next ordinal: at most CARD_ROW_MAX bytes. `code` has 1 to CODE_MAX bytes, or is NULL for none. */
size_t card_encode(struct card_stream *s, const char *code, char *to);
size_t card_copy_end(char *to);

#endif
