/* eventcrypt.h - the signature of a push, and its encrypted form (reference, section 19). */
#ifndef SIM_EVENTCRYPT_H
#define SIM_EVENTCRYPT_H

#include "account.h"

/* sha1 of the sorted, joined values; `encrypted` may be NULL. `hex` holds 41 bytes. */
void event_sign(const char *token, const char *timestamp, const char *nonce, const char *encrypted, char *hex);

/* Base64 of AES-256-CBC; to be freed. NULL if the account's EncodingAESKey is not one. */
char *event_encrypt(const struct account *a, const char *xml);

#endif
