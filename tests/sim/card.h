/* card.h - the card store: templates with their review and stock, and the codes users hold (reference, 7, 10, 11,
 * 17). WeChat's own word "card" is used here, since this is WeChat's side: a struct card is what Kaquan calls a
 * template. */
#ifndef SIM_CARD_H
#define SIM_CARD_H

#include <stdbool.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "account.h"
#include "hash.h"
#include "world.h"

#define STOCK_LIMIT 100000000
#define CODE_LENGTH 20
#define OPENID_LENGTH 64

enum card_status { CARD_NOT_VERIFY, CARD_VERIFY_FAIL, CARD_VERIFY_OK, CARD_DELETED, CARD_DISPATCH, CARD_STATUSES };
enum code_mode { CODES_WECHAT, CODES_MERCHANT, CODES_DEPOSIT };
enum code_state {
    CODE_DEPOSITED, /* waits for a user */
    CODE_NORMAL,
    CODE_CONSUMED,
    CODE_EXPIRE,
    CODE_GIFTING,
    CODE_DELETED,
    CODE_UNAVAILABLE,
    CODE_GIVEN, /* another user holds it under a new code */
    CODE_STATES
};

struct card_type;

struct card {
    char id[29];
    size_t number; /* in order of creation */
    struct account *account;
    const struct card_type *type;
    cJSON *content; /* the object under the type's key, as card/get returns it, without what changes */
    enum code_mode mode;
    bool bind_openid;
    int64_t quantity, total, get_limit;
    enum card_status status;
    char reason[256];
    int64_t review_ends_ms; /* 0: no review is under way, or only an operator ends it */
    int64_t created, updated;
    struct hash codes;  /* code -> struct code */
    struct hash takers; /* openid -> number of codes taken, as a pointer-sized count */
    struct code **unclaimed;
    size_t unclaimed_count, unclaimed_room;
    int64_t deposited;
};

struct code {
    char code[CODE_LENGTH + 1];
    struct card *card;
    enum code_state state;
    char openid[OPENID_LENGTH + 1];
    char *outer_str;
    int64_t begins, ends; /* validity, real seconds; 0: unknown */
    int64_t deposited_ms;
    cJSON *details; /* what updates of this one ticket said last; NULL: there was none */
};

const char *card_status_name(enum card_status status);

/* WeChat's user_card_status. */
const char *code_state_name(enum code_state state);

/* Takes over `content`; the review begins. */
struct card *card_new(struct world *w, struct account *a, const struct card_type *type, cJSON *content);

/* Only the account's own; NULL otherwise. */
struct card *card_find(const struct world *w, const struct account *a, const char *card_id);

/* Sends it to review (again), or ends the review now. Both push the event when there is a verdict. */
void card_review_begin(struct world *w, struct card *card);
void card_review_end(struct world *w, struct card *card, bool pass, const char *reason);

/* Ends every review whose time has come. */
void cards_review_due(struct world *w);

bool card_is_open(const struct card *card);

/* base_info of its content. */
cJSON *card_base(const struct card *card);

/* The card as card/get shows it. */
cJSON *card_json(const struct card *card);

/* A code known to the account: of this card, or with `card_id` NULL one that WeChat made. A code past its validity
 * comes back as CODE_EXPIRE. */
struct code *code_find(const struct world *w, const struct account *a, const char *card_id, const char *code);

/* Gives the user a code: the merchant's `code`, one of the deposited, or a new one. NULL if there is none to give. */
struct code *code_take(struct world *w, struct card *card, const char *code, const char *openid,
                       const char *outer_str);

/* A code of WeChat's making that takes the place of `old` in another user's hands. */
struct code *code_renamed(struct card *card, const struct code *old);

/* A deposited code; false if the card has it already. */
bool code_deposit(struct world *w, struct card *card, const char *code);

/* Loses the first `count` unclaimed deposited codes, as if WeChat had never had them; how many were lost. */
int64_t codes_forget(struct card *card, int64_t count);

/* Keeps what an update said, over what earlier ones did: all of `body` but code and card_id. */
void code_detail(struct code *code, const cJSON *body);

int64_t card_taken_by(const struct card *card, const char *openid);

void code_free(void *code);
void card_free(void *card);

#endif
