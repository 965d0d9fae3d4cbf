/* account.h - the official accounts the simulator plays: secret, IP whitelist, callback, and what belongs to them. */
#ifndef SIM_ACCOUNT_H
#define SIM_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "apiticket.h"
#include "hash.h"
#include "token.h"
#include "world.h"

#define ADDRESS_SIZE 64

enum add_reason {
    ADD_OK,
    ADD_PARAMETER,
    ADD_SIGNATURE,
    ADD_USED,
    ADD_STATUS,
    ADD_STOCK,
    ADD_LIMIT,
    ADD_CODE,
    ADD_REASONS
};

struct account {
    char appid[64], secret[128], name[128], original_id[20];
    bool whitelist_on;
    char (*whitelist)[ADDRESS_SIZE];
    size_t whitelist_count;
    char callback_url[512], callback_token[33], encoding_aes_key[44];
    struct token_chain chains[TOKEN_CHAINS];
    struct ticket_line tickets[TICKET_TYPES];
    struct hash testers; /* openid or WeChat id */
    struct hash nonces;  /* "timestamp nonce_str" of used cardExts */
    struct hash codes;   /* codes that WeChat made -> struct code */
    int64_t quota_clears, quota_month;
    int64_t adds[ADD_REASONS], adds_stale;
};

struct account *account_find(const struct world *w, const char *appid);

/* Adds an account, or changes the one with this appid. Keys: appid, secret, name, original_id, whitelist (array, or
 * null for none), callback_url, callback_token, encoding_aes_key. NULL and a sentence in `why` if it is not sound. */
struct account *account_put(struct world *w, const cJSON *from, char *why, size_t why_size);

/* "APPID:SECRET" as on the command line. */
bool account_put_text(struct world *w, const char *appid_secret);

/* May a caller from `peer` (numeric address) fetch a token of this account? */
bool account_admits(const struct account *a, const char *peer);
void account_whitelist_add(struct account *a, const char *address);
void account_whitelist_remove(struct account *a, const char *address);

/* The account without its secrets. */
cJSON *account_json(const struct account *a);

void account_free(void *account);

#endif
