/* wx_many.h - calls to WeChat side by side, in the name of one account, for work of many small calls. A call is made
 * once: what failed is repeated by wx_call(), which knows how, or not at all. */
#ifndef KAQUAN_WX_MANY_H
#define KAQUAN_WX_MANY_H

#include "wx.h"

struct wx_many;

/* `wx` is lent until wx_many_free(), which cuts off what is on its way. */
struct wx_many *wx_many_new(struct wx *wx, int lanes);
void wx_many_free(struct wx_many *many);

/* Begins a call in a lane that is free; `body` is lent until the answer. False when it was not made. */
bool wx_many_send(struct wx_many *many, int lane, enum wx_endpoint_id id, const struct buf *body, struct err *err);

/* Waits for an answer: *lane, or -1 when none is on its way. The rest is as of wx_call(). */
bool wx_many_next(struct wx_many *many, int *lane, struct wx_reply *reply, struct err *err);

/* Is it a failure that wx_call() may cure by repeating: a stale token, a busy WeChat? */
bool wx_many_worth_repeating(const struct wx_reply *reply);

#endif
