/* control.h - the control API under /sim/: everything that a test or an operator does to the simulated WeChat.
 * Only for callers on this machine. `GET /sim/help` prints the table. */
#ifndef SIM_CONTROL_H
#define SIM_CONTROL_H

#include <stdbool.h>

#include <cjson/cJSON.h>

#include "account.h"
#include "card.h"
#include "request.h"
#include "world.h"

struct control_call {
    struct world *w;
    const struct request *r;
    cJSON *body;  /* NULL without one */
    cJSON *reply; /* {"ok":true} at first */
    char why[256];
};

struct control {
    const char *method, *path;
    bool (*run)(struct control_call *c); /* false: `why` says what was wrong */
    const char *takes, *gives, *help;
};

/* Answers the request; takes the lock itself. */
bool control_serve(struct world *w, const struct request *r);

/* Says what is wrong; gives false. */
bool control_fail(struct control_call *c, const char *why);

/* The account, or card, that the body or the query names; NULL after control_fail. */
struct account *control_account(struct control_call *c);
struct card *control_card(struct control_call *c);

/* The commands, by family: the world, then what users do. */
bool control_accounts(struct control_call *c);
bool control_account_put(struct control_call *c);
bool control_whitelist(struct control_call *c);
bool control_settings(struct control_call *c);
bool control_settings_set(struct control_call *c);
bool control_faults(struct control_call *c);
bool control_faults_add(struct control_call *c);
bool control_faults_clear(struct control_call *c);
bool control_quota(struct control_call *c);
bool control_token_refresh(struct control_call *c);
bool control_ticket_revoke(struct control_call *c);
bool control_audit(struct control_call *c);
bool control_forget_codes(struct control_call *c);
bool control_clock(struct control_call *c);
bool control_reset(struct control_call *c);
bool control_stats(struct control_call *c);
bool control_cards(struct control_call *c);
bool control_code(struct control_call *c);

bool control_add_card(struct control_call *c);
bool control_add_cards(struct control_call *c);
bool control_gift(struct control_call *c);
bool control_delete(struct control_call *c);
bool control_sign_check(struct control_call *c);
bool control_events(struct control_call *c);

#endif
