/* user.h - the simulated user's phone: wx.addCard with WeChat's checks, gifts, deletions (reference, 20, 21, 24.13).
 */
#ifndef SIM_USER_H
#define SIM_USER_H

#include <stdbool.h>

#include <cjson/cJSON.h>

#include "account.h"
#include "card.h"
#include "codecrypt.h"
#include "world.h"

/* One attempt to add a card: the question, then the answer. */
struct add {
    const char *card_id;
    const cJSON *card_ext; /* must be a string */
    const char *openid;
    bool tester;

    enum add_reason reason;
    char detail[160];
    bool stale; /* the signature was made with a ticket that is no longer accepted */
    char encrypted[ENCRYPT_CODE_SIZE];
};

/* "signature", "parameter", …, as in replies; and WeChat's words for it. */
const char *add_reason_name(enum add_reason reason);
const char *add_reason_words(enum add_reason reason);

/* True if the user now has the card. */
bool user_add_card(struct world *w, struct add *add);

/* The user of `code` gives it to `friend`: gifting first; with `accept` the friend takes it at once. NULL, and a
 * sentence in `why`, if that cannot be. Else the code the friend holds, or the one on its way. */
const struct code *user_gift(struct world *w, struct card *card, const char *code, const char *friend, bool accept,
                             const char **why);

/* The gift comes back to the giver. */
bool user_gift_back(struct world *w, struct card *card, const char *code, const char **why);

bool user_delete(struct world *w, struct card *card, const char *code, const char **why);

#endif
