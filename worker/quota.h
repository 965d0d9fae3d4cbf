/* quota.h - the daily limits of WeChat's interfaces, as WeChat says them (table api_limit). */
#ifndef KAQUAN_QUOTA_H
#define KAQUAN_QUOTA_H

#include "wx.h"

/* Asks for the limit of each interface that the account used within a week; *learnt counts those that have one. A
 * path that WeChat gives no account of is left out. */
bool quota_learn(struct wx *wx, int *learnt, struct err *err);

#endif
