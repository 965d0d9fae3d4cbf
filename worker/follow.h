/* follow.h - waiting for a job that another worker may do, with its progress on the terminal. */
#ifndef KAQUAN_FOLLOW_H
#define KAQUAN_FOLLOW_H

#include "work.h"

/* Waits for the end of job `id`; `what` names it over the bar. False when it failed: ERR_PARTIAL, `undone` says what
 * was not done, as "the pool of adult was not filled"; ERR_STOPPED when we were asked to stop: the job goes on. */
bool follow_job(struct work *work, int64_t id, const char *what, const char *undone, struct err *err);

#endif
