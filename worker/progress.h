/* progress.h - how far something is, on stderr: a bar with rate and time left on a terminal, else a line every 30 s.
 * Nothing when only warnings are logged (--quiet). */
#ifndef KAQUAN_PROGRESS_H
#define KAQUAN_PROGRESS_H

#include "base.h"

struct progress;

/* `what` is what is done: "adult". */
struct progress *progress_new(const char *what);
/* `total` 0: not known. Costs next to nothing while it is not yet time to show something. */
void progress_set(struct progress *p, int64_t done, int64_t total);
/* The clock that it goes by from here on; clock_seconds() unless a test has one of its own. */
void progress_clock(double (*clock)(void));
/* Takes the bar away. */
void progress_free(struct progress *p);

#endif
