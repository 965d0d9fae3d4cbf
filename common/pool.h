/* pool.h - cards signed ahead of time. The worker fills the pool; backends take from it by card_claim(). */
#ifndef KAQUAN_POOL_H
#define KAQUAN_POOL_H

#include "db.h"
#include "err.h"
#include "secret.h"

enum { POOL_REASON_MAX = 40 };

/* What a template's pool wants: the view pool_need. */
struct pool_need {
    int32_t template_id;
    char template_key[41];
    int64_t account_id;
    int64_t epoch;      /* to sign in */
    int64_t wanted;     /* cards the pool should have, within the stock */
    int64_t stock_left; /* INT64_MAX: not limited */
    int64_t ready;
    bool with_code;
    bool imported;                /* the codes are those of code_stock that are no tickets */
    char reason[POOL_REASON_MAX]; /* "" : full enough */
};

/* ERR_BUSY when there is no epoch to sign in (no api_ticket with enough life, template not approved, paused, bound).
 */
bool pool_need(struct db *db, int32_t template_id, struct pool_need *need, struct err *err);

/* Told now and then how many cards are copied; false stops the fill. */
struct pool_progress {
    bool (*tell)(void *context, int64_t done, int64_t total, struct err *err);
    void *context;
};

/* What a fill did. */
struct pool_filled {
    int slot;
    int fill;
    int64_t cards;
    double seconds;
};

/* Signs `cards` cards of the template in need->epoch with `api_ticket` and opens them to claims in place of what was
 * open: all of them or none, in one transaction; memory is one chunk, whatever `cards` is, and a page of imported
 * codes. When fewer of these are left, so many cards are signed. ERR_BUSY when no slot is free, the epoch ended
 * meanwhile or another fill came first. */
bool pool_fill(struct db *db, const struct pool_need *need, const struct secret *api_ticket, int64_t cards,
               const char *host, const struct pool_progress *progress, struct pool_filled *filled, struct err *err);

#endif
