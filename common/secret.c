#include "secret.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "err.h"
#include "log.h"

bool secret_set(struct secret *s, const char *value, size_t len) {
    secret_clear(s);
    if (len > SECRET_MAX || memchr(value, '\0', len) != NULL)
        return false;
    memcpy(s->value, value, len);
    s->value[len] = '\0';
    s->len = len;
    log_secret_add(s->value, len);
    return true;
}

void secret_clear(struct secret *s) {
    if (s == NULL)
        return;
    if (s->len > 0)
        log_secret_forget(s->value, s->len);
    OPENSSL_cleanse(s, sizeof *s);
}

bool secret_same(const struct secret *a, const struct secret *b) {
    /* Both arrays whole, zeros behind the end: the time says nothing about the lengths either. */
    return CRYPTO_memcmp(a->value, b->value, sizeof a->value) == 0;
}

/* The private key itself never keys the HMAC: a label keeps this use apart from every other one. */
static void fingerprint_key(struct bytes key, unsigned char out[EVP_MAX_MD_SIZE], unsigned *out_len) {
    static const char label[] = "kaquan fingerprint 1";
    EVP_MD_CTX *sha = EVP_MD_CTX_new();
    if (sha == NULL || EVP_DigestInit_ex(sha, EVP_sha256(), NULL) != 1 ||
        EVP_DigestUpdate(sha, label, sizeof label) != 1 || EVP_DigestUpdate(sha, key.data, key.len) != 1 ||
        EVP_DigestFinal_ex(sha, out, out_len) != 1)
        bug("SHA-256 failed");
    EVP_MD_CTX_free(sha);
}

void secret_fingerprint(const struct secret *s, struct bytes key, char out[FINGERPRINT_LEN + 1]) {
    static const char digits[] = "0123456789abcdef";
    unsigned char derived[EVP_MAX_MD_SIZE], mac[EVP_MAX_MD_SIZE];
    unsigned derived_len = 0, mac_len = 0;
    fingerprint_key(key, derived, &derived_len);
    if (HMAC(EVP_sha256(), derived, (int)derived_len, (const unsigned char *)s->value, s->len, mac, &mac_len) == NULL)
        bug("HMAC-SHA-256 failed");
    for (size_t i = 0; i < FINGERPRINT_LEN; i++)
        out[i] = digits[mac[i / 2] >> (i % 2 == 0 ? 4 : 0) & 0x0F];
    out[FINGERPRINT_LEN] = '\0';
    OPENSSL_cleanse(derived, sizeof derived);
    OPENSSL_cleanse(mac, sizeof mac);
}
