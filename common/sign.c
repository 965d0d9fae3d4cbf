#include "sign.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "err.h"

enum { JOINED_MAX = 1024 }; /* a card is about 160 bytes; anything longer is hashed piece by piece */

/* The joined text holds the api_ticket. Here it is overwritten by the next card and wiped at the end; on the stack it
 * would have to be wiped for each card. */
struct signer {
    EVP_MD *sha1;
    EVP_MD_CTX *context;
    unsigned char joined[JOINED_MAX];
};

struct sign_batch {
    struct signer *signer;
    struct bytes constants[SIGN_VALUES - 2]; /* sorted; they lie in `text` */
    size_t count;
    char *text;
    size_t text_len;
};

struct signer *signer_new(void) {
    struct signer *s = mem_new(sizeof *s);
    s->sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
    s->context = EVP_MD_CTX_new();
    if (s->sha1 == NULL || s->context == NULL)
        bug("this OpenSSL has no SHA-1: WeChat's signatures need it");
    return s;
}

void signer_free(struct signer *s) {
    if (s == NULL)
        return;
    EVP_MD_CTX_free(s->context);
    EVP_MD_free(s->sha1);
    OPENSSL_cleanse(s, sizeof *s);
    free(s);
}

/* The one order of values: unsigned bytes, a prefix before its extension. Almost always the first byte decides. */
static inline bool is_before(struct bytes a, struct bytes b) {
    int order;
    if (a.len == 0 || b.len == 0)
        return a.len < b.len;
    order = *(const unsigned char *)a.data - *(const unsigned char *)b.data;
    if (order == 0)
        order = memcmp(a.data, b.data, a.len < b.len ? a.len : b.len);
    return order != 0 ? order < 0 : a.len < b.len;
}

static void update(struct signer *s, const void *data, size_t len) {
    if (EVP_DigestUpdate(s->context, data, len) != 1)
        bug("SHA-1 failed");
}

/* One update costs less than six. */
static void update_joined(struct signer *s, const struct bytes *sorted, size_t count) {
    unsigned char *end = s->joined;
    for (size_t i = 0; i < count; i++) {
        if (sorted[i].len > 0)
            memcpy(end, sorted[i].data, sorted[i].len);
        end += sorted[i].len;
    }
    update(s, s->joined, (size_t)(end - s->joined));
}

static void hash(struct signer *s, const struct bytes *sorted, size_t count, unsigned char out[SIGNATURE_LEN]) {
    size_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += sorted[i].len;
    if (EVP_DigestInit_ex2(s->context, s->sha1, NULL) != 1)
        bug("SHA-1 failed");
    if (total <= JOINED_MAX)
        update_joined(s, sorted, count);
    else
        for (size_t i = 0; i < count; i++)
            update(s, sorted[i].data, sorted[i].len);
    if (EVP_DigestFinal_ex(s->context, out, NULL) != 1)
        bug("SHA-1 failed");
}

/* Puts what is not empty into `sorted`, in order; returns how many. So few are sorted fastest by insertion. */
static size_t sort_values(const char *const *values, size_t count, struct bytes sorted[SIGN_VALUES]) {
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        struct bytes value = {values[i], values[i] == NULL ? 0 : strlen(values[i])};
        size_t at = used;
        if (value.len == 0)
            continue;
        for (; at > 0 && is_before(value, sorted[at - 1]); at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = value;
        used++;
    }
    return used;
}

void sign_values(struct signer *s, const char *const *values, size_t count, unsigned char out[SIGNATURE_LEN]) {
    struct bytes sorted[SIGN_VALUES] = {0};
    size_t used;
    if (count > SIGN_VALUES)
        bug("%zu values are too many for a signature", count);
    used = sort_values(values, count, sorted);
    hash(s, sorted, used, out);
}

void sign_card(struct signer *s, const struct card_fields *fields, unsigned char out[SIGNATURE_LEN]) {
    const char *values[] = {fields->timestamp,  fields->nonce_str, fields->code,
                            fields->api_ticket, fields->card_id,   fields->openid};
    sign_values(s, values, ARRAY_LEN(values), out);
}

struct sign_batch *sign_batch_new(const struct card_fields *constant) {
    const char *values[] = {constant->timestamp, constant->api_ticket, constant->card_id, constant->openid};
    struct bytes sorted[SIGN_VALUES];
    struct sign_batch *b = mem_new(sizeof *b);
    char *end;
    b->signer = signer_new();
    b->count = sort_values(values, ARRAY_LEN(values), sorted);
    for (size_t i = 0; i < b->count; i++)
        b->text_len += sorted[i].len;
    b->text = end = mem_new(b->text_len);
    for (size_t i = 0; i < b->count; i++) {
        memcpy(end, sorted[i].data, sorted[i].len);
        b->constants[i] = (struct bytes){end, sorted[i].len};
        end += sorted[i].len;
    }
    return b;
}

void sign_batch_free(struct sign_batch *b) {
    if (b == NULL)
        return;
    signer_free(b->signer);
    OPENSSL_cleanse(b->text, b->text_len);
    free(b->text);
    free(b);
}

void sign_batch(struct sign_batch *b, struct bytes code, struct bytes nonce, unsigned char out[SIGNATURE_LEN]) {
    bool code_first = is_before(code, nonce);
    const struct bytes changing[] = {code_first ? code : nonce, code_first ? nonce : code};
    struct bytes sorted[SIGN_VALUES];
    size_t used = 0, next = 0;
    for (size_t i = 0; i < b->count; i++) {
        while (next < ARRAY_LEN(changing) && is_before(changing[next], b->constants[i]))
            sorted[used++] = changing[next++];
        sorted[used++] = b->constants[i];
    }
    while (next < ARRAY_LEN(changing))
        sorted[used++] = changing[next++];
    hash(b->signer, sorted, used, out);
}

void hex_text(const unsigned char *bytes, size_t len, char *out) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * len] = '\0';
}
