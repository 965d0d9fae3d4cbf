#include "seal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "file.h"
#include "seal_private.h"

enum { SERIAL_BITS = 127, NAME_MAX_LEN = 64, KEY_FILE_MODE = 0400 };

static void bio_auto(BIO **bio) {
    BIO_free_all(*bio);
}

/* --- making --- */

static bool set_serial(X509 *certificate) {
    BIGNUM *serial = BN_new();
    bool good = serial != NULL && BN_rand(serial, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
                BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(certificate)) != NULL;
    BN_free(serial);
    return good;
}

static bool add_extension(X509 *certificate, int nid, const char *value) {
    X509V3_CTX context;
    X509_EXTENSION *extension;
    bool good;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    good = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return good;
}

static bool set_name(X509 *certificate, const char *name) {
    X509_NAME *subject = X509_get_subject_name(certificate);
    return X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8, (const unsigned char *)name, -1, -1,
                                      0) == 1 &&
           X509_set_issuer_name(certificate, subject) == 1;
}

/* Keys are retired by rotation, not by a date: RFC 5280 writes "no end" as 99991231235959Z. */
static bool fill_certificate(X509 *certificate, EVP_PKEY *pair, const char *name) {
    return X509_set_version(certificate, X509_VERSION_3) == 1 && set_serial(certificate) &&
           X509_gmtime_adj(X509_getm_notBefore(certificate), 0) != NULL &&
           ASN1_TIME_set_string(X509_getm_notAfter(certificate), "99991231235959Z") == 1 &&
           set_name(certificate, name) && X509_set_pubkey(certificate, pair) == 1 &&
           add_extension(certificate, NID_basic_constraints, "critical,CA:FALSE") &&
           add_extension(certificate, NID_key_usage, "critical,keyAgreement") &&
           add_extension(certificate, NID_subject_key_identifier, "hash") &&
           X509_sign(certificate, pair, EVP_sha256()) > 0;
}

/* The pair as PEM: private key (PKCS #8), then certificate. */
static bool make_pair(const char *name, struct buf *pem) {
    EVP_PKEY *pair = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    AUTO(bio_auto) BIO *out = BIO_new(BIO_s_mem());
    const char *text;
    long len;
    bool good = pair != NULL && certificate != NULL && out != NULL && fill_certificate(certificate, pair, name) &&
                PEM_write_bio_PKCS8PrivateKey(out, pair, NULL, NULL, 0, NULL, NULL) == 1 &&
                PEM_write_bio_X509(out, certificate) == 1;
    if (good) {
        len = BIO_get_mem_data(out, &text);
        buf_add(pem, text, size_of(len));
    }
    X509_free(certificate);
    EVP_PKEY_free(pair);
    ERR_clear_error();
    return good;
}

static bool make_named_pair(const char *name, struct buf *pem, struct err *err) {
    size_t len = strlen(name);
    if (len == 0 || len > NAME_MAX_LEN)
        return fail(err, ERR_INPUT, "a key's name has 1 to %d bytes", NAME_MAX_LEN);
    return make_pair(name, pem) || fail(err, ERR_INPUT, "no key could be made with the name \"%s\"", name);
}

static bool write_key_file(const char *path, const struct buf *pem, struct err *err) {
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, KEY_FILE_MODE);
    bool good;
    if (fd < 0 && errno == EEXIST) {
        fail(err, ERR_INPUT, "the key file %s is already there and is never overwritten", path);
        return fail_cure(err, "choose another name; what was sealed for the old key needs the old file");
    }
    if (fd < 0)
        return fail(err, ERR_IO, "the key file %s cannot be made: %s", path, strerror(errno));
    good = (file_write(fd, (struct bytes){pem->data, pem->len}) && file_sync_directory(path)) ||
           fail(err, ERR_IO, "the key file %s cannot be written: %s", path, strerror(errno));
    close(fd);
    if (!good)
        unlink(path);
    return good;
}

bool seal_key_create(const char *path, const char *name, struct err *err) {
    AUTO_BUF struct buf pem = {0};
    return make_named_pair(name, &pem, err) && write_key_file(path, &pem, err);
}

/* What is there stays as it is, byte for byte. */
bool seal_key_add(const char *path, const char *name, struct err *err) {
    AUTO_BUF struct buf text = {0};
    struct stat info;
    if (!read_key_file(path, &text, &info, err))
        return false;
    if (text.len > 0 && text.data[text.len - 1] != '\n')
        buf_char(&text, '\n');
    return make_named_pair(name, &text, err) &&
           file_replace(path, (struct bytes){text.data, text.len}, KEY_FILE_MODE, err);
}
