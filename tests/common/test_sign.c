#include "harness.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "sign.h"

enum { ROUNDS = 20000, VALUE_MAX = 90, ALPHABETS = 4 };

static struct signer *signer;

static int start(void **state) {
    (void)state;
    signer = signer_new();
    return 0;
}

static int stop(void **state) {
    (void)state;
    signer_free(signer);
    return 0;
}

/* wechat-card-api.md section 25. */
/* clang-format off */
static const struct vector {
    struct card_fields fields;
    const char *sha1;
} vectors[] = {
    {{.api_ticket = "ojZ8YtyVyr30HheH3CM73y7h4jJE", .card_id = "pjZ8Yt1XGILfi-FUsewpnnolGgZk", .code = "1434008071",
      .nonce_str = "123", .timestamp = "1404896688"}, "f137ab68b7f8112d20ee528ab6074564e2796250"},
    {{.api_ticket = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg",
      .card_id = "random_card_id", .nonce_str = "Wm3WZYTPz0wzccnW", .timestamp = "1414587457"},
      "22dce6bad4db532d4a2ef82ca2ca7bbe1e10ef28"},
    {{.api_ticket = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg",
      .card_id = "random_card_id", .code = "random_code", .openid = "random_openid", .nonce_str = "Wm3WZYTPz0wzccnW",
      .timestamp = "1414587457"}, "950dc1842852457ea573d4d6af34879c1ec093c8"},
    {{.api_ticket = "aaaa", .card_id = "dddd", .code = "eeee", .openid = "ffff", .nonce_str = "cccc",
      .timestamp = "bbbb"}, "89a0e60888a9471f75dc5eb0ee86431ddbec1fd9"},
    {{.api_ticket = "ojZ8YtyVyr30HheH3CM73y7h4jJE", .card_id = "pjZ8Yt1XGILfi-FUsewpnnolGgZk",
      .code = "jonyqin_1434008071", .nonce_str = "jonyqin", .timestamp = "1404896688"},
      "2b4d29b5f60fa4be37522ddfd9583c329446d3e3"},
};
/* clang-format on */

static void assert_hex(const unsigned char signature[SIGNATURE_LEN], const char *expected) {
    char text[2 * SIGNATURE_LEN + 1];
    hex_text(signature, SIGNATURE_LEN, text);
    assert_string_equal(text, expected);
}

static struct bytes bytes_of(const char *text) {
    return (struct bytes){text, text == NULL ? 0 : strlen(text)};
}

/* The same fields by the batch path. */
static void sign_as_batch(const struct card_fields *fields, unsigned char out[SIGNATURE_LEN]) {
    struct sign_batch *batch = sign_batch_new(fields);
    sign_batch(batch, bytes_of(fields->code), bytes_of(fields->nonce_str), out);
    sign_batch_free(batch);
}

static void assert_vectors(void) {
    unsigned char signature[SIGNATURE_LEN];
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        sign_card(signer, &vectors[i].fields, signature);
        assert_hex(signature, vectors[i].sha1);
        sign_as_batch(&vectors[i].fields, signature);
        assert_hex(signature, vectors[i].sha1);
    }
}

TEST(known_signatures_come_out) {
    assert_vectors();
}

TEST(values_are_sorted_before_they_are_joined) {
    static const char *const values[] = {"789", "456", "123"};
    unsigned char signature[SIGNATURE_LEN];
    sign_values(signer, values, ARRAY_LEN(values), signature);
    assert_hex(signature, "f7c3bc1d808e04732adf679965ccc34ca7ae3441");
}

static void sha1_of(const char *text, unsigned char out[SIGNATURE_LEN]) {
    assert_int_equal(EVP_Digest(text, strlen(text), out, NULL, EVP_sha1(), NULL), 1);
}

