#include "world.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "account.h"
#include "card.h"
#include "counter.h"
#include "event.h"
#include "fault.h"
#include "rid.h"

void world_init(struct world *w, double scale) {
    pthread_condattr_t monotonic;
    memset(w, 0, sizeof *w);
    pthread_mutex_init(&w->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&w->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    clock_start(&w->clock, scale);
    random_bytes(w->code_key, sizeof w->code_key);
    settings_init(&w->set);
    w->initial_set = w->set;
}

static void let_all_go(struct world *w) {
    events_clear(w);
    faults_clear(w);
    rids_clear(w);
    hash_clear(&w->counters, counter_free);
    hash_clear(&w->tokens, free);
    hash_clear(&w->cards, card_free);
    hash_clear(&w->accounts, account_free);
    w->reviews_open = 0;
}

void world_reset(struct world *w) {
    let_all_go(w);
    w->generation++;
    w->set = w->initial_set;
    clock_start(&w->clock, w->clock.scale);
    for (size_t i = 0; i < w->initial_account_count; i++)
        account_put_text(w, w->initial_accounts[i]);
}

void world_clear(struct world *w) {
    let_all_go(w);
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->lock);
}

void world_lock(struct world *w) {
    pthread_mutex_lock(&w->lock);
}

void world_unlock(struct world *w) {
    pthread_mutex_unlock(&w->lock);
}

static struct timespec in_ms(int64_t ms) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += ms % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    return until;
}

bool world_wait(struct world *w, int64_t ms) {
    struct timespec until = in_ms(ms);
    world_lock(w);
    while (!w->ending && pthread_cond_timedwait(&w->changed, &w->lock, &until) != ETIMEDOUT)
        ;
    bool goes_on = !w->ending;
    world_unlock(w);
    return goes_on;
}

void world_pause(struct world *w, int64_t ms) {
    struct timespec until = in_ms(ms);
    if (!w->ending)
        pthread_cond_timedwait(&w->changed, &w->lock, &until);
}

int64_t world_seconds(const struct world *w) {
    return clock_ms(&w->clock) / 1000;
}
