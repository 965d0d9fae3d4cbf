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
#include <openssl/x509.h>

#include "seal_private.h"
#include "sign.h"

enum { KEY_FILE_MAX = 64 << 10 };

static void close_auto(int *fd) {
    if (*fd >= 0)
        close(*fd);
}

static void bio_auto(BIO **bio) {
    BIO_free_all(*bio);
}

/* --- loading --- */

/* Checked by descriptor, so that nobody can put another file in between. */
static bool file_good(int fd, const char *path, struct stat *info, struct err *err) {
    if (fstat(fd, info) != 0)
        return fail(err, ERR_IO, "the key file %s cannot be looked at: %s", path, strerror(errno));
    if (!S_ISREG(info->st_mode))
        return fail(err, ERR_CONFIG, "the key file %s is not a regular file", path);
    if (info->st_uid != geteuid() && info->st_uid != 0) {
        fail(err, ERR_PERMISSION, "the key file %s belongs to another user", path);
        return fail_cure(err, "run the worker as the owner of its key file");
    }
    if ((info->st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        fail(err, ERR_PERMISSION, "the key file %s is open to its group or to others", path);
        return fail_cure(err, "chmod 0400 the file; if somebody may have read it, make a new key and re-seal");
    }
    if (info->st_size > KEY_FILE_MAX)
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
bool read_key_file(const char *path, struct buf *text, struct stat *info, struct err *err) {
    AUTO(close_auto) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        fail(err, errno == EACCES ? ERR_PERMISSION : ERR_CONFIG, "the key file %s cannot be opened: %s", path,
             strerror(errno));
        return fail_cure(err, "set key-file, or make a key with: kaquan-worker key new");
    }
    return file_good(fd, path, info, err) && read_all(fd, path, text, err);
}

/* What a file holds, in its order. */
enum { PAIRS_MAX = 16 };
struct parts {
    EVP_PKEY *keys[PAIRS_MAX];
    X509 *certificates[PAIRS_MAX];
    int key_count, certificate_count;
};

static void parts_clear(struct parts *p) {
    for (int i = 0; i < PAIRS_MAX; i++) {
        EVP_PKEY_free(p->keys[i]);
        X509_free(p->certificates[i]);
    }
}

/* Encrypted keys are none: OpenSSL would ask on the terminal for a passphrase. */
static bool take_part(struct parts *p, const char *name, const unsigned char *der, long len) {
    if (strcmp(name, PEM_STRING_X509) == 0 && p->certificate_count < PAIRS_MAX)
        return (p->certificates[p->certificate_count++] = d2i_X509(NULL, &der, len)) != NULL;
    if ((strcmp(name, PEM_STRING_PKCS8INF) == 0 || strcmp(name, PEM_STRING_ECPRIVATEKEY) == 0) &&
        p->key_count < PAIRS_MAX)
        return (p->keys[p->key_count++] = d2i_AutoPrivateKey(NULL, &der, len)) != NULL;
    return strcmp(name, PEM_STRING_ECPARAMETERS) == 0; /* `openssl ecparam` puts them in front of its key */
}

static bool parse_parts(struct parts *p, const struct buf *text) {
    AUTO(bio_auto) BIO *in = BIO_new_mem_buf(buf_str(text), int_of(text->len));
    char *name, *header;
    unsigned char *der;
    long len;
    bool good = true;
    if (in == NULL)
        bug("no memory for a key");
    while (good && PEM_read_bio(in, &name, &header, &der, &len) == 1) {
        good = take_part(p, name, der, len);
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_clear_free(der, size_of(len));
    }
    good = good && (ERR_peek_last_error() == 0 || ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE);
    ERR_clear_error();
    return good && p->key_count > 0 && p->certificate_count == p->key_count;
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

/* The pair of parts->keys[i], which goes over to it; its certificate may stand anywhere in the file. */
static struct seal_key *make_pair(struct parts *parts, int i, const char *path, struct err *err) {
    struct seal_key *key;
    int fits = 0;
    if (EVP_PKEY_get_base_id(parts->keys[i]) != EVP_PKEY_EC) {
        fail(err, ERR_CONFIG, "a key in %s is not an elliptic curve key", path);
        return NULL;
    }
    while (
        fits < parts->certificate_count &&
        (parts->certificates[fits] == NULL || X509_check_private_key(parts->certificates[fits], parts->keys[i]) != 1))
        fits++;
    ERR_clear_error();
    if (fits == parts->certificate_count) {
        fail(err, ERR_CONFIG, "key and certificate in %s do not belong together", path);
        return NULL;
    }
    key = mem_new(sizeof *key);
    key->private_key = parts->keys[i];
    key->certificate = parts->certificates[fits];
    parts->keys[i] = NULL;
    parts->certificates[fits] = NULL;
    name_key(key);
    write_certificate(key);
    derive_fingerprint_key(key);
    return key;
}

static struct seal_key *make_pairs(struct parts *parts, const char *path, struct err *err) {
    struct seal_key *first = NULL, **end = &first;
    for (int i = 0; i < parts->key_count; i++) {
        *end = make_pair(parts, i, path, err);
        if (*end == NULL) {
            fail_cure(err, "make a key with: kaquan-worker key new");
            seal_key_free(first);
            return NULL;
        }
        end = &(*end)->next;
    }
    return first;
}

struct seal_key *seal_key_load(const char *path, struct err *err) {
    AUTO_BUF struct buf text = {0};
    AUTO(parts_clear) struct parts parts = {0};
    struct seal_key *keys;
    struct stat file;
    if (!read_key_file(path, &text, &file, err))
        return NULL;
    if (!parse_parts(&parts, &text)) {
        fail(err, ERR_CONFIG, "the key file %s does not hold private keys and their certificates as plain PEM", path);
        fail_cure(err, "make one with: kaquan-worker key new");
        return NULL;
    }
    keys = make_pairs(&parts, path, err);
    if (keys != NULL)
        keys->file = file;
    return keys;
}

static bool same_file(const struct stat *a, const struct stat *b) {
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Whoever was lent the first key keeps it: new ones are put behind it, and none is taken away. */
bool seal_key_refresh(struct seal_key *keys, const char *path, struct err *err) {
    struct stat now;
    struct seal_key *fresh, *last = keys;
    if (stat(path, &now) == 0 && same_file(&now, &keys->file))
        return true;
    fresh = seal_key_load(path, err);
    if (fresh == NULL)
        return false;
    keys->file = fresh->file;
    while (last->next != NULL)
        last = last->next;
    while (fresh != NULL) {
        struct seal_key *one = fresh;
        fresh = one->next;
        one->next = NULL;
        if (seal_key_find(keys, one->id) != NULL)
            seal_key_free(one);
        else
            last = last->next = one;
    }
    return true;
}

/* OpenSSL overwrites the private number when it frees a key. */
void seal_key_free(struct seal_key *key) {
    while (key != NULL) {
        struct seal_key *next = key->next;
        EVP_PKEY_free(key->private_key);
        X509_free(key->certificate);
        buf_wipe(&key->pem);
        OPENSSL_cleanse(key, sizeof *key);
        free(key);
        key = next;
    }
}

const struct seal_key *seal_key_find(const struct seal_key *keys, const char *id) {
    while (keys != NULL && strcmp(keys->id, id) != 0)
        keys = keys->next;
    return keys;
}

const struct seal_key *seal_key_next(const struct seal_key *key) {
    return key->next;
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
