/* wx_usage.h - the ledger of calls: counted before they are made, refusals noted after (table api_usage). */
#ifndef KAQUAN_WX_USAGE_H
#define KAQUAN_WX_USAGE_H

#include "base.h"
#include "db.h"
#include "wx_credential.h"

/* A counted call, kept until its answer is there. */
struct wx_spent {
    int streak; /* failures in a row before it */
    double now; /* WeChat's time in Unix seconds */
};

/* Counts a call of `e` in the name of an account before it is made. A call with a token is refused while the endpoint
 * is stopped for the account or this host is blocked, and a job's when the rest of the day's limit is for people:
 * `err` says until when. */
bool wx_usage_spend(const struct wx_tools *tools, int64_t account_id, const struct wx_endpoint *e,
                    struct wx_spent *spent, struct err *err);

/* Notes how it went; refusals that every call would meet stop the endpoint for the account, and one for the day's
 * quota teaches its limit. */
bool wx_usage_note(struct db *db, int64_t account_id, const struct wx_endpoint *e, const struct wx_spent *spent,
                   const struct wx_reply *reply, struct err *err);

/* A refusal was about what was sent, not about the account: the endpoint is not stopped. */
bool wx_usage_resume(struct db *db, int64_t account_id, const struct wx_endpoint *e, struct err *err);

/* This host is not whitelisted for the account: it leaves the account to others for a while, and the address that
 * WeChat saw is noted. `text` is WeChat's. */
bool wx_host_refused(struct db *db, int64_t account_id, const char *host, const struct wx_reply *reply,
                     struct err *err);
/* This host got through. */
bool wx_host_listed(struct db *db, int64_t account_id, const char *host, struct err *err);

#endif
