/* fault_serve.c - what each kind of fault does to the answer. Runs without the world's lock, so that a slow answer
 * delays nobody else. */
#include "fault.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "api.h"

#define STALL_MS 600000
#define STALL_LOOK_MS 100

/* A body that is sent bit by bit. */
struct trickle {
    struct world *w;
    const struct request *r;
    char *text;
    uint64_t size, stop; /* past `stop` it goes wrong */
    int64_t ms;
    bool hang; /* at `stop`: keep silent, instead of closing */
};

static bool answer_text(const struct request *r, const struct fault *f, unsigned status, char *text) {
    return request_reply(r, f->status ? (unsigned)f->status : status, text, strlen(text), f->headers);
}

static bool serve_delay(struct world *w, const struct request *r, const struct fault *f, char *answer) {
    if (fault_delay_before(f) == 0)
        world_wait(w, f->ms);
    return answer_text(r, f, 200, answer);
}

static bool serve_errcode(struct world *w, const struct request *r, const struct fault *f, char *answer) {
    free(answer);
    world_lock(w);
    char *text = error_text((int)f->errcode, f->errmsg);
    world_unlock(w);
    return answer_text(r, f, 200, text);
}

static bool serve_raw(struct world *w, const struct request *r, const struct fault *f, char *answer) {
    (void)w;
    free(answer);
    char *text = need(f->body_size + 1);
    memcpy(text, f->body, f->body_size);
    return request_reply(r, f->status ? (unsigned)f->status : 200, text, f->body_size, f->headers);
}

static bool serve_status(struct world *w, const struct request *r, const struct fault *f, char *answer) {
    struct fault with = *f;
    with.status = f->status ? f->status : 500;
    return serve_raw(w, r, &with, answer);
}

static bool serve_garbage(struct world *w, const struct request *r, const struct fault *f, char *answer) {
    size_t size = f->bytes > 0 ? (size_t)f->bytes : 64;
    char *text = need(size + 1);
    free(answer);
    world_lock(w);
    random_bytes(text, size);
    world_unlock(w);
    text[0] = '\xff'; /* never the start of UTF-8, so never JSON by chance */
    return request_reply(r, f->status ? (unsigned)f->status : 200, text, size, f->headers);
}

static bool serve_redirect(struct world *w, const struct request *r, const struct fault *f, char *answer) {
    (void)w;
    free(answer);
    return answer_text(r, f, 302, need_text(""));
}

static void set_keys(cJSON *reply, const cJSON *set) {
    for (const cJSON *item = set ? set->child : NULL; item; item = item->next) {
        cJSON *value = cJSON_Duplicate(item, true);
        if (cJSON_GetObjectItemCaseSensitive(reply, item->string))
            cJSON_ReplaceItemInObjectCaseSensitive(reply, item->string, value);
        else
            cJSON_AddItemToObject(reply, item->string, value);
    }
}

static bool serve_patch(struct world *w, const struct request *r, const struct fault *f, char *answer) {
    (void)w;
    cJSON *reply = cJSON_Parse(answer);
    free(answer);
    set_keys(reply, f->set);
    return answer_text(r, f, 200, print_reply(reply));
}

static bool serve_drop(struct world *w, const struct request *r, const struct fault *f, char *answer) {
    (void)w;
    (void)r;
    (void)f;
    free(answer);
    return false;
}

/* Linux resets a connection that is "connected" to no address. */
static bool serve_reset(struct world *w, const struct request *r, const struct fault *f, char *answer) {
    const struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
    if (connect(request_socket(r), &nowhere, sizeof nowhere) != 0)
        return serve_drop(w, r, f, answer);
    free(answer);
    return false;
}

static bool send_all(int to, const char *bytes, size_t size) {
    while (size > 0) {
        struct pollfd ready = {to, POLLOUT, 0};
        ssize_t sent = send(to, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && poll(&ready, 1, 5000) <= 0)
            return false;
        if (sent < 0 && (ready.revents & (POLLERR | POLLHUP)))
            return false;
        if (sent > 0) {
            bytes += sent;
            size -= (size_t)sent;
        }
    }
    return true;
}

/* The bytes go straight to the socket, status line and all; not for --tls. */
static bool serve_wire(struct world *w, const struct request *r, const struct fault *f, char *answer) {
    (void)w;
    free(answer);
    for (int64_t i = 0; i < f->repeat; i++)
        if (!send_all(request_socket(r), f->body, f->body_size))
            break;
    return false;
}

static void trickle_free(void *with) {
    struct trickle *t = with;
    free(t->text);
    free(t);
}

