/* drift.h - where a ticket and WeChat's view of its code differ: the kinds there are, and what repairs each. */
#ifndef KAQUAN_DRIFT_H
#define KAQUAN_DRIFT_H

#include "base.h"
#include "bulk.h"

enum drift_id {
    DRIFT_NONE,
    DRIFT_ADDED,
    DRIFT_HOLDER,
    DRIFT_GIFTED,
    DRIFT_DELETED,
    DRIFT_GONE,
    DRIFT_CONSUMED,
    DRIFT_VOID,
    DRIFT_NOT_CONSUMED,
    DRIFT_NOT_VOID,
    DRIFT_STRAY,
    DRIFT_STRANGE,
    DRIFT_KINDS
};

/* A row of the table of kinds. Without step and act only a person can do something. */
struct drift_kind {
    const char *name;     /* ticket_drift.kind */
    const char *step;     /* the step that the ticket takes here, as if WeChat had pushed it; or NULL */
    enum bulk_act_id act; /* what is done at WeChat again, for ever; BULK_ACTS: nothing */
    const char *help;
    const char *repair;
};
const struct drift_kind *drift_kind(enum drift_id id);
/* By its name; NULL when there is none. */
const struct drift_kind *drift_kind_named(const char *name);

/* The state of ours that a status of WeChat's is ("absent": a code that it does not know); NULL: none is known. */
const char *drift_status_word(const char *status);

/* A ticket against WeChat's status of its code ("" when WeChat does not know it) and who has it there. */
enum drift_id drift_judge(const char *state, const char *holder, const char *status, const char *openid);

#endif
