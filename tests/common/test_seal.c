#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "seal.h"

static char directory[] = "/tmp/kaquan-seal-XXXXXX";
static char key_path[64], other_path[64];
static struct seal_key *key, *other_key;

static const char ticket[] = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg";
static const struct seal_place here = {"wx0123456789abcdef", "api_ticket", 7};

static const char *path_of(const char *name) {
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return path;
}

static struct seal_key *make_key(const char *path) {
    struct err err = {0};
    struct seal_key *made;
    if (!seal_key_create(path, "worker of the test", &err))
        fail_msg("%s", err.text);
    made = seal_key_load(path, &err);
    if (made == NULL)
        fail_msg("%s", err.text);
    return made;
}

static int make_keys(void **state) {
    (void)state;
    assert_non_null(mkdtemp(directory));
    snprintf(key_path, sizeof key_path, "%s/key.pem", directory);
    snprintf(other_path, sizeof other_path, "%s/other.pem", directory);
    key = make_key(key_path);
    other_key = make_key(other_path);
    return 0;
}

static int drop_keys(void **state) {
    static const char *const names[] = {"key.pem",    "other.pem", "open.pem", "broken.pem",
                                        "sealed.der", "out",       "link"};
    (void)state;
    seal_key_free(key);
    seal_key_free(other_key);
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        unlink(path_of(names[i]));
    return rmdir(directory);
}

static void seal_ticket(struct buf *sealed) {
    AUTO_SECRET struct secret secret = {0};
    struct err err = {0};
    secret_set(&secret, ticket, strlen(ticket));
    if (!seal(seal_key_certificate(key), &here, &secret, sealed, &err))
        fail_msg("%s", err.text);
}

static struct bytes bytes_of(const struct buf *b) {
    return (struct bytes){b->data, b->len};
}

static void write_file(const char *path, const void *data, size_t len, mode_t mode) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static void read_file(const char *path, struct buf *text) {
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text->len += fread(buf_room(text, 16384), 1, 16384, file);
    fclose(file);
}

TEST(what_is_sealed_is_opened) {
    AUTO_BUF struct buf sealed = {0};
    AUTO_SECRET struct secret secret = {0};
    struct err err = {0};
    seal_ticket(&sealed);
    assert_null(memmem(sealed.data, sealed.len, ticket, 8));
    assert_true(unseal(key, &here, bytes_of(&sealed), &secret, &err));
    assert_string_equal(secret.value, ticket);
    assert_int_equal(secret.len, strlen(ticket));
}

TEST(every_text_that_fits_a_secret_is_sealed) {
    char longest[SECRET_MAX + 1];
    memset(longest, '"', SECRET_MAX); /* each is escaped */
    longest[SECRET_MAX] = '\0';
    const char *const values[] = {"a", "\"\\/\b\n\x01", "票据🎫", longest};
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        AUTO_BUF struct buf sealed = {0};
        AUTO_SECRET struct secret in = {0};
        AUTO_SECRET struct secret out = {0};
        struct err err = {0};
        assert_true(secret_set(&in, values[i], strlen(values[i])));
        assert_true(seal(seal_key_certificate(key), &here, &in, &sealed, &err));
        assert_true(unseal(key, &here, bytes_of(&sealed), &out, &err));
        assert_string_equal(out.value, values[i]);
    }
}

TEST(an_empty_secret_and_bad_utf8_are_not_sealed) {
    static const char *const values[] = {"", "\xff\xfe"};
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        AUTO_BUF struct buf sealed = {0};
        AUTO_SECRET struct secret in = {0};
        struct err err = {0};
        secret_set(&in, values[i], strlen(values[i]));
        assert_false(seal(seal_key_certificate(key), &here, &in, &sealed, &err));
        assert_int_equal(err.kind, ERR_INPUT);
        assert_int_equal(sealed.len, 0);
    }
}

TEST(the_same_secret_is_never_sealed_to_the_same_bytes) {
    AUTO_BUF struct buf first = {0};
    AUTO_BUF struct buf second = {0};
    seal_ticket(&first);
    seal_ticket(&second);
    assert_true(first.len != second.len || memcmp(first.data, second.data, first.len) != 0);
}

/* Some bytes of the header are not authenticated: those may give the same plaintext, and nothing else. */
static bool opens_right_or_not(const struct buf *sealed) {
    AUTO_SECRET struct secret secret = {0};
    struct err err = {0};
    if (unseal(key, &here, bytes_of(sealed), &secret, &err)) {
        assert_string_equal(secret.value, ticket);
        return true;
    }
    assert_int_equal(err.kind, ERR_PERMISSION);
    assert_int_equal(secret.len, 0);
    return false;
}

