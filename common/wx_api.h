/* wx_api.h - the endpoints of WeChat that we call, one row each, and the strict reader of their answers. */
#ifndef KAQUAN_WX_API_H
#define KAQUAN_WX_API_H

#include <cjson/cJSON.h>

#include "base.h"
#include "err.h"
#include "http.h"
#include "wx_error.h"

enum wx_endpoint_id {
    WX_TOKEN,
    WX_STABLE_TOKEN,
    WX_GETTICKET,
    WX_CARD_CREATE,
    WX_CARD_GET,
    WX_CARD_BATCHGET,
    WX_CARD_UPDATE,
    WX_CARD_MODIFYSTOCK,
    WX_CARD_DELETE,
    WX_CODE_GET,
    WX_CODE_CONSUME,
    WX_CODE_DECRYPT,
    WX_CODE_UNAVAILABLE,
    WX_CODE_DEPOSIT,
    WX_CODE_CHECK,
    WX_CODE_DEPOSITED,
    WX_TESTERS_SET,
    WX_API_DOMAIN_IP,
    WX_CALLBACK_IP,
    WX_CLEAR_QUOTA,
    WX_CLEAR_QUOTA_V2,
    WX_QUOTA_CLEAR,
    WX_QUOTA_GET,
    WX_RID_GET,
    WX_UPLOAD_IMG,
    WX_CALLBACK_CHECK,
    WX_DATACUBE_CARDS,
    WX_QRCODE_CREATE,
    WX_LANDINGPAGE_CREATE,
    WX_PAYCELL_SET,
    WX_SELFCONSUMECELL_SET,
    WX_CODE_UPDATE,
    WX_MEETING_UPDATE,
    WX_MOVIE_UPDATE,
    WX_BOARDING_CHECKIN,
    WX_USER_CARDS,
    WX_ENDPOINTS
};

/* How the account is named in a call. */
enum wx_pass {
    WX_PASS_QUERY_SECRET, /* appid and secret in the query */
    WX_PASS_BODY_SECRET,  /* appid and secret in the body */
    WX_PASS_TOKEN         /* access_token in the query */
};

/* Which of an account's daily budgets a call is taken from. */
enum wx_budget { WX_BUDGET_TOKEN, WX_BUDGET_TICKET, WX_BUDGET_CARD, WX_BUDGET_UTILITY, WX_BUDGETS };

/* A member that a good answer must have. */
enum wx_field_type { WX_FIELD_NONE, WX_FIELD_TEXT, WX_FIELD_INT, WX_FIELD_OBJECT, WX_FIELD_LIST };
struct wx_field {
    const char *name;
    enum wx_field_type type;
    int64_t low, high; /* of the number, or of the bytes of the text */
    const char *charset;
};
enum { WX_FIELDS = 3 };

struct wx_endpoint {
    enum wx_endpoint_id id;
    const char *method;
    const char *path;
    enum wx_group group;
    enum wx_pass pass;
    size_t cap;      /* most bytes of an answer */
    bool repeatable; /* may be sent again when nobody knows whether it arrived */
    enum wx_budget budget;
    bool askable; /* a person who has no key may let the worker call it (wx_ask.h) */
    struct wx_field fields[WX_FIELDS];
    const char *help;
    const char *source; /* section of the reference of WeChat's API */
};
const struct wx_endpoint *wx_endpoint(enum wx_endpoint_id id);
const struct wx_endpoint *wx_endpoint_find(const char *path);

/* Calls a day and account that are ours to make; 0: as many as WeChat allows. */
int wx_budget_limit(enum wx_budget budget);

enum { WX_ERRMSG_SIZE = 201 };
struct wx_reply {
    cJSON *json; /* NULL when it was no answer of WeChat's */
    int errcode;
    char errmsg[WX_ERRMSG_SIZE]; /* clean for a terminal */
    enum wx_class class;
};
#define AUTO_WX_REPLY AUTO(wx_reply_clear)
/* Answers hold secrets: they are overwritten. */
void wx_reply_clear(struct wx_reply *reply);

/* Reads an answer; true only for success with all its required members. False otherwise: out->class says what to do,
 * and `err` has the sentence, the errcode and the cure. Whatever is not strictly WeChat's form is WX_GARBAGE and
 * ERR_PROTOCOL, but for HTTP 5xx and 429, which are WX_TRANSIENT. `out` must be zeroed or cleared. */
bool wx_read(const struct wx_endpoint *e, const struct http_reply *reply, struct wx_reply *out, struct err *err);

/* Makes `out` and `err` of a call that did not get an answer: WX_TRANSIENT, or WX_CONFIG for a base that may not be
 * called. `err` is as http_call() left it. */
void wx_unanswered(struct wx_reply *out, const struct err *err);

#endif
