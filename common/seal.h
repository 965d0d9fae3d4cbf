/* seal.h - secrets at rest: CMS (RFC 5652, AuthEnvelopedData, AES-256-GCM) for the worker's certificate, by OpenSSL.
 * Everybody can seal, only the worker's private key opens (design.md decision 8, reliability.md 1.3). */
#ifndef KAQUAN_SEAL_H
#define KAQUAN_SEAL_H

#include "base.h"
#include "buf.h"
#include "err.h"
#include "secret.h"

/* Where a secret belongs; sealed with it and checked on opening, so that a copied column opens nowhere else. */
struct seal_place {
    const char *account; /* appid */
    const char *column;  /* "secret", "access_token", "api_ticket" */
    int64_t epoch;       /* of a credential; 0 for an AppSecret */
};

/* `certificate` is PEM. Appends DER to `out`. */
bool seal(const char *certificate, const struct seal_place *place, const struct secret *secret, struct buf *out,
          struct err *err);

/* The worker's private keys with their certificates: usually one, several while they are rotated. All open. */
struct seal_key;
/* Reads a PEM file (keys and certificates). Refuses one that group or others can read or that somebody else owns. */
struct seal_key *seal_key_load(const char *path, struct err *err);
/* Reads the file again if it is another one by now, and adds the keys that are new in it. */
bool seal_key_refresh(struct seal_key *keys, const char *path, struct err *err);
void seal_key_free(struct seal_key *keys);
/* The one of this id, NULL when it is not among them; and the one behind `key`. */
const struct seal_key *seal_key_find(const struct seal_key *keys, const char *id);
const struct seal_key *seal_key_next(const struct seal_key *key);
const char *seal_key_id(const struct seal_key *key);          /* first 16 hex digits of the certificate's SHA-256 */
const char *seal_key_certificate(const struct seal_key *key); /* PEM */
/* A secret derived from the private key, for fingerprints only. */
struct bytes seal_key_fingerprint_key(const struct seal_key *key);

/* Makes a new key pair and self-signed certificate in a new file of mode 0400; refuses to overwrite. */
bool seal_key_create(const char *path, const char *name, struct err *err);
/* Adds a new pair behind those that are in the file. The file is replaced as a whole, by one that was safe on disk.
 */
bool seal_key_add(const char *path, const char *name, struct err *err);

/* Opens with the key that fits; false when changed, sealed for another key, or from another place ("belongs
 * elsewhere"). */
bool unseal(const struct seal_key *keys, const struct seal_place *place, struct bytes sealed, struct secret *secret,
            struct err *err);

#endif
