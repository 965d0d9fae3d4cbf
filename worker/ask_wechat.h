/* ask_wechat.h - a person's own call to WeChat that changes nothing here: in the audit log before it is made. */
#ifndef KAQUAN_ASK_WECHAT_H
#define KAQUAN_ASK_WECHAT_H

#include <cjson/cJSON.h>

#include "command.h"
#include "wechat.h"

/* Writes down what is about to be asked: of an account or a template (`what`) and its name. */
bool ask_record(struct call *call, const char *action, const char *what, const char *name, const cJSON *asked,
                struct err *err);

/* Makes the call. */
bool ask_wechat(struct call *call, int64_t account_id, enum wx_endpoint_id id, const cJSON *request,
                struct wx_reply *reply, struct err *err);

/* A text of the answer, or NULL. */
const char *ask_text(const struct wx_reply *reply, const char *name);

#endif
