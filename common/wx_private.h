/* wx_private.h - what wx.c, wx_many.c and wx_ask.c share; nobody else includes it. */
#ifndef KAQUAN_WX_PRIVATE_H
#define KAQUAN_WX_PRIVATE_H

#include "wx.h"
#include "wx_usage.h"

/* Reads and notes an answer; `answer` NULL: there is none, and `err` says why. */
bool wx_answered(struct wx *wx, const struct wx_endpoint *e, const struct wx_spent *spent,
                 const struct http_reply *answer, struct wx_reply *reply, struct err *err);

/* What is sent: a body, a file, or neither. */
struct wx_content {
    const struct buf *body;
    const struct http_file *file;
};

/* wx_call() of a person without the worker's key: the worker makes the call (table wechat_ask), and we wait for its
 * answer, tools.patience_s at most. Reply and sentence are made here of what WeChat said, in our language; what came
 * without an answer of WeChat's is the worker's own sentence. Whoever does not wait to the end withdraws the
 * question. */
bool wx_ask(struct wx *wx, const struct wx_endpoint *e, const struct wx_content *content, struct wx_reply *reply,
            struct err *err);

/* The last word on a call that failed: one that may have been carried out and may not be repeated is of unknown
 * outcome. Returns false. */
bool wx_failed(const struct wx_endpoint *e, const struct wx_reply *reply, struct err *err);

#endif
