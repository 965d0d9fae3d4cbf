/* wx_private.h - what wx.c and wx_many.c share; nobody else includes it. */
#ifndef KAQUAN_WX_PRIVATE_H
#define KAQUAN_WX_PRIVATE_H

#include "wx.h"
#include "wx_usage.h"

/* Reads and notes an answer; `answer` NULL: there is none, and `err` says why. */
bool wx_answered(struct wx *wx, const struct wx_endpoint *e, const struct wx_spent *spent,
                 const struct http_reply *answer, struct wx_reply *reply, struct err *err);

#endif
