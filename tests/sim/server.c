#include "server.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <microhttpd.h>

#include "api.h"
#include "control.h"
#include "fault.h"
#include "request.h"

#define BODY_MOST (64U << 20)
#define CONNECTIONS_MOST 4000

/* The address without the ::ffff: of a mapped one. */
static void find_peer(struct request *r) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(r->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *address = info ? info->client_addr : NULL;
    socklen_t size =
        address && address->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    char host[ADDRESS_SIZE] = "";
    if (address)
        getnameinfo(address, size, host, sizeof host, NULL, 0, NI_NUMERICHOST);
    copy_text(r->peer, sizeof r->peer, strncmp(host, "::ffff:", 7) == 0 ? host + 7 : host);
    r->from_loopback = strncmp(r->peer, "127.", 4) == 0 || strcmp(r->peer, "::1") == 0;
    const char *named = MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, "X-Kaquan-Sim-Peer");
    if (named)
        copy_text(r->peer, sizeof r->peer, named);
}

static struct request *request_new(struct MHD_Connection *connection, const char *path, const char *method) {
    struct request *r = need(sizeof *r);
    r->connection = connection;
    r->path = need_text(path);
    r->is_get = strcmp(method, "GET") == 0;
    r->is_post = strcmp(method, "POST") == 0;
    r->room = 1024;
    r->body = need(r->room);
    find_peer(r);
    return r;
}

static void take_body(struct request *r, const char *data, size_t size) {
    if (r->size + size > BODY_MOST) {
        r->too_big = true;
        return;
    }
    if (r->size + size + 1 > r->room) {
        r->room = (r->size + size + 1) * 2;
        r->body = need_more(r->body, r->room);
    }
    memcpy(r->body + r->size, data, size);
    r->size += size;
    r->body[r->size] = '\0';
}

static void count_in(struct call *c, struct request *r) {
    r->counted = true;
    r->generation = c->w->generation;
    r->counted_appid = c->account ? need_text(c->account->appid) : NULL;
    counter_enter(call_counter(c));
}

static void count_out(struct world *w, struct request *r) {
    world_lock(w);
    if (r->counted && r->generation == w->generation)
        counter_leave(counter_of(w, r->counted_appid, r->path, 0));
    world_unlock(w);
}

/* Counts the call, and finds the fault that waits for it. */
static struct fault *meet(struct world *w, struct request *r, struct call *c) {
    cards_review_due(w);
    call_begin(c, w, r);
    count_in(c, r);
    struct fault *f = fault_take(w, r->path, c->account ? c->account->appid : NULL);
    if (f)
        call_counter(c)->faults++;
    return f;
}

static char *delayed_answer(struct world *w, struct request *r, struct call *c, const struct fault *f) {
    if (fault_delay_before(f)) {
        call_end(c); /* what it knows may be gone after the wait */
        world_unlock(w);
        world_wait(w, f->ms);
        world_lock(w);
        call_begin(c, w, r);
    }
    if (fault_errcode(f))
        counter_refusal(call_counter(c), fault_errcode(f));
    bool works = f->applied || fault_delay_before(f) > 0;
    return works ? call_answer(c) : need_text("{}");
}

static bool serve_api(struct world *w, struct request *r) {
    struct call c;
    world_lock(w);
    struct fault *f = meet(w, r, &c);
    char *answer = f ? delayed_answer(w, r, &c, f) : call_answer(&c);
    call_end(&c);
    int64_t latency = w->set.latency_ms;
    world_unlock(w);
    if (latency > 0)
        world_wait(w, latency);
    bool queued = f ? f->kind->serve(w, r, f, answer) : request_reply(r, 200, answer, strlen(answer), NULL);
    fault_free(f);
    return queued;
}

static enum MHD_Result on_request(void *with, struct MHD_Connection *connection, const char *path, const char *method,
                                  const char *version, const char *data, size_t *size, void **state) {
    struct world *w = with;
    struct request *r = *state;
    (void)version;
    if (r == NULL) {
        *state = request_new(connection, path, method);
        return MHD_YES;
    }
    if (*size > 0) {
        take_body(r, data, *size);
        *size = 0;
        return MHD_YES;
    }
    if (r->too_big)
        return request_reply(r, 413, need_text(""), 0, NULL) ? MHD_YES : MHD_NO;
    if (strncmp(path, "/sim/", 5) == 0)
        return control_serve(w, r) ? MHD_YES : MHD_NO;
    return serve_api(w, r) ? MHD_YES : MHD_NO;
}

static void on_completed(void *with, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code) {
    struct request *r = *state;
    (void)connection;
    (void)code;
    if (r == NULL)
        return;
    count_out(with, r);
    free(r->counted_appid);
    free(r->path);
    free(r->body);
    free(r);
    *state = NULL;
}

static void __attribute__((format(printf, 2, 0))) on_log(void *with, const char *format, va_list args) {
    const struct server_options *o = with;
    if (!o->quiet)
        vfprintf(stderr, format, args);
}

static struct addrinfo *address_of(const struct server_options *o) {
    char port[8];
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    snprintf(port, sizeof port, "%u", o->port);
    return getaddrinfo(o->listen, port, &hints, &found) == 0 ? found : NULL;
}

struct MHD_Daemon *server_start(struct world *w, const struct server_options *o, uint16_t *port) {
    struct addrinfo *address = address_of(o);
    if (address == NULL)
        return NULL;
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL |
                     MHD_USE_ERROR_LOG | (address->ai_family == AF_INET6 ? MHD_USE_IPv6 : 0) |
                     (o->key_pem ? MHD_USE_TLS : 0);
    union {
        const struct server_options *lent;
        void *given;
    } logged = {o};
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(intptr_t)o->key_pem},
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(intptr_t)o->cert_pem},
        {o->tls_priorities ? MHD_OPTION_HTTPS_PRIORITIES : MHD_OPTION_END, 0, (void *)(intptr_t)o->tls_priorities},
        {MHD_OPTION_END, 0, NULL},
    };
    struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
    struct MHD_Daemon *daemon = MHD_start_daemon(
        flags, o->port, NULL, NULL, on_request, w, MHD_OPTION_EXTERNAL_LOGGER, on_log, logged.given,
        MHD_OPTION_SOCK_ADDR, address->ai_addr, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MOST,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, w, MHD_OPTION_ARRAY, o->key_pem ? tls : none, MHD_OPTION_END);
    freeaddrinfo(address);
    if (daemon)
        *port = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
    return daemon;
}

void server_stop(struct MHD_Daemon *daemon) {
    MHD_stop_daemon(daemon);
}
