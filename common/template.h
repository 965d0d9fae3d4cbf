/* template.h - templates: WeChat's cards as the operator wrote them, their review and their pool's size. */
#ifndef KAQUAN_TEMPLATE_H
#define KAQUAN_TEMPLATE_H

#include <cjson/cJSON.h>

#include "account.h"
#include "audit.h"
#include "db.h"
#include "err.h"

enum { TEMPLATE_KEY_SIZE = 41, TEMPLATE_BODY_MAX = 256 << 10 };

struct template {
    int32_t id;
    int64_t account_id;
    char key[TEMPLATE_KEY_SIZE]; /* the name backends use */
    char card_type[25];
    char title[64];
    char code_mode[9]; /* merchant, deposit, wechat */
    bool bind_openid;
    char status[9]; /* draft, sending, waiting, approved, refused, deleted, unknown */
    char card_id[33];
    int64_t stock; /* cards that may exist in all; -1: not limited by us */
    int version;
};

/* ERR_INPUT when there is no such template. */
bool template_get(struct db *db, const char *key, struct template *t, struct err *err);

/* Strict JSON, whatever it says; ERR_INPUT with line and column otherwise. The caller owns it. */
cJSON *template_parse(const char *text, size_t len, struct err *err);

/* Reads what card/create takes, as template_lint.h wants it. Fills card_type, title, code_mode, bind_openid and stock
 * of `t`. ERR_INPUT names the field. The caller owns the body. */
cJSON *template_read(const char *text, size_t len, struct template *t, struct err *err);

/* The member of its type in what card/create takes, or card/get answers; NULL when there is none. */
const cJSON *template_card(const cJSON *body);

/* Stores a template that was read, under t->key: a new one, or one that is a draft or was refused, as far as nobody
 * else changed it meanwhile. *added says which. */
bool template_import(struct db *db, const struct act *act, struct template *t, const cJSON *body, bool *added,
                     struct err *err);

/* What an operator changes of pool and sale. NULL: stays. Times are ISO 8601 with a zone, "none" takes one away. */
struct template_change {
    const int64_t *target;
    const int64_t *low;
    const bool *paused;
    const char *sale_from;
    const char *sale_until;
};
bool template_set(struct db *db, const struct act *act, const char *key, const struct template_change *change,
                  struct err *err);

/* Queues the job `template_submit` of a draft or refused template; *job is its id. */
bool template_submit(struct db *db, const struct act *act, const char *key, int64_t *job, struct err *err);

#endif
