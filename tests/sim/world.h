/* world.h - everything the simulated WeChat knows. One mutex guards it all; whoever waits (a delay, a stall) lets go
 * of it first. Functions that take a `struct world` expect the caller to hold the lock, unless they say otherwise. */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include <pthread.h>
#include <stdbool.h>

#include <cjson/cJSON.h>

#include "hash.h"
#include "setting.h"
#include "simbase.h"

struct event;
struct fault;

/* A call that was refused. */
struct rid {
    char rid[27], appid[64];
    cJSON *request; /* NULL: nothing is here */
};

struct world {
    pthread_mutex_t lock;
    pthread_cond_t changed; /* something became due, or the program ends */
    bool ending;
    uint64_t generation; /* grows at every reset; what was looked up before it is gone */
    struct sim_clock clock;
    struct settings set, initial_set;
    char **initial_accounts; /* APPID:SECRET from the command line */
    size_t initial_account_count;
    const char *initial_callback, *initial_callback_token;

    struct hash accounts; /* appid -> struct account */
    struct hash cards;    /* card_id -> struct card */
    struct hash tokens;   /* access_token -> struct token */
    struct hash counters; /* "appid path" -> struct counter */
    struct fault *faults;
    int64_t last_fault_id;
    size_t reviews_open;
    int64_t deposits;           /* codes ever sent to deposit, for deposit_fail_every */
    unsigned char code_key[32]; /* of encrypt_code */

    struct rid rids[256]; /* ring */
    size_t rid_count;

    struct event **events; /* ring: event number n lies in slot n % event_slots */
    size_t event_slots;
    int64_t event_count;
    struct event *push_first, *push_last;
};

void world_init(struct world *w, double scale);
void world_clear(struct world *w);

/* Back to what the command line said: no cards, tokens, faults, events or counters; settings as at the start. */
void world_reset(struct world *w);

void world_lock(struct world *w);
void world_unlock(struct world *w);

/* Called without the lock: waits `ms` real milliseconds or until the program ends; false if it ends. */
bool world_wait(struct world *w, int64_t ms);

/* Called with the lock, gives it up meanwhile: waits `ms` real milliseconds or until there is news. */
void world_pause(struct world *w, int64_t ms);

/* Unscaled seconds of the simulated clock. */
int64_t world_seconds(const struct world *w);

#endif
