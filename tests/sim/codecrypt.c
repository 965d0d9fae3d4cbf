#include "codecrypt.h"

#include <string.h>

#include <openssl/evp.h>

#define NONCE_SIZE 16
#define PLAIN_SIZE 32 /* 20 bytes of code, then 12 hex digits that name the account */
#define CODE_ROOM 20

static bool run_cipher(struct world *w, const unsigned char *nonce, const unsigned char *from, unsigned char *to) {
    int size = 0;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    bool good = ctx && EVP_EncryptInit_ex(ctx, EVP_aes_256_ctr(), NULL, w->code_key, nonce) == 1 &&
                EVP_EncryptUpdate(ctx, to, &size, from, PLAIN_SIZE) == 1 && size == PLAIN_SIZE;
    EVP_CIPHER_CTX_free(ctx);
    return good;
}

static void account_mark(const char *appid, char *mark) {
    char hex[41];
    sha1_hex(appid, strlen(appid), hex);
    memcpy(mark, hex, PLAIN_SIZE - CODE_ROOM);
}

void code_encrypt(struct world *w, const char *appid, const char *code, char *to) {
    unsigned char plain[PLAIN_SIZE] = {0}, sealed[NONCE_SIZE + PLAIN_SIZE];
    size_t length = strlen(code);
    memcpy(plain, code, length < CODE_ROOM ? length : CODE_ROOM);
    account_mark(appid, (char *)plain + CODE_ROOM);
    random_bytes(sealed, NONCE_SIZE);
    run_cipher(w, sealed, plain, sealed + NONCE_SIZE);
    EVP_EncodeBlock((unsigned char *)to, sealed, sizeof sealed);
}

bool code_decrypt(struct world *w, const char *appid, const char *encrypted, char *to) {
    unsigned char plain[PLAIN_SIZE], sealed[NONCE_SIZE + PLAIN_SIZE];
    char mark[PLAIN_SIZE - CODE_ROOM];
    if (strlen(encrypted) != ENCRYPT_CODE_SIZE - 1 ||
        EVP_DecodeBlock(sealed, (const unsigned char *)encrypted, ENCRYPT_CODE_SIZE - 1) != (int)sizeof sealed)
        return false;
    account_mark(appid, mark);
    if (!run_cipher(w, sealed, sealed + NONCE_SIZE, plain) || memcmp(plain + CODE_ROOM, mark, sizeof mark) != 0)
        return false;
    memcpy(to, plain, CODE_ROOM);
    to[CODE_ROOM] = '\0';
    return true;
}