/* Every pair that some locale or some habit puts the other way round. */
TEST(the_order_is_that_of_bytes) {
    static const struct {
        const char *first, *second;
    } pairs[] = {{"10", "9"},  {"B", "a"},   {"Z", "_"}, {"_", "a"},    {"-", "0"},       {"9", "A"},   {"a", "ab"},
                 {"a-", "aa"}, {"aB", "ab"}, {"z", "é"}, {"z", "\xff"}, {"\x7f", "\x80"}, {"中", "国"}, {"a", "a"}};
    unsigned char wanted[SIGNATURE_LEN], signature[SIGNATURE_LEN];
    char joined[32];
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        const char *swapped[] = {pairs[i].second, pairs[i].first};
        snprintf(joined, sizeof joined, "%s%s", pairs[i].first, pairs[i].second);
        sha1_of(joined, wanted);
        sign_values(signer, swapped, 2, signature);
        assert_memory_equal(signature, wanted, SIGNATURE_LEN);
        sign_as_batch(&(struct card_fields){.code = swapped[0], .nonce_str = swapped[1]}, signature);
        assert_memory_equal(signature, wanted, SIGNATURE_LEN);
        sign_as_batch(&(struct card_fields){.code = swapped[0], .card_id = swapped[1]}, signature);
        assert_memory_equal(signature, wanted, SIGNATURE_LEN);
    }
}

TEST(the_locale_changes_nothing) {
    static const char *const locales[] = {"zh_CN.UTF-8", "en_US.UTF-8", "de_DE.UTF-8", "tr_TR.UTF-8", "C.UTF-8"};
    for (size_t i = 0; i < ARRAY_LEN(locales); i++)
        if (setlocale(LC_ALL, locales[i]) != NULL) {
            assert_vectors();
            the_order_is_that_of_bytes(state);
        }
    setlocale(LC_ALL, "C");
}

TEST(an_empty_value_is_an_absent_one) {
    struct card_fields fields = vectors[0].fields;
    unsigned char signature[SIGNATURE_LEN];
    fields.openid = "";
    sign_card(signer, &fields, signature);
    assert_hex(signature, vectors[0].sha1);
    fields = vectors[1].fields;
    fields.code = fields.openid = "";
    sign_card(signer, &fields, signature);
    assert_hex(signature, vectors[1].sha1);
    sign_as_batch(&fields, signature);
    assert_hex(signature, vectors[1].sha1);
}

TEST(nothing_at_all_is_signed_as_the_empty_text) {
    unsigned char signature[SIGNATURE_LEN];
    sign_values(signer, NULL, 0, signature);
    assert_hex(signature, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    sign_as_batch(&(struct card_fields){0}, signature);
    assert_hex(signature, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

/* --- the reference: sort copies with qsort(), join, hash in one shot; nothing of sign.c --- */

static int compare_texts(const void *a, const void *b) {
    const char *left = a, *right = b;
    size_t left_len = strlen(left), right_len = strlen(right);
    int order = memcmp(left, right, left_len < right_len ? left_len : right_len);
    return order != 0 ? order : (left_len > right_len) - (left_len < right_len);
}

static void sign_by_reference(char values[][VALUE_MAX + 1], size_t count, unsigned char out[SIGNATURE_LEN]) {
    char sorted[SIGN_VALUES][VALUE_MAX + 1], joined[SIGN_VALUES * VALUE_MAX + 1] = "";
    memcpy(sorted, values, count * sizeof sorted[0]);
    qsort(sorted, count, sizeof sorted[0], compare_texts);
    for (size_t i = 0; i < count; i++)
        strcat(joined, sorted[i]);
    sha1_of(joined, out);
}

static unsigned chance(unsigned below) {
    static uint64_t state = 0x9E3779B97F4A7C15u; /* xorshift: every run is the same */
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state >> 33) % below;
}

/* Few symbols and short texts, so that equal beginnings and equal values are common. */
static void make_value(char value[VALUE_MAX + 1]) {
    static const char *const alphabets[ALPHABETS] = {
        "ab", "0123456789", "0123456789ABCDEFGHJKMNPQRSTVWXYZabcdefghij_-", "a\x80\xff\xe4\xb8\xad"};
    const char *alphabet = alphabets[chance(ALPHABETS)];
    unsigned symbols = (unsigned)strlen(alphabet);
    unsigned len = chance(4) == 0 ? chance(VALUE_MAX + 1) : chance(6);
    for (unsigned i = 0; i < len; i++)
        value[i] = alphabet[chance(symbols)];
    value[len] = '\0';
}

TEST(random_values_are_signed_as_by_the_reference) {
    char values[SIGN_VALUES][VALUE_MAX + 1];
    const char *lent[SIGN_VALUES];
    unsigned char wanted[SIGNATURE_LEN], signature[SIGNATURE_LEN];
    for (int round = 0; round < ROUNDS; round++) {
        size_t count = chance(SIGN_VALUES + 1);
        for (size_t i = 0; i < count; i++) {
            make_value(values[i]);
            lent[i] = values[i];
        }
        sign_by_reference(values, count, wanted);
        sign_values(signer, lent, count, signature);
        assert_memory_equal(signature, wanted, SIGNATURE_LEN);
    }
}

TEST(one_card_and_a_batch_give_the_same_bytes) {
    char v[6][VALUE_MAX + 1];
    struct card_fields fields = {v[0], v[1], v[2], v[3], v[4], v[5]};
    unsigned char wanted[SIGNATURE_LEN], signature[SIGNATURE_LEN];
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < ARRAY_LEN(v); i++)
            make_value(v[i]);
        sign_by_reference(v, ARRAY_LEN(v), wanted);
        sign_card(signer, &fields, signature);
        assert_memory_equal(signature, wanted, SIGNATURE_LEN);
        sign_as_batch(&fields, signature);
        assert_memory_equal(signature, wanted, SIGNATURE_LEN);
    }
}

