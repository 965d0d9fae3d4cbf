/* scene.h - the scene of a test about cards: an account, an approved template, the epoch of an api_ticket, a pool
 * with cards in it, and a backend that claims them. Nothing here talks to WeChat; signatures are made up. */
#ifndef KAQUAN_SCENE_H
#define KAQUAN_SCENE_H

#include "harness.h"

/* A backend's login, a member of kaquan_backend; the cluster keeps it. */
#define SCENE_BACKEND "kaquan_test_backend"
void scene_login(const char *login);

/* A template of an account of its own; both have the key `key`. */
struct scene {
    int64_t account;
    int32_t template_id;
    char key[41];
    char card_id[33];
};

/* `mode`: merchant, deposit, wechat (code modes), or bound: merchant with bind_openid. The account has no api_ticket.
 */
struct scene scene_template(const char *key, const char *mode);
/* Another template of the same account. */
struct scene scene_sibling(const struct scene *s, const char *key, const char *mode);
/* As scene_template(), granted to SCENE_BACKEND and with an epoch 1 that lives for 7000 s. */
struct scene scene_new(const char *key, const char *mode);
void scene_grant(const struct scene *s, const char *login);
/* The account's api_ticket is now of this epoch, and lives so long. */
void scene_epoch(const struct scene *s, int64_t epoch, double seconds);
void scene_revoke(const struct scene *s, int64_t epoch);

/* --- fills --- */

/* One fill, by fill_begin() and fill_commit(); `session` is a role as of test_sql(). */
struct scene_fill {
    const struct scene *scene;
    int64_t epoch, cards;
    int64_t slot, fill, first_ordinal, signed_at, first_run;
    char previous_fill[24]; /* "null" for the first */
};
void scene_fill_begin(const char *session, const struct scene *s, int64_t epoch, int64_t cards, struct scene_fill *f);
/* The cards by INSERT. Codes are `prefix`1, `prefix`2, ...; NULL: numbered by the fill's run, as generated ones are.
 */
void scene_fill_cards(const char *session, const struct scene_fill *f, const char *prefix);
/* The statement of fill_commit(), for test_sql_refused(); and done. */
const char *scene_fill_commit_sql(const struct scene_fill *f, bool final);
void scene_fill_commit(const char *session, const struct scene_fill *f, bool final);

/* All of it in one transaction of kaquan_worker. */
struct scene_fill scene_fill(const struct scene *s, int64_t epoch, int64_t cards);
struct scene_fill scene_fill_final(const struct scene *s, int64_t epoch, int64_t cards); /* the stock ends with it */
struct scene_fill scene_fill_codes(const struct scene *s, int64_t epoch, int64_t cards, const char *prefix);
/* Codes that may be tickets already. */
struct scene_fill scene_fill_imported(const struct scene *s, int64_t epoch, int64_t cards, const char *prefix);
/* What the worker does with a ticket that waits for a signature. `code` NULL: keeps what it has. */
void scene_sign(const struct scene *s, const char *request_id, const char *code, int64_t epoch);

/* The next fill takes this slot. Gives it back too, as if the template that has it were filled elsewhere. */
void scene_slot_next(int64_t slot);
void scene_slot_give_back(int64_t slot);

/* --- what a backend calls --- */

/* An answer. NULL is "", or NAN. */
struct answer {
    char outcome[24];
    char card_id[40];
    char card_ext[400];
    char code[24];
    char valid_until[40];
    double retry_after;
    char whole[800]; /* all of it, for comparing */
};
/* `openid` NULL: none. As `session`, a role as of test_sql(). */
struct answer scene_claim(const char *session, const char *key, const char *request_id, const char *openid);
struct answer scene_get(const char *session, const char *key, const char *request_id);
struct answer scene_renew(const char *session, const char *key, const char *request_id);
/* As SCENE_BACKEND, without openid. */
struct answer claim(const struct scene *s, const char *request_id);

/* Teardown of a test: ends the sessions that it may have left in a transaction. */
int scene_end(void **state);
/* Waits until so many sessions of this database wait for a lock. */
void scene_wait_for_locks(int waiters);
/* Something of a ticket: an SQL expression over its row t. */
const char *scene_ticket(const struct scene *s, const char *request_id, const char *expression);
int64_t scene_tickets(const struct scene *s);

#endif
