#include "random.h" /* ours before cmocka.h, whose fail() is a macro */
#include "secret.h"
#include "log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define KEY(text) ((struct bytes){(text), sizeof(text) - 1})

static void a_secret_is_kept_whole_or_not_at_all(void **state) {
    static const char zeros[SECRET_MAX + 1];
    char longest[SECRET_MAX + 1];
    AUTO_SECRET struct secret s = {0};
    (void)state;
    memset(longest, 'a', sizeof longest);
    assert_true(secret_set(&s, longest, SECRET_MAX));
    assert_int_equal(s.len, SECRET_MAX);
    assert_int_equal(strlen(s.value), SECRET_MAX);
    assert_false(secret_set(&s, longest, SECRET_MAX + 1));
    assert_int_equal(s.len, 0);
    assert_memory_equal(s.value, zeros, sizeof zeros);
    assert_false(secret_set(&s, "abc\0def", 7));
    assert_int_equal(s.len, 0);
    assert_true(secret_set(&s, "", 0));
}

static void a_cleared_secret_leaves_no_byte(void **state) {
    static const char zeros[sizeof(struct secret)];
    struct secret s = {0};
    (void)state;
    secret_set(&s, "0123456789abcdef", 16);
    secret_clear(&s);
    assert_memory_equal(&s, zeros, sizeof s);
    secret_clear(&s);
    secret_clear(NULL);
}

static void a_live_secret_is_not_shown(void **state) {
    struct secret a = {0}, b = {0};
    char line[64];
    (void)state;
    secret_set(&a, "TOKEN0123456789", 15);
    secret_set(&b, "TOKEN0123456789", 15);
    secret_clear(&a);
    strcpy(line, "got TOKEN0123456789.");
    log_redact(line);
    assert_string_equal(line, "got [secret].");
    secret_set(&b, "another-one", 11);
    strcpy(line, "got TOKEN0123456789.");
    log_redact(line);
    assert_string_equal(line, "got TOKEN0123456789.");
    secret_clear(&b);
}

static void secrets_are_compared_whole(void **state) {
    AUTO_SECRET struct secret a = {0}, b = {0};
    (void)state;
    assert_true(secret_same(&a, &b));
    secret_set(&a, "0123456789", 10);
    secret_set(&b, "0123456789", 10);
    assert_true(secret_same(&a, &b));
    secret_set(&b, "012345678", 9);
    assert_false(secret_same(&a, &b));
    secret_set(&b, "0123456780", 10);
    assert_false(secret_same(&a, &b));
}

/* printf 'kaquan fingerprint 1\0PRIVATE' | openssl sha256, then openssl mac -digest SHA256 -macopt hexkey:... HMAC */
static void a_fingerprint_is_an_hmac_under_a_derived_key(void **state) {
    AUTO_SECRET struct secret s = {0};
    char mark[FINGERPRINT_LEN + 1];
    (void)state;
    secret_set(&s, "TOKEN0123456789", 15);
    secret_fingerprint(&s, KEY("PRIVATE"), mark);
    assert_string_equal(mark, "9e7fecb9");
}

static void a_fingerprint_tells_secrets_and_keys_apart(void **state) {
    AUTO_SECRET struct secret s = {0};
    char one[FINGERPRINT_LEN + 1], again[FINGERPRINT_LEN + 1];
    (void)state;
    secret_set(&s, "TOKEN0123456789", 15);
    secret_fingerprint(&s, KEY("PRIVATE"), one);
    secret_fingerprint(&s, KEY("PRIVATE"), again);
    assert_string_equal(one, again);
    secret_fingerprint(&s, KEY("PRIVATF"), again);
    assert_string_not_equal(one, again);
    secret_set(&s, "TOKEN0123456780", 15);
    secret_fingerprint(&s, KEY("PRIVATE"), again);
    assert_string_not_equal(one, again);
}

static void chance_does_not_repeat_itself(void **state) {
    static struct random r;
    unsigned char first[16];
    (void)state;
    random_init(&r);
    memcpy(first, random_take(&r, 16), 16);
    for (int i = 0; i < 10000; i++)
        assert_memory_not_equal(first, random_take(&r, 16), 16);
    assert_non_null(random_take(&r, RANDOM_BULK));
    random_clear(&r);
    for (size_t i = 0; i < sizeof r.bytes; i++)
        assert_int_equal(r.bytes[i], 0);
    assert_memory_not_equal(random_take(&r, 16), "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
}

static void a_unit_of_chance_is_below_one(void **state) {
    double sum = 0;
    (void)state;
    for (int i = 0; i < 10000; i++) {
        double u = random_unit();
        assert_true(u >= 0 && u < 1);
        sum += u;
    }
    assert_true(sum > 4500 && sum < 5500);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_secret_is_kept_whole_or_not_at_all),
        cmocka_unit_test(a_cleared_secret_leaves_no_byte),
        cmocka_unit_test(a_live_secret_is_not_shown),
        cmocka_unit_test(secrets_are_compared_whole),
        cmocka_unit_test(a_fingerprint_is_an_hmac_under_a_derived_key),
        cmocka_unit_test(a_fingerprint_tells_secrets_and_keys_apart),
        cmocka_unit_test(chance_does_not_repeat_itself),
        cmocka_unit_test(a_unit_of_chance_is_below_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
