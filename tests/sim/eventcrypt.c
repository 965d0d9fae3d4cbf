#include "eventcrypt.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "cardsign.h"

#define KEY_LETTERS 43
#define PAD_BLOCK 32
#define RANDOM_SIZE 16

void event_sign(const char *token, const char *timestamp, const char *nonce, const char *encrypted, char *hex) {
    const char *values[] = {token, timestamp, nonce, encrypted};
    card_sign(values, COUNT_OF(values), hex); /* the same rule as a cardExt's: sort, join, SHA-1 */
}

static bool read_key(const char *letters, unsigned char *key) {
    unsigned char padded[KEY_LETTERS + 2] = {0};
    if (strlen(letters) != KEY_LETTERS)
        return false;
    memcpy(padded, letters, KEY_LETTERS);
    padded[KEY_LETTERS] = '=';
    return EVP_DecodeBlock(key, padded, KEY_LETTERS + 1) == 33; /* 32 and one of padding */
}

/* 16 random bytes, the length, the message, the appid, then 1 to 32 bytes of padding that each say how many. */
static size_t lay_out(const struct account *a, const char *xml, unsigned char *to) {
    size_t length = strlen(xml), tail = strlen(a->appid), size = RANDOM_SIZE + 4 + length + tail;
    size_t pad = PAD_BLOCK - size % PAD_BLOCK;
    random_bytes(to, RANDOM_SIZE);
    for (size_t i = 0; i < 4; i++)
        to[RANDOM_SIZE + i] = (unsigned char)(length >> (24 - 8 * i));
    memcpy(to + RANDOM_SIZE + 4, xml, length);
    memcpy(to + RANDOM_SIZE + 4 + length, a->appid, tail);
    memset(to + size, (int)pad, pad);
    return size + pad;
}

static bool encrypt(const unsigned char *key, const unsigned char *plain, size_t size, unsigned char *to) {
    int done = 0, last = 0;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    bool good = ctx && EVP_EncryptInit_ex(ctx, EVP_aes_256_cbc(), NULL, key, key) == 1 &&
                EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 && EVP_EncryptUpdate(ctx, to, &done, plain, (int)size) == 1 &&
                EVP_EncryptFinal_ex(ctx, to + done, &last) == 1 && (size_t)(done + last) == size;
    EVP_CIPHER_CTX_free(ctx);
    return good;
}

char *event_encrypt(const struct account *a, const char *xml) {
    unsigned char key[33];
    if (!read_key(a->encoding_aes_key, key))
        return NULL;
    size_t room = strlen(xml) + strlen(a->appid) + RANDOM_SIZE + 4 + PAD_BLOCK;
    unsigned char *plain = need(room), *sealed = need(room + PAD_BLOCK);
    size_t size = lay_out(a, xml, plain);
    char *text = NULL;
    if (encrypt(key, plain, size, sealed)) {
        text = need(size / 3 * 4 + 8);
        EVP_EncodeBlock((unsigned char *)text, sealed, (int)size);
    }
    free(plain);
    free(sealed);
    return text;
}
