/* account.h - WeChat accounts and their sealed secrets. */
#ifndef KAQUAN_ACCOUNT_H
#define KAQUAN_ACCOUNT_H

#include "audit.h"
#include "db.h"
#include "err.h"
#include "secret.h"

enum { ACCOUNT_KEY_SIZE = 41, ACCOUNT_APPID_SIZE = 33 };
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
/* Seals the AppSecret to the worker's certificate and stores it. */
bool account_set_secret(struct db *db, const struct act *act, const char *key, const struct secret *secret,
                        struct err *err);
/* Seals the EncodingAESKey of the account's pushes; those that could not be read are read again. */
#define ACCOUNT_AES_KEY "aes_key" /* its seal_place.column */
bool account_set_aes_key(struct db *db, const struct act *act, const char *key, const struct secret *aes_key,
                         struct err *err);
bool account_enable(struct db *db, const struct act *act, const char *key, bool enabled, struct err *err);

#endif
