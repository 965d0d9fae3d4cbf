#include "peer.h"

#include <stdio.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "harness.h"

/* A certificate with its key, and who signs it. */
struct pair {
    EVP_PKEY *key;
    X509 *certificate;
};

static void pair_clear(struct pair *pair) {
    EVP_PKEY_free(pair->key);
    X509_free(pair->certificate);
}

static struct pair read_pair(const char *path) {
    struct pair pair = {0};
    FILE *file = fopen(path, "r");
    if (file == NULL)
        test_fail("%s is not there", path);
    pair.key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
    rewind(file);
    pair.certificate = PEM_read_X509(file, NULL, NULL, NULL);
    fclose(file);
    return pair;
}

static void write_pair(const struct pair *pair, const char *path) {
    FILE *file = fopen(path, "w");
    if (file == NULL || PEM_write_PrivateKey(file, pair->key, NULL, NULL, 0, NULL, NULL) != 1 ||
        PEM_write_X509(file, pair->certificate) != 1 || fclose(file) != 0)
        test_fail("%s cannot be written", path);
}

static void add_extension(X509 *certificate, int nid, const char *value) {
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    if (extension == NULL || X509_add_ext(certificate, extension, -1) != 1)
        test_fail("no extension %s", value);
    X509_EXTENSION_free(extension);
}

/* What has signed itself is a CA as well. */
static void fill(X509 *certificate, const char *name, int days, bool own) {
    static long serial;
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -24 * 3600L);
    X509_gmtime_adj(X509_getm_notAfter(certificate), days == 0 ? -3600L : days * 24 * 3600L);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8, (const unsigned char *)name,
                               -1, -1, 0);
    add_extension(certificate, NID_basic_constraints, own ? "critical,CA:TRUE" : "critical,CA:FALSE");
    add_extension(certificate, NID_subject_alt_name, name);
}

void peer_certificate(const char *path, const char *name, const char *issuer, int days) {
    struct pair pair = {.key = EVP_EC_gen("P-256"), .certificate = X509_new()};
    struct pair above = {0};
    X509 *signer = pair.certificate;
    if (issuer != NULL) {
        above = read_pair(issuer);
        signer = above.certificate;
    }
    fill(pair.certificate, name, days, issuer == NULL);
    X509_set_issuer_name(pair.certificate, X509_get_subject_name(signer));
    X509_set_pubkey(pair.certificate, pair.key);
    if (X509_sign(pair.certificate, issuer == NULL ? pair.key : above.key, EVP_sha256()) <= 0)
        test_fail("no certificate for %s", name);
    write_pair(&pair, path);
    pair_clear(&pair);
    pair_clear(&above);
}
