#include "harness.h"

#include <stdlib.h>
#include <string.h>

#include "card.h"

enum { MANY = 200000 };

static const char ticket[] = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg";
static const char card_id[] = "pjZ8Yt1XGILfi-FUsewpnnolGgZk";
static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static struct random *chance;

static int start(void **state) {
    (void)state;
    chance = mem_new(sizeof *chance);
    random_init(chance);
    return 0;
}

static int stop(void **state) {
    (void)state;
    random_clear(chance);
    free(chance);
    return 0;
}

static struct card_batch_options usual(void) {
    return (struct card_batch_options){.api_ticket = ticket,
                                       .card_id = card_id,
                                       .timestamp = 1790000000,
                                       .with_code = true,
                                       .first_ordinal = 1000,
                                       .fill = 42,
                                       .first_run = 5,
                                       .buckets = 1};
}

/* --- a reader of binary COPY that knows nothing of card.c --- */

struct row {
    int64_t ordinal;
    int32_t fill;
    bool has_code;
    char code[CODE_MAX + 1];
    unsigned char nonce[NONCE_BYTES];
    unsigned char signature[SIGNATURE_LEN];
};

struct reader {
    const unsigned char *at, *end;
};

static int64_t read_int(struct reader *r, size_t size) {
    uint64_t value = 0;
    assert_true((size_t)(r->end - r->at) >= size);
    for (size_t i = 0; i < size; i++)
        value = value << 8 | *r->at++;
    if (size < 8 && value >> (8 * size - 1) != 0)
        return (int64_t)value - (INT64_C(1) << (8 * size));
    return (int64_t)value;
}

static void read_bytes(struct reader *r, void *to, size_t len) {
    assert_true((size_t)(r->end - r->at) >= len);
    memcpy(to, r->at, len);
    r->at += len;
}

static void read_header(struct reader *r) {
    char header[11];
    read_bytes(r, header, sizeof header);
    assert_memory_equal(header, "PGCOPY\n\377\r\n\0", sizeof header);
    assert_int_equal(read_int(r, 4), 0); /* flags */
    assert_int_equal(read_int(r, 4), 0); /* extension */
}

/* False at the trailer. */
static bool read_row(struct reader *r, struct row *row) {
    int64_t len = read_int(r, 2);
    *row = (struct row){0};
    if (len == -1)
        return false;
    assert_int_equal(len, 5);
    assert_int_equal(read_int(r, 4), 8);
    row->ordinal = read_int(r, 8);
    assert_int_equal(read_int(r, 4), 4);
    row->fill = (int32_t)read_int(r, 4);
    len = read_int(r, 4);
    row->has_code = len != -1;
    assert_true(len >= -1 && len <= CODE_MAX && len != 0);
    if (row->has_code)
        read_bytes(r, row->code, (size_t)len);
    assert_int_equal(read_int(r, 4), NONCE_BYTES);
    read_bytes(r, row->nonce, NONCE_BYTES);
    assert_int_equal(read_int(r, 4), SIGNATURE_LEN);
    read_bytes(r, row->signature, SIGNATURE_LEN);
    return true;
}

static struct reader reader_of(const struct buf *b) {
    const unsigned char *data = (const unsigned char *)buf_str(b);
    return (struct reader){data, data + b->len};
}

/* The whole COPY, in chunks of `cap`, none of which is ever overrun. */
static void make_copy(const struct card_batch_options *options, int64_t cards, size_t cap, struct buf *copy) {
    struct card_stream *s = card_stream_new(options, chance);
    char *chunk = mem_new(cap); /* on the heap, where a byte too many is seen */
    int64_t left = cards;
    size_t len;
    while ((len = card_stream_fill(s, chunk, cap, &left)) > 0) {
        assert_true(len <= cap);
        buf_add(copy, chunk, len);
    }
    assert_int_equal(left, 0);
    assert_int_equal(card_stream_fill(s, chunk, cap, &left), 0);
    free(chunk);
    card_stream_free(s);
}

static void assert_signed(struct signer *signer, const struct row *row) {
    char nonce[NONCE_LEN + 1];
    unsigned char wanted[SIGNATURE_LEN];
    struct card_fields fields = {.api_ticket = ticket, .card_id = card_id, .timestamp = "1790000000"};
    hex_text(row->nonce, NONCE_BYTES, nonce);
    fields.nonce_str = nonce;
    fields.code = row->has_code ? row->code : NULL;
    sign_card(signer, &fields, wanted);
    assert_memory_equal(row->signature, wanted, SIGNATURE_LEN);
}

