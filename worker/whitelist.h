/* whitelist.h - does WeChat accept this host's egress address for an account? Asked by fetching a token in normal
 * mode. */
#ifndef KAQUAN_WHITELIST_H
#define KAQUAN_WHITELIST_H

#include "work.h"

struct whitelist_answer {
    bool listed;
    char address[46]; /* as WeChat saw it, when it refused; "" otherwise */
};

/* Asks now, whatever stood in the way. False only when there was no clear answer (`err` says why). What came of it is
 * recorded in whitelist_check, and for this host in host_block. */
bool whitelist_ask(struct work *work, int64_t account_id, struct whitelist_answer *answer, struct err *err);

#endif
