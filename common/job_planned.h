/* job_planned.h - the kinds of jobs that are queued by the clock or by a state. They can be paused: nobody plans them
 * then until a person lets them go on. What people queue is done all the same. */
#ifndef KAQUAN_JOB_PLANNED_H
#define KAQUAN_JOB_PLANNED_H

#include "base.h"

/* What becomes of the event while a kind rests: a sentence, untranslated. */
struct job_planned {
    const char *kind;
    const char *rests;
    bool endangers; /* visitors notice */
};
const struct job_planned *job_planned(size_t *count);
const struct job_planned *job_planned_find(const char *kind); /* NULL: only people queue it */

#endif