static void assert_rows(const struct buf *copy, int64_t cards, bool with_code) {
    struct signer *signer = signer_new();
    struct reader r = reader_of(copy);
    struct row row;
    int64_t n = 0;
    read_header(&r);
    for (; read_row(&r, &row); n++) {
        assert_int_equal(row.ordinal, 1000 + n);
        assert_int_equal(row.fill, 42);
        assert_int_equal(row.has_code, with_code);
        assert_signed(signer, &row);
    }
    assert_int_equal(n, cards);
    assert_ptr_equal(r.at, r.end);
    signer_free(signer);
}

TEST(rows_are_a_binary_copy_and_their_signatures_are_right) {
    static const int64_t counts[] = {0, 1, 2, 402, 403, 404, 405, 406, 5000};
    struct card_batch_options options = usual();
    for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
        AUTO_BUF struct buf copy = {0};
        make_copy(&options, counts[i], CARD_CHUNK, &copy);
        assert_rows(&copy, counts[i], true);
        assert_int_equal(copy.len, CARD_BEGIN_LEN + 81 * counts[i] + CARD_END_LEN);
    }
}

TEST(a_chunk_of_any_size_is_never_overrun) {
    struct card_batch_options options = usual();
    for (size_t cap = CARD_BEGIN_LEN + CARD_ROW_MAX + CARD_END_LEN; cap < 400; cap++) {
        AUTO_BUF struct buf copy = {0};
        make_copy(&options, 12, cap, &copy);
        assert_rows(&copy, 12, true);
    }
}

TEST(without_a_code_the_column_is_null) {
    AUTO_BUF struct buf copy = {0};
    struct card_batch_options options = usual();
    options.with_code = false;
    make_copy(&options, 3000, CARD_CHUNK, &copy);
    assert_rows(&copy, 3000, false);
}

TEST(large_and_negative_numbers_are_encoded_whole) {
    AUTO_BUF struct buf copy = {0};
    struct card_batch_options options = usual();
    struct reader r;
    struct row row;
    options.first_ordinal = INT64_MAX - 1;
    options.fill = INT32_MIN;
    make_copy(&options, 1, CARD_CHUNK, &copy);
    r = reader_of(&copy);
    read_header(&r);
    assert_true(read_row(&r, &row));
    assert_true(row.ordinal == INT64_MAX - 1);
    assert_true(row.fill == INT32_MIN);
}

static int compare_nonces(const void *a, const void *b) {
    return memcmp(a, b, NONCE_BYTES);
}

TEST(codes_ascend_and_nonces_are_never_repeated) {
    AUTO_BUF struct buf copy = {0};
    struct card_batch_options options = usual();
    unsigned char(*nonces)[NONCE_BYTES] = mem_new((size_t)MANY * NONCE_BYTES);
    char before[CODE_MAX + 1] = "";
    struct reader r;
    struct row row;
    size_t n = 0;
    make_copy(&options, MANY, CARD_CHUNK, &copy);
    r = reader_of(&copy);
    read_header(&r);
    for (; read_row(&r, &row); n++) {
        assert_int_equal(strlen(row.code), CODE_LEN);
        assert_int_equal(strspn(row.code, alphabet), CODE_LEN);
        /* The running number alone ascends: whatever the random characters are. */
        assert_true(memcmp(before, row.code, CODE_RUN_LEN) < 0);
        memcpy(before, row.code, sizeof before);
        memcpy(nonces[n], row.nonce, NONCE_BYTES);
    }
    assert_int_equal(n, MANY);
    qsort(nonces, n, NONCE_BYTES, compare_nonces);
    for (size_t i = 1; i < n; i++)
        assert_memory_not_equal(nonces[i - 1], nonces[i], NONCE_BYTES);
    free(nonces);
}

static int64_t run_of(const char *code) {
    int64_t run = 0;
    for (size_t i = 0; i < CODE_RUN_LEN; i++)
        run = run * 32 + (strchr(alphabet, code[i]) - alphabet);
    return run;
}

TEST(a_code_begins_with_its_running_number) {
    static const int64_t firsts[] = {0, 31, 1023, (INT64_C(1) << 30) - 3, CARD_RUN_END - 10};
    for (size_t i = 0; i < ARRAY_LEN(firsts); i++) {
        AUTO_BUF struct buf copy = {0};
        struct card_batch_options options = usual();
        struct reader r;
        struct row row;
        options.first_run = firsts[i];
        make_copy(&options, 10, CARD_CHUNK, &copy);
        r = reader_of(&copy);
        read_header(&r);
        for (int64_t n = 0; read_row(&r, &row); n++)
            assert_int_equal(run_of(row.code), firsts[i] + n);
    }
}

static int sum_of(const char *code) {
    int sum = 0;
    for (; *code != '\0'; code++)
        sum += (unsigned char)*code;
    return sum;
}

