/* shared_acts.h - what can be done with a thing both in its list and on its own screen. */
#ifndef KAQUAN_SHARED_ACTS_H
#define KAQUAN_SHARED_ACTS_H

#include "screens.h"

/* Words: row (the template's key), target, low, paused. screen_pool.c */
enum { POOL_ACTS = 5 };
extern const struct act pool_acts[POOL_ACTS];
/* Words: row, at_kind (the kind under the cursor), at_verb (what P does to it). screen_job.c */
enum { JOB_ACTS = 4 };
extern const struct act job_acts[JOB_ACTS];

#endif