/* Keeps silent until the other side gives up, the time is over or the program ends. */
static void hang(const struct trickle *t) {
    for (int64_t waited = 0; waited < t->ms && !request_peer_gone(t->r); waited += STALL_LOOK_MS)
        if (!world_wait(t->w, STALL_LOOK_MS))
            return;
}

static long trickle_read(void *with, uint64_t at, char *to, size_t room) {
    struct trickle *t = with;
    if (at >= t->stop) {
        if (t->hang)
            hang(t);
        return -1;
    }
    if (!t->hang && t->ms > 0 && !world_wait(t->w, t->ms))
        return -1;
    size_t n = !t->hang && t->ms > 0 ? 1 : room;
    if (n > t->stop - at)
        n = (size_t)(t->stop - at);
    memcpy(to, t->text + at, n);
    return (long)n;
}

static bool serve_trickle(struct world *w, const struct request *r, const struct fault *f, char *answer,
                          struct trickle with) {
    struct trickle *t = need(sizeof *t);
    *t = with;
    t->w = w;
    t->r = r;
    t->text = answer;
    t->size = strlen(answer);
    if (t->stop > t->size)
        t->stop = t->size;
    return request_stream(r, f->status ? (unsigned)f->status : 200, (int64_t)t->size, trickle_read, trickle_free, t,
                          f->headers);
}

static bool serve_cut(struct world *w, const struct request *r, const struct fault *f, char *answer) {
    return serve_trickle(w, r, f, answer, (struct trickle){.stop = (uint64_t)f->bytes});
}

static bool serve_stall(struct world *w, const struct request *r, const struct fault *f, char *answer) {
    return serve_trickle(w, r, f, answer, (struct trickle){.stop = (uint64_t)f->bytes, .ms = f->ms, .hang = true});
}

static bool serve_slow(struct world *w, const struct request *r, const struct fault *f, char *answer) {
    return serve_trickle(w, r, f, answer, (struct trickle){.stop = UINT64_MAX, .ms = f->ms});
}

static long flood_read(void *with, uint64_t at, char *to, size_t room) {
    const struct trickle *t = with;
    if (at >= t->stop)
        return -2;
    size_t n = room < t->stop - at ? room : (size_t)(t->stop - at);
    memset(to, ' ', n);
    return (long)n;
}

static bool serve_flood(struct world *w, const struct request *r, const struct fault *f, char *answer) {
    struct trickle *t = need(sizeof *t);
    t->w = w;
    t->text = answer;
    t->stop = f->bytes > 0 ? (uint64_t)f->bytes : 64U << 20;
    return request_stream(r, 200, -1, flood_read, trickle_free, t, f->headers);
}

int64_t fault_delay_before(const struct fault *f) {
    return f->kind->serve == serve_delay && !f->applied ? f->ms : 0;
}

int fault_errcode(const struct fault *f) {
    return f->kind->serve == serve_errcode ? (int)f->errcode : 0;
}

/* clang-format off */
const struct fault_kind FAULT_KINDS[] = {
    {"delay_ms",    false,     1000, serve_delay,    "waits `ms`, then does its work and answers; with \"applied\":true the work comes first"},
    {"errcode",     false,        0, serve_errcode,  "answers `errcode` with `errmsg` (or the errcode's own) and a rid"},
    {"http_status", false,        0, serve_status,   "answers HTTP `status` (500) with `body`"},
    {"raw",         false,        0, serve_raw,      "answers `body` or `body_base64` byte for byte, HTTP `status` (200)"},
    {"patch",       true,         0, serve_patch,    "the genuine reply with the keys of `set` put into it"},
    {"cut",         true,         0, serve_cut,      "closes the connection after `bytes` (0) bytes of the genuine body"},
    {"stall",       true,  STALL_MS, serve_stall,    "falls silent after `bytes` (0) bytes of the genuine body, until the caller gives up or `ms` (600000)"},
    {"slow",        true,      1000, serve_slow,     "sends the genuine body byte by byte, one every `ms` (1000)"},
    {"garbage",     false,        0, serve_garbage,  "answers `bytes` (64) random bytes"},
    {"redirect",    false,        0, serve_redirect, "answers HTTP `status` (302) with `location`"},
    {"drop",        false,        0, serve_drop,     "closes the connection without an answer"},
    {"reset",       false,        0, serve_reset,    "resets the connection without an answer"},
    {"flood",       false,        0, serve_flood,    "answers `bytes` (64 MiB) blanks in chunks"},
    {"wire",        false,        0, serve_wire,     "writes `body` or `body_base64` to the socket `repeat` times, status line and all, and closes (http only)"},
};
/* clang-format on */
const size_t FAULT_KIND_COUNT = COUNT_OF(FAULT_KINDS);
