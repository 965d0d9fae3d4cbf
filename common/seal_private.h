/* seal_private.h - what seal.c, seal_key.c and seal_make.c share; nobody else includes it. */
#ifndef KAQUAN_SEAL_PRIVATE_H
#define KAQUAN_SEAL_PRIVATE_H

#include <sys/stat.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "seal.h"

enum { KEY_ID_LEN = 16, FINGERPRINT_KEY_LEN = 32 };

struct seal_key {
    EVP_PKEY *private_key;
    X509 *certificate;
    char id[KEY_ID_LEN + 1];
    struct buf pem; /* the certificate */
    unsigned char fingerprint_key[FINGERPRINT_KEY_LEN];
    struct seal_key *next; /* of the same file */
    struct stat file;      /* of the first: the file as it was read */
};

/* All of a key file that only its owner can read. */
bool read_key_file(const char *path, struct buf *text, struct stat *info, struct err *err);

#endif
