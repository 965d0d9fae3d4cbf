/* wechat.h - what a refusal by WeChat means and what to do about it, in the language of the screens: the table of
 * common/wx_error.h. And what its words for a code are here. */
#ifndef KAQUAN_TUI_WECHAT_H
#define KAQUAN_TUI_WECHAT_H

#include "base.h"

/* "" for 0 and for a number that is in no table. `token`: as the endpoints of tokens mean it. */
const char *wechat_meaning(int errcode, bool token);
const char *wechat_cure(int errcode, bool token);

/* The state of ours that a status of WeChat's for a code is; NULL: none is known. */
const char *wechat_state(const char *status);

#endif
