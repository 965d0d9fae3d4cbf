/* api.h - the WeChat API: what a call goes through before its endpoint answers it (reference, sections 2 and 24). */
#ifndef SIM_API_H
#define SIM_API_H

#include <stdbool.h>

#include <cjson/cJSON.h>

#include "account.h"
#include "card.h"
#include "counter.h"
#include "request.h"
#include "schema.h"
#include "world.h"

struct endpoint;

/* One call while it is answered. An endpoint fills `reply`, or refuses. */
struct call {
    struct world *w;
    const struct request *r;
    const struct endpoint *endpoint;
    struct account *account;
    cJSON *body; /* NULL if there is none or it is not sound */
    const char *rest;
    enum token_state token_state;
    cJSON *reply;
    int errcode;
    char errmsg[640];
};

struct endpoint {
    const char *method, *path;
    bool needs_token;
    const struct schema *body; /* NULL: no JSON body */
    unsigned known;            /* flags that a field of the body must have */
    void (*run)(struct call *c);
    int64_t daily_limit; /* 0: none */
    const char *help;
};

extern const struct endpoint ENDPOINTS[];
extern const size_t ENDPOINT_COUNT;

const struct endpoint *endpoint_find(const char *path);

/* Reads the body and finds whose call it is. Then call_answer makes the text of the reply (to be freed). */
void call_begin(struct call *c, struct world *w, const struct request *r);
char *call_answer(struct call *c);
void call_end(struct call *c);

struct counter *call_counter(const struct call *c);

/* Refuses with the errcode's own text, or with other words. */
void refuse(struct call *c, int errcode);
void refuse_with(struct call *c, int errcode, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* {"errcode":…,"errmsg":"… rid: …"} as text; `errmsg` NULL: the errcode's own. */
char *error_text(int errcode, const char *errmsg);
const char *errcode_text(int errcode);

/* A JSON text as WeChat prints it: `/` escaped. To be freed; the value is deleted. */
char *print_reply(cJSON *json);

/* Answers {"errcode":0,"errmsg":"ok"} to which more can be added. */
cJSON *reply_ok(struct call *c);

/* Spends one of today's calls, or refuses with 45009. */
bool call_spend(struct call *c);

/* The account's card that the body names, or a refusal: 41012, 40073. */
struct card *call_card(struct call *c);

/* Is it an address that uploadimg gave? */
bool is_uploaded(const char *url);

/* The endpoints, by family. */
void api_token(struct call *c);
void api_stable_token(struct call *c);
void api_getticket(struct call *c);
void api_card_create(struct call *c);
void api_card_get(struct call *c);
void api_card_batchget(struct call *c);
void api_card_update(struct call *c);
void api_card_modifystock(struct call *c);
void api_card_delete(struct call *c);
void api_qrcode_create(struct call *c);
void api_landingpage_create(struct call *c);
void api_paycell_set(struct call *c);
void api_selfconsumecell_set(struct call *c);
void api_code_get(struct call *c);
void api_code_consume(struct call *c);
void api_code_decrypt(struct call *c);
void api_code_unavailable(struct call *c);
void api_code_deposit(struct call *c);
void api_code_checkcode(struct call *c);
void api_code_getdepositcount(struct call *c);
void api_code_update(struct call *c);
void api_ticket_update(struct call *c);
void api_user_getcardlist(struct call *c);
void api_testwhitelist_set(struct call *c);
void api_get_api_domain_ip(struct call *c);
void api_getcallbackip(struct call *c);
void api_clear_quota(struct call *c);
void api_clear_quota_v2(struct call *c);
void api_quota_clear(struct call *c);
void api_quota_get(struct call *c);
void api_rid_get(struct call *c);
void api_uploadimg(struct call *c);
void api_callback_check(struct call *c);
void api_getcardbizuininfo(struct call *c);

#endif
