/* ticket_acts.h - what can be done with tickets, the same in the list and in a ticket's own screen. */
#ifndef KAQUAN_TICKET_ACTS_H
#define KAQUAN_TICKET_ACTS_H

#include "screens.h"
#include "words.h"

/* A row that stands for a ticket has the columns id ("TEMPLATE CODE", or "TEMPLATE (REQUEST)"), name, code, template,
 * person, card_type. Those behind TICKET_ACTS_ONE belong to a list. */
enum { TICKET_ACTS_ONE = 10, TICKET_ACTS = 14 };
extern const struct act ticket_acts[TICKET_ACTS];

/* {codes} of the marked tickets or of the row's, {template}, {filter}. */
void ticket_words(const struct view *view, struct words *words);

/* Opens the form that changes what the row's ticket shows at WeChat; why it cannot be, or NULL. ticket_details.c */
void ticket_change_details(struct console *console);
const char *ticket_has_no_details(const struct db_rows *rows, int row);

#endif