TEST(a_flipped_byte_never_opens_to_something_else) {
    static const unsigned char flips[] = {1, 2, 4, 8, 16, 32, 64, 128, 255};
    AUTO_BUF struct buf sealed = {0};
    size_t opened = 0;
    seal_ticket(&sealed);
    for (size_t i = 0; i < sealed.len; i++)
        for (size_t f = 0; f < ARRAY_LEN(flips); f++) {
            sealed.data[i] = (char)(sealed.data[i] ^ flips[f]);
            opened += opens_right_or_not(&sealed);
            sealed.data[i] = (char)(sealed.data[i] ^ flips[f]);
        }
    /* The text, its tag and its key are most of the message. */
    assert_true(opened < sealed.len * ARRAY_LEN(flips) / 4);
    assert_true(opens_right_or_not(&sealed));
}

TEST(a_cut_or_longer_message_is_refused) {
    AUTO_BUF struct buf sealed = {0};
    size_t whole;
    seal_ticket(&sealed);
    whole = sealed.len;
    for (sealed.len = 0; sealed.len < whole; sealed.len++)
        assert_false(opens_right_or_not(&sealed));
    buf_char(&sealed, '\0');
    assert_false(opens_right_or_not(&sealed));
}

TEST(a_sealed_secret_opens_nowhere_else) {
    static const struct seal_place places[] = {
        {"wx0123456789abcdee", "api_ticket", 7},                                            /* another account */
        {"wx0123456789abcdef", "access_token", 7}, {"wx0123456789abcdef", "api_ticket", 6}, /* an old epoch */
        {"wx0123456789abcdef", "api_ticket", 0},   {"", "api_ticket", 7},
    };
    AUTO_BUF struct buf sealed = {0};
    seal_ticket(&sealed);
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        AUTO_SECRET struct secret secret = {0};
        struct err err = {0};
        assert_false(unseal(key, &places[i], bytes_of(&sealed), &secret, &err));
        assert_int_equal(err.kind, ERR_PERMISSION);
        assert_non_null(strstr(err.text, "belongs elsewhere"));
        assert_null(strstr(err.text, ticket));
        assert_int_equal(secret.len, 0);
    }
}

TEST(another_key_does_not_open) {
    AUTO_BUF struct buf sealed = {0};
    AUTO_SECRET struct secret secret = {0};
    struct err err = {0};
    seal_ticket(&sealed);
    assert_false(unseal(other_key, &here, bytes_of(&sealed), &secret, &err));
    assert_int_equal(err.kind, ERR_PERMISSION);
    assert_non_null(strstr(err.text, "another key"));
    assert_true(err.cure[0] != '\0');
}

/* Runs openssl without a shell; returns its exit code. */
static int run_openssl(const char *const *arguments) {
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        execvp("openssl", (char *const *)(uintptr_t)arguments);
        _exit(127);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

TEST(openssl_on_the_command_line_recovers_it) {
    char in[128], out[128];
    AUTO_BUF struct buf sealed = {0};
    AUTO_BUF struct buf text = {0};
    seal_ticket(&sealed);
    snprintf(in, sizeof in, "%s", path_of("sealed.der"));
    snprintf(out, sizeof out, "%s", path_of("out"));
    write_file(in, sealed.data, sealed.len, 0600);
    const char *const arguments[] = {"openssl", "cms",    "-decrypt", "-binary", "-inform", "DER", "-in", in,
                                     "-recip",  key_path, "-inkey",   key_path,  "-out",    out,   NULL};
    assert_int_equal(run_openssl(arguments), 0);
    read_file(out, &text);
    assert_non_null(strstr(buf_str(&text), ticket));
    assert_non_null(
        strstr(buf_str(&text), "\"account\":\"wx0123456789abcdef\",\"column\":\"api_ticket\",\"epoch\":7"));
}

/* An envelope without authentication could be changed by whoever can write the column. */
TEST(an_envelope_of_another_kind_is_refused) {
    char in[128], out[128];
    AUTO_BUF struct buf sealed = {0};
    static const char text[] =
        "{\"account\":\"wx0123456789abcdef\",\"column\":\"api_ticket\",\"epoch\":7,\"value\":\"x\"}";
    snprintf(in, sizeof in, "%s", path_of("out"));
    snprintf(out, sizeof out, "%s", path_of("sealed.der"));
    write_file(in, text, sizeof text - 1, 0600);
    const char *const arguments[] = {"openssl", "cms", "-encrypt", "-binary", "-aes-256-cbc", "-outform", "DER",
                                     "-in",     in,    "-out",     out,       key_path,       NULL};
    assert_int_equal(run_openssl(arguments), 0);
    read_file(out, &sealed);
    assert_false(opens_right_or_not(&sealed));
}

TEST(a_key_file_that_others_can_read_is_refused) {
    static const mode_t modes[] = {0644, 0440, 0404, 0420, 0402, 0410};
    AUTO_BUF struct buf pem = {0};
    read_file(key_path, &pem);
    write_file(path_of("open.pem"), pem.data, pem.len, 0400);
    for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
        struct err err = {0};
        assert_int_equal(chmod(path_of("open.pem"), modes[i]), 0);
        assert_null(seal_key_load(path_of("open.pem"), &err));
        assert_int_equal(err.kind, ERR_PERMISSION);
        assert_non_null(strstr(err.cure, "chmod 0400"));
    }
    unlink(path_of("open.pem"));
}

