/* card_check.h - what WeChat would say to a cardExt: each check a line with its cure. */
#ifndef KAQUAN_CARD_CHECK_H
#define KAQUAN_CARD_CHECK_H

#include "card_ext.h"
#include "check.h"
#include "work.h"

/* A cardExt, the template it belongs to (a row of card_explain_template.sql) and the ticket of ours that it is, if
 * any (card_explain_ticket.sql); rows are lent. */
struct card_case {
    struct card_ext ext;
    const struct db_rows *template;
    const struct db_rows *ticket;
};

/* Adds all lines. Overwrites the api_ticket that it tried last. False only when the database fails. */
bool card_check(struct work *work, struct card_case *c, struct check_list *list, struct err *err);

#endif
