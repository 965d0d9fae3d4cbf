#include "seal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "seal_private.h"
#include "sign.h"

enum { KEY_FILE_MAX = 64 << 10, SERIAL_BITS = 127, NAME_MAX_LEN = 64 };

static void close_auto(int *fd) {
    if (*fd >= 0)
        close(*fd);
}

static void bio_auto(BIO **bio) {
    BIO_free_all(*bio);
}

/* --- loading --- */

/* Checked by descriptor, so that nobody can put another file in between. */
static bool file_good(int fd, const char *path, struct err *err) {
    struct stat info;
    if (fstat(fd, &info) != 0)
        return fail(err, ERR_IO, "the key file %s cannot be looked at: %s", path, strerror(errno));
    if (!S_ISREG(info.st_mode))
        return fail(err, ERR_CONFIG, "the key file %s is not a regular file", path);
    if (info.st_uid != geteuid() && info.st_uid != 0) {
        fail(err, ERR_PERMISSION, "the key file %s belongs to another user", path);
        return fail_cure(err, "run the worker as the owner of its key file");
    }
    if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        fail(err, ERR_PERMISSION, "the key file %s is open to its group or to others", path);
        return fail_cure(err, "chmod 0400 the file; if somebody may have read it, make a new key and re-seal");
    }
    if (info.st_size > KEY_FILE_MAX)
        return fail(err, ERR_CONFIG, "the key file %s is larger than a key", path);
    return true;
}

static bool read_all(int fd, const char *path, struct buf *text, struct err *err) {
    for (;;) {
        ssize_t n = read(fd, buf_room(text, 4096), 4096);
        if (n == 0)
            return true;
        if (n < 0 && errno != EINTR)
            return fail(err, ERR_IO, "the key file %s cannot be read: %s", path, strerror(errno));
        text->len += n > 0 ? (size_t)n : 0;
        if (text->len > KEY_FILE_MAX)
            return fail(err, ERR_CONFIG, "the key file %s is larger than a key", path);
    }
}

/* O_NONBLOCK: a FIFO must not hold us up. */
static bool read_key_file(const char *path, struct buf *text, struct err *err) {
    AUTO(close_auto) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        fail(err, errno == EACCES ? ERR_PERMISSION : ERR_CONFIG, "the key file %s cannot be opened: %s", path,
             strerror(errno));
        return fail_cure(err, "set key-file, or make a key with: kaquan-worker key new");
    }
    return file_good(fd, path, err) && read_all(fd, path, text, err);
}

/* Without this OpenSSL would ask on the terminal for the passphrase of an encrypted key. */
static int no_passphrase(char *to, int size, int writing, void *user) {
    (void)to, (void)size, (void)writing, (void)user;
    return -1;
}

/* Key and certificate may stand in any order. */
static bool parse_key(struct seal_key *key, const struct buf *text) {
    AUTO(bio_auto) BIO *first = BIO_new_mem_buf(buf_str(text), int_of(text->len));
    AUTO(bio_auto) BIO *second = BIO_new_mem_buf(buf_str(text), int_of(text->len));
    if (first == NULL || second == NULL)
        bug("no memory for a key");
    key->private_key = PEM_read_bio_PrivateKey(first, NULL, no_passphrase, NULL);
    key->certificate = PEM_read_bio_X509(second, NULL, NULL, NULL);
    ERR_clear_error();
    return key->private_key != NULL && key->certificate != NULL;
}

static bool key_good(const struct seal_key *key, const char *path, struct err *err) {
    if (EVP_PKEY_get_base_id(key->private_key) != EVP_PKEY_EC)
        return fail(err, ERR_CONFIG, "the key in %s is not an elliptic curve key", path);
    if (X509_check_private_key(key->certificate, key->private_key) == 1)
        return true;
    ERR_clear_error();
    return fail(err, ERR_CONFIG, "key and certificate in %s do not belong together", path);
}

static void name_key(struct seal_key *key) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    if (X509_digest(key->certificate, EVP_sha256(), digest, &len) != 1)
        bug("SHA-256 failed");
    hex_text(digest, KEY_ID_LEN / 2, key->id);
}

static void write_certificate(struct seal_key *key) {
    AUTO(bio_auto) BIO *out = BIO_new(BIO_s_mem());
    const char *text;
    long len;
    if (out == NULL || PEM_write_bio_X509(out, key->certificate) != 1)
        bug("the certificate cannot be written as PEM");
    len = BIO_get_mem_data(out, &text);
    buf_add(&key->pem, text, size_of(len));
}

