#include "push.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "account.h"
#include "card.h"
#include "event.h"
#include "eventcrypt.h"

#define LOOK_MS 10
#define IDLE_MS 1000
#define ANSWER_MOST 1024

/* One attempt, with all it needs while the world is unlocked. */
struct push {
    char *url, *body;
    long timeout_ms;
    char answer[ANSWER_MOST + 1];
    size_t size;
    long http_status;
    uint64_t generation;
};

static void push_url(struct world *w, const struct account *a, const struct event *e, struct push *p) {
    char timestamp[24], nonce[11], signature[41];
    snprintf(timestamp, sizeof timestamp, "%lld", (long long)real_seconds());
    random_text(nonce, sizeof nonce - 1, ALPHABET_DIGIT);
    event_sign(a->callback_token, timestamp, nonce, NULL, signature);
    const char *more = strchr(a->callback_url, '?') ? "&" : "?";
    char *encrypted = a->encoding_aes_key[0] ? event_encrypt(a, e->xml) : NULL;
    if (encrypted == NULL) {
        p->body = need_text(e->xml);
        p->url = need_format("%s%ssignature=%s&timestamp=%s&nonce=%s&openid=%s", a->callback_url, more, signature,
                             timestamp, nonce, e->from);
    } else {
        char sealed[41];
        event_sign(a->callback_token, timestamp, nonce, encrypted, sealed);
        p->body = need_format("<xml><ToUserName><![CDATA[%s]]></ToUserName><Encrypt><![CDATA[%s]]></Encrypt></xml>",
                              a->original_id, encrypted);
        p->url = need_format("%s%ssignature=%s&timestamp=%s&nonce=%s&openid=%s&encrypt_type=aes&msg_signature=%s",
                             a->callback_url, more, signature, timestamp, nonce, e->from, sealed);
    }
    free(encrypted);
    p->timeout_ms = (long)w->set.event_timeout_ms;
    p->generation = w->generation;
}

static size_t on_answer(char *data, size_t one, size_t size, void *with) {
    struct push *p = with;
    size_t room = ANSWER_MOST - p->size, n = one * size;
    memcpy(p->answer + p->size, data, n < room ? n : room);
    p->size += n < room ? n : room;
    return n;
}

/* WeChat is content with an empty answer, `success`, or an XML reply. */
static bool is_answered(const struct push *p) {
    return p->http_status == 200 &&
           (p->size == 0 || strcmp(p->answer, "success") == 0 || strncmp(p->answer, "<xml>", 5) == 0);
}

static bool post(CURL *curl, struct curl_slist *headers, struct push *p) {
    curl_easy_setopt(curl, CURLOPT_URL, p->url);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, p->body);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, p->timeout_ms);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_answer);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, p);
    if (curl_easy_perform(curl) != CURLE_OK)
        return false;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &p->http_status);
    return is_answered(p);
}

/* What becomes of the event after an attempt: done, again later, once more as a duplicate, or given up. */
static void settle(struct world *w, struct event *e, const struct push *p, bool delivered) {
    e->queued = false;
    if (e->dropped || p->generation != w->generation) {
        event_let_go(e);
        return;
    }
    e->attempts++;
    e->http_status = p->http_status;
    bool again = delivered ? e->twice : e->attempts < w->set.event_attempts;
    e->state = delivered ? EVENT_DELIVERED : again ? EVENT_WAITING : EVENT_FAILED;
    if (!again)
        return;
    e->twice = false;
    e->due_ms = monotonic_ms() + (delivered ? 0 : (int64_t)((double)w->set.event_retry * 1000 / w->clock.scale));
    event_queue(w, e);
}

static void push_one(struct world *w, CURL *curl, struct curl_slist *headers, struct event *e) {
    struct push p = {0};
    const struct account *a = account_find(w, e->appid);
    bool delivered = false;
    p.generation = w->generation;
    if (a && a->callback_url[0]) {
        push_url(w, a, e, &p);
        world_unlock(w);
        delivered = post(curl, headers, &p);
        world_lock(w);
    }
    settle(w, e, &p, delivered);
    free(p.url);
    free(p.body);
}

void *push_thread(void *world) {
    struct world *w = world;
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: text/xml");
    world_lock(w);
    while (!w->ending) {
        cards_review_due(w);
        struct event *e = event_take_due(w);
        if (e)
            push_one(w, curl, headers, e);
        else
            world_pause(w, w->reviews_open || w->push_first ? LOOK_MS : IDLE_MS);
    }
    world_unlock(w);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return NULL;
}
