/* ping.h - tells a watcher of cron jobs (healthchecks and the like) how a `run` went: URL/start, then URL, or
 * URL/fail with the end of the log as its body. What fails here is logged and changes nothing else. */
#ifndef KAQUAN_PING_H
#define KAQUAN_PING_H

#include "work.h"

/* Does nothing without the setting ping-url. */
void ping_start(struct work *work);
/* Does nothing unless it was started. `why` it failed; NULL: it did not. */
void ping_end(struct work *work, const struct err *why);

#endif
