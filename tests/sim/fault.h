/* fault.h - faults on demand: the n-th call of a path is delayed, cut, refused, garbled… (reliability, F48 to F67).
 */
#ifndef SIM_FAULT_H
#define SIM_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "request.h"
#include "world.h"

struct fault_kind;

struct fault {
    struct fault *next;
    int64_t id;
    const struct fault_kind *kind;
    char path[128];      /* "*": every path */
    char appid[64];      /* empty: every account */
    int64_t from, count; /* fires at the matching calls from..from+count-1; count 0: for ever */
    int64_t seen, fired;
    bool applied; /* the call does its work although the answer is spoilt */
    int64_t ms, bytes, errcode, status, repeat;
    char *errmsg; /* NULL: the errcode's own */
    char *body;   /* raw bytes */
    size_t body_size;
    cJSON *headers, *set; /* {"Name":"value"}; keys to change in the reply */
};

struct fault_kind {
    const char *name;
    bool works; /* the call does its work unless "applied" says otherwise */
    int64_t ms; /* unless "ms" says otherwise */
    /* Answers the request; `answer` is the genuine reply or NULL if the call did no work. It takes `answer` over. */
    bool (*serve)(struct world *w, const struct request *r, const struct fault *f, char *answer);
    const char *help;
};

extern const struct fault_kind FAULT_KINDS[];
extern const size_t FAULT_KIND_COUNT;

/* Adds one from its JSON (see /sim/help); 0 and a sentence in `why` if it is not sound, else its number. */
int64_t fault_add(struct world *w, const cJSON *from, char *why, size_t why_size);

/* Counts the call for every fault it matches and gives a copy of the first that fires, or NULL. */
struct fault *fault_take(struct world *w, const char *path, const char *appid);
void fault_free(struct fault *f);

cJSON *faults_json(const struct world *w);

/* Removes one, or all; false if there is no such number. */
bool fault_remove(struct world *w, int64_t id);
void faults_clear(struct world *w);

/* Has the fault to wait before the work is done? Real milliseconds. */
int64_t fault_delay_before(const struct fault *f);

/* The errcode that the caller will see because of it, for the statistics; 0: none of its own. */
int fault_errcode(const struct fault *f);

#endif
