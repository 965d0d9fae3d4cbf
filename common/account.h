/* account.h - WeChat accounts and their sealed secrets. */
#ifndef KAQUAN_ACCOUNT_H
#define KAQUAN_ACCOUNT_H

#include "audit.h"
#include "buf.h"
#include "db.h"
#include "err.h"
#include "secret.h"

enum { ACCOUNT_KEY_SIZE = 41, ACCOUNT_APPID_SIZE = 33, KEY_ID_SIZE = 17 };
#define ACCOUNT_API_BASE "https://api.weixin.qq.com" /* unless an administrator says otherwise */

struct account {
    int64_t id;
    char key[ACCOUNT_KEY_SIZE];
    char appid[ACCOUNT_APPID_SIZE];
    char name[121];
    char original_id[48]; /* "" : not known */
    char api_base[256];
    char token_mode[8]; /* stable, classic */
    bool enabled;
    bool has_secret;
    int version;
};

/* ERR_INPUT when there is no such account. `key` NULL: the only one there is. */
bool account_get(struct db *db, const char *key, struct account *account, struct err *err);

/* Adds it, with an AppSecret or NULL; sets account->id. Each act is one transaction with its row in the audit log. */
bool account_add(struct db *db, const struct act *act, struct account *account, const struct secret *secret,
                 struct err *err);
/* What is sealed of an account, by its seal_place.column: the AppSecret, and the EncodingAESKey of its pushes. */
#define ACCOUNT_SECRET "secret"
#define ACCOUNT_AES_KEY "aes_key"
/* Seals one of them to the worker's certificate, of which the id is told. ERR_INPUT when it cannot be one. */
bool account_seal(struct db *db, const char *key, const char *column, const struct secret *secret, struct buf *sealed,
                  char key_id[KEY_ID_SIZE], struct err *err);
/* Seals it and stores it; NULL: the one that waits with the request of `act` is put there as it is. Pushes that could
 * not be read without the EncodingAESKey are read again. */
bool account_set_secret(struct db *db, const struct act *act, const char *key, const struct secret *secret,
                        struct err *err);
bool account_set_aes_key(struct db *db, const struct act *act, const char *key, const struct secret *aes_key,
                         struct err *err);
bool account_enable(struct db *db, const struct act *act, const char *key, bool enabled, struct err *err);

#endif
