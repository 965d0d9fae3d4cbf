/* codecrypt.h - encrypt_code: what a phone is told instead of the code. 64 letters of base64, + and / among them. */
#ifndef SIM_CODECRYPT_H
#define SIM_CODECRYPT_H

#include <stdbool.h>

#include "world.h"

#define ENCRYPT_CODE_SIZE 65

/* `code` has at most 20 bytes. The same code looks different each time. */
void code_encrypt(struct world *w, const char *appid, const char *code, char *to);

/* False if it was not made for this account; `to` holds 21 bytes. */
bool code_decrypt(struct world *w, const char *appid, const char *encrypted, char *to);

#endif