TEST(a_key_file_of_another_user_is_refused) {
    AUTO_BUF struct buf pem = {0};
    struct err err = {0};
    if (geteuid() != 0)
        skip();
    read_file(key_path, &pem);
    write_file(path_of("open.pem"), pem.data, pem.len, 0400);
    assert_int_equal(chown(path_of("open.pem"), 12345, 12345), 0);
    assert_null(seal_key_load(path_of("open.pem"), &err));
    assert_int_equal(err.kind, ERR_PERMISSION);
    unlink(path_of("open.pem"));
}

TEST(a_file_that_holds_no_pair_is_refused) {
    AUTO_BUF struct buf pem = {0};
    AUTO_BUF struct buf other = {0};
    AUTO_BUF struct buf mixed = {0};
    size_t key_len;
    read_file(key_path, &pem);
    read_file(other_path, &other);
    key_len = (size_t)(strstr(pem.data, "-----BEGIN CERT") - pem.data);
    buf_add(&mixed, pem.data, key_len);
    buf_text(&mixed, strstr(other.data, "-----BEGIN CERT"));
    const struct bytes contents[] = {{"", 0},
                                     {"not a key", 9},
                                     {pem.data, key_len},
                                     {pem.data + key_len, pem.len - key_len},
                                     {mixed.data, mixed.len}};
    for (size_t i = 0; i < ARRAY_LEN(contents); i++) {
        struct err err = {0};
        write_file(path_of("broken.pem"), contents[i].data, contents[i].len, 0400);
        assert_null(seal_key_load(path_of("broken.pem"), &err));
        assert_int_equal(err.kind, ERR_CONFIG);
        assert_true(err.cure[0] != '\0');
        unlink(path_of("broken.pem"));
    }
}

TEST(a_missing_key_file_and_a_directory_are_refused) {
    struct err err = {0};
    assert_null(seal_key_load(path_of("nowhere.pem"), &err));
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_null(seal_key_load(directory, &err));
    assert_int_equal(err.kind, ERR_CONFIG);
}

