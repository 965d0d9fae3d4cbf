/* sign.h - the signature of a card (wechat-card-api.md section 20.2): SHA-1 over the values in byte order. */
#ifndef KAQUAN_SIGN_H
#define KAQUAN_SIGN_H

#include "base.h"
#include "secret.h"

enum { SIGNATURE_LEN = 20, NONCE_BYTES = 9, NONCE_LEN = 2 * NONCE_BYTES, CODE_MAX = 20, OPENID_MAX = 32 };
enum { SIGN_VALUES = 8 }; /* most values of one signature */

/* What is signed, and the same that goes into cardExt; NULL or "" is absent. Lent for the call. */
struct card_fields {
    const char *api_ticket;
    const char *card_id;
    const char *code;
    const char *openid;
    const char *nonce_str;
    const char *timestamp; /* decimal Unix seconds: signed as text */
};

/* Keeps one digest context: fetching it for each card doubles the cost. */
struct signer;
struct signer *signer_new(void);
void signer_free(struct signer *s);

/* SHA-1 over the values that are not empty, sorted as unsigned bytes (never by locale), joined without separator. */
void sign_card(struct signer *s, const struct card_fields *fields, unsigned char out[SIGNATURE_LEN]);
/* The general form: `count` values (at most SIGN_VALUES), sorted and hashed; NULL or "" is absent. */
void sign_values(struct signer *s, const char *const *values, size_t count, unsigned char out[SIGNATURE_LEN]);

/* A pool fill: only code and nonce change from card to card, so the other values are copied and sorted once. The
 * bytes are those of sign_card(). Code and nonce_str of `constant` are not looked at. */
struct sign_batch;
struct sign_batch *sign_batch_new(const struct card_fields *constant);
void sign_batch_free(struct sign_batch *b); /* overwrites */
/* A length of 0 is absent. */
void sign_batch(struct sign_batch *b, struct bytes code, struct bytes nonce, unsigned char out[SIGNATURE_LEN]);

void hex_text(const unsigned char *bytes, size_t len, char *out); /* lower case; 2 * len + 1 bytes at `out` */

#endif
