/* wx_error.h - what WeChat's error codes mean, what an operator does about each, and what the worker does on its own.
 */
#ifndef KAQUAN_WX_ERROR_H
#define KAQUAN_WX_ERROR_H

#include "base.h"
#include "err.h"

/* Which endpoint answered: the same number means another thing at another group. */
enum wx_group {
    WX_TOKENS,  /* T: token, stable_token */
    WX_TICKETS, /* K: getticket */
    WX_CARDS,   /* C: the card endpoints */
    WX_UTILITY  /* U: addresses, quotas, pictures */
};

enum wx_class {
    WX_OK,
    WX_DONE,        /* it may have been done before: look, then take it as success */
    WX_TRANSIENT,   /* busy, or not reached */
    WX_GARBAGE,     /* an answer that is not WeChat's: captive portal, proxy page */
    WX_TOKEN_STALE, /* the access_token is not (or no longer) good */
    WX_CONFIG,      /* appid, AppSecret or mode are wrong */
    WX_HOST,        /* this host's address is not whitelisted; another host's may be */
    WX_CONFIRM,     /* the account's administrator must confirm on the phone */
    WX_QUOTA,       /* the day's calls are used up */
    WX_MINUTE,      /* too many calls within a minute */
    WX_PERMISSION,  /* the account may not do this */
    WX_BAD_DATA,    /* what we sent is wrong; never repeated unchanged */
    WX_STOCK,       /* stock and codes do not fit together */
    WX_UNKNOWN,     /* a number that is in no table: never taken as success */
    WX_CLASSES
};

/* How long to wait; the seconds of a rule go with it. */
enum wx_wait_kind {
    WX_WAIT_NONE,
    WX_WAIT_DOUBLE, /* doubled with each failure in a row, up to a cap, with chance */
    WX_WAIT_FIXED,
    WX_WAIT_MINUTE,  /* into the next minute */
    WX_WAIT_DAY,     /* past midnight in China, when the day's calls begin anew */
    WX_WAIT_OPERATOR /* until somebody changes something */
};

/* What the worker does on an answer of a class. Seconds are WeChat's (unscaled). */
struct wx_rule {
    enum wx_class class;
    const char *name; /* as in credential.last_class */
    enum wx_wait_kind wait;
    double seconds;
    int tries;         /* of one call in one run; 1: never repeated by itself */
    int breaker_after; /* failures in a row that open a credential's breaker; 0: never */
    int stop_after;    /* failures in a row that stop any other endpoint for the account; 0: never */
    bool blocks_host;  /* this host leaves the account to others for that long */
    bool alert;
    enum err_kind kind;
    const char *help;
};
const struct wx_rule *wx_rule(enum wx_class class);
/* By its name; WX_UNKNOWN when there is none. */
enum wx_class wx_class_named(const char *name);

/* A row of the table of error codes. A cure says what to click or change, and where. */
struct wx_error {
    int errcode;
    enum wx_class class;
    const char *meaning;
    const char *cure;
    const char *meaning_zh;
    const char *cure_zh;
};
/* All rows; those that hold for the token endpoints only are counted by `*special`, behind the general ones. */
const struct wx_error *wx_errors(size_t *count, size_t *special);
/* NULL when there is no such row: the number is unknown. */
const struct wx_error *wx_error_find(int errcode);
/* The row as it holds for this group: 40001 is a wrong AppSecret at a token endpoint. */
const struct wx_error *wx_error_at(enum wx_group group, int errcode);
/* In the language of lang.h. */
const char *wx_error_meaning(const struct wx_error *row);
const char *wx_error_cure(const struct wx_error *row);
enum wx_class wx_classify(enum wx_group group, int errcode);

/* Seconds (WeChat's) until the next try: `streak` failures in a row came before this one, `chance` is uniform in
 * 0..1, `now` is WeChat's time in Unix seconds. INFINITY: not before an operator did something. */
double wx_wait(enum wx_class class, int errcode, int streak, double chance, double now);

enum { WX_ADDRESS_SIZE = 46 };
/* The address that WeChat saw, out of the message of 40164, 61004 or 45035; false when it names none. An IPv4 address
 * written as IPv6 comes as IPv4. */
bool wx_address_of(const char *errmsg, char address[WX_ADDRESS_SIZE]);

#endif