TEST(a_new_key_is_0400_and_never_overwrites) {
    struct stat info;
    struct err err = {0};
    AUTO_BUF struct buf before = {0};
    AUTO_BUF struct buf after = {0};
    assert_int_equal(stat(key_path, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0400);
    read_file(key_path, &before);
    assert_false(seal_key_create(key_path, "again", &err));
    assert_int_equal(err.kind, ERR_INPUT);
    read_file(key_path, &after);
    assert_string_equal(buf_str(&before), buf_str(&after));
    /* Nor does it write through a link. */
    assert_int_equal(symlink("nowhere", path_of("link")), 0);
    assert_false(seal_key_create(path_of("link"), "again", &err));
}

TEST(a_key_has_a_steady_name_and_fingerprint_key) {
    struct err err = {0};
    struct seal_key *again = seal_key_load(key_path, &err);
    struct bytes a = seal_key_fingerprint_key(key), b = seal_key_fingerprint_key(other_key), c;
    assert_non_null(again);
    c = seal_key_fingerprint_key(again);
    assert_int_equal(strspn(seal_key_id(key), "0123456789abcdef"), 16);
    assert_int_equal(strlen(seal_key_id(key)), 16);
    assert_string_equal(seal_key_id(key), seal_key_id(again));
    assert_string_not_equal(seal_key_id(key), seal_key_id(other_key));
    assert_int_equal(a.len, 32);
    assert_memory_equal(a.data, c.data, a.len);
    assert_memory_not_equal(a.data, b.data, a.len);
    seal_key_free(again);
}

TEST(a_bad_certificate_seals_nothing) {
    AUTO_BUF struct buf sealed = {0};
    AUTO_SECRET struct secret secret = {0};
    struct err err = {0};
    secret_set(&secret, "secret", 6);
    assert_false(seal("-----BEGIN CERTIFICATE-----\n", &here, &secret, &sealed, &err));
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_int_equal(sealed.len, 0);
}

/* --- several keys in one file --- */

TEST(every_key_of_a_file_opens_what_was_sealed_to_it) {
    AUTO_BUF struct buf pem = {0}, other = {0};
    AUTO_BUF struct buf sealed = {0};
    AUTO_SECRET struct secret secret = {0};
    struct err err = {0};
    struct seal_key *both;
    read_file(key_path, &pem);
    read_file(other_path, &other);
    buf_add(&other, pem.data, pem.len);
    write_file(path_of("broken.pem"), other.data, other.len, 0400);
    both = seal_key_load(path_of("broken.pem"), &err);
    assert_non_null(both);
    assert_string_equal(seal_key_id(both), seal_key_id(other_key));
    assert_string_equal(seal_key_id(seal_key_find(both, seal_key_id(key))), seal_key_id(key));
    assert_null(seal_key_find(both, "0000000000000000"));
    seal_ticket(&sealed);
    assert_true(unseal(both, &here, bytes_of(&sealed), &secret, &err));
    assert_string_equal(secret.value, ticket);
    seal_key_free(both);
    unlink(path_of("broken.pem"));
}

TEST(a_key_that_is_added_to_the_file_is_found_by_who_has_read_it_before) {
    AUTO_BUF struct buf before = {0}, after = {0};
    char path[128];
    struct stat info;
    struct err err = {0};
    struct seal_key *keys;
    snprintf(path, sizeof path, "%s", path_of("broken.pem"));
    keys = make_key(path);
    read_file(path, &before);
    assert_true(seal_key_refresh(keys, path, &err));
    assert_null(seal_key_next(keys));
    assert_true(seal_key_add(path, "second", &err));
    read_file(path, &after);
    assert_memory_equal(after.data, before.data, before.len);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0400);
    assert_true(seal_key_refresh(keys, path, &err));
    assert_non_null(seal_key_next(keys));
    assert_null(seal_key_next(seal_key_next(keys)));
    unlink(path);
    assert_false(seal_key_refresh(keys, path, &err)); /* and what it has, it keeps */
    assert_non_null(seal_key_next(keys));
    seal_key_free(keys);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sealed_is_opened),
        cmocka_unit_test(every_text_that_fits_a_secret_is_sealed),
        cmocka_unit_test(an_empty_secret_and_bad_utf8_are_not_sealed),
        cmocka_unit_test(the_same_secret_is_never_sealed_to_the_same_bytes),
        cmocka_unit_test(a_flipped_byte_never_opens_to_something_else),
        cmocka_unit_test(a_cut_or_longer_message_is_refused),
        cmocka_unit_test(a_sealed_secret_opens_nowhere_else),
        cmocka_unit_test(another_key_does_not_open),
        cmocka_unit_test(openssl_on_the_command_line_recovers_it),
        cmocka_unit_test(an_envelope_of_another_kind_is_refused),
        cmocka_unit_test(a_key_file_that_others_can_read_is_refused),
        cmocka_unit_test(a_key_file_of_another_user_is_refused),
        cmocka_unit_test(a_file_that_holds_no_pair_is_refused),
        cmocka_unit_test(a_missing_key_file_and_a_directory_are_refused),
        cmocka_unit_test(a_new_key_is_0400_and_never_overwrites),
        cmocka_unit_test(a_key_has_a_steady_name_and_fingerprint_key),
        cmocka_unit_test(a_bad_certificate_seals_nothing),
        cmocka_unit_test(every_key_of_a_file_opens_what_was_sealed_to_it),
        cmocka_unit_test(a_key_that_is_added_to_the_file_is_found_by_who_has_read_it_before),
    };
    return cmocka_run_group_tests(tests, make_keys, drop_keys);
}