TEST(every_code_lands_in_its_bucket_for_every_number_of_buckets) {
    struct card_batch_options options = usual();
    for (options.buckets = 1; options.buckets <= CARD_BUCKETS_MAX; options.buckets++)
        for (options.bucket = 0; options.bucket < options.buckets; options.bucket++) {
            AUTO_BUF struct buf copy = {0};
            struct reader r;
            struct row row;
            int n = 0;
            make_copy(&options, 500, CARD_CHUNK, &copy);
            r = reader_of(&copy);
            read_header(&r);
            for (; read_row(&r, &row); n++) {
                assert_int_equal(sum_of(row.code) % options.buckets, options.bucket);
                assert_int_equal(code_bucket(row.code, CODE_LEN, options.buckets), options.bucket);
                assert_int_equal(strspn(row.code, alphabet), CODE_LEN);
            }
            assert_int_equal(n, 500);
        }
}

/* Which remainders the 32 symbols reach decides whether the last character alone is enough: up to 14 buckets it is.
 * With 15 and 16 (L, and L and O, are missing) the last two together always are. */
TEST(the_last_characters_reach_every_bucket) {
    for (int buckets = 1; buckets <= CARD_BUCKETS_MAX; buckets++) {
        bool one[CARD_BUCKETS_MAX] = {false}, two[CARD_BUCKETS_MAX] = {false};
        int by_one = 0, by_two = 0;
        for (size_t i = 0; i < 32; i++) {
            one[alphabet[i] % buckets] = true;
            for (size_t j = 0; j < 32; j++)
                two[(alphabet[i] + alphabet[j]) % buckets] = true;
        }
        for (int b = 0; b < buckets; b++) {
            by_one += one[b];
            by_two += two[b];
        }
        assert_int_equal(by_two, buckets);
        assert_int_equal(by_one, buckets == 16 ? 14 : buckets == 15 ? 14 : buckets);
    }
}

/* Chi-square of each random place over its symbols: 31 degrees of freedom, 99.99 % lie under 70. */
TEST(the_random_characters_are_even) {
    static int counts[CODE_RANDOM_LEN][32];
    AUTO_BUF struct buf copy = {0};
    struct card_batch_options options = usual();
    struct reader r;
    struct row row;
    make_copy(&options, 32000, CARD_CHUNK, &copy);
    r = reader_of(&copy);
    read_header(&r);
    while (read_row(&r, &row))
        for (size_t i = 0; i < CODE_RANDOM_LEN; i++)
            counts[i][strchr(alphabet, row.code[CODE_RUN_LEN + i]) - alphabet]++;
    for (size_t i = 0; i < CODE_RANDOM_LEN; i++) {
        double sum = 0;
        for (size_t c = 0; c < 32; c++)
            sum += (counts[i][c] - 1000.0) * (counts[i][c] - 1000.0) / 1000.0;
        assert_true(sum < 90);
    }
}

TEST(a_code_of_the_caller_is_signed_and_encoded) {
    static const char *const codes[] = {"A", "zz_-09", "12345678901234567890", NULL};
    struct card_batch_options options = usual();
    struct card_stream *s = card_stream_new(&options, chance);
    struct signer *signer = signer_new();
    AUTO_BUF struct buf copy = {0};
    struct reader r;
    struct row row;
    copy.len += card_copy_begin(buf_room(&copy, CARD_BEGIN_LEN));
    for (size_t i = 0; i < ARRAY_LEN(codes); i++)
        copy.len += card_encode(s, codes[i], buf_room(&copy, CARD_ROW_MAX));
    copy.len += card_copy_end(buf_room(&copy, CARD_END_LEN));
    r = reader_of(&copy);
    read_header(&r);
    for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
        assert_true(read_row(&r, &row));
        assert_int_equal(row.ordinal, 1000 + (int64_t)i);
        assert_int_equal(row.has_code, codes[i] != NULL);
        assert_string_equal(row.code, codes[i] == NULL ? "" : codes[i]);
        assert_signed(signer, &row);
    }
    assert_false(read_row(&r, &row));
    assert_ptr_equal(r.at, r.end);
    signer_free(signer);
    card_stream_free(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_a_binary_copy_and_their_signatures_are_right),
        cmocka_unit_test(a_chunk_of_any_size_is_never_overrun),
        cmocka_unit_test(without_a_code_the_column_is_null),
        cmocka_unit_test(large_and_negative_numbers_are_encoded_whole),
        cmocka_unit_test(codes_ascend_and_nonces_are_never_repeated),
        cmocka_unit_test(a_code_begins_with_its_running_number),
        cmocka_unit_test(every_code_lands_in_its_bucket_for_every_number_of_buckets),
        cmocka_unit_test(the_last_characters_reach_every_bucket),
        cmocka_unit_test(the_random_characters_are_even),
        cmocka_unit_test(a_code_of_the_caller_is_signed_and_encoded),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
