/* wechat.h - what the jobs that call WeChat share: the tools of a worker, an account's door, a card's base_info. */
#ifndef KAQUAN_WECHAT_H
#define KAQUAN_WECHAT_H

#include <cjson/cJSON.h>

#include "work.h"
#include "wx.h"

/* Key, HTTP client, connection and host of this worker. */
bool work_tools(struct work *work, struct wx_tools *tools, struct err *err);
/* The same for calls in the name of an account. */
bool work_wx(struct work *work, int64_t account_id, struct wx *wx, struct err *err);

/* card/get: base_info of a card, lent by `reply`. */
const cJSON *card_base_info(struct wx *wx, const char *card_id, struct wx_reply *reply, struct err *err);

#endif