TEST(a_batch_signs_card_after_card) {
    char code[VALUE_MAX + 1], nonce[VALUE_MAX + 1];
    struct card_fields fields = vectors[1].fields;
    struct sign_batch *batch = sign_batch_new(&fields);
    unsigned char wanted[SIGNATURE_LEN], signature[SIGNATURE_LEN];
    fields.code = code;
    fields.nonce_str = nonce;
    for (int round = 0; round < ROUNDS; round++) {
        make_value(code);
        make_value(nonce);
        sign_card(signer, &fields, wanted);
        sign_batch(batch, bytes_of(code), bytes_of(nonce), signature);
        assert_memory_equal(signature, wanted, SIGNATURE_LEN);
    }
    sign_batch_free(batch);
}

/* The values of a batch are copied: what they were lent from may be overwritten. */
TEST(a_batch_keeps_its_own_constants) {
    char ticket[] = "ojZ8YtyVyr30HheH3CM73y7h4jJE";
    struct card_fields fields = vectors[0].fields;
    struct sign_batch *batch;
    unsigned char signature[SIGNATURE_LEN];
    fields.api_ticket = ticket;
    batch = sign_batch_new(&fields);
    memset(ticket, 'x', sizeof ticket - 1);
    sign_batch(batch, bytes_of("1434008071"), bytes_of("123"), signature);
    assert_hex(signature, vectors[0].sha1);
    sign_batch_free(batch);
}

TEST(values_of_any_length_are_signed) {
    static char longest[5000];
    const char *values[] = {"b", longest, "a"};
    char joined[sizeof longest + 2];
    unsigned char wanted[SIGNATURE_LEN], signature[SIGNATURE_LEN];
    for (size_t len = 0; len < sizeof longest - 1; len = len < 1010 ? len + 101 : len + 7) {
        memset(longest, 'c', len);
        longest[len] = '\0';
        snprintf(joined, sizeof joined, "ab%s", longest);
        sha1_of(joined, wanted);
        sign_values(signer, values, ARRAY_LEN(values), signature);
        assert_memory_equal(signature, wanted, SIGNATURE_LEN);
        longest[len] = 'c';
    }
}

TEST(bytes_become_lower_case_digits) {
    char text[9];
    hex_text((const unsigned char *)"\x00\x7f\xab\xff", 4, text);
    assert_string_equal(text, "007fabff");
    hex_text(NULL, 0, text);
    assert_string_equal(text, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_signatures_come_out),
        cmocka_unit_test(values_are_sorted_before_they_are_joined),
        cmocka_unit_test(the_order_is_that_of_bytes),
        cmocka_unit_test(the_locale_changes_nothing),
        cmocka_unit_test(an_empty_value_is_an_absent_one),
        cmocka_unit_test(nothing_at_all_is_signed_as_the_empty_text),
        cmocka_unit_test(random_values_are_signed_as_by_the_reference),
        cmocka_unit_test(one_card_and_a_batch_give_the_same_bytes),
        cmocka_unit_test(a_batch_signs_card_after_card),
        cmocka_unit_test(a_batch_keeps_its_own_constants),
        cmocka_unit_test(values_of_any_length_are_signed),
        cmocka_unit_test(bytes_become_lower_case_digits),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
