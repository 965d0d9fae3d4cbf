#include "counter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOBODY "-"

struct counter *counter_of(struct world *w, const char *appid, const char *path, int64_t limit) {
    char key[256];
    snprintf(key, sizeof key, "%s %s", appid ? appid : NOBODY, path);
    struct counter *c = hash_get(&w->counters, key);
    if (c == NULL) {
        c = need(sizeof *c);
        c->path = need_text(strchr(key, ' ') + 1);
        c->limit = limit;
        c->refused = cJSON_CreateObject();
        hash_put(&w->counters, key, c);
    }
    return c;
}

void counter_enter(struct counter *c) {
    c->calls++;
    if (++c->in_flight > c->max_in_flight)
        c->max_in_flight = c->in_flight;
}

void counter_leave(struct counter *c) {
    if (c->in_flight > 0)
        c->in_flight--;
}

void counter_refusal(struct counter *c, int errcode) {
    char name[16];
    snprintf(name, sizeof name, "%d", errcode);
    cJSON *item = cJSON_GetObjectItemCaseSensitive(c->refused, name);
    if (item)
        cJSON_SetNumberValue(item, item->valuedouble + 1);
    else
        cJSON_AddNumberToObject(c->refused, name, 1);
}

int64_t counter_used_today(const struct world *w, const struct counter *c) {
    return c->day == clock_day(&w->clock) ? c->today : 0;
}

bool counter_spend(const struct world *w, struct counter *c) {
    c->today = counter_used_today(w, c);
    c->day = clock_day(&w->clock);
    if (c->limit > 0 && c->today >= c->limit)
        return false;
    c->today++;
    return true;
}

bool counter_spend_minute(const struct world *w, struct counter *c, int64_t limit) {
    int64_t minute = world_seconds(w) / 60;
    if (c->minute != minute)
        c->this_minute = 0;
    c->minute = minute;
    return c->this_minute++ < limit;
}

static bool belongs_to(const char *key, const char *appid) {
    size_t length = strlen(appid);
    return strncmp(key, appid, length) == 0 && key[length] == ' ';
}

static void clear_one(const char *key, void *value, void *with) {
    struct counter *c = value;
    if (belongs_to(key, with))
        c->today = 0;
}

void counters_clear_quota(struct world *w, const char *appid) {
    char copy[64];
    copy_text(copy, sizeof copy, appid);
    hash_each(&w->counters, clear_one, copy);
}

struct listing {
    const struct world *w;
    const char *appid;
    cJSON *to;
};

static void list_one(const char *key, void *value, void *with) {
    const struct counter *c = value;
    struct listing *listing = with;
    if (!belongs_to(key, listing->appid))
        return;
    cJSON *json = cJSON_AddObjectToObject(listing->to, c->path);
    cJSON_AddNumberToObject(json, "calls", (double)c->calls);
    cJSON_AddItemToObject(json, "refused", cJSON_Duplicate(c->refused, true));
    cJSON_AddNumberToObject(json, "faults", (double)c->faults);
    cJSON_AddNumberToObject(json, "in_flight", (double)c->in_flight);
    cJSON_AddNumberToObject(json, "max_in_flight", (double)c->max_in_flight);
    cJSON_AddNumberToObject(json, "used_today", (double)counter_used_today(listing->w, c));
    cJSON_AddNumberToObject(json, "daily_limit", (double)c->limit);
}

cJSON *counters_json(const struct world *w, const char *appid) {
    struct listing listing = {w, appid ? appid : NOBODY, cJSON_CreateObject()};
    hash_each(&w->counters, list_one, &listing);
    return listing.to;
}

void counter_free(void *counter) {
    struct counter *c = counter;
    free(c->path);
    cJSON_Delete(c->refused);
    free(c);
}
