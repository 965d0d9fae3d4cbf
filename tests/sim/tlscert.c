#include "tlscert.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "simbase.h"

#define DAY_SECONDS 86400L

static const struct tls_fault {
    const char *name, *names;
    long ends;
    bool self_signed;
} faults[] = {
    {"good", "IP:127.0.0.1,IP:::1,DNS:localhost", 30 * DAY_SECONDS, false},
    {"expired", "IP:127.0.0.1,IP:::1,DNS:localhost", -DAY_SECONDS, false},
    {"wrong-name", "DNS:wrong.example", 30 * DAY_SECONDS, false},
    {"self-signed", "IP:127.0.0.1,IP:::1,DNS:localhost", 30 * DAY_SECONDS, true},
};

static const struct tls_fault *find_fault(const char *name) {
    for (size_t i = 0; i < COUNT_OF(faults); i++)
        if (strcmp(faults[i].name, name ? name : "good") == 0)
            return &faults[i];
    return NULL;
}

bool tls_fault_known(const char *fault) {
    return find_fault(fault) != NULL;
}

static bool add_extension(X509 *cert, X509 *issuer, int nid, const char *value) {
    X509V3_CTX ctx;
    X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    bool good = extension && X509_add_ext(cert, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return good;
}

/* An unsigned certificate of `key` in the name of `common_name`; NULL if that fails. */
static X509 *draft(EVP_PKEY *key, const char *common_name, long ends) {
    X509 *cert = X509_new();
    uint32_t serial = 0;
    if (cert == NULL || RAND_bytes((unsigned char *)&serial, sizeof serial) != 1) {
        X509_free(cert);
        return NULL;
    }
    X509_NAME *name = X509_get_subject_name(cert);
    X509_set_version(cert, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), (long)(serial >> 1) + 1);
    X509_gmtime_adj(X509_getm_notBefore(cert), -2 * DAY_SECONDS);
    X509_gmtime_adj(X509_getm_notAfter(cert), ends);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)common_name, -1, -1, 0);
    X509_set_pubkey(cert, key);
    return cert;
}

static bool sign(X509 *cert, X509 *issuer, EVP_PKEY *issuer_key) {
    return X509_set_issuer_name(cert, X509_get_subject_name(issuer)) == 1 &&
           add_extension(cert, issuer, NID_subject_key_identifier, "hash") &&
           add_extension(cert, issuer, NID_authority_key_identifier, "keyid") &&
           X509_sign(cert, issuer_key, EVP_sha256()) > 0;
}

static bool finish_ca(X509 *ca, EVP_PKEY *key) {
    return add_extension(ca, ca, NID_basic_constraints, "critical,CA:TRUE") &&
           add_extension(ca, ca, NID_key_usage, "critical,keyCertSign,cRLSign") && sign(ca, ca, key);
}

static bool finish_server(X509 *cert, EVP_PKEY *key, X509 *ca, EVP_PKEY *ca_key, const struct tls_fault *fault) {
    return add_extension(cert, cert, NID_basic_constraints, "critical,CA:FALSE") &&
           add_extension(cert, cert, NID_key_usage, "critical,digitalSignature") &&
           add_extension(cert, cert, NID_ext_key_usage, "serverAuth") &&
           add_extension(cert, cert, NID_subject_alt_name, fault->names) &&
           (fault->self_signed ? sign(cert, cert, key) : sign(cert, ca, ca_key));
}

static char *take_text(BIO *from) {
    char *data = NULL;
    long size = BIO_get_mem_data(from, &data);
    char *text = need((size_t)size + 1);
    memcpy(text, data, (size_t)size);
    BIO_free(from);
    return text;
}

static char *cert_text(X509 *cert) {
    BIO *to = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(to, cert);
    return take_text(to);
}

static char *key_text(EVP_PKEY *key) {
    BIO *to = BIO_new(BIO_s_mem());
    PEM_write_bio_PKCS8PrivateKey(to, key, NULL, NULL, 0, NULL, NULL);
    return take_text(to);
}

bool tls_cert_make(struct tls_cert *c, const char *fault_name) {
    const struct tls_fault *fault = find_fault(fault_name);
    EVP_PKEY *ca_key = EVP_EC_gen("P-256"), *key = EVP_EC_gen("P-256");
    X509 *ca = ca_key ? draft(ca_key, "kaquan-sim CA", 30 * DAY_SECONDS) : NULL;
    X509 *cert = key && fault ? draft(key, "kaquan-sim", fault->ends) : NULL;
    bool good = ca && cert && finish_ca(ca, ca_key) && finish_server(cert, key, ca, ca_key, fault);
    if (good) {
        c->ca_pem = cert_text(ca);
        c->cert_pem = cert_text(cert);
        c->key_pem = key_text(key);
    }
    X509_free(ca);
    X509_free(cert);
    EVP_PKEY_free(ca_key);
    EVP_PKEY_free(key);
    return good;
}

void tls_cert_clear(struct tls_cert *c) {
    free(c->ca_pem);
    free(c->cert_pem);
    free(c->key_pem);
    *c = (struct tls_cert){0};
}
