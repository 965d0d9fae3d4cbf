/* seal_private.h - what seal.c and seal_key.c share; nobody else includes it. */
#ifndef KAQUAN_SEAL_PRIVATE_H
#define KAQUAN_SEAL_PRIVATE_H

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
};

#endif
