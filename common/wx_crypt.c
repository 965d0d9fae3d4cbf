#include "wx_crypt.h"

#include <string.h>

#include <openssl/evp.h>

enum { KEY_BYTES = 32, PAD_MAX = 32, HEAD = 20 }; /* 16 random bytes and the length stand before the message */

#define ALNUM "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

bool wx_aes_key_valid(const char *aes_key) {
    return strlen(aes_key) == WX_AES_KEY_LEN && strspn(aes_key, ALNUM) == WX_AES_KEY_LEN;
}

/* Base64; the last character may carry spare bits that are not zero. */
static bool decode(const char *text, size_t len, struct buf *out) {
    size_t pad = 0;
    if (len == 0 || len % 4 != 0)
        return false;
    while (pad < 2 && text[len - 1 - pad] == '=')
        pad++;
    int got =
        EVP_DecodeBlock((unsigned char *)buf_room(out, len / 4 * 3 + 1), (const unsigned char *)text, int_of(len));
    if (got < 0)
        return false;
    out->len += (size_t)got - pad;
    return true;
}

static bool decrypt(const unsigned char key[KEY_BYTES], const struct buf *sealed, struct buf *plain) {
    unsigned char *to = (unsigned char *)buf_room(plain, sealed->len + 32);
    int done = 0, last = 0;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    bool ok = context &&
              EVP_DecryptInit_ex(context, EVP_aes_256_cbc(), NULL, key, key) == 1 && /* the IV is the key's start */
              EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&                         /* theirs is of 32 bytes */
              EVP_DecryptUpdate(context, to, &done, (const unsigned char *)sealed->data, int_of(sealed->len)) == 1 &&
              EVP_DecryptFinal_ex(context, to + done, &last) == 1;
    EVP_CIPHER_CTX_free(context);
    plain->len += ok ? (size_t)(done + last) : 0;
    return ok;
}

/* Takes the padding off: 1 to 32 bytes that each say how many. */
static bool unpad(const struct buf *plain, size_t *len) {
    size_t pad = plain->len > 0 ? (unsigned char)plain->data[plain->len - 1] : 0;
    if (pad < 1 || pad > PAD_MAX || pad > plain->len)
        return false;
    for (size_t i = 1; i <= pad; i++)
        if ((unsigned char)plain->data[plain->len - i] != pad)
            return false;
    *len = plain->len - pad;
    return true;
}

/* 16 random bytes, the length of the message, the message, the appid. */
static bool take_message(const struct buf *plain, const char *appid, struct buf *message) {
    const unsigned char *at = (const unsigned char *)plain->data;
    size_t len;
    if (!unpad(plain, &len) || len < HEAD)
        return false;
    size_t size = (size_t)at[16] << 24 | (size_t)at[17] << 16 | (size_t)at[18] << 8 | at[19];
    if (size > len - HEAD || len - HEAD - size != strlen(appid) ||
        memcmp(at + HEAD + size, appid, strlen(appid)) != 0)
        return false;
    buf_add(message, at + HEAD, size);
    return true;
}

bool wx_decrypt(const char *aes_key, const char *appid, const char *encrypted, struct buf *message, struct err *err) {
    AUTO_BUF struct buf key = {0}, sealed = {0}, plain = {0};
    char padded[WX_AES_KEY_LEN + 2] = "";
    if (!wx_aes_key_valid(aes_key))
        return fail(err, ERR_CONFIG, "an EncodingAESKey has 43 letters and digits");
    memcpy(padded, aes_key, WX_AES_KEY_LEN);
    padded[WX_AES_KEY_LEN] = '=';
    bool ok = decode(padded, WX_AES_KEY_LEN + 1, &key) && key.len == KEY_BYTES &&
              decode(encrypted, strlen(encrypted), &sealed) &&
              decrypt((const unsigned char *)key.data, &sealed, &plain) && take_message(&plain, appid, message);
    OPENSSL_cleanse(padded, sizeof padded);
    return ok || fail(err, ERR_PROTOCOL, "the push does not open with this account's EncodingAESKey");
}
