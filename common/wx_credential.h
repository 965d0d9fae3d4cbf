/* wx_credential.h - an account's access_token and api_ticket: kept fresh by one lease row each (table credential),
 * which decides between any number of workers. A lease is fenced: an answer that comes too late is thrown away. Times
 * are the database's, durations WeChat's; the statements divide them by site.time_scale. */
#ifndef KAQUAN_WX_CREDENTIAL_H
#define KAQUAN_WX_CREDENTIAL_H

#include "base.h"
#include "db.h"
#include "err.h"
#include "http.h"
#include "seal.h"
#include "secret.h"
#include "wx_api.h"

enum credential_kind { CREDENTIAL_TOKEN, CREDENTIAL_TICKET }; /* access_token, api_ticket */
const char *credential_kind_name(enum credential_kind kind);

/* What a call to WeChat needs; all lent. */
struct wx_tools {
    struct db *db;
    struct http *http;
    const struct seal_key *key; /* NULL: a person's, who asks the worker to call; `http` is NULL then, too */
    const char *host;           /* this host's name in leases and checks */
    bool by_person;             /* may spend what jobs leave of a day's limit (site.quota_reserve) */
    double patience_s;          /* of who asks the worker */
};

/* --- the lease --- */

struct credential_lease {
    int64_t account_id;
    enum credential_kind kind;
    int64_t fence;
    int64_t epoch;        /* of the stored value; 0: none */
    struct secret stored; /* empty when there is none, or none that this key opens */
    struct secret app_secret;
    char appid[40];
    char api_base[256];
    bool classic;      /* the account's token mode */
    bool force;        /* this fetch replaces the token by force */
    int streak;        /* failures in a row so far */
    double started;    /* database time when the lease was taken, Unix seconds */
    double wechat_now; /* the same in WeChat's time */
    double deadline;   /* clock_seconds() after which the lease is not to be trusted */
};
#define AUTO_LEASE AUTO(credential_lease_clear)
void credential_lease_clear(struct credential_lease *lease);

/* Takes the lease when the credential is due (or `anyway`) and nothing stands in the way, and spends one of the day's
 * refreshes; *taken says whether. False only when the database or the account's secret cannot be read. */
bool credential_acquire(const struct wx_tools *tools, int64_t account_id, enum credential_kind kind, bool anyway,
                        struct credential_lease *lease, bool *taken, struct err *err);

/* What became of a value. */
enum credential_outcome {
    CREDENTIAL_NOTHING,   /* not due, or somebody else is at it */
    CREDENTIAL_CONFIRMED, /* WeChat named the same value again */
    CREDENTIAL_RENEWED    /* a new value: epoch + 1 */
};

/* Keeps the answer and gives the lease back. ERR_LOST when fenced off: the answer is thrown away. */
bool credential_store(const struct wx_tools *tools, const struct credential_lease *lease, const struct secret *value,
                      int64_t expires_in, enum credential_outcome *outcome, struct err *err);

/* Notes why there was no answer, when to try again, and gives the lease back. The stored value stays. */
bool credential_fail(const struct wx_tools *tools, const struct credential_lease *lease, const struct wx_reply *reply,
                     struct err *err);

/* --- the value --- */

struct credential {
    int64_t epoch;
    bool there; /* a value is stored */
    bool due;   /* to be asked for now */
    char fingerprint[FINGERPRINT_LEN + 1];
    double valid_until;  /* database time, Unix seconds */
    double seconds_left; /* real seconds; an access_token has 60 of WeChat's taken off */
    double wechat_age;   /* WeChat's seconds since it was last fetched or confirmed */
    bool age_known;
    bool suspect;       /* WeChat rejected it */
    bool rejected;      /* even fresh ones are rejected just now: leave WeChat alone for a minute */
    double due_at;      /* when it is asked for next; INFINITY: not before an operator did something */
    char hindrance[16]; /* credential_hindrance(): what stands in the way here, or "" */
};

/* What is known of the stored value, without opening it. */
bool credential_look(const struct wx_tools *tools, int64_t account_id, enum credential_kind kind,
                     struct credential *info, struct err *err);

/* Opens the stored value; `info` is filled also when it fails. ERR_UNAVAILABLE when there is none yet. */
bool credential_load(const struct wx_tools *tools, int64_t account_id, enum credential_kind kind,
                     struct secret *value, struct credential *info, struct err *err);

/* WeChat rejected the value of `used_epoch` (0: whatever is stored): it is fetched anew, unless a newer one is there.
 */
bool credential_suspect(struct db *db, int64_t account_id, enum credential_kind kind, int64_t used_epoch,
                        struct err *err);

/* --- all of it --- */

/* Acquires, asks WeChat, stores or notes the failure. Nothing due is success with CREDENTIAL_NOTHING; `anyway` asks
 * although it is not due. An api_ticket is asked for with the present access_token, which is refreshed when need be.
 */
bool credential_refresh(const struct wx_tools *tools, int64_t account_id, enum credential_kind kind, bool anyway,
                        enum credential_outcome *outcome, struct err *err);

/* An access_token to call with: the stored one while it is good, else refreshed, waiting a little for another worker
 * that is at it. *refreshed says whether this fetched or confirmed it just now. */
bool credential_use_token(const struct wx_tools *tools, int64_t account_id, struct secret *value,
                          struct credential *info, bool *refreshed, struct err *err);

/* The account's AppSecret, for a call that takes it in place of a token. */
bool credential_app_secret(const struct wx_tools *tools, int64_t account_id, const char *appid, struct secret *secret,
                           struct err *err);

/* WeChat refused the access_token of `info` at `e`. One that should still live is noted (table token_refusal):
 * somebody else replaced it. */
void credential_refused(const struct wx_tools *tools, int64_t account_id, const struct wx_endpoint *e,
                        const struct credential *info, int errcode);

/* A token that was fetched only just before was rejected, too: everybody stops for a minute, and after the second
 * time the next fetch is by force (3 a day). */
bool credential_rejected(const struct wx_tools *tools, int64_t account_id, int64_t epoch,
                         const struct wx_reply *reply, struct err *err);

#endif
