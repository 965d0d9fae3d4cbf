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
 * else changed it meanwhile: t->version is the one that its writer had seen, 0 none, -1 whatever there is. ERR_BUSY
 * otherwise. *added says which. */
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

/* Queues the job `template_submit` of a draft; *job is its id. */
bool template_submit(struct db *db, const struct act *act, const char *key, int64_t *job, struct err *err);

/* --- templates that WeChat has: template_change.c, template_live.c, template_review.c --- */

/* What the operator wrote, and what was sent last; the caller owns them. */
cJSON *template_draft(struct db *db, int32_t id, struct err *err);
cJSON *template_sent(struct db *db, int32_t id, struct err *err);

/* ERR_INPUT when WeChat has no card of the template (any more). */
bool template_has_card(const struct template *t, struct err *err);

/* Queues the job `template_update`, which sends what differs. ERR_INPUT when WeChat has no such card, or when
 * something was changed that WeChat never changes. */
bool template_push(struct db *db, const struct act *act, const struct template *t, int64_t *job, struct err *err);

/* Writes a change of the stock down and queues the job `template_stock`, which carries it out once. ERR_BUSY while
 * another change is open; ERR_INPUT when more is taken away than is left. */
bool template_stock(struct db *db, const struct act *act, const struct template *t, int64_t change, int64_t *job,
                    struct err *err);

/* Stops handing out cards and queues the job `template_delete`; a template that WeChat has not is deleted at once
 * (*job 0). */
bool template_delete(struct db *db, const struct act *act, const struct template *t, int64_t *job, struct err *err);

/* Takes over a card that was made elsewhere: t->key, t->account_id and t->card_id say which, `live` is its body. */
bool template_adopt(struct db *db, const struct act *act, struct template *t, const cJSON *live,
                    const char *wechat_status, struct err *err);

/* The columns of a template out of its body: type, title, code mode, openid, stock. */
bool template_describe(const cJSON *body, struct template *t, struct err *err);

/* The form of card/create out of "card" of card/get: without what WeChat added. The caller owns it. */
cJSON *template_live(const cJSON *envelope, struct err *err);
/* All cards that ever were in the stock, claimed or not. */
bool template_live_total(const cJSON *envelope, int64_t *total, struct err *err);

/* What WeChat says of a card, by an event (card_pass_check is CARD_STATUS_VERIFY_OK, card_not_pass_check is
 * CARD_STATUS_VERIFY_FAIL) or asked: its status as it came, the reason of a refusal (NULL: not told, one told before
 * stays), and when it was said (Unix seconds; 0: now). *applied is false when there is no such template, or when the
 * card was sent or judged again since: repeated and late events do no harm. */
bool template_reviewed(struct db *db, const char *card_id, const char *wechat_status, const char *reason, int64_t at,
                       bool *applied, struct err *err);

#endif
