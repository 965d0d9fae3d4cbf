/* wechat.h - what the jobs that call WeChat share: the tools of a worker, an account's door, and the
 * cards and codes that WeChat has. */
#ifndef KAQUAN_WECHAT_H
#define KAQUAN_WECHAT_H

#include <cjson/cJSON.h>

#include "work.h"
#include "wx.h"

/* Key, HTTP client, connection and host of this worker. */
bool work_tools(struct work *work, struct wx_tools *tools, struct err *err);
/* The same for calls in the name of an account. A person who has no key here lets the worker call: see wx_call(). */
bool work_wx(struct work *work, int64_t account_id, struct wx *wx, struct err *err);

/* wx_call() with a body of JSON. */
bool call_json(struct wx *wx, enum wx_endpoint_id id, const cJSON *request, struct wx_reply *reply, struct err *err);

/* With {"card_id": ...}. */
bool call_card(struct wx *wx, enum wx_endpoint_id id, const char *card_id, struct wx_reply *reply, struct err *err);

/* card/get: "card" of the answer, which names the type and holds the card; lent by `reply`. */
const cJSON *card_get(struct wx *wx, const char *card_id, struct wx_reply *reply, struct err *err);
/* Its base_info, and the status in it. */
const cJSON *card_base(const cJSON *envelope, struct err *err);
bool card_status(const cJSON *envelope, const char **status, struct err *err);
/* card/get, read as a template; *status is copied. The caller owns the body. */
enum { CARD_STATUS_SIZE = 65 };
cJSON *card_live(struct wx *wx, const char *card_id, char status[CARD_STATUS_SIZE], struct err *err);

/* card/batchget: looks at each card of the account until `look` sets *enough. */
bool card_each(struct wx *wx, bool (*look)(void *with, const char *card_id, bool *enough, struct err *err),
               void *with, struct err *err);

/* card/code/get: what WeChat says of a code. A code that it does not know has neither status nor holder. */
struct code_view {
    char status[32];
    char openid[65];
};
bool code_view(struct wx *wx, const char *card_id, const char *code, struct code_view *view, struct err *err);

/* After a call that failed: did WeChat say no, may it have been carried out all the same, or was it not made at all
 * and may be made later? */
enum call_fate { CALL_REFUSED, CALL_UNSURE, CALL_LATER };
enum call_fate call_fate(const struct wx_reply *reply);

#endif
