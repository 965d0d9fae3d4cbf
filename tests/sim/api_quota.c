/* api_quota.c - the day's calls: what is used of them, setting them back; what a refused call was (reference, section
 * 6). */
#include "api.h"

#include <string.h>

#include "body.h"
#include "rid.h"

#define CLEARS_A_MONTH 10

/* One of the month's resets, whichever interface it is spent by. */
static bool spend_clear(struct call *c) {
    struct account *a = c->account;
    int64_t month = clock_day(&c->w->clock) / 30;
    if (a->quota_month != month)
        a->quota_clears = 0;
    a->quota_month = month;
    if (a->quota_clears >= CLEARS_A_MONTH) {
        refuse(c, 48006);
        return false;
    }
    a->quota_clears++;
    return true;
}

void api_clear_quota(struct call *c) {
    const char *appid = text_in(c->body, "appid");
    if (appid == NULL || strcmp(appid, c->account->appid) != 0) {
        refuse(c, 40013);
        return;
    }
    if (!spend_clear(c))
        return;
    counters_clear_quota(c->w, c->account->appid);
    reply_ok(c);
}

void api_clear_quota_v2(struct call *c) {
    const char *secret = text_in(c->body, "appsecret");
    if (c->account == NULL)
        refuse(c, 40013);
    else if (secret == NULL || *secret == '\0')
        refuse(c, 41004);
    else if (strcmp(c->account->secret, secret) != 0)
        refuse(c, 40125);
    if (c->errcode || !spend_clear(c))
        return;
    counters_clear_quota(c->w, c->account->appid);
    reply_ok(c);
}

/* The endpoint of the body's cgi_path, or a refusal. */
static const struct endpoint *asked_endpoint(struct call *c) {
    const char *path = text_in(c->body, "cgi_path");
    const struct endpoint *e = path ? endpoint_find(path) : NULL;
    if (path && strncmp(path, "/sns/", 5) == 0)
        refuse(c, 76022);
    else if (e == NULL)
        refuse(c, 76021);
    return c->errcode ? NULL : e;
}

void api_quota_clear(struct call *c) {
    const struct endpoint *e = asked_endpoint(c);
    if (e == NULL || !spend_clear(c))
        return;
    counter_of(c->w, c->account->appid, e->path, e->daily_limit)->today = 0;
    reply_ok(c);
}

void api_quota_get(struct call *c) {
    const struct endpoint *e = asked_endpoint(c);
    if (e == NULL)
        return;
    const struct counter *counter = counter_of(c->w, c->account->appid, e->path, e->daily_limit);
    int64_t used = counter_used_today(c->w, counter);
    cJSON *quota = cJSON_AddObjectToObject(reply_ok(c), "quota");
    cJSON_AddNumberToObject(quota, "daily_limit", (double)counter->limit);
    cJSON_AddNumberToObject(quota, "used", (double)used);
    cJSON_AddNumberToObject(quota, "remain", (double)(counter->limit > used ? counter->limit - used : 0));
}

void api_rid_get(struct call *c) {
    const char *rid = text_in(c->body, "rid"), *appid = "";
    const cJSON *request = rid && rid_is_sound(rid) ? rid_find(c->w, rid, &appid) : NULL;
    if (rid == NULL || !rid_is_sound(rid))
        refuse(c, 76002);
    else if (request == NULL)
        refuse(c, 76001);
    else if (strcmp(appid, c->account->appid) != 0)
        refuse(c, 76003);
    else
        cJSON_AddItemToObject(reply_ok(c), "request", cJSON_Duplicate(request, true));
}
