/* wx_crypt.h - WeChat's encryption of pushes (wechat-card-api.md 19): AES-256-CBC under the EncodingAESKey, by
 * OpenSSL. */
#ifndef KAQUAN_WX_CRYPT_H
#define KAQUAN_WX_CRYPT_H

#include "base.h"
#include "buf.h"
#include "err.h"

enum { WX_AES_KEY_LEN = 43 };

/* Is it 43 letters and digits, as WeChat's console shows an EncodingAESKey? */
bool wx_aes_key_valid(const char *aes_key);

/* Opens the text of <Encrypt>, which must be for this appid, and appends the message. ERR_PROTOCOL without a hint of
 * the content otherwise. */
bool wx_decrypt(const char *aes_key, const char *appid, const char *encrypted, struct buf *message, struct err *err);

#endif