/* From the number that is the key, not from its encoding: the same key in another file gives the same fingerprints.
 */
static void derive_fingerprint_key(struct seal_key *key) {
    static const unsigned char label[] = "kaquan fingerprint key 1";
    unsigned char number[128];
    BIGNUM *scalar = NULL;
    int len;
    if (EVP_PKEY_get_bn_param(key->private_key, "priv", &scalar) != 1 || BN_num_bytes(scalar) > (int)sizeof number)
        bug("the private key cannot be read");
    len = BN_bn2bin(scalar, number);
    if (HMAC(EVP_sha256(), number, len, label, sizeof label, key->fingerprint_key, NULL) == NULL)
        bug("HMAC-SHA-256 failed");
    OPENSSL_cleanse(number, sizeof number);
    BN_clear_free(scalar);
}

static bool load(struct seal_key *key, const char *path, struct err *err) {
    AUTO_BUF struct buf text = {0};
    if (!read_key_file(path, &text, err))
        return false;
    if (!parse_key(key, &text)) {
        fail(err, ERR_CONFIG, "the key file %s does not hold a private key and its certificate as plain PEM", path);
        return fail_cure(err, "make one with: kaquan-worker key new");
    }
    if (!key_good(key, path, err))
        return fail_cure(err, "make a key with: kaquan-worker key new");
    name_key(key);
    write_certificate(key);
    derive_fingerprint_key(key);
    return true;
}

struct seal_key *seal_key_load(const char *path, struct err *err) {
    struct seal_key *key = mem_new(sizeof *key);
    if (load(key, path, err))
        return key;
    seal_key_free(key);
    return NULL;
}

/* OpenSSL overwrites the private number when it frees a key. */
void seal_key_free(struct seal_key *key) {
    if (key == NULL)
        return;
    EVP_PKEY_free(key->private_key);
    X509_free(key->certificate);
    buf_wipe(&key->pem);
    OPENSSL_cleanse(key, sizeof *key);
    free(key);
}

const char *seal_key_id(const struct seal_key *key) {
    return key->id;
}

const char *seal_key_certificate(const struct seal_key *key) {
    return buf_str(&key->pem);
}

struct bytes seal_key_fingerprint_key(const struct seal_key *key) {
    return (struct bytes){key->fingerprint_key, sizeof key->fingerprint_key};
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

static bool write_all(int fd, const char *data, size_t len) {
    while (len > 0) {
        ssize_t n = write(fd, data, len);
        if (n < 0 && errno != EINTR)
            return false;
        data += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return fsync(fd) == 0;
}

/* The name of a new file is safe on disk only when its directory is. */
static bool sync_directory(const char *path) {
    const char *slash = strrchr(path, '/');
    AUTO_BUF struct buf directory = {0};
    buf_add(&directory, path, slash == NULL ? 0 : (size_t)(slash - path) + 1);
    AUTO(close_auto) int fd = open(slash == NULL ? "." : buf_str(&directory), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd >= 0 && fsync(fd) == 0;
}

static bool write_key_file(const char *path, const struct buf *pem, struct err *err) {
    AUTO(close_auto) int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0400);
    if (fd < 0 && errno == EEXIST) {
        fail(err, ERR_INPUT, "the key file %s is already there and is never overwritten", path);
        return fail_cure(err, "choose another name; what was sealed for the old key needs the old file");
    }
    if (fd < 0)
        return fail(err, ERR_IO, "the key file %s cannot be made: %s", path, strerror(errno));
    if (write_all(fd, pem->data, pem->len) && sync_directory(path))
        return true;
    fail(err, ERR_IO, "the key file %s cannot be written: %s", path, strerror(errno));
    unlink(path);
    return false;
}

bool seal_key_create(const char *path, const char *name, struct err *err) {
    AUTO_BUF struct buf pem = {0};
    size_t len = strlen(name);
    if (len == 0 || len > NAME_MAX_LEN)
        return fail(err, ERR_INPUT, "a key's name has 1 to %d bytes", NAME_MAX_LEN);
    if (!make_pair(name, &pem))
        return fail(err, ERR_INPUT, "no key could be made with the name \"%s\"", name);
    return write_key_file(path, &pem, err);
}
