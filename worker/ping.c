#include "ping.h"

#include <stdio.h>
#include <string.h>

#include "log.h"

enum { PING_MS = 5000, PART_SIZE = 300 };

/* "https://HOST[:PORT]/PATH?QUERY" in the parts that http.h wants. */
struct place {
    char base[PART_SIZE], path[PART_SIZE];
    struct buf query;
};

static bool read_place(const char *url, const char *what, struct place *p, struct err *err) {
    const char *host = strstr(url, "://");
    size_t base = host ? (size_t)(host - url) + 3 + strcspn(host + 3, "/?") : strlen(url);
    size_t path = strcspn(url + base, "?");
    snprintf(p->base, sizeof p->base, "%.*s", int_of(base), url);
    while (path > 0 && url[base + path - 1] == '/')
        path--;
    snprintf(p->path, sizeof p->path, "%.*s%s", int_of(path), url + base, what);
    buf_text(&p->query, url + base + strcspn(url + base, "?"));
    if (p->query.len > 0)
        memmove(p->query.data, p->query.data + 1, p->query.len--);
    if (http_base_allowed(p->base, NULL))
        return true;
    fail(err, ERR_CONFIG, "ping-url is no address that may be called");
    return fail_cure(err,
                     "https://HOST/PATH, or http:// with a literal loopback address: http://127.0.0.1:8000/PATH");
}

static bool call(struct work *work, const char *what, const struct buf *body, struct err *err) {
    AUTO_REPLY struct http_reply reply = {0};
    struct place place = {0};
    struct http *http = work_http(work, err);
    bool good = http != NULL && read_place(conf_text(&work->conf, CONF_PING_URL), what, &place, err);
    struct http_request request = {.base = place.base,
                                   .path = place.path[0] ? place.path : "/",
                                   .query = &place.query,
                                   .body = body,
                                   .plain = true,
                                   .cap = HTTP_CAP_SMALL,
                                   .timeout_ms = PING_MS};
    good = good && http_call(http, &request, &reply, err);
    buf_wipe(&place.query);
    return good &&
           (reply.status / 100 == 2 || fail(err, ERR_UNAVAILABLE, "it answered with status %d", reply.status));
}

static void ping(struct work *work, const char *what, const struct buf *body) {
    struct err err = {0};
    if (!call(work, what, body, &err))
        log_warn("ping_failed", F_TEXT("ping", what[0] ? what + 1 : "success"), F_TEXT("why", err.text),
                 F_TEXT("cure", err.cure));
}

void ping_start(struct work *work) {
    if (conf_text(&work->conf, CONF_PING_URL)[0] == '\0')
        return;
    work->watched = true;
    log_keep_tail();
    ping(work, "/start", NULL);
}

void ping_end(struct work *work, const struct err *why) {
    AUTO_BUF struct buf body = {0};
    if (!work->watched)
        return;
    if (why == NULL) {
        ping(work, "", NULL);
        return;
    }
    buf_add(&body, buf_str(log_tail()), log_tail()->len);
    buf_printf(&body, "%s\n%s%s", why->text, why->cure, why->cure[0] ? "\n" : "");
    log_redact(body.data);
    body.len = strlen(body.data);
    ping(work, "/fail", &body);
}
