/* wx.h - calls to WeChat in the name of an account: token, ledger, transport and answer in one. The worker's alone.
 */
#ifndef KAQUAN_WX_H
#define KAQUAN_WX_H

#include "base.h"
#include "buf.h"
#include "err.h"
#include "wx_api.h"
#include "wx_credential.h"

struct wx {
    struct wx_tools tools;
    int64_t account_id;
    char appid[40];
    char api_base[256];
    double time_scale;
};

/* Reads what calls need; nothing is held, nothing to free. ERR_CONFIG when the account is disabled. */
bool wx_open(struct wx *wx, const struct wx_tools *tools, int64_t account_id, struct err *err);

/* Calls an endpoint that takes an access_token, `body` NULL for GET. True: success, and `reply` has the answer.
 * False: `err` has the sentence and reply->class what it means; WX_OK there means that WeChat was not called at all.
 * A rejected token is refreshed once and the call repeated once. A call that may be repeated is tried up to 3 times
 * when WeChat is busy or not reached; one that may not be ends with "outcome unknown", ERR_UNAVAILABLE. `reply` must
 * be zeroed or cleared. Without a key (tools.key NULL) the worker is asked to call; we wait for its answer. */
bool wx_call(struct wx *wx, enum wx_endpoint_id id, const struct buf *body, struct wx_reply *reply, struct err *err);

/* The same with a file in place of a body: WX_UPLOAD_IMG. */
bool wx_upload(struct wx *wx, enum wx_endpoint_id id, const struct http_file *file, struct wx_reply *reply,
               struct err *err);

/* Calls an endpoint that takes the AppSecret in place of a token, once: WX_CLEAR_QUOTA_V2. */
bool wx_call_secret(struct wx *wx, enum wx_endpoint_id id, struct wx_reply *reply, struct err *err);

/* Says of a call that may not be repeated that nobody knows whether it was carried out, and why; returns false. */
bool wx_outcome_unknown(const struct wx_endpoint *e, const char *why, struct err *err);

#endif
