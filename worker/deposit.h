/* deposit.h - giving WeChat a template's codes (wechat-card-api.md section 10). Codes go in parts of up to 100. A
 * part is written down, sent, and asked for by checkcode until WeChat shows all of it; calls of several parts are on
 * their way at once. A part that was cut off somewhere is asked for before it is sent again: what WeChat has is done.
 */
#ifndef KAQUAN_DEPOSIT_H
#define KAQUAN_DEPOSIT_H

#include "jobs.h"
#include "wx.h"

enum { DEPOSIT_LANES = 8 }; /* calls at once, of each of the two endpoints */

/* Sends and confirms all that is to be sent; `confirmed` and `total` are of the template's codes. What WeChat does
 * not show after a second try stays open for the next run; what it does not show after many is rejected. */
bool deposit_codes(struct run *run, struct wx *wx, const char *card_id, int64_t confirmed, int64_t total,
                   struct err *err);

#endif
