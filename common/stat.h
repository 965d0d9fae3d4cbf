/* stat.h - figures by the minute, summed from the tickets' own times, and those that WeChat has. */
#ifndef KAQUAN_STAT_H
#define KAQUAN_STAT_H

#include "db.h"
#include "err.h"
#include "wx.h"

/* What a claim's transaction may need to be seen; late pushes are looked for much further back. Never further than a
 * week: older minutes may be days already (site.keep_minutes). */
enum { STAT_LATELY_S = 10 * 60, STAT_LATE_S = 48 * 3600, STAT_MOST_S = 7 * 86400 };

/* Counts the last `seconds` again, at most a week; *changed is how many minutes have other figures now. */
bool stat_sum(struct db *db, double seconds, int64_t *changed, struct err *err);

/* Asks WeChat for an account's figures of the last week, and stores them; *days is for how many it had some. */
bool stat_ask_wechat(struct db *db, struct wx *wx, int64_t *days, struct err *err);

#endif
