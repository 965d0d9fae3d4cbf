/* whitelist.h - does WeChat accept this host's egress address for an account? Asked by fetching a token in normal
 * mode. */
#ifndef KAQUAN_WHITELIST_H
#define KAQUAN_WHITELIST_H

#include "work.h"
#include "wx_error.h"

/* What may stand between a host and an account's token, a row for each number. */
struct whitelist_cause {
    int errcode;
    const char *outcome; /* refused: by the whitelist; confirm, rejected: by the administrator; frozen: the secret */
    double again_s;      /* WeChat's seconds until asking again makes sense, once people did their part */
    const char *wait;    /* the same in words */
};
/* NULL: the number says nothing about the way to WeChat. */
const struct whitelist_cause *whitelist_cause(int errcode);

struct whitelist_answer {
    bool listed;
    const struct whitelist_cause *cause; /* when it is not listed */
    char address[WX_ADDRESS_SIZE];       /* as WeChat saw it, when it said so; "" otherwise */
};

/* Asks now, whatever stood in the way. True for a clear answer: listed, or refused for a cause, and then `err` has
 * WeChat's words and the cure all the same. What came of it is recorded in whitelist_check, and for this host in
 * host_block. */
bool whitelist_ask(struct work *work, int64_t account_id, struct whitelist_answer *answer, struct err *err);

#endif
