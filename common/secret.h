/* secret.h - a secret in memory: AppSecret, access_token, api_ticket. Nothing prints it. */
#ifndef KAQUAN_SECRET_H
#define KAQUAN_SECRET_H

#include "base.h"

enum { SECRET_MAX = 512, FINGERPRINT_LEN = 8 }; /* wechat-card-api.md 3.1: tokens up to 512 characters */

/* The one type that holds a secret; do not copy it with `=`. */
struct secret {
    char value[SECRET_MAX + 1];
    size_t len;
};

#define AUTO_SECRET AUTO(secret_clear)

/* Keeps `len` bytes, and tells the log to replace them wherever they would appear. False when longer than SECRET_MAX
 * or with a NUL byte. */
bool secret_set(struct secret *s, const char *value, size_t len);
/* Overwrites; the log forgets it. */
void secret_clear(struct secret *s);
bool secret_same(const struct secret *a, const struct secret *b); /* constant time */

/* First 8 hex digits of HMAC-SHA-256 under a key derived from `key` (the worker's private key): lets people compare
 * "same token?" without seeing it. */
void secret_fingerprint(const struct secret *s, struct bytes key, char out[FINGERPRINT_LEN + 1]);

#endif
