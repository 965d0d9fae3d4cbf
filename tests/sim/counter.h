/* counter.h - how often each path was called for each account: statistics, daily quotas, calls in flight. */
#ifndef SIM_COUNTER_H
#define SIM_COUNTER_H

#include <stdint.h>

#include <cjson/cJSON.h>

#include "world.h"

struct counter {
    char *path;
    int64_t calls, faults;
    int64_t in_flight, max_in_flight;
    int64_t day, today;          /* the quota's own count */
    int64_t limit;               /* a day; 0: none */
    int64_t minute, this_minute; /* for 45011 */
    cJSON *refused;              /* {"40001": 3} */
};

/* The counter of (appid, path), made at first use; `appid` NULL stands for calls of no known account. */
struct counter *counter_of(struct world *w, const char *appid, const char *path, int64_t limit);

void counter_enter(struct counter *c);
void counter_leave(struct counter *c);
void counter_refusal(struct counter *c, int errcode);

/* Spends one of the day's calls; false when they are used up. */
bool counter_spend(const struct world *w, struct counter *c);
int64_t counter_used_today(const struct world *w, const struct counter *c);

/* Spends one of this minute's `limit` calls. */
bool counter_spend_minute(const struct world *w, struct counter *c, int64_t limit);

/* Sets the day's counts of all paths of an account back to 0. */
void counters_clear_quota(struct world *w, const char *appid);

/* {"/cgi-bin/token": {"calls":…}} of one account, or of calls with none. */
cJSON *counters_json(const struct world *w, const char *appid);

void counter_free(void *counter);

#endif
